"""What would let a denied request through.

No grant helps against a Deny that hits: it must change. For each layer that lacks an Allow there is a narrowest statement, which says
the request's own action, resource and keys. What is offered is decided again with it in place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gatepost.policy.catalogue import action as known_action
from gatepost.policy.catalogue import condition_key
from gatepost.policy.decide import LayerKind, Policies
from gatepost.policy.explain import Explanation
from gatepost.policy.layer import Layer
from gatepost.policy.match import AttachedPolicy, PolicySource
from gatepost.policy.model import (
    NOWHERE,
    VERSION_2012,
    Condition,
    Effect,
    Operator,
    Policy,
    Statement,
)
from gatepost.policy.partial import Answer, decide_partly
from gatepost.policy.read import DOCUMENT_CHARACTERS
from gatepost.policy.reading import entry_of
from gatepost.policy.request import Request
from gatepost.policy.shortfall import Denial, Lack, Shortfall

NOT_GRANTED_ON: Final = frozenset(("ses:apiversion",))  # both versions send the same mail
SOURCES: Final = {
    LayerKind.IDENTITY: PolicySource.USER_INLINE,
    LayerKind.RESOURCE: PolicySource.RESOURCE,
    LayerKind.BOUNDARY: PolicySource.BOUNDARY,
    LayerKind.SESSION: PolicySource.SESSION,
    LayerKind.SCP: PolicySource.SCP,
}
ADDRESSES: Final = ("ses:fromaddress", "ses:feedbackaddress", "ses:recipients")
# What a request carries, in words for when a grant says nothing of it.
WIDER: Final = {
    "ses:fromaddress": "from any address of the identity",
    "ses:recipients": "to anybody",
    "ses:feedbackaddress": "with any return path",
    "ses:fromdisplayname": "under any display name",
}


@dataclass(frozen=True, slots=True)
class Grant:
    """The narrowest statement that fills a lack. `also_allows` says what it allows beside the request, in words."""

    lack: Lack
    statement: Statement
    also_allows: tuple[str, ...]

    @property
    def policy(self) -> Policy:
        """A policy of this statement alone."""
        return Policy((self.statement,), VERSION_2012)


@dataclass(frozen=True, slots=True)
class Remedy:
    """What would let a request through: denials that must change, and grants.

    `after` is the answer with all of it done: yes, or cannot tell where a Deny depends on keys that are left open.
    """

    denials: tuple[Denial, ...]
    grants: tuple[Grant, ...]
    after: Answer


def remedy(explanation: Explanation, short: Shortfall) -> Remedy | None:
    """The remedy for a denied request, decided again; None where nothing is in the way, or nothing that can be put in words helps."""
    if not short:
        return None
    grants = tuple(_grant(explanation.request, lack) for lack in short.lacks)
    mended = _mended(explanation.policies, short.denials, grants)
    after = decide_partly(explanation.request, mended, explanation.unknown).answer
    return None if after is Answer.NO else Remedy(short.denials, grants, after)


# --- the statement ------------------------------------------------------------------------------------------------------


def _grant(request: Request, lack: Lack) -> Grant:
    known = known_action(request.action)
    by_resource = lack.kind is LayerKind.RESOURCE
    conditions = tuple(_conditions(request))
    is_trust = (
        by_resource
        and lack.layer is not None
        and any(attached.source is PolicySource.TRUST for attached in lack.layer.layer.attached)
    )
    statement = Statement(
        Effect.ALLOW,
        principals=(entry_of(request.principal),) if by_resource else None,
        actions=(request.action if known is None else f"{known.service}:{known.name}",),
        resources=None if is_trust else (_literal_resource(request.resource),),
        conditions=conditions,
    )
    return Grant(lack, statement, tuple(_also_allowed(request, lack, conditions)))


def _conditions(request: Request) -> Iterable[Condition]:
    """One for each key of the service's own that the request carries and a policy can hold."""
    service = request.action_key.partition(":")[0]
    for key, value in request.context.items():
        if not key.startswith(f"{service}:") or key in NOT_GRANTED_ON:
            continue
        values = (value,) if isinstance(value, str) else value
        if values and all(map(DOCUMENT_CHARACTERS.fullmatch, values)):
            known = condition_key(key)
            any_case = key in ADDRESSES and any(text != text.lower() for text in values)  # mail does not tell the case of one
            base = "StringEqualsIgnoreCase" if any_case else "StringEquals"
            operator = Operator(base, None if isinstance(value, str) else "ForAllValues")
            yield Condition(operator, known.name if known else key, tuple(map(_literal, dict.fromkeys(values))), NOWHERE)


