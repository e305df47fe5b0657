"""z3 and cvc5, asked the same questions, in the SMT-LIB that Gatepost writes for general solvers (`reasoning.smt`).

A solver gets the whole formula, of both policies as they are. It works in a process of its own, which is ended where it does not keep
its limit; what it takes to start and to carry the text there is not counted.
"""

import time
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

LIMIT = 10.0  # seconds
GRACE = 2.0


class Peer:
    """One solver in its own process, begun anew after each time that it was ended."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._start()

    def _start(self) -> None:
        context = get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(self.name, theirs), daemon=True)
        self._process.start()
        self._line.recv()  # it is ready

    def ask(self, text: str) -> tuple[float, str]:
        """Milliseconds, and `sat`, `unsat` or `unknown`; the limit where it is not kept."""
        self._line.send(text)
        if self._line.poll(LIMIT + GRACE):
            milliseconds, answer = self._line.recv()
            return min(milliseconds, LIMIT * 1e3), answer
        self.end()
        self._start()
        return LIMIT * 1e3, "unknown"

    def end(self) -> None:
        self._process.kill()
        self._process.join()


def serve(name: str, line: Connection) -> None:
    """Answer texts, one after the other."""
    decide = {"z3": by_z3, "cvc5": by_cvc5}[name]
    decide("(set-logic ALL)(declare-const a Bool)(assert a)(check-sat)")
    line.send("ready")
    while True:
        text = line.recv()
        begun = time.perf_counter()
        answer = decide(text)
        line.send(((time.perf_counter() - begun) * 1e3, answer))


def by_z3(text: str) -> str:
    import z3  # noqa: PLC0415 -- in the process of this solver alone

    solver = z3.Solver()
    solver.set("timeout", int(LIMIT * 1e3))
    solver.from_string(text.replace("(check-sat)", "").replace("(set-logic ALL)", ""))
    return str(solver.check())


def by_cvc5(text: str) -> str:
    import cvc5  # noqa: PLC0415 -- in the process of this solver alone

    terms = cvc5.TermManager()
    solver = cvc5.Solver(terms)
    solver.setOption("tlimit-per", str(int(LIMIT * 1e3)))
    solver.setOption("strings-exp", "true")
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "question")
    answer = ""
    for command in commands(parser):
        answer = command.invoke(solver, parser.getSymbolManager()).strip() or answer
    return answer if answer in ("sat", "unsat") else "unknown"


def commands(parser: Any) -> Iterator[Any]:
    while not (command := parser.nextCommand()).isNull():
        yield command
