"""An HTTP request and its answer, as the protocol code sees them: bytes and text, without a server."""

from collections.abc import Iterable, Sequence
from urllib.parse import unquote


class HttpRequest:
    """A request as it came in. `raw_path` and `query_string` are still percent-encoded; a large body may be a `bytearray`."""

    __slots__ = ("__weakref__", "_headers", "body", "method", "query_string", "raw_path")

    def __init__(
        self, method: str, raw_path: bytes, query_string: bytes, fields: Sequence[tuple[bytes, bytes]], body: bytes | bytearray
    ) -> None:
        self.method = method
        self.raw_path = raw_path.decode("latin-1")
        self.query_string = query_string.decode("latin-1")
        self.body = body
        headers: dict[str, str] = {}
        for name, value in fields:
            key, text = name.decode("latin-1"), value.decode("latin-1")
            headers[key] = f"{headers[key]},{text}" if key in headers else text
        self._headers = headers

    @classmethod
    def of_text(cls, method: str, raw_path: str, query_string: str, headers: dict[str, str]) -> "HttpRequest":
        """A request without a body, as yet. `headers` by name in lower case, several joined; a character is a byte (Latin-1)."""
        request = cls.__new__(cls)
        request.method, request.raw_path, request.query_string = method, raw_path, query_string
        request.body, request._headers = b"", headers  # noqa: SLF001 -- its own
        return request

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
