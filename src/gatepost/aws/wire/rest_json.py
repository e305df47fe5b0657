"""The `rest-json` protocol: members in the path, the query string, headers and a JSON body.

Source: Smithy, "AWS restJson1 protocol".
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from botocore.model import ListShape, Shape, StructureShape

from gatepost.aws.errors import AwsError, malformed_body
from gatepost.aws.request import HttpRequest, HttpResponse
from gatepost.aws.wire.json import SCALARS, Converters, JsonCodec, Read, Respond, encode_json, read_object
from gatepost.aws.wire.numbers import fits

CONTENT_TYPE: Final = (b"content-type", b"application/json")
NUMBERS: Final = ("integer", "long", "float", "double")
LONGEST_SHOWN: Final = 100  # characters of a value that an error repeats


def reader(shape: StructureShape | None, converters: Converters) -> Read:
    """What reads an operation's input from a request and the parameters of its path."""
    if shape is None:
        return lambda _request, _parameters: {}
    in_path: list[tuple[str, str, Callable[[str], Any]]] = []
    in_query: list[tuple[str, str, Shape]] = []
    in_header: list[tuple[str, str, Callable[[str], Any]]] = []
    for name, member in shape.members.items():
        called = member.serialization.get("name", name)
        match member.serialization.get("location"):
            case "uri":
                in_path.append((name, called, _from_text(member)))
            case "querystring":
                in_query.append((name, called, member))
            case "header":
                in_header.append((name, called.lower(), _from_text(member)))
    outside = {name for name, *_ in (*in_path, *in_query, *in_header)}
    has_body = len(outside) < len(shape.members)
    of_body = converters.of_structure(shape)

    def read(request: HttpRequest, parameters: Mapping[str, str]) -> dict[str, Any]:
        given = of_body(read_object(request.body)) if has_body and request.body else {}
        if not outside:
            return given
        for name in outside:
            given.pop(name, None)
        for name, called, convert in in_path:
            given[name] = convert(parameters[called])
        if in_query and request.query_string:
            _read_query(given, request.query(), in_query)
        for name, called, convert in in_header:
            value = request.header(called)
            if value is not None:
                given[name] = convert(value)
        return given

    return read


def _read_query(given: dict[str, Any], query: Sequence[tuple[str, str]], members: Sequence[tuple[str, str, Shape]]) -> None:
    for name, called, shape in members:
        values = [value for key, value in query if key == called]
        if not values or (values == [""] and shape.type_name in NUMBERS):  # an empty number is none
            continue
        if isinstance(shape, ListShape):
            convert = _from_text(shape.member)
            given[name] = [convert(value) for value in values]
        else:
            given[name] = _from_text(shape)(values[-1])


def _from_text(shape: Shape) -> Callable[[str], Any]:
    kind = shape.type_name
    if kind in ("integer", "long"):
        bits = 32 if kind == "integer" else 64
        return lambda text: _integer(text, bits)
    if kind in ("float", "double"):
        return _float
    if kind == "boolean":
        return lambda text: text.lower() == "true"
    return SCALARS[kind]


def _integer(text: str, bits: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 1 << bits
    if not fits(number, bits):
        raise malformed_body(f"'{text[:LONGEST_SHOWN]}' can not be converted to {'Integer' if bits == 32 else 'Long'}")
    return number


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise malformed_body(f"'{text[:LONGEST_SHOWN]}' can not be converted to a Double") from None


class RestJsonCodec(JsonCodec):
    """The protocol of one service."""

    def reader(self, shape: StructureShape | None) -> Read:
        """What reads an operation's input."""
        return reader(shape, self.converters)

    def responder(self, operation: str, shape: StructureShape | None) -> Respond:  # noqa: ARG002 -- the form of every codec
        """What answers an operation's output."""
        write = (lambda _output: {}) if shape is None else self.writers.of_structure(shape)
        return lambda output, request_id: _response(200, encode_json(write(output)), request_id, ())

    def fail(self, error: AwsError, request_id: str) -> HttpResponse:
        """An error: its code in a header, its message in the body."""
        told = ((b"x-amzn-errortype", self.code(error).encode()),)
        return _response(error.status, encode_json({"message": error.message or None, **error.members}), request_id, told)


def _response(status: int, body: bytes, request_id: str, more: tuple[tuple[bytes, bytes], ...]) -> HttpResponse:
    length = (b"content-length", b"%d" % len(body))
    return HttpResponse(status, ((b"x-amzn-requestid", request_id.encode()), *more, CONTENT_TYPE, length), body)
