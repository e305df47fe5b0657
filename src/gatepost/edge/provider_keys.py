"""Identity providers' keys: found by their discovery documents, fetched over TLS, held for an hour.

1. `ISSUER/.well-known/openid-configuration` names the issuer itself and its `jwks_uri`.
2. The server's certificate must be one that the system trusts, else one that is signed by (or is) a certificate of the provider's
   thumbprint list: that certificate is then the only one trusted, and the host name must be its own all the same.
3. In the production profile only public addresses are asked, on port 443. In the local one a provider may be in one's own network,
   and without TLS on loopback; an issuer in public names no key set that is not. `edge.outgoing` says which addresses are refused.
4. Where no key that is held has signed, they are fetched anew, at most every ten seconds; where that fails, what is held stays.
5. Both answers must have come in eight seconds, however steadily they drip; an issuer that keeps failing is asked less often.
6. Why keys could not be had is for the log alone: to the caller it would tell who listens where.
7. What is held is bounded: issuers by number, each one's keys by number and size, as IAM bounds them.

Source: OpenID Connect Discovery 1.0, section 4; IAM User Guide, "Obtain the thumbprint for an OpenID Connect identity provider".
"""

import asyncio
import hashlib
import json
import socket
import ssl
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Event, Timer
from typing import Any, Final
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

import structlog
from msgspec import Struct

from gatepost.access.provider_keys import Jwk, KeysNeeded, ProviderKeys
from gatepost.edge.outgoing import Address, Refused, Resolve, checked_addresses, connect, is_public, resolve

HELD_SECONDS: Final = 3600
LEAST_BETWEEN: Final = 10  # seconds, between two fetches from one issuer
MOST_BETWEEN: Final = 60  # seconds, where it keeps failing
WITHIN_SECONDS: Final = 8  # both answers
FETCHED_AT_ONCE: Final = 8  # issuers; one that does not answer takes a thread for as long as it may
MOST_BYTES: Final = 262_144
MOST_TOLD: Final = 300  # characters of what a provider is told to have done wrong, which may be its own
TOO_LATE: Final = "the provider did not answer in time"
MOST_ISSUERS: Final = 500
KEYS_OF_A_TYPE: Final = 100
MOST_OF_A_MEMBER: Final = 1400  # characters: an RSA modulus of 8,192 bits
MEMBERS: Final = ("kty", "kid", "use", "key_ops", "alg", "n", "e", "crv", "x", "y")
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
DISCOVERY: Final = "/.well-known/openid-configuration"


log = structlog.get_logger("gatepost.provider_keys")


class Unfit(Exception):
    """A provider's answer, or its certificate, cannot be used."""


Fetch = Callable[[str, Sequence[str]], Sequence[Jwk]]
Place = tuple[str, ...]  # an issuer, and the thumbprints that vouch for it


class _Held(Struct, frozen=True):
    """What was got last, and how many attempts have failed since. Times are `time.monotonic`'s."""

    keys: ProviderKeys
    fetched_at: float
    tried_at: float
    failures: int = 0


