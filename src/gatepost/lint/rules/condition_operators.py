"""Rules on condition operators: whether there are such operators, and whether they fit their keys and values.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
"""

from collections.abc import Iterator
from typing import Final

from gatepost.lint.document import ConditionTree, Document, StatementTree
from gatepost.lint.edits import instead, with_operator
from gatepost.lint.examples import allow, policy, when
from gatepost.lint.finding import At, Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.setting import Setting
from gatepost.policy.catalogue import ConditionKey
from gatepost.policy.errors import nearest
from gatepost.policy.operators import IF_EXISTS, NULL, OPERATOR_NAMES, QUALIFIERS, read_operator
from gatepost.policy.pattern import is_literal, wild
from gatepost.policy.variables import VARIABLE

FAMILIES: Final = {
    "String": ("String",), "ARN": ("Arn",), "Bool": ("Bool",), "Numeric": ("Numeric",), "Date": ("Date",),
    "IPAddress": ("IpAddress", "NotIpAddress"), "Binary": ("Binary",),
}  # fmt: skip
EQUAL_TEXT: Final = ("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase")
LIKE: Final = ("StringLike", "StringNotLike")
BOOLEANS: Final = ("true", "false")
NAMES_OF: Final = {
    "String": "a String operator", "ARN": "`ArnLike`", "Bool": "`Bool`", "Numeric": "a Numeric operator", "Date": "a Date operator",
    "IPAddress": "`IpAddress`", "Binary": "`BinaryEquals`",
}  # fmt: skip
EPOCH_TIME: Final = "aws:epochtime"


@rule(
    "INVALID_CONDITION_OPERATOR",
    Severity.ERROR,
    bad=policy(allow(Condition=when("StringLikes", "ses:FromAddress", "*@example.com"))),
    good=policy(allow(Condition=when("StringLike", "ses:FromAddress", "*@example.com"))),
    of_aws=True,
)
def invalid_condition_operator(document: Document, _setting: Setting) -> Iterator[Hit]:
    """There is no such operator.

    An operator is a name such as `StringLike`, in this spelling, perhaps with `ForAllValues:` or `ForAnyValue:` before it and
    `IfExists` behind it. `Null` takes neither.
    """
    for statement, operator, at in _unknown(document):
        if operator.endswith(NULL + IF_EXISTS):
            continue
        meant = _meant(operator)
        if meant is None:
            yield Hit(
                at, "`Null` takes no prefix" if operator.endswith(NULL) else f"there is no condition operator `{operator}`"
            )
            continue
        taken = meant in statement.elements["Condition"].members()
        message = f"there is no condition operator `{operator}`; did you mean `{meant}`?"
        yield Hit(at, message, fixes=() if taken else instead(at, meant))


def _meant(operator: str) -> str | None:
    """The operator that a misspelt one stands for; None where that cannot be told."""
    prefix, colon, name = operator.rpartition(":")
    qualifier, base = nearest(prefix, QUALIFIERS) if colon else "", nearest(name, OPERATOR_NAMES)
    if qualifier is None or base is None or (colon and base == NULL):
        return None
    return f"{qualifier}{colon}{base}"


