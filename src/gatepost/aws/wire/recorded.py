"""Inputs and outputs as the audit log shows them: members in camel case; no secret, no body.

CloudTrail hides what a model marks sensitive, and the content of messages.
"""

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from botocore.model import ListShape, MapShape, Shape, StructureShape

from gatepost.aws.wire.constraints import lower_first

HIDDEN: Final = "HIDDEN_DUE_TO_SECURITY_REASONS"
# SES v1 and v2: what a message says. STS: a session's token, which its model does not mark.
UNSHOWN: Final = frozenset(
    ("Message", "RawMessage", "EmailContent", "BulkEmailContent", "TemplateData", "EmailTemplateData", "tokenType")
)
LONGEST: Final = 20_000  # characters of one value
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
            return lambda value: [item(each) for each in value]
        if isinstance(shape, MapShape):
            each_value = self.of(shape.value)
            return lambda value: {key: each_value(each) for key, each in value.items()}
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


def _text(value: str) -> str:
    return value if len(value) <= LONGEST else f"{value[:LONGEST]}…"


def _instant(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")