class ProviderKeyRing:
    """Keys by issuer, and by the thumbprints that vouch for it: each account lists its own. `fetch` gets them, in a thread."""

    def __init__(self, fetch: "Fetch | None" = None) -> None:
        self._fetch = fetch or fetch_keys
        self._threads = ThreadPoolExecutor(FETCHED_AT_ONCE, thread_name_prefix="gatepost-keys")
        self._held: OrderedDict[Place, _Held] = OrderedDict()
        self._locks: WeakValueDictionary[Place, asyncio.Lock] = WeakValueDictionary()  # as long as somebody waits

    async def of(self, needed: KeysNeeded) -> ProviderKeys:
        """The keys of an issuer; where they cannot be had, why."""
        place = (needed.issuer, *needed.thumbprints)
        lock = self._locks.setdefault(place, asyncio.Lock())
        async with lock:
            held = self._held.get(place)
            if held is not None:
                self._held.move_to_end(place)
                if _is_enough(held, needed, time.monotonic()):
                    return ProviderKeys(held.keys.keys, held.keys.failure, fresh=needed.anew)
            fetched = await self._fetch_in_time(needed)
            now = time.monotonic()
            if fetched.failure is None:
                self._hold(place, _Held(fetched, now, now))
                return fetched
            log.warning("an identity provider's keys could not be had", issuer=needed.issuer, reason=fetched.failure)
            failures = 1 if held is None else held.failures + 1
            if held is not None and _is_good(held, now):
                self._hold(place, _Held(held.keys, held.fetched_at, now, failures))
                return ProviderKeys(held.keys.keys, fresh=True)
            self._hold(place, _Held(fetched, now, now, failures))
            return fetched

    def forget(self) -> None:
        """Hold nothing more."""
        self._held.clear()

    def close(self) -> None:
        """Let what is under way end."""
        self._threads.shutdown(cancel_futures=True)

    def _hold(self, place: Place, held: _Held) -> None:
        self._held[place] = held
        self._held.move_to_end(place)
        while len(self._held) > MOST_ISSUERS:
            self._held.popitem(last=False)

    async def _fetch_in_time(self, needed: KeysNeeded) -> ProviderKeys:
        # The resolver keeps its own time: its thread may stay longer, whoever waits does not.
        work = asyncio.get_running_loop().run_in_executor(self._threads, self._fetched, needed)
        try:
            return await asyncio.wait_for(work, WITHIN_SECONDS + 1)
        except TimeoutError:
            return ProviderKeys(failure=TOO_LATE, fresh=True)

    def _fetched(self, needed: KeysNeeded) -> ProviderKeys:
        try:
            return ProviderKeys(self._fetch(needed.issuer, needed.thumbprints), fresh=True)
        except (OSError, HTTPException, ValueError, RecursionError, Unfit, Refused) as problem:
            reason = (str(problem) or type(problem).__name__)[:MOST_TOLD]
            return ProviderKeys(failure=reason.encode(errors="replace").decode(), fresh=True)


def _is_enough(held: _Held, needed: KeysNeeded, now: float) -> bool:
    if needed.anew or held.keys.failure is not None:
        return now - held.tried_at < min(LEAST_BETWEEN * max(held.failures, 1), MOST_BETWEEN)
    return _is_good(held, now)


def _is_good(held: _Held, now: float) -> bool:
    return held.keys.failure is None and now - held.fetched_at < HELD_SECONDS


def fetch_keys(
    issuer: str,
    thumbprints: Sequence[str],
    within: float = WITHIN_SECONDS,
    *,
    outside_only: bool = False,
    resolve: Resolve = resolve,
) -> Sequence[Jwk]:
    """The keys that an issuer's discovery document leads to, within so many seconds.

    `outside_only`: at public addresses and on port 443 alone. OSError, HTTPException, ValueError, RecursionError (JSON that is
    nested too deep), `Refused` or `Unfit` where it leads nowhere.
    """
    until = time.monotonic() + within
    place = _place(issuer.rstrip("/") + DISCOVERY, resolve, outside_only=outside_only, public_only=outside_only)
    document = _get(place, thumbprints, until)
    if document.get("issuer") != issuer:
        raise Unfit(f"the discovery document is of the issuer `{document.get('issuer')}`, expected `{issuer}`")
    uri = document.get("jwks_uri")
    if not isinstance(uri, str):
        raise Unfit("the discovery document names no `jwks_uri`")
    if issuer.startswith("https:") and not uri.startswith("https:"):
        raise Unfit(f"`{uri}`: expected a `jwks_uri` with https")
    is_public_issuer = all(is_public(address) for address in place.addresses)
    keys_at = _place(uri, resolve, outside_only=outside_only, public_only=outside_only or is_public_issuer)
    keys = _get(keys_at, thumbprints, until).get("keys")
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise Unfit(f"`{uri}` holds no key set")
    return usable_keys(keys)


def usable_keys(keys: Sequence[Mapping[str, Any]]) -> Sequence[Jwk]:
    """The members that verify a signature, of the first keys of each type; keys of a size that nobody uses are left out.

    Source: IAM User Guide, "Create an OpenID Connect identity provider": at most 100 RSA and 100 EC keys.
    """
    usable = []
    for kind in ("RSA", "EC"):
        of_kind = [{name: key[name] for name in MEMBERS if name in key} for key in keys if key.get("kty") == kind]
        usable += [key for key in of_kind if all(_is_short(value) for value in key.values())][:KEYS_OF_A_TYPE]
    return usable


def _is_short(value: object) -> bool:
    parts = value if isinstance(value, list) else [value]
    return len(parts) <= 16 and all(isinstance(part, str) and len(part) <= MOST_OF_A_MEMBER for part in parts)


