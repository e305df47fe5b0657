"""The rule on identities and other resources of SES that an Allow names and that nobody has used, as a log tells.

Source: IAM User Guide, "Refine permissions in AWS using last accessed information".
"""

from collections.abc import Collection, Iterator
from dataclasses import replace

from gatepost.lint.document import Document
from gatepost.lint.examples import DOMAIN, allow, policy
from gatepost.lint.finding import Severity
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
from gatepost.lint.reach import part
from gatepost.lint.rule import Hit, rule
from gatepost.lint.rules.actions import has_wildcard
from gatepost.lint.setting import Setting
from gatepost.policy.match import AttachedPolicy, Rule
from gatepost.policy.pattern import glob, wild
from gatepost.policy.values import arn_parts
from gatepost.words.listing import listed


@rule(
    "GP_UNUSED_RESOURCE",
    Severity.SUGGESTION,
    bad=policy(allow(Resource=[DOMAIN, DOMAIN.replace("example.com", "example.net")])),
    good=policy(allow(Resource=DOMAIN)),
    solved=True,
)
def unused_resource(document: Document, setting: Setting) -> Iterator[Hit]:
    """An identity, or another resource of SES, that is allowed and that nobody has used.

    Each identity is one more name in which mail can be sent. `gatepost lint --data DIR` reads in the server's log on which resources
    requests were allowed in the last 90 days (`--unused 30d` for others). The fix leaves out the ARNs that no request was on, and
    writes out what a wildcard was used for where that is five at most; it is proved to allow nothing new, and to allow each request
    of the log that the policy allowed. A default configuration set stays, for mail will need it. Of `"Resource": "*"` nothing is told.
    """
    for found in allows_in_use(document, setting):
        entries = tuple(found.tree.entries("Resource"))
        worn = [_worn(found, each.text or "", (setting.default_sets or {}).values()) for each in entries]
        at = next((entry.at for entry, each in zip(entries, worn, strict=True) if each.is_idle), None)
        if at is None or not found.own or not kept(worn):
            continue
        edits = with_kept(document, found.tree.elements["Resource"], worn)
        fixes = without_losing_any(found, f"name only {listed(ticked(_short(each) for each in kept(worn)))}", edits)
        yield Hit(at, unused_words(worn, found.usage), fixes=fixes, notes=_notes(found))


def _worn(found: InUse, entry: str, needed: Collection[str]) -> Worn:
    """What an entry was used for, and what of it is needed: all where it is no ARN of SES, or where that is too much to be told."""
    parts = arn_parts(entry)
    if parts is None or parts[2] != "ses":
        return Worn(entry, (entry,))
    statement = replace(found.statement, resources=(entry,))
    alone = Rule(AttachedPolicy(part(found.document, statement)), 0, statement)
    used = {use.request.resource for use in found.own if alone.covers(use.request)}
    seen = sorted(used | {each for each in needed if glob(wild(entry), each)})
    is_told = has_wildcard(entry) and "${" not in entry and len(seen) <= MOST_TOLD
    return Worn(entry, tuple(seen) if is_told or not seen else (entry,))


def _short(arn: str) -> str:
    """`identity/example.com`."""
    parts = arn_parts(arn)
    return arn if parts is None else parts[5]


def _notes(found: InUse) -> tuple[str, ...]:
    names = dict.fromkeys(use.request.resource for use in found.own)
    return used_notes((_short(name), [use for use in found.own if use.request.resource == name]) for name in names)
