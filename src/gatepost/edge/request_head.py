"""The head of a request, read strictly: what two readers could read in two ways is refused, not guessed at.

1. A line ends in CR LF. A bare CR or LF, a NUL or any other control character but the tab is refused (RFC 9112, 2.2).
2. A field is a token, a colon, a value: no space before the colon, no folded line (RFC 9112, 5.1 and 5.2).
3. Host stands exactly once in HTTP/1.1, at most once in HTTP/1.0 (RFC 9112, 3.2). In a target in absolute form the authority there
   takes its place (3.2.2).
4. A body's length is told once: one Content-Length of digits, or `Transfer-Encoding: chunked` in HTTP/1.1, never both (6.1, 6.3).
5. `Upgrade` is ignored (RFC 9110, 7.8): nothing but HTTP/1.1 is spoken here.

Nothing here waits or writes; `request_reader` finds where a head ends.
Source: RFC 9110, RFC 9112.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Final

from gatepost.aws.request import HttpRequest
from gatepost.edge.limits import HttpLimits
from gatepost.edge.refusal import Refusal, bad_request

METHODS: Final = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"))
ALLOW: Final = (b"allow", b"DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT")
CONTROLS: Final = bytes(byte for byte in (*range(32), 127) if byte != ord("\t"))
TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
VERSION: Final = re.compile(r"HTTP/([0-9])\.[0-9]")
AUTHORITY: Final = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+)(?::[0-9]{0,5})?")
ABSOLUTE: Final = re.compile(r"https?://([^/?]*)([^?]*)(.*)", re.IGNORECASE)
MOST_DIGITS: Final = 18  # of a Content-Length
MOST_HOST: Final = 300  # a domain name has 253 characters at most
REQUEST_LINE_SPARE: Final = 32  # the longest method, the version and the two spaces
BLANKS: Final = " \t"
COMMON: Final = """
Accept Accept-Encoding Accept-Language amz-sdk-invocation-id amz-sdk-request Authorization Cache-Control Connection Content-Encoding
Content-Length Content-MD5 Content-Type Expect Host Origin Referer Transfer-Encoding User-Agent X-Amz-Content-SHA256 X-Amz-Date
X-Amz-Security-Token X-Amz-Target X-Amz-User-Agent X-Amzn-Query-Mode X-Forwarded-For X-Forwarded-Proto
"""
# The names that clients send, as they spell them: most need no look by the grammar.
COMMON_NAMES: Final = {spelling: name.lower() for name in COMMON.split() for spelling in (name, name.lower(), name.title())}


@dataclass(slots=True)
class Head:
    """A request's head. `request` has no body yet.

    `length` is the body's in bytes, None where it comes in chunks.
    `asks_leave`: the client waits for `100 Continue` before that.
    `is_ping`: the request is `OPTIONS *`, which asks the server as a whole (RFC 9110, 9.3.7).
    """

    request: HttpRequest
    length: int | None
    keeps_alive: bool
    asks_leave: bool
    is_ping: bool


def read_head(block: bytes, limits: HttpLimits) -> Head:
    """The head whose lines are `block`, without the empty line that ends it. `Refusal` for the first thing that is wrong."""
    lines = block.decode("latin-1").split("\r\n")
    if len(block.translate(None, CONTROLS)) != len(block) - 2 * (len(lines) - 1) or len(lines) - 1 > limits.fields:
        check_lines(lines, limits)
    method, target, minor = read_request_line(lines[0], limits)
    headers: dict[str, str] = {}
    del lines[0]
    for line in lines:
        name, colon, value = line.partition(":")
        known = COMMON_NAMES.get(name)
        if known is None or not colon:
            known, value = read_field(line)
        else:
            value = value.strip(BLANKS)
        if known in headers:
            value = _joined(known, headers[known], value)
        headers[known] = value
    return _with_framing(method, target, minor, headers)


def check_lines(lines: Sequence[str], limits: HttpLimits, already: int = 0) -> None:
    """`Refusal` for the first of these lines that is wrong. `already` lines of the head stand before them and were in order."""
    for number, line in enumerate(lines, already):
        if number > limits.fields:
            raise Refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"more than {limits.fields} header fields")
        if number == 0:
            most = limits.target_bytes + REQUEST_LINE_SPARE
            if len(line) <= most or "\n" in line[: most + 2]:
                check_controls(line.encode("latin-1"))
            read_request_line(line, limits)
        else:
            check_controls(line.encode("latin-1"))
            read_field(line)


def check_controls(line: bytes) -> None:
    """`Refusal` where a line has a control character: a bare CR or LF, a NUL."""
    if len(line.translate(None, CONTROLS)) != len(line):
        raise bad_request("a header has a control character, or a line that does not end in CR LF")


def read_request_line(line: str, limits: HttpLimits) -> tuple[str, str, int]:
    """Method, target and minor version of HTTP/1; `Refusal` for any other. The line has no control characters."""
    if len(line) > limits.target_bytes + REQUEST_LINE_SPARE:
        raise _too_long(limits)
    parts = line.split(" ")
    if len(parts) != 3 or (parts[0] not in METHODS and not TOKEN.fullmatch(parts[0])):
        raise bad_request("expected a request line: method, target and `HTTP/1.1`, one space between them")
    method, target, version = parts
    if version != "HTTP/1.1":
        numbers = VERSION.fullmatch(version)
        if numbers is None:
            raise bad_request("expected `HTTP/1.1` at the end of the request line")
        if numbers[1] != "1":
            raise Refusal(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "only HTTP/1.1 and HTTP/1.0 are served")
    if method not in METHODS:
        if method in ("CONNECT", "TRACE"):
            raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, f"{method} is not allowed here", ALLOW)
        raise Refusal(HTTPStatus.NOT_IMPLEMENTED, "the method is not known")
    if len(target) > limits.target_bytes:
        raise _too_long(limits)
    if not target.isascii() or "#" in target:
        raise bad_request("the request target has a character that must be percent-encoded")
    if not (target.startswith("/") or (target == "*" and method == "OPTIONS") or ABSOLUTE.fullmatch(target)):
        raise bad_request("expected a request target that begins with `/`")
    return method, target, 0 if version == "HTTP/1.0" else 1


def _too_long(limits: HttpLimits) -> Refusal:
    return Refusal(HTTPStatus.REQUEST_URI_TOO_LONG, f"the request target is over {limits.target_bytes:,} bytes")


def read_field(line: str) -> tuple[str, str]:
    """Name in lower case, and value without the blanks around it. The line has no control characters."""
    name, colon, value = line.partition(":")
    if not colon or not TOKEN.fullmatch(name):
        raise bad_request("expected a header field `Name: value` on one line, with no space before the colon")
    return name.lower(), value.strip(BLANKS)


def _joined(name: str, first: str, second: str) -> str:
    """The value of a field that stands twice, as a list (RFC 9110, 5.3); `Refusal` for one that says where a request goes or ends."""
    if name == "host":
        raise bad_request("expected exactly one Host")
    if name == "content-length":
        raise bad_request("expected one Content-Length, of digits alone")
    return f"{first},{second}"


def _with_framing(method: str, target: str, minor: int, headers: dict[str, str]) -> Head:
    host = headers.get("host")
    if host is None:
        if minor:
            raise bad_request("expected exactly one Host")
    elif not is_authority(host):
        raise bad_request("the Host is no host name or address")
    length: int | None = None
    if "transfer-encoding" in headers:
        _check_chunked(headers, minor)
    else:
        length = _length(headers.get("content-length"))
    if not target.startswith("/"):
        target = _without_authority(target, headers)
    keeps_alive = minor == 1
    if "connection" in headers:
        options = {option.strip(BLANKS) for option in headers["connection"].lower().split(",")}
        keeps_alive = "close" not in options and (keeps_alive or "keep-alive" in options)
    asks_leave = "expect" in headers and minor == 1  # HTTP/1.0 knows no expectations (RFC 9110, 10.1.1)
    if asks_leave and headers["expect"].lower() != "100-continue":
        raise Refusal(HTTPStatus.EXPECTATION_FAILED, "the only expectation that is met is 100-continue")
    path, _, query = target.partition("?")
    return Head(HttpRequest.of_text(method, path, query, headers), length, keeps_alive, asks_leave, target == "*")


def is_authority(text: str) -> bool:
    """Whether this is a host name or address, with or without a port."""
    return len(text) <= MOST_HOST and _matches_authority(text)


@lru_cache(1024)
def _matches_authority(text: str) -> bool:
    return AUTHORITY.fullmatch(text) is not None


def _length(value: str | None) -> int:
    if value is None:
        return 0
    if not (value.isascii() and value.isdigit()) or len(value) > MOST_DIGITS:
        raise bad_request("expected one Content-Length, of digits alone")
    return int(value)


def _check_chunked(headers: Mapping[str, str], minor: int) -> None:
    if "content-length" in headers:
        raise bad_request("expected Content-Length or Transfer-Encoding, not both")
    if minor == 0:
        raise bad_request("HTTP/1.0 has no Transfer-Encoding")
    names = [coding.strip(BLANKS).lower() for coding in headers["transfer-encoding"].split(",")]
    if names[-1] != "chunked" or names.count("chunked") > 1:
        raise bad_request("expected `Transfer-Encoding: chunked`")
    if len(names) > 1:
        raise Refusal(HTTPStatus.NOT_IMPLEMENTED, "the only transfer coding that is known is `chunked`")


def _without_authority(target: str, headers: dict[str, str]) -> str:
    """The path and query of a target in absolute form, whose authority takes the place of the Host."""
    absolute = ABSOLUTE.fullmatch(target)
    if absolute is None:  # the asterisk
        return target
    authority, path, query = absolute.groups()
    if not is_authority(authority):
        raise bad_request("the request target's authority is no host name or address")
    headers["host"] = authority
    return (path or "/") + query
