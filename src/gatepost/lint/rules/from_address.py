"""Rules on who is named as the sender: `ses:FromAddress`, `ses:FromDisplayName`, and addresses compared by case.

Source: SES Developer Guide, "Sending authorization policies" (the address keys are compared with regard to case); service authorization
reference of SES (which actions carry them).
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from gatepost.lint.document import ConditionTree, Document, Element, StatementTree
from gatepost.lint.edits import written
from gatepost.lint.examples import allow, deny, policy, when
from gatepost.lint.finding import Fix, Severity
from gatepost.lint.patch import patched, rewritten, value_of, with_operator
from gatepost.lint.reach import (
    anybody,
    claim,
    denies_of,
    everything,
    grants,
    in_force,
    part,
    shown,
    somebody,
    undenied,
)
from gatepost.lint.rule import Hit, rule
from gatepost.lint.sending import (
    ADDRESSES,
    DISPLAY_NAME,
    FROM,
    WHOLE_FAMILY,
    carries,
    conditions_on,
    is_negated,
    lets_through,
    senders,
    sends_of,
)
from gatepost.lint.setting import Setting
from gatepost.policy.catalogue import spelled
from gatepost.policy.match import covers_action
from gatepost.policy.model import Condition, Effect, Operator, Place, Statement
from gatepost.policy.pattern import glob, wild
from gatepost.policy.values import arn_parts
from gatepost.reasoning.choices import carriers, spoken_of
from gatepost.reasoning.undecidable import Undecidable

NOWHERE: Final = Place(1, 1)
NEWS: Final = when("StringLike", "ses:FromAddress", "news@example.com")
BOTH: Final = ["ses:SendEmail", "ses:SendRawEmail"]


def with_conditions(statement: Statement, *conditions: Condition) -> Statement:
    """A statement that says more."""
    return replace(statement, conditions=(*statement.conditions, *conditions))


def compared(operator: str, key: str, *values: str, qualifier: str | None = None) -> Condition:
    """A condition of a question."""
    return Condition(Operator(operator, qualifier), key, values, NOWHERE)


# --- left open ----------------------------------------------------------------------------------------------------------


@rule(
    "SES_FROM_UNRESTRICTED",
    Severity.SECURITY_WARNING,
    bad=policy(allow(Action=BOTH)),
    good=policy(allow(Action=BOTH, Condition=NEWS)),
    solved=True,
)
def from_unrestricted(document: Document, _setting: Setting) -> Iterator[Hit]:
    """Whoever may send as a domain, and is not bound to an address, may send as any mailbox of it.

    A domain's identity speaks for all its addresses: a program that is to send newsletters may write as the chief executive, too. Bind it
    with a condition on `ses:FromAddress`, such as `"StringLike": {"ses:FromAddress": "news@example.com"}`, or name the identity of one
    address as the resource. An administrator's `"Action": "*"` is not told.
    """
    for tree, statement in senders(document):
        if not any(carries(name, FROM) for name in sends_of(statement)):
            continue
        if any(not _says_nothing(condition) for _, condition in conditions_on(tree, FROM)):
            continue
        domain = _domain(statement)
        if domain is None:
            continue
        chief = with_conditions(statement, compared("StringEquals", "ses:FromAddress", f"ceo@{domain}"))
        request = somebody(document).overlap(part(document, statement, *denies_of(document)), part(document, chief))
        if request is None:
            continue
        where = tree.elements.get("Condition", tree.elements["Resource"] if "Resource" in tree.elements else tree.element)
        yield Hit(
            where.key or where.at,
            f"{tree.name} does not bind the From address: any mailbox of {_of(statement, domain)} may be named as the sender",
            shown(request, "allowed, whoever is named as the sender"),
            notes=(f'bind it: "StringLike": {{"ses:FromAddress": "news@{domain}"}}',),
        )


def _says_nothing(condition: Condition) -> bool:
    return condition.operator.base == "StringLike" and any(value.strip("*") == "" for value in condition.values)


def _domain(statement: Statement) -> str | None:
    """A domain as which a statement lets one send; None where all its identities are addresses."""
    for resource in statement.resources or ("*",):
        if resource == "*":
            return "example.com"
        parts = arn_parts(resource)
        if parts is None or not glob(wild(parts[2]), "ses"):
            continue
        kind, _, name = parts[5].partition("/")
        if "@" not in name and glob(wild(kind), "identity"):
            return "example.com" if not name or "*" in name or "?" in name or "$" in name else name
    return None


def _of(statement: Statement, domain: str) -> str:
    literal = any(resource.endswith(f"/{domain}") for resource in statement.resources or ())
    return domain if literal else "every domain that it may send from"


# --- loose patterns -----------------------------------------------------------------------------------------------------


def _loose(document: Document, *, at_sign: bool) -> Iterator[tuple[StatementTree, Statement, Condition, Element, str]]:
    """The patterns of addresses that let something through, with an `@` written in them or without, but not `*` alone."""
    if document.policy is None:
        return
    for tree in document.statements:
        for pair, condition in conditions_on(tree, FROM):
            statement = tree.statement
            if (
                statement is None
                or not condition.operator.base.startswith("StringLike")
                and (condition.operator.base != "StringNotLike")
            ):
                continue
            if not lets_through(statement, condition):
                continue
            for entry, value in zip(pair.element.entries(), condition.values, strict=True):
                if value.strip("*") and ("@" in value) is at_sign:
                    yield tree, statement, condition, entry, value


@rule(
    "SES_FROM_LOOSE_WILDCARD",
    Severity.SECURITY_WARNING,
    bad=policy(allow(Action=BOTH, Condition=when("StringLike", "ses:FromAddress", "marketing*example.com"))),
    good=policy(allow(Action=BOTH, Condition=when("StringLike", "ses:FromAddress", "marketing*@example.com"))),
    solved=True,
)
def from_loose_wildcard(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A wildcard that runs over the `@` lets other domains through.

    `*example.com` matches `x@evilexample.com`, and `marketing*example.com` matches `marketing@evilexample.com`, for a star is any run of
    characters, the `@` among them. Write the `@`: `*@example.com`, `marketing*@example.com`.
    """
    for tree, statement, condition, entry, value in _loose(document, at_sign=False):
        head, star, tail = value.rpartition("*")
        if not star or not tail:
            continue
        domain = tail.lstrip(".")
        mend = f"{head}*@{domain}"
        other = f"{head.strip('*') or 'x'}@evil{domain}" if tail == domain else f"x@evil.{domain}"
        yield from _slipping(document, tree, statement, condition, entry, value, (other, domain, mend))


