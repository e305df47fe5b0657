"""A simulation, thought about: what the real evaluator would decide. Pure, run in a process of its own unless it is light.

There is one result an action; what it says of each resource stands in `ResourceSpecificResults`. Beyond what AWS's simulator does,
this one asks the resource's account for its control policies, counts the keys of control policies among the missing, and lets nobody
into another account without a resource policy; so that it says what a call would be told.
Source: IAM API Reference; the form of the results as the service answers them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from gatepost.aws.errors import AwsError
from gatepost.policy.decide import AttachedPolicy, Layer, LayerKind, Policies, PolicySource
from gatepost.policy.explain import Explanation, explain, keys_of
from gatepost.policy.policies import named_resource
from gatepost.policy.principal import Principal, is_account
from gatepost.policy.read import PolicyKind, read_policy
from gatepost.policy.request import Request
from gatepost.policy.values import account_of
from gatepost.services.iam import errors
from gatepost.services.iam.documents import checked_policy
from gatepost.services.iam.simulation_limits import (
    LIGHT_CONTEXT,
    LIGHT_DOCUMENTS,
    LIGHT_EVALUATIONS,
    LIGHT_PAIRS,
    check_evaluations,
)
from gatepost.services.iam.simulation_results import Answer, result

ROLE: Final = ":role/"
TRUSTING: Final = '{"Statement": {"Effect": "Allow", "Principal": {"AWS": "%s"}, "Action": "sts:*"}}'
Attached = tuple[AttachedPolicy, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """The policies that hang at one level of an organization, and where that is."""

    attached: Attached
    target: str = ""


@dataclass(frozen=True, slots=True)
class Owner:
    """An account that owns resources: the condition keys that say so, and its RCPs, level by level (None: none bind)."""

    context: Mapping[str, Any]
    rcps: tuple[Level, ...] | None = None


@dataclass(frozen=True, slots=True)
class Documents:
    """The policies that are given, as they are written. `levels` are those of OrderedOrganizationPolicyInputList."""

    identity: tuple[str, ...] = ()
    boundary: str | None = None
    resource: str | None = None
    levels: tuple[tuple[str, ...], ...] | None = None

    @property
    def all(self) -> tuple[str, ...]:
        """Every document."""
        given = (*self.identity, *(text for level in self.levels or () for text in level), self.boundary, self.resource)
        return tuple(text for text in given if text is not None)


@dataclass(frozen=True)  # no slots: layers are made once
class Simulation:
    """Everything that a simulation rests on.

    `attached` and `boundary` are what the asked principal has already; `owners` are by account; `trust` is the trust policy of the
    roles among the resources, by ARN. `actions` are one page of those listed, `following` what tells of the next.
    """

    principal: Principal
    context: Mapping[str, Any]  # what follows from who asks
    given_context: Mapping[str, Any]
    documents: Documents
    actions: Sequence[str]
    resources: Sequence[str]
    owners: Mapping[str, Owner]
    attached: Attached = ()
    boundary: Attached | None = None
    scps: tuple[Level, ...] | None = None
    owner: str | None = None
    trust: Mapping[str, AttachedPolicy] = field(default_factory=dict)
    following: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_light(self) -> bool:
        """Whether a few milliseconds are enough: so much follows from its size alone."""
        documents = sum(map(len, self.documents.all)) + sum(len(each.policy.text) for each in self._held)
        pairs = len(self.actions) * len(self.resources)
        statements = documents // 30 + 1
        values = sum(len(str(value)) for value in self.given_context.values())
        small = documents <= LIGHT_DOCUMENTS and pairs <= LIGHT_PAIRS and values <= LIGHT_CONTEXT
        return small and pairs * statements <= LIGHT_EVALUATIONS

    @property
    def _held(self) -> Attached:
        levels = (*(self.scps or ()), *(level for owner in self.owners.values() for level in owner.rcps or ()))
        return (
            *self.attached,
            *(self.boundary or ()),
            *(each for level in levels for each in level.attached),
            *self.trust.values(),
        )

    @cached_property
    def layers(self) -> "Layers":
        """The documents, read."""
        return Layers.of(self)


@dataclass(frozen=True, slots=True)
class Layers:
    """The layers that are the same for each action and resource."""

    identity: Layer
    resource: Layer
    boundary: Layer | None
    scps: tuple[Layer, ...] | None
    rcps: Mapping[str, tuple[Layer, ...] | None]

    @classmethod
    def of(cls, asked: Simulation) -> "Layers":
        """The layers of a simulation; `InvalidInput` names the document that is no policy."""
        given = asked.documents
        scps = _levels(asked.scps) if given.levels is None else tuple(map(_scp_level, given.levels))
        limit = None if given.boundary is None else _read(given.boundary, PolicyKind.BOUNDARY, BOUNDARY)
        boundary = (limit,) if limit is not None else asked.boundary
        resource = None if given.resource is None else _read(given.resource, PolicyKind.RESOURCE, "ResourcePolicy")
        return cls(
            Layer((*asked.attached, *read_given(given.identity))),
            Layer(() if resource is None else (resource,)),
            None if boundary is None else Layer(boundary),
            scps,
            {account: _levels(owner.rcps) for account, owner in asked.owners.items()},
        )

    @property
    def statements(self) -> int:
        """How many there are of all."""
        own = (self.identity, self.resource, *(self.scps or ()), *(() if self.boundary is None else (self.boundary,)))
        of_owners = max((sum(len(level.rules) for level in levels or ()) for levels in self.rcps.values()), default=0)
        return sum(len(layer.rules) for layer in own) + of_owners


BOUNDARY: Final = "PermissionsBoundaryPolicyInputList.1"
SOURCES: Final = {PolicyKind.RESOURCE: PolicySource.RESOURCE}


def simulate(asked: Simulation) -> Mapping[str, Any]:
    """The results."""
    layers = asked.layers
    check_evaluations(len(asked.actions) * len(asked.resources), layers.statements)
    results = [result(action, [_answer(asked, layers, action, each) for each in asked.resources]) for action in asked.actions]
    return {"EvaluationResults": results, **asked.following}


def owner_of(resource: str, owner: str | None, principal: Principal) -> str:
    """The account that a resource is asked in: its ARN's, else the one that is said to own it, else the caller's."""
    named = (account_of(resource), owner)
    return next((each for each in named if each is not None and is_account(each)), principal.account) or ""


def _answer(asked: Simulation, layers: Layers, action: str, resource: str) -> Answer:
    """What would be decided on one action and resource."""
    principal = asked.principal
    account = owner_of(resource, asked.owner, principal)
    owner = asked.owners[account]
    side = _resource_side(asked, layers, action, resource, account)
    policies = Policies.of_layers(layers.identity, side, layers.boundary, None, layers.scps, layers.rcps[account])
    context = {**asked.context, **owner.context, **asked.given_context}
    explained = explain(Request(principal, action, resource, account, context), policies)
    _check_applies(explained, resource)
    return Answer(resource, explained, account != principal.account)


def _resource_side(asked: Simulation, layers: Layers, action: str, resource: str, account: str) -> Layer:
    """The policy of the resource: the one given, else the trust policy of a role that is to be assumed.

    A role that is not known here is taken to trust its own account, as AWS's simulator takes every role.
    """
    named_on = named_resource(action.lower())
    if layers.resource.rules or not account or named_on != ROLE or named_on not in resource:
        return layers.resource
    known = asked.trust.get(resource)
    return Layer((known or AttachedPolicy(read_policy(TRUSTING % account), PolicySource.TRUST),))


def _check_applies(explained: Explanation, resource: str) -> None:
    """A resource policy is about every resource that is asked for, or it is a mistake."""
    steps = [step for layer in explained.layers if layer.kind is LayerKind.RESOURCE for step in layer.statements]
    if steps and not any(step.resource for step in steps):
        raise errors.invalid_input(f"ResourcePolicy does not apply to resource {resource}.")


def read_given(documents: Sequence[str]) -> list[AttachedPolicy]:
    """The policies of a `PolicyInputList`."""
    return _given(documents, "PolicyInputList", PolicyKind.IDENTITY)


@dataclass(frozen=True, slots=True)
class AskedKeys:
    """Policies of which the condition keys are to be told: those that are attached, and the documents given."""

    attached: Attached
    documents: tuple[str, ...]

    @property
    def is_light(self) -> bool:
        """Whether a few milliseconds are enough."""
        return sum(map(len, self.documents)) + sum(len(each.policy.text) for each in self.attached) <= LIGHT_DOCUMENTS


def context_keys(asked: AskedKeys) -> Mapping[str, Any]:
    """The keys of conditions and of variables as they are written, each once, in their order."""
    found: dict[str, str] = {}
    for rule in Layer((*asked.attached, *read_given(asked.documents))).rules:
        for key in keys_of(rule):
            found.setdefault(key.lower(), key)
    return {"ContextKeyNames": list(found.values())}


def _given(documents: Sequence[str], name: str, kind: PolicyKind) -> list[AttachedPolicy]:
    return [_read(document, kind, f"{name}.{number}") for number, document in enumerate(documents, 1)]


def _scp_level(documents: Sequence[str]) -> Layer:
    return Layer(_given(documents, "ServiceControlPolicyInputList", PolicyKind.SCP))


def _levels(levels: tuple[Level, ...] | None) -> tuple[Layer, ...] | None:
    return None if levels is None else tuple(Layer(level.attached, level.target) for level in levels)


def _read(document: str, kind: PolicyKind, name: str) -> AttachedPolicy:
    try:
        return AttachedPolicy(checked_policy(document, kind), SOURCES.get(kind, PolicySource.GIVEN), name)
    except AwsError as malformed:
        raise errors.invalid_input(f"{name}: {malformed.message}") from None
