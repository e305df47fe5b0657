"""SimulateCustomPolicy and SimulatePrincipalPolicy: what the real evaluator would decide, asked without doing anything.

There is one result an action; what it says of each resource stands in `ResourceSpecificResults`. Keys that follow from who is asked
for (name, tags, account, organization) need not be given. Beyond what AWS's simulator does, this one asks the resource's account
for its control policies, counts the keys of control policies among the missing, and lets nobody into another account without a
resource policy; so that it says what a call would be told. So a role that is to be assumed is asked by its trust policy, where none is
given; one that is not known here is taken to trust its own account, as AWS's simulator takes every role.
Source: IAM API Reference; the form of the results as the service answers them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gatepost.access.gather import trust_side
from gatepost.access.placement import placement
from gatepost.aws.call import Call, Shape
from gatepost.aws.errors import AwsError
from gatepost.aws.operation import operation
from gatepost.policy.decide import AttachedPolicy, Layer, LayerKind, Policies, PolicySource
from gatepost.policy.explain import Explanation, explain
from gatepost.policy.policies import named_resource
from gatepost.policy.principal import is_account
from gatepost.policy.read import PolicyKind, read_policy
from gatepost.policy.request import Request
from gatepost.policy.values import account_of, arn_parts
from gatepost.services.iam import errors, simulated_principals
from gatepost.services.iam.context_entries import given_context, owner_context
from gatepost.services.iam.documents import checked_policy
from gatepost.services.iam.naming import on_arn
from gatepost.services.iam.pages import page
from gatepost.services.iam.policy_exclusions import Exclusions
from gatepost.services.iam.simulated_principals import Simulated
from gatepost.services.iam.simulation_results import Answer, result
from gatepost.services.needs import on_everything
from gatepost.store import roles
from gatepost.store.transaction import Transaction

EVERYTHING: Final = "*"
ROLE: Final = ":role/"
TRUSTING: Final = '{"Statement": {"Effect": "Allow", "Principal": {"AWS": "%s"}, "Action": "sts:*"}}'


@operation("iam", "SimulateCustomPolicy", needs=on_everything)
def simulate_custom_policy(call: Call, tx: Transaction) -> Shape:
    """What the policies given would decide; control policies too are those given, level by level."""
    given = call.input
    arn = given.get("CallerArn")
    if arn is None and given.get("ResourcePolicy") is not None:
        raise errors.invalid_input("Invalid caller - Caller cannot be null or empty.")
    caller = simulated_principals.nobody(call, tx) if arn is None else simulated_principals.caller_of_arn(call, tx, arn)
    levels = given.get("OrderedOrganizationPolicyInputList")
    scps = None if levels is None else tuple(map(_level, levels))
    return _simulate(call, tx, _Asked(caller, (), None, scps))


@operation("iam", "SimulatePrincipalPolicy", needs=on_arn("PolicySourceArn"))
def simulate_principal_policy(call: Call, tx: Transaction, *, policy_source_arn: str) -> Shape:
    """What the policies of a user, group or role would decide, with those given beside them, and without those to be left out."""
    given = call.input
    source = simulated_principals.source(call, tx, policy_source_arn)
    arn = given.get("CallerArn")
    caller = source if arn is None else simulated_principals.caller_of_arn(call, tx, arn)
    without = Exclusions(given.get("PolicyExclusionList") or ())
    boundary = None if without.boundary else source.boundary
    scps = None if without.scps else caller.scps
    return _simulate(call, tx, _Asked(caller, without.keep(source.attached), boundary, scps))


# --- what is asked ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose calls are simulated, under which policies besides those given."""

    caller: Simulated
    attached: Sequence[AttachedPolicy]
    boundary: Layer | None
    scps: tuple[Layer, ...] | None


@dataclass(frozen=True, slots=True)
class _Questions:
    """Everything that is the same for each action and resource."""

    asked: _Asked
    identity: Layer
    resource: Layer
    boundary: Layer | None
    owner: str | None
    context: Mapping[str, Any]

    def answer(self, tx: Transaction, action: str, resource: str) -> Answer:
        """What would be decided on one action and resource."""
        principal = self.asked.caller.principal
        account = next(filter(_is_owner, (account_of(resource), self.owner)), principal.account)
        place = placement(tx, account or "")
        side = self._resource_side(tx, action, resource, account)
        policies = Policies.of_layers(self.identity, side, self.boundary, None, self.asked.scps, place.rcps)
        context = {**self.asked.caller.context, **owner_context(account or "", place), **self.context}
        explained = explain(Request(principal, action, resource, account, context), policies)
        self._check_applies(explained, resource)
        return Answer(resource, explained, account != principal.account)

    def _resource_side(self, tx: Transaction, action: str, resource: str, account: str | None) -> Layer:
        """The policy of the resource: the one given, else the trust policy of a role that is to be assumed."""
        named_on = named_resource(action.lower())
        if self.resource.rules or account is None or named_on != ROLE or named_on not in resource:
            return self.resource
        role = roles.get_role(tx, account, resource.rpartition("/")[2])
        if role is not None and role.arn == resource:
            return trust_side(role)
        return Layer((AttachedPolicy(read_policy(TRUSTING % account), PolicySource.TRUST),))

    def _check_applies(self, explained: Explanation, resource: str) -> None:
        """A resource policy is about every resource that is asked for, or it is a mistake."""
        steps = [step for layer in explained.layers if layer.kind is LayerKind.RESOURCE for step in layer.statements]
        if steps and not any(step.resource for step in steps):
            raise errors.invalid_input(f"ResourcePolicy does not apply to resource {resource}.")


