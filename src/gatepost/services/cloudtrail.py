"""CloudTrail's LookupEvents over the audit log: one attribute, a span of time, pages, newest first.

Unlike AWS, sends are found here too: every decision is in the log.
"""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from gatepost.aws.call import Call, Shape
from gatepost.aws.errors import AwsError
from gatepost.aws.operation import operation
from gatepost.services.needs import on_everything
from gatepost.store import events
from gatepost.store.events import Found, Lookup
from gatepost.store.instant import from_microseconds, to_microseconds
from gatepost.store.transaction import Transaction

PAGE: Final = 50
COLUMNS: Final = {
    "EventId": "event_id",
    "EventName": "event_name",
    "EventSource": "event_source",
    "Username": "user_name",
    "AccessKeyId": "access_key_id",
    "ReadOnly": "read_only",
}
RESOURCE_PLACES: Final = {"ResourceType": 0, "ResourceName": 1}


@operation("cloudtrail", "LookupEvents", needs=on_everything)
def lookup_events(
    call: Call,
    tx: Transaction,
    *,
    lookup_attributes: Sequence[Shape] = (),
    start_time: datetime | None = None,
    end_time: datetime | None = None,
    event_category: str | None = None,
    max_results: int = PAGE,
    next_token: str | None = None,
) -> Shape:
    """The events of the account and region."""
    if start_time is not None and end_time is not None and start_time > end_time:
        text = "Invalid time range: the start time must be before the end time."
        raise AwsError("InvalidTimeRangeException", text)
    if event_category == "insight":
        return {"Events": []}
    lookup = _lookup(lookup_attributes, start_time, end_time, next_token)
    found = events.find_events(tx, call.caller.account, call.region, lookup, max_results + 1)
    token = _token(found[max_results - 1]) if len(found) > max_results else None
    return {"Events": [_event(each) for each in found[:max_results]], "NextToken": token}


def _lookup(attributes: Sequence[Shape], start: datetime | None, end: datetime | None, token: str | None) -> Lookup:
    if len(attributes) > 1:
        text = "You can only specify one attribute in the list of lookup attributes."
        raise AwsError("InvalidLookupAttributesException", text)
    column: str | None = None
    value: str | bool | None = None
    resource: tuple[int, str] | None = None
    if attributes:
        key, given = attributes[0]["AttributeKey"], attributes[0]["AttributeValue"]
        if key in RESOURCE_PLACES:
            resource = (RESOURCE_PLACES[key], given)
        else:
            column = COLUMNS[key]
            value = _read_only(given) if key == "ReadOnly" else given
    return Lookup(column, value, resource, start, end, None if token is None else _before(token))


def _read_only(given: str) -> bool:
    if given.lower() not in ("true", "false"):
        raise AwsError("InvalidLookupAttributesException", "ReadOnly must be true or false.")
    return given.lower() == "true"


def _token(last: Found) -> str:
    return base64.urlsafe_b64encode(f"{to_microseconds(last.time)}:{last.seq}".encode()).decode()


def _before(token: str) -> tuple[datetime, int]:
    try:
        time, _, seq = base64.b64decode(token, altchars=b"-_", validate=True).decode().partition(":")
        return from_microseconds(int(time)), int(seq)
    except (binascii.Error, ValueError, OverflowError):
        raise AwsError("InvalidNextTokenException", "The token for the next page is not valid.") from None


def _event(found: Found) -> dict[str, Any]:
    return {
        "EventId": found.event_id,
        "EventName": found.event_name,
        "ReadOnly": "true" if found.read_only else "false",
        "AccessKeyId": found.access_key_id,
        "EventTime": found.time,
        "EventSource": found.event_source,
        "Username": found.user_name,
        "Resources": [{"ResourceType": kind, "ResourceName": name} for kind, name in found.resources],
        "CloudTrailEvent": found.record,
    }