class _Place(Struct, frozen=True):
    """Where a URL leads, checked."""

    url: str
    host: str
    port: int
    path: str
    secure: bool
    addresses: Sequence[Address]


def _place(url: str, resolve: Resolve, *, outside_only: bool, public_only: bool) -> _Place:
    parts = urlsplit(url)
    host, path = parts.hostname or "", (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    if not secure and (outside_only or parts.scheme != "http" or host not in LOOPBACK):
        raise Unfit(f"`{url}`: expected https")
    if outside_only and port != 443:
        raise Unfit(f"`{url}`: expected port 443")
    addresses = checked_addresses(resolve(host, port), public_only=public_only)
    if not secure and not all(address.is_loopback for address in addresses):
        raise Unfit(f"`{url}`: expected https")
    return _Place(url, host, port, path, secure, addresses)


def _get(place: _Place, thumbprints: Sequence[str], until: float) -> dict[str, Any]:
    if place.secure:
        connection: HTTPConnection = _secure_connection(place, thumbprints, until)
    else:
        connection = HTTPConnection(place.host, place.port)
        connection.sock = _connected(place, until)
    try:
        with _cut_off(connection.sock, until):  # the connection lets go of it once it has the answer's header
            connection.request("GET", place.path, headers={"accept": "application/json", "user-agent": "gatepost"})
            response = connection.getresponse()
            body = response.read(MOST_BYTES + 1)
    finally:
        connection.close()
    if response.status != 200:
        raise Unfit(f"`{place.url}` answered {response.status}")
    if len(body) > MOST_BYTES:
        raise Unfit(f"`{place.url}` answered more than {MOST_BYTES} bytes")
    document = json.loads(body)
    if not isinstance(document, dict):
        raise Unfit(f"`{place.url}` answered no JSON object")
    return document


def _connected(place: _Place, until: float) -> socket.socket:
    try:
        return connect(place.addresses, place.port, until)
    except TimeoutError:
        raise Unfit(TOO_LATE) from None


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise Unfit(TOO_LATE)
    return left


@contextmanager
def _cut_off(connected: socket.socket, until: float) -> Iterator[None]:
    """Shut a connection down when its time is over: a socket's own timeout begins anew with every byte that comes in."""
    over = Event()

    def shut() -> None:
        over.set()
        with suppress(OSError):  # closed in this very moment
            # Of the socket itself: over TLS, `SSLSocket.shutdown` would take the reader's TLS state from under it.
            socket.socket.shutdown(connected, socket.SHUT_RDWR)

    timer = Timer(_left(until), shut)
    timer.start()
    try:
        yield
    except (OSError, HTTPException, ValueError) as problem:
        if over.is_set() or isinstance(problem, TimeoutError):
            raise Unfit(TOO_LATE) from None
        raise
    finally:
        timer.cancel()
    if over.is_set():
        raise Unfit(TOO_LATE)


# --- certificates -------------------------------------------------------------------------------------------------------


def _secure_connection(place: _Place, thumbprints: Sequence[str], until: float) -> HTTPSConnection:
    connection = HTTPSConnection(place.host, place.port)
    try:
        connection.sock = _over_tls(place, ssl.create_default_context(), until)
    except ssl.SSLCertVerificationError:
        pinned = _listed(_shown_certificates(place, until), thumbprints)
        if pinned is None:
            text = "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint"
            raise Unfit(text) from None
        connection.sock = _over_tls(place, _trusting(pinned), until)
    return connection


def _over_tls(place: _Place, context: ssl.SSLContext, until: float) -> ssl.SSLSocket:
    secure = context.wrap_socket(_connected(place, until), server_hostname=place.host, do_handshake_on_connect=False)
    try:
        with _cut_off(secure, until):
            secure.do_handshake()
    except BaseException:
        secure.close()
        raise
    return secure


def _shown_certificates(place: _Place, until: float) -> Sequence[bytes]:
    """The certificates that a server shows, as DER, unverified: only to see which of them is listed."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with _over_tls(place, context, until) as shown:
        leaf = shown.getpeercert(binary_form=True)
        chain: Any = getattr(shown, "get_unverified_chain", None)  # Python 3.13
        if chain is None:  # before, the method is there under the hood alone
            certificates = shown._sslobj.get_unverified_chain()  # type: ignore[attr-defined]  # noqa: SLF001 -- see above
            return [ssl.PEM_cert_to_DER_cert(each.public_bytes()) for each in certificates or ()]
        return chain() or ([leaf] if leaf else [])


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
