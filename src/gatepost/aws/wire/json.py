"""JSON bodies by a model: what `rest-json` and `json` have in common. And the `json` protocol's own answers.

Source: Smithy, "AWS JSON 1.1 protocol".
"""

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from botocore.model import ListShape, MapShape, Shape, StructureShape

from gatepost.aws.errors import JSON_NAMES, AwsError, malformed_body
from gatepost.aws.request import HttpRequest, HttpResponse
from gatepost.aws.wire.large_json import MOST_VALUES, TooManyValues, decode_large
from gatepost.aws.wire.large_text import Body, LargeText, NotText, decode_base64
from gatepost.aws.wire.numbers import fits

Convert = Callable[[Any], Any]  # a JSON value as the model's value; AwsError where its type is another
Write = Callable[[Any], Any]  # a model's value as JSON
Read = Callable[[HttpRequest, Any], dict[str, Any]]  # a request and what routing found beside its body, to the input
Respond = Callable[[Mapping[str, Any], str], HttpResponse]  # the output and the request's ID, to the answer
decode_json = msgspec.json.Decoder().decode
encode_json = msgspec.json.Encoder().encode
SMALL_BODY: Final = 65_536  # bytes
NO_MESSAGE: Final = ""  # what is no JSON at all is refused without a word
START_OF_LIST: Final = "Start of list found where not expected"
START_OF_MAP: Final = "Start of structure or map found where not expected."
YES: Final = frozenset(("true", "yes", "y", "t", "1"))
NO: Final = frozenset(("false", "no", "n", "f", "0"))


