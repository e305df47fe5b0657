"""The keys with which an identity provider signs, as a call needs them.

Verifying a token is pure; fetching keys is the edge's (`edge.provider_keys`). A call that needs keys which its arrival does not
carry raises `KeysNeeded`, and is prepared anew once they are there, as a call that needs the store is.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

Jwk = Mapping[str, Any]  # a JSON Web Key (RFC 7517)


class ProviderKeys(Struct, frozen=True):
    """What was got from a provider: its keys, or why there are none, which the log alone may tell.

    `fresh`: they were fetched for this very call.
    """

    keys: Sequence[Jwk] = ()
    failure: str | None = None
    fresh: bool = False


class KeysNeeded(Exception):
    """The keys of an issuer are needed. `anew`: those that are known do not have the one that signed."""

    def __init__(self, issuer: str, thumbprints: Sequence[str], *, anew: bool) -> None:
        super().__init__(issuer)
        self.issuer = issuer
        self.thumbprints = tuple(thumbprints)
        self.anew = anew
