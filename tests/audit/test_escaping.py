"""An event is written whatever is in it."""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gatepost.audit.escaping import escaped
from gatepost.audit.event import Event, record_text, row_of

TEXT = st.text(st.characters() | st.characters(categories=["Cs"]), max_size=8)
SCALARS = TEXT | st.integers() | st.booleans() | st.none()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3))


@given(TEXT, TEXT, st.dictionaries(TEXT, VALUES, max_size=3), st.lists(st.tuples(TEXT, TEXT), max_size=2))
def test_an_escaped_event_can_be_written(
    name: str, agent: str, parameters: dict[str, Any], resources: list[tuple[str, str]]
) -> None:
    event = Event(
        datetime(2026, 1, 1, tzinfo=UTC), "123456789012", "us-east-1", "ses.amazonaws.com", name, "", read_only=True,
        source_ip="127.0.0.1", user_agent=agent, request_parameters=parameters, resources=tuple(resources),
    )  # fmt: skip
    record = json.loads(record_text(row_of(escaped(event))))
    assert record["userAgent"] == agent.encode("utf-8", "backslashreplace").decode()
    if all(text.isprintable() for text in parameters):
        assert len(record["requestParameters"]) == len(parameters)