@rule(
    "SES_FROM_OTHER_DOMAIN",
    Severity.SECURITY_WARNING,
    bad=policy(allow(Action=BOTH, Condition=when("StringLike", "ses:FromAddress", "billing@*"))),
    good=policy(allow(Action=BOTH, Condition=when("StringLike", "ses:FromAddress", "billing@*.example.com"))),
    solved=True,
)
def from_other_domain(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A wildcard at the domain's own name lets other domains through.

    `billing@*` is that mailbox of every domain from which the account may send, and `x@*example.com` is of `evilexample.com` too. Write the
    domain out; for its subdomains put a dot behind the star: `*@*.example.com`. It is not told where the statement names its identities
    without wildcards, for then these bind the domain.
    """
    for tree, statement, condition, entry, value in _loose(document, at_sign=True):
        domain = value.rpartition("@")[2]
        if _names_identities(statement) or not ("*" in domain or "?" in domain) or domain.startswith("*."):
            continue
        tail = domain.rpartition("*")[2]
        mailbox = value.rpartition("@")[0].replace("*", "x").replace("?", "x")
        other = f"{mailbox}@{domain.replace('*', 'evil' if tail else 'evil.example').replace('?', 'x')}"
        mend = f"{value.rpartition('@')[0]}@{tail}" if domain.count("*") == 1 and tail and "?" not in tail else ""
        yield from _slipping(document, tree, statement, condition, entry, value, (other, tail, mend))


def _names_identities(statement: Statement) -> bool:
    return all("*" not in each and "?" not in each and "$" not in each for each in statement.resources or ("*",))


def _slipping(
    document: Document,
    tree: StatementTree,
    statement: Statement,
    condition: Condition,
    entry: Element,
    value: str,
    told: tuple[str, str, str],
) -> Iterator[Hit]:
    """The hit, where a message from such an address is allowed. `told`: the address, the domain that is meant, what to write."""
    other, domain, mend = told
    asked = replace(compared("StringEquals", condition.key, other), place=NOWHERE)
    request = somebody(document).overlap(in_force(document), part(document, _concerned(statement, condition, asked)))
    if request is None:
        return
    yield Hit(
        entry.at,
        f"`{value}` also matches `{other}`" + (f"; expected `{mend}`" if mend else ""),
        shown(request, f"allowed, though `{other}` is no address of {domain or 'yours'}"),
        _tightened(document, tree, entry, mend, domain) if mend else (),
    )


def _concerned(statement: Statement, condition: Condition, instead: Condition) -> Statement:
    """What a statement speaks of, with another condition in the place of one."""
    others = tuple(each for each in statement.conditions if each is not condition)
    return replace(claim(statement), conditions=(*others, instead))


def _tightened(document: Document, tree: StatementTree, entry: Element, mend: str, domain: str) -> tuple[Fix, ...]:
    """The pattern with its `@`, proved to match nothing new, and nothing of another domain."""
    edits = (written(entry.at, mend),)
    fixed = patched(document, edits)
    if fixed.policy is None or tree.statement is None:
        return ()
    one = replace(_bare(tree.statement), conditions=(compared("StringLike", "ses:FromAddress", mend),))
    inside = replace(one, conditions=(compared("StringLike", "ses:FromAddress", f"*@{domain}"),))
    try:
        narrower = anybody(document).narrower(in_force(fixed), in_force(document))
        bound = anybody(document).narrower(part(document, one), part(document, inside))
    except Undecidable:
        narrower = bound = False
    proof = f"nothing is allowed that was not, and `{mend}` matches no address of another domain than {domain}"
    return (Fix(f"write `{mend}`", edits, proof if narrower and bound else "", changes_meaning=True),)


def _bare(statement: Statement) -> Statement:
    return replace(claim(statement), actions=("ses:SendEmail",), not_actions=None, resources=("*",), not_resources=None)


# --- the name beside the address ----------------------------------------------------------------------------------------


@rule(
    "SES_FROM_DISPLAYNAME_FREE",
    Severity.SUGGESTION,
    bad=policy(allow(Action=BOTH, Condition=NEWS)),
    good=policy(
        allow(Action=BOTH, Condition={"StringLike": {"ses:FromAddress": "news@example.com", "ses:FromDisplayName": "Our News"}})
    ),
    solved=True,
)
def from_displayname_free(document: Document, _setting: Setting) -> Iterator[Hit]:
    """The address is bound, and the name beside it is not.

    Mail programs show the name and hide the address: `Your Chief Executive <news@example.com>` passes. Where that matters, bind
    `ses:FromDisplayName` as well. A suggestion: most senders are trusted with their name.
    """
    for tree, statement in senders(document):
        bound = [pair for pair, condition in conditions_on(tree, FROM) if not _says_nothing(condition)]
        if not bound or any(conditions_on(tree, DISPLAY_NAME)):
            continue
        chief = with_conditions(statement, compared("StringEquals", "ses:FromDisplayName", "Chief Executive Officer"))
        request = somebody(document).overlap(part(document, statement, *denies_of(document)), part(document, chief))
        if request is not None:
            said = f"{tree.name} binds the address, not the name that people see beside it (`ses:FromDisplayName`)"
            yield Hit(bound[0].key_at, said, shown(request, "allowed, whatever name stands beside the address"))


# --- keys that an action does not carry ---------------------------------------------------------------------------------


@rule(
    "SES_KEY_NOT_SET_BY_ACTION",
    Severity.SECURITY_WARNING,
    bad=policy(
        allow(Action="ses:Send*", Condition=NEWS),
        allow(Action="ses:SendBulkEmail"),
        deny(Action="ses:Send*", Condition=when("StringLike", "ses:FromAddress", "ceo@*")),
    ),
    good=policy(
        allow(Action=BOTH, Condition=NEWS),
        deny(Action=BOTH, Condition=when("StringLike", "ses:FromAddress", "ceo@*")),
    ),
    solved=True,
)
def key_not_set_by_action(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`ses:SendBulkEmail` says neither who is named as the sender nor who receives.

    Its requests carry no `ses:FromAddress` and no `ses:Recipients`, as the service authorization reference has it, `ses:SendBounce` no
    recipients. So a Deny with such a condition does not stop them, and an Allow with one does not allow them, unless the operator is a
    negated one: then it lets them all through. Deny these actions without the condition, or leave them out of the Allow. (That a
    reference lists no such key is the source of this rule; it has not been tried against AWS.)
    """
    if document.policy is None:
        return
    for tree in document.statements:
        statement = tree.statement
        for pair, condition in () if statement is None else conditions_on(tree, *ADDRESSES):
            key = condition.key.lower()
            without = [name for name in sends_of(statement) if not carries(name, key)]
            within = [name for name in sends_of(statement) if carries(name, key)]
            if without and condition.operator.qualifier != "ForAllValues":
                yield from _not_set(document, tree, statement, pair, condition, (without, within))


def _not_set(
    document: Document,
    tree: StatementTree,
    statement: Statement,
    pair: ConditionTree,
    condition: Condition,
    sends: tuple[list[str], list[str]],
) -> Iterator[Hit]:
    without, within = sends
    key = spelled(condition.key.lower())
    some = replace(claim(statement), actions=tuple(without), not_actions=None)
    passes = is_negated(condition) or condition.operator.if_exists
    if statement.effect is Effect.ALLOW and not passes:
        named = [
            name
            for name in without
            if any(covers_action(each, name.lower()) and not _many(each) for each in statement.actions or ())
        ]
        if named and (not within or grants(document)):
            said = f"{_list(named)} never carries {key}, so this condition never holds of it and {tree.name} does not allow it"
            yield Hit(pair.key_at, said, severity=Severity.WARNING)
        return
    if passes and statement.effect is Effect.DENY:
        return
    others = tuple(each for each in statement.conditions if each is not condition)
    request = somebody(document).overlap(in_force(document), part(document, replace(some, conditions=others)))
    if request is None:
        return
    if statement.effect is Effect.ALLOW:
        said = (
            f"{_list(without)} never carries {key}, so this condition holds of it always and {tree.name} allows it to anybody"
        )
    else:
        said = f"{_list(without)} never carries {key}, so this Deny cannot stop it"
    yield Hit(pair.key_at, said, shown(request, f"allowed: the request carries no {key}"))


def _many(entry: str) -> bool:
    return "*" in entry or "?" in entry


def _list(names: list[str]) -> str:
    return " and ".join(f"`{name}`" for name in names) if len(names) < 3 else f"`{names[0]}` and {len(names) - 1} more"


# --- case ---------------------------------------------------------------------------------------------------------------


@rule(
    "SES_CASE_SENSITIVE_ADDRESS",
    Severity.WARNING,
    bad=policy(allow(Action=BOTH, Condition=when("StringEquals", "ses:FromAddress", "Marketing@Example.com"))),
    good=policy(allow(Action=BOTH, Condition=when("StringEquals", "ses:FromAddress", "marketing@example.com"))),
    solved=True,
)
def case_sensitive_address(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`StringEquals` and `StringLike` tell `CEO@example.com` from `ceo@example.com`; mail does not.

    A Deny of an address is passed by writing it with another case, and an Allow with capitals misses the same address in small letters.
    Write `StringEqualsIgnoreCase` where the whole address is named. Patterns have no such form: turn the rule round, and allow by
    `StringLike` only those addresses that may be named, for what an Allow does not match is not allowed.
    """
    if document.policy is None:
        return
    for tree in document.statements:
        for pair, condition in conditions_on(tree, *ADDRESSES):
            if tree.statement is None or condition.operator.base.endswith("IgnoreCase") or not sends_of(tree.statement):
                continue
            if lets_through(tree.statement, condition):
                yield from _capitals(document, tree, pair, condition)
            else:
                yield from _bypassed(document, tree, tree.statement, pair, condition)


def _capitals(document: Document, tree: StatementTree, pair: ConditionTree, condition: Condition) -> Iterator[Hit]:
    for entry, value in zip(pair.element.entries(), condition.values, strict=True):
        plain = value.lower()
        if value != plain and "${" not in value:
            yield Hit(
                entry.at,
                f"`{value}` does not match `{plain}`: case counts here",
                fixes=_ignoring_case(document, tree, pair, condition),
            )


def _bypassed(
    document: Document, tree: StatementTree, statement: Statement, pair: ConditionTree, condition: Condition
) -> Iterator[Hit]:
    for entry, value in zip(pair.element.entries(), condition.values, strict=True):
        example = value.replace("*", "x").replace("?", "x") if value.strip("*?@") else ""
        other = _other_case(value, example)
        if not other or "${" in value:
            continue
        qualifier = "ForAnyValue" if condition.operator.qualifier else None
        same = compared("StringEquals", condition.key, other, qualifier=qualifier)
        request = somebody(document).overlap(in_force(document), part(document, _concerned(statement, condition, same)))
        if request is not None:
            yield Hit(
                entry.at,
                f"`{value}` does not match `{other}`: whoever changes the case gets by",
                shown(request, f"allowed, though `{example}` is not"),
                _ignoring_case(document, tree, pair, condition),
                severity=Severity.SECURITY_WARNING,
            )
            return


def _other_case(value: str, example: str) -> str:
    """The address with a letter of the pattern's own in another case."""
    letters = [at for at, letter in enumerate(value) if letter.isalpha()]
    if not letters or not example:
        return ""
    mailbox = value.partition("@")[0]
    chosen = [at for at in letters if at < len(mailbox)] or letters
    return "".join(letter.swapcase() if at in chosen else letter for at, letter in enumerate(example))


def _ignoring_case(document: Document, tree: StatementTree, pair: ConditionTree, condition: Condition) -> tuple[Fix, ...]:
    """The operator that ignores case, where the values have no wildcards."""
    base, statement = condition.operator.base, tree.statement
    if statement is None or (base.endswith("Like") and any("*" in value or "?" in value for value in condition.values)):
        return ()
    new = replace(condition.operator, base=f"String{'Not' if is_negated(condition) else ''}EqualsIgnoreCase")
    edits = with_operator(document, tree, pair, str(new))
    fixed = patched(document, edits).policy
    if fixed is None:
        return ()
    # Without regard to case more addresses are equal: a positive condition holds of more, a negated one of fewer.
    one, other = part(document, claim(statement)), part(document, claim(fixed.statements[tree.number]))
    pairs = (one, other) if is_negated(condition) else (other, one)
    try:
        proved = anybody(document).allows_more(pairs[0], pairs[1]) is None
    except Undecidable:
        proved = False
    proof = "the statement speaks of the same addresses in every case, and of no others" if proved else ""
    return (Fix(f"write `{new}`", edits, proof, changes_meaning=True),)


# --- calls without the key ----------------------------------------------------------------------------------------------


@rule(
    "SES_NEGATED_MISSING",
    Severity.WARNING,
    bad=policy(
        allow(Action="ses:*"), deny(Action="ses:*", Condition=when("StringNotLike", "ses:FromAddress", "*@example.com"))
    ),
    good=policy(
        allow(Action="ses:*"), deny(Action="ses:Send*", Condition=when("StringNotLike", "ses:FromAddress", "*@example.com"))
    ),
    solved=True,
)
def negated_missing(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A negated condition holds of every call that does not carry its key.

    "Deny `ses:*` unless From is ours" denies `ses:GetSendQuota` and `ses:ListIdentities` too: they have no From, and what is absent is
    not like anything. Let the Deny speak of `ses:Send*` alone.
    """
    if document.policy is None:
        return
    for tree in document.statements:
        statement = tree.statement
        if statement is None or statement.effect is not Effect.DENY:
            continue
        for pair, condition in conditions_on(tree, *ADDRESSES, DISPLAY_NAME):
            mask = carriers(condition.key.lower()) or 0
            wide = [
                each
                for each in statement.actions or ()
                if each == "*" or (each.lower().startswith("ses:") and _goes_beyond(each))
            ]
            if condition.operator.qualifier or not is_negated(condition) or not spoken_of(statement) & ~mask or not wide:
                continue
            calls = replace(claim(statement), actions=("ses:Get*", "ses:List*"), not_actions=None)
            allows = undenied(document) if not _has_allow(document) else part(document, *_allows(document))
            request = somebody(document).overlap(allows, part(document, calls))
            if request is not None:
                yield Hit(
                    pair.key_at,
                    f"calls without {spelled(condition.key.lower())} are denied as well, such as `{request.action}`",
                    shown(request, f"denied: it carries no {spelled(condition.key.lower())}"),
                    _sends_alone(document, tree, wide),
                )


def _goes_beyond(entry: str) -> bool:
    return _many(entry) and not entry.lower().startswith("ses:send")


def _has_allow(document: Document) -> bool:
    return bool(_allows(document))


def _allows(document: Document) -> tuple[Statement, ...]:
    return tuple(each for each in (document.policy.statements if document.policy else ()) if each.effect is Effect.ALLOW)


def _sends_alone(document: Document, tree: StatementTree, wide: list[str]) -> tuple[Fix, ...]:
    element = tree.elements["Action"]
    entries = value_of(document, element)
    listed = entries if isinstance(entries, list) else [entries]
    kept = list(dict.fromkeys(WHOLE_FAMILY if each in wide else each for each in listed))
    edits = (rewritten(document, element, kept if len(kept) > 1 else kept[0]),)
    fixed = patched(document, edits).policy
    if fixed is None or tree.statement is None:
        return ()
    new = fixed.statements[tree.number]
    sends = replace(everything(document), actions=(WHOLE_FAMILY,))
    try:
        same = anybody(document).equivalent(part(document, sends, tree.statement), part(document, sends, new))
    except Undecidable:
        same = False
    proof = "of what sends mail it denies the same as before, and of other calls nothing" if same else ""
    return (Fix("let the Deny speak of `ses:Send*` alone", edits, proof, changes_meaning=True),)
