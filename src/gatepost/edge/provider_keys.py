"""Identity providers' keys: found by their discovery documents, fetched over TLS, held for an hour.

1. `ISSUER/.well-known/openid-configuration` names the issuer itself and its `jwks_uri`.
2. The server's certificate must be one that the system trusts, else one that is signed by (or is) a certificate of the provider's
   thumbprint list: that certificate is then the only one trusted, and the host name must be its own all the same.
3. Without TLS only loopback is asked, for an issuer that is itself there: a laptop's or CI's own provider.
4. Where no key that is held has signed, they are fetched anew, at most every ten seconds; where that fails, what is held stays.
5. Both answers must have come in eight seconds, however steadily they drip.

Source: OpenID Connect Discovery 1.0, section 4; IAM User Guide, "Obtain the thumbprint for an OpenID Connect identity provider".
"""

import asyncio
import hashlib
import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Event, Timer
from typing import Any, Final
from urllib.parse import urlsplit

from msgspec import Struct

from gatepost.access.provider_keys import Jwk, KeysNeeded, ProviderKeys

HELD_SECONDS: Final = 3600
LEAST_BETWEEN: Final = 10  # seconds, between two fetches from one issuer
WITHIN_SECONDS: Final = 8  # both answers
FETCHED_AT_ONCE: Final = 8  # issuers; one that does not answer takes a thread for as long as it may
MOST_BYTES: Final = 262_144
MOST_TOLD: Final = 300  # characters of what a provider is told to have done wrong, which may be its own
TOO_LATE: Final = "the provider did not answer in time"
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
DISCOVERY: Final = "/.well-known/openid-configuration"


class Unfit(Exception):
    """A provider's answer, or its certificate, cannot be used."""


Fetch = Callable[[str, Sequence[str]], Sequence[Jwk]]


class _Held(Struct, frozen=True):
    """What was got last. Times are `time.monotonic`'s."""

    keys: ProviderKeys
    fetched_at: float
    tried_at: float


class ProviderKeyRing:
    """Keys by issuer, and by the thumbprints that vouch for it: each account lists its own. `fetch` gets them, in a thread."""

    def __init__(self, fetch: "Fetch | None" = None) -> None:
        self._fetch = fetch or fetch_keys
        self._threads = ThreadPoolExecutor(FETCHED_AT_ONCE, thread_name_prefix="gatepost-keys")
        self._held: dict[tuple[str, ...], _Held] = {}
        self._locks: dict[tuple[str, ...], asyncio.Lock] = {}

    async def of(self, needed: KeysNeeded) -> ProviderKeys:
        """The keys of an issuer; where they cannot be had, why."""
        place = (needed.issuer, *needed.thumbprints)
        async with self._locks.setdefault(place, asyncio.Lock()):
            held = self._held.get(place)
            if held is not None and _is_enough(held, needed, time.monotonic()):
                return ProviderKeys(held.keys.keys, held.keys.failure, fresh=needed.anew)
            fetched = await asyncio.get_running_loop().run_in_executor(self._threads, self._fetched, needed)
            now = time.monotonic()
            if fetched.failure is not None and held is not None and _is_good(held, now):
                self._held[place] = _Held(held.keys, held.fetched_at, now)
                return ProviderKeys(held.keys.keys, fresh=True)
            self._held[place] = _Held(fetched, now, now)
            return fetched

    def forget(self) -> None:
        """Hold nothing more."""
        self._held.clear()

    def close(self) -> None:
        """Let what is under way end."""
        self._threads.shutdown(cancel_futures=True)

    def _fetched(self, needed: KeysNeeded) -> ProviderKeys:
        try:
            return ProviderKeys(self._fetch(needed.issuer, needed.thumbprints), fresh=True)
        except (OSError, HTTPException, ValueError, RecursionError, Unfit) as problem:
            told = (str(problem) or type(problem).__name__)[:MOST_TOLD]
            return ProviderKeys(failure=told.encode(errors="replace").decode(), fresh=True)


def _is_enough(held: _Held, needed: KeysNeeded, now: float) -> bool:
    if needed.anew or held.keys.failure is not None:
        return now - held.tried_at < LEAST_BETWEEN
    return _is_good(held, now)


def _is_good(held: _Held, now: float) -> bool:
    return held.keys.failure is None and now - held.fetched_at < HELD_SECONDS


