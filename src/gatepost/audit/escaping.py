"""Events made writable, whatever is in them: half a surrogate pair and numbers of more than 64 bits are written as text."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import structs

from gatepost.audit.event import Event

LARGEST_NUMBER: Final = 2**63
TEXTS: Final = (
    "region", "source", "name", "source_ip", "user_agent", "user_name", "access_key_id", "request_parameters",
    "response_elements", "error_code", "error_message", "resources", "host", "additional",
)  # fmt: skip


def check_text(event: Event) -> None:
    """UnicodeEncodeError where a name that the store keeps as it is, in a column of its own, cannot be written."""
    for text in (event.name, event.source, event.region, event.user_name, event.access_key_id):
        if text is not None and not text.isascii():
            text.encode()


def escaped(event: Event) -> Event:
    """The event with what cannot be written escaped. Its authorization is left out where it cannot be written either."""
    changed = {name: _escaped(getattr(event, name)) for name in TEXTS}
    return structs.replace(event, **changed, authorized=None)


def _escaped(value: Any) -> Any:  # noqa: ANN401 -- JSON
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, int) and not isinstance(value, bool):
        return value if -LARGEST_NUMBER <= value < LARGEST_NUMBER else str(value)
    if isinstance(value, Mapping):
        return {_escaped(name): _escaped(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_escaped, value))
    return value
