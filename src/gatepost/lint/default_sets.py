"""The configuration set that an identity's mail takes by default, and that no statement allows: a part of SES_RESOURCE_WRONG_TYPE.

Source: SES Developer Guide, "Understanding default configuration sets". SES's denial names the configuration set then.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from gatepost.lint.document import Document, StatementTree
from gatepost.lint.finding import Fix, Witness
from gatepost.lint.patch import patched, rewritten, value_of
from gatepost.lint.reach import SOMEONE, allows_of, is_proved, part
from gatepost.lint.rule import Hit
from gatepost.lint.sending import FROM, carries, names_ses, sends_of
from gatepost.policy.catalogue import action
from gatepost.policy.match import AttachedPolicy, Rule, speaks_of_action
from gatepost.policy.model import Effect, Statement
from gatepost.policy.request import Request
from gatepost.policy.values import account_of
from gatepost.reasoning.layer import Side
from gatepost.reasoning.witness import allows

ON_SETS = "configuration-set"


def default_set_missing(document: Document, default_sets: Mapping[str, str]) -> Iterator[Hit]:
    """The Allows of mail from an identity on whose default configuration set nothing allows it."""
    for tree in document.statements:
        statement = tree.statement
        if statement is None or statement.effect is not Effect.ALLOW or statement.resources is None or not names_ses(statement):
            continue
        lacking = _lacking(document, statement, default_sets)
        if lacking:
            yield _hit(document, tree, lacking)


def _lacking(document: Document, statement: Statement, default_sets: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Identities that a statement names, each with its default set and an action that it allows on the one alone."""
    names = [name for name in sends_of(statement) if _is_on_sets(name)]
    found = []
    for identity, default in sorted(default_sets.items()):
        if _is_on(document, statement, identity):
            others = [each for each in allows_of(document) if _is_on(document, each, default)]
            alone = [name for name in names if not any(speaks_of_action(each, name.lower()) for each in others)]
            found += [(identity, default, alone[0])] if alone else []
    return found


@lru_cache(maxsize=64)
def _is_on_sets(name: str) -> bool:
    known = action(name)
    return known is not None and ON_SETS in known.resource_types


def _is_on(document: Document, statement: Statement, resource: str) -> bool:
    """Whether a statement speaks of a resource; one with a variable in its own speaks of none here."""
    rule = Rule(AttachedPolicy(part(document, statement)), 0, statement)
    return rule.covers(_request("ses:SendEmail", resource))


def _request(name: str, resource: str, identity: str = "") -> Request:
    who = f"arn:aws:iam::{account_of(resource) or SOMEONE}:user/someone"
    mailbox = identity.rpartition("/")[2]
    sender = {FROM: mailbox if "@" in mailbox else f"someone@{mailbox}"} if identity and carries(name, FROM) else {}
    return Request(who, name, resource, context=sender)


def _hit(document: Document, tree: StatementTree, lacking: list[tuple[str, str, str]]) -> Hit:
    identity, default, name = lacking[0]
    sets = list(dict.fromkeys(each for _, each, _ in lacking))
    said = (
        f"mail from {identity.rpartition('/')[2]} takes the configuration set `{default.rpartition('/')[2]}` by default, "
        f"and no statement of this policy allows `{name}` on it"
    )
    others = len(lacking) - 1
    more = f"; so it is with {others} {'identity' if others == 1 else 'identities'} more" if others else ""
    request = _request(name, default, identity)
    denied = document.policy is not None and not allows((document.policy,), Side.IDENTITY, request)
    witnesses = (Witness(request, "denied, where such mail names no other configuration set"),) if denied else ()
    return Hit(tree.elements["Resource"].at, said + more, witnesses, _with_sets(document, tree, sets))


def _with_sets(document: Document, tree: StatementTree, sets: list[str]) -> tuple[Fix, ...]:
    """The sets beside the identities; proved to allow besides only the same on them."""
    element, statement = tree.elements["Resource"], tree.statement
    value = value_of(document, element)
    edits = (rewritten(document, element, [*(value if isinstance(value, list) else [value]), *sets]),)
    fixed, old = patched(document, edits).policy, document.policy
    if fixed is None or old is None or statement is None:
        return ()
    meant = part(document, *old.statements, replace(statement, resources=tuple(sets)))
    proved = is_proved(document, lambda asker: asker.equivalent(fixed, meant))
    told = " and ".join(f"`{each.rpartition(':')[2]}`" for each in sets)
    proof = (
        f"what was allowed still is, and besides only the same actions under the same conditions on {told}" if proved else ""
    )
    return (Fix(f"allow it on {told} as well", edits, proof, changes_meaning=True, widens=True),)
