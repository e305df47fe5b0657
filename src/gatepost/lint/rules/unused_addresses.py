"""Rules on addresses that may send or be written to, and never did or were, as a log tells.

Source: SES Developer Guide, "Sending authorization policies".
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from gatepost.lint.document import ConditionTree, Document
from gatepost.lint.examples import DOMAIN, allow, policy, when
from gatepost.lint.finding import Fix, Severity
from gatepost.lint.in_use import (
    MOST_TOLD,
    InUse,
    Worn,
    allows_in_use,
    kept,
    ticked,
    unused_words,
    used_notes,
    with_kept,
    without_losing_any,
)
from gatepost.lint.patch import free_sid, in_place_of, value_of, with_condition
from gatepost.lint.rule import Hit, rule
from gatepost.lint.rules.actions import covered, has_wildcard
from gatepost.lint.rules.from_address import domain_of, whose
from gatepost.lint.sending import FROM, RECIPIENTS, carries, conditions_on, is_negated, names_ses, sends_of
from gatepost.lint.setting import Setting
from gatepost.lint.usage import Use
from gatepost.policy.model import Condition
from gatepost.policy.operators import compile_condition
from gatepost.policy.request import Context
from gatepost.policy.write import one_or_all
from gatepost.words.listing import listed

LIKE: Final = ("StringLike", "StringLikeIgnoreCase")
ONE: Final = when("StringEquals", "ses:FromAddress", "news@example.com")
TO_ONE: Final = when("ForAllValues:StringLike", "ses:Recipients", "*@example.org")
TO_BOTH: Final = when("ForAllValues:StringLike", "ses:Recipients", "*@example.org", "*@partner.example")


# --- senders ------------------------------------------------------------------------------------------------------------


@rule(
    "GP_UNUSED_SENDER",
    Severity.SUGGESTION,
    bad=policy(allow(Resource=DOMAIN, Condition=when("StringLike", "ses:FromAddress", "*@example.com"))),
    good=policy(allow(Resource=DOMAIN, Condition=ONE)),
    solved=True,
)
def unused_sender(document: Document, setting: Setting) -> Iterator[Hit]:
    """An address that may send, and never did.

    A sender needs few addresses, and a policy often lets it use every mailbox of a domain. `gatepost lint --data DIR` reads in the
    server's log which From addresses were used in the last 90 days (`--unused 30d` for others). Where they are five at most, the fix
    lets these alone send; it leaves out what is listed and was not used. It is proved to allow nothing new, and to allow each
    request of the log that the policy allowed. Of a statement that allowed no mail at all GP_UNUSED_ACTION tells.
    """
    for found in _sending(document, setting):
        bound = [pair for pair in conditions_on(found.tree, FROM) if not is_negated(pair[1])]
        for pair, condition in bound:
            worn = [_sender(found, condition, value) for value in condition.values]
            yield from _unused_values(found, pair, worn, "used", _notes(found))
        if not bound and not any(conditions_on(found.tree, FROM)):
            yield from _unbound(found)


def _unbound(found: InUse) -> Iterator[Hit]:
    """An Allow of a domain that says nothing of the sender, where few addresses were used."""
    sends = [use for use in found.own if carries(use.request.action, FROM)]
    domain, seen = domain_of(found.statement), _senders(sends)
    if domain is None or not seen:
        return
    where = found.tree.elements.get("Condition", found.tree.elements.get("Resource", found.tree.element))
    addresses, value = listed(ticked(seen)), one_or_all(seen)
    message = f"{found.tree.name} lets any mailbox of {whose(found.statement, domain)} send; only {addresses} did {found.usage.period}"
    fixes = _bound(found, value, addresses) if len(sends) == len(found.own) else _mail_bound(found, value, addresses)
    yield Hit(where.key or where.at, message, fixes=fixes, notes=_notes(found))


def _bound(found: InUse, value: str | list[str], addresses: str) -> tuple[Fix, ...]:
    edits = with_condition(found.document, found.tree, "StringEquals", "ses:FromAddress", value)
    return without_losing_any(found, f"bind it to {addresses}", edits) if edits else ()


def _mail_bound(found: InUse, value: str | list[str], addresses: str) -> tuple[Fix, ...]:
    """The mail in a statement of its own, bound; none where an entry is of mail and of more."""
    statement = value_of(found.document, found.tree.element)
    mail: list[str] = []
    rest: list[str] = []
    for entry in found.tree.entries("Action"):
        sends = [carries(f"{each.service}:{each.name}", FROM) for each in covered(entry.text or "") or ()]
        if any(sends) and not all(sends):
            return ()
        (mail if any(sends) else rest).append(entry.text or "")
    condition = statement.get("Condition", {})
    equals = {**condition.get("StringEquals", {}), "ses:FromAddress": value}
    bound = {**statement, "Action": one_or_all(mail), "Condition": {**condition, "StringEquals": equals}}
    others = {**statement, "Action": one_or_all(rest)}
    if "Sid" in others:
        others["Sid"] = free_sid(found.document, f"{others['Sid']}Others")
    edits = (in_place_of(found.document, found.tree, bound, others),)
    return without_losing_any(found, f"bind the mail to {addresses}, in a statement of its own", edits)


# --- recipients ---------------------------------------------------------------------------------------------------------


@rule(
    "GP_UNUSED_RECIPIENT_DOMAIN",
    Severity.SUGGESTION,
    bad=policy(allow(Resource=DOMAIN, Condition=TO_BOTH)),
    good=policy(allow(Resource=DOMAIN, Condition=TO_ONE)),
    solved=True,
)
def unused_recipient_domain(document: Document, setting: Setting) -> Iterator[Hit]:
    """Recipients who may be written to, and never were.

    Each domain to which mail may go is one more way out. `gatepost lint --data DIR` reads in the server's log to whom mail was
    allowed in the last 90 days (`--unused 30d` for others). The fix leaves out the values of `ses:Recipients` that none of these
    recipients matched; it is proved to allow nothing new, and to allow each request of the log that the policy allowed.
    """
    for found in _sending(document, setting):
        for pair, condition in conditions_on(found.tree, RECIPIENTS):
            if not is_negated(condition):
                worn = [_recipient(found, condition, value) for value in condition.values]
                yield from _unused_values(found, pair, worn, "written to")


# --- both ---------------------------------------------------------------------------------------------------------------


def _sending(document: Document, setting: Setting) -> Iterator[InUse]:
    """The Allows by which mail was sent, by those who are to send: not by an administrator's `*`."""
    for found in allows_in_use(document, setting):
        if found.own and names_ses(found.statement) and any(carries(name, FROM) for name in sends_of(found.statement)):
            yield found


