"""Questions to the store: what would be decided if somebody called, by the policies and with the keys that the call would meet.

The same layers are asked as a call's (`access.gather`), and the same keys are filled in (`access.context`); what the question does not
say is left open (`policy.question`).
"""

from dataclasses import dataclass, field
from typing import Final

from gatepost.access.context import organization_context, principal_context, resource_context
from gatepost.access.credentials import Caller
from gatepost.access.gather import caller_side, resource_side, trust_side
from gatepost.access.kept_layer import KeptLayer
from gatepost.access.placement import placement
from gatepost.access.regions import GLOBAL_REGION, GLOBAL_SERVICES
from gatepost.policy.catalogue import action as known_action
from gatepost.policy.principal import PrincipalKind
from gatepost.policy.question import (
    ANY_SESSION,
    GivenPolicies,
    Question,
    Supposition,
    Unasked,
    caller_unknown,
    has_no_resource,
    resource_called,
    sends,
)
from gatepost.policy.request import Context, Request
from gatepost.policy.values import account_of, arn_parts
from gatepost.store import roles
from gatepost.store.configuration_sets import configuration_set_arn, held_configuration_sets
from gatepost.store.identities import IDENTITY_ARN, Identity, covers, held_identities, identity_arn, most_specific
from gatepost.store.transaction import Transaction

CONFIGURATION_SET: Final = ":configuration-set/"


@dataclass(frozen=True, slots=True)
class Target:
    """What the call would be about. `resource` is an ARN, `*`, `identity/NAME` and the like, or an identity's name."""

    region: str
    resource: str | None = None
    configuration_set: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for each need of the call, and what people should know beside the answer."""

    caller: Caller
    questions: tuple[Question, ...]
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Needed:
    """What the call would need, as it is found."""

    resources: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, arn: str) -> None:
        if arn not in self.resources:
            self.resources.append(arn)


def ask(tx: Transaction, caller: Caller, supposed: Supposition, target: Target, given: GivenPolicies) -> Asked:
    """The questions that a call would put to the policies; Unasked where it is not said what it would be about."""
    needed = _needed(tx, caller, supposed, target)
    questions = tuple(_question(tx, caller, supposed, target, given, resource) for resource in needed.resources)
    return Asked(caller, questions, tuple(needed.notes))


# --- what it is about ---------------------------------------------------------------------------------------------------


def _needed(tx: Transaction, caller: Caller, supposed: Supposition, target: Target) -> _Needed:
    needed = _Needed()
    if has_no_resource(supposed.action):
        if target.resource not in (None, "*"):
            needed.notes.append(f"{supposed.action} has no resource: it is asked on `*`")
        needed.add("*")
    elif target.resource is not None:
        needed.add(_resource(tx, caller.account, target.region, supposed.action, target.resource, needed))
    elif supposed.sender is None or not sends(supposed.action):
        raise Unasked(f"expected what {supposed.action} is to be asked on: an ARN, an identity's name, or `*`")
    if sends(supposed.action):
        _add_sending(tx, caller, supposed, target, needed)
    return needed


def _add_sending(tx: Transaction, caller: Caller, supposed: Supposition, target: Target, needed: _Needed) -> None:
    """The identities of the From address and of the return path, and the configuration set: as a send asks for them."""
    if supposed.sender is not None:
        _add_sender(tx, caller, target.region, supposed.sender, needed)
    identity = _identity(tx, needed.resources[0])
    default = identity.configuration_set if identity is not None and identity.account == caller.account else None
    bounces = supposed.context.get("ses:feedbackaddress")
    if isinstance(bounces, str) and bounces != supposed.sender:
        its = most_specific(held_identities(tx, caller.account, target.region), bounces)
        needed.add(its.arn if its else identity_arn(caller.account, target.region, bounces))
    configuration_set = target.configuration_set or default
    if configuration_set is not None:
        if configuration_set not in held_configuration_sets(tx, caller.account, target.region):
            needed.notes.append(f"there is no configuration set `{configuration_set}` in account {caller.account}")
        needed.add(configuration_set_arn(caller.account, target.region, configuration_set))


def _add_sender(tx: Transaction, caller: Caller, region: str, sender: str, needed: _Needed) -> None:
    """The identity of the From address, where no resource is given."""
    if not needed.resources:
        identity = most_specific(held_identities(tx, caller.account, region), sender)
        needed.add(identity.arn if identity else identity_arn(caller.account, region, sender))
        if identity is None:
            needed.notes.append(f"no verified identity of account {caller.account} covers {sender}: SES refuses such a message")
        return
    match = IDENTITY_ARN.fullmatch(needed.resources[0])
    if match is not None and not covers(match.group(4), sender):
        needed.notes.append(f"identity/{match.group(4)} does not cover {sender}: SES refuses such a message")


def _resource(tx: Transaction, account: str, region: str, action: str, given: str, needed: _Needed) -> str:
    """The ARN of a resource by what a person types; with the path of a role that there is."""
    arn = resource_called(action, given, account, region)
    match = IDENTITY_ARN.fullmatch(arn)
    if match is not None and match.group(4) not in held_identities(tx, match.group(3), match.group(2)):
        needed.notes.append(f"there is no identity `{match.group(4)}` in account {match.group(3)}, {match.group(2)}")
    if given.startswith("role/") and (role := roles.get_role(tx, account, given.rpartition("/")[2])) is not None:
        return role.arn
    return arn


def identity_called(tx: Transaction, account: str, region: str, given: str) -> str | None:
    """The ARN of the identity that an account has by this name, or as `identity/NAME`; None where it has none."""
    name = given.removeprefix("identity/")
    name = name if "@" in name else name.lower()
    known = held_identities(tx, account, region).get(name)
    return None if known is None else known.arn


# --- the question -------------------------------------------------------------------------------------------------------


def _question(
    tx: Transaction, caller: Caller, supposed: Supposition, target: Target, given: GivenPolicies, resource: str
) -> Question:
    place = placement(tx, caller.account)
    account = account_of(resource) or caller.account
    its_place = place if account == caller.account else placement(tx, account)
    principal = caller.principal
    context: dict[str, str | tuple[str, ...]] = {
        **caller_keys(caller),
        **organization_context(place),
        **resource_context(account, its_place),
        **_resource_tags(tx, supposed.action, resource),
        "aws:requestedregion": _region(supposed.action, resource, target.region),
        **supposed.known(),
    }
    request = Request.of_normalised(principal, supposed.action, resource, account, context)
    side = resource_layer(tx, request.action_key, resource)
    held = caller_side(tx, caller).against(side, its_place.rcps)
    return Question(request, given.beside(held), supposed.left_open(caller_unknown(principal)))


def caller_keys(caller: Caller) -> Context:
    """The keys that say who calls; of a role's session no more than is true of all of them."""
    context = {**principal_context(caller), "aws:principalisawsservice": "false"}
    if caller.principal.kind is PrincipalKind.ASSUMED_ROLE and caller.session is None:
        context["aws:multifactorauthpresent"] = "false"  # no session here is made with a second factor
        if caller.principal.name == ANY_SESSION:
            del context["aws:userid"]
    return context


