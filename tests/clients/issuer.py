"""An OpenID Connect provider for tests: a discovery document, keys, and tokens signed by them, on loopback."""

import json
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
CLIENT = "sts.amazonaws.com"


@dataclass
class Issuer:
    """The provider. `keys` are published by their IDs; `asked` are the paths that were asked for."""

    url: str
    keys: dict[str, PrivateKey] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    answers: str | None = None  # in place of every document
    drips: str | None = None  # "header" or "body": never comes to an end of it

    @property
    def path(self) -> str:
        """Under which its documents are."""
        return urlsplit(self.url).path.rstrip("/")

    @property
    def name(self) -> str:
        """The URL without its scheme, as ARNs and condition keys have it."""
        return self.url.partition("://")[2]

    def token(self, key_id: str = "rsa", signed_with: PrivateKey | None = None, **claims: Any) -> str:
        """A token of these claims over good ones; a claim that is None is left out."""
        now = int(time.time())
        good = {"iss": self.url, "sub": "repo:team/app", "aud": CLIENT, "iat": now, "exp": now + 600}
        key = signed_with or self.keys[key_id]
        told = {name: value for name, value in {**good, **claims}.items() if value is not None}
        algorithm = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return jwt.encode(told, pem, algorithm, headers={"kid": key_id})

    def document(self, path: str) -> Mapping[str, Any] | None:
        """What is answered on a path."""
        self.asked.append(path)
        if path == f"{self.path}/.well-known/openid-configuration":
            return {"issuer": self.url, "jwks_uri": f"{self.url.rstrip('/')}/keys"}
        return {"keys": [_public(key_id, key) for key_id, key in self.keys.items()]} if path == f"{self.path}/keys" else None


def new_rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def _public(key_id: str, key: PrivateKey) -> dict[str, Any]:
    if isinstance(key, rsa.RSAPrivateKey):
        public: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        public = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**public, "kid": key_id, "use": "sig"}


@contextmanager
def running_issuer(certificate: tuple[Path, Path] | None = None) -> Iterator[Issuer]:
    """An issuer that listens, over TLS where a certificate and its key are given."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if issuer.drips is not None:
                self._drip(b"HTTP/1.1 200 OK\r\n" + (b"content-length: 200000\r\n\r\n" if issuer.drips == "body" else b"x-"))
                return
            document = issuer.document(self.path)
            body = (json.dumps(document) if issuer.answers is None else issuer.answers).encode()
            self.send_response(404 if document is None else 200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _drip(self, opening: bytes) -> None:
            self.wfile.write(opening)
            with suppress(OSError):  # the other side has had enough
                while not ended.wait(0.02):
                    self.wfile.write(b" ")

        def log_message(self, *_arguments: object) -> None:
            pass

    ended = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme = "http" if certificate is None else "https"
    issuer = Issuer(f"{scheme}://127.0.0.1:{server.server_port}")
    issuer.keys = {"rsa": new_rsa_key(), "ec": ec.generate_private_key(ec.SECP256R1())}
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
