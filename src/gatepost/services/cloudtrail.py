"""CloudTrail's LookupEvents over the audit log: one attribute, a span of time, pages, newest first.

Unlike AWS, sends are found here too: every decision is in the log.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from gatepost.aws.call import Call, Shape
from gatepost.aws.errors import AwsError
from gatepost.aws.operation import operation
from gatepost.services.needs import on_everything
from gatepost.store.event_lookup import KeptEvent, Lookup, find_events
from gatepost.store.instant import to_microseconds
from gatepost.store.keyring import Keyring
from gatepost.store.transaction import Transaction
from gatepost.store.unauthenticated_events import UnauthenticatedEvent, find_unauthenticated

PAGE: Final = 50
PAGES: Final = "pages of look-ups"  # what the key of their tokens is derived by
TAG_BYTES: Final = 16
PLACE_BYTES: Final = 8
Kept = KeptEvent | UnauthenticatedEvent


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
    lookup = _lookup(lookup_attributes, start_time, end_time)
    question = _question(call, lookup, event_category)
    below, below_unauthenticated = (None, None) if next_token is None else _places(tx.keyring, question, next_token)
    place, most = (call.caller.account, call.region), max_results + 1
    known: Sequence[Kept] = (
        *find_events(tx, *place, msgspec.structs.replace(lookup, below=below), most),
        *find_unauthenticated(tx, *place, msgspec.structs.replace(lookup, below=below_unauthenticated), most),
    )
    page = _newest(known, max_results)
    token = None
    if len(known) > max_results:
        places = _below(page, KeptEvent, below), _below(page, UnauthenticatedEvent, below_unauthenticated)
        token = _token(tx.keyring, question, places)
    return {"Events": [_event(each) for each in page], "NextToken": token}


def _newest(known: Sequence[Kept], most: int) -> Sequence[Kept]:
    """The newest of both kinds; those of one kind stay in their order."""
    recorded = [each for each in known if isinstance(each, KeptEvent)]
    unauthenticated = [each for each in known if isinstance(each, UnauthenticatedEvent)]
    page: list[Kept] = []
    while len(page) < most and (recorded or unauthenticated):
        first = not unauthenticated or (bool(recorded) and recorded[0].time >= unauthenticated[0].time)
        page.append(recorded.pop(0) if first else unauthenticated.pop(0))
    return page


def _below(page: Sequence[Kept], kind: type[Kept], before: int | None) -> int | None:
    """Below which number of a kind the next page begins."""
    return min((each.seq for each in page if isinstance(each, kind)), default=before)


def _lookup(attributes: Sequence[Shape], start: datetime | None, end: datetime | None) -> Lookup:
    if len(attributes) > 1:
        text = "You can only specify one attribute in the list of lookup attributes."
        raise AwsError("InvalidLookupAttributesException", text)
    if not attributes:
        return Lookup(start=start, end=end)
    key, value = attributes[0]["AttributeKey"], attributes[0]["AttributeValue"]
    return Lookup(key, _read_only(value) if key == "ReadOnly" else value, start, end)


def _read_only(given: str) -> str:
    if given.lower() not in ("true", "false"):
        raise AwsError("InvalidLookupAttributesException", "ReadOnly must be true or false.")
    return str(int(given.lower() == "true"))


# --- pages: a token holds for the question that it was given for ----------------------------------------------------------


def _question(call: Call, lookup: Lookup, category: str | None) -> bytes:
    """All that a token holds for."""
    times = [None if each is None else to_microseconds(each) for each in (lookup.start, lookup.end)]
    return msgspec.msgpack.encode((call.caller.account, call.region, lookup.attribute, lookup.value, times, category))


def _token(keyring: Keyring, question: bytes, places: tuple[int | None, int | None]) -> str:
    packed = b"".join((0 if each is None else each).to_bytes(PLACE_BYTES, "big") for each in places)
    return base64.urlsafe_b64encode(packed + _tag(keyring, question, packed)).decode()


def _tag(keyring: Keyring, question: bytes, packed: bytes) -> bytes:
    return hmac.digest(keyring.derive(PAGES), packed + question, "sha256")[:TAG_BYTES]


def _places(keyring: Keyring, question: bytes, token: str) -> tuple[int | None, int | None]:
    """Below which numbers the page begins; InvalidNextTokenException for a token of another question."""
    try:
        kept = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        kept = b""
    packed, tag = kept[: 2 * PLACE_BYTES], kept[2 * PLACE_BYTES :]
    if len(packed) != 2 * PLACE_BYTES or not hmac.compare_digest(tag, _tag(keyring, question, packed)):
        raise AwsError("InvalidNextTokenException", "The token for the next page is not valid.")
    places = [int.from_bytes(packed[at : at + PLACE_BYTES], "big") or None for at in (0, PLACE_BYTES)]
    return places[0], places[1]


def _event(kept: Kept) -> dict[str, Any]:
    if isinstance(kept, UnauthenticatedEvent):
        record: dict[str, Any] = msgspec.json.decode(kept.record)
        return _described(kept, record["eventID"], record["eventSource"], record["eventName"], kept.read_only, ())
    parts = kept.parts
    return _described(kept, kept.event_id, parts.event_source, parts.event_name, parts.read_only, parts.body.resources)


def _described(
    kept: Kept, event_id: str, source: str, name: str, read_only: bool, resources: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    return {
        "EventId": event_id,
        "EventName": name,
        "ReadOnly": "true" if read_only else "false",
        "AccessKeyId": kept.access_key_id,
        "EventTime": kept.time,
        "EventSource": source,
        "Username": kept.user_name,
        "Resources": [{"ResourceType": kind, "ResourceName": each} for kind, each in resources],
        "CloudTrailEvent": kept.record,
    }
