"""Rules on the family of actions that send mail: a Deny that forgets some.

One message may be sent by several actions: a simple one by `ses:SendEmail`, the same as raw MIME, and everything over SMTP, by
`ses:SendRawEmail`, one from a template by `ses:SendTemplatedEmail`, many by `ses:SendBulk…`. Source: SES Developer Guide.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from gatepost.lint.document import Document, Element, StatementTree
from gatepost.lint.examples import allow, deny, policy
from gatepost.lint.finding import Fix, Severity
from gatepost.lint.patch import rewritten, statement_of, value_of
from gatepost.lint.reach import claim, everything, in_force, is_proved, part, shown, somebody, undenied
from gatepost.lint.rule import Hit, rule
from gatepost.lint.sending import ADDRESSES, FAMILY, WHOLE_FAMILY, carries, names_ses, sends_of
from gatepost.lint.setting import Setting
from gatepost.policy.match import covers_action
from gatepost.policy.model import Effect, Statement
from gatepost.policy.operators import holds_when_absent
from gatepost.policy.request import Request

PLAIN: Final = "ses:SendEmail"
RAW: Final = "ses:SendRawEmail"
MAIL: Final = tuple(name for name in FAMILY if name not in ("ses:SendBounce", "ses:SendCustomVerificationEmail"))


@rule(
    "SES_DENY_GAP_RAW",
    Severity.SECURITY_WARNING,
    bad=policy(allow(Action="ses:Send*"), deny(Action="ses:SendEmail")),
    good=policy(allow(Action="ses:Send*"), deny(Action="ses:Send*")),
    solved=True,
)
def deny_gap_raw(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A Deny of `ses:SendEmail` alone leaves SMTP open.

    Mail over SMTP, and every message given as raw MIME, is `ses:SendRawEmail`. What may not be sent may then be sent that way. Deny
    `ses:Send*`.
    """
    for tree, statement in _denies(document):
        missing = _missing(statement)
        if RAW not in missing:
            continue
        request = _slips(document, statement, (RAW,))
        if request is not None:
            yield Hit(
                _denied_entry(tree).at,
                f"the same mail is still allowed as `{RAW}`, which is what SMTP uses",
                shown(request, "allowed, though the Deny means such mail"),
                _whole_family(document, tree),
            )


@rule(
    "SES_SEND_FAMILY_GAP",
    Severity.SECURITY_WARNING,
    bad=policy(allow(Action="ses:Send*"), deny(Action=["ses:SendEmail", "ses:SendRawEmail"])),
    good=policy(allow(Action=["ses:SendEmail", "ses:SendRawEmail"]), deny(Action="ses:Send*")),
    solved=True,
)
def send_family_gap(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A Deny names some ways to send, and forgets others.

    A Deny that names `ses:SendEmail` and `ses:SendRawEmail` leaves `ses:SendTemplatedEmail`, `ses:SendBulkTemplatedEmail` and
    `ses:SendBulkEmail` as they are: deny `ses:Send*`. An Allow of one action is least privilege, and is not reported.
    """
    for tree, statement in _denies(document):
        missing = _missing(statement)
        told = (
            RAW in missing and _slips(document, statement, (RAW,)) is not None
        )  # SES_DENY_GAP_RAW tells it, with the same fix
        request = _slips(document, statement, missing) if missing and not told else None
        if request is not None:
            yield Hit(
                _denied_entry(tree).at,
                f"the same mail is still allowed as `{request.action}`: of the actions that send, this Deny names {_named(statement)}",
                shown(request, "allowed, though the Deny means such mail"),
                _whole_family(document, tree),
            )


def _denies(document: Document) -> Iterator[tuple[StatementTree, Statement]]:
    """The Denies that name `ses:SendEmail`; one of `ses:SendRawEmail` alone shuts SMTP, and is meant so."""
    for tree in document.statements:
        statement = tree.statement
        if statement is not None and statement.effect is Effect.DENY and names_ses(statement) and PLAIN in sends_of(statement):
            yield tree, statement


def _missing(statement: Statement) -> tuple[str, ...]:
    """The ways to send mail that a Deny forgets; none that its own conditions could never hold of."""
    positive = [each for each in statement.conditions if not holds_when_absent(each.operator)]
    keys = [each.key.lower() for each in positive if each.key.lower() in ADDRESSES]
    covered = sends_of(statement)
    return tuple(name for name in MAIL if name not in covered and all(carries(name, key) for key in keys))


def _slips(document: Document, statement: Statement, names: tuple[str, ...]) -> Request | None:
    """A message that one of these actions sends though the Deny means it."""
    meant = replace(claim(statement), actions=names, not_actions=None)
    return somebody(document).overlap(in_force(document), part(document, meant))


def _denied_entry(tree: StatementTree) -> Element:
    """The entry that names `ses:SendEmail`."""
    entries = tree.entries("Action")
    return next(each for each in entries if covers_action(each.text or "", PLAIN.lower()))


def _named(statement: Statement) -> str:
    names = [f"`{name}`" for name in sends_of(statement)]
    return " and ".join(names) if len(names) < 3 else f"{len(names)} of {len(FAMILY)}"


def _whole_family(document: Document, tree: StatementTree) -> tuple[Fix, ...]:
    """`ses:Send*` in the place of the actions that send; proved to deny the same, and besides only what sends."""
    element = tree.elements["Action"]
    value = value_of(document, element)
    others = [each for each in (value if isinstance(value, list) else [value]) if not each.lower().startswith("ses:send")]
    edits = (rewritten(document, element, [WHOLE_FAMILY, *others] if others else WHOLE_FAMILY),)
    old, new = tree.statement, statement_of(document, edits, tree.number)
    if old is None or new is None:
        return ()
    sends = replace(everything(document), actions=(WHOLE_FAMILY,))
    rest = replace(everything(document), actions=None, not_actions=(WHOLE_FAMILY,))
    proved = is_proved(
        document,
        lambda asker: (
            asker.narrower(undenied(document, new), undenied(document, old))
            and asker.equivalent(part(document, rest, new), part(document, rest, old))
            and asker.overlap(part(document, sends, new), part(document, claim(new))) is None
        ),
    )
    proof = "all that was denied still is, and besides only what else sends such mail" if proved else ""
    return (Fix(f"deny `{WHOLE_FAMILY}`", edits, proof, changes_meaning=True),)
