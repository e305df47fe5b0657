"""A rule: a code, how grave it is, why it matters, examples, and the check.

    @rule("MISSING_VERSION", Severity.WARNING, bad={"Statement": […]}, good={"Version": "2012-10-17", "Statement": […]})
    def missing_version(document: Document, setting: Setting) -> Iterator[Hit]:
        '''A policy without `Version` is read by the rules of 2008.

        Why it matters, and what to write instead: what `gatepost rule MISSING_VERSION` prints, in Markdown.
        '''

The check yields `Hit`s, which the linter makes findings of this code and severity. The tests hold that each rule finds something in
its `bad` example (all codes are known), and nothing of its own in the `good` one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any, Final

from gatepost.lint.document import Document
from gatepost.lint.finding import At, Fix, Severity, Witness
from gatepost.lint.setting import Setting
from gatepost.policy.read import PolicyKind


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a rule has found something, and what (see `Finding`).

    `severity` is told where it differs from the rule's.
    """

    at: At
    message: str
    witnesses: tuple[Witness, ...] = ()
    fixes: tuple[Fix, ...] = ()
    picture: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    severity: Severity | None = None
    also: tuple[At, ...] = ()


Check = Callable[[Document, Setting], Iterator[Hit]]
Example = Mapping[str, Any] | str  # a document as JSON values, or its text where that is the point


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    `bad` and `good` are whole documents of `kind`. `solved`: the check asks `reasoning`, so it needs the extra `prove`. `of_aws`:
    the code is Access Analyzer's own. `only_in_aws_mode`: off unless the policy is meant for AWS itself. `supersedes`: codes that
    say less of the same; where both rules are asked, a finding of theirs at the same place is left out.
    """

    code: str
    severity: Severity
    title: str
    why: str
    bad: Example
    good: Example
    kind: PolicyKind
    check: Check
    solved: bool = False
    of_aws: bool = False
    only_in_aws_mode: bool = False
    supersedes: tuple[str, ...] = ()


RULES: Final[dict[str, Rule]] = {}


def rule(
    code: str,
    severity: Severity,
    *,
    bad: Example,
    good: Example,
    kind: PolicyKind = PolicyKind.IDENTITY,
    solved: bool = False,
    of_aws: bool = False,
    only_in_aws_mode: bool = False,
    supersedes: tuple[str, ...] = (),
) -> Callable[[Check], Rule]:
    """Declare the check below as the rule of this code. Its docstring is the rule's title and why."""

    def declare(check: Check) -> Rule:
        title, _, why = cleandoc(check.__doc__ or "").partition("\n")
        declared = Rule(
            code, severity, title, why.strip(), bad, good, kind, check, solved, of_aws, only_in_aws_mode, supersedes
        )
        if RULES.setdefault(code, declared) is not declared:
            raise TypeError(f"the rule {code} is declared twice")
        return declared

    return declare
