"""What follows from a decision, for people: on what it depends, what must change, the smallest grant, and when time changes it."""

import json
from collections.abc import Iterator
from typing import Final

from gatepost.cli.layout import folded, row
from gatepost.cli.paint import Paint
from gatepost.cli.question_flags import FLAGS
from gatepost.policy.compared import compare
from gatepost.policy.decide import LayerKind
from gatepost.policy.explain import Explanation, StatementStep
from gatepost.policy.model import Policy
from gatepost.policy.partial import Answer
from gatepost.policy.principal import Principal, PrincipalKind
from gatepost.policy.rationale import Rationale
from gatepost.policy.remedy import Grant, Remedy
from gatepost.policy.timetable import Change, Timetable
from gatepost.policy.write import write_policy
from gatepost.words import names

BY_COLUMN: Final = 62


def advice(found: Rationale, paint: Paint) -> Iterator[str]:
    """The lines beneath a decision's tree."""
    match found.answer:
        case Answer.CANNOT_TELL:
            yield from _open(found, paint)
        case Answer.NO if found.remedy is not None:
            yield from _remedy(found, found.remedy, paint)
        case _:
            pass
    when = "" if found.timetable is None else _time(found.answer, found.timetable)
    if when:
        yield from folded(when, paint.width, "", "  ")


# --- on what it depends -------------------------------------------------------------------------------------------------


def _open(found: Rationale, paint: Paint) -> Iterator[str]:
    yield from folded(f"It depends on {', '.join(map(names.key, found.depends_on))}.", paint.width, "", "  ")
    yield from residual(found, paint)
    flags = dict.fromkeys(FLAGS.get(key, f"--context {names.key(key)}=VALUE") for key in found.depends_on)
    yield from folded(f"Say it with {', '.join(flags)}.", paint.width, "", "  ")


def residual(found: Rationale, paint: Paint, indent: str = "  ") -> Iterator[str]:
    """The conditions that are left: with which the answer is yes, with which it is no."""
    for step in found.shortfall.open_allows:
        yield from row(paint, f"{indent}allowed if ", left_of(step, found), names.place(step.rule), BY_COLUMN)
    for denial in found.shortfall.open_denials:
        yield from row(paint, f"{indent}denied if  ", left_of(denial.step, found), names.place(denial.step.rule), BY_COLUMN)


def left_of(step: StatementStep, found: Rationale) -> str:
    """What of a statement depends on what is left open."""
    context = found.explanation.request.context
    left = [
        names.condition(each.condition, compare(step, each, context).expected) for each in step.conditions if each.depends_on
    ]
    if step.resource_depends_on:
        left.append(f"{', '.join(map(names.key, step.resource_depends_on))} makes the resource fit")
    return " and ".join(left)


# --- what must change ---------------------------------------------------------------------------------------------------


def _remedy(found: Rationale, offered: Remedy, paint: Paint) -> Iterator[str]:
    if offered.denials:
        table = found.timetable
        passes = table is not None and table.next_change is not None
        yield from folded(_must_change(offered, passes=passes), paint.width, "", "  ")
    for number, grant in enumerate(offered.grants):
        yield from _grant(found.explanation, offered, grant, number, paint)
    if offered.after is Answer.CANNOT_TELL:
        keys = dict.fromkeys(names.key(key) for denial in found.shortfall.open_denials for key in denial.step.depends_on)
        yield from folded(f"It would still depend on {', '.join(keys)}, for a Deny may apply.", paint.width, "", "  ")


def _must_change(found: Remedy, *, passes: bool) -> str:
    which = ", ".join(names.place(denial.step.rule) for denial in found.denials)
    must = "this Deny must change" if len(found.denials) == 1 else "these Denies must change"
    must += ", or its time must pass" if passes else ""
    missing = ", ".join(names.LAYERS[grant.lack.kind] for grant in found.grants)
    after = f"After that an Allow is still missing in: {missing}." if missing else "After that the call is allowed."
    return f"No grant helps: {must}: {which}. {after if found.after is Answer.YES or missing else ''}".rstrip()


