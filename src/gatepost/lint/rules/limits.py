"""The rule on what limits an identity's policy: what it allows and a boundary, a session or a control policy never does.

Source: IAM User Guide, "Permissions boundaries", "Session policies"; Organizations User Guide, "SCP evaluation".
"""

from collections.abc import Iterator

from gatepost.lint.document import Document
from gatepost.lint.examples import allow, policy
from gatepost.lint.finding import Severity
from gatepost.lint.reach import found, part
from gatepost.lint.rule import Hit, rule
from gatepost.lint.setting import Limit, Setting
from gatepost.policy.model import Effect, Statement
from gatepost.policy.read import PolicyKind


@rule(
    "GP_LAYER_CANCELS",
    Severity.WARNING,
    bad=policy(allow(Action="iam:GetUser")),
    good=policy(allow()),
    solved=True,
)
def layer_cancels(document: Document, setting: Setting) -> Iterator[Hit]:
    """Nothing that a statement allows gets through what limits it.

    A permissions boundary, a session policy and each level of control policies must allow a call as well, whatever the policy says:
    proved that none of them all is left. The rule is asked where they are given: `--boundary`, `--session-policy`, `--scp`. In the
    examples a boundary allows SES and nothing else.
    """
    if document.policy is None or document.kind is not PolicyKind.IDENTITY or not setting.limits:
        return
    for tree in document.statements:
        statement = tree.statement
        if statement is not None and statement.effect is Effect.ALLOW and _may_allow(document, statement):
            for limit in setting.limits:
                if not _passes(document, statement, limit):
                    yield Hit(tree.at, f"nothing that {tree.name} allows gets through {limit.name}")


def _may_allow(document: Document, statement: Statement) -> bool:
    return found(document, lambda asker: asker.allows_anything(part(document, statement))) is not None


def _passes(document: Document, statement: Statement, limit: Limit) -> bool:
    return found(document, lambda asker: asker.overlap(part(document, statement), limit.policies)) is not None
