"""Rules on trust in OpenID Connect providers: whose token assumes the role.

Source: IAM User Guide, "Create a role for OpenID Connect federation", "Configuring a role for GitHub OIDC identity provider".
"""

from collections.abc import Iterator
from typing import Any, Final

from gatepost.lint.document import ConditionTree, Document, StatementTree
from gatepost.lint.edits import with_operator
from gatepost.lint.examples import policy, trust, when
from gatepost.lint.finding import Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.rules.principals import named
from gatepost.lint.rules.trust_policies import DOMAIN_NAME, FEDERATED, WITH_TOKEN, allows, trusting
from gatepost.lint.setting import Setting
from gatepost.policy.read import PolicyKind

GITHUB: Final = "token.actions.githubusercontent.com"
SUBJECT, AUDIENCE, REF = f"{GITHUB}:sub", f"{GITHUB}:aud", f"{GITHUB}:ref"
MAIN: Final = "repo:example/mail:ref:refs/heads/main"


def _workflow(**conditions: Any) -> Any:  # noqa: ANN401 -- JSON
    return policy(
        trust(
            Principal={"Federated": f"arn:aws:iam::111122223333:oidc-provider/{GITHUB}"},
            Action="sts:AssumeRoleWithWebIdentity",
            Condition=conditions or None,
        )
    )


def _issuers(statement: StatementTree) -> set[str]:
    """The issuers of tokens that a statement trusts, without scheme."""
    found = set()
    for kind, entry in named(statement, "Principal"):
        if kind == FEDERATED and entry.text is not None:
            _, provider, issuer = entry.text.partition(":oidc-provider/")
            if provider:
                found.add(issuer.rstrip("/").lower())
            elif DOMAIN_NAME.fullmatch(entry.text):
                found.add(entry.text.lower())
    return found


def _trusted(document: Document) -> Iterator[tuple[StatementTree, set[str], list[ConditionTree]]]:
    """Each Allow for tokens, its issuers, and its conditions on what those tokens say."""
    for statement in trusting(document):
        issuers = _issuers(statement)
        if issuers and statement.effect == "Allow" and allows(statement, WITH_TOKEN):
            claims = [each for each in statement.conditions() if each.key.lower().rpartition(":")[0].rstrip("/") in issuers]
            yield statement, issuers, claims


@rule(
    "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL",
    Severity.SECURITY_WARNING,
    bad=_workflow(),
    good=_workflow(StringEquals={AUDIENCE: "sts.amazonaws.com", SUBJECT: MAIN}),
    kind=PolicyKind.TRUST,
    of_aws=True,
)
def missing_condition_key_for_oidc_principal(document: Document, _setting: Setting) -> Iterator[Hit]:
    """Any token of the provider assumes the role.

    A provider such as GitHub or Google issues tokens to all its users. Without a condition on what the token says, each of them may
    become this role. Compare the provider's `:sub`, and its `:aud`.
    """
    for statement, issuers, claims in _trusted(document):
        if not claims:
            issuer = min(issuers)
            message = f"{statement.name} trusts every token of `{issuer}`; compare `{issuer}:sub` and `{issuer}:aud`"
            yield Hit(statement.elements["Principal"].at, message)


@rule(
    "MISSING_GITHUB_REPO_CONDITION_KEY",
    Severity.SECURITY_WARNING,
    bad=_workflow(StringEquals={AUDIENCE: "sts.amazonaws.com"}),
    good=_workflow(StringEquals={AUDIENCE: "sts.amazonaws.com", SUBJECT: MAIN}),
    kind=PolicyKind.TRUST,
    of_aws=True,
)
def missing_github_repo_condition_key(document: Document, _setting: Setting) -> Iterator[Hit]:
    """Any repository on GitHub assumes the role.

    The audience of a workflow's token is whatever the workflow asks for. Whose workflow it is stands in `:sub` alone:
    `repo:example/mail:ref:refs/heads/main`.
    """
    for statement, issuers, claims in _trusted(document):
        if GITHUB in issuers and claims and not any(each.key.lower() == SUBJECT for each in claims):
            message = f"{statement.name} trusts the workflows of every repository on GitHub; compare `{SUBJECT}`"
            yield Hit(statement.elements["Principal"].at, message)


@rule(
    "SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED",
    Severity.WARNING,
    bad=_workflow(StringLike={SUBJECT: "repo:example/*"}),
    good=_workflow(StringEquals={SUBJECT: MAIN}),
    kind=PolicyKind.TRUST,
    of_aws=True,
)
def specific_github_repo_and_branch_recommended(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A wildcard in whose workflow assumes the role.

    `repo:example/*` is every repository of the organization, also one that is made tomorrow; `repo:example/mail:*` is every
    branch, so whoever may open one runs as this role. Name repository and branch, the branch in `:sub` or in `:ref`.
    """
    for statement, issuers, claims in _trusted(document):
        if GITHUB not in issuers:
            continue
        branch = any(each.key.lower() == REF for each in statement.conditions())
        for condition in claims:
            if condition.key.lower() != SUBJECT or condition.comparison is None or not condition.comparison.wildcards:
                continue
            for entry in condition.entries:
                repository, _, rest = (entry.scalar or "").removeprefix("repo:").partition(":")
                if "*" in repository or "?" in repository or ("*" in rest and not branch):
                    yield Hit(entry.at, f"`{entry.scalar}` lets more than one branch of one repository assume the role")


@rule(
    "CONFIRM_AUDIENCE_CLAIM_TYPE",
    Severity.SUGGESTION,
    bad=_workflow(**when("ForAllValues:StringEquals", AUDIENCE, "sts.amazonaws.com"), StringEquals={SUBJECT: MAIN}),
    good=_workflow(StringEquals={AUDIENCE: "sts.amazonaws.com", SUBJECT: MAIN}),
    kind=PolicyKind.TRUST,
    of_aws=True,
)
def confirm_audience_claim_type(document: Document, _setting: Setting) -> Iterator[Hit]:
    """The audience of a token is one value, so it takes no `ForAllValues`.

    With it the condition also holds of a token that tells no audience. Leave the prefix out.
    """
    yield from _qualified(document, "ForAllValues")


@rule(
    "FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE",
    Severity.SECURITY_WARNING,
    bad=_workflow(**when("ForAnyValue:StringEquals", AUDIENCE, "sts.amazonaws.com"), StringEquals={SUBJECT: MAIN}),
    good=_workflow(StringEquals={AUDIENCE: "sts.amazonaws.com", SUBJECT: MAIN}),
    kind=PolicyKind.TRUST,
    of_aws=True,
)
def foranyvalue_with_audience_claim_type(document: Document, _setting: Setting) -> Iterator[Hit]:
    """The audience of a token is one value, so it takes no `ForAnyValue`.

    The prefix is for keys of several values; on one it hides what is compared. Leave it out.
    """
    yield from _qualified(document, "ForAnyValue")


def _qualified(document: Document, qualifier: str) -> Iterator[Hit]:
    for statement, _, claims in _trusted(document):
        for condition in claims:
            operator = condition.read_operator
            if operator is not None and operator.qualifier == qualifier and condition.key.lower().endswith(":aud"):
                plain = condition.operator.removeprefix(f"{qualifier}:")
                message = f"`{condition.key}` is one value; leave out `{qualifier}:`"
                yield Hit(condition.key_at, message, fixes=with_operator(statement, condition, plain))
