"""`gatepost rule`: what a rule of the linter finds, why it matters, and examples."""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from gatepost.cli.exits import DONE, USAGE, Exit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatepost.lint.rule import Rule


def rule(
    code: str | None = None,
    /,
    *,
    everything: Annotated[bool, Parameter(name="--all", show_default=False)] = False,
    output: Annotated[Literal["human", "json"], Parameter(name=["--output", "-o"], show_default=False)] = "human",
) -> int:
    """Tell what a rule of `gatepost lint` finds, why it matters, and what is found in an example.

    Example: gatepost rule MISSING_VERSION

    Parameters
    ----------
    code
        The rule's code, as a finding names it.
    everything
        Every rule, a line each.
    output
        For people, or as JSON.
    """
    from gatepost.lint.rule import RULES  # noqa: PLC0415 -- the rules load when they are needed
    from gatepost.lint.rules import ALL  # noqa: PLC0415 -- the same

    if (code is None) is not everything:
        raise Exit(USAGE, "expected the code of a rule, or --all")
    if code is not None and code.upper() not in RULES:
        from gatepost.policy.errors import did_you_mean  # noqa: PLC0415 -- the same

        raise Exit(USAGE, f"`{code}`: no such rule{did_you_mean(code, tuple(RULES)) or '; see gatepost rule --all'}")
    chosen = ALL if code is None else (RULES[code.upper()],)
    if output == "json":
        records = [_record(each) for each in chosen]
        print(json.dumps(records if everything else records[0], indent=2, ensure_ascii=False))
    elif everything:
        width = max(len(each.code) for each in chosen)
        for each in chosen:
            print(f"{each.code:{width}}  {each.severity.words:16}  {each.title}")
    else:
        from gatepost.cli.paint import paint_for  # noqa: PLC0415 -- the same
        from gatepost.cli.rule_text import rule_lines  # noqa: PLC0415 -- the same

        print("\n".join(rule_lines(chosen[0], paint_for(sys.stdout))))
    return DONE


def _record(of: "Rule") -> "Mapping[str, object]":
    return {
        "code": of.code,
        "severity": of.severity.value,
        "title": of.title,
        "why": of.why,
        "type": of.kind.value,
        "bad": of.bad,
        "good": of.good,
        "solved": of.solved,
        "of_aws": of.of_aws,
        "only_in_aws_mode": of.only_in_aws_mode,
    }
