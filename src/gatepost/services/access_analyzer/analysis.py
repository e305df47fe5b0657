"""The analysis: who outside the zone of trust is let in by identities and roles, held against what was found before.

An analyzer is brought up to date whenever it is asked: a finding that is new since then is dated so, one that is gone is resolved.
What a document lets through is proved once, by a question apart from the writer (`aws.question`, `Unanswered`).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from gatepost.access.placement import placement
from gatepost.aws.call import Call
from gatepost.aws.question import Unanswered
from gatepost.claims.public import ExternalAccess
from gatepost.policy.catalogue import spelled
from gatepost.policy.principal import Principal, PrincipalKind
from gatepost.policy.read import PolicyKind
from gatepost.policy.values import account_of
from gatepost.services.access_analyzer.access_questions import AccessAnswer, AccessQuestion, answers
from gatepost.services.access_analyzer.criteria import meets
from gatepost.services.access_analyzer.errors import undecided, unprocessable
from gatepost.store import access_findings, analyzers, archive_rules, roles
from gatepost.store.access_findings import AccessFinding, FindingStatus
from gatepost.store.analyzers import Analyzer
from gatepost.store.identities import list_identities
from gatepost.store.identity_policies import list_identity_policies
from gatepost.store.organizations.members import list_members
from gatepost.store.organizations.organization import organization_of
from gatepost.store.transaction import Transaction

IDENTITY: Final = "AWS::SES::EmailIdentity"
ROLE: Final = "AWS::IAM::Role"
MOST_ANSWERS: Final = 20_000
MOST_AT_ONCE: Final = 512
_ANSWERS: Final[dict[bytes, AccessAnswer]] = {}  # read by the writer's thread, filled by the event loop alone


@dataclass(frozen=True, slots=True)
class Analyzed:
    """A resource that was looked at, and the documents of its policies."""

    arn: str
    type: str
    account: str
    kind: PolicyKind
    documents: tuple[str, ...]


def analyze(call: Call, tx: Transaction, analyzer: Analyzer) -> tuple[AccessFinding, ...]:
    """The analyzer's findings, brought up to date."""
    known = {finding.id: finding for finding in access_findings.list_findings(tx, analyzer)}
    rules = archive_rules.list_archive_rules(tx, analyzer)
    seen: set[str] = set()
    resources = analyzed_resources(tx, analyzer)
    for finding in _found(call, tx, analyzer, resources):
        if finding.id in seen:
            continue
        seen.add(finding.id)
        archived = any(meets(finding, rule.filter) for rule in rules)
        status = FindingStatus.ARCHIVED if archived else FindingStatus.ACTIVE
        before = known.get(finding.id)
        if before is None:
            access_findings.add_finding(tx, analyzer, finding, status)
        elif before.status is FindingStatus.RESOLVED:
            access_findings.set_status(tx, analyzer, [finding.id], status, call.now)
    gone = [each.id for each in known.values() if each.id not in seen and each.status is not FindingStatus.RESOLVED]
    access_findings.set_status(tx, analyzer, gone, FindingStatus.RESOLVED, call.now)
    access_findings.set_analyzed(tx, analyzer, call.now)
    if resources:
        analyzers.set_analyzed(tx, analyzer, resources[-1].arn, call.now)
    return access_findings.list_findings(tx, analyzer)


def analyzed_resources(tx: Transaction, analyzer: Analyzer) -> tuple[Analyzed, ...]:
    """The identities of the analyzer's region and the roles of its account, or of every account of its organization."""
    return tuple(each for account in _accounts(tx, analyzer) for each in _resources(tx, account, analyzer.region))


def _resources(tx: Transaction, account: str, region: str) -> Iterator[Analyzed]:
    for identity in list_identities(tx, account, region):
        policies = list_identity_policies(tx, account, region, identity.name)
        documents = tuple(policy.document for policy in policies)
        yield Analyzed(identity.arn, IDENTITY, account, PolicyKind.RESOURCE, documents)
    for role in roles.list_roles(tx, account):
        yield Analyzed(role.arn, ROLE, account, PolicyKind.TRUST, (role.trust_policy,))


def _accounts(tx: Transaction, analyzer: Analyzer) -> tuple[str, ...]:
    """The accounts of the zone of trust."""
    organization = None if analyzer.type == "ACCOUNT" else organization_of(tx, analyzer.account)
    if organization is None:
        return (analyzer.account,)
    return tuple(member.account for member in list_members(tx, organization))


def _found(call: Call, tx: Transaction, analyzer: Analyzer, resources: tuple[Analyzed, ...]) -> Iterator[AccessFinding]:
    trusted = frozenset(_accounts(tx, analyzer))
    organization = None if analyzer.type == "ACCOUNT" else placement(tx, analyzer.account).organization_id

    def question(resource: Analyzed, document: str) -> AccessQuestion:
        return AccessQuestion(document, resource.kind, resource.account, organization)

    _require_answers(question(resource, document) for resource in resources for document in resource.documents)
    for resource in resources:
        for document in resource.documents:
            for access in _external(question(resource, document)):
                if _account(access.principal) not in trusted:
                    yield _finding(call, analyzer, resource, access)


def _external(question: AccessQuestion) -> tuple[ExternalAccess, ...]:
    answer = _ANSWERS.get(question.digest)
    if answer is None:
        raise _unanswered((question,))
    if isinstance(answer, str):
        raise unprocessable(f"The access that a policy grants was not decided: {answer}")
    return answer


def _require_answers(questions: Iterable[AccessQuestion]) -> None:
    """`Unanswered` where some documents have not been thought about yet: the writer does not."""
    wanted = tuple(each for each in dict.fromkeys(questions) if each.digest not in _ANSWERS)
    if wanted:
        raise _unanswered(wanted[:MOST_AT_ONCE])


def _unanswered(wanted: tuple[AccessQuestion, ...]) -> Unanswered:
    return Unanswered(answers, wanted, _keep, undecided)


def _keep(given: Mapping[AccessQuestion, AccessAnswer]) -> None:
    while len(_ANSWERS) + len(given) > MOST_ANSWERS:
        del _ANSWERS[next(iter(_ANSWERS))]
    _ANSWERS.update({question.digest: answer for question, answer in given.items()})


def _account(principal: str) -> str | None:
    return principal if principal.isdigit() else account_of(principal)


def _finding(call: Call, analyzer: Analyzer, resource: Analyzed, access: ExternalAccess) -> AccessFinding:
    principal = told_principal(access.principal)
    condition = {spelled(each.key.lower()): ", ".join(each.values) for each in access.conditions}
    same = json.dumps([analyzer.arn, resource.arn, principal, access.actions, condition], sort_keys=True)
    return AccessFinding(
        str(uuid5(NAMESPACE_URL, same)),
        resource.arn,
        resource.type,
        resource.account,
        principal,
        access.actions,
        condition,
        access.is_public,
        FindingStatus.ACTIVE,
        call.now,
        call.now,
        call.now,
    )


def told_principal(label: str) -> Mapping[str, str]:
    """Who is let in, as AWS tells it: `{"AWS": "222222222222"}`."""
    if label != "*" and not label.isdigit() and Principal.of(label).kind is PrincipalKind.FEDERATED:
        return {"Federated": label}
    return {"AWS": label}
