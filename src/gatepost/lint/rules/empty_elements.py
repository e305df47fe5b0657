"""Rules on what is empty: a list, an object or an operator that says nothing.

Some of it is refused besides; the rules on missing elements say so.
Source: Access Analyzer, "Policy check reference".
"""

from collections.abc import Iterator

from gatepost.lint.document import ConditionTree, Document
from gatepost.lint.edits import without_member
from gatepost.lint.examples import allow, grant, policy, when
from gatepost.lint.finding import Fix, Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.setting import Setting
from gatepost.policy.model import Operator
from gatepost.policy.read import PolicyKind


@rule("EMPTY_ARRAY_ACTION", Severity.SUGGESTION, bad=policy(allow(Action=[])), good=policy(allow()), of_aws=True)
def empty_array_action(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A list of no actions.

    The statement speaks of nothing, and the policy is refused. Name the actions, or leave the statement out.
    """
    yield from _empty_lists(document, "Action")


@rule("EMPTY_ARRAY_RESOURCE", Severity.SUGGESTION, bad=policy(allow(Resource=[])), good=policy(allow()), of_aws=True)
def empty_array_resource(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A list of no resources.

    The statement speaks of nothing, and the policy is refused. Name the resources, or leave the statement out.
    """
    yield from _empty_lists(document, "Resource")


def _empty_lists(document: Document, name: str) -> Iterator[Hit]:
    for statement in document.statements:
        for each in (name, f"Not{name}"):
            if each in statement.elements and not any(True for _ in statement.entries(each)):
                yield Hit(statement.elements[each].at, f"`{each}` of {statement.name} is an empty list")


@rule(
    "EMPTY_ARRAY_PRINCIPAL",
    Severity.SUGGESTION,
    bad=policy(grant(Principal={"AWS": []})),
    good=policy(grant()),
    kind=PolicyKind.RESOURCE,
    of_aws=True,
)
def empty_array_principal(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A list of no principals.

    It names nobody. Where no other principal stands beside it, the policy is refused.
    """
    for statement in document.statements:
        for name in ("Principal", "NotPrincipal"):
            for kind, value in statement.elements[name].members().items() if name in statement.elements else ():
                if value.is_list and not any(True for _ in value.entries()):
                    yield Hit(value.at, f"`{kind}` in `{name}` of {statement.name} is an empty list")


@rule(
    "EMPTY_OBJECT_PRINCIPAL",
    Severity.SUGGESTION,
    bad=policy(grant(Principal={})),
    good=policy(grant()),
    kind=PolicyKind.RESOURCE,
    of_aws=True,
)
def empty_object_principal(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A `Principal` without principals.

    It names nobody, and the policy is refused. For everybody write `*`.
    """
    for statement in document.statements:
        for name in ("Principal", "NotPrincipal"):
            element = statement.elements.get(name)
            if element is not None and element.is_object and not element.members():
                yield Hit(element.at, f"`{name}` of {statement.name} is an empty object")


# --- conditions -----------------------------------------------------------------------------------------------------------


def _empty(document: Document) -> Iterator[ConditionTree]:
    return (condition for _, condition in document.conditions() if not condition.entries)


def _empty_positive(document: Document) -> Iterator[tuple[ConditionTree, Operator]]:
    """The conditions without values under a positive operator."""
    for condition in _empty(document):
        if condition.read_operator is not None and condition.comparison is not None and not condition.comparison.negated:
            yield condition, condition.read_operator


@rule(
    "EMPTY_ARRAY_CONDITION",
    Severity.SUGGESTION,
    bad=policy(allow(Condition={"StringEquals": {"ses:FromAddress": []}})),
    good=policy(allow(Condition=when("StringEquals", "ses:FromAddress", "a@example.com"))),
    of_aws=True,
)
def empty_array_condition(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A condition without values.

    A positive operator over no values never holds, a negated one always does, and neither is what an empty list looks like. Write
    the values, or leave the key out.
    """
    told_apart = [condition for condition, operator in _empty_positive(document) if operator.qualifier or operator.if_exists]
    for condition in _empty(document):
        if condition not in told_apart:
            yield Hit(condition.element.at, f"`{condition.key}` is compared with no values")


@rule(
    "EMPTY_ARRAY_CONDITION_FORALLVALUES",
    Severity.SUGGESTION,
    bad=policy(allow(Condition={"ForAllValues:StringEquals": {"ses:Recipients": []}})),
    good=policy(allow(Condition=when("ForAllValues:StringEquals", "ses:Recipients", "a@example.com"))),
    of_aws=True,
)
def empty_array_condition_forallvalues(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`ForAllValues` over an empty list holds only where the key is missing.

    If that is meant, `"Null": {key: "true"}` says so.
    """
    yield from _empty_qualified(document, "ForAllValues", "this holds only where `{}` is missing")


@rule(
    "EMPTY_ARRAY_CONDITION_FORANYVALUE",
    Severity.SUGGESTION,
    bad=policy(allow(Condition={"ForAnyValue:StringEquals": {"ses:Recipients": []}})),
    good=policy(allow(Condition=when("ForAnyValue:StringEquals", "ses:Recipients", "a@example.com"))),
    of_aws=True,
)
def empty_array_condition_foranyvalue(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`ForAnyValue` over an empty list never holds.

    So the statement never applies. Write the values, or leave the statement out.
    """
    yield from _empty_qualified(document, "ForAnyValue", "this never holds of `{}`, so the statement never applies")


def _empty_qualified(document: Document, qualifier: str, message: str) -> Iterator[Hit]:
    for condition, operator in _empty_positive(document):
        if operator.qualifier == qualifier:
            yield Hit(condition.element.at, message.format(condition.key))


@rule(
    "EMPTY_ARRAY_CONDITION_IFEXISTS",
    Severity.SUGGESTION,
    bad=policy(allow(Condition={"StringEqualsIfExists": {"ses:FromAddress": []}})),
    good=policy(allow(Condition=when("StringEqualsIfExists", "ses:FromAddress", "a@example.com"))),
    of_aws=True,
)
def empty_array_condition_ifexists(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`…IfExists` over an empty list holds only where the key is missing.

    If that is meant, `"Null": {key: "true"}` says so.
    """
    for condition, operator in _empty_positive(document):
        if operator.if_exists and operator.qualifier is None:
            yield Hit(condition.element.at, f"this holds only where `{condition.key}` is missing")


@rule(
    "EMPTY_OBJECT_CONDITION",
    Severity.SUGGESTION,
    bad=policy(allow(Condition={})),
    good=policy(allow()),
    of_aws=True,
)
def empty_object_condition(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A `Condition`, or an operator in it, without anything to compare.

    It holds always, so the statement is bound by nothing that stands there. Leave it out, or write the condition.
    """
    proof = "a condition without keys always holds"
    for statement in document.statements:
        condition = statement.elements.get("Condition")
        if condition is None or not condition.is_object:
            continue
        operators = condition.members()
        if not operators:
            fix = Fix("leave out `Condition`", (without_member(statement.element, "Condition"),), proof)
            yield Hit(condition.at, f"`Condition` of {statement.name} is empty", fixes=(fix,))
        for operator, keys in operators.items():
            if keys.is_object and not keys.members():
                fix = Fix(f"leave out `{operator}`", (without_member(condition, operator),), proof)
                yield Hit(keys.at, f"`{operator}` compares nothing", fixes=(fix,))
