"""Secrets at rest: sealed with AES-256-GCM under the installation's master key.

The key is 32 bytes, in `DATA/master.key` (mode 0600, made at the first start) or, in base64, in `GATEPOST_MASTER_KEY`. What a
secret belongs to (an access key's ID) is bound to it as associated data, so one row's secret cannot be moved to another.
"""

import base64
import binascii
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_FILE: Final = "master.key"
KEY_VARIABLE: Final = "GATEPOST_MASTER_KEY"
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
CHECK_NAME: Final = "keyring-check"
CHECK_TEXT: Final = "gatepost"


class WrongKey(Exception):
    """The master key is not the one under which this was sealed, or the sealed bytes were altered."""


class Keyring:
    """Seals and opens secrets. `owner` names what a secret belongs to; the same name opens it."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._key = key
        self._derived: dict[str, bytes] = {}

    @classmethod
    def of(cls, data: Path, environment: Mapping[str, str] = os.environ) -> "Keyring":
        """The installation's keyring; the key is made where there is none. WrongKey where the given key is no key."""
        given = environment.get(KEY_VARIABLE)
        return cls(_decoded(given) if given else _of_file(data / KEY_FILE))

    def derive(self, label: str) -> bytes:
        """A key of 32 bytes for one purpose, from the master key and the label (HKDF-SHA-256, RFC 5869)."""
        known = self._derived.get(label)
        if known is None:
            known = HKDF(SHA256(), KEY_BYTES, None, f"gatepost {label}".encode()).derive(self._key)
            self._derived[label] = known
        return known

    def seal(self, secret: str, owner: str) -> bytes:
        """Nonce and ciphertext of a secret."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), owner.encode())

    def open(self, sealed: bytes, owner: str) -> str:
        """The secret; WrongKey where key, owner or bytes are not those of `seal`."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], owner.encode()).decode()
        except InvalidTag:
            raise WrongKey(f"the master key does not open the secret of `{owner}`") from None


def _decoded(given: str) -> bytes:
    try:
        key = base64.b64decode(given, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise WrongKey(f"{KEY_VARIABLE}: expected {KEY_BYTES} bytes in base64")
    return key


def _of_file(file: Path) -> bytes:
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
            key = os.urandom(KEY_BYTES)
            new.write(key)
            new.flush()
            os.fsync(new.fileno())
            return key
    except FileExistsError:
        key = file.read_bytes()
    if len(key) != KEY_BYTES:
        raise WrongKey(f"{file}: expected {KEY_BYTES} bytes, found {len(key)}")
    return key
