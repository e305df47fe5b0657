"""Inputs and outputs as the audit log shows them: members in camel case; no secret, no body, nothing of boundless size.

CloudTrail hides what a model marks sensitive, and the content of messages.
Source: CloudTrail User Guide, "CloudTrail record contents": `requestParameters` and `responseElements` have 100 KB at most.
"""

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, Final

from botocore.model import ListShape, MapShape, Shape, StructureShape

from gatepost.aws.wire.constraints import lower_first

HIDDEN: Final = "HIDDEN_DUE_TO_SECURITY_REASONS"
# SES v1 and v2: what a message says. STS: a session's token, which its model does not mark.
UNSHOWN: Final = frozenset(
    ("Message", "RawMessage", "EmailContent", "BulkEmailContent", "TemplateData", "EmailTemplateData", "tokenType")
)
LONGEST: Final = 20_000  # characters of one value
MOST_ITEMS: Final = 100  # of one list or map
LARGEST: Final = 102_400  # characters in all
OMITTED: Final = {"omitted": "larger than 100 KB"}
Record = Callable[[Any], Any]  # a value of the model in its recorded form


class Recorders:
    """The recorders of one service's shapes."""

    def __init__(self) -> None:
        self._structures: dict[str, Record] = {}

    def of(self, shape: Shape | None) -> Record:
        """What records a value of this shape."""
        if shape is None:
            return lambda _value: None
        if shape.metadata.get("sensitive") or shape.name in UNSHOWN:
            return lambda _value: HIDDEN
        if isinstance(shape, StructureShape):
            return self._of_structure(shape)
        if isinstance(shape, ListShape):
            item = self.of(shape.member)
            return lambda value: [item(each) for each in value[:MOST_ITEMS]]
        if isinstance(shape, MapShape):
            each_value = self.of(shape.value)
            return lambda value: {_text(key): each_value(each) for key, each in islice(value.items(), MOST_ITEMS)}
        if shape.type_name == "timestamp":
            return _instant
        if shape.type_name == "blob":
            return lambda value: base64.b64encode(value[:LONGEST]).decode()
        if shape.type_name == "string":
            return _text
        return lambda value: value

    def _of_structure(self, shape: StructureShape) -> Record:
        known = self._structures.get(shape.name)
        if known is not None:
            return known
        members: dict[str, tuple[str, Record]] = {}

        def record(value: Mapping[str, Any]) -> dict[str, Any]:
            recorded = {}
            for name, each in value.items():
                known_as = members.get(name)
                if known_as is not None and each is not None:
                    recorded[known_as[0]] = known_as[1](each)
            return recorded

        self._structures[shape.name] = record
        for name, member in shape.members.items():
            members[name] = (lower_first(name), self.of(member))
        return record


def bounded(record: Record) -> Record:
    """A record of a whole input or output, `OMITTED` where it would be larger than CloudTrail's are."""

    def record_bounded(value: Any) -> Any:  # noqa: ANN401 -- a value of the model
        recorded = record(value)
        return recorded if _room_left(recorded, LARGEST) >= 0 else OMITTED

    return record_bounded


def _room_left(recorded: Any, room: int) -> int:  # noqa: ANN401 -- a recorded value
    """What a recorded value leaves of so many characters; below zero where it does not fit."""
    if isinstance(recorded, str):
        return room - len(recorded)
    if isinstance(recorded, dict):
        for name, each in recorded.items():
            room = _room_left(each, room - len(name)) if room >= 0 else room
    elif isinstance(recorded, list):
        for each in recorded:
            room = _room_left(each, room) if room >= 0 else room
    return room


def _text(value: str) -> str:
    return value if len(value) <= LONGEST else f"{value[:LONGEST]}…"


def _instant(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")
