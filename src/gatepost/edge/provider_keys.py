"""Identity providers' keys: found by their discovery documents, fetched over TLS, held for an hour.

1. `ISSUER/.well-known/openid-configuration` names the issuer itself and its `jwks_uri`.
2. The server's certificate must be one that the system trusts, else one that is signed by (or is) a certificate of the provider's
   thumbprint list: that certificate is then the only one trusted, and the host name must be its own all the same.
3. Without TLS only loopback is asked, for an issuer that is itself there: a laptop's or CI's own provider.
4. A key that is not known is looked for anew, at most every ten seconds.

Source: OpenID Connect Discovery 1.0, section 4; IAM User Guide, "Obtain the thumbprint for an OpenID Connect identity provider".
"""

import asyncio
import hashlib
import json
import ssl
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final
from urllib.parse import urlsplit

from gatepost.access.provider_keys import Jwk, KeysNeeded, ProviderKeys

HELD_SECONDS: Final = 3600
LEAST_BETWEEN: Final = 10  # seconds, between two fetches from one issuer
TIMEOUT_SECONDS: Final = 5
MOST_BYTES: Final = 262_144
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
DISCOVERY: Final = "/.well-known/openid-configuration"


class Unfit(Exception):
    """A provider's answer, or its certificate, cannot be used."""


Fetch = Callable[[str, Sequence[str]], Sequence[Jwk]]


class ProviderKeyRing:
    """Keys by issuer. `fetch` gets them from the network, in a thread."""

    def __init__(self, fetch: "Fetch | None" = None) -> None:
        self._fetch = fetch or fetch_keys
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="gatepost-keys")
        self._held: dict[str, tuple[float, ProviderKeys]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def of(self, needed: KeysNeeded) -> ProviderKeys:
        """The keys of an issuer; where they cannot be had, why."""
        async with self._locks.setdefault(needed.issuer, asyncio.Lock()):
            now = time.monotonic()
            fetched_at, held = self._held.get(needed.issuer, (-HELD_SECONDS, ProviderKeys()))
            age = now - fetched_at
            if age < (LEAST_BETWEEN if needed.anew or held.failure else HELD_SECONDS):
                return ProviderKeys(held.keys, held.failure, fresh=needed.anew)
            fetched = await asyncio.get_running_loop().run_in_executor(self._threads, self._fetched, needed)
            self._held[needed.issuer] = (time.monotonic(), fetched)
            return fetched

    def close(self) -> None:
        """Let what is under way end."""
        self._threads.shutdown(cancel_futures=True)

    def _fetched(self, needed: KeysNeeded) -> ProviderKeys:
        try:
            return ProviderKeys(self._fetch(needed.issuer, needed.thumbprints), fresh=True)
        except (OSError, HTTPException, ValueError, Unfit) as problem:
            return ProviderKeys(failure=str(problem) or type(problem).__name__, fresh=True)


def fetch_keys(issuer: str, thumbprints: Sequence[str]) -> Sequence[Jwk]:
    """The keys that an issuer's discovery document leads to; OSError, ValueError or `Unfit` where it leads nowhere."""
    document = _get(issuer.rstrip("/") + DISCOVERY, thumbprints)
    if document.get("issuer") != issuer:
        raise Unfit(f"the discovery document is of the issuer `{document.get('issuer')}`, expected `{issuer}`")
    uri = document.get("jwks_uri")
    if not isinstance(uri, str):
        raise Unfit("the discovery document names no `jwks_uri`")
    if issuer.startswith("https:") and not uri.startswith("https:"):
        raise Unfit(f"`{uri}`: expected a `jwks_uri` with https")
    keys = _get(uri, thumbprints).get("keys")
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise Unfit(f"`{uri}` holds no key set")
    return keys


def _get(url: str, thumbprints: Sequence[str]) -> dict[str, Any]:
    parts = urlsplit(url)
    host, path = parts.hostname or "", (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if parts.scheme == "https":
        connection: HTTPConnection = _secure_connection(host, parts.port or 443, thumbprints)
    elif parts.scheme == "http" and host in LOOPBACK:
        connection = HTTPConnection(host, parts.port, timeout=TIMEOUT_SECONDS)
    else:
        raise Unfit(f"`{url}`: expected https")
    try:
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


# --- certificates -------------------------------------------------------------------------------------------------------


def _secure_connection(host: str, port: int, thumbprints: Sequence[str]) -> HTTPSConnection:
    connection = HTTPSConnection(host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
    try:
        connection.connect()
    except ssl.SSLCertVerificationError:
        connection.close()
        pinned = _listed(_shown_certificates(host, port), thumbprints)
        if pinned is None:
            text = "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint"
            raise Unfit(text) from None
        connection = HTTPSConnection(host, port, timeout=TIMEOUT_SECONDS, context=_trusting(pinned))
        connection.connect()
    return connection


def _shown_certificates(host: str, port: int) -> Sequence[bytes]:
    """The certificates that a server shows, as DER, unverified: only to see which of them is listed."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    probe = HTTPSConnection(host, port, timeout=TIMEOUT_SECONDS, context=context)
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
