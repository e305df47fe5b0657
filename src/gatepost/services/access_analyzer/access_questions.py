"""What policies let through to others, thought about: pure, run in a process of its own."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gatepost.claims.public import ExternalAccess, external_access
from gatepost.policy.read import PolicyKind, read_policy
from gatepost.reasoning.undecidable import Undecidable

AccessAnswer = tuple[ExternalAccess, ...] | str  # why it is not decided


@dataclass(frozen=True, slots=True)
class AccessQuestion:
    """A document, whose it is, and the organization that counts as inside."""

    document: str
    kind: PolicyKind
    account: str
    organization: str | None

    @property
    def digest(self) -> bytes:
        """What the question is known by, however long the document is."""
        text = "\0".join((self.kind.name, self.account, self.organization or "", self.document))
        return hashlib.sha256(text.encode()).digest()


def answers(questions: Sequence[AccessQuestion]) -> Mapping[AccessQuestion, AccessAnswer]:
    """The answer of each."""
    return {each: _answer(each) for each in questions}


def _answer(question: AccessQuestion) -> AccessAnswer:
    try:
        return external_access(read_policy(question.document, question.kind), question.account, question.organization)
    except Undecidable as reason:
        return str(reason)
