"""Rules on conditions that say nothing: values inside others, patterns that match everything. All are proved."""

from collections.abc import Iterator, Sequence

from gatepost.lint.document import ConditionTree, Document, StatementTree
from gatepost.lint.edits import without_entry
from gatepost.lint.examples import allow, policy, when
from gatepost.lint.finding import Edit, Fix, Severity
from gatepost.lint.patch import Json, patched, with_conditions
from gatepost.lint.reach import is_proved, part, undenied
from gatepost.lint.rule import Hit, rule
from gatepost.lint.setting import Setting
from gatepost.policy.catalogue import is_multivalued
from gatepost.policy.model import Condition, Effect
from gatepost.policy.operators import NULL
from gatepost.policy.pattern import ANY, glob, is_star, wild
from gatepost.policy.values import read_range


@rule(
    "GP_CONDITION_VALUE_REDUNDANT",
    Severity.SUGGESTION,
    bad=policy(allow(Condition=when("StringLike", "ses:FromAddress", "*@example.com", "news@example.com"))),
    good=policy(allow(Condition=when("StringLike", "ses:FromAddress", "*@example.com", "news@example.org"))),
    solved=True,
)
def condition_value_redundant(document: Document, _setting: Setting) -> Iterator[Hit]:
    """Another value of the same list matches all that this one does.

    The values of a condition are alternatives. Take out the one inside: proved to change nothing. Or take out the wider one, if
    the narrower was meant.
    """
    for tree in document.statements:
        for pair, condition in tree.read_conditions():
            gone: list[int] = []
            for at, value in enumerate(condition.values):
                wider = _wider(condition, at, gone)
                if wider is None or tree.statement is None:
                    continue
                fixes = _without_value(document, tree, pair, at)
                if fixes:
                    gone.append(at)
                    entry = list(pair.element.entries())[at]
                    yield Hit(entry.at, f"`{condition.values[wider]}` matches all that `{value}` does", fixes=fixes)


def _wider(condition: Condition, at: int, gone: Sequence[int]) -> int | None:
    """Another value that seems to cover the one at a place."""
    if len(condition.values) < 2 or condition.operator.base == NULL:
        return None
    base, value = condition.operator.base, condition.values[at]
    for other, wide in enumerate(condition.values):
        if other == at or other in gone:
            continue
        if wide == value or ("Like" in base and _inside(value, wide)) or ("IpAddress" in base and _in_range(value, wide)):
            return other
    return None


def _inside(value: str, wide: str) -> bool:
    """Whether a pattern seems to lie in another: it matches it, its wildcards taken as letters."""
    pattern = wild(wide)
    return ANY not in pattern and glob(pattern, wild(value))


def _in_range(value: str, wide: str) -> bool:
    one, other = read_range(value), read_range(wide)
    return one is not None and other is not None and one[0] == other[0] and other[1] <= one[1] <= one[2] <= other[2]


def _without_value(document: Document, tree: StatementTree, pair: ConditionTree, at: int) -> tuple[Fix, ...]:
    """The list without one value, where that is proved to say the same."""
    edits = (without_entry(pair.element, at),)
    return _saying_the_same(document, tree, edits, "take it out")


def _saying_the_same(document: Document, tree: StatementTree, edits: tuple[Edit, ...], title: str) -> tuple[Fix, ...]:
    fixed = patched(document, edits).policy
    if fixed is None or tree.statement is None:
        return ()
    old, new = tree.statement, fixed.statements[tree.number]
    of = undenied if old.effect is Effect.DENY else part
    same = is_proved(document, lambda asker: asker.equivalent(of(document, old), of(document, new)))
    return (Fix(title, edits, "the statement speaks of the same requests as before"),) if same else ()


@rule(
    "GP_CONDITION_ALWAYS_TRUE",
    Severity.SUGGESTION,
    bad=policy(allow(Condition=when("StringLike", "ses:FromAddress", "*"))),
    good=policy(allow(Condition=when("StringLike", "ses:FromAddress", "*@example.com"))),
    solved=True,
)
def condition_always_true(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A pattern of stars matches everything: the condition says no more than that the key is there.

    If that is meant, `"Null": {"ses:FromAddress": "false"}` says it plainly. With `IfExists`, or `ForAllValues`, it says nothing
    at all, and is taken out.
    """
    for tree in document.statements:
        for pair, condition in tree.read_conditions():
            base, qualifier = condition.operator.base, condition.operator.qualifier
            if base not in ("StringLike", "ArnLike", "ArnEquals") or not any(map(is_star, condition.values)):
                continue
            if base != "StringLike" and (pair.known_key is None or pair.known_key.type != "ARN"):
                continue  # what is no ARN is like no pattern of ARNs
            if qualifier is None and is_multivalued(condition.key.lower()):
                continue  # of several values it never holds; another rule says so
            void = qualifier == "ForAllValues" or (qualifier is None and condition.operator.if_exists)
            said = "holds of every request" if void else f"holds of every request that carries `{condition.key}`"
            yield Hit(pair.element.at, f"`*` matches everything: this {said}", fixes=_plainly(document, tree, pair, void=void))


def _plainly(document: Document, tree: StatementTree, pair: ConditionTree, *, void: bool) -> tuple[Fix, ...]:
    def changed(conditions: Json) -> Json:
        conditions[pair.operator].pop(pair.key)
        if not void:
            conditions.setdefault(NULL, {})[pair.key] = "false"
        return {name: keys for name, keys in conditions.items() if keys}

    edits = (with_conditions(document, tree, changed),)
    return _saying_the_same(document, tree, edits, "take the condition out" if void else f"say it by `{NULL}`")
