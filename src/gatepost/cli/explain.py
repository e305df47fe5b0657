"""`gatepost explain`: why a call was allowed or denied, or would be."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

from cyclopts import Parameter

from gatepost.cli.exits import USAGE, Exit
from gatepost.cli.question_flags import QuestionFlags

if TYPE_CHECKING:
    from gatepost.cli.answering import Answered

NO_FLAGS = QuestionFlags()
SUFFIXES: Final = (".json", ".yaml", ".yml", ".template")


def explain(
    of: Annotated[str | None, Parameter(name="ID|POLICY", allow_leading_hyphen=True)] = None,
    /,
    *,
    retry: Annotated[bool, Parameter(show_default=False)] = False,
    who: Annotated[str | None, Parameter(name="--as")] = None,
    action: str | None = None,
    resource: str | None = None,
    flags: QuestionFlags = NO_FLAGS,
    output: Annotated[Literal["human", "json"], Parameter(name=["--output", "-o"], show_default=False)] = "human",
    everything: Annotated[bool, Parameter(name="--all", show_default=False)] = False,
) -> int:
    """Explain a decision, one that was made, by the policies of then, or one that would be; or say what a policy says.

    Example: gatepost explain 1a20f98d3b5c8a4e3d1c7b20
    Example: gatepost explain --as user/alice --action ses:SendEmail --from news@example.com --to a@example.net
    Example: gatepost explain policy.json

    Exit codes: 0 allowed, or a policy told; 1 denied, 3 cannot tell.

    Parameters
    ----------
    of
        The authorization ID that a denial gives, a message's ID, or the ID of an event in the audit log; or a policy: a file,
        a folder, git:REV:PATH, or - for standard input.
    retry
        Ask the same request again, now, with the policies of today.
    who
        Who would call: user/NAME, role/NAME, role/NAME/SESSION, root, or an ARN.
    action
        What would be called, such as ses:SendEmail.
    resource
        On what: an ARN, an identity's name, configuration-set/NAME, or *. Default for a send: what covers --from
    output
        For people, or as JSON.
    everything
        Tell every statement element by element.
    """
    if (of is None) is (who is None):
        raise Exit(USAGE, "expected an ID, a policy, or --as WHO and --action ACTION")
    if of is not None:
        said = [name for name, value in (("--action", action), ("--resource", resource)) if value is not None] + flags.said()
        if _is_policy(of):
            from gatepost.cli.explain_policy import explain_policy  # noqa: PLC0415 -- the engine loads when it is needed

            said += [name for name, given in (("--retry", retry), ("--all", everything)) if given]
            if said:
                raise Exit(USAGE, f"{said[0]}: a policy is told as it stands; leave it out")
            return explain_policy(of, output)
        from gatepost.cli.recorded import explain_recorded  # noqa: PLC0415 -- the store's parts load when they are needed

        if said:
            raise Exit(USAGE, f"{said[0]}: a call that was made has its own; leave it out")
        return explain_recorded(of, flags.data, output, retry=retry, everything=everything)
    if action is None:
        raise Exit(USAGE, "--action: expected the action that is asked about, such as ses:SendEmail")
    if retry:
        raise Exit(USAGE, "--retry: expected the ID of a call that was made")
    from gatepost.cli.answering import CODES, answered, tell_notes  # noqa: PLC0415 -- the engine loads when it is needed

    found = answered(who or "", action, resource, flags, named="--resource or --from")
    tell_notes(found.notes)
    if output == "json":
        print(json.dumps(_told(found), indent=2, ensure_ascii=False))
    else:
        from gatepost.cli.decision_text import question_lines  # noqa: PLC0415 -- the same
        from gatepost.cli.paint import paint_for  # noqa: PLC0415 -- the same

        print("\n".join(question_lines(found, paint_for(sys.stdout), everything=everything)))
    return CODES[found.answer]


def _is_policy(of: str) -> bool:
    """Whether what is to be explained names a policy, and is no ID."""
    return of == "-" or of.startswith(("git:", "arn:")) or "/" in of or of.endswith(SUFFIXES) or Path(of).exists()


def _told(found: "Answered") -> dict[str, object]:
    from gatepost.cli.decision_json import WORDS, told  # noqa: PLC0415 -- the same
    from gatepost.words import names  # noqa: PLC0415 -- the same

    return {
        "decision": WORDS[found.answer],
        "principal": names.arn(found.principal),
        "decisions": [told(each) for each in found.rationales],
        "principal_ids": dict(found.ids),
        "notes": list(found.notes),
    }
