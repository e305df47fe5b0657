"""Signed checkpoints: where each chain of the trail was at a time, so that it can be held against the store later, and elsewhere.

A checkpoint is one line of JSON, signed with Ed25519 (RFC 8032) over the line without its last member. The key pair is derived from
the master key; the public key is enough to verify.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct

from gatepost.store.chain_heads import CHAINS, Head, head_of, read_head
from gatepost.store.checkpoints import keep_checkpoint, next_number
from gatepost.store.installation import get_fact
from gatepost.store.keyring import Keyring
from gatepost.store.transaction import Transaction

LABEL: Final = "trail checkpoints"
SIGNATURE: Final = b',"signature":"'
STORE_ID: Final = "store-id"
encode: Final = msgspec.json.Encoder().encode


class Checkpoint(Struct, frozen=True):
    """Where the chains were. `heads` are by chain, as `Head.text` writes them; `time` is ISO 8601."""

    store: str
    number: int
    time: str
    heads: Mapping[str, str]

    def head(self, chain: str) -> Head:
        """Where a chain was."""
        return read_head(self.heads[chain])


class BadCheckpoint(Exception):
    """A line that is no checkpoint, or one whose signature is not that of the key."""


def signing_key(keyring: Keyring) -> Ed25519PrivateKey:
    """The installation's key for checkpoints."""
    return Ed25519PrivateKey.from_private_bytes(keyring.derive(LABEL))


def public_key_text(keyring: Keyring) -> str:
    """The public key in base64: 32 bytes."""
    raw = signing_key(keyring).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def read_public_key(text: str) -> Ed25519PublicKey:
    """The key of `public_key_text`; ValueError for any other text."""
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))


def make_checkpoint(tx: Transaction, now: datetime) -> str:
    """Keep a checkpoint of where the chains are; its line."""
    tx.open()
    number = next_number(tx)
    heads = {chain: head_of(tx, chain).text() for chain in CHAINS}
    time = now.isoformat(timespec="seconds").replace("+00:00", "Z")
    line = sign(Checkpoint(get_fact(tx, STORE_ID) or "", number, time, heads), signing_key(tx.keyring))
    keep_checkpoint(tx, number, line)
    return line


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """A checkpoint's line."""
    payload = encode(checkpoint)
    signature = base64.b64encode(key.sign(payload))
    return (payload[:-1] + SIGNATURE + signature + b'"}').decode()


def read_checkpoint(line: str, key: Ed25519PublicKey) -> Checkpoint:
    """The checkpoint of a line; BadCheckpoint where the signature is not the key's."""
    try:
        opening, found, rest = line.strip().encode().partition(SIGNATURE)
        if not found or not rest.endswith(b'"}'):
            raise BadCheckpoint("no signed checkpoint")
        payload = opening + b"}"
        key.verify(base64.b64decode(rest[:-2], validate=True), payload)
        return msgspec.json.decode(payload, type=Checkpoint)
    except (InvalidSignature, binascii.Error, msgspec.DecodeError, UnicodeError):
        raise BadCheckpoint("the signature is not that of the key") from None


def read_lines(file: Path) -> Iterable[str] | None:
    """The lines of a file of checkpoints; None where there is no such file."""
    return _lines(file) if file.exists() else None


def _lines(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8", errors="replace") as lines:
        yield from (line for line in lines if line.strip())
