"""`gatepost can`: yes, no, or cannot tell, for people in a hurry and for scripts."""

import sys
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from gatepost.cli.question_flags import QuestionFlags

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gatepost.cli.answering import Answered
    from gatepost.cli.paint import Paint

NO_FLAGS = QuestionFlags()


def can(
    who: str,
    action: str,
    resource: str | None = None,
    /,
    *,
    flags: QuestionFlags = NO_FLAGS,
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], show_default=False)] = False,
) -> int:
    """Say whether somebody may do something, and by which statement.

    Example: gatepost can user/alice ses:SendEmail --from news@example.com --to a@example.net

    Exit codes: 0 yes, 1 no, 3 cannot tell.

    Parameters
    ----------
    who
        user/NAME, role/NAME, role/NAME/SESSION, root, or an ARN.
    action
        Such as ses:SendEmail.
    resource
        An ARN, an identity's name, configuration-set/NAME, or *. Default for a send: what covers --from
    quiet
        Print nothing; the exit code tells.
    """
    from gatepost.cli.answering import CODES, answered, tell_notes  # noqa: PLC0415 -- the engine loads when it is needed
    from gatepost.cli.paint import paint_for  # noqa: PLC0415 -- the same

    found = answered(who, action, resource, flags, named="RESOURCE or --from")
    if not quiet:
        tell_notes(found.notes)
        print("\n".join(_lines(found, paint_for(sys.stdout))))
    return CODES[found.answer]


def _lines(found: "Answered", paint: "Paint") -> "Iterator[str]":
    from gatepost.cli.decision_text import STYLES, in_short  # noqa: PLC0415 -- the same
    from gatepost.cli.layout import folded  # noqa: PLC0415 -- the same

    word = paint(STYLES[found.answer], found.answer.value)
    deciding = [each for each in found.rationales if each.answer is found.answer]
    for number, each in enumerate(deciding):
        head = f"{found.answer.value}  " if number == 0 else " " * len(f"{found.answer.value}  ")
        first, *others = folded(in_short(each, found.principal), paint.width, head, " " * len(head))
        yield f"{word}{first[len(found.answer.value) :]}" if number == 0 else first
        yield from others
