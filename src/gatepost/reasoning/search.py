"""The ways to a wanted request, each tried where the one before did not decide.

1.  The exact engine, with what open variables make left open. Without a model there is no such request; without such variables in
    the question its model is one. Where it gives up, a general solver is asked at once.
2.  Likely values for the variables, and for keys that are compared both as text and as something else: with them everything is
    known, and the exact engine may find a request.
3.  A general solver, which knows equations between texts, within a limit of time. A request that it finds is decided again.
4.  Otherwise the question is not decided, and that is what is said.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import islice, product
from typing import Protocol, cast

from gatepost.policy.request import Request
from gatepost.reasoning.formula import Formula
from gatepost.reasoning.layer import Space
from gatepost.reasoning.lines import Lines
from gatepost.reasoning.readings import readings
from gatepost.reasoning.smt import Answer, Decider, Question
from gatepost.reasoning.solve import solve
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.witness import request_of, request_of_values
from gatepost.reasoning.words import MOST_GUESSES, Guess, guesses
from gatepost.reasoning.world import World


class Way(Enum):
    """Which way decided."""

    EXACT = "exact"
    OPEN = "variables left open"
    LIKELY = "likely values"
    SOLVER = "general solver"


@dataclass(frozen=True, slots=True)
class Found:
    """The wanted request, None where there is none, and which way decided."""

    request: Request | None
    way: Way


class Asked(Protocol):
    """Which request is wanted, and of which account its resource is, where that is said."""

    @property
    def account(self) -> str | None:
        """The resource's account; None where any will do."""

    def posed(self, values: Guess, kind: type[World]) -> tuple[Space, Formula]:
        """The space of all requests in which these values are known beside the others, and where in it the wanted ones are."""

    def finished(self, request: Request) -> Request:
        """The request with what its context says of who asks and of whose the resource is."""

    def is_met_by(self, request: Request) -> bool:
        """Whether a request is one, by `decide`."""


def search(asked: Asked, decider: Decider | None, seconds: float) -> Found:
    """The wanted request; Undecidable where no way tells. Without a decider no general solver is asked."""
    space, formula = asked.posed({}, World)
    try:
        model = solve(space.world, formula)
    except Undecidable as error:
        return _by_solver(asked, str(error), decider, seconds)
    world = space.world
    if model is None:
        return Found(None, Way.OPEN if world.words else Way.EXACT)
    if not (world.words or world.twofold):
        return Found(_confirmed(asked, request_of(space, model, asked.account)), Way.EXACT)
    for values in _guesses(world):
        request = _with(asked, values)
        if request is not None:
            return Found(request, Way.LIKELY)
    if world.twofold:
        raise Undecidable(_told_of_twofold(world))
    return _by_solver(asked, f"{_told(world)} not known", decider, seconds)


def _guesses(world: World) -> Iterator[Guess]:
    """Likely values for what is left open: of variables, and of keys that are compared in two ways."""
    texts = [[(name, text) for text in readings(world, name)] for name in world.twofold]
    both = ({**dict(chosen), **values} for chosen in product(*texts) for values in guesses(world))
    yield from islice(both, MOST_GUESSES)


def _confirmed(asked: Asked, found: Request) -> Request:
    request = asked.finished(found)
    # INVARIANT: what the formula says of the witness, the engine that decides requests says too.
    if not asked.is_met_by(request):
        raise AssertionError(f"the witness {request!r} is decided otherwise than the formula says")
    return request


def _with(asked: Asked, values: Guess) -> Request | None:
    """A wanted request in which the variables have these values."""
    try:
        space, formula = asked.posed(values, World)
        model = solve(space.world, formula)
    except Undecidable:  # with other values it may be decided
        return None
    if model is None:
        return None
    request = asked.finished(request_of(space, model, asked.account))
    return request if asked.is_met_by(request) else None


def question(asked: Asked) -> tuple[Space, Question]:
    """The question to a general solver whether there is such a request, and the space of its requests."""
    space, formula = asked.posed({}, Lines)
    return space, Question(cast("Lines", space.world), formula)


def _by_solver(asked: Asked, told: str, decider: Decider | None, seconds: float) -> Found:
    if decider is None:
        raise Undecidable(f"{told}; no general solver is asked")
    space, posed = question(asked)
    answer = decider(posed.text(), seconds)
    if answer.verdict == "unsat":
        return Found(None, Way.SOLVER)
    request = _found(asked, space, posed, answer)
    if request is not None:
        return Found(request, Way.SOLVER)
    raise Undecidable(f"not decided in {seconds:g} s: {told}")


def _found(asked: Asked, space: Space, posed: Question, answer: Answer) -> Request | None:
    """The request of a solver's model; None where there is none, or where it is no wanted one."""
    if answer.verdict != "sat":
        return None
    try:
        values = posed.model(answer)
    except ValueError:  # in words that are not known here
        return None
    request = asked.finished(request_of_values(space, values))
    return request if asked.is_met_by(request) else None


def _told(world: World) -> str:
    open_keys = sorted({key for _, word in world.words.values() if word is not None for key in word.keys})
    names = ", ".join(f"`${{{key}}}`" for key in open_keys)
    return f"{names} {'is' if len(open_keys) == 1 else 'are'}" if open_keys else "a variable is"


def _told_of_twofold(world: World) -> str:
    return "; ".join(f"{name} is compared as {world.keys[name].family} and as {other}" for name, other in world.twofold.items())
