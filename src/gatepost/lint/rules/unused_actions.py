"""The rule on actions that are allowed and never used, as a log tells.

Source: IAM User Guide, "Refine permissions in AWS using last accessed information".
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from gatepost.lint.document import Document
from gatepost.lint.edits import without_entry
from gatepost.lint.examples import DOMAIN, allow, policy
from gatepost.lint.finding import Fix, Severity
from gatepost.lint.in_use import (
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
from gatepost.lint.rule import Hit, rule
from gatepost.lint.setting import Setting
from gatepost.policy.catalogue import actions
from gatepost.policy.match import covers_action
from gatepost.words.listing import listed

SERVICES: Final = ("ses", "iam")  # whose every call is logged, by the action's own name
# Permissions without a call of their own.
NO_CALLS: Final = ("iam:passrole", "ses:allowvendedlogdeliveryforresource", "ses:replicateemailidentitydkimsigningkey")


@rule(
    "GP_UNUSED_ACTION",
    Severity.SUGGESTION,
    bad=policy(allow(Action=["ses:SendEmail", "ses:SendRawEmail"], Resource=DOMAIN)),
    good=policy(allow(Resource=DOMAIN)),
    solved=True,
)
def unused_action(document: Document, setting: Setting) -> Iterator[Hit]:
    """An action that is allowed, and that nobody has used.

    What nobody uses can be taken away without loss, and cannot be abused then. `gatepost lint --data DIR` reads in the server's log
    which requests were allowed in the last 90 days (`--unused 30d` for others). The fix allows what was used; it is proved to
    allow nothing new, and to allow each request of the log that the policy allowed.

    A log knows nothing of what is done once a year, and nothing of a policy that is not in force yet. It is not told of an
    administrator's `"Action": "*"`, nor of services other than SES and IAM. Of a policy in a file it is not known who has it, so
    what anybody of the account used counts.
    """
    for found in allows_in_use(document, setting):
        entries = tuple(found.tree.entries("Action"))
        worn = [_worn(each.text or "", found) for each in entries]
        at = next((entry.at for entry, each in zip(entries, worn, strict=True) if each.is_idle), None)
        if at is None:
            continue
        if not any(each.used for each in worn):
            yield Hit(
                at, f"nothing that {found.tree.name} allows was used {found.usage.period}", fixes=_without_statement(found)
            )
        else:
            yield Hit(at, unused_words(worn, found.usage), fixes=_only(found, worn), notes=_notes(found))


def _worn(entry: str, found: InUse) -> Worn:
    """What of an entry was used; all of it where the log cannot tell."""
    covered = _covered(entry)
    used = {use.request.action for use in found.own if use.request.action_key in covered}
    return Worn(entry, (entry,) if len(used) == len(covered) else tuple(sorted(used)))


@lru_cache(maxsize=1024)
def _covered(entry: str) -> frozenset[str]:
    """The actions (lower case) that an entry covers and that are called, of the services of which the log tells."""
    service = entry.partition(":")[0].lower()
    if service not in SERVICES:
        return frozenset()
    names = {f"{service}:{each.name.lower()}" for each in actions(service)}
    return frozenset(name for name in names.difference(NO_CALLS) if covers_action(entry, name))


def _only(found: InUse, worn: list[Worn]) -> tuple[Fix, ...]:
    edits = with_kept(found.document, found.tree.elements["Action"], worn)
    return without_losing_any(found, f"allow only {listed(ticked(kept(worn)))}", edits)


def _without_statement(found: InUse) -> tuple[Fix, ...]:
    """The policy without the statement, where it has others."""
    statements = found.document.elements["Statement"]
    if len(found.document.statements) < 2:
        return ()
    return without_losing_any(found, f"leave out {found.tree.name}", (without_entry(statements, found.tree.number),))


def _notes(found: InUse) -> tuple[str, ...]:
    names = dict.fromkeys(use.request.action for use in found.own)
    return used_notes((name, [use for use in found.own if use.request.action == name]) for name in names)
