"""`gatepost diff`: two versions of a policy, by what they say and by what they mean."""

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from gatepost.cli.exits import CANNOT_TELL, DONE, NO, USAGE, Exit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gatepost.cli.diff_text import Difference
    from gatepost.compare.pairs import Named
    from gatepost.policy.read import PolicyKind
    from gatepost.sources.found import FoundPolicy


def diff(
    old: Annotated[str, Parameter(allow_leading_hyphen=True)],
    new: Annotated[str | None, Parameter(allow_leading_hyphen=True, show_default=False)] = None,
    /,
    *,
    type: Annotated[  # noqa: A002 -- the flag's name
        Literal["identity", "resource", "trust", "boundary", "session", "scp", "rcp"] | None, Parameter(show_default=False)
    ] = None,
    semantic_only: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    output: Annotated[Literal["human", "json"], Parameter(name=["--output", "-o"], show_default=False)] = "human",
) -> int:
    """Compare two versions of policies: which statements differ, who gains and who loses, each with a request that shows it.

    Example: gatepost diff git:main:policies/example.com.json policies/example.com.json

    Exit codes: 0 the same requests are allowed, 1 some gain or lose, 3 not decided.

    Parameters
    ----------
    old
        The older version: a file, a folder, git:REV:path, a template, or - for standard input.
    new
        The newer version. Default: what a Terraform plan (`terraform show -json`) makes of what was before it
    type
        What the policies are for. Default: resource policies where they name principals, else identity policies
    semantic_only
        Tell the meaning alone, not what is written otherwise.
    output
        For people, or as JSON.
    """
    from gatepost.cli.diff_text import difference_lines, differences, told  # noqa: PLC0415 -- the engine loads when it is needed
    from gatepost.cli.paint import paint_for  # noqa: PLC0415 -- the same

    found = differences(*((_before(old, type), _named(old, type)) if new is None else (_named(old, type), _named(new, type))))
    if output == "json":
        print(json.dumps([told(each) for each in found], indent=2, ensure_ascii=False))
    else:
        paint, now = paint_for(sys.stdout), datetime.now(UTC).replace(microsecond=0)
        print("\n\n".join("\n".join(difference_lines(each, paint, now, written=not semantic_only)) for each in found))
    return _code(found)


def _code(found: "list[Difference]") -> int:
    if any(each.undecided for each in found):
        return CANNOT_TELL
    return NO if any(each.comparison is None or each.comparison.gains or each.comparison.losses for each in found) else DONE


def _named(name: str, type_: str | None) -> "list[Named]":
    from gatepost.sources.find import find_policies  # noqa: PLC0415 -- the same

    return _listed(name, lambda: find_policies([name], _kind(type_)))


def _before(plan: str, type_: str | None) -> "list[Named]":
    from gatepost.sources.find import find_before  # noqa: PLC0415 -- the same

    return _listed(plan, lambda: find_before(plan, _kind(type_)))


def _kind(type_: str | None) -> "PolicyKind":
    from gatepost.policy.read import PolicyKind  # noqa: PLC0415 -- the same

    return PolicyKind.ANY if type_ is None else PolicyKind[type_.upper()]


def _listed(name: str, find: "Callable[[], Iterable[FoundPolicy]]") -> "list[Named]":
    from gatepost.compare.pairs import Named  # noqa: PLC0415 -- the same
    from gatepost.sources.found import SourceError  # noqa: PLC0415 -- the same

    try:
        return [
            Named(each.address or each.file.removeprefix(name).strip("/") or each.file, each.text, each.kind, each.name)
            for each in find()
        ]
    except SourceError as error:
        raise Exit(USAGE, str(error)) from None