def read_object(body: Body) -> dict[str, Any]:
    """The body's JSON object, its large strings as `LargeText`; an empty body is an empty one."""
    if not body:
        return {}
    try:
        value = decode_json(body) if len(body) < SMALL_BODY else decode_large(body)
    except TooManyValues:
        raise malformed_body(f"The request body has more than {MOST_VALUES} values.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise malformed_body(NO_MESSAGE) from None
    if value is None:
        return {}
    return _require_object(value)


# --- reading ------------------------------------------------------------------------------------------------------------


class Converters:
    """What turns JSON into the values of one service's shapes."""

    def __init__(self) -> None:
        self._structures: dict[str, Convert] = {}

    def of(self, shape: Shape) -> Convert:
        """The converter of a shape."""
        if isinstance(shape, StructureShape):
            return self.of_structure(shape)
        if isinstance(shape, ListShape):
            item = self.of(shape.member)
            return lambda value: [item(each) for each in _items(value)]
        if isinstance(shape, MapShape):
            each_value = self.of(shape.value)
            return lambda value: {key: each_value(each) for key, each in _require_object(value).items() if each is not None}
        return SCALARS[shape.type_name]

    def of_structure(self, shape: StructureShape) -> Convert:
        """The converter of a structure; members that the model does not know are left out, nulls but of booleans are absent."""
        known = self._structures.get(shape.name)
        if known is not None:
            return known
        members: dict[str, tuple[str, Convert]] = {}

        def convert(value: Any) -> dict[str, Any]:  # noqa: ANN401 -- JSON
            converted = {}
            for name, each in _require_object(value).items():
                member = members.get(name)
                if member is not None and (each is not None or member[1] is _boolean):
                    converted[member[0]] = member[1](each)
            return converted

        self._structures[shape.name] = convert
        for name, member in shape.members.items():
            members[member.serialization.get("name", name)] = (name, self.of(member))
        return convert


def _require_object(value: Any) -> dict[str, Any]:  # noqa: ANN401 -- JSON
    """The members of a structure or a map."""
    if type(value) is dict:
        members: dict[str, Any] = value
        return members
    raise malformed_body(START_OF_LIST if type(value) is list else "Expected null")


def _items(value: Any) -> list[Any]:  # noqa: ANN401 -- JSON
    if type(value) is list:
        return value
    raise malformed_body(START_OF_MAP if type(value) is dict else "Expected list or null")


def _not_convertible(value: Any, called: str) -> AwsError:  # noqa: ANN401 -- JSON
    """The error for a value where a scalar of another type is expected."""
    if isinstance(value, dict | list):
        return malformed_body(START_OF_MAP if isinstance(value, dict) else START_OF_LIST)
    if value is None:
        return malformed_body(NO_MESSAGE)
    if isinstance(value, bool):
        return malformed_body(f"{str(value).upper()}_VALUE can not be converted to {called}")
    return malformed_body(
        f"{'STRING' if isinstance(value, str | LargeText) else 'NUMBER'}_VALUE can not be converted to {called}"
    )


def _string(value: Any) -> str:  # noqa: ANN401 -- JSON
    if type(value) is str:  # the commonest member by far
        return value
    if type(value) is LargeText:
        try:
            return value.text()
        except NotText:
            raise malformed_body(NO_MESSAGE) from None
    raise _not_convertible(value, "a String")


def _boolean(value: Any) -> bool:  # noqa: ANN401 -- JSON
    if type(value) is bool:
        return value
    if type(value) is str:
        word = value.lower()
        if word in YES or word in NO:
            return word in YES
    raise _not_convertible(value, "an Boolean" if type(value) is str else "a Boolean")  # "an": so it is on the wire


def _whole(bits: int, called: str) -> Convert:
    """What reads a whole number of so many bits."""

    def convert(value: Any) -> int:  # noqa: ANN401 -- JSON
        number = int(value) if type(value) is float and value.is_integer() else value
        if type(number) is not int or not fits(number, bits):
            raise _not_convertible(value, called)
        return number

    return convert


def _number(value: Any) -> float:  # noqa: ANN401 -- JSON
    if type(value) not in (int, float):
        raise _not_convertible(value, "a Double")
    return float(value)


def _blob(value: Any) -> bytes | bytearray:  # noqa: ANN401 -- JSON
    try:
        return value.base64() if type(value) is LargeText else decode_base64(_string(value))
    except ValueError:  # binascii's and Unicode's errors are ones
        raise malformed_body("STRING_VALUE can not be converted to a Blob: it is not base64") from None


def _timestamp(value: Any) -> datetime:  # noqa: ANN401 -- JSON
    try:
        if type(value) in (int, float):
            return datetime.fromtimestamp(value, UTC)
        instant = datetime.fromisoformat(_string(value))
    except (ValueError, OverflowError, OSError):
        raise malformed_body("the value can not be converted to a Timestamp") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


SCALARS: Final[Mapping[str, Convert]] = {
    "string": _string,
    "character": _string,
    "boolean": _boolean,
    "integer": _whole(32, "an Integer"),
    "long": _whole(64, "a Long"),
    "float": _number,
    "double": _number,
    "blob": _blob,
    "timestamp": _timestamp,
}


# --- writing ------------------------------------------------------------------------------------------------------------


def _as_it_is(value: Any) -> Any:  # noqa: ANN401 -- a document: any JSON (Smithy, "document")
    return value


def _iso8601(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Writers:
    """What turns the values of one service's shapes into JSON."""

    def __init__(self) -> None:
        self._structures: dict[str, Write] = {}

    def of(self, shape: Shape) -> Write:
        """The writer of a shape."""
        if isinstance(shape, StructureShape):
            return _as_it_is if shape.is_document_type else self.of_structure(shape)
        if isinstance(shape, ListShape):
            item = self.of(shape.member)
            return lambda value: [item(each) for each in value]
        if isinstance(shape, MapShape):
            each_value = self.of(shape.value)
            return lambda value: {key: each_value(each) for key, each in value.items()}
        if shape.type_name == "timestamp":
            if shape.serialization.get("timestampFormat") == "iso8601":
                return _iso8601
            return lambda value: value.timestamp()
        if shape.type_name == "blob":
            return lambda value: base64.b64encode(value).decode()
        return lambda value: value

    def of_structure(self, shape: StructureShape) -> Write:
        """The writer of a structure. A member that the model does not have is a mistake of the handler's: KeyError."""
        known = self._structures.get(shape.name)
        if known is not None:
            return known
        members: dict[str, tuple[str, Write]] = {}

        def write(value: Mapping[str, Any]) -> dict[str, Any]:
            written = {}
            for name, each in value.items():
                if each is not None:
                    known_as, of_member = members[name]
                    written[known_as] = of_member(each)
            return written

        self._structures[shape.name] = write
        for name, member in shape.members.items():
            members[name] = (member.serialization.get("name", name), self.of(member))
        return write


class JsonCodec:
    """The `json` protocol of one service. `internal` is how the service calls a failure of its own, where its model says."""

    def __init__(self, internal: str | None = None) -> None:
        self.converters = Converters()
        self.writers = Writers()
        self._internal = internal

    def reader(self, shape: StructureShape | None) -> Read:
        """What reads an operation's input."""
        if shape is None:
            return lambda _request, _parameters: {}
        convert = self.converters.of_structure(shape)
        return lambda request, _parameters: convert(read_object(request.body))

    def responder(self, operation: str, shape: StructureShape | None) -> Respond:  # noqa: ARG002 -- the form of every codec
        """What answers an operation's output."""
        write = (lambda _output: {}) if shape is None else self.writers.of_structure(shape)
        return lambda output, request_id: _response(200, encode_json(write(output)), request_id)

    def code(self, error: AwsError) -> str:
        """The error's code as JSON protocols write it."""
        if self._internal is not None and error.code == "InternalFailure":
            return self._internal
        return JSON_NAMES.get(error.code, error.code)

    def fail(self, error: AwsError, request_id: str) -> HttpResponse:
        """The answer that tells an error."""
        return _response(
            error.status,
            encode_json({"__type": self.code(error), "message": error.message or None, **error.members}),
            request_id,
        )


def _response(status: int, body: bytes, request_id: str) -> HttpResponse:
    headers = (
        (b"x-amzn-requestid", request_id.encode()),
        (b"content-type", b"application/x-amz-json-1.1"),
        (b"content-length", b"%d" % len(body)),
    )
    return HttpResponse(status, headers, body)
