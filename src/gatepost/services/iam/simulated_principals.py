"""Whom a simulation asks about: the user, group or role of an ARN, with all that is attached to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gatepost.access.credentials import Caller, caller_of, caller_of_role
from gatepost.access.gather import caller_side, of_owner
from gatepost.access.kept_layer import KeptLayer
from gatepost.access.placement import NONE, placement
from gatepost.aws.call import Call
from gatepost.aws.errors import AwsError
from gatepost.policy.decide import AttachedPolicy, Layer, PolicySource
from gatepost.policy.principal import Principal
from gatepost.policy.values import arn_parts
from gatepost.services.iam import errors
from gatepost.services.iam.context_entries import Context, always, caller_context, organization_context, stranger_context
from gatepost.store import groups, roles, users
from gatepost.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Simulated:
    """A principal, its policies, and the context keys that follow from who it is."""

    principal: Principal
    attached: Sequence[AttachedPolicy] = ()
    boundary: Layer | None = None
    scps: tuple[Layer, ...] | None = None
    context: Context = field(default_factory=dict)


def source(call: Call, tx: Transaction, arn: str) -> Simulated:
    """The user, group or role of the caller's account that an ARN names."""
    kind, name, account = _named(arn)
    if account != call.caller.account:
        text = f"caller's account {call.caller.account} does not have access to policies in account {account}"
        raise errors.invalid_input(f"Invalid Policy Source Arn: {text}")
    if kind == "group":
        group = groups.get_group(tx, account, name)
        if group is None or group.arn != arn:
            raise errors.no_such(kind, name)
        of_group = of_owner(tx, group.id, group.arn, PolicySource.GROUP_INLINE, PolicySource.GROUP_MANAGED)
        somebody = nobody(call, tx)
        scps = placement(tx, account).scps
        return Simulated(somebody.principal, KeptLayer(of_group).attached, None, scps, somebody.context)
    caller = _caller(tx, account, kind, name, arn)
    if caller is None:
        raise errors.no_such(kind, name)
    side = caller_side(tx, caller)
    context = caller_context(caller, placement(tx, account))
    return Simulated(caller.principal, side.identity.attached, side.boundary, side.scps, context)


def caller_of_arn(call: Call, tx: Transaction, arn: str) -> Simulated:
    """The user, group or role that `CallerArn` names; it need not exist, and brings no policies.

    Of one in another account nothing is known but its ARN.
    """
    try:
        kind, name, account = _named(arn)
    except AwsError:
        text = "Invalid caller - Caller must be an IAM user, role or group in this context."
        raise errors.invalid_input(text) from None
    if kind == "group":
        return nobody(call, tx)
    if account != call.caller.account:
        # INVARIANT: the answer tells nothing of another account, not even who exists there: what matters of it is given in the request.
        principal = _stranger(arn)
        return Simulated(principal, context=stranger_context(principal, NONE))
    place = placement(tx, account)
    caller = _caller(tx, account, kind, name, arn)
    if caller is None:
        principal = Principal.of(arn)
        return Simulated(principal, scps=place.scps, context=stranger_context(principal, place))
    return Simulated(caller.principal, scps=place.scps, context=caller_context(caller, place))


def _stranger(arn: str) -> Principal:
    try:
        return Principal.of(arn)
    except ValueError:
        raise errors.invalid_input(f"Invalid Entity Arn: {arn} does not clearly define entity type and name.") from None


def nobody(call: Call, tx: Transaction) -> Simulated:
    """A user of the account without a name or anything else: never the root user, whom no policy limits."""
    account = call.caller.account
    context = {"aws:principalaccount": account, **always(), **organization_context(placement(tx, account))}
    return Simulated(Principal.of(f"arn:aws:iam::{account}:user/simulated"), context=context)


def _named(arn: str) -> tuple[str, str, str]:
    """Kind, name and account."""
    parts = arn_parts(arn)
    kind, _, path = ("", "", "") if parts is None else parts[5].partition("/")
    name = path.rpartition("/")[2]
    if parts is None or parts[2] != "iam" or kind not in ("user", "group", "role") or not name:
        raise errors.invalid_input(f"Invalid Entity Arn: {arn} does not clearly define entity type and name.")
    return kind, name, parts[4]


def _caller(tx: Transaction, account: str, kind: str, name: str, arn: str) -> Caller | None:
    """The user or role with exactly this ARN, path and all."""
    if kind == "user":
        user = users.get_user(tx, account, name)
        return caller_of(user) if user is not None and user.arn == arn else None
    role = roles.get_role(tx, account, name)
    return caller_of_role(role) if role is not None and role.arn == arn else None
