"""A CloudTrail record: who called what, from where, with what, and how it ended.

Source: AWS CloudTrail User Guide, "CloudTrail record contents".
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Raw, Struct

from gatepost.audit import authorization
from gatepost.audit.authorization import Authorized
from gatepost.audit.ids import event_id as fresh_event_id
from gatepost.policy.principal import Principal, PrincipalKind
from gatepost.store.event_kinds import EventKind
from gatepost.store.event_record import Body, Constant, Parts, decode_constant, encode_json, packed_ids, record_of, templated
from gatepost.store.events import EventRow

LONGEST_TEMPLATE: Final = 1024
SIGNATURE_VERSION: Final = {"SignatureVersion": "4"}
SIGNED: Final = Raw(encode_json(SIGNATURE_VERSION))
NOTHING: Final = Raw(b"null")
Recorded = Mapping[str, Any] | None  # members in camel case, as CloudTrail writes them
TYPES: Final = {
    PrincipalKind.ROOT: "Root",
    PrincipalKind.USER: "IAMUser",
    PrincipalKind.ASSUMED_ROLE: "AssumedRole",
    PrincipalKind.FEDERATED_USER: "FederatedUser",
}


class Event(Struct, frozen=True):
    """One call, as it is recorded."""

    time: datetime
    account: str
    region: str
    source: str  # "ses.amazonaws.com"
    name: str  # the operation
    request_id: str
    read_only: bool
    source_ip: str
    user_agent: str
    principal: Principal | None = None  # None: nobody whom a valid signature showed
    user_name: str | None = None
    session_context: Recorded = None  # of temporary credentials
    access_key_id: str | None = None
    request_parameters: Recorded = None
    response_elements: Recorded = None
    error_code: str | None = None
    error_message: str | None = None
    resources: tuple[tuple[str, str], ...] = ()
    host: str | None = None
    secure: bool = False
    additional: Recorded = None
    authorized: Authorized | None = None  # None: it was never asked what the policies say


def row_of(event: Event) -> EventRow:
    """The event as the store keeps it; its ID is made here."""
    event_id = fresh_event_id(event.time)
    kept = None if event.authorized is None else event.authorized.authorization
    code, message = event.error_code, event.error_message
    template: str | None = None
    placed: Sequence[str] = ()
    if kept is not None and code is not None and message is not None and len(message) <= LONGEST_TEMPLATE:
        template, placed = templated(message, kept.id, [each.resource for each in kept.evaluations])
        template, placed, message = (template, placed, None) if kept.id in message else (None, (), message)
    constant = Constant(
        Raw(encode_json(_identity(event))),
        event.source_ip,
        event.user_agent,
        event.secure,
        event.host if event.secure else None,
        SIGNED if event.additional == SIGNATURE_VERSION else NOTHING,
        None if kept is None else kept.caller,
        None if template is None else code,
        template,
    )
    kind = EventKind(
        event.account,
        event.region,
        event.source,
        event.name,
        _user_name(event),
        event.access_key_id,
        event.read_only,
        bool(event.resources),
        encode_json(constant).decode(),
    )
    request_id, packed_id = packed_ids(event.request_id, event_id, event.time)
    body = Body(
        request_id,
        packed_id,
        code if template is None else None,
        message,
        _member(event.request_parameters),
        _member(event.response_elements),
        event.resources,
        None if event.additional == SIGNATURE_VERSION else _member(event.additional),
        None if kept is None else authorization.pack(kept),
        placed,
    )
    return EventRow(event.time, kind, body, event_id, () if kept is None else _touched(kept))


def _member(value: Recorded) -> bytes | None:
    return None if value is None else encode_json(value)


def _touched(kept: authorization.Authorization) -> tuple[str, ...]:
    """The accounts, beside the caller's, on whose resources it was decided."""
    return tuple({each.account: None for each in kept.evaluations if each.account is not None})


def record_text(row: EventRow) -> str:
    """The CloudTrail record of a row, JSON text."""
    kind = row.kind
    constant = decode_constant(kind.constant)
    return record_of(
        Parts(kind.account, kind.region, kind.event_source, kind.event_name, kind.read_only, row.time, constant, row.body)
    )


def _user_name(event: Event) -> str | None:
    """CloudTrail's `Username`: a user's name, `root`, a session's name."""
    return event.user_name or (event.principal.name if event.principal is not None else None)


def _identity(event: Event) -> dict[str, object]:
    principal = event.principal
    if principal is None:
        unknown: dict[str, object] = {"type": "Unknown", "accountId": event.account}
        if event.access_key_id is not None:
            unknown["accessKeyId"] = event.access_key_id
        return unknown
    if principal.kind is PrincipalKind.FEDERATED:
        return {
            "type": "WebIdentityUser",
            "principalId": f"{principal.arn}:{event.user_name}",
            "userName": event.user_name,
            "identityProvider": principal.arn,
        }
    identity: dict[str, object] = {
        "type": TYPES.get(principal.kind, "Unknown"),
        "principalId": principal.unique_id or principal.account,
        "arn": principal.arn,
        "accountId": principal.account,
    }
    if event.access_key_id is not None:
        identity["accessKeyId"] = event.access_key_id
    if event.user_name is not None:
        identity["userName"] = event.user_name
    if event.session_context is not None:
        identity["sessionContext"] = event.session_context
    return identity