def _literal(text: str) -> str:
    """A text that means itself in the value of a string operator."""
    return text.replace("${", "${$}{")


def _literal_resource(arn: str) -> str:
    """An ARN that means itself: wildcards and variables count after the fifth colon alone."""
    head, tail = arn[: -len(arn.split(":", 5)[-1])], arn.split(":", 5)[-1]
    if arn == "*" or not head:
        return arn
    return head + _literal(tail).replace("*", "${*}").replace("?", "${?}")


# --- what else it allows ------------------------------------------------------------------------------------------------


def _also_allowed(request: Request, lack: Lack, conditions: Sequence[Condition]) -> Iterable[str]:
    if lack.kind in (LayerKind.BOUNDARY, LayerKind.SCP):
        yield "nobody by itself: it lifts a limit, for everyone whose limit this is"
    if lack.kind in (LayerKind.IDENTITY, LayerKind.RESOURCE) and request.principal.role_name is not None:
        yield f"every session of role/{request.principal.role_name}"
    known = known_action(request.action)
    limited = {condition.key.lower() for condition in conditions}
    if request.resource == "*" and known is not None:
        yield "on everything: the action has no resource" if not known.resource_types else "on every resource"
    keys = {key.lower() for key in known.condition_keys} if known else set()
    yield from (words for key, words in WIDER.items() if key in keys and key not in limited)
    if "ses:recipients" in limited and len(request.context["ses:recipients"]) > 1:
        yield "to some of these recipients alone"
    if any(condition.operator.base.endswith("IgnoreCase") for condition in conditions):
        yield "the same addresses in capitals or small letters"
    yield "at any time, over any connection, from any network"


# --- the proof ----------------------------------------------------------------------------------------------------------


def _mended(policies: Policies, denials: Sequence[Denial], grants: Sequence[Grant]) -> Policies:
    """The policies without these Denies and with these grants."""

    def layer(kind: LayerKind, given: Layer | None, level: int = 0) -> Layer | None:
        dropped = {(id(each.step.attached), each.step.index) for each in denials if each.kind is kind and each.level == level}
        added = [each.policy for each in grants if each.lack.kind is kind and each.lack.level == level]
        if not dropped and not added:
            return given
        kept = () if given is None else given.attached
        mended = [_without(attached, dropped) for attached in kept]
        return Layer([*mended, *(AttachedPolicy(policy, SOURCES[kind]) for policy in added)])

    def levels(kind: LayerKind, given: tuple[Layer, ...] | None) -> tuple[Layer, ...] | None:
        return None if given is None else tuple(layer(kind, each, level) or each for level, each in enumerate(given))

    return Policies.of_layers(
        layer(LayerKind.IDENTITY, policies.identity) or policies.identity,
        layer(LayerKind.RESOURCE, policies.resource),
        layer(LayerKind.BOUNDARY, policies.boundary),
        layer(LayerKind.SESSION, policies.session),
        levels(LayerKind.SCP, policies.scps),
        levels(LayerKind.RCP, policies.rcps),
    )


def _without(attached: AttachedPolicy, dropped: set[tuple[int, int]]) -> AttachedPolicy:
    statements = tuple(
        statement for index, statement in enumerate(attached.policy.statements) if (id(attached), index) not in dropped
    )
    return replace(attached, policy=replace(attached.policy, statements=statements))
