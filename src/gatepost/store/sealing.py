"""Seals: each row's covers the seal before it and every column of the row, under a key that only the master key gives.

A seal is an HMAC-SHA-256 (RFC 2104). Its input is unambiguous: the previous seal has 32 bytes, and the columns are one MessagePack
array, in which each value tells its own type and length.
"""

import hmac
from functools import lru_cache
from typing import Final

import msgspec

from gatepost.store.keyring import Keyring

FIRST: Final = bytes(32)  # stands before the first row of a chain
LABEL: Final = "trail seals"
encode: Final = msgspec.msgpack.Encoder().encode


class Sealer:
    """Seals the rows of one chain. Chains are told apart by their name, so a row of one is no row of another."""

    def __init__(self, key: bytes, chain: str) -> None:
        self._keyed = hmac.new(key, chain.encode().ljust(16, b"\0"), "sha256")

    def seal(self, previous: bytes, columns: tuple[object, ...], content: bytes | bytearray = b"") -> bytes:
        """The seal of a row. `content` is a last column that may be large; the columns must tell its length."""
        keyed = self._keyed.copy()
        keyed.update(previous + encode(columns))
        if content:
            keyed.update(content)
        return keyed.digest()


def sealer_of(keyring: Keyring, chain: str) -> Sealer:
    """The sealer of a chain of this installation."""
    return _sealer(keyring.derive(LABEL), chain)


@lru_cache(64)
def _sealer(key: bytes, chain: str) -> Sealer:
    return Sealer(key, chain)
