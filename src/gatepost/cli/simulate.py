"""`gatepost simulate`: decision cases, decided."""

import json
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from gatepost.cli.exits import DONE, NO, USAGE, Exit


def simulate(*, cases: Annotated[Path, Parameter(allow_leading_hyphen=True)]) -> int:
    """Decide cases and print a JSON line each; exit 1 where one is not decided as expected.

    Parameters
    ----------
    cases
        A file of decision cases (a JSON array, or an object a line), or - for standard input.
    """
    from gatepost.policy.cases import read_cases, run_case  # noqa: PLC0415 -- loads when it is needed
    from gatepost.policy.errors import PolicyError  # noqa: PLC0415 -- the same

    try:
        text = sys.stdin.read() if str(cases) == "-" else cases.read_text("utf-8")
        read = read_cases(text)
    except OSError as error:
        raise Exit(USAGE, f"{cases}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Exit(USAGE, f"{cases}: not UTF-8") from None
    except PolicyError as error:
        raise Exit(USAGE, f"{cases}: {error.path}: {error.problem}" if error.path else f"{cases}:{error}") from None
    differs = False
    for case in read:
        result = run_case(case)
        differs = differs or result.ok is False
        line = {
            "name": result.name,
            "decision": result.decision.value,
            "expected": None if result.expected is None else result.expected.value,
            "ok": result.ok,
        }
        print(json.dumps(line, ensure_ascii=False))
    return NO if differs else DONE
