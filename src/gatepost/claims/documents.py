"""The policies of a subject as documents, each with its layer and its SHA-256: what an answer rests on."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from gatepost.claims.subject import Subject
from gatepost.policy.match import AttachedPolicy

LAYERS = ("identity", "resource", "boundary", "session", "scps")  # as `GivenPolicies` calls them


@dataclass(frozen=True, slots=True)
class Document:
    """A policy as it was read, and in which layer it stands."""

    layer: str
    name: str
    text: str

    @property
    def sha256(self) -> str:
        """The digest of its UTF-8."""
        return sha256(self.text.encode()).hexdigest()


def documents_of(subject: Subject) -> Iterator[Document]:
    """The documents of a subject, layer by layer."""
    for layer in LAYERS:
        held = getattr(subject.given, layer)
        for each in (held,) if isinstance(held, AttachedPolicy) else held or ():
            yield Document(layer, each.name, each.policy.text)
