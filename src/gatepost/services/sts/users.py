"""Sessions of users: GetSessionToken for oneself, GetFederationToken for somebody whom one vouches for.

Source: STS API Reference, GetSessionToken and GetFederationToken.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import Need, operation
from gatepost.services.needs import nothing
from gatepost.services.sts.errors import no_such_second_factor
from gatepost.services.sts.issuing import issue
from gatepost.services.sts.session_policies import SessionPolicies, check_managed, packed_size, read_session_policies
from gatepost.services.sts.session_tags import SessionTags, session_tags
from gatepost.store.sessions import SessionKind
from gatepost.store.transaction import Transaction, View

DEFAULT_SECONDS: Final = 43_200
LONGEST_OF_ROOT: Final = 3600


@operation("sts", "GetSessionToken", needs=nothing, writes=True)
def get_session_token(
    call: Call,
    tx: Transaction,
    *,
    duration_seconds: int = DEFAULT_SECONDS,
    serial_number: str | None = None,
    token_code: str | None = None,
) -> Shape:
    """Temporary credentials of the very user. No permission is needed, and none can be denied (API Reference)."""
    if serial_number is not None or token_code is not None:
        raise no_such_second_factor()
    caller = call.caller
    credentials = issue(
        call,
        tx,
        account=caller.account,
        kind=SessionKind.SESSION_TOKEN,
        owner_id=caller.owner_id,
        name=caller.user_name or "root",
        seconds=_seconds(call, duration_seconds),
    )
    return {"Credentials": credentials}


class Federation(Struct, frozen=True):
    """Somebody who is to be vouched for."""

    name: str
    policies: SessionPolicies
    tags: SessionTags


def _parse(
    _call: Call,
    _view: View,
    *,
    name: str,
    policy: str | None = None,
    policy_arns: Sequence[Shape] = (),
    tags: Sequence[Shape] = (),
) -> Federation:
    return Federation(name, read_session_policies(policy, policy_arns), session_tags(tags, (), None))


def _needs(call: Call, federation: Federation, _view: View) -> Sequence[Need]:
    account = call.caller.account
    resource, tags = f"arn:aws:sts::{account}:federated-user/{federation.name}", federation.tags.given
    context: dict[str, str | tuple[str, ...]] = {f"aws:requesttag/{key.lower()}": value for key, value in tags.items()}
    if not tags:
        return (Need("sts:GetFederationToken", resource, account, context),)
    context["aws:tagkeys"] = tuple(tags)
    return (Need("sts:GetFederationToken", resource, account, context), Need("sts:TagSession", resource, account, context))


@operation("sts", "GetFederationToken", needs=_needs, parse=_parse, writes=True, reads=("DurationSeconds",))
def get_federation_token(call: Call, tx: Transaction, federation: Federation) -> Shape:
    """Temporary credentials of a federated user: what both the user and the session policies allow."""
    caller = call.caller
    check_managed(tx, federation.policies, caller.account)
    packed = packed_size(federation.policies, federation.tags.given)
    credentials = issue(
        call,
        tx,
        account=caller.account,
        kind=SessionKind.FEDERATED_USER,
        owner_id=caller.owner_id,
        name=federation.name,
        seconds=_seconds(call, call.input.get("DurationSeconds") or DEFAULT_SECONDS),
        policies=federation.policies,
        tags=federation.tags,
    )
    user = {
        "FederatedUserId": f"{caller.account}:{federation.name}",
        "Arn": f"arn:aws:sts::{caller.account}:federated-user/{federation.name}",
    }
    return {"Credentials": credentials, "FederatedUser": user, "PackedPolicySize": packed}


def _seconds(call: Call, wanted: int) -> int:
    """How long the session lasts; the root user's an hour at most, whatever is asked for."""
    return min(wanted, LONGEST_OF_ROOT) if call.caller.owner_id is None else wanted
