"""Rules on actions and the types of resources that they are on: a type that is missing, an ARN where an action takes none.

Source: service authorization reference of SES.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from gatepost.lint.default_sets import default_set_missing
from gatepost.lint.document import Document, StatementTree
from gatepost.lint.examples import DOMAIN, allow, policy
from gatepost.lint.finding import Fix, Severity
from gatepost.lint.patch import free_sid, in_place_of, patched, rewritten, value_of
from gatepost.lint.reach import claim, grants, is_proved, part
from gatepost.lint.rule import Hit, rule
from gatepost.lint.sending import names_ses
from gatepost.lint.setting import Setting
from gatepost.policy.catalogue import Action, action, actions
from gatepost.policy.match import covers_action
from gatepost.policy.model import Effect, Statement
from gatepost.policy.pattern import glob, wild
from gatepost.policy.read import PolicyKind
from gatepost.policy.values import arn_parts

QUOTA: Final = "ses:GetSendQuota"
SET: Final = "arn:aws:ses:us-east-1:111122223333:configuration-set/news"
WILD: Final = ("*", "?", "$")


@rule(
    "SES_RESOURCE_WRONG_TYPE",
    Severity.ERROR,
    bad=policy(allow(Resource=SET)),
    good=policy(allow(Resource=[DOMAIN, SET])),
)
def resource_wrong_type(document: Document, setting: Setting) -> Iterator[Hit]:
    """The action needs a resource of a type that no statement allows it on.

    A message is decided on its identity, and on the configuration set and the template that it names as well: each must be allowed.
    `ses:SendEmail` on a configuration set alone never sends, nor does `ses:SendTemplatedEmail` on an identity without a template.

    An identity may have a default configuration set, which is asked about as well where a message names none. Which have one, the
    server's data folder tells: `gatepost lint --data DIR`.
    """
    if not grants(document) or document.kind is PolicyKind.RESOURCE:
        return
    yield from default_set_missing(document, setting.default_sets or {})
    for tree in document.statements:
        statement = tree.statement
        if statement is None or statement.effect is not Effect.ALLOW or statement.resources is None or not names_ses(statement):
            continue
        for entry in tree.entries("Action"):
            known = action(entry.text or "")
            missing = None if known is None or known.service != "ses" else _missing_type(document, known)
            if known is not None and missing is not None:
                form = f"arn:aws:ses:REGION:ACCOUNT:{missing}/NAME"
                where = tree.elements["Resource"]
                said = f"`{entry.text}` needs a resource of the type {missing} (`{form}`), which no statement allows it on"
                yield Hit(where.at, said)


def _missing_type(document: Document, known: Action) -> str | None:
    """A type that the action needs, and that no Allow of it names."""
    statements = document.policy.statements if document.policy else ()
    allows = [each for each in statements if each.effect is Effect.ALLOW and _speaks(each, known)]
    for kind, needed in known.resource_types.items():
        if needed and not any(_names_type(each, kind) for each in allows):
            return kind
    return None


def _speaks(statement: Statement, known: Action) -> bool:
    name = f"ses:{known.name.lower()}"
    return statement.actions is None or any(covers_action(each, name) for each in statement.actions)


def _names_type(statement: Statement, kind: str) -> bool:
    """Whether some resource of a type is named, or may be."""
    for resource in statement.resources or ("*",):
        parts = arn_parts(resource)
        if parts is None:
            return True  # `*`, or what other rules tell
        named = parts[5].partition("/")[0]
        if glob(wild(parts[2]), "ses") and (any(mark in named for mark in WILD) or named == kind):
            return True
    return statement.not_resources is not None


@rule(
    "SES_ACTION_WITHOUT_RESOURCE_LEVEL",
    Severity.ERROR,
    bad=policy(allow(Action=["ses:SendEmail", "ses:SendRawEmail", QUOTA], Resource=DOMAIN)),
    good=policy(allow(Action=["ses:SendEmail", "ses:SendRawEmail"], Resource=DOMAIN), allow(Action=QUOTA)),
    solved=True,
)
def action_without_resource_level(document: Document, _setting: Setting) -> Iterator[Hit]:
    """The action is on no resource, so a statement that names one never speaks of it.

    Statistics, quotas, lists and all administration of version 1 (`ses:GetSendQuota`, `ses:ListIdentities`,
    `ses:PutIdentityPolicy`) are asked of `*`. An Allow of them on an identity's ARN allows nothing, and a Deny denies nothing.
    Give them a statement of their own, with `"Resource": "*"`.
    """
    if document.kind is PolicyKind.RESOURCE:
        return
    for tree in document.statements:
        statement = tree.statement
        if statement is None or statement.resources is None or any(_may_be_star(each) for each in statement.resources):
            continue
        idle = [entry for entry in tree.entries("Action") if _takes_no_resource(entry.text or "")]
        for entry in idle:
            does = "allows" if statement.effect is Effect.ALLOW else "denies"
            said = f'`{entry.text}` is on no resource: with an ARN {tree.name} never {does} it; expected `"Resource": "*"`'
            yield Hit(entry.at, said, fixes=_on_everything(document, tree, [each.text or "" for each in idle]))


def _may_be_star(resource: str) -> bool:
    return glob(wild(resource), "*") or "$" in resource


def _takes_no_resource(entry: str) -> bool:
    """Whether the entry covers actions of SES, and none on a resource."""
    if entry[:4].lower() != "ses:":
        return False
    covered = [each for each in actions("ses") if covers_action(entry, f"ses:{each.name.lower()}")]
    return bool(covered) and not any(each.resource_types for each in covered)


def _on_everything(document: Document, tree: StatementTree, idle: list[str]) -> tuple[Fix, ...]:
    """The actions on no resource in a statement of their own; proved to leave the others as they were."""
    statement = value_of(document, tree.element)
    listed = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
    kept = [each for each in listed if each not in idle]
    moved = {**statement, "Action": idle if len(idle) > 1 else idle[0], "Resource": "*"}
    if kept:
        if "Sid" in moved:
            moved["Sid"] = free_sid(document, f"{moved['Sid']}OnAll")
        rest = {**statement, "Action": kept if len(kept) > 1 else kept[0]}
        edits = (in_place_of(document, tree, rest, moved),)
    else:
        edits = (rewritten(document, tree.elements["Resource"], "*"),)
    fixed = patched(document, edits).policy
    if fixed is None or tree.statement is None:
        return ()
    new = fixed.statements[tree.number : tree.number + (2 if kept else 1)]
    meant = (replace(tree.statement, actions=tuple(idle), resources=("*",)), *((tree.statement,) if kept else ()))
    one, other = part(document, *map(claim, new)), part(document, *map(claim, meant))
    proved = is_proved(document, lambda asker: asker.equivalent(one, other))
    proof = "the other actions as before; these under the same conditions, on `*`" if proved else ""
    widens = tree.statement.effect is Effect.ALLOW
    return (Fix('give them a statement with `"Resource": "*"`', edits, proof, changes_meaning=True, widens=widens),)
