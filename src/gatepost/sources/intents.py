"""Intents in files, asked: each with the policies that it names, and its answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Final

from gatepost.claims.errors import ClaimError
from gatepost.claims.intents import Intent, IntentError, read_intents
from gatepost.claims.layers import Layers
from gatepost.claims.prove import Proof
from gatepost.claims.question import COMPARISONS, Kind, Question
from gatepost.claims.subject import Subject
from gatepost.reasoning.undecidable import Undecidable
from gatepost.sources.asked import subject_of
from gatepost.sources.found import SourceError

DEFAULT_NAMES: Final = ("gatepost.intents.toml", "intents.toml")
KINDS: Final = {"must-allow": Kind.ALWAYS, "must-deny": Kind.NEVER}  # by names of their own


@dataclass(frozen=True, slots=True)
class Outcome:
    """An intent and its answer: `proof` is None where it is not decided, and `obstacle` says why."""

    intent: Intent
    subject: Subject
    proof: Proof | None
    obstacle: str
    milliseconds: float


def intents_of(file: Path) -> tuple[Intent, ...]:
    """The intents in a file; SourceError where it cannot be read, or holds none."""
    try:
        return read_intents(file.read_text("utf-8"))
    except OSError as error:
        raise SourceError(str(file), error.strerror or "cannot be read") from None
    except UnicodeDecodeError:
        raise SourceError(str(file), "not UTF-8") from None
    except IntentError as error:
        raise SourceError(str(file), error.problem, error.line, error.column) from None


def outcomes(file: Path) -> Iterator[Outcome]:
    """Each intent of a file, asked. SourceError as the file, or a policy that it names, is wrong."""
    for intent in intents_of(file):
        yield outcome(intent, file)


def outcome(intent: Intent, file: Path) -> Outcome:
    """One intent of a file, asked."""
    try:
        subject = subject_of(intent.layers.seen_from(partial(_in, file.parent)))
        begun = perf_counter()
        try:
            proof, obstacle = _proof(intent, subject, file.parent), ""
        except Undecidable as error:
            proof, obstacle = None, str(error)
    except ClaimError as error:
        raise SourceError(str(file), f"`{intent.name}`, {intent.question}: {error.problem}", intent.line, 1) from None
    except ValueError as error:
        raise SourceError(str(file), f"`{intent.name}`, principal: {error}", intent.line, 1) from None
    return Outcome(intent, subject, proof, obstacle, 1000 * (perf_counter() - begun))


def _proof(intent: Intent, subject: Subject, folder: Path) -> Proof:
    kind = KINDS.get(intent.question) or Kind(intent.question)
    if kind not in COMPARISONS:
        return Question(kind, subject, intent.claim).proof()
    asked = intent.layers
    other = Layers((_in(folder, intent.text),), principal=asked.principal, account=asked.account, region=asked.region)
    return Question(kind, subject, other=subject_of(other)).proof()


def _in(folder: Path, name: str) -> str:
    """A name as it is seen from the intents' folder."""
    return name if name == "-" or ":" in name else str(folder / name)
