"""The `query` protocol: a form in, XML out.

`Action=PutUserPolicy&Version=2010-05-08&UserName=alice`; lists are `Name.member.N`, maps `Name.entry.N.key` and `….value`.
Source: Smithy, "AWS query protocol".
"""

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from botocore.model import ListShape, MapShape, Shape, StructureShape

from gatepost.aws.errors import AwsError, malformed_input, malformed_query, not_utf8
from gatepost.aws.request import HttpRequest, HttpResponse
from gatepost.aws.wire.large_text import LargeText, NotText, decode_base64
from gatepost.aws.wire.numbers import fits

Convert = Callable[[Any], Any]
Read = Callable[[HttpRequest, Any], dict[str, Any]]  # a request and its form's tree, to the input
Respond = Callable[[Mapping[str, Any], str], HttpResponse]  # the output and the request's ID, to the answer
Write = Callable[[Any, str, list[str]], None]  # a model's value, its element's name, the document so far
LONGEST_SHOWN: Final = 100  # characters of a value that an error repeats
BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}
PLACE: Final = re.compile(r"[0-9]{1,9}")  # of an item in its list
ESCAPES: Final = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord('"'): "&quot;", ord("\r"): "&#xD;"}
NOT_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2
CONTENT_TYPE: Final = (b"content-type", b"text/xml")


# --- reading ------------------------------------------------------------------------------------------------------------


class Converters:
    """What turns a form's tree into the values of one service's shapes."""

    def __init__(self) -> None:
        self._structures: dict[str, Convert] = {}

    def of(self, shape: Shape) -> Convert:
        """The converter of a shape."""
        if isinstance(shape, StructureShape):
            return self.of_structure(shape)
        if isinstance(shape, ListShape):
            return self._of_list(shape)
        if isinstance(shape, MapShape):
            return self._of_map(shape)
        return SCALARS[shape.type_name]

    def of_structure(self, shape: StructureShape) -> Convert:
        """The converter of a structure."""
        known = self._structures.get(shape.name)
        if known is not None:
            return known
        members: list[tuple[str, str, Convert]] = []
        primitive: list[str] = []  # a required boolean that is absent is false

        def convert(tree: Any) -> dict[str, Any]:  # noqa: ANN401 -- a branch or a leaf
            if not isinstance(tree, dict):
                return {}
            given = {name: each(tree[called]) for name, called, each in members if called in tree}
            for name in primitive:
                given.setdefault(name, False)
            return given

        self._structures[shape.name] = convert
        for name, member in shape.members.items():
            called = member.serialization.get("name", name)
            if isinstance(member, ListShape) and member.serialization.get("flattened"):
                called = member.member.serialization.get("name", called)
            members.append((name, called, self.of(member)))
            if member.type_name == "boolean" and name in shape.required_members:
                primitive.append(name)
        return convert

    def _of_list(self, shape: ListShape) -> Convert:
        item = self.of(shape.member)
        wrapper = None if shape.serialization.get("flattened") else shape.member.serialization.get("name", "member")

        def convert(tree: Any) -> list[Any]:  # noqa: ANN401 -- a branch or a leaf
            if not isinstance(tree, dict):  # `Name=` says that the list is empty
                return []
            branch = tree if wrapper is None else tree.get(wrapper, tree.get("member"))
            return [item(each) for each in _in_order(branch)]

        return convert

    def _of_map(self, shape: MapShape) -> Convert:
        of_key, of_value = self.of(shape.key), self.of(shape.value)
        key_name = shape.key.serialization.get("name", "key")
        value_name = shape.value.serialization.get("name", "value")
        flattened = shape.serialization.get("flattened")

        def convert(tree: Any) -> dict[str, Any]:  # noqa: ANN401 -- a branch or a leaf
            if not isinstance(tree, dict):
                return {}
            entries = _in_order(tree if flattened else tree.get("entry"))
            return {
                of_key(entry[key_name]): of_value(entry.get(value_name, ""))
                for entry in entries
                if isinstance(entry, dict) and key_name in entry
            }

        return convert


def _in_order(branch: Any) -> list[Any]:  # noqa: ANN401 -- a branch or a leaf
    if not isinstance(branch, dict):
        return []
    places = sorted(filter(PLACE.fullmatch, branch), key=int)
    if places and not int(places[0]):
        raise malformed_input(f"{places[0]} is not a valid index")
    return [branch[place] for place in places]


def _leaf(value: Any) -> str:  # noqa: ANN401 -- a branch or a leaf
    if isinstance(value, str):
        return value
    if isinstance(value, LargeText):
        try:
            return value.text()
        except NotText:
            raise not_utf8() from None
    raise malformed_query("The query string names a part of a value that has none.")


def _malformed(value: Any, expected: str) -> AwsError:  # noqa: ANN401 -- a leaf
    return malformed_query(f"'{_leaf(value)[:LONGEST_SHOWN]}' is not {expected}.")


def _filled(value: Any, kind: str) -> str:  # noqa: ANN401 -- a branch or a leaf
    text = _leaf(value)
    if not text:
        raise malformed_input(f"missing value for {kind} type")
    return text


def _whole(bits: int) -> Convert:
    """What reads a whole number of so many bits."""

    def convert(value: Any) -> int:  # noqa: ANN401 -- a branch or a leaf
        try:
            number = int(_filled(value, "decimal"))
        except ValueError:
            raise malformed_input("") from None
        if not fits(number, bits):
            raise malformed_input("")
        return number

    return convert


def _float(value: Any) -> float:  # noqa: ANN401 -- a branch or a leaf
    try:
        return float(_leaf(value))
    except ValueError:
        raise _malformed(value, "a number") from None


