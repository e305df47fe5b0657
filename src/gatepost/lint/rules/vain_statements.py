"""Rules on what says nothing: statements that never match, that others cover, that a Deny takes back, values inside others.

All are solved. Before the solver is asked, the statements' actions are held against each other, and their conditions looked
through: most statements need no question. Source: `reasoning.questions`.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from gatepost.lint.cover import may_cover, share_services
from gatepost.lint.document import Document, StatementTree
from gatepost.lint.edits import without_entry
from gatepost.lint.examples import allow, deny, policy, when
from gatepost.lint.finding import Fix, Severity
from gatepost.lint.patch import patched
from gatepost.lint.reach import everything, found, is_none, is_proved, part, undenied
from gatepost.lint.rule import Hit, rule
from gatepost.lint.setting import Setting
from gatepost.policy.catalogue import is_multivalued
from gatepost.policy.model import Condition, Effect, Policy, Statement
from gatepost.policy.timetable import is_on_time
from gatepost.reasoning.choices import carriers, spoken_of

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

    No request satisfies them all: proved. An Allow of this kind allows nothing, a Deny denies nothing, and whoever reads it takes
    it for a rule that holds. Two tests of one key in one statement must both hold; alternatives are values of one list, or
    statements of their own. Of keys that an action never carries only those of SES are told, for of others the references are
    known to leave some out.
    """
    for tree in document.statements:
        statement = tree.statement
        if statement is not None and _may_contradict(statement) and not _can_match(document, statement):
            does = "allows" if statement.effect is Effect.ALLOW else "denies"
            where = tree.elements["Condition"]
            yield Hit(where.key or where.at, f"no request satisfies these conditions, so {tree.name} never {does} anything")


def _may_contradict(statement: Statement) -> bool:
    """Whether two conditions are on one key, or one is on a key that no action of the statement carries."""
    if all(is_on_time(each) for each in statement.conditions) or any(map(_rests_on_a_list, statement.conditions)):
        return False
    keys = [each.key.lower() for each in statement.conditions]
    if len(set(keys)) < len(keys):
        return True
    spoken = spoken_of(statement)
    return bool(spoken) and any(key.startswith("ses:") and not (carriers(key) or 0) & spoken for key in keys)


def _rests_on_a_list(condition: Condition) -> bool:
    """Whether a key of another service may be one of several values: what the reference says of those has not been looked into."""
    key = condition.key.lower()
    return not key.startswith(("ses:", "aws:")) and is_multivalued(key)


def _can_match(document: Document, statement: Statement) -> bool:
    if statement.effect is Effect.ALLOW:
        return found(document, lambda asker: asker.allows_anything(part(document, statement))) is not None
    return found(document, lambda asker: asker.allows_more(undenied(document, statement), undenied(document))) is not None


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

    A Deny wins over every Allow, also over those of other policies, so the Allow is without effect wherever this policy hangs:
    proved. Take the Allow out, or narrow the Deny.
    """
    denies = [each for _, each in _of(document, Effect.DENY)]
    for tree, statement in _of(document, Effect.ALLOW):
        near = [each for each in denies if share_services(each, statement)]
        if not near or not may_cover(document, near, statement):
            continue
        if _is_shut(document, statement, near) and _can_match(document, statement):
            names = ", ".join(each.name for each, denying in _of(document, Effect.DENY) if denying in near)
            yield Hit(tree.at, f"all that {tree.name} allows is denied ({names})")


def _is_shut(document: Document, statement: Statement, denies: Sequence[Statement]) -> bool:
    return found(document, lambda asker: asker.allows_anything(part(document, statement, *denies))) is None


@rule(
    "GP_DENY_NO_EFFECT_HERE",
    Severity.SUGGESTION,
    bad=policy(allow(Action=BOTH), deny(Action="ses:List*")),
    good=policy(allow(Action="ses:*"), deny(Action="ses:List*")),
    solved=True,
)
def deny_no_effect_here(document: Document, _setting: Setting) -> Iterator[Hit]:
    """The Deny takes away nothing that this policy allows.

    What is not allowed need not be denied. It may take away what another policy allows, so look before you take it out; only
    where the other Denies of this policy cover it is it idle everywhere, and a fix is offered. (AWS's own
    `AmazonCognitoIdpEmailServiceRolePolicy` has such a Deny.)
    """
    allows = [each for _, each in _of(document, Effect.ALLOW)]
    left = _of(document, Effect.DENY)
    for tree, statement in left:
        others = [each for _, each in left if each is not statement]
        covering = [each for each in others if share_services(each, statement)]
        if covering and may_cover(document, covering, statement) and _denied_by(document, covering, statement):
            said = f"the other Denies cover all that {tree.name} denies"
            yield Hit(tree.at, said, fixes=_taken_out(document, tree))
            left = [each for each in left if each[1] is not statement]
        elif allows and not _cuts(document, allows, statement):
            yield Hit(tree.at, f"{tree.name} denies nothing that this policy allows")


def _denied_by(document: Document, denies: Sequence[Statement], statement: Statement) -> bool:
    return is_none(document, lambda asker: asker.allows_more(undenied(document, statement), undenied(document, *denies)))


def _cuts(document: Document, allows: Sequence[Statement], statement: Statement) -> bool:
    near = [each for each in allows if share_services(each, statement)]
    cut, whole = part(document, *near, statement), part(document, *near)
    return bool(near) and not is_none(document, lambda asker: asker.allows_more(cut, whole))


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

    Take it out: the policy allows the same without it, which is proved. Often the narrower statement is the one that was meant,
    and the wider one, left in, makes its conditions void; then take out that one.
    """
    left = _of(document, Effect.ALLOW)
    for tree, statement in reversed(left):
        others = [each for each in left if each[1] is not statement and share_services(each[1], statement)]
        if not others or not may_cover(document, [each for _, each in others], statement):
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
    one, all_of_them = part(document, statement), part(document, *others)
    return is_none(document, lambda asker: asker.allows_more(all_of_them, one))


def _fewest(document: Document, statement: Statement, others: list[Found]) -> list[Found]:
    """A smallest part of these that still covers the statement."""
    kept = others
    for each in others:
        fewer = [other for other in kept if other is not each]
        if fewer and _covered(document, statement, [other for _, other in fewer]):
            kept = fewer
    return kept


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

    return is_proved(
        document, lambda asker: asker.equivalent(allows(one), allows(other)) and asker.equivalent(denies(one), denies(other))
    )
