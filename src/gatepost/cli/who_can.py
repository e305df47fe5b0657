"""`gatepost who-can`: everybody who could do something, who might, and by which statement."""

import json
import sys
from typing import Annotated, Literal

from cyclopts import Parameter

from gatepost.cli.exits import USAGE, Exit
from gatepost.cli.question_flags import QuestionFlags, policies_of, supposition_of

NO_FLAGS = QuestionFlags()


def who_can(
    action: str,
    resource: str,
    /,
    *,
    flags: QuestionFlags = NO_FLAGS,
    output: Annotated[Literal["human", "json"], Parameter(name=["--output", "-o"], show_default=False)] = "human",
) -> int:
    """List who could do something: users, roles and root users of every account, and whom the resource's policies name.

    Example: gatepost who-can ses:SendEmail example.com --from ceo@example.com

    Exit codes: 0 somebody can, 1 nobody, 3 it depends for all who might.

    Parameters
    ----------
    action
        Such as ses:SendEmail.
    resource
        An ARN, an identity's name, configuration-set/NAME, or *.
    output
        For people, or as JSON.
    """
    from gatepost.access.questions import Target  # noqa: PLC0415 -- the store's parts load when they are needed
    from gatepost.access.who_can import who_can as find  # noqa: PLC0415 -- the same
    from gatepost.cli.answering import CODES, check_accounts, tell_notes  # noqa: PLC0415 -- the same
    from gatepost.cli.opened import opened_store  # noqa: PLC0415 -- the same
    from gatepost.cli.paint import paint_for  # noqa: PLC0415 -- the same
    from gatepost.cli.who_can_text import lines, told  # noqa: PLC0415 -- the same
    from gatepost.policy.question import Unasked  # noqa: PLC0415 -- the same

    supposed, given = supposition_of(flags, action), policies_of(flags)
    with opened_store(flags.data) as (settings, database), database.reader() as tx:
        check_accounts(tx, settings.data)
        target = Target(flags.region or settings.region, resource, flags.configuration_set)
        try:
            found = find(tx, settings.account, supposed, target, given)
        except Unasked as error:
            raise Exit(USAGE, f"RESOURCE: {error}") from None
    tell_notes(found.notes)
    if output == "json":
        print(json.dumps(told(found), indent=2, ensure_ascii=False))
    else:
        print("\n".join(lines(found, paint_for(sys.stdout), settings.account)))
    return CODES[found.answer]
