"""An HTTP request and its answer, as the protocol code sees them: bytes and text, without a server."""

from collections.abc import Iterable, Sequence
from urllib.parse import unquote


class HttpRequest:
    """A request as it came in. `raw_path` and `query_string` are still percent-encoded; a large body may be a `bytearray`."""

    __slots__ = ("_headers", "body", "fields", "method", "query_string", "raw_path")

    def __init__(
        self, method: str, raw_path: bytes, query_string: bytes, fields: Sequence[tuple[bytes, bytes]], body: bytes | bytearray
    ) -> None:
        self.method = method
        self.raw_path = raw_path.decode("latin-1")
        self.query_string = query_string.decode("latin-1")
        self.fields = fields
        self.body = body
        headers: dict[str, str] = {}
        for name, value in fields:
            key, text = name.decode("latin-1"), value.decode("latin-1")
            headers[key] = f"{headers[key]},{text}" if key in headers else text
        self._headers = headers

    def header(self, name: str) -> str | None:
        """A header by its name in lower case; several of a name are joined by commas (RFC 9110, section 5.2)."""
        return self._headers.get(name)

    def query(self) -> list[tuple[str, str]]:
        """The query string's parameters, decoded, in order."""
        return list(_parameters(self.query_string)) if self.query_string else []


def _parameters(query_string: str) -> Iterable[tuple[str, str]]:
    for part in query_string.split("&"):
        if part:
            name, _, value = part.partition("=")
            yield unquote(name), unquote(value)


class HttpResponse:
    """An answer."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body
