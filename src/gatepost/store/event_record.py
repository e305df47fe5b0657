"""An event as a row keeps it, and the CloudTrail record that is made of it again, member for member.

Nothing is kept twice: what all events of a kind share stands in the kind (`Constant`), IDs are kept as bytes, the authorization ID and
the time within the event ID are worked out. A denial's text is kept as a template in the kind, as only its resource and ID differ.
A record that this cannot make again byte for byte is kept whole (`Body.verbatim`).
Source: AWS CloudTrail User Guide, "CloudTrail record contents".
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Raw, Struct

from gatepost.store.event_ids import authorization_id, event_id_bytes, event_id_text, uuid_bytes, uuid_text

EVENT_VERSION: Final = "1.11"
encode_json: Final = msgspec.json.Encoder().encode
encode_body: Final = msgspec.msgpack.Encoder().encode
AUTHORIZATION, RESOURCE = "\x01", "\x02"  # stand in a template for the authorization ID and an evaluation's resource
HELD: Final = re.compile("[\x01\x02]")


class Constant(Struct, frozen=True, array_like=True):
    """What a record's kind tells, as JSON. `identity` is the member userIdentity; `additional` JSON of additionalEventData.

    `host` is None where the connection was not encrypted, `caller` the fingerprint of the caller's snapshot. `code` and `template`
    word a denial.
    """

    identity: Raw
    source_ip: str
    user_agent: str
    secure: bool = False
    host: str | None = None
    additional: Raw = Raw(b"null")
    caller: str | None = None
    code: str | None = None
    template: str | None = None


class Body(Struct, frozen=True, array_like=True):
    """What differs from event to event, as MessagePack. JSON members stand as their bytes.

    `authorization` is packed by `audit.authorization`, `resources` are pairs of type and name, `placed` are the resources for which a
    template has a place.
    """

    request_id: bytes
    event_id: bytes
    code: str | None = None
    message: str | None = None
    parameters: bytes | None = None
    response: bytes | None = None
    resources: Sequence[tuple[str, str]] = ()
    additional: bytes | None = None
    authorization: bytes | None = None
    placed: Sequence[str] = ()
    verbatim: str | None = None


decode_body: Final = msgspec.msgpack.Decoder(Body).decode
decode_constant: Final = msgspec.json.Decoder(Constant).decode


class Parts(Struct, frozen=True):
    """What a record is made of beside its kind's columns and `Constant`."""

    account: str
    region: str
    event_source: str
    event_name: str
    read_only: bool
    time: datetime
    constant: Constant
    body: Body


def templated(message: str, authorization: str, resources: Sequence[str]) -> tuple[str, Sequence[str]]:
    """A denial's text as a template, and the resources that it has places for."""
    if HELD.search(message) or any(HELD.search(each) for each in resources):
        return message, ()
    placed = [each for each in dict.fromkeys(resources) if len(each) > 1 and each in message][:1]
    for each in placed:
        message = message.replace(each, RESOURCE)
    return message.replace(authorization, AUTHORIZATION), placed


def event_id_of(parts: Parts) -> str:
    """The event's ID as text."""
    return event_id_text(parts.body.event_id, parts.time)


def authorization_id_of(parts: Parts) -> str:
    """The ID under which the event's authorization is found."""
    return authorization_id(parts.time, uuid_text(parts.body.request_id))


def record_of(parts: Parts) -> str:
    """The CloudTrail record, as JSON text."""
    constant, body = parts.constant, parts.body
    if body.verbatim is not None:
        return body.verbatim
    record: dict[str, object] = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": constant.identity,
        "eventTime": parts.time.isoformat(timespec="seconds")[:19] + "Z",
        "eventSource": parts.event_source,
        "eventName": parts.event_name,
        "awsRegion": parts.region,
        "sourceIPAddress": constant.source_ip,
        "userAgent": constant.user_agent,
    }
    code, message = _error(parts)
    if code is not None:
        record["errorCode"] = code
        record["errorMessage"] = message
    record["requestParameters"] = _json(body.parameters)
    record["responseElements"] = _json(body.response)
    if (additional := _additional(parts)) is not None:
        record["additionalEventData"] = additional
    record["requestID"] = uuid_text(body.request_id)
    record["eventID"] = event_id_of(parts)
    record["readOnly"] = parts.read_only
    if body.resources:
        record["resources"] = [{"type": kind, "resourceName": name} for kind, name in body.resources]
    record["eventType"] = "AwsApiCall"
    record["managementEvent"] = True
    record["recipientAccountId"] = parts.account
    record["eventCategory"] = "Management"
    if constant.secure:
        record["tlsDetails"] = {"clientProvidedHostHeader": constant.host}
    return encode_json(record).decode()


def _error(parts: Parts) -> tuple[str | None, str | None]:
    constant, body = parts.constant, parts.body
    if constant.template is None:
        return body.code, body.message
    message = constant.template.replace(AUTHORIZATION, authorization_id_of(parts))
    return constant.code, message.replace(RESOURCE, body.placed[0]) if body.placed else message


def _json(kept: bytes | None) -> Raw | None:
    return None if kept is None else Raw(kept)


def _additional(parts: Parts) -> dict[str, object] | None:
    """The kind's members, the event's own, and the authorization's ID."""
    constant, body = parts.constant, parts.body
    members: dict[str, object] = {}
    for text in (bytes(constant.additional), body.additional or b"null"):
        if text != b"null":
            members |= msgspec.json.decode(text, type=dict[str, Raw])
    if body.authorization is not None:
        members["authorizationId"] = authorization_id_of(parts)
    return members or None


def packed_ids(request_id: str, event_id: str, time: datetime) -> tuple[bytes, bytes]:
    """Request and event ID as a body keeps them."""
    return uuid_bytes(request_id), event_id_bytes(event_id, time)