def _boolean(value: Any) -> bool:  # noqa: ANN401 -- a branch or a leaf
    text = _filled(value, "boolean")
    if text not in BOOLEANS:
        raise malformed_input("boolean must follow xsd1.1 definition")
    return BOOLEANS[text]


def _blob(value: Any) -> bytes | bytearray:  # noqa: ANN401 -- a branch or a leaf
    try:
        if isinstance(value, LargeText):
            return value.base64(blanks=True)
        return decode_base64("".join(_leaf(value).split()))
    except ValueError:  # binascii's and Unicode's errors are ones
        raise malformed_query("A blob is not base64.") from None


def _timestamp(value: Any) -> datetime:  # noqa: ANN401 -- a branch or a leaf
    try:
        instant = datetime.fromisoformat(_leaf(value))
    except ValueError:
        raise _malformed(value, "an ISO 8601 time") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


SCALARS: Final[Mapping[str, Convert]] = {
    "string": _leaf,
    "character": _leaf,
    "boolean": _boolean,
    "integer": _whole(32),
    "long": _whole(64),
    "float": _float,
    "double": _float,
    "blob": _blob,
    "timestamp": _timestamp,
}


# --- writing ------------------------------------------------------------------------------------------------------------


class Writers:
    """What turns the values of one service's shapes into XML."""

    def __init__(self) -> None:
        self._structures: dict[str, Write] = {}

    def of(self, shape: Shape) -> Write:
        """The writer of a shape."""
        if isinstance(shape, StructureShape):
            return self.of_structure(shape)
        if isinstance(shape, ListShape):
            return self._of_list(shape)
        if isinstance(shape, MapShape):
            return self._of_map(shape)
        to_text = TEXTS.get(shape.type_name, str)

        def write(value: Any, name: str, out: list[str]) -> None:  # noqa: ANN401 -- a scalar of the model
            out.append(f"<{name}>{to_text(value)}</{name}>")

        return write

    def of_structure(self, shape: StructureShape) -> Write:
        """The writer of a structure. A member that the model does not have is a mistake of the handler's: KeyError."""
        known = self._structures.get(shape.name)
        if known is not None:
            return known
        members: dict[str, tuple[str, Write]] = {}

        def write(value: Mapping[str, Any], name: str, out: list[str]) -> None:
            out.append(f"<{name}>")
            for member, each in value.items():
                if each is not None:
                    called, of_member = members[member]
                    of_member(each, called, out)
            out.append(f"</{name}>")

        self._structures[shape.name] = write
        for name, member in shape.members.items():
            members[name] = (member.serialization.get("name", name), self.of(member))
        return write

    def _of_list(self, shape: ListShape) -> Write:
        item = self.of(shape.member)
        flattened = shape.serialization.get("flattened")
        called = shape.member.serialization.get("name", "member")

        def write(value: Iterable[Any], name: str, out: list[str]) -> None:
            if flattened:
                for each in value:
                    item(each, name, out)
                return
            out.append(f"<{name}>")
            for each in value:
                item(each, called, out)
            out.append(f"</{name}>")

        return write

    def _of_map(self, shape: MapShape) -> Write:
        of_key, of_value = self.of(shape.key), self.of(shape.value)
        key_name = shape.key.serialization.get("name", "key")
        value_name = shape.value.serialization.get("name", "value")

        def write(value: Mapping[str, Any], name: str, out: list[str]) -> None:
            out.append(f"<{name}>")
            for key, each in value.items():
                out.append("<entry>")
                of_key(key, key_name, out)
                of_value(each, value_name, out)
                out.append("</entry>")
            out.append(f"</{name}>")

        return write


def escape(text: str) -> str:
    """Text as it may stand in XML; characters that XML has no place for become U+FFFD."""
    return NOT_XML.sub("\ufffd", str(text)).translate(ESCAPES)


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


TEXTS: Final[Mapping[str, Callable[[Any], str]]] = {
    "string": escape,
    "character": escape,
    "boolean": lambda value: "true" if value else "false",
    "timestamp": _instant,
    "blob": lambda value: base64.b64encode(value).decode(),
}


class QueryCodec:
    """The protocol of one service, whose answers are in the XML namespace given."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        self._converters = Converters()
        self._writers = Writers()

    def reader(self, shape: StructureShape | None) -> Read:
        """What reads an operation's input from the form's tree."""
        if shape is None:
            return lambda _request, _parameters: {}
        convert = self._converters.of_structure(shape)
        return lambda _request, parameters: convert(parameters)

    def responder(self, operation: str, shape: StructureShape | None) -> Respond:
        """What answers an operation's output."""
        opening = f'<{operation}Response xmlns="{self._namespace}">'
        write = None if shape is None else self._writers.of_structure(shape)
        wrapper: str | None = None if shape is None else shape.serialization.get("resultWrapper")

        def respond(output: Mapping[str, Any], request_id: str) -> HttpResponse:
            out = [opening]
            if wrapper is not None and write is not None:
                write(output, wrapper, out)
            out.append(f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>")
            return _response(200, out, request_id)

        return respond

    def code(self, error: AwsError) -> str:
        """The error's code; errors are given by it."""
        return error.code

    def fail(self, error: AwsError, request_id: str) -> HttpResponse:
        """The answer that tells an error."""
        out = [
            f'<ErrorResponse xmlns="{self._namespace}"><Error><Type>{error.fault}</Type><Code>{escape(error.code)}</Code>',
            f"<Message>{escape(error.message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
        ]
        return _response(error.status, out, request_id)


def _response(status: int, out: list[str], request_id: str) -> HttpResponse:
    body = "".join(out).encode()
    headers = ((b"x-amzn-requestid", request_id.encode()), CONTENT_TYPE, (b"content-length", b"%d" % len(body)))
    return HttpResponse(status, headers, body)
