"""A question as a file of SMT-LIB 2.6 that anybody can give to z3, cvc5 or another solver that knows strings.

Each kind of caller is asked about by itself, with `reset` before it. So no solver has to work incrementally, which some do less well,
and each part can be cut out and asked alone.
"""

import json
from collections.abc import Iterator
from dataclasses import replace

from gatepost.claims.documents import documents_of
from gatepost.claims.question import Kind, Question
from gatepost.claims.subject import Subject
from gatepost.reasoning.meanings import meanings_of
from gatepost.reasoning.situation import Sought
from gatepost.reasoning.undecidable import Undecidable


def smt_file(question: Question, version: str) -> str:
    """The text, with what is asked and what an answer means. ClaimError and Undecidable as `Question.sought`."""
    sought = question.sought()
    ours = len(replace(question, kind=Kind.NARROWER).sought()) if question.kind is Kind.EQUIVALENT else len(sought)
    parts = [
        part
        for number, each in enumerate(sought, 1)
        for part in _part(question, each, f"{number} of {len(sought)}", turned=number > ours)
    ]
    return "\n".join((*(f"; {line}".rstrip() for line in _head(question, len(sought), version)), *parts, ""))


def _head(question: Question, count: int, version: str) -> Iterator[str]:
    claim = "" if question.claim is None else f" {_quoted(question.claim.text)}"
    yield f"Gatepost {version}, --{question.kind.value}{claim}: {question.statement}"
    yield from _subject(question.subject, "of")
    if question.other is not None:
        yield from _subject(question.other, "against")
    yield ""
    yes, no = ("no", "yes") if question.kind is Kind.ANYTHING else ("yes", "no")
    several = f"each of the {count} answers is" if count > 1 else "the answer is"
    yield f"`unsat`: there is no such request. The question is answered {yes}, where {several} `unsat`."
    yield f"`sat`: there is one, and the question is answered {no}. Behind `(check-sat)` stands the command that shows it."
    yield "`unknown`: the solver does not know."
    yield "z3 FILE, or cvc5 --strings-exp FILE."


def _subject(subject: Subject, word: str) -> Iterator[str]:
    for each in documents_of(subject):
        yield f"{word} {each.name} ({each.layer}), SHA-256 {each.sha256}"
    who = "whoever may have them" if subject.caller is None else subject.caller.arn
    yield f"  in account {subject.home.account}, asked by {who}"


def _part(question: Question, sought: Sought, number: str, *, turned: bool) -> Iterator[str]:
    told = f"{number}: {_told(question, sought, turned=turned)}"
    yield ""
    yield "(reset)"
    yield f"(echo {_quoted(told)})"
    try:
        space, formulated = sought.question()
    except Undecidable as error:
        yield f"(echo {_quoted(f'not asked: {error}')})"
        return
    meanings = meanings_of(space)
    yield from (f"; a{atom}: {json.dumps(meanings[atom])}" for atom in formulated.free)
    if any("isLike" in meanings[atom] for atom in formulated.free):
        yield "; No term says what `isLike` says: it is left open, and where the answer is `sat` there may be no such request."
    yield formulated.asked()
    yield f"; {formulated.values_asked()}"


def _told(question: Question, sought: Sought, *, turned: bool) -> str:
    """Which requests are sought; `turned` where the policies compared with are those that allow them."""
    first, second = ("of", "against") if not turned else ("against", "of")
    by = f"a request by {sought.situation.principal.arn}"
    match question.kind:
        case Kind.NEVER:
            return f"{by} that the claim describes and the policies allow"
        case Kind.ALWAYS:
            return f"{by} that the claim describes and the policies do not allow"
        case Kind.NARROWER | Kind.EQUIVALENT:
            return f"{by} that is allowed by the policies named `{first}` above, and not by those named `{second}`"
        case Kind.DISJOINT:
            return f"{by} that is allowed by the policies named `{first}` above, and by those named `{second}`"
    return f"{by} that the policies allow"


def _quoted(text: str) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"'
