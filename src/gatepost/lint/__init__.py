"""Findings about policies, one module a family of rules.

The room is the function too. `from gatepost import lint` gives this package, as Python has it, and it can be called:

    >>> from datetime import UTC, datetime
    >>> from gatepost import lint
    >>> report = lint('{"Statement": []}', now=datetime(2026, 11, 25, tzinfo=UTC))
    >>> "MISSING_VERSION" in [finding.code for finding in report.findings]
    True
"""

import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from gatepost.lint.linter import Report
    from gatepost.policy.read import PolicyKind


def lint(
    document: str | bytes,
    kind: "PolicyKind | None" = None,
    *,
    now: "datetime",
    account: str | None = None,
    region: str | None = None,
    identities: "Collection[str] | None" = None,
    aws_mode: bool = False,
) -> "Report":
    """What every rule finds in a policy, in the order of the places, and the rules that could not be decided, with the reason.

    `kind` is what the policy is for (None: what it looks like), `now` the time that its dates are judged by. For the rest see
    `Setting`: what is None is not known. A document that is no policy has findings as any other; nothing is raised.
    """
    from gatepost.lint.document import Document  # noqa: PLC0415 -- `gatepost --help` does not wait for the rules
    from gatepost.lint.linter import lint_document  # noqa: PLC0415 -- the same
    from gatepost.lint.setting import Setting  # noqa: PLC0415 -- the same
    from gatepost.policy.read import PolicyKind  # noqa: PLC0415 -- the same

    return lint_document(Document(document, kind or PolicyKind.ANY), Setting(now, account, region, identities, aws_mode))


class _Room(ModuleType):
    __call__ = staticmethod(lint)


sys.modules[__name__].__class__ = _Room
