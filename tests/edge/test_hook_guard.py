"""The test hooks answer programs on this machine and who has the token, and no page of another site."""

import pytest

from gatepost.aws.request import HttpRequest
from gatepost.edge.hook_guard import HookGuard

TOKEN = "a-token-of-enough-characters"

OTHER_HOSTS = (
    "rebound.attacker.example",
    "127.0.0.1.attacker.example",
    "localhost.attacker.example",
    "192.0.2.1",
    "[::]",
    "[fe80::1]",
    "xlocalhost",
)


def status(token: str | None, **headers: str) -> int:
    """What the guard answers; 200 where it lets the call go on."""
    fields = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    refusal = HookGuard(token).refusal(HttpRequest("POST", b"/_gatepost/reset", b"", fields, b""))
    return 200 if refusal is None else refusal.status


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:7370", "localhost:7370", "LOCALHOST", "mail.localhost", "[::1]:7370", "127.8.9.1"]
)
def test_a_loopback_host_is_let_in(host: str) -> None:
    assert status(None, host=host) == 200
    assert status(None, host=host, origin=f"http://{host}", sec_fetch_site="same-origin") == 200


@pytest.mark.parametrize("host", OTHER_HOSTS)
def test_another_host_is_refused(host: str) -> None:
    assert status(None, host=host) == 403
    assert status(None, host="127.0.0.1", origin=f"http://{host}") == 403


@pytest.mark.parametrize(
    "headers", [{"origin": "null"}, {"origin": "https://attacker.example"}, {"sec_fetch_site": "Cross-Site"}, {"origin": ""}]
)
def test_a_page_of_another_site_is_refused(headers: dict[str, str]) -> None:
    assert status(None, host="127.0.0.1", **headers) == 403


def test_a_token_is_asked_of_every_call_and_lets_any_host_in() -> None:
    assert status(TOKEN, host="gatepost:7370", authorization=f"Bearer {TOKEN}") == 200
    assert status(TOKEN, host="gatepost:7370", authorization=f"bearer {TOKEN}") == 200
    for wrong in ("", "Bearer", "Bearer other", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x"):
        assert status(TOKEN, host="127.0.0.1", authorization=wrong) == 401
    assert status(TOKEN, host="127.0.0.1") == 401
