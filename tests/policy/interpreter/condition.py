"""Whether a Condition holds: True, False, or None where AWS's answer is not known.

Source: IAM User Guide, Condition operators; Creating a condition with multiple keys or values; Single-valued and multivalued keys.
None is carried to the statement: a Deny that may apply applies, an Allow that may not does not.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from policy.interpreter.text import Json, as_list, fill, glob, request_values, scalar_text
from policy.interpreter.values import arn_parts, arn_pattern, binary, bits, family, instant, network, number

Answer = bool | None
NEGATED = (
    "StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "NumericNotEquals", "DateNotEquals", "NotIpAddress",
    "ArnNotEquals", "ArnNotLike",
)  # fmt: skip


def all_of(answers: Sequence[Answer]) -> Answer:
    return False if False in answers else None if None in answers else True


def any_of(answers: Sequence[Answer]) -> Answer:
    return True if True in answers else None if None in answers else False


def condition_holds(condition: Mapping[str, Json], context: Mapping[str, Json], version: str) -> Answer:
    """Rule 1: every operator and every key of each must hold."""
    return all_of(
        [
            key_holds(operator, key, [scalar_text(value) for value in as_list(values)], context, version)
            for operator, keys in condition.items()
            for key, values in keys.items()
        ]
    )


def key_holds(operator: str, key: str, wanted: list[str], context: Mapping[str, Json], version: str) -> Answer:
    qualifier, colon, name = operator.rpartition(":")
    if_exists = name.endswith("IfExists")
    base = name.removesuffix("IfExists")
    values, multivalued = request_values(context, key)
    absent = not values  # an empty set is an absent key

    # Rule 2: Null asks whether the key is there, of keys of either arity.
    if base == "Null":
        return any_of([{"true": absent, "false": not absent}.get(text.lower()) for text in wanted])

    # Rule 3: ForAllValues holds of no value, ForAnyValue does not, negated or not, with IfExists or without.
    # "an empty data set (for example, an empty string)": IAM User Guide, Creating a condition with multiple keys or values.
    if colon and (absent or set(values) == {""}):
        return qualifier == "ForAllValues"
    if colon:
        answers = [value_holds(base, value, wanted, context, version) for value in values]
        return all_of(answers) if qualifier == "ForAllValues" else any_of(answers)

    # Rule 4: an absent key satisfies IfExists and negated operators, and nothing else.
    if absent:
        return if_exists or base in NEGATED

    # Rule 5: a bare operator never matches a multi-valued key that is there.
    return not multivalued and value_holds(base, values[0], wanted, context, version)


def value_holds(base: str, value: str, wanted: list[str], context: Mapping[str, Json], version: str) -> Answer:
    """Rule 6: a positive operator wants one of its values, a negated one none of them."""
    unreadable = of_unreadable(base, value)
    if unreadable != "readable":
        return unreadable == "unknown" and None
    matched = any_of([matches(base, value, text, context, version) for text in wanted])
    if base in NEGATED:
        return None if matched is None else not matched
    return matched


def of_unreadable(base: str, value: str) -> str:
    """Rule 7: a request's value that cannot be read. `no match` for both forms, or `unknown` where AWS's answer is."""
    if base.startswith("Numeric") and number(value) is None:
        return "unknown" if base == "NumericNotEquals" else "no match"
    if base.startswith("Date") and instant(value) is None:
        return "no match"
    if base == "Bool" and value.lower() not in ("true", "false"):
        return "no match"
    if base in ("IpAddress", "NotIpAddress") and bits(value) is None:
        return "unknown"
    if base.startswith("Arn") and not is_arn(value):
        return "unknown" if base in NEGATED else "no match"
    if base == "BinaryEquals" and binary(value) is None:
        return "no match"
    return "readable"


def is_arn(value: str) -> bool:
    return value.startswith("arn:") and len(value.split(":")) >= 6


def matches(base: str, value: str, text: str, context: Mapping[str, Json], version: str) -> Answer:
    """Rule 8: one value of the request against one of the policy, by the operator without its negation."""
    positive = base.replace("Not", "", 1) if base in NEGATED else base
    match positive:
        case "StringEquals" | "StringEqualsIgnoreCase" | "StringLike":
            return text_matches(positive, value, text, context, version)
        case "ArnEquals" | "ArnLike":
            like = arn_matches(value, text, context, version)
            return like if base in NEGATED else like is True  # what has not six parts is like no ARN
        case "Bool":
            # AWS takes `False` and `FALSE` for `false` (bridgecrewio/prowler pull request 27, basho/riak_cs issue 380).
            return value.lower() == text.lower() if text.lower() in ("true", "false") else None
        case "BinaryEquals":
            return binary(value) == binary(text) if binary(text) is not None else None
        case "IpAddress":
            return address_matches(value, text)
    if positive.startswith("Numeric"):
        return compared(positive.removeprefix("Numeric"), number(value), number(text))
    return compared(positive.removeprefix("Date"), instant(value), instant(text))


def text_matches(positive: str, value: str, text: str, context: Mapping[str, Json], version: str) -> bool:
    # `${*}` and its like are literal for every operator, but a bare `*` is a wildcard for StringLike alone.
    signs = fill(text, context, version)
    if signs is None:
        return False  # a variable without a value: nothing matches it, so a negated operator holds
    if positive == "StringLike":
        return glob(signs, value)
    filled = "".join({"any run of characters": "*", "any one character": "?"}.get(sign, sign) for sign in signs)
    return value.lower() == filled.lower() if positive == "StringEqualsIgnoreCase" else value == filled


def arn_matches(value: str, text: str, context: Mapping[str, Json], version: str) -> Answer:
    """Six parts, each by itself, `*` and `?` within a part; the sixth may hold colons."""
    signs = fill(text, context, version)
    if signs is None:
        return False
    parts = arn_pattern(signs)
    if parts is None:
        return None
    texts = ["".join(part) for part in arn_parts(list(value))]
    return all(glob(part, each) for part, each in zip(parts, texts, strict=True))


def address_matches(value: str, text: str) -> Answer:
    """An address of the other family is not inside."""
    address, fixed = bits(value), network(text)
    if address is None or fixed is None:
        return None
    return (family(address) + address).startswith(fixed)


def compared(how: str, left: Fraction | None, right: Fraction | None) -> Answer:
    if left is None or right is None:
        return None
    match how:
        case "Equals":
            return left == right
        case "LessThan":
            return left < right
        case "LessThanEquals":
            return left <= right
        case "GreaterThan":
            return left > right
        case "GreaterThanEquals":
            return left >= right
    raise ValueError(how)
