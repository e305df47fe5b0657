"""The command line: one module a command group, loaded when it is called.

Exit codes: 0 yes or done, 1 no or findings, 2 usage or unreadable input, 3 cannot tell, 4 endpoint or credentials.
"""

import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from gatepost.cli.exits import USAGE, Exit


def _version() -> str:
    from importlib.metadata import version  # noqa: PLC0415 -- a quarter of the time of --help

    return version("gatepost")


app = App(
    name="gatepost",
    help="A self-hosted mail service that speaks Amazon SES: IAM and SES policies decide every call and every message.",
    help_epilogue='Start: gatepost serve, then in another terminal: eval "$(gatepost env)"',
    help_format="plaintext",
    help_formatter="plain",  # rich would double the time of every --help
    version=_version,
    version_flags=["--version"],
)
app.command("gatepost.cli.serve:serve", name="serve", help="Run the server.")
app.command("gatepost.cli.env:env", name="env", help="Print what AWS clients need to reach it.")
app.command("gatepost.cli.init:init", name="init", help="Make a data folder with an administrator.")
app.command("gatepost.cli.account:app", name="account", help="Create and list accounts.")
app.command("gatepost.cli.mail:app", name="mail", help="List and show accepted mail.")
app.command("gatepost.cli.simulate:simulate", name="simulate", help="Decide cases from a file.")
app.command("gatepost.cli.completion:completion", name="completion", help="Print a shell's completion script.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    try:
        result = app(sys.argv[1:] if arguments is None else list(arguments), exit_on_error=False, result_action="return_value")
    except CycloptsError:
        return USAGE  # cyclopts has told what and where
    except Exit as ended:
        if ended.message:
            print(f"gatepost: {ended.message}", file=sys.stderr)
        return ended.code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 141
    return result if isinstance(result, int) else 0