def _is_owner(account: str | None) -> bool:
    return account is not None and is_account(account)


def _simulate(call: Call, tx: Transaction, asked: _Asked) -> Shape:
    """The answers to what both operations take alike, which is all but whose policies are asked."""
    given = call.input
    actions, resources = _actions(given["ActionNames"]), _resources(given.get("ResourceArns") or (EVERYTHING,))
    limits = given.get("PermissionsBoundaryPolicyInputList") or ()
    if len(limits) > 1:
        raise errors.invalid_input("PermissionsBoundaryPolicyInputList takes one permissions boundary.")
    resource_policy = given.get("ResourcePolicy")
    if resource_policy is not None and EVERYTHING in resources:
        raise errors.invalid_input("Invalid Entity Arn: * does not clearly define entity type and name.")
    questions = _Questions(
        asked,
        Layer((*asked.attached, *read_given(given.get("PolicyInputList") or ()))),
        Layer(() if resource_policy is None else (_resource_policy(resource_policy),)),
        Layer(_given(limits, "PermissionsBoundaryPolicyInputList", PolicyKind.BOUNDARY)) if limits else asked.boundary,
        _owner(given.get("ResourceOwner")),
        given_context(given.get("ContextEntries") or ()),
    )
    listed, more = page(actions, given.get("Marker"), given.get("MaxItems"))
    results = [result(action, [questions.answer(tx, action, resource) for resource in resources]) for action in listed]
    return {"EvaluationResults": results, **more}


def _actions(names: Sequence[str]) -> Sequence[str]:
    """The actions. AWS asks of a name only that it has a service; what no service knows is evaluated as it is written."""
    for name in names:
        service, _, action = name.partition(":")
        if not (service and action):
            raise errors.invalid_input("The action is invalid since it is missing names")
        if "*" in name or "?" in name:
            raise errors.invalid_input(f"The action is invalid since it has a wildcard: {name}")
    return tuple(dict.fromkeys(names))


def _resources(arns: Sequence[str]) -> Sequence[str]:
    for arn in arns:
        parts = arn_parts(arn)
        alone = arn == EVERYTHING and set(arns) == {EVERYTHING}
        if not alone and (parts is None or not (parts[1] and parts[2] and parts[5])):
            raise errors.invalid_input(f"ResourceNames are not in a valid ARN format: {arn}.")
    return tuple(dict.fromkeys(arns))


def read_given(documents: Sequence[str]) -> list[AttachedPolicy]:
    """The policies of a `PolicyInputList`."""
    return _given(documents, "PolicyInputList", PolicyKind.IDENTITY)


def _given(documents: Sequence[str], name: str, kind: PolicyKind) -> list[AttachedPolicy]:
    return [_read(document, kind, PolicySource.GIVEN, f"{name}.{number}") for number, document in enumerate(documents, 1)]


def _level(level: Shape) -> Layer:
    return Layer(_given(level.get("ServiceControlPolicyInputList") or (), "ServiceControlPolicyInputList", PolicyKind.SCP))


def _resource_policy(document: str) -> AttachedPolicy:
    return _read(document, PolicyKind.RESOURCE, PolicySource.RESOURCE, "ResourcePolicy")


def _read(document: str, kind: PolicyKind, source: PolicySource, name: str) -> AttachedPolicy:
    try:
        return AttachedPolicy(checked_policy(document, kind), source, name)
    except AwsError as malformed:
        raise errors.invalid_input(f"{name}: {malformed.message}") from None


def _owner(resource_owner: str | None) -> str | None:
    """The account that owns resources whose ARNs name none, given by its ID or its ARN."""
    if resource_owner is None:
        return None
    parts = arn_parts(resource_owner)
    account = resource_owner if parts is None else parts[4]
    if not is_account(account):
        raise errors.invalid_input(f"'{resource_owner}' is not a valid as a Resource Owner.")
    return account
