"""`gatepost lint --watch`: the files linted again whenever one of them changes, or what is said beside them."""

import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from time import sleep
from typing import Final

from gatepost.cli.exits import DONE, USAGE, Exit
from gatepost.cli.lint_flags import LintFlags, files_beside
from gatepost.cli.terminal import plain_stream
from gatepost.cli.watching import Stamps, stamps, watch
from gatepost.sources.find import REVISIONS

CLEAR: Final = "\x1b[2J\x1b[H"  # what was scrolled away before stays there
OUTPUTS: Final = ("human", "concise")


def watch_lint(
    policies: tuple[str, ...],
    flags: LintFlags,
    output: str,
    lint_once: Callable[[], Iterable[str]],
    wait: Callable[[float], object] | None = None,
) -> int:
    """Lint until Ctrl-C. `lint_once` gives the files that it has written. Exit for what cannot be watched, or cannot be at the start.

    What comes to be wrong later, such as a file that cannot be read, is told and waited for.
    """
    _check(policies, flags, output)

    def look() -> Stamps:
        return stamps((*policies, *files_beside(flags)))

    def act(told: str) -> Iterable[str]:
        _head(told or f"watching {', '.join(policies)}: Ctrl-C ends")
        try:
            return lint_once()
        except Exit as error:
            if not told:
                raise
            print(f"gatepost: {error.message}", file=sys.stderr)
            return ()
        finally:
            sys.stdout.flush()

    try:
        watch(look, act, wait or sleep)
    except KeyboardInterrupt:
        return DONE


def _check(policies: tuple[str, ...], flags: LintFlags, output: str) -> None:
    for name in policies:
        if name == "-" or name.startswith(REVISIONS) or not Path(name).exists():
            raise Exit(USAGE, f"--watch: `{name}`: expected a file or a folder that is there")
    if flags.write_baseline is not None:
        raise Exit(USAGE, "--watch: expected no --write-baseline, which would pass over each new finding as it comes")
    if output not in OUTPUTS:
        raise Exit(USAGE, f"--watch: `{output}` is one document; expected -o {' or '.join(OUTPUTS)}")


def _head(says: str) -> None:
    """The line before a run, on a screen of its own where there is a screen."""
    if sys.stdout.isatty():
        plain_stream(sys.stdout).write(CLEAR)
        sys.stdout.flush()
    print(f"[{datetime.now().astimezone():%H:%M:%S}] {says}", file=sys.stderr, flush=True)
