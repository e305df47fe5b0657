"""A question: what an operation thinks about once it has read all that it needs, apart from the store and from every other call.

An operation that thinks is declared with `question=`. Its handler then only reads: what it returns is not the output but what the
question rests on, as plain values that a process can be sent. `Question.think` makes the output of it. It is a function of a module
that imports neither the store nor the protocol, knows no clock and no network, and is run in a process of its own
(`edge.questions`), within limits of time and memory.

A handler that changes something and finds that an answer is wanted that nobody has thought about yet raises `Unanswered`; it is run
again once the answer is kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gatepost.aws.errors import AwsError

MOST_SECONDS: Final = 10  # a question, from the moment when a process takes it up


def _never(_gathered: object) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Question:
    """How an operation thinks.

    `think` takes what the handler returned and makes the output; it may raise `AwsError`. `undecided` is the error that is answered
    where a limit ends it first, by what the limit says. `is_light` may be true only of what a few milliseconds are known to be
    enough for: it is thought about in the thread that read it.
    """

    think: Callable[[Any], Mapping[str, Any]]
    undecided: Callable[[str], AwsError]
    is_light: Callable[[Any], bool] = _never


class Unanswered(Exception):
    """A handler in the writer's transaction wants an answer that is not there: nothing of it stands, and it is run again.

    `think` makes the answer of `gathered`; `keep` puts it where the handler looks for it. `undecided` as in `Question`.
    """

    def __init__(
        self,
        think: Callable[[Any], Any],
        gathered: object,
        keep: Callable[[Any], None],
        undecided: Callable[[str], AwsError],
    ) -> None:
        super().__init__("an answer is wanted")
        self.think = think
        self.gathered = gathered
        self.keep = keep
        self.undecided = undecided