@rule(
    "NULL_WITH_IF_EXISTS",
    Severity.ERROR,
    bad=policy(allow(Condition=when("NullIfExists", "ses:FromAddress", "false"))),
    good=policy(allow(Condition=when("Null", "ses:FromAddress", "false"))),
    of_aws=True,
)
def null_with_if_exists(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`Null` takes no `IfExists`.

    `Null` asks whether the key is there, which "if it is there" makes pointless. Write `"Null": {key: "true"}` for a key that
    must be absent, `"false"` for one that must be there.
    """
    for _, operator, at in _unknown(document):
        if operator.endswith(NULL + IF_EXISTS):
            yield Hit(at, f"`{operator}`: `{NULL}` takes no `{IF_EXISTS}`")


@rule(
    "NULL_WITH_QUALIFIER",
    Severity.SUGGESTION,
    bad=policy(allow(Condition=when("ForAnyValue:Null", "ses:Recipients", "false"))),
    good=policy(allow(Condition=when("Null", "ses:Recipients", "false"))),
    of_aws=True,
)
def null_with_qualifier(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`Null` takes no `ForAllValues` and no `ForAnyValue`.

    It asks whether the key is there at all, which is one question whatever the number of values.
    """
    for _, operator, at in _unknown(document):
        if operator.rpartition(":")[0] in QUALIFIERS and operator.rpartition(":")[2] == NULL:
            yield Hit(at, f"`{operator}`: whether a key is there is one question; write `{NULL}`")


def _unknown(document: Document) -> Iterator[tuple[StatementTree, str, At]]:
    """The operators that are none, each once, also those without keys."""
    for statement in document.statements:
        if "Condition" in statement.elements:
            for operator, keys in statement.elements["Condition"].members().items():
                if read_operator(operator) is None:
                    yield statement, operator, keys.key or keys.at


@rule(
    "WILDCARD_WITHOUT_LIKE_OPERATOR",
    Severity.WARNING,
    bad=policy(allow(Condition=when("StringEquals", "ses:FromAddress", "*@example.com"))),
    good=policy(allow(Condition=when("StringLike", "ses:FromAddress", "*@example.com"))),
    of_aws=True,
)
def wildcard_without_like_operator(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A wildcard where there are none.

    `StringEquals` takes `*` and `?` for what they are: the statement applies to the address `*@example.com` and to no other. Write
    `StringLike`.
    """
    for statement, condition in document.conditions():
        comparison = condition.comparison
        if comparison is None or comparison.wildcards or not comparison.name.startswith("String"):
            continue
        for entry in condition.entries:
            if entry.scalar is not None and not is_literal(wild(VARIABLE.sub("", entry.scalar))):
                message = f"`{entry.scalar}` is compared letter by letter here: `*` and `?` are wild for …Like operators alone"
                like = condition.operator.replace("Equals", "Like")
                fixes = () if "IgnoreCase" in like else with_operator(statement, condition, like)
                yield Hit(entry.at, message, fixes=fixes)


# --- operators and the types of keys --------------------------------------------------------------------------------------


def _mismatch(condition: ConditionTree) -> str | None:
    """The type of a key that its operator is not made for; None where it is, or where the type is not known."""
    if condition.comparison is None or condition.known_key is None:
        return None
    of_key = condition.known_key.type.removeprefix("ArrayOf")
    families = FAMILIES.get(of_key)
    if families is None or condition.comparison.name.startswith(families):
        return None
    name = condition.comparison.name
    if condition.key.lower() == EPOCH_TIME and name.startswith("Numeric"):
        return None
    if (of_key == "ARN" and name in EQUAL_TEXT) or (_is_tag(condition.known_key) and name.startswith("Arn")):
        return None
    return of_key


def _is_tag(key: ConditionKey) -> bool:
    """Whether a key is a tag, whose value is any text: an ARN as well."""
    return "/${" in key.name and "tag" in key.name.partition("/")[0].lower()


@rule(
    "TYPE_MISMATCH",
    Severity.WARNING,
    bad=policy(allow(Condition=when("StringLike", "aws:CurrentTime", "2027-01-*"))),
    good=policy(allow(Condition=when("DateLessThan", "aws:CurrentTime", "2027-02-01T00:00:00Z"))),
    of_aws=True,
)
def type_mismatch(document: Document, _setting: Setting) -> Iterator[Hit]:
    """The operator compares another type than the key has.

    Times are compared by Date operators, addresses by `IpAddress`, numbers by Numeric ones. `StringLike` on a time compares its
    letters, and a date or a number on a text never holds; nor does `StringEquals` on a boolean with a value that is none.
    """
    for _, condition in document.conditions():
        of_key = _mismatch(condition)
        if of_key is None or _is_usable(condition, of_key) or _is_pattern(condition, of_key):
            continue
        message = f"`{condition.operator}` is not made for `{condition.key}`; compare it by {NAMES_OF[of_key]}"
        yield Hit(condition.key_at, message)


@rule(
    "MISMATCHED_TYPE_BUT_USABLE",
    Severity.SUGGESTION,
    bad=policy(allow(Condition=when("StringEquals", "aws:SecureTransport", "true"))),
    good=policy(allow(Condition=when("Bool", "aws:SecureTransport", "true"))),
)
def mismatched_type_but_usable(document: Document, _setting: Setting) -> Iterator[Hit]:
    """The operator compares a boolean as text, which happens to work.

    `StringEquals` finds `true` equal to `true`, but is strict in upper and lower case. `Bool` says what is meant. A whole ARN is
    text as well, so `StringEquals` on `aws:SourceArn` is right and is not reported.
    """
    for _, condition in document.conditions():
        of_key = _mismatch(condition)
        if of_key is not None and _is_usable(condition, of_key):
            yield Hit(condition.operator_at, f"`{condition.key}` is compared as text; {NAMES_OF[of_key]} is made for it")


def _is_usable(condition: ConditionTree, of_key: str) -> bool:
    """Whether a boolean is compared as text with `true` or `false`."""
    is_text = condition.comparison is not None and condition.comparison.name in EQUAL_TEXT
    return of_key == "Bool" and is_text and all(_may_be_boolean(entry.scalar or "") for entry in condition.entries)


def _may_be_boolean(text: str) -> bool:
    return text.lower() in BOOLEANS or "${" in text


def _is_pattern(condition: ConditionTree, of_key: str) -> bool:
    return of_key == "ARN" and condition.comparison is not None and condition.comparison.name in LIKE


@rule(
    "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS",
    Severity.SECURITY_WARNING,
    bad=policy(allow(Condition=when("StringLike", "aws:PrincipalArn", "arn:aws:iam::*:role/Mailer"))),
    good=policy(allow(Condition=when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/Mailer"))),
    of_aws=True,
)
def string_like_operator_with_arn_condition_keys(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A wildcard over an ARN as text runs over its colons.

    To `StringLike` an ARN is letters: `arn:aws:iam::*:role/Mailer` also matches an ARN of any other shape that ends so. `ArnLike`
    compares part by part.
    """
    for statement, condition in document.conditions():
        if _is_pattern(condition, _mismatch(condition) or ""):
            like = condition.operator.replace("String", "Arn")
            message = f"`{condition.key}` is an ARN; `{like}` compares it part by part"
            yield Hit(condition.key_at, message, fixes=with_operator(statement, condition, like))
