"""Several general solvers on one question: the first that knows the answer is believed, and the others are ended.

cvc5 begins; z3 joins it where it has not answered soon. On questions about policies cvc5 is mostly quicker, and each of the two
answers some that the other does not.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import IO, Final, cast

from gatepost.reasoning.smt import Answer, Decider

WORKER: Final = Path(__file__).with_name("worker.py")
SOLVERS: Final = ("cvc5", "z3")
HEAD_START: Final = 0.3  # seconds before the next solver joins
UNKNOWN: Final = Answer("unknown")


def installed() -> tuple[str, ...]:
    """The solvers that are here, in the order in which they are asked."""
    return tuple(name for name in SOLVERS if find_spec(name) is not None)


def general_solvers() -> Decider | None:
    """The solvers that are here, as one; None where none is."""
    return decide_by_solvers if installed() else None


def decide_by_solvers(text: str, seconds: float, solvers: Sequence[str] | None = None) -> Answer:
    """The first solver's answer within so many seconds; unknown where none has one, or none is here."""
    waiting = list(installed() if solvers is None else solvers)
    ends = time.monotonic() + seconds
    with ExitStack() as processes, DefaultSelector() as answers:
        while waiting or answers.get_map():
            left = ends - time.monotonic()
            if left <= 0:
                break
            if waiting:
                output = processes.enter_context(_asked(waiting.pop(0), text, left))
                answers.register(output.fileno(), EVENT_READ, output)
            for ready, _ in answers.select(min(left, HEAD_START) if waiting else left):
                answers.unregister(ready.fd)
                answer = _read(ready.data.read())
                if answer.verdict != "unknown":
                    return answer
    return UNKNOWN


@contextmanager
def _asked(solver: str, text: str, seconds: float) -> Iterator[IO[str]]:
    """A solver at work: its output, which it writes when it has an answer. It is ended when nobody waits for it any longer."""
    command = (sys.executable, str(WORKER), solver, f"{seconds:.3f}")
    with tempfile.TemporaryFile("w+", encoding="utf-8") as question:
        question.write(text)
        question.seek(0)
        process = subprocess.Popen(  # noqa: S603 -- our own interpreter and file
            command, stdin=question, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8"
        )
    with process:
        try:
            yield cast("IO[str]", process.stdout)  # a pipe, as asked for
        finally:
            process.kill()


def _read(printed: str) -> Answer:
    verdict, _, values = printed.partition("\n")
    return Answer(verdict, values) if verdict == "sat" else Answer("unsat") if verdict == "unsat" else UNKNOWN