def _grant(explanation: Explanation, found: Remedy, grant: Grant, number: int, paint: Paint) -> Iterator[str]:
    of = "" if len(found.grants) == 1 else f" {number + 1} of {len(found.grants)}"
    proved = "decided again with it: allowed" if len(found.grants) == 1 else "decided again with all: allowed"
    if found.denials:
        proved = f"decided again with {'it' if len(found.grants) == 1 else 'all'} and without the Deny: allowed"
    told = f" ({proved})" if found.after is Answer.YES else ""
    yield from folded(f"Smallest grant{of}, {put_in(explanation, grant)}{told}:", paint.width, "", "  ")
    yield from (f"  {line}" for line in document(grant.policy, paint.width - 2))
    yield from folded(f"Allows also: {'; '.join(grant.also_allows)}.", paint.width, "  ", "    ")


def put_in(explanation: Explanation, grant: Grant) -> str:
    """Where a grant is to be put."""
    request, layer = explanation.request, grant.lack.layer
    attached = () if layer is None else layer.layer.attached
    match grant.lack.kind:
        case LayerKind.IDENTITY:
            return f"a policy of {_owner(request.principal)}"
        case LayerKind.RESOURCE:
            return f"a policy of {names.what(request.resource, request.principal.account)}"
        case LayerKind.BOUNDARY:
            named = f", {names.policy(attached[0])}" if attached else ""
            return f"the permissions boundary of {_owner(request.principal)}{named}"
        case LayerKind.SESSION:
            return "the session policy, which is given when the session is made"
        case _:
            target = "" if layer is None else layer.layer.target.rpartition("/")[2]
            return f"a service control policy of {target or f'level {grant.lack.level + 1}'}"


def _owner(principal: Principal) -> str:
    """Whose policies count for a caller: the role's for its sessions, the user's for a federated one."""
    if principal.kind is PrincipalKind.FEDERATED_USER and principal.user_arn is not None:
        return principal.user_arn.split(":", 5)[-1]
    return f"role/{principal.role_name}" if principal.role_name is not None else names.who(principal)


def document(policy: Policy, width: int) -> list[str]:
    """A policy of one statement as JSON, a line for each element."""
    written = json.loads(write_policy(policy))
    (statement,) = written["Statement"]
    lines: list[str] = []
    for element, value in statement.items():
        if element == "Condition":
            operators = [_member(operator, keys, width, "    ") for operator, keys in value.items()]
            lines += ['  "Condition": {', *_joined(operators), "  },"]
        else:
            lines += [*_member(element, value, width, "  ")[:-1], _member(element, value, width, "  ")[-1] + ","]
    lines[-1] = lines[-1].removesuffix(",")
    return [f'{{"Version": "{written["Version"]}", "Statement": [{{', *lines, "}]}"]


def _joined(members: list[list[str]]) -> Iterator[str]:
    for number, lines in enumerate(members):
        yield from lines[:-1]
        yield lines[-1] + ("," if number < len(members) - 1 else "")


def _member(name: str, value: object, width: int, indent: str) -> list[str]:
    line = f"{indent}{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}"
    if len(line) < width:
        return [line]
    broken = json.dumps(value, ensure_ascii=False, indent=2).splitlines()
    return [f"{indent}{json.dumps(name)}: {broken[0]}", *(f"{indent}{each}" for each in broken[1:])]


# --- time ---------------------------------------------------------------------------------------------------------------


def _time(answer: Answer, table: Timetable) -> str:
    """When the answer changes next; of what is closed for good, since when."""
    change, last = table.next_change, table.last_change
    if change is not None:
        by = _named(change)
        if answer is Answer.YES:
            return f"Open until {change.time} {by}."
        opened = table.first is Answer.YES or any(
            each.answer is Answer.YES and each.second <= table.now for each in table.changes
        )
        opens = "Opens again" if opened else "Opens"
        words = {Answer.YES: opens, Answer.NO: "Closes", Answer.CANNOT_TELL: "May open"}
        return f"{words[change.answer]}: {change.time} {by}."
    if last is None or answer is not Answer.NO:
        return ""
    return f"Closed since {last.time} {_named(last)}: no later time opens it."


def _named(change: Change) -> str:
    """The statements that name a time."""
    named = list(dict.fromkeys(map(names.statement, change.rules)))
    return (
        f"({'statement' if len(named) == 1 else 'statements'} {', '.join(each.removeprefix('statement ') for each in named)})"
    )