def resource_layer(tx: Transaction, action_key: str, resource: str) -> KeptLayer | None:
    """What a resource itself says: an identity's policies, a role's trust policy."""
    match = IDENTITY_ARN.fullmatch(resource)
    if match is not None:
        _, region, account, name = match.groups()
        return resource_side(tx, account, region, name)
    parts = arn_parts(resource)
    if parts is not None and parts[2] == "iam" and parts[5].startswith("role/") and action_key.startswith("sts:"):
        role = roles.get_role(tx, parts[4], parts[5].rpartition("/")[2])
        return None if role is None else trust_side(role)
    return None


def _identity(tx: Transaction, resource: str) -> Identity | None:
    match = IDENTITY_ARN.fullmatch(resource)
    if match is None:
        return None
    _, region, account, name = match.groups()
    return held_identities(tx, account, region).get(name)


def _resource_tags(tx: Transaction, action: str, resource: str) -> Context:
    """The tags of an SES resource, for the actions that carry them."""
    known = known_action(action)
    if known is None or known.service != "ses" or not any(key.startswith("aws:ResourceTag") for key in known.condition_keys):
        return {}
    tags: tuple[tuple[str, str], ...] = ()
    identity = _identity(tx, resource)
    if identity is not None:
        tags = identity.tags
    elif CONFIGURATION_SET in resource:
        parts = resource.split(":", 5)
        name = parts[5].partition("/")[2]
        held = held_configuration_sets(tx, parts[4], parts[3]).get(name)
        tags = () if held is None else held.tags
    return {f"aws:resourcetag/{key.lower()}": value for key, value in tags}


def _region(action: str, resource: str, region: str) -> str:
    if action.partition(":")[0].lower() in GLOBAL_SERVICES:
        return GLOBAL_REGION
    parts = arn_parts(resource)
    return (parts[3] if parts is not None else "") or region
