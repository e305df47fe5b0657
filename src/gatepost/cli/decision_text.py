"""Decisions as text for people: what was asked, the tree of each decision, what follows from it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from gatepost.cli.decision_advice import advice, left_of
from gatepost.cli.decision_tree import DecisionTree
from gatepost.cli.layout import GAP, folded
from gatepost.cli.paint import Paint
from gatepost.policy.decide import Verdict
from gatepost.policy.partial import Answer
from gatepost.policy.principal import Principal
from gatepost.policy.rationale import Rationale
from gatepost.policy.request import Request
from gatepost.words import names
from gatepost.words.requests import connection

if TYPE_CHECKING:
    from gatepost.cli.answering import Answered

STYLES: Final = {Answer.YES: "good", Answer.NO: "bad", Answer.CANNOT_TELL: "open"}
VERDICTS: Final = {
    Verdict.ALLOWED: "ALLOWED",
    Verdict.EXPLICIT_DENY: "DENIED (explicit)",
    Verdict.IMPLICIT_DENY: "DENIED (implicit)",
}


def question_lines(found: "Answered", paint: Paint, *, everything: bool) -> Iterator[str]:
    """A call that nobody has made."""
    request = found.rationales[0].explanation.request
    parts = [names.who(found.principal, request.resource_account), *connection(request.context)]
    time = request.context.get("aws:currenttime")
    yield from decisions(found.rationales, parts, str(time or ""), paint, found.ids, everything=everything)


def decisions(
    found: Sequence[Rationale],
    parts: Sequence[str],
    time: str,
    paint: Paint,
    ids: Mapping[str, str],
    *,
    everything: bool,
) -> Iterator[str]:
    """Every decision on one call: the first under the head of the call, each other under its own."""
    for number, each in enumerate(found):
        if number:
            yield ""
        yield from _head(each, paint, "" if number else time)
        if not number:
            yield from _flow(parts, paint.width)
        yield from DecisionTree(each, paint, ids, everything=everything).lines()
        yield from advice(each, paint)


def verdict(found: Rationale) -> str:
    """The verdict in capitals."""
    if found.answer is Answer.CANNOT_TELL:
        return "CANNOT TELL"
    return "DENIED" if found.decision.verdict is None else VERDICTS[found.decision.verdict]


def _head(found: Rationale, paint: Paint, time: str) -> Iterator[str]:
    """The verdict, the request, and the time at the right edge, or on a line of its own where there is no room."""
    word = verdict(found)
    told = f"{word}{GAP}{found.explanation.request.action}{GAP}{_about(found.explanation.request)}"
    fits = len(told) + len(GAP) + len(time) <= paint.width
    first, *others = [told.ljust(paint.width - len(time)) + time] if fits and time else folded(told, paint.width, "", GAP)
    yield paint(STYLES[found.answer], paint("strong", word)) + first[len(word) :]
    yield from others
    if time and not fits:
        yield time


def _flow(parts: Sequence[str], width: int) -> Iterator[str]:
    """Parts side by side, as many to a line as fit."""
    line = ""
    for part in parts:
        if line and len(line) + len(GAP) + len(part) > width:
            yield line
            line = part
        else:
            line = f"{line}{GAP}{part}" if line else part
    if line:
        yield line


def short_request(request: Request) -> str:
    """`ses:SendEmail on identity/example.com`."""
    return f"{request.action} on {_about(request)}"


def _about(request: Request) -> str:
    return names.what(request.resource, request.principal.account)


def in_short(found: Rationale, principal: Principal) -> str:
    """A decision in one sentence: who, what, and the statements by which, or what is missing."""
    request = found.explanation.request
    about = f"{names.who(principal, request.resource_account)}, {short_request(request)}"
    match found.answer:
        case Answer.YES:
            rules = ", ".join(map(names.place, found.decision.worst.rules))
            return f"{about}: {f'allowed by {rules}' if rules else 'allowed as root of the account, which nothing denies'}"
        case Answer.CANNOT_TELL:
            return f"{about}: {'; '.join(residual_texts(found))}"
        case Answer.NO if found.shortfall.denials:
            rules = ", ".join(names.place(denial.step.rule) for denial in found.shortfall.denials)
            return f"{about}: denied by {rules}"
        case _:
            lacking = ", ".join(dict.fromkeys(names.LAYERS[lack.kind] for lack in found.shortfall.lacks))
            return f"{about}: no Allow in {lacking}{_nearly(found)}"


def residual_texts(found: Rationale) -> Iterator[str]:
    """The conditions that are left, as sentences."""
    for step in found.shortfall.open_allows:
        yield f"allowed if {left_of(step, found)} ({names.place(step.rule)})"
    for denial in found.shortfall.open_denials:
        yield f"denied if {left_of(denial.step, found)} ({names.place(denial.step.rule)})"


def _nearly(found: Rationale) -> str:
    for near in found.near_misses:
        places = " and ".join(f"{each.element} {each.words}{f' ({each.hint})' if each.hint else ''}" for each in near.places)
        return f"; nearest is {names.place(near.step.rule)}, which fails at {places}"
    return ""
