"""`gatepost prove --check`: a certificate checked, for people or as JSON."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gatepost.claims.check import check_certificate
from gatepost.claims.documents import documents_of
from gatepost.claims.part import CertificateError
from gatepost.cli.exits import CANNOT_TELL, DONE, NO, USAGE, Exit
from gatepost.cli.layout import folded
from gatepost.cli.paint import paint_for
from gatepost.reasoning.refutation import Unproved

if TYPE_CHECKING:
    from gatepost.claims.check import Checked
    from gatepost.claims.documents import Document

GAP: Final = "  "


def check_file(file: str, output: str) -> int:
    """Check a certificate and print what it shows; the exit code. Exit for what is none."""
    try:
        checked = check_certificate(_read(file))
    except CertificateError as error:
        raise Exit(USAGE, f"--check {file}: {error}") from None
    except Unproved as error:
        _print({"check": "refused", "obstacle": str(error)}, _headed("bad", "REFUSED.", f"{error}."), output)
        return NO
    _print(_told(checked), _lines(checked), output)
    return CANNOT_TELL if checked.by_solvers else DONE


def _print(told: dict[str, Any], lines: Iterable[str], output: str) -> None:
    print(json.dumps(told, indent=2, ensure_ascii=False) if output == "json" else "\n".join(lines))


def _headed(style: str, word: str, text: str) -> Iterator[str]:
    """A text behind a word that is coloured."""
    paint = paint_for(sys.stdout)
    first, *others = folded(f"{word}{GAP}{text}", paint.width, "", GAP)
    yield paint(style, word) + first.removeprefix(word)
    yield from others


def _read(file: str) -> Any:  # noqa: ANN401 -- JSON
    try:
        return json.loads(Path(file).read_text("utf-8"))
    except OSError as error:
        raise Exit(USAGE, f"--check {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Exit(USAGE, f"--check {file}: not UTF-8") from None
    except json.JSONDecodeError as error:
        raise Exit(USAGE, f"--check {file}:{error.lineno}:{error.colno}: no JSON: {error.msg}") from None


def _told(checked: "Checked") -> dict[str, Any]:
    question = checked.question
    return {
        "check": "notInFull" if checked.by_solvers else "checked",
        "question": question.kind.value,
        "claim": None if question.claim is None else question.claim.text,
        "answer": _answer(checked),
        "requests": checked.requests,
        "clauses": checked.clauses,
        "lemmas": checked.lemmas,
        "steps": checked.steps,
        "by_solvers": list(checked.by_solvers),
        "policies": [{"layer": each.layer, "name": each.name, "sha256": each.sha256} for each in _documents(checked)],
    }


def _lines(checked: "Checked") -> Iterator[str]:
    question = checked.question
    claim = "" if question.claim is None else f" {question.claim.text}"
    style, word = ("open", "NOT IN FULL.") if checked.by_solvers else ("good", "CHECKED.")
    yield from _headed(style, word, f"{question.kind.value}{claim}: {_answer(checked)}. {_shown(checked)}")
    for who in checked.by_solvers:
        told = f"by {who}: a general solver alone has decided; its question stands in the certificate, as `smt2`."
        yield from folded(told, paint_for(sys.stdout).width, GAP, GAP * 2)
    yield "The policies are those of the certificate; these are their SHA-256:"
    yield from (f"{GAP}{each.sha256}{GAP}{each.name}" for each in _documents(checked))


def _answer(checked: "Checked") -> str:
    return "yes" if checked.holds else "no"


def _documents(checked: "Checked") -> Iterator["Document"]:
    for subject in filter(None, (checked.question.subject, checked.question.other)):
        yield from documents_of(subject)


def _shown(checked: "Checked") -> str:
    if checked.requests:
        return f"{checked.requests} {'request' if checked.requests == 1 else 'requests'} decided once more."
    return f"No such request: {checked.clauses} clauses, {checked.lemmas} lemmas and {checked.steps} steps followed."
