"""Rules on what says nothing: statements that never match, that others cover, that a Deny takes back, values inside others.

All are solved. Before the solver is asked, the statements' actions are held against each other, and their conditions looked through:
most statements need no question. Source: `reasoning.questions`.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from gatepost.lint.document import ConditionTree, Document, StatementTree
from gatepost.lint.edits import without_entry
from gatepost.lint.examples import allow, deny, policy, when
from gatepost.lint.finding import Edit, Fix, Severity
from gatepost.lint.patch import patched, with_conditions
from gatepost.lint.reach import anybody, everything, part, undenied
from gatepost.lint.rule import Hit, rule
from gatepost.lint.setting import Setting
from gatepost.policy.model import Condition, Effect, Policy, Statement
from gatepost.policy.operators import NULL
from gatepost.policy.pattern import ANY, glob, wild
from gatepost.policy.timetable import is_on_time
from gatepost.policy.values import read_range
from gatepost.reasoning.choices import carriers, spoken_of
from gatepost.reasoning.undecidable import Undecidable

BOTH: Final = ["ses:SendEmail", "ses:SendRawEmail"]
Found = tuple[StatementTree, Statement]


def _of(document: Document, effect: Effect) -> list[Found]:
    return [
        (tree, tree.statement) for tree in document.statements if tree.statement is not None and tree.statement.effect is effect
    ]


# --- never --------------------------------------------------------------------------------------------------------------


@rule(
    "GP_STATEMENT_NEVER_MATCHES",
    Severity.ERROR,
    bad=policy(
        allow(Condition={"StringLike": {"ses:FromAddress": "*@example.com"}, "StringNotLike": {"ses:FromAddress": "*@*.com"}})
    ),
    good=policy(
        allow(Condition={"StringLike": {"ses:FromAddress": "*@example.com"}, "StringNotLike": {"ses:FromAddress": "ceo@*"}})
    ),
    solved=True,
)
def statement_never_matches(document: Document, _setting: Setting) -> Iterator[Hit]:
    """The conditions of the statement contradict each other, or ask for a key that its actions never carry.

    No request satisfies them all: proved. An Allow of this kind allows nothing, a Deny denies nothing, and whoever reads it takes it for a
    rule that holds. Two tests of one key in one statement must both hold; alternatives are values of one list, or statements of their own.
    """
    for tree in document.statements:
        statement = tree.statement
        if statement is not None and _may_contradict(statement) and not _can_match(document, statement):
            does = "allows" if statement.effect is Effect.ALLOW else "denies"
            where = tree.elements["Condition"]
            yield Hit(where.key or where.at, f"no request satisfies these conditions, so {tree.name} never {does} anything")


def _may_contradict(statement: Statement) -> bool:
    """Whether two conditions are on one key, or one is on a key that no action of the statement carries."""
    if all(is_on_time(each) for each in statement.conditions):
        return False
    keys = [each.key.lower() for each in statement.conditions]
    if len(set(keys)) < len(keys):
        return True
    spoken = spoken_of(statement)
    return bool(spoken) and any((mask := carriers(key)) is not None and not mask & spoken for key in keys)


def _can_match(document: Document, statement: Statement) -> bool:
    if statement.effect is Effect.ALLOW:
        return anybody(document).allows_anything(part(document, statement)) is not None
    return anybody(document).allows_more(undenied(document, statement), undenied(document)) is not None


# --- a Deny that takes back, or nothing ---------------------------------------------------------------------------------


@rule(
    "GP_ALLOW_SHADOWED_BY_DENY",
    Severity.WARNING,
    bad=policy(allow(Condition=when("StringLike", "ses:FromAddress", "ceo@*")), deny(Action="ses:Send*")),
    good=policy(allow(), deny(Condition=when("StringLike", "ses:FromAddress", "ceo@*"))),
    solved=True,
)
def allow_shadowed_by_deny(document: Document, _setting: Setting) -> Iterator[Hit]:
    """All that this statement allows is denied beside it.

    A Deny wins over every Allow, also over those of other policies, so the Allow is without effect wherever this policy hangs: proved.
    Take the Allow out, or narrow the Deny.
    """
    denies = [each for _, each in _of(document, Effect.DENY)]
    for tree, statement in _of(document, Effect.ALLOW):
        near = [each for each in denies if _share_actions(each, statement)]
        if not near or not _covers_actions(near, statement):
            continue
        asker = anybody(document)
        if asker.allows_anything(part(document, statement, *near)) is None and _can_match(document, statement):
            names = ", ".join(each.name for each, found in _of(document, Effect.DENY) if found in near)
            yield Hit(tree.at, f"all that {tree.name} allows is denied ({names})")


@rule(
    "GP_DENY_NO_EFFECT_HERE",
    Severity.SUGGESTION,
    bad=policy(allow(Action=BOTH), deny(Action="ses:List*")),
    good=policy(allow(Action="ses:*"), deny(Action="ses:List*")),
    solved=True,
)
def deny_no_effect_here(document: Document, _setting: Setting) -> Iterator[Hit]:
    """The Deny takes away nothing that this policy allows.

    What is not allowed need not be denied. It may take away what another policy allows, so look before you take it out; only where the
    other Denies of this policy cover it is it idle everywhere, and a fix is offered. (AWS's own `AmazonCognitoIdpEmailServiceRolePolicy`
    has such a Deny.)
    """
    allows = [each for _, each in _of(document, Effect.ALLOW)]
    found = _of(document, Effect.DENY)
    for tree, statement in found:
        others = [each for _, each in found if each is not statement]
        covering = [each for each in others if _share_actions(each, statement)]
        if covering and _covers_actions(covering, statement) and _denied_by(document, covering, statement):
            said = f"the other Denies cover all that {tree.name} denies"
            yield Hit(tree.at, said, fixes=_taken_out(document, tree))
            found = [(each, denying) for each, denying in found if denying is not statement]
        elif allows and not _cuts(document, allows, statement):
            yield Hit(tree.at, f"{tree.name} denies nothing that this policy allows")


def _denied_by(document: Document, denies: Sequence[Statement], statement: Statement) -> bool:
    return anybody(document).narrower(undenied(document, *denies), undenied(document, statement))


def _cuts(document: Document, allows: Sequence[Statement], statement: Statement) -> bool:
    near = [each for each in allows if _share_actions(each, statement)]
    return bool(near) and anybody(document).allows_more(part(document, *near, statement), part(document, *near)) is not None


# --- covered by others --------------------------------------------------------------------------------------------------


@rule(
    "GP_ALLOW_REDUNDANT",
    Severity.SUGGESTION,
    bad=policy(allow(Action="ses:Send*"), allow(Action="ses:SendEmail", Condition=when("Bool", "aws:SecureTransport", "true"))),
    good=policy(
        allow(Action="ses:Send*", Condition=when("Bool", "aws:SecureTransport", "true")), allow(Action="ses:GetSendQuota")
    ),
    solved=True,
)
def allow_redundant(document: Document, _setting: Setting) -> Iterator[Hit]:
    """Other statements allow all that this one does.

    Take it out: the policy allows the same without it, which is proved. Often the narrower statement is the one that was meant, and the
    wider one, left in, makes its conditions void; then take out that one.
    """
    left = _of(document, Effect.ALLOW)
    for tree, statement in reversed(left):
        others = [each for each in left if each[1] is not statement and _share_actions(each[1], statement)]
        if not others or not _covers_actions([each for _, each in others], statement):
            continue
        if not _covered(document, statement, [each for _, each in others]):
            continue
        needed = _fewest(document, statement, others)
        left = [each for each in left if each[1] is not statement]
        names = " and ".join(each.name for each, _ in needed)
        yield Hit(
            tree.at,
            f"{names} already allow{'s' if len(needed) == 1 else ''} all that {tree.name} does",
            fixes=_taken_out(document, tree),
        )


def _covered(document: Document, statement: Statement, others: Sequence[Statement]) -> bool:
    return anybody(document).narrower(part(document, statement), part(document, *others))


def _fewest(document: Document, statement: Statement, others: list[Found]) -> list[Found]:
    """A smallest part of these that still covers the statement."""
    kept = others
    for each in others:
        fewer = [other for other in kept if other is not each]
        if fewer and _covered(document, statement, [other for _, other in fewer]):
            kept = fewer
    return kept


def _share_actions(one: Statement, other: Statement) -> bool:
    """Whether two statements may speak of one action. Those of services that are not known in full are compared by their names."""
    return bool(spoken_of(one) & spoken_of(other)) or _may_share(one, other)


def _may_share(one: Statement, other: Statement) -> bool:
    if one.actions is None or other.actions is None:
        return True
    first, second = _services(one), _services(other)
    return "*" in first | second or bool(first & second)


def _services(statement: Statement) -> frozenset[str]:
    return frozenset(each.partition(":")[0].lower() for each in statement.actions or ())


def _covers_actions(statements: Sequence[Statement], one: Statement) -> bool:
    """Whether these may speak of all known actions of which one speaks."""
    spoken = 0
    for each in statements:
        spoken |= spoken_of(each)
    return not spoken_of(one) & ~spoken


def _taken_out(document: Document, tree: StatementTree) -> tuple[Fix, ...]:
    element = document.elements["Statement"]
    if not element.is_list or document.policy is None:
        return ()
    edits = (without_entry(element, tree.number),)
    fixed = patched(document, edits).policy
    if fixed is None:
        return ()
    proof = "the policy allows and denies the same without it" if _equivalent(document, document.policy, fixed) else ""
    return (Fix(f"take out {tree.name}", edits, proof),)


def _equivalent(document: Document, one: Policy, other: Policy) -> bool:
    """Whether two policies allow the same and deny the same, also beside others."""

    def denies(policy: Policy) -> Policy:
        return part(document, everything(document), *(each for each in policy.statements if each.effect is Effect.DENY))

    def allows(policy: Policy) -> Policy:
        return part(document, *(each for each in policy.statements if each.effect is Effect.ALLOW))

    try:
        asker = anybody(document)
        return asker.equivalent(allows(one), allows(other)) and asker.equivalent(denies(one), denies(other))
    except Undecidable:
        return False


# --- conditions that say nothing ----------------------------------------------------------------------------------------


@rule(
    "GP_CONDITION_VALUE_REDUNDANT",
    Severity.SUGGESTION,
    bad=policy(allow(Condition=when("StringLike", "ses:FromAddress", "*@example.com", "news@example.com"))),
    good=policy(allow(Condition=when("StringLike", "ses:FromAddress", "*@example.com", "news@example.org"))),
    solved=True,
)
def condition_value_redundant(document: Document, _setting: Setting) -> Iterator[Hit]:
    """Another value of the same list matches all that this one does.

    The values of a condition are alternatives. Take out the one inside: proved to change nothing. Or take out the wider one, if the narrower
    was meant.
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
    try:
        asker = anybody(document)
        if old.effect is Effect.DENY:
            same = asker.equivalent(undenied(document, old), undenied(document, new))
        else:
            same = asker.equivalent(part(document, old), part(document, new))
    except Undecidable:
        return ()
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

    If that is meant, `"Null": {"ses:FromAddress": "false"}` says it plainly. With `IfExists`, or `ForAllValues`, it says nothing at all,
    and is taken out.
    """
    for tree in document.statements:
        for pair, condition in tree.read_conditions():
            base = condition.operator.base
            if base not in ("StringLike", "ArnLike", "ArnEquals") or not any(
                each.strip("*") == "" for each in condition.values
            ):
                continue
            void = condition.operator.if_exists or condition.operator.qualifier == "ForAllValues"
            said = "holds of every request" if void else f"holds of every request that carries `{condition.key}`"
            yield Hit(pair.element.at, f"`*` matches everything: this {said}", fixes=_plainly(document, tree, pair, void=void))


def _plainly(document: Document, tree: StatementTree, pair: ConditionTree, *, void: bool) -> tuple[Fix, ...]:
    def changed(conditions: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
        conditions[pair.operator].pop(pair.key)
        if not void:
            conditions.setdefault(NULL, {})[pair.key] = "false"
        return {name: keys for name, keys in conditions.items() if keys}

    edits = (with_conditions(document, tree, changed),)
    return _saying_the_same(document, tree, edits, "take the condition out" if void else f"say it by `{NULL}`")
