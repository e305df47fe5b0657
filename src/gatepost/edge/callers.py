"""By what name a caller is known before the signature of his request is checked.

A key counts for itself only where it has signed a call from the same source before. Until then, and without a signature, the source
itself is the caller: whoever writes another's key into a request takes nothing of that other's share.
"""

from typing import Final, NamedTuple

from gatepost.audit.source import source_of

MOST_KEYS: Final = 10_000  # that are known; past them all have to sign once more


class Name(NamedTuple):
    """A caller's name, and that of his source, which has to answer for what turns out not to be his."""

    text: str
    source: str

    @property
    def is_known(self) -> bool:
        """Whether it is the name of a key, from a source from which it has signed before."""
        return self.text != self.source


NOBODY: Final = Name("", "")


class Callers:
    """The keys that have signed calls, and from where."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Name] = {}

    def name(self, key_id: str | None, address: str) -> Name:
        """The name of whoever sends a request from `address` that names this key, or none."""
        if key_id is None:
            name = f"unsigned {source_of(address)}"
            return Name(name, name)
        return self._known.get((key_id, address)) or Name(_signed(address), _signed(address))

    def has_signed(self, key_id: str, address: str) -> None:
        """A signature by this key, from this address, was right."""
        if (key_id, address) not in self._known:
            if len(self._known) >= MOST_KEYS:
                self._known.clear()
            self._known[key_id, address] = Name(f"{key_id} {source_of(address)}", _signed(address))


def _signed(address: str) -> str:
    return f"signed {source_of(address)}"