def _unused_values(
    found: InUse, pair: ConditionTree, worn: Sequence[Worn], verb: str, notes: tuple[str, ...] = ()
) -> Iterator[Hit]:
    """The values of a condition that say more than was used, where some are in use."""
    at = next((entry.at for entry, each in zip(pair.entries, worn, strict=True) if each.is_idle), None)
    if at is None or not any(each.used for each in worn):
        return
    edits = with_kept(found.document, pair.element, worn)
    fixes = without_losing_any(found, f"write {listed(ticked(kept(worn)))}", edits)
    yield Hit(at, unused_words(worn, found.usage, verb), fixes=fixes, notes=notes)


def _sender(found: InUse, condition: Condition, value: str) -> Worn:
    """What was used of a value: of a wildcard the senders, where they are few."""
    uses = _matched(found, condition, value)
    if not uses:
        return Worn(value)
    is_wild = condition.operator.base in LIKE and has_wildcard(value) and "${" not in value
    return Worn(value, (_senders(uses) if is_wild else ()) or (value,))


def _recipient(found: InUse, condition: Condition, value: str) -> Worn:
    return Worn(value, (value,) if _matched(found, condition, value) else ())


def _matched(found: InUse, condition: Condition, value: str) -> list[Use]:
    """The requests of which one value of a condition holds, or holds of one of several addresses."""
    policy, key = found.document.policy, condition.key.lower()
    alone = replace(condition, values=(value,))
    test = compile_condition(alone, found.statement.effect, variables=policy is not None and policy.has_variables)
    return [use for use in found.own if any(test(context) for context in _one_by_one(use.request.context, key))]


def _one_by_one(context: Context, key: str) -> Iterator[Context]:
    """The context with each of a key's values alone; none where it has none, of which every value would hold."""
    value = context.get(key)
    if isinstance(value, str):
        yield context
    for each in value if isinstance(value, tuple) else ():
        yield {**context, key: (each,)}


def _senders(uses: Sequence[Use]) -> tuple[str, ...]:
    """The From addresses of these requests; none where they are too many to be told, or some request has none."""
    seen = {use.request.context.get(FROM) if use.one_sender else None for use in uses}
    names = sorted(each for each in seen if isinstance(each, str) and not has_wildcard(each) and "$" not in each)
    return tuple(names) if len(names) == len(seen) <= MOST_TOLD else ()


def _notes(found: InUse) -> tuple[str, ...]:
    senders = dict.fromkeys(
        str(use.request.context[FROM]) for use in found.own if use.one_sender and FROM in use.request.context
    )
    return used_notes((name, [use for use in found.own if use.request.context.get(FROM) == name]) for name in senders)
