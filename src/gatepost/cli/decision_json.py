"""A decision as JSON: all that the tree shows, and every statement of every layer."""

import json
from typing import Any, Final

from gatepost.policy.compared import compare
from gatepost.policy.decide import LayerKind
from gatepost.policy.explain import ConditionStep, LayerStep, StatementStep
from gatepost.policy.match import How, Rule
from gatepost.policy.near_miss import NearMiss
from gatepost.policy.partial import Answer
from gatepost.policy.rationale import Rationale
from gatepost.policy.remedy import Remedy
from gatepost.policy.request import Context
from gatepost.policy.shortfall import TOLD, Denial
from gatepost.policy.timetable import Change
from gatepost.policy.write import write_policy
from gatepost.words import names

Told = dict[str, Any]  # JSON
WORDS: Final = {Answer.YES: "allowed", Answer.NO: "denied", Answer.CANNOT_TELL: "cannotTell"}


def told(found: Rationale) -> Told:
    """One decision."""
    explanation, short = found.explanation, found.shortfall
    table = found.timetable
    return {
        "action": explanation.request.action,
        **told_in_short(found),
        "context": context_of(explanation.request.context),
        "left_open": sorted(map(names.key, explanation.unknown.keys | explanation.unknown.always)),
        "layers": [_layer(kind, level, layer, found) for kind in TOLD for level, layer in enumerate(explanation.of_kind(kind))],
        "denials": [_denial(each) for each in short.denials],
        "lacking": [{"kind": each.kind.value, "level": each.level} for each in short.lacks],
        "near_misses": [_near(each) for each in found.near_misses],
        "remedy": None if found.remedy is None else _remedy(found.remedy),
        "changes": [] if table is None else list(map(_change, table.changes)),
    }


def told_in_short(found: Rationale) -> Told:
    """One decision, without its steps: the answer, by which statements, and on what it depends."""
    request, verdict = found.explanation.request, found.decision.verdict
    decision = found.decision.worst if found.answer is Answer.YES else found.decision.best
    is_open = found.answer is Answer.CANNOT_TELL
    return {
        "resource": request.resource,
        "resource_account": request.resource_account,
        "decision": WORDS[found.answer],
        "verdict": None if verdict is None else verdict.value,
        "decided_by": [] if is_open else [_place(rule) for rule in decision.rules],
        "depends_on": list(map(names.key, found.depends_on)),
        "open_denials": [_denial(each) for each in found.shortfall.open_denials] if is_open else [],
        "open_allows": [_place(step.rule) for step in found.shortfall.open_allows] if is_open else [],
    }


def context_of(context: Context) -> Told:
    """A context by the names that AWS writes."""
    return {names.key(key): value if isinstance(value, str) else list(value) for key, value in sorted(context.items())}


def _layer(kind: LayerKind, level: int, layer: LayerStep, found: Rationale) -> Told:
    context = found.explanation.request.context
    return {
        "kind": kind.value,
        "level": level,
        "target": layer.layer.target or None,
        "statements": [_statement(step, context) for step in layer.statements],
    }


def _statement(step: StatementStep, context: Context) -> Told:
    statement = step.rule.statement
    elements = {
        "Action": statement.actions,
        "NotAction": statement.not_actions,
        "Resource": statement.resources,
        "NotResource": statement.not_resources,
        "Principal": None if statement.principals is None else tuple(each.value for each in statement.principals),
        "NotPrincipal": None if statement.not_principals is None else tuple(each.value for each in statement.not_principals),
    }
    matches = {
        "Action": step.action,
        "Resource": None if step.resource_depends_on else step.resource,
        "Principal": step.principal is not How.NOT,
    }
    return {
        **_place(step.rule),
        "matched": None if step.may_match and not step.matched else step.matched,
        "elements": [
            {"element": name, "expected": list(values), "matched": matches[name.removeprefix("Not")]}
            for name, values in elements.items()
            if values is not None
        ],
        "conditions": [_condition(step, each, context) for each in step.conditions],
        "depends_on": list(map(names.key, step.depends_on)),
    }


def _condition(step: StatementStep, each: ConditionStep, context: Context) -> Told:
    compared = compare(step, each, context)
    return {
        "key": names.key(each.condition.key.lower()),
        "operator": str(each.condition.operator),
        "expected": list(each.condition.values),
        "filled": list(compared.expected),
        "variables": {names.key(key): value for key, value in compared.filled},
        "actual": each.actual if each.actual is None or isinstance(each.actual, str) else list(each.actual),
        "holds": None if each.depends_on else each.holds,
        "outcome": compared.outcome.value,
        "words": compared.words,
        "seconds_off": None if compared.distance is None else compared.distance.total_seconds(),
    }


def _place(rule: Rule) -> Told:
    attached = rule.attached
    return {
        "policy": attached.name,
        "source": attached.source.value,
        "owner": attached.owner or None,
        "statement": rule.index + 1,
        "sid": rule.statement.sid,
        "effect": rule.statement.effect.value,
    }


def _denial(denial: Denial) -> Told:
    return {"kind": denial.kind.value, "level": denial.level, **_place(denial.step.rule)}


def _near(near: NearMiss) -> Told:
    places = [
        {"element": each.element, "expected": list(each.expected), "words": each.words, "hint": each.hint}
        for each in near.places
    ]
    return {"kind": near.lack.kind.value, "level": near.lack.level, **_place(near.step.rule), "fails": places}


def _remedy(remedy: Remedy) -> Told:
    return {
        "change_first": [_denial(each) for each in remedy.denials],
        "grants": [
            {
                "kind": grant.lack.kind.value,
                "level": grant.lack.level,
                "policy": json.loads(write_policy(grant.policy)),
                "also_allows": list(grant.also_allows),
            }
            for grant in remedy.grants
        ],
        "after": WORDS[remedy.after],
    }


def _change(change: Change) -> Told:
    return {"from": change.time, "decision": WORDS[change.answer], "statements": [_place(rule) for rule in change.rules]}
