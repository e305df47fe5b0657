"""Intents and their answers: for people, as JSON, as JUnit's XML; all from the same values."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from gatepost.cli.layout import folded
from gatepost.cli.paint import Paint
from gatepost.cli.proof_json import told
from gatepost.cli.proof_text import Asked, proof_lines
from gatepost.sources.intents import Outcome

Found = Sequence[tuple[str, Outcome]]  # the file of each
ASKED_AS: Final = {"must-allow": "--always", "must-deny": "--never"}
PLAIN: Final = Paint(colours=False)


def lines(found: Found, paint: Paint) -> Iterator[str]:
    """One line an intent that holds; of the others what shows that they do not."""
    for _, each in found:
        yield from _line(each, paint)
        if each.proof is None or not each.proof.holds:
            yield from (f"    {line}" for line in reasons(each, replace(paint, width=paint.width - 4)))
    counts = {word: sum(_state(each) == word for _, each in found) for word in ("holds", "fails", "cannot be told")}
    parts = [f"{counts['holds']} {'holds' if counts['holds'] == 1 else 'hold'}"]
    parts += [f"{counts['fails']} {'does' if counts['fails'] == 1 else 'do'} not"] if counts["fails"] else []
    parts += [f"{counts['cannot be told']} cannot be told"] if counts["cannot be told"] else []
    milliseconds = sum(each.milliseconds for _, each in found)
    yield f"{len(found)} {'intent' if len(found) == 1 else 'intents'}: {', '.join(parts)}. {milliseconds:.1f} ms"


def reasons(outcome: Outcome, paint: Paint = PLAIN) -> list[str]:
    """What shows that an intent does not hold, and its own reason."""
    intent = outcome.intent
    asked = f"{intent.question} {intent.text}".strip()
    told_lines = [*folded(asked, paint.width, "", "  "), *list(proof_lines(_asked(outcome), paint))]
    return told_lines + (folded(f"reason: {intent.reason}", paint.width, "", "  ") if intent.reason else [])


def as_json(found: Found) -> list[dict[str, Any]]:
    """Each intent with its answer."""
    return [
        {"file": file, "line": each.intent.line or None, "name": each.intent.name, "reason": each.intent.reason or None}
        | told(_asked(each))
        | {"question": each.intent.question}
        for file, each in found
    ]


def as_junit(found: Found) -> str:
    """A test suite: an intent that does not hold is a failure, one that cannot be told an error."""
    states = [_state(each) for _, each in found]
    seconds = sum(each.milliseconds for _, each in found) / 1000
    suite = Element(
        "testsuite", name="gatepost", tests=str(len(found)), failures=str(states.count("fails")),
        errors=str(states.count("cannot be told")), time=f"{seconds:.4f}",
    )  # fmt: skip
    for (file, each), state in zip(found, states, strict=True):
        case = SubElement(suite, "testcase", classname=file, name=each.intent.name, time=f"{each.milliseconds / 1000:.4f}")
        if state != "holds":
            said = SubElement(case, "failure" if state == "fails" else "error", message=reasons(each)[1])
            said.text = "\n".join(reasons(each))
    indent(suite)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(suite, encoding="unicode")}'


def _asked(outcome: Outcome) -> Asked:
    intent = outcome.intent
    question = ASKED_AS.get(intent.question, f"--{intent.question}")
    return Asked(question, intent.text, intent.claim, outcome.proof, outcome.obstacle, outcome.milliseconds, outcome.subject)


def _state(outcome: Outcome) -> str:
    return "cannot be told" if outcome.proof is None else "holds" if outcome.proof.holds else "fails"


def _line(outcome: Outcome, paint: Paint) -> Iterator[str]:
    style, mark = {"holds": ("good", "✓"), "fails": ("bad", "✕"), "cannot be told": ("open", "?")}[_state(outcome)]
    first, *others = folded(outcome.intent.name, paint.width, f"{mark} ", "  ")
    yield paint(style, mark) + first[1:]
    yield from others
