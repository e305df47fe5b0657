"""A breach of a guardrail, in words. Pure, so that the process that proves tells it too: a breach holds policies, words do not."""

from dataclasses import dataclass

from gatepost.claims.guardrail import Breach, Change, GuardrailKind, Wanted, breach_of, first_breach
from gatepost.words import names
from gatepost.words.requests import request_words


@dataclass(frozen=True, slots=True)
class Told:
    """A guardrail that does not hold, by its name, and what people read of it: what would be allowed, or why it is not decided."""

    name: str
    text: str


def told_breach(change: Change) -> Told | None:
    """The first guardrail that a change breaks; None where all hold."""
    breach = first_breach(change)
    return None if breach is None else _told(breach, {each.name: each for each in change.guardrails}[breach.name])


def told_breach_of(guardrail: Wanted, change: Change) -> Told | None:
    """Whether one guardrail holds after a change: None where it does."""
    breach = breach_of(guardrail, change)
    return None if breach is None else _told(breach, guardrail)


def _told(breach: Breach, guardrail: Wanted) -> Told:
    if breach.request is None:
        return Told(breach.name, f"It could not be proved that it holds: {breach.undecided}.")
    request = request_words(breach.request)
    if guardrail.kind == GuardrailKind.ALWAYS.value:
        return Told(breach.name, f"This would be denied: {request}.")
    return Told(breach.name, f"This would be allowed: {request}. By {', '.join(map(names.place, breach.rules))}.")
