"""Secrets at rest: sealed with AES-256-GCM under the installation's master key.

The key is 32 bytes, in `DATA/master.key` (mode 0600, made at the first start) or, in base64, in `GATEPOST_MASTER_KEY`. What a
secret belongs to (an access key's ID) is bound to it as associated data, so one row's secret cannot be moved to another.
INVARIANT: a key is made only where nothing is sealed yet; a store whose key is missing is refused.
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

from gatepost.store.private_files import replace_private_file

KEY_FILE: Final = "master.key"
KEY_VARIABLE: Final = "GATEPOST_MASTER_KEY"
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
CHECK_NAME: Final = "keyring-check"
CHECK_TEXT: Final = "gatepost"
RESTORE: Final = f"restore the {KEY_FILE} that belongs to the store, or set {KEY_VARIABLE} to it in base64"


class WrongKey(Exception):
    """The master key is missing or not the one under which this was sealed, or the sealed bytes were altered."""


class Keyring:
    """Seals and opens secrets. `owner` names what a secret belongs to; the same name opens it."""

    def __init__(self, key: bytes, source: str = "the master key") -> None:
        self._cipher = AESGCM(key)
        self._source = source
        self._key = key
        self._derived: dict[str, bytes] = {}

    @classmethod
    def of(cls, data: Path, environment: Mapping[str, str] = os.environ, *, make: bool = True) -> "Keyring":
        """The installation's keyring. With `make`, for a store in which nothing is sealed yet, a missing key is made.

        WrongKey for a key that is missing, cannot be read, or is no key.
        """
        given = environment.get(KEY_VARIABLE)
        if given:
            return cls(_decoded(given), KEY_VARIABLE)
        file = data / KEY_FILE
        key = _read(file)
        if key is None or (make and not key):  # an empty file is what a crash in the first start may leave
            if not make:
                raise WrongKey(f"{file} is missing, and the store's secrets are sealed under it: {RESTORE}")
            key = os.urandom(KEY_BYTES)
            try:
                replace_private_file(file, key)
            except OSError as problem:
                raise WrongKey(f"{file} cannot be made: {problem.strerror}") from None
        if len(key) != KEY_BYTES:
            raise WrongKey(f"{file}: expected {KEY_BYTES} bytes, found {len(key)}: {RESTORE}")
        return cls(key, str(file))

    def verify(self, keyring_check: str) -> None:
        """WrongKey where the store's secrets are sealed under another key; `keyring_check` is the store's fact of that name."""
        try:
            self.open(bytes.fromhex(keyring_check), CHECK_NAME)
        except (WrongKey, ValueError):
            raise WrongKey(f"{self._source} is not the key under which this store's secrets are sealed: {RESTORE}") from None

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


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise WrongKey(f"{file} cannot be read: {problem.strerror}; {RESTORE}") from None
