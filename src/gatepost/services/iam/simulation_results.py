"""What a simulation answers: the decision on each resource, and on all of them together.

Source: IAM API Reference, `EvaluationResult` and `ResourceSpecificResult`; the form as the service answers it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gatepost.policy import catalogue
from gatepost.policy.decide import AttachedPolicy, LayerKind, PolicySource, Verdict
from gatepost.policy.explain import Explanation, StatementStep

Shape = Mapping[str, Any]
STRICTEST: Final = (Verdict.EXPLICIT_DENY, Verdict.IMPLICIT_DENY, Verdict.ALLOWED)
EVERYTHING: Final = "*"
# What AWS calls each kind of policy; control policies are never among the matched statements.
TYPES: Final[Mapping[LayerKind, str]] = {
    LayerKind.IDENTITY: "IAM Policy",
    LayerKind.RESOURCE: "Resource Policy",
    LayerKind.BOUNDARY: "Permissions Boundary Policy",
}
INLINE_PREFIXES: Final = {
    PolicySource.USER_INLINE: "user",
    PolicySource.GROUP_INLINE: "group",
    PolicySource.ROLE_INLINE: "role",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The decision on one resource; `across` is whether it belongs to another account than the caller."""

    resource: str
    explained: Explanation
    across: bool

    @property
    def verdict(self) -> Verdict:
        """What was decided."""
        return self.explained.decision.verdict

    def of(self, kind: LayerKind) -> Verdict | None:
        """What the layers of one kind say by themselves, None where there are none; every level must allow."""
        layers = [layer for layer in self.explained.layers if layer.kind is kind]
        if not layers:
            return None
        each = [_alone(layer.matched) for layer in layers]
        return min(each, key=STRICTEST.index)


def result(action: str, answers: Sequence[Answer]) -> Shape:
    """One action on every resource: the strictest decision, and what led to it."""
    verdict = min((answer.verdict for answer in answers), key=STRICTEST.index)
    told: dict[str, Any] = {
        "EvalActionName": action,
        "EvalResourceName": _resource_name(action, answers),
        "EvalDecision": verdict.value,
        "MatchedStatements": _statements(answer for answer in answers if answer.verdict is verdict),
        "MissingContextValues": list(dict.fromkeys(key for answer in answers for key in answer.explained.missing_context)),
        "PermissionsBoundaryDecisionDetail": _boundary_detail(answers),
    }
    organizations = {answer.of(LayerKind.SCP) for answer in answers}
    if None not in organizations:
        told["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": organizations == {Verdict.ALLOWED}}
    if answers[0].resource != EVERYTHING:
        if organizations <= {None, Verdict.ALLOWED}:  # else a control policy has ended the evaluation
            told["EvalDecisionDetails"] = _details(answers) or {}
        told["ResourceSpecificResults"] = [_of_resource(answer) for answer in answers]
    return told


def _of_resource(answer: Answer) -> Shape:
    return {
        "EvalResourceName": answer.resource,
        "EvalResourceDecision": answer.verdict.value,
        "MatchedStatements": _statements((answer,)),
        "MissingContextValues": list(answer.explained.missing_context),
        "EvalDecisionDetails": _details((answer,)),
        "PermissionsBoundaryDecisionDetail": _boundary_detail((answer,)),
    }


def _alone(matched: Sequence[StatementStep]) -> Verdict:
    if any(step.rule.denies for step in matched):
        return Verdict.EXPLICIT_DENY
    return Verdict.ALLOWED if matched else Verdict.IMPLICIT_DENY


def _boundary_detail(answers: Sequence[Answer]) -> Shape | None:
    each = [answer.of(LayerKind.BOUNDARY) for answer in answers]
    if None in each:
        return None
    return {"AllowedByPermissionsBoundary": all(verdict is Verdict.ALLOWED for verdict in each)}


def _details(answers: Sequence[Answer]) -> Mapping[str, str] | None:
    """The strictest word of each kind of policy across accounts; none within one, or where a control policy has ended it."""
    across = [answer for answer in answers if answer.across and answer.of(LayerKind.SCP) in (None, Verdict.ALLOWED)]
    details = {}
    for kind, name in TYPES.items():
        verdicts = [verdict for answer in across if (verdict := answer.of(kind)) is not None]
        if verdicts:
            details[name] = min(verdicts, key=STRICTEST.index).value
    return details or None


def _resource_name(action: str, answers: Sequence[Answer]) -> str:
    """The one resource that was asked for, else the form of ARN that the action takes."""
    if len(answers) == 1 and answers[0].resource != EVERYTHING:
        return answers[0].resource
    known = catalogue.action(action)
    if known is None or not known.resource_types:
        return EVERYTHING
    required = [kind for kind, needed in known.resource_types.items() if needed]
    return catalogue.resource_arn(known.service, (required or list(known.resource_types))[0])


# --- matched statements -------------------------------------------------------------------------------------------------


def _statements(answers: Iterable[Answer]) -> list[Shape]:
    """The statements that decisions rest on, each once."""
    steps: dict[tuple[str, int], tuple[LayerKind, StatementStep]] = {}
    for answer in answers:
        for kind, step in _deciding(answer):
            steps.setdefault((_policy_id(step.attached), step.index), (kind, step))
    return [_statement(kind, step) for kind, step in steps.values()]


def _deciding(answer: Answer) -> Iterable[tuple[LayerKind, StatementStep]]:
    """An implicit deny rests on none; a boundary has a part in what is denied, never in what is allowed."""
    if answer.verdict is Verdict.IMPLICIT_DENY:
        return
    denied = answer.verdict is Verdict.EXPLICIT_DENY
    for kind in TYPES if denied else (LayerKind.IDENTITY, LayerKind.RESOURCE):
        for layer in answer.explained.layers:
            if layer.kind is kind:
                yield from ((kind, step) for step in layer.matched if step.rule.denies is denied)


def _statement(kind: LayerKind, step: StatementStep) -> Shape:
    statement = step.rule.statement
    return {
        "SourcePolicyId": _policy_id(step.attached),
        "SourcePolicyType": TYPES[kind],
        # Both are just past a brace: the opening one here, the closing one there (as the service answers).
        "StartPosition": {"Line": statement.start.line, "Column": statement.start.column + 1},
        "EndPosition": {"Line": statement.end.line, "Column": statement.end.column},
    }


def _policy_id(attached: AttachedPolicy) -> str:
    """A managed policy's name; an inline one's with its owner before it, `user_alice_senders`; `PolicyInputList.1` of one given."""
    prefix = INLINE_PREFIXES.get(attached.source)
    name = attached.name.rpartition("/")[2]
    return name if prefix is None else f"{prefix}_{attached.owner.rpartition('/')[2]}_{name}"
