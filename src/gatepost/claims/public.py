"""Whom a resource's policy lets in from outside: everybody, an account, a principal; each with a request that shows it.

A policy is public where it lets in somebody of whom it says nothing: a caller of an account, and of an organization, that no
statement names. So `Principal: "*"` under `aws:PrincipalOrgID` is not public, and under `aws:SourceIp` it is: an address says where
a caller is, not who.
Source: IAM Access Analyzer, external access findings; "Stratified Abstraction of Access Control Policies", CAV 2020 (the most general
finding that covers what is allowed comes first, and hides those that it covers).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from gatepost.claims.callers import Caller, StandsFor
from gatepost.claims.described import described
from gatepost.claims.homes import homes_of
from gatepost.claims.prove import ANYTHING, Proof, by_caller, grounded, none_found
from gatepost.claims.read import read_claim
from gatepost.claims.subject import Subject
from gatepost.claims.who import Home
from gatepost.policy.match import AttachedPolicy, PolicySource, speaks_of_action
from gatepost.policy.model import Condition, Effect, Policy, Statement
from gatepost.policy.principal import PrincipalKind
from gatepost.policy.question import GivenPolicies
from gatepost.policy.request import Request
from gatepost.policy.values import arn_parts
from gatepost.reasoning.situation import AnyText, Situation, Sought

OUTSIDERS: Final = read_claim("anything by another account")
# Keys by which a policy says whose a caller, or the service's source behind it, is.
WHOSE: Final = (
    "aws:principalorgid", "aws:principalorgpaths", "aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths",
    "aws:sourcevpc", "aws:sourcevpce",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ExternalAccess:
    """What one statement grants to somebody outside the account.

    `principal` is `*`, an account or an ARN; `conditions` are the statement's. `actions` are those of the known actions that are let
    through. `is_public`: also to callers of whom the policy says nothing. `decide` has confirmed the witness.
    """

    principal: str
    actions: tuple[str, ...]
    conditions: tuple[Condition, ...]
    statement: int
    is_public: bool
    witness: Request


def external_access(policy: Policy, account: str, organization: str | None = None) -> tuple[ExternalAccess, ...]:
    """What a resource's policy grants to others than its account, and (where one is given) its organization.

    Undecidable where the policy is outside the exact fragment.
    """
    subject = Subject(GivenPolicies(resource=(AttachedPolicy(policy, PolicySource.RESOURCE),)), Home(account))
    at_home: dict[str, AnyText] = {} if organization is None else {"aws:principalorgid": AnyText(unlike=(organization,))}
    found: list[ExternalAccess] = []
    for number, statement in enumerate(policy.statements):
        if statement.effect is Effect.ALLOW:
            found += _of_statement(subject, replace(policy, statements=(statement,)), number, at_home)
    return tuple(found)


def no_public(subject: Subject) -> Proof:
    """Nobody is let in of whom the policies say nothing."""
    return grounded(none_found(subject, open_to_strangers(subject)), subject, homes_of((subject,)))


def open_to_strangers(subject: Subject) -> Iterator[Sought]:
    """All that is allowed to somebody of whom the policies say nothing."""
    named = _named(rule.statement for _, layer in subject.policies.layers() for rule in layer.rules)
    for home in homes_of((subject,)).each:
        there = subject.at(home)
        strangers = (_with(each, named) for each in _outsiders(there) if each.stands_for is StandsFor.EVERYBODY)
        yield from by_caller(there, strangers, Situation.breaches)


# --- one statement ------------------------------------------------------------------------------------------------------


def _of_statement(subject: Subject, granted: Policy, number: int, at_home: Mapping[str, AnyText]) -> Iterator[ExternalAccess]:
    (statement,) = granted.statements
    named = _named(each.statement for each in subject.policies.resource.rules)
    covered: set[str | None] = set()
    for label, alike in _by_label(subject).items():
        if "*" in covered or alike[0].principal.account in covered:
            continue
        admitted = [(caller, found) for caller in alike if (found := _breach(subject, caller, granted, at_home)) is not None]
        if admitted:
            covered.add(label)
            public = label == "*" and any(_breach(subject, caller, granted, named) is not None for caller in alike)
            actions = dict.fromkeys(
                name for caller, _ in admitted for name in _actions(subject, _with(caller, at_home), granted)
            )
            yield ExternalAccess(label, tuple(actions), statement.conditions, number, public, admitted[0][1])


def _breach(subject: Subject, caller: Caller, granted: Policy, keys: Mapping[str, AnyText]) -> Request | None:
    return subject.situation(_with(caller, keys)).breach(granted)


def _actions(subject: Subject, caller: Caller, granted: Policy) -> Iterator[str]:
    """The actions that a statement lets through to a caller, of those that its patterns name."""
    situation = subject.situation(caller)
    spoken = described(ANYTHING, caller.principal, subject.home)  # the actions that are alike
    (statement,) = granted.statements
    for alike in spoken.statements:
        listed = [name for name in alike.actions or () if speaks_of_action(statement, name.lower())]
        if not listed:
            continue
        each = replace(granted, statements=(replace(statement, actions=tuple(listed), not_actions=None),))
        if situation.breach(each) is not None:
            yield from listed


# --- callers ------------------------------------------------------------------------------------------------------------


def _outsiders(subject: Subject) -> Iterator[Caller]:
    """Callers outside the account, those that stand for most first."""
    order = (StandsFor.EVERYBODY, StandsFor.ITS_ACCOUNT, StandsFor.ITSELF)
    outside = [each for each in subject.callers(OUTSIDERS) if OUTSIDERS.covers(each.principal, subject.home)]
    yield from sorted(outside, key=lambda each: (order.index(each.stands_for), each.principal.kind is PrincipalKind.ANONYMOUS))


def _by_label(subject: Subject) -> dict[str, list[Caller]]:
    """Callers outside the account by what a finding calls them, the most general first."""
    found: dict[str, list[Caller]] = {}
    for caller in _outsiders(subject):
        found.setdefault(_label(caller), []).append(caller)
    return found


def _label(caller: Caller) -> str:
    if caller.stands_for is StandsFor.EVERYBODY:
        return "*"
    if caller.stands_for is StandsFor.ITS_ACCOUNT:
        return str(caller.principal.account)
    return caller.principal.role_arn or caller.principal.user_arn or caller.principal.arn


def _with(caller: Caller, keys: Mapping[str, AnyText]) -> Caller:
    return replace(caller, open_keys={**caller.open_keys, **keys})


def _named(statements: Iterable[Statement]) -> dict[str, AnyText]:
    """Of the keys that say whose a caller is: none of the values that the statements name."""
    found: dict[str, list[str]] = {}
    for statement in statements:
        for condition in statement.conditions:
            key = condition.key.lower()
            if key in WHOSE:
                found.setdefault(key, []).extend(value for value in condition.values if _is_certain(key, value))
    return {key: AnyText(unlike=tuple(values)) for key, values in found.items()}


def _is_certain(key: str, value: str) -> bool:
    """Whether a value says whose: an ARN with its account, any other text that does not begin with a wildcard."""
    if key == "aws:sourcearn":
        parts = arn_parts(value)
        return parts is not None and parts[4].isdigit()
    return not value.startswith(("*", "?"))
