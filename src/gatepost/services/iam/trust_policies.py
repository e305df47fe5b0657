"""Trust policies of roles: who may assume a role, and through which operations.

AWS refuses what these checks refuse, and nothing more: a policy through which nobody can ever come (only Denies, a web identity's
action for a user) is taken. An identity provider need not exist when a policy names it; a user or role must.
Source: IAM User Guide, "Principal", "Update a role trust policy" and "Identity-provider controls for shared OIDC providers"; texts
as the service puts them on the wire.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from gatepost.aws.errors import AwsError
from gatepost.policy.model import Effect, Policy, PrincipalType, Statement
from gatepost.policy.read import PolicyKind
from gatepost.policy.sizes import TRUST_CHARACTERS
from gatepost.services.iam import errors
from gatepost.services.iam.documents import check_length, checked_policy
from gatepost.services.principals import UnknownPrincipal, principal_ids
from gatepost.store.transaction import Transaction

# Without wildcards, not even `sts:*`.
ACTIONS: Final = frozenset(
    f"sts:{name}"
    for name in (
        "assumerole", "assumerolewithsaml", "assumerolewithwebidentity", "tagsession", "setsourceidentity", "setcontext",
    )
)  # fmt: skip
SERVICE: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?")
PROVIDER: Final = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(saml|oidc)-provider/.+")
DOMAIN: Final = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
COGNITO: Final = "cognito-identity.amazonaws.com"
# Issuers that many organizations share: the claim by which a policy must say whose tokens it means.
SHARED_ISSUERS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "agent.buildkite.com", "app.terraform.io", "gitlab.com", "oidc-configuration.audit-log.githubusercontent.com",
            "oidc.codefresh.io", "proidc.upbound.io", "scalr.io", "studio.datachain.ai/api",
            "token.actions.githubusercontent.com", "tokens.cloud.shisho.dev", "vstoken.actions.githubusercontent.com",
        ),
        "sub",
    ),
    **dict.fromkeys(("api.pulumi.com/oidc", "oidc.vercel.com", "sandboxes.cloud"), "aud"),
}  # fmt: skip
NARROWING: Final = ("StringEquals", "StringEqualsIgnoreCase", "StringLike")


def checked_trust_policy(tx: Transaction, document: str) -> Mapping[str, str]:
    """The unique IDs of the users and roles that a valid trust policy names; `MalformedPolicyDocument` for any other document."""
    check_length(document, TRUST_CHARACTERS, errors.exceeded("ACLSizePerRole", TRUST_CHARACTERS))
    policy = checked_policy(document, PolicyKind.TRUST)
    for statement, raw in zip(policy.statements, _raw_statements(document), strict=True):
        if raw.get("Principal") == "*":  # unlike {"AWS": "*"}
            raise _malformed('AssumeRolepolicy contained an invalid principal: "STAR":"*".')
        _check_principals(statement)
        if not all(action.lower() in ACTIONS for action in statement.actions or statement.not_actions or ()):
            raise _malformed("AssumeRole policy may only specify STS AssumeRole actions.")
    return _ids(tx, policy)


def _ids(tx: Transaction, policy: Policy) -> Mapping[str, str]:
    try:
        return principal_ids(tx, policy)
    except UnknownPrincipal as unknown:
        raise _invalid_principal(PrincipalType.AWS, unknown.value) from None


def _check_principals(statement: Statement) -> None:
    if statement.not_principals is not None:
        allows = statement.effect is Effect.ALLOW
        raise _malformed(
            "Allow with NotPrincipal is not allowed." if allows else "AssumeRole policy must not contain NotPrincipal field."
        )
    for entry in statement.principals or ():
        match entry.type:
            case PrincipalType.SERVICE if SERVICE.fullmatch(entry.value) is None:
                raise _invalid_principal(entry.type, entry.value)
            case PrincipalType.CANONICAL_USER:
                raise _invalid_principal(entry.type, entry.value)
            case PrincipalType.FEDERATED:
                _check_provider(statement, entry.value)


def _check_provider(statement: Statement, value: str) -> None:
    if PROVIDER.fullmatch(value) is None and DOMAIN.fullmatch(value) is None:
        raise _malformed("Federated principals must be valid domain names or SAML metadata ARNs")
    if statement.effect is Effect.DENY:
        return
    if value == COGNITO and not statement.conditions:
        raise _malformed("A condition block must be present for the Cognito provider")
    issuer = value.partition(":oidc-provider/")[2]
    claim = SHARED_ISSUERS.get(issuer)
    if claim is not None and not _narrows(statement, f"{issuer}:{claim}"):
        raise _malformed(
            f"Trust policy must evaluate {issuer}:{claim}, and not with wildcards alone: {issuer} is shared by many organizations"
        )


def _narrows(statement: Statement, key: str) -> bool:
    """Whether a condition says which values of a key are meant."""
    return any(
        condition.key.lower() == key and condition.operator.base in NARROWING and all(map(_says_something, condition.values))
        for condition in statement.conditions
    )


def _says_something(value: str) -> bool:
    return value.strip("*?") != ""


def _raw_statements(document: str) -> Sequence[Any]:
    """The statements as JSON, for the one difference that a policy's value does not keep."""
    statements = json.loads(document)["Statement"]
    return statements if isinstance(statements, list) else [statements]


def _invalid_principal(kind: PrincipalType, value: str) -> AwsError:
    name = kind.value if kind is PrincipalType.AWS else kind.value.upper()
    return _malformed(f"Invalid principal in policy: {json.dumps(name)}:{json.dumps(value)}")


def _malformed(text: str) -> AwsError:
    return AwsError("MalformedPolicyDocument", text)
