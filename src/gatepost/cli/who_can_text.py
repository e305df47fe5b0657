"""Who can, who might and who cannot, as text for people and as JSON."""

import shlex
from collections.abc import Iterator, Sequence
from typing import Any, Final

from gatepost.access.who_can import Candidate, Outsider, WhoCan
from gatepost.cli.decision_json import WORDS, told_in_short
from gatepost.cli.decision_text import residual_texts, short_request
from gatepost.cli.layout import folded
from gatepost.cli.paint import Paint
from gatepost.policy.partial import Answer
from gatepost.policy.principal import is_account
from gatepost.policy.rationale import Rationale
from gatepost.policy.values import arn_parts
from gatepost.words import names

REASON_COLUMN: Final = 36
MOST_LISTED: Final = 12  # by name


def lines(found: WhoCan, paint: Paint, account: str) -> Iterator[str]:
    """Everybody, in groups; `account` is the one that names without account are of."""
    request = found.request
    owner = "" if request.resource == "*" else f"  account {request.resource_account}"
    yield f"{short_request(request)}{owner}  at {request.context.get('aws:currenttime', '')}"
    for answer, title, style in ((Answer.YES, "● can", "good"), (Answer.CANNOT_TELL, "? can, if", "open")):
        group = [each for each in found.candidates if each.answer is answer]
        if group:
            yield paint(style, title)
        yield from _grouped([(names.who(each.caller.principal, account), tuple(_reasons(each))) for each in group], paint)
    if found.outsiders:
        yield paint("open", "? from outside, if their own account allows it")
    yield from _grouped([(_outsider(each), tuple(_outsiders_reasons(each))) for each in found.outsiders], paint)
    refused = [each for each in found.candidates if each.answer is Answer.NO]
    if refused:
        yield from _refused(refused, found, paint, account)


def _grouped(told: Sequence[tuple[str, tuple[str, ...]]], paint: Paint) -> Iterator[str]:
    """Those of whom the same is true, together; side by side with it where there is room."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for who, reasons in told:
        groups.setdefault(reasons, []).append(who)
    for reasons, whos in groups.items():
        named = _listed(whos)
        beside = len(named) + 4 <= REASON_COLUMN and all(len(each) + REASON_COLUMN <= paint.width for each in reasons)
        if beside:
            for number, reason in enumerate(reasons):
                yield f"  {named if number == 0 else ''}".ljust(REASON_COLUMN) + reason
            continue
        yield from folded(named, paint.width, "  ", "    ")
        for reason in reasons:
            yield from folded(reason, paint.width, "      ", "        ")


def _listed(whos: Sequence[str]) -> str:
    more = len(whos) - MOST_LISTED
    return ", ".join(whos[:MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def _reasons(candidate: Candidate) -> Iterator[str]:
    """By what a candidate is allowed, or on what that depends."""
    for each in candidate.rationales:
        if each.answer is Answer.CANNOT_TELL:
            yield from residual_texts(each)
        elif candidate.answer is Answer.YES:
            yield _granted(each)


def _granted(found: Rationale) -> str:
    return ", ".join(map(names.place, found.decision.worst.rules)) or "as root of the account, which nothing denies"


def _outsiders_reasons(outsider: Outsider) -> Iterator[str]:
    if outsider.rationale.answer is Answer.CANNOT_TELL:
        yield from residual_texts(outsider.rationale)
    else:
        yield names.place(outsider.step.rule)


def _outsider(outsider: Outsider) -> str:
    value = outsider.entry.value
    if value == "*":
        return "everybody, of any account"
    parts = arn_parts(value)
    if is_account(value) or (parts is not None and parts[5] == "root"):
        return f"account {value if parts is None else parts[4]}"
    return names.principal_entry(value, {}, "")


def _refused(refused: Sequence[Candidate], found: WhoCan, paint: Paint, account: str) -> Iterator[str]:
    listed = _listed([names.who(each.caller.principal, account) for each in refused])
    yield from folded(f"cannot: {listed}", paint.width, "✕ ", "    ")
    request, asked = found.request, refused[0].caller.principal
    own = asked.account == request.resource_account == account
    who = names.who(asked) if own else names.arn(asked)
    resource = names.what(request.resource) if own else request.resource
    asking = ["gatepost", "explain", "--as", who, "--action", request.action, "--resource", resource]
    yield from folded(f"Why: {shlex.join(asking)}", paint.width, "", "  ")


def told(found: WhoCan) -> dict[str, Any]:
    """Everybody, as JSON."""
    return {
        "action": found.request.action,
        "resource": found.request.resource,
        "candidates": [
            {
                "principal": names.arn(each.caller.principal),
                "decision": WORDS[each.answer],
                "decisions": [told_in_short(one) for one in each.rationales],
            }
            for each in found.candidates
        ],
        "outsiders": [
            {
                "named": each.entry.value,
                "type": each.entry.type.value,
                "policy": each.step.attached.name,
                "statement": each.step.index + 1,
                "sid": each.step.rule.statement.sid,
                "if_its_account_allows": WORDS[each.rationale.answer],
                "depends_on": list(map(names.key, each.rationale.depends_on)),
            }
            for each in found.outsiders
        ],
        "notes": list(found.notes),
    }
