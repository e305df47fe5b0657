"""Who could make a call: every user, role and root user of the installation, and whom the resource's own policies name besides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gatepost.access.credentials import Caller
from gatepost.access.questions import Asked, Target, ask, identity_called
from gatepost.access.somebody import everybody
from gatepost.policy.decide import LayerKind, Policies
from gatepost.policy.explain import StatementStep
from gatepost.policy.layer import Layer
from gatepost.policy.match import AttachedPolicy, speaks_of_action
from gatepost.policy.model import Effect, Policy, PrincipalEntry, PrincipalType, Statement
from gatepost.policy.partial import Answer, combined
from gatepost.policy.principal import Principal
from gatepost.policy.question import GivenPolicies, Question, Supposition, Unasked, stranger_context
from gatepost.policy.rationale import Rationale, rationale
from gatepost.policy.request import Request
from gatepost.policy.unknown import Unknown
from gatepost.policy.values import arn_parts
from gatepost.store import accounts
from gatepost.store.transaction import Transaction

EVERYTHING = Policy((Statement(Effect.ALLOW, actions=("*",), resources=("*",)),))  # what a strange account may allow its own
ANYBODY = Principal.of("000000000000")  # stands for any principal of any account
# Whatever is true of it is open.
ANYBODYS_KEYS = frozenset(
    (
        "aws:principalarn",
        "aws:principalaccount",
        "aws:principaltype",
        "aws:principalisawsservice",
        "aws:username",
        "aws:userid",
        "aws:tokenissuetime",
    )
)
OWN_KEYS = frozenset(("aws:userid", "aws:username", "aws:multifactorauthpresent"))  # beside `aws:Principal…`


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the installation's own, and the rationale of each need of the call."""

    caller: Caller
    rationales: tuple[Rationale, ...]

    @property
    def answer(self) -> Answer:
        """Whether the call would be allowed."""
        return combined(each.answer for each in self.rationales)


@dataclass(frozen=True, slots=True)
class Outsider:
    """Whom a statement of the resource's own policies names, and who is none of the installation's users, roles or root users.

    The rationale takes for granted that the outsider's own account allows the call.
    """

    entry: PrincipalEntry
    step: StatementStep
    rationale: Rationale


@dataclass(frozen=True, slots=True)
class WhoCan:
    """Everybody who could, might or could not."""

    request: Request
    candidates: tuple[Candidate, ...]
    outsiders: tuple[Outsider, ...]
    notes: tuple[str, ...]

    @property
    def answer(self) -> Answer:
        """Whether anybody can. It is open where only outsiders could, of whose own accounts nothing is known."""
        answers = {each.answer for each in self.candidates}
        if Answer.YES in answers:
            return Answer.YES
        return Answer.CANNOT_TELL if Answer.CANNOT_TELL in answers or self.outsiders else Answer.NO


def who_can(tx: Transaction, account: str, supposed: Supposition, target: Target, given: GivenPolicies) -> WhoCan:
    """Who could make a call on a resource; `account` is where a resource without ARN is looked for first."""
    own = [each.id for each in accounts.list_accounts(tx)]
    target = _found(tx, [account, *(each for each in own if each != account)], target)
    asked = [ask(tx, caller, supposed, target, given) for each in own for caller in everybody(tx, each)]
    candidates = tuple(Candidate(each.caller, tuple(map(_answered, each.questions))) for each in asked)
    first = _of_account(asked, account)
    question = first.questions[0]
    return WhoCan(question.request, candidates, tuple(_outsiders(question, frozenset(own))), first.notes)


def _answered(question: Question) -> Rationale:
    return rationale(question.request, question.policies, question.unknown)


def _found(tx: Transaction, own: Sequence[str], target: Target) -> Target:
    """An identity's name as the ARN that it has in the first account that knows it."""
    if target.resource is None:
        raise Unasked("expected the resource that it is about: an ARN, an identity's name, or `*`")
    for account in own:
        arn = identity_called(tx, account, target.region, target.resource)
        if arn is not None:
            return replace(target, resource=arn)
    return target


def _of_account(asked: Sequence[Asked], account: str) -> Asked:
    return next((each for each in asked if each.caller.account == account), asked[0])


# --- outsiders ----------------------------------------------------------------------------------------------------------


def _outsiders(question: Question, own: frozenset[str]) -> Iterator[Outsider]:
    """Each stranger whom an Allow names, once a statement."""
    for rule in question.policies.resource.rules:
        if rule.denies or not speaks_of_action(rule.statement, question.request.action_key):
            continue
        for entry in rule.statement.principals or ():
            if _is_ours(entry, own):
                continue
            found = _strangers_rationale(question, entry)
            (resource,) = found.explanation.of_kind(LayerKind.RESOURCE)
            step = next(step for step in resource.statements if step.rule is rule)
            if step.may_match and found.answer is not Answer.NO:
                yield Outsider(entry, step, found)


def _is_ours(entry: PrincipalEntry, own: frozenset[str]) -> bool:
    """Whether an entry is an account, a root user, a user or a role of the installation, who is asked for itself."""
    if entry.type is not PrincipalType.AWS or entry.value == "*":
        return False
    parts = arn_parts(entry.value)
    if parts is None:
        return entry.value in own or not entry.value.isdigit()  # a unique ID: of one of ours, or of one who is gone
    return parts[4] in own and parts[2] == "iam"


def _strangers_rationale(question: Question, entry: PrincipalEntry) -> Rationale:
    """Whether a stranger may, if its own account allows it: by the resource's own policies and its account's."""
    anybody = entry.value == "*"
    principal = ANYBODY if anybody else Principal.of(entry.value)
    asked = question.request
    own_keys = {
        key: value for key, value in asked.context.items() if not key.startswith("aws:principal") and key not in OWN_KEYS
    }
    context, unknown = ({}, Unknown(ANYBODYS_KEYS)) if anybody else stranger_context(principal)
    request = Request.of_normalised(principal, asked.action, asked.resource, asked.resource_account, {**own_keys, **context})
    held = question.policies
    allowing = Layer((AttachedPolicy(EVERYTHING),))
    policies = Policies.of_layers(allowing, held.resource, rcps=held.rcps)
    left_open = Unknown(question.unknown.keys | unknown.keys, question.unknown.always | unknown.always)
    return rationale(request, policies, left_open)
