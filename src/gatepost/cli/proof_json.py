"""The answer to a question about all requests, as JSON."""

from typing import Any

from gatepost.claims.described import without_key
from gatepost.claims.passed import passed
from gatepost.claims.prove import Shown
from gatepost.cli.decision_json import context_of
from gatepost.cli.proof_text import Asked
from gatepost.policy.decide import decide
from gatepost.policy.match import Rule

Told = dict[str, Any]  # JSON


def told(found: Asked) -> Told:
    """The question, the answer (`yes`, `no`, `cannotTell`) and the requests that show it."""
    proof = found.proof
    return {
        "question": found.question.removeprefix("--"),
        "of": found.text if found.text != "True" else None,
        "answer": "cannotTell" if proof is None else "yes" if proof.holds else "no",
        "obstacle": found.obstacle or None,
        "assumed": [] if proof is None else list(proof.assumed),
        "allows_nothing": None if proof is None else proof.allows_nothing or None,
        "exact": proof is not None,
        "milliseconds": round(found.milliseconds, 3),
        "shown": [] if proof is None else list(map(_shown, proof.shown)),
        "without_key": {} if found.claim is None else {term: list(names) for term, names in without_key(found.claim).items()},
    }


def _shown(shown: Shown) -> Told:
    request = shown.request
    decision = decide(request, shown.policies)
    return {
        "principal": request.principal.arn,
        "action": request.action,
        "resource": request.resource,
        "context": context_of(request.context),
        "decision": decision.verdict.value,
        "decided_by": [place_of(rule) for rule in decision.rules if rule.attached.label],
        "passed": [
            {**place_of(each.rule), "why": each.words, "code": each.code or None}
            for each in passed(request, shown.policies)
            if decision.allowed
        ],
    }


def place_of(rule: Rule) -> Told:
    """A statement and the policy in which it stands."""
    return {"policy": rule.attached.name, "statement": rule.index + 1, "sid": rule.statement.sid}