def fetch_keys(issuer: str, thumbprints: Sequence[str], within: float = WITHIN_SECONDS) -> Sequence[Jwk]:
    """The keys that an issuer's discovery document leads to, within so many seconds.

    OSError, HTTPException, ValueError, RecursionError (JSON that is nested too deep) or `Unfit` where it leads nowhere.
    """
    until = time.monotonic() + within
    document = _get(issuer.rstrip("/") + DISCOVERY, thumbprints, until)
    if document.get("issuer") != issuer:
        raise Unfit(f"the discovery document is of the issuer `{document.get('issuer')}`, expected `{issuer}`")
    uri = document.get("jwks_uri")
    if not isinstance(uri, str):
        raise Unfit("the discovery document names no `jwks_uri`")
    if issuer.startswith("https:") and not uri.startswith("https:"):
        raise Unfit(f"`{uri}`: expected a `jwks_uri` with https")
    keys = _get(uri, thumbprints, until).get("keys")
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise Unfit(f"`{uri}` holds no key set")
    return keys


def _get(url: str, thumbprints: Sequence[str], until: float) -> dict[str, Any]:
    parts = urlsplit(url)
    host, path = parts.hostname or "", (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if parts.scheme == "https":
        connection: HTTPConnection = _secure_connection(host, parts.port or 443, thumbprints, until)
    elif parts.scheme == "http" and host in LOOPBACK:
        connection = HTTPConnection(host, parts.port, timeout=_left(until))
    else:
        raise Unfit(f"`{url}`: expected https")
    try:
        if connection.sock is None:  # over TLS it is connected already
            connection.connect()
        with _cut_off(connection, until):
            connection.request("GET", path, headers={"accept": "application/json", "user-agent": "gatepost"})
            response = connection.getresponse()
            body = response.read(MOST_BYTES + 1)
    finally:
        connection.close()
    if response.status != 200:
        raise Unfit(f"`{url}` answered {response.status}")
    if len(body) > MOST_BYTES:
        raise Unfit(f"`{url}` answered more than {MOST_BYTES} bytes")
    document = json.loads(body)
    if not isinstance(document, dict):
        raise Unfit(f"`{url}` answered no JSON object")
    return document


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise Unfit(TOO_LATE)
    return left


@contextmanager
def _cut_off(connection: HTTPConnection, until: float) -> Iterator[None]:
    """Shut a connection down when its time is over: a socket's own timeout begins anew with every byte that comes in."""
    over, connected = Event(), connection.sock  # which the connection lets go of once it has the answer's header

    def shut() -> None:
        over.set()
        with suppress(OSError):  # closed in this very moment
            # Of the socket itself: over TLS, `SSLSocket.shutdown` would take the reader's TLS state from under it.
            socket.socket.shutdown(connected, socket.SHUT_RDWR)

    timer = Timer(_left(until), shut)
    timer.start()
    try:
        yield
    except (OSError, HTTPException, ValueError):
        if over.is_set():
            raise Unfit(TOO_LATE) from None
        raise
    finally:
        timer.cancel()
    if over.is_set():
        raise Unfit(TOO_LATE)


# --- certificates -------------------------------------------------------------------------------------------------------


def _secure_connection(host: str, port: int, thumbprints: Sequence[str], until: float) -> HTTPSConnection:
    connection = HTTPSConnection(host, port, timeout=_left(until), context=ssl.create_default_context())
    try:
        connection.connect()
    except ssl.SSLCertVerificationError:
        connection.close()
        pinned = _listed(_shown_certificates(host, port, until), thumbprints)
        if pinned is None:
            text = "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint"
            raise Unfit(text) from None
        connection = HTTPSConnection(host, port, timeout=_left(until), context=_trusting(pinned))
        connection.connect()
    return connection


def _shown_certificates(host: str, port: int, until: float) -> Sequence[bytes]:
    """The certificates that a server shows, as DER, unverified: only to see which of them is listed."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    probe = HTTPSConnection(host, port, timeout=_left(until), context=context)
    try:
        probe.connect()
        shown = probe.sock
        assert isinstance(shown, ssl.SSLSocket)  # noqa: S101 -- connected over TLS
        leaf = shown.getpeercert(binary_form=True)
        chain: Any = getattr(shown, "get_unverified_chain", None)  # Python 3.13
        if chain is None:  # before, the method is there under the hood alone
            certificates = shown._sslobj.get_unverified_chain()  # type: ignore[attr-defined]  # noqa: SLF001 -- see above
            return [ssl.PEM_cert_to_DER_cert(each.public_bytes()) for each in certificates or ()]
        return chain() or ([leaf] if leaf else [])
    finally:
        probe.close()


def _listed(certificates: Sequence[bytes], thumbprints: Sequence[str]) -> bytes | None:
    wanted = {each.lower() for each in thumbprints}
    # SHA-1 is what a thumbprint is; the certificate that it finds is then verified by its key.
    return next((each for each in certificates if hashlib.sha1(each).hexdigest() in wanted), None)  # noqa: S324 -- see above


def _trusting(certificate: bytes) -> ssl.SSLContext:
    """A context that trusts one certificate, a root or not, and nothing else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=certificate)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
