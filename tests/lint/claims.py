"""What findings claim of decisions, each as a test of one request against `decide`. A claim that a request contradicts is false."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from gatepost.lint.document import Document
from gatepost.lint.finding import Finding, Key
from gatepost.lint.patch import patched
from gatepost.lint.reach import compared, everything, part, undenied
from gatepost.policy.catalogue import action
from gatepost.policy.match import covers_action
from gatepost.policy.model import Condition, Effect, Operator, Policy, Statement
from gatepost.policy.operators import NULL
from gatepost.policy.request import Request
from gatepost.reasoning.witness import allows
from gatepost.reports.example import ONLY_SES
from lint.meaning import side_of

QUOTED: Final = re.compile(r"`([^`]*)`")
NOW: Final = "2026-11-25T12:00:00Z"


# --- what is decided ------------------------------------------------------------------------------------------------------


def matched(document: Document, statement: Statement, request: Request) -> bool:
    """Whether a statement speaks of a request, as `decide` has it: an Allow by itself allows it, a Deny beside everything denies it."""
    if statement.effect is Effect.ALLOW:
        return allows((part(document, statement),), side_of(document), request)
    return not allows((undenied(document, statement),), side_of(document), request)


def holds(document: Document, condition: Condition, effect: Effect, request: Request) -> bool:
    """Whether a condition by itself holds, in a statement of this effect."""
    return matched(document, replace(everything(document), effect=effect, conditions=(condition,)), request)


def carries(document: Document, key: str, request: Request) -> bool:
    return holds(document, compared(NULL, key, "false"), Effect.ALLOW, request)


@dataclass(frozen=True)
class Claimed:
    """A finding, and what stands at its place."""

    document: Document
    finding: Finding

    @property
    def policy(self) -> Policy:
        assert self.document.policy is not None
        return self.document.policy

    @property
    def number(self) -> int:
        number = self.finding.at.path[1]
        assert isinstance(number, int)
        return number

    @property
    def statement(self) -> Statement:
        return self.policy.statements[self.number]

    @property
    def quoted(self) -> tuple[str, ...]:
        return tuple(QUOTED.findall(self.finding.message))

    @property
    def entry(self) -> str:
        at = self.finding.at
        element = self.document.element_at(at)
        return "" if element is None or (at.path and isinstance(at.path[-1], Key)) else element.text or ""

    @property
    def says_always(self) -> bool:
        return "always" in self.finding.message

    def conditions(self) -> list[Condition]:
        """The conditions that the finding is about: at its place, else on a key that it names."""
        path = self.finding.at.path
        steps = [step.name if isinstance(step, Key) else step for step in path[3:5]] if path[2:3] == ("Condition",) else []
        told = {each.lower() for each in self.quoted}
        found = [
            each
            for each in self.statement.conditions
            if not steps or (str(each.operator) == steps[0] and (len(steps) == 1 or each.key == steps[1]))
        ]
        named = [each for each in found if each.key.lower() in told]
        return (named or found) if len(steps) < 2 else found

    def holds(self, request: Request) -> list[bool]:
        return [holds(self.document, each, self.statement.effect, request) for each in self.conditions()]

    def applies(self, request: Request) -> bool:
        return matched(self.document, self.statement, request)

    def carries(self, request: Request) -> bool:
        return carries(self.document, self.conditions()[0].key, request)

    def carries_as_said(self, request: Request) -> bool:
        """Whether the request carries the key, and a value that is not empty where the finding speaks of such."""
        value = request.context.get(self.conditions()[0].key.lower(), ())
        return self.carries(request) and (any(value) or "empty" not in self.finding.message)

    def without_statement(self) -> Policy:
        return replace(
            self.policy, statements=tuple(each for at, each in enumerate(self.policy.statements) if at != self.number)
        )


Claim = Callable[[Claimed, Request], bool]  # whether the request bears the claim out, or is none that it is about


def never(claimed: Claimed, request: Request) -> bool:
    return not claimed.applies(request)


def never_of_entry(claimed: Claimed, request: Request) -> bool:
    return not covers_action(claimed.entry, request.action_key) or not claimed.applies(request)


def as_said_of_entry(claimed: Claimed, request: Request) -> bool:
    return not covers_action(claimed.entry, request.action_key) or claimed.says_always in claimed.holds(request)


def as_said_of_what_has_no_tags(claimed: Claimed, request: Request) -> bool:
    known = action(request.action)
    return bool(known is None or known.resource_types) or claimed.holds(request) == [claimed.says_always]


def where_the_key_is(claimed: Claimed, request: Request) -> bool:
    return claimed.holds(request) == [claimed.carries_as_said(request)]


def where_the_key_is_missing(claimed: Claimed, request: Request) -> bool:
    return claimed.holds(request) == [not claimed.carries_as_said(request)]


def always(claimed: Claimed, request: Request) -> bool:
    return all(claimed.holds(request))


def also_without_the_key(claimed: Claimed, request: Request) -> bool:
    return claimed.carries(request) or any(claimed.holds(request))


def of_stars(claimed: Claimed, request: Request) -> bool:
    return ("that carries" in claimed.finding.message and not claimed.carries_as_said(request)) or all(claimed.holds(request))


def decides_the_same_without(claimed: Claimed, request: Request) -> bool:
    side = side_of(claimed.document)
    return allows((claimed.policy,), side, request) is allows((claimed.without_statement(),), side, request)


def is_denied(claimed: Claimed, request: Request) -> bool:
    return not claimed.applies(request) or not allows((claimed.policy,), side_of(claimed.document), request)


def of_an_absent_key(claimed: Claimed, request: Request) -> bool:
    if claimed.carries(request) or "needless" in claimed.finding.message:
        return True
    return all(each is ("true where" in claimed.finding.message) for each in claimed.holds(request))


def of_the_action_without_the_key(claimed: Claimed, request: Request) -> bool:
    if request.action_key != claimed.quoted[0].lower():
        return True
    return all(each is claimed.says_always or "always" in claimed.finding.message for each in claimed.holds(request))


def of_roles(claimed: Claimed, request: Request) -> bool:
    message = claimed.finding.message
    if "the others decide" in message or "aws:username" in request.context or not claimed.carries(request):
        return True
    return claimed.holds(request) == ["of every" in message]


def of_a_family_of_addresses(claimed: Claimed, request: Request) -> bool:
    address = str(request.context.get("aws:sourceip", ""))
    if not address or (":" in address) is ("IPv4" in claimed.finding.message):
        return True
    return claimed.holds(request) == ["keeps nobody out" in claimed.finding.message]


def never_of_recipients(claimed: Claimed, request: Request) -> bool:
    return "ses:recipients" not in request.context or not claimed.applies(request)


def over_tls_alone(claimed: Claimed, request: Request) -> bool:
    tls = request.context.get("aws:securetransport")
    return tls is None or (tls == "true") is not ("only without TLS" in claimed.finding.message) or not claimed.applies(request)


def not_now(claimed: Claimed, request: Request) -> bool:
    return request.context.get("aws:currenttime") != NOW or not claimed.applies(request)


def on_nothing(claimed: Claimed, request: Request) -> bool:
    named = replace(everything(claimed.document), resources=(claimed.entry,))
    return not matched(claimed.document, named, request)


def on_every_arn(claimed: Claimed, request: Request) -> bool:
    return request.resource == "*" or not on_nothing(claimed, request)


def on_no_such_address(claimed: Claimed, request: Request) -> bool:
    if "does not match" not in claimed.finding.message:
        return True
    value, address = claimed.entry, claimed.quoted[2]
    like = Condition(Operator("StringLike"), "ses:FromAddress", (value,), claimed.statement.conditions[0].place)
    asked = Request.of_normalised(request.principal, "ses:SendEmail", request.resource, None, {"ses:fromaddress": address})
    return not holds(claimed.document, like, Effect.ALLOW, asked)


def stopped_by_the_limit(claimed: Claimed, request: Request) -> bool:
    return not claimed.applies(request) or not allows(ONLY_SES.policies, side_of(claimed.document), request)


CLAIMS: Final[Mapping[str, Claim]] = {
    "ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE": as_said_of_what_has_no_tags,
    "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE": as_said_of_entry,
    "ARN_ACCOUNT_NOT_ALLOWED": on_nothing,
    "ARN_REGION_NOT_ALLOWED": on_nothing,
    "BAD_PATTERN_FOR_MFA": lambda claimed, request: (
        claimed.carries(request) or claimed.holds(request) == ["not denied" not in claimed.finding.message]
    ),
    "DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE": as_said_of_what_has_no_tags,
    "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE": never_of_entry,
    "EMPTY_ARRAY_CONDITION_FORALLVALUES": where_the_key_is_missing,
    "EMPTY_ARRAY_CONDITION_FORANYVALUE": never,
    "EMPTY_ARRAY_CONDITION_IFEXISTS": where_the_key_is_missing,
    "EQUIVALENT_TO_NULL_FALSE": where_the_key_is,
    "EQUIVALENT_TO_NULL_TRUE": where_the_key_is_missing,
    "FORALLVALUES_WITH_SINGLE_VALUED_KEY": also_without_the_key,
    "GP_ALLOW_REDUNDANT": decides_the_same_without,
    "GP_ALLOW_SHADOWED_BY_DENY": is_denied,
    "GP_CONDITION_ALWAYS_TRUE": of_stars,
    "GP_DENY_NO_EFFECT_HERE": decides_the_same_without,
    "GP_STATEMENT_NEVER_MATCHES": never,
    "GP_LAYER_CANCELS": stopped_by_the_limit,
    "IF_EXISTS_IN_ALLOW": also_without_the_key,
    "INVALID_ARN_RESOURCE": on_nothing,
    "INVALID_ARN_SERVICE_CASE": on_nothing,
    "MISSING_ARN_ACCOUNT": on_nothing,
    "MISSING_ARN_REGION": on_nothing,
    "REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION": always,
    "REDUNDANT_STATEMENT": decides_the_same_without,
    "REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION": never,
    "RESOURCE_EFFECTIVELY_STAR": on_every_arn,
    "RESOURCE_MISMATCH": never_of_entry,
    "SES_ACTION_WITHOUT_RESOURCE_LEVEL": never_of_entry,
    "SES_IP_ANY": of_a_family_of_addresses,
    "SES_KEY_NOT_SET_BY_ACTION": of_the_action_without_the_key,
    "SES_RECIPIENTS_NO_QUALIFIER": never_of_recipients,
    "SES_REGEX_IN_PATTERN": on_no_such_address,
    "SES_SECURE_TRANSPORT_BACKWARD": over_tls_alone,
    "SES_SINGLE_KEY_QUALIFIER": of_an_absent_key,
    "SES_VARIABLE_UNBOUND": of_roles,
    "SES_WINDOW_EXPIRED": not_now,
    "SES_WINDOW_NEVER": never,
    "SES_WINDOW_NOT_YET": not_now,
    "UNSUPPORTED_ACTION_FOR_CONDITION_KEY": as_said_of_entry,
    "UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL": never,
}


def contradictions(document: Document, finding: Finding, requests: list[Request]) -> Iterator[Request]:
    """The requests that are decided otherwise than a finding claims, or than its fix that changes nothing leaves them."""
    claim = CLAIMS.get(finding.code)
    claimed = Claimed(document, finding)
    equal = [patched(document, fix.edits) for fix in finding.fixes if fix.edits and fix.proof and not fix.changes_meaning]
    for request in requests:
        if (claim is not None and not claim(claimed, request)) or not all(
            decides_the_same(document, each, request) for each in equal
        ):
            yield request


def decides_the_same(one: Document, other: Document, request: Request) -> bool:
    assert one.policy is not None
    assert other.policy is not None
    side = side_of(one)
    if allows((one.policy,), side, request) is not allows((other.policy,), side, request):
        return False
    return is_denied_by(one, request) is is_denied_by(other, request)


def is_denied_by(document: Document, request: Request) -> bool:
    assert document.policy is not None
    denies = [each for each in document.policy.statements if each.effect is Effect.DENY]
    return not allows((undenied(document, *denies),), side_of(document), request)
