"""The command line: one module a command group, loaded when it is called.

Exit codes: 0 yes or done, 1 no or findings, 2 usage or unreadable input, 3 cannot tell, 4 endpoint or credentials.
"""

import sys
from collections.abc import Sequence
from typing import Final

from cyclopts import App, CycloptsError, Parameter

from gatepost.cli.exits import USAGE, Exit
from gatepost.cli.terminal import escaped_streams


def _version() -> str:
    from importlib.metadata import version  # noqa: PLC0415 -- a quarter of the time of --help

    return version("gatepost")


app = App(
    name="gatepost",
    help="A self-hosted mail service that speaks Amazon SES: IAM and SES policies decide every call and every message.",
    help_epilogue='Start: gatepost serve, then in another terminal: eval "$(gatepost env)"',
    default_parameter=Parameter(negative=()),
    help_format="plaintext",
    help_formatter="plain",  # rich would double the time of every --help
    version=_version,
    version_flags=["--version"],
)
# Loaded when called; what `gatepost --help` and each command's help begin with stands here.
COMMANDS: Final = {
    "serve": ("serve:serve", "Run the server until SIGTERM or Ctrl-C.", "gatepost serve --listen http://127.0.0.1:7370"),
    "env": ("env:env", "Print what AWS clients need to reach the server.", 'eval "$(gatepost env)"'),
    "init": ("init:init", "Make a data folder with an administrator.", "gatepost init --admin ops --print-env"),
    "account": ("account:app", "Create and list accounts.", "gatepost account create 111122223333"),
    "guardrail": (
        "guardrail:app",
        "Set claims that no change of policies may break.",
        'gatepost guardrail add no-ceo --never "ses:Send* from ceo@example.com unless role/exec"',
    ),
    "mail": ("mail:app", "List and show accepted mail.", "gatepost mail list --last 20"),
    "trail": ("trail:app", "Verify that nobody has altered the log.", "gatepost trail verify"),
    "explain": (
        "explain:explain",
        "Explain why a call was allowed or denied, or what a policy says.",
        "gatepost explain --as user/alice --action ses:SendEmail --from news@example.com",
    ),
    "can": ("can:can", "Say whether somebody may do something.", "gatepost can user/alice ses:SendEmail example.com"),
    "who-can": ("who_can:who_can", "List who could do something.", "gatepost who-can ses:SendEmail example.com"),
    "diff": (
        "diff:diff",
        "Compare two versions of policies.",
        "gatepost diff git:main:policies/example.com.json policies/example.com.json",
    ),
    "prove": (
        "prove:prove",
        "Prove something of policies for all requests.",
        'gatepost prove team.json --never "ses:Send* from ceo@example.com unless role/exec"',
    ),
    "test": ("run_tests:run_tests", "Test policies against intents in a file.", "gatepost test gatepost.intents.toml"),
    "lint": ("lint:lint", "Find what is wrong with policies.", "gatepost lint policies/ --fail-on security"),
    "rule": ("rule:rule", "Tell what a rule of lint finds, and why it matters.", "gatepost rule MISSING_VERSION"),
    "simulate": ("simulate:simulate", "Decide cases from a file.", "gatepost simulate --cases cases.json"),
    "window": (
        "window:window",
        "Write a policy that opens and closes at the right times.",
        "gatepost window --deny-outside --daily 09:00-17:00 --tz Europe/Rome",
    ),
    "doctor": ("doctor:doctor", "Check the store, its key and its files.", "gatepost doctor --full"),
    "completion": ("completion:completion", "Print a shell's completion script.", "source <(gatepost completion bash)"),
}
for _name, (_home, _summary, _example) in COMMANDS.items():
    app.command(f"gatepost.cli.{_home}", name=_name, help=f"{_summary}\n\nExample: {_example}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code. What it prints has its control characters escaped."""
    with escaped_streams():
        return _run(sys.argv[1:] if arguments is None else list(arguments))


def _run(arguments: list[str]) -> int:
    try:
        result = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        print(f"gatepost: {error}", file=sys.stderr)
        return USAGE
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
