"""`gatepost test`: the intents in a file, each asked of the policies that it names."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from gatepost.cli.exits import CANNOT_TELL, DONE, NO, USAGE, Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatepost.sources.intents import Outcome


def run_tests(
    *files: Path,
    output: Annotated[Literal["human", "json", "junit"], Parameter(name=["--output", "-o"], show_default=False)] = "human",
) -> int:
    """Test policies against intents: what they must allow, must deny, never let through.

    Example: gatepost test policies/gatepost.intents.toml

    Exit codes: 0 all hold, 1 one does not, 3 none fails but one cannot be told.

    Parameters
    ----------
    files
        Files of intents. Default: gatepost.intents.toml or intents.toml in this folder
    output
        For people, as JSON, or as JUnit's XML.
    """
    from gatepost.sources.found import SourceError  # noqa: PLC0415 -- the engine loads when it is needed
    from gatepost.sources.intents import outcomes  # noqa: PLC0415 -- the same

    try:
        found = [(str(file), each) for file in files or (_default(),) for each in outcomes(file)]
    except SourceError as error:
        raise Exit(USAGE, str(error)) from None
    print(_told(found, output))
    if any(each.proof is not None and not each.proof.holds for _, each in found):
        return NO
    return CANNOT_TELL if any(each.proof is None for _, each in found) else DONE


def _default() -> Path:
    from gatepost.sources.intents import DEFAULT_NAMES  # noqa: PLC0415 -- the same

    for name in DEFAULT_NAMES:
        if Path(name).is_file():
            return Path(name)
    raise Exit(USAGE, f"expected a file of intents: there is neither {' nor '.join(DEFAULT_NAMES)} here")


def _told(found: "Sequence[tuple[str, Outcome]]", output: str) -> str:
    from gatepost.cli import intent_output  # noqa: PLC0415 -- the same

    if output == "json":
        return json.dumps(intent_output.as_json(found), indent=2, ensure_ascii=False)
    if output == "junit":
        return intent_output.as_junit(found)
    from gatepost.cli.paint import paint_for  # noqa: PLC0415 -- the same

    return "\n".join(intent_output.lines(found, paint_for(sys.stdout)))
