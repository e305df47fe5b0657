"""Who may use the test hooks: programs on this machine, or who has the token; never another site's page in somebody's browser.

A page of another site reaches a server on loopback through the browser: with a form, or with a name of its own that it lets point to
127.0.0.1 (DNS rebinding). The browser then says so in Host, Origin or `Sec-Fetch-Site`, which a page cannot write.
Sources: the Fetch standard (Origin), W3C Fetch Metadata Request Headers.
"""

import hmac
import ipaddress
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from gatepost.aws.request import HttpRequest, HttpResponse

Page = Callable[[HttpRequest], Awaitable[HttpResponse]]


@dataclass(frozen=True, slots=True)
class HookGuard:
    """Guards the hooks. With a `token` each call carries `Authorization: Bearer TOKEN`; without one, Host and Origin are loopback."""

    token: str | None = None

    def guarded(self, pages: Mapping[str, Mapping[str, Page]]) -> dict[str, dict[str, Page]]:
        """These pages, by path and method, each behind the guard."""
        return {path: {method: self._before(page) for method, page in methods.items()} for path, methods in pages.items()}

    def _before(self, page: Page) -> Page:
        async def answer(request: HttpRequest) -> HttpResponse:
            return self.refusal(request) or await page(request)

        return answer

    def refusal(self, request: HttpRequest) -> HttpResponse | None:
        """401 or 403 with the reason, None where the call may go on."""
        if self.token is not None:
            scheme, _, token = (request.header("authorization") or "").partition(" ")
            if scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), self.token.encode()):
                return None
            return _refused(401, "expected `Authorization: Bearer TOKEN` with the token of --test-hooks-token")
        host = request.header("host")
        if host is not None and not is_loopback(f"//{host}"):
            return _refused(403, f"the test hooks are served to this machine alone, not as `{host[:100]}`")
        origin = request.header("origin")
        if origin is not None and not is_loopback(origin):
            return _refused(403, f"the test hooks are not served to pages of `{origin[:100]}`")
        if (request.header("sec-fetch-site") or "").lower() == "cross-site":
            return _refused(403, "the test hooks are not served to pages of other sites")
        return None


def is_loopback(url: str) -> bool:
    """Whether a URL's host is `localhost`, a name below it (RFC 6761, 6.3) or a loopback address."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
        return host == "localhost" or host.endswith(".localhost") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refused(status: int, reason: str) -> HttpResponse:
    body = json.dumps({"message": reason}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    return HttpResponse(status, headers, body)
