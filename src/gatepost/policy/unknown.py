"""What a question leaves open: keys of which it says nothing, and what of a statement depends on them.

A question to somebody who has not called ("may alice send?") knows the caller and the time, seldom the recipients. A key that is
left open may have any value, and unless every such call carries it, be absent too. What follows here is sound, not complete: what is
told to depend on nothing is so for every value; what is told to depend on a key may still be the same for all of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from gatepost.policy.catalogue import is_multivalued
from gatepost.policy.match import Rule, resource_pattern
from gatepost.policy.model import Condition
from gatepost.policy.operators import NULL, Test, holds_when_absent, variables_of
from gatepost.policy.pattern import STAR, glob
from gatepost.policy.request import Context, Request
from gatepost.policy.variables import Template, Variable

SOMETHING: Final = "something"  # stands for whatever value; only whether there is one is asked of it


@dataclass(frozen=True, slots=True)
class Unknown:
    """Keys (lower case) that a question leaves open.

    A key that ends in `/` or `:` is a family: `aws:principaltag/` stands for every tag, `s3:` for every key of S3. `always` are those
    that every such call carries, a multi-valued one with at least one value; any other may be absent. A key that the request's
    context holds is known all the same.
    """

    keys: frozenset[str] = frozenset()
    always: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.keys or self.always)

    def covers(self, key: str, context: Context) -> bool:
        """Whether a key (lower case) is left open beside a context."""
        if key in context:
            return False
        families = key.partition("/")[0] + "/", key.partition(":")[0] + ":"
        return key in self.keys or key in self.always or not self.keys.isdisjoint(families)


NOTHING: Final = Unknown()
Finding = tuple[
    bool, tuple[str, ...]
]  # whether it holds, and the keys on which that depends; where there are any, it is not known


def find_condition(rule: Rule, condition: Condition, test: Test, context: Context, unknown: Unknown) -> Finding:
    """Whether a condition holds, and on which open keys that depends."""
    key, operator = condition.key.lower(), condition.operator
    bare = operator.base != NULL and operator.qualifier is None
    if unknown.covers(key, context):
        carried = key in unknown.always
        if operator.base == NULL and carried:
            return test({**context, key: SOMETHING}), ()
        if bare and is_multivalued(key) and (carried or not holds_when_absent(operator)):
            return False, ()  # a bare operator never matches a multi-valued key (operators, rule 4)
        return False, (key,)
    open_keys = _open_keys(variables_of(condition, variables=rule.attached.policy.has_variables), context, unknown)
    value = context.get(key)
    if not open_keys or value is None or value == () or (bare and not isinstance(value, str)):
        return test(context), ()  # no variable matters, for there is nothing to compare
    return False, open_keys


def find_resource(rule: Rule, request: Request, unknown: Unknown) -> Finding:
    """Whether Resource or NotResource covers the request's resource, and on which open keys that depends."""
    statement = rule.statement
    texts = statement.resources if statement.resources is not None else statement.not_resources
    if texts is None:
        return True, ()
    inverted = statement.resources is None
    depends: list[str] = []
    for text in texts:
        pattern = resource_pattern(text, variables=rule.attached.policy.has_variables)
        parts = () if isinstance(pattern, str) else (part for part in pattern.parts if isinstance(part, Variable))
        open_keys = _open_keys(parts, request.context, unknown)
        if open_keys and isinstance(pattern, Template):
            if glob(_widest(pattern, request.context, open_keys), request.resource):
                depends += open_keys
            continue
        filled = pattern if isinstance(pattern, str) else pattern.fill(request.context)
        if filled is not None and glob(filled, request.resource):
            return not inverted, ()
    return inverted and not depends, tuple(dict.fromkeys(depends))


def _open_keys(variables: Iterable[Variable], context: Context, unknown: Unknown) -> tuple[str, ...]:
    return tuple(dict.fromkeys(variable.key for variable in variables if unknown.covers(variable.key, context)))


def _widest(template: Template, context: Context, open_keys: tuple[str, ...]) -> str:
    """A pattern that matches whatever the template could, each variable that is left open being any text."""
    parts = [
        part if isinstance(part, str) else STAR if part.key in open_keys else Template((part,)).fill(context)
        for part in template.parts
    ]
    # A variable that is known to have no value makes the entry match nothing; here it is only widened.
    return "".join(STAR if part is None else part for part in parts)
