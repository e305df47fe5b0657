"""A question about policies and all requests, as a value: which requests it seeks, and its answer."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from typing import Final

from gatepost.claims import prove
from gatepost.claims.claim import Claim
from gatepost.claims.prove import Proof, by_claim, by_comparison, whatever_allowed
from gatepost.claims.public import no_public, open_to_strangers
from gatepost.claims.subject import Subject
from gatepost.reasoning.situation import Situation, Sought


class Kind(Enum):
    """What is asked."""

    NEVER = "never"
    ALWAYS = "always"
    NARROWER = "narrower-than"
    EQUIVALENT = "equivalent-to"
    DISJOINT = "disjoint-from"
    NO_PUBLIC = "no-public"
    ANYTHING = "anything"
    NOTHING = "nothing"


STATEMENTS: Final = {  # what holds where the answer is yes; `{}` are the policies compared with
    Kind.NEVER: "No request that the claim describes is allowed.",
    Kind.ALWAYS: "Every request that the claim describes is allowed.",
    Kind.NARROWER: "Nothing is allowed that {} does not allow.",
    Kind.EQUIVALENT: "The same requests are allowed as by {}.",
    Kind.DISJOINT: "No request is allowed here and by {}.",
    Kind.NO_PUBLIC: "Nobody is let in of whose account or organization nothing is said.",
    Kind.ANYTHING: "Something is allowed.",
    Kind.NOTHING: "Everything is denied.",
}
COMPARISONS: Final[Mapping[Kind, Callable[[Subject, Subject], Proof]]] = {
    Kind.NARROWER: prove.narrower,
    Kind.EQUIVALENT: prove.equivalent,
    Kind.DISJOINT: prove.disjoint,
}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a subject: whether a claim on it holds, how it compares to another, or what it allows at all.

    `claim` is that of NEVER and ALWAYS; `other` that of the comparisons, and `called` what people call it.
    """

    kind: Kind
    subject: Subject
    claim: Claim | None = None
    other: Subject | None = None
    called: str = ""

    @property
    def statement(self) -> str:
        """What holds where the answer is yes, in words."""
        return STATEMENTS[self.kind].format(self.called)

    def sought(self) -> tuple[Sought, ...]:
        """The requests of which none may be there (ANYTHING: of which one is to be), kind by kind of caller.

        ClaimError where it cannot be asked of these policies; Undecidable where the kinds of caller cannot be told.
        """
        return tuple(self._sought())

    def proof(self) -> Proof:
        """The answer. ClaimError as for `sought`; Undecidable."""
        match self:
            case Question(Kind.NEVER, subject, Claim() as claim):
                return prove.prove_never(claim, subject)
            case Question(Kind.ALWAYS, subject, Claim() as claim):
                return prove.prove_always(claim, subject)
            case Question(Kind.NO_PUBLIC, subject):
                return no_public(subject)
            case Question(Kind.ANYTHING, subject):
                return prove.anything(subject)
            case Question(Kind.NOTHING, subject):
                return prove.nothing(subject)
            case Question(kind, subject, _, Subject() as other):
                return COMPARISONS[kind](subject, other)
        raise self._error()

    def _sought(self) -> Iterator[Sought]:
        match self:
            case Question(Kind.NEVER, subject, Claim() as claim):
                return by_claim(claim, subject, Situation.breaches)
            case Question(Kind.ALWAYS, subject, Claim() as claim):
                return by_claim(claim, subject, Situation.shortfalls)
            case Question(Kind.NARROWER, subject, _, Subject() as other):
                return by_comparison(subject, other, Situation.excess)
            case Question(Kind.EQUIVALENT, subject, _, Subject() as other):
                return chain(by_comparison(subject, other, Situation.excess), by_comparison(other, subject, Situation.excess))
            case Question(Kind.DISJOINT, subject, _, Subject() as other):
                return by_comparison(subject, other, Situation.overlap)
            case Question(Kind.NO_PUBLIC, subject):
                return open_to_strangers(subject)
            case Question(Kind.ANYTHING | Kind.NOTHING, subject):
                return whatever_allowed(subject)
        raise self._error()

    def _error(self) -> AssertionError:
        return AssertionError(f"`{self.kind.value}` without what it is about")
