"""z3 and cvc5, asked the same questions: the formula as SMT-LIB, each text a string, each pattern a regular expression.

A solver gets the whole formula, of both policies as they are. It works in a process of its own, which is ended where it does not keep
its limit; what it takes to start and to carry the text there is not counted.
"""

import time
from collections.abc import Iterator, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from gatepost.policy.pattern import ANY, STAR
from gatepost.reasoning.formula import And, Formula
from gatepost.reasoning.wildcards import KELVIN, PART_ANY, PART_STAR, Glob
from gatepost.reasoning.world import World

LIMIT = 10.0  # seconds
GRACE = 2.0
NO_COLON = '(re.union (re.range "\\u{0}" "9") (re.range ";" "\\u{2ffff}"))'
WILD = {STAR: "re.all", ANY: "re.allchar", PART_STAR: f"(re.* {NO_COLON})", PART_ANY: NO_COLON}


def smt_lib(world: World, hold: Sequence[Formula], fail: Formula) -> str:
    """The question whether these formulas hold together where that one fails, as SMT-LIB 2.6.

    The one that fails is negated as a whole, so that a solver sees what it shares with the others: with the negation in its leaves z3
    decides few of these questions at all.
    """
    places = dict.fromkeys(place for place, _ in (*world.patterns.values(), *world.masks.values()))
    names = {place: f"v{number}" for number, place in enumerate(places)}
    lines = ["(set-logic ALL)"]
    for place, name in names.items():
        key = world.keys.get(place[0])
        is_text = key is None or key.candidates is None
        lines.append(f"(declare-const {name} {'String' if is_text else 'Int'})")
    for atom in range(1, world.last + 1):
        if atom in world.patterns:
            place, glob = world.patterns[atom]
            lines.append(f"(define-fun a{atom} () Bool {matched(names[place], glob)})")
        elif atom in world.masks:
            place, mask = world.masks[atom]
            among = " ".join(f"(= {names[place]} {at})" for at in range(mask.bit_length()) if mask >> at & 1)
            lines.append(f"(define-fun a{atom} () Bool (or false {among}))")
        else:
            lines.append(f"(declare-const a{atom} Bool)")
    lines += [f"(assert {written(each)})" for each in hold]
    return "\n".join((*lines, f"(assert (not {written(fail)}))", "(check-sat)"))


def matched(name: str, glob: Glob) -> str:
    """That a text matches a pattern: it is this text, or it is of a regular expression."""
    if not glob.folded and not any(symbol in WILD for symbol in glob.pattern):
        return f'(= {name} "{"".join(map(quoted, glob.pattern))}")'
    parts = [WILD.get(symbol) or letters(symbol, folded=glob.folded) for symbol in glob.pattern]
    whole = parts[0] if len(parts) == 1 else f"(re.++ {' '.join(parts)})"
    return f"(str.in_re {name} {whole})"


def letters(letter: str, *, folded: bool) -> str:
    either = {letter.lower(), letter.upper(), *(KELVIN if letter == "k" else "")} if folded else {letter}
    found = [f'(str.to_re "{quoted(each)}")' for each in sorted(either)]
    return found[0] if len(found) == 1 else f"(re.union {' '.join(found)})"


def quoted(letter: str) -> str:
    return f"\\u{{{ord(letter):x}}}" if not letter.isascii() or letter in '\\"' else letter


def written(formula: Formula) -> str:
    if isinstance(formula, int):
        return f"a{formula}" if formula > 0 else f"(not a{-formula})"
    word, alone = ("and", "true") if isinstance(formula, And) else ("or", "false")
    return f"({word} {alone} {' '.join(map(written, formula.parts))})"


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
