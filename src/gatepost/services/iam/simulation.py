"""SimulateCustomPolicy and SimulatePrincipalPolicy: what the real evaluator would decide, asked without doing anything.

Keys that follow from who is asked for (name, tags, account, organization) need not be given. What is looked up is the caller's own
account's, and where an account of its organization stands; of any other account nothing is, so that no answer tells of it.
Source: IAM API Reference; the form of the results as the service answers them (`evaluation`).
"""

from collections.abc import Iterable, Sequence
from typing import Final

from gatepost.access.gather import trust_side
from gatepost.access.placement import NONE, Placement, placement
from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.aws.question import Question
from gatepost.policy.decide import AttachedPolicy, Layer
from gatepost.policy.principal import is_account
from gatepost.policy.values import arn_parts
from gatepost.services.iam import errors, simulated_principals
from gatepost.services.iam.context_entries import given_context, owner_context
from gatepost.services.iam.evaluation import ROLE, Documents, Level, Owner, Simulation, owner_of, simulate
from gatepost.services.iam.naming import on_arn
from gatepost.services.iam.pages import page
from gatepost.services.iam.policy_exclusions import Exclusions
from gatepost.services.iam.simulated_principals import Simulated
from gatepost.services.iam.simulation_limits import check_context, check_documents, check_names, check_pairs
from gatepost.services.needs import on_everything
from gatepost.store import roles
from gatepost.store.transaction import Transaction

EVERYTHING: Final = "*"


def _is_light(asked: Simulation) -> bool:
    return asked.is_light


SIMULATION: Final = Question(simulate, errors.not_evaluated, _is_light)
CUSTOM: Final = (
    "ActionNames", "CallerArn", "ContextEntries", "Marker", "MaxItems", "OrderedOrganizationPolicyInputList",
    "PermissionsBoundaryPolicyInputList", "PolicyInputList", "ResourceArns", "ResourceOwner", "ResourcePolicy",
)  # fmt: skip
EC2: Final = ("ResourceHandlingOption",)
OF_PRINCIPAL: Final = (*(name for name in CUSTOM if not name.startswith("Ordered")), "PolicyExclusionList")


@operation("iam", "SimulateCustomPolicy", needs=on_everything, question=SIMULATION, reads=CUSTOM, no_effect=EC2)
def simulate_custom_policy(call: Call, tx: Transaction) -> Simulation:
    """The policies given; control policies too are those given, level by level."""
    arn = call.input.get("CallerArn")
    if arn is None and call.input.get("ResourcePolicy") is not None:
        raise errors.invalid_input("Invalid caller - Caller cannot be null or empty.")
    caller = simulated_principals.nobody(call, tx) if arn is None else simulated_principals.caller_of_arn(call, tx, arn)
    return _simulation(call, tx, caller, (), None, None)


@operation(
    "iam", "SimulatePrincipalPolicy", needs=on_arn("PolicySourceArn"), question=SIMULATION, reads=OF_PRINCIPAL, no_effect=EC2
)
def simulate_principal_policy(call: Call, tx: Transaction, *, policy_source_arn: str) -> Simulation:
    """The policies of a user, group or role, with those given beside them, and without those to be left out."""
    source = simulated_principals.source(call, tx, policy_source_arn)
    arn = call.input.get("CallerArn")
    caller = source if arn is None else simulated_principals.caller_of_arn(call, tx, arn)
    without = Exclusions(call.input.get("PolicyExclusionList") or ())
    boundary = None if without.boundary else source.boundary
    scps = None if without.scps else caller.scps
    return _simulation(call, tx, caller, without.keep(source.attached), boundary, scps)


def _simulation(
    call: Call,
    tx: Transaction,
    caller: Simulated,
    attached: Iterable[AttachedPolicy],
    boundary: Layer | None,
    scps: tuple[Layer, ...] | None,
) -> Simulation:
    """What both operations take alike, which is all but whose policies are asked."""
    given = call.input
    documents = _documents(given)
    check_documents(documents.all)
    check_context(given.get("ContextEntries") or ())
    check_names(given["ActionNames"], given.get("ResourceArns") or ())
    actions, resources = _actions(given["ActionNames"]), _resources(given.get("ResourceArns") or (EVERYTHING,))
    if documents.resource is not None and EVERYTHING in resources:
        raise errors.invalid_input("Invalid Entity Arn: * does not clearly define entity type and name.")
    owner = _owner(given.get("ResourceOwner"))
    listed, more = page(actions, given.get("Marker"), given.get("MaxItems"))
    check_pairs(len(listed), len(resources))
    accounts = {owner_of(resource, owner, caller.principal) for resource in resources}
    return Simulation(
        caller.principal,
        caller.context,
        given_context(given.get("ContextEntries") or ()),
        documents,
        tuple(listed),
        tuple(resources),
        {account: _owning(call, tx, account) for account in accounts},
        tuple(attached),
        None if boundary is None else boundary.attached,
        _levels(scps),
        owner,
        dict(_trust_policies(call, tx, resources)),
        more,
    )


def _documents(given: Shape) -> Documents:
    limits = given.get("PermissionsBoundaryPolicyInputList") or ()
    if len(limits) > 1:
        raise errors.invalid_input("PermissionsBoundaryPolicyInputList takes one permissions boundary.")
    levels = given.get("OrderedOrganizationPolicyInputList")
    return Documents(
        tuple(given.get("PolicyInputList") or ()),
        next(iter(limits), None),
        given.get("ResourcePolicy"),
        None if levels is None else tuple(tuple(level.get("ServiceControlPolicyInputList") or ()) for level in levels),
    )


def _owning(call: Call, tx: Transaction, account: str) -> Owner:
    """The account of a resource: as far as the caller's account, or its organization, is told."""
    place = _place(call, tx, account)
    return Owner(owner_context(account, place), _levels(place.rcps))


def _place(call: Call, tx: Transaction, account: str) -> Placement:
    """The place of an account; none where it is neither the caller's nor of its organization."""
    own = placement(tx, call.caller.account)
    if account == call.caller.account:
        return own
    place = placement(tx, account)
    return place if own.organization_id is not None and own.organization_id == place.organization_id else NONE


def _levels(layers: tuple[Layer, ...] | None) -> tuple[Level, ...] | None:
    return None if layers is None else tuple(Level(layer.attached, layer.target) for layer in layers)


def _trust_policies(call: Call, tx: Transaction, resources: Sequence[str]) -> Iterable[tuple[str, AttachedPolicy]]:
    """The trust policies of the caller's account's roles among the resources."""
    for resource in resources:
        parts = arn_parts(resource)
        if parts is None or parts[4] != call.caller.account or ROLE not in resource:
            continue
        role = roles.get_role(tx, parts[4], resource.rpartition("/")[2])
        if role is not None and role.arn == resource:
            yield resource, trust_side(role).attached[0]


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
    alone = set(arns) == {EVERYTHING}
    for arn in arns:
        parts = arn_parts(arn)
        if not alone and (parts is None or not (parts[1] and parts[2] and parts[5])):
            raise errors.invalid_input(f"ResourceNames are not in a valid ARN format: {arn}.")
    return tuple(dict.fromkeys(arns))


def _owner(resource_owner: str | None) -> str | None:
    """The account that owns resources whose ARNs name none, given by an ARN of it; its mere ID is none (API Reference)."""
    if resource_owner is None:
        return None
    parts = arn_parts(resource_owner)
    if parts is None or not is_account(parts[4]):
        raise errors.invalid_input(f"'{resource_owner}' is not a valid as a Resource Owner.")
    return parts[4]
