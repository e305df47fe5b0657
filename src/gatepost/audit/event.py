"""A CloudTrail record: who called what, from where, with what, and how it ended.

Source: AWS CloudTrail User Guide, "CloudTrail record contents".
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from gatepost.audit import authorization
from gatepost.audit.authorization import Authorized
from gatepost.audit.ids import fresh_uuid
from gatepost.policy.principal import Principal, PrincipalKind
from gatepost.store.events import EventRow

EVENT_VERSION: Final = "1.11"
encode_json = msgspec.json.Encoder().encode
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
    """The event as the store keeps it; its ID is given here."""
    event_id = fresh_uuid()
    authorized = event.authorized
    return EventRow(
        event.account,
        event.region,
        event.time,
        event_id,
        event.name,
        event.source,
        _user_name(event),
        event.access_key_id,
        event.read_only,
        encode_json(event.resources).decode() if event.resources else "[]",
        encode_json(_record(event, event_id)).decode(),
        None if authorized is None else authorization.encode(authorized.authorization).decode(),
    )


def _user_name(event: Event) -> str | None:
    """CloudTrail's `Username`: a user's name, `root`, a session's name."""
    return event.user_name or (event.principal.name if event.principal is not None else None)


def _record(event: Event, event_id: str) -> dict[str, object]:
    record: dict[str, object] = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": _identity(event),
        "eventTime": event.time.isoformat(timespec="seconds")[:19] + "Z",
        "eventSource": event.source,
        "eventName": event.name,
        "awsRegion": event.region,
        "sourceIPAddress": event.source_ip,
        "userAgent": event.user_agent,
    }
    if event.error_code is not None:
        record["errorCode"] = event.error_code
        record["errorMessage"] = event.error_message
    record["requestParameters"] = event.request_parameters
    record["responseElements"] = event.response_elements
    additional = event.additional
    if event.authorized is not None:
        additional = {**(additional or {}), "authorizationId": event.authorized.authorization.id}
    if additional:
        record["additionalEventData"] = additional
    record["requestID"] = event.request_id
    record["eventID"] = event_id
    record["readOnly"] = event.read_only
    if event.resources:
        record["resources"] = [{"type": kind, "resourceName": name} for kind, name in event.resources]
    record["eventType"] = "AwsApiCall"
    record["managementEvent"] = True
    record["recipientAccountId"] = event.account
    record["eventCategory"] = "Management"
    if event.secure:
        record["tlsDetails"] = {"clientProvidedHostHeader": event.host}
    return record


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
