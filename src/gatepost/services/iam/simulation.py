"""SimulateCustomPolicy and SimulatePrincipalPolicy: what the real evaluator would decide, asked without doing anything.

Source: IAM API Reference; the form of the results as the service answers them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gatepost.access.credentials import caller_of, caller_of_role
from gatepost.access.gather import caller_side, of_owner
from gatepost.access.kept_layer import KeptLayer
from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.policy.decide import AttachedPolicy, Layer, LayerKind, Policies, PolicySource, Verdict
from gatepost.policy.explain import Explanation, StatementStep, explain
from gatepost.policy.principal import Principal, is_account
from gatepost.policy.read import PolicyKind
from gatepost.policy.request import Request
from gatepost.policy.values import arn_parts
from gatepost.services.iam import errors, groups, roles, users
from gatepost.services.iam.documents import checked_policy
from gatepost.services.iam.naming import on_arn
from gatepost.services.iam.pages import page
from gatepost.services.needs import on_everything
from gatepost.store.transaction import Transaction

LIST_TYPES: Final = ("stringList", "numericList", "booleanList", "ipList", "binaryList", "dateList")


@dataclass(frozen=True, slots=True)
class _Questions:
    """Actions and resources to be asked, in the context and by the policies given."""

    principal: Principal
    policies: Policies
    actions: Sequence[str]
    resources: Sequence[str]
    resource_account: str | None
    context: Mapping[str, Any]
    bounded: bool


@operation("iam", "SimulateCustomPolicy", needs=on_everything)
def simulate_custom_policy(call: Call, tx: Transaction) -> Shape:  # noqa: ARG001 -- the form of every handler
    """What the policies given would decide."""
    return _simulate(call, _somebody(call), ())


@operation("iam", "SimulatePrincipalPolicy", needs=on_arn("PolicySourceArn"))
def simulate_principal_policy(call: Call, tx: Transaction, *, policy_source_arn: str) -> Shape:
    """What the policies of a user, group or role would decide, with those given beside them."""
    return _simulate(call, *_source(call, tx, policy_source_arn))


def _simulate(call: Call, principal: Principal, attached: Sequence[AttachedPolicy]) -> Shape:
    """The answers to what both operations take alike, which is all but whose policies are asked."""
    given = call.input
    boundary, resource_policy = given.get("PermissionsBoundaryPolicyInputList") or (), given.get("ResourcePolicy")
    identity = Layer((*attached, *_given(given.get("PolicyInputList") or (), "PolicyInputList")))
    questions = _Questions(
        _caller(call, given.get("CallerArn"), resource_policy, principal),
        _policies(identity, boundary, resource_policy),
        given["ActionNames"],
        given.get("ResourceArns") or ("*",),
        _owner(given.get("ResourceOwner")),
        _context(given.get("ContextEntries") or ()),
        bool(boundary),
    )
    return _answers(questions, given.get("Marker"), given.get("MaxItems"))


# --- what is asked ------------------------------------------------------------------------------------------------------


def _source(call: Call, tx: Transaction, arn: str) -> tuple[Principal, Sequence[AttachedPolicy]]:
    """The principal of an ARN of the account, and what is attached to it."""
    parts = arn_parts(arn)
    kind, _, path = ("", "", "") if parts is None else parts[5].partition("/")
    if parts is None or parts[2] != "iam" or kind not in ("user", "group", "role"):
        raise errors.invalid_input(f"Invalid Entity Arn: {arn} does not clearly define entity type and name.")
    if parts[4] != call.caller.account:
        raise errors.no_such(kind, arn)
    name = path.rpartition("/")[2]
    if kind == "user":
        user = users.found(call, tx, name)
        caller = caller_of(user)
        return caller.principal, caller_side(tx, caller).identity.attached
    if kind == "group":
        group = groups.found(call, tx, name)
        of_group = of_owner(tx, group.id, group.arn, PolicySource.GROUP_INLINE, PolicySource.GROUP_MANAGED)
        return _somebody(call), KeptLayer(of_group).attached
    caller = caller_of_role(roles.found(call, tx, name))
    return caller.principal, caller_side(tx, caller).identity.attached


def _somebody(call: Call) -> Principal:
    """A user of the account without anything of its own: never the root user, whom no policy limits."""
    return Principal.of(f"arn:aws:iam::{call.caller.account}:user/simulated")


def _caller(call: Call, arn: str | None, resource_policy: str | None, otherwise: Principal) -> Principal:
    if arn is None:
        if resource_policy is not None and otherwise == _somebody(call):
            raise errors.invalid_input("CallerArn must be provided with a ResourcePolicy.")
        return otherwise
    try:
        return Principal.of(arn)
    except ValueError as error:
        raise errors.invalid_input(f"Invalid CallerArn: {error}") from None


def _given(documents: Sequence[str], source: str) -> list[AttachedPolicy]:
    return [
        AttachedPolicy(checked_policy(document, PolicyKind.IDENTITY), PolicySource.GIVEN, f"{source}.{number}")
        for number, document in enumerate(documents, 1)
    ]


def _policies(identity: Layer, boundary: Sequence[str], resource_policy: str | None) -> Policies:
    resource = []
    if resource_policy is not None:
        policy = checked_policy(resource_policy, PolicyKind.RESOURCE)
        resource.append(AttachedPolicy(policy, PolicySource.RESOURCE, "ResourcePolicy"))
    limit = Layer(_given(boundary, "PermissionsBoundaryPolicyInputList")) if boundary else None
    return Policies(identity, resource, limit)


def _owner(resource_owner: str | None) -> str | None:
    if resource_owner is None:
        return None
    parts = arn_parts(resource_owner)
    account = resource_owner if parts is None else parts[4]
    if not is_account(account):
        raise errors.invalid_input(f"Invalid ResourceOwner: {resource_owner}")
    return account


READERS: Final[Mapping[str, Callable[[str], Any]]] = {"boolean": str.lower, "booleanList": str.lower}


def _context(entries: Sequence[Shape]) -> Mapping[str, Any]:
    context: dict[str, Any] = {}
    for entry in entries:
        name, values = entry.get("ContextKeyName"), list(entry.get("ContextKeyValues") or ())
        if not name:
            raise errors.invalid_input("ContextEntries: ContextKeyName is required.")
        kind = entry.get("ContextKeyType", "string")
        read = READERS.get(kind, str)
        values = [read(value) for value in values]
        context[name] = values if kind in LIST_TYPES or len(values) != 1 else values[0]
    return context


# --- what is answered ---------------------------------------------------------------------------------------------------


def _answers(questions: _Questions, marker: str | None, max_items: int | None) -> Shape:
    asked = [(action, resource) for action in questions.actions for resource in questions.resources]
    listed, more = page(asked, marker, max_items)
    return {"EvaluationResults": [_answer(questions, action, resource) for action, resource in listed], **more}


def _answer(questions: _Questions, action: str, resource: str) -> Shape:
    prefix, colon, name = action.partition(":")
    if not (prefix and colon and name):
        raise errors.invalid_input(f"Invalid Action: {action} must be a service and an action, such as ses:SendEmail.")
    request = Request(questions.principal, action, resource, questions.resource_account, questions.context)
    explained = explain(request, questions.policies)
    result: dict[str, Any] = {
        "EvalActionName": action,
        "EvalResourceName": resource,
        "EvalDecision": explained.decision.verdict.value,
        "MatchedStatements": [_statement(step) for step in _deciding(explained)],
        "MissingContextValues": list(explained.missing_context),
    }
    if questions.bounded:
        allows = any(
            not step.rule.denies for layer in explained.layers if layer.kind is LayerKind.BOUNDARY for step in layer.matched
        )
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": allows}
    return result


def _deciding(explained: Explanation) -> Sequence[StatementStep]:
    """The statements that the verdict rests on."""
    if explained.decision.verdict is Verdict.IMPLICIT_DENY:
        return ()
    denied = explained.decision.verdict is Verdict.EXPLICIT_DENY
    kinds = tuple(LayerKind) if denied else (LayerKind.IDENTITY, LayerKind.RESOURCE)
    return [
        step
        for kind in kinds
        for layer in explained.layers
        if layer.kind is kind
        for step in layer.matched
        if step.rule.denies is denied
    ]


def _statement(step: StatementStep) -> Shape:
    statement = step.rule.statement
    source = step.attached.source
    return {
        "SourcePolicyId": step.attached.name.rpartition("/")[2],
        "SourcePolicyType": "Resource Policy" if source is PolicySource.RESOURCE else "IAM Policy",
        "StartPosition": {"Line": statement.start.line, "Column": statement.start.column},
        "EndPosition": {"Line": statement.end.line, "Column": statement.end.column},
    }
