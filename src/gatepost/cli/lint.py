"""`gatepost lint`: what is wrong with policies, who slips through, and what to write instead."""

import sys
from collections.abc import Iterable
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Final, Literal

from cyclopts import Parameter

from gatepost.cli.exits import CANNOT_TELL, DONE, NO, USAGE, Exit
from gatepost.cli.lint_flags import LintFlags, Task, task_of, text_of

if TYPE_CHECKING:
    from gatepost.reports.comments import Comment
    from gatepost.reports.run import Linted, LintRun
    from gatepost.reports.suppressions import Suppressions
    from gatepost.sources.found import FoundPolicy, SourceError

Output = Literal["human", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit"]
NO_FLAGS: Final = LintFlags()
WITH_COMMENTS: Final = (".yaml", ".yml", ".template", ".tf", ".hcl")


def lint(
    *policies: Annotated[str, Parameter(name="POLICY", allow_leading_hyphen=True)],
    flags: LintFlags = NO_FLAGS,
    output: Annotated[Output, Parameter(name=["--output", "-o"], show_default=False)] = "human",
) -> int:
    """Find what is wrong with policies: in their form, and in what they let through.

    Example: gatepost lint policies/ --fail-on security

    Exit codes: 0 clean, 1 findings at or above --fail-on, 2 unreadable, 3 a rule could not be decided.

    Parameters
    ----------
    policies
        Files, folders, or - for standard input.
    output
        human, concise, json, jsonl, sarif, github, gitlab or junit.
    """
    from gatepost.reports.fixing import fix_policy  # noqa: PLC0415 -- the rules load when they are needed
    from gatepost.reports.run import LintRun, lint_policies, untold_errors  # noqa: PLC0415 -- the same

    _check(flags, policies)
    begun = perf_counter()
    task = task_of(flags)
    found, unreadable = _found(policies, task)
    suppressions = _suppressions(task, found, unreadable)
    linted = lint_policies(found, task.rules, task.setting, suppressions)
    if flags.fix or flags.diff:
        before = linted
        linted = tuple(fix_policy(each, task.rules, task.setting, suppressions, intent=flags.intent) for each in before)
        if flags.diff:
            return _print_diffs(before, linted, unreadable)
        _write(linted)
    unreadable += untold_errors(linted)
    notes = tuple(suppressions.notes(linted, task.rules))
    run = LintRun(linted, tuple(task.rules), tuple(unreadable), notes, round((perf_counter() - begun) * 1000))
    if flags.write_baseline is not None:
        return _write_baseline(flags.write_baseline, run)
    _tell(run, task)
    _print(run, output)
    return _code(run, failing=run.reaches(task.fail_on) and not flags.exit_zero)


def _check(flags: LintFlags, policies: tuple[str, ...]) -> None:
    if not policies:
        raise Exit(USAGE, "expected a policy: a file, a folder, or - for standard input")
    if flags.fix and flags.diff:
        raise Exit(USAGE, "expected --fix or --diff, not both")
    if flags.intent and not (flags.fix or flags.diff):
        raise Exit(USAGE, "--intent: expected with --fix or --diff")
    if flags.fix and "-" in policies:
        raise Exit(USAGE, "--fix: standard input cannot be written to; expected --diff")


def _code(run: "LintRun", *, failing: bool) -> int:
    """The gravest first: what could not be read, what was found, what could not be decided."""
    if run.is_unreadable:
        return USAGE
    if failing:
        return NO
    return CANNOT_TELL if run.undecided else DONE


# --- reading ------------------------------------------------------------------------------------------------------------


def _found(names: Iterable[str], task: Task) -> tuple[list["FoundPolicy"], list["SourceError"]]:
    """The policies of each name, and the names that cannot be read: the others are linted all the same."""
    from gatepost.sources.find import find_policies  # noqa: PLC0415 -- the same
    from gatepost.sources.found import SourceError  # noqa: PLC0415 -- the same

    found: list[FoundPolicy] = []
    unreadable: list[SourceError] = []
    for name in names:
        try:
            found += find_policies([name], task.kind)
        except SourceError as error:
            unreadable.append(error)
    return found, unreadable


def _suppressions(task: Task, found: Iterable["FoundPolicy"], unreadable: list["SourceError"]) -> "Suppressions":
    """What passes findings over; a comment that cannot be read is added to what is unreadable."""
    from gatepost.reports.comments import read_comments  # noqa: PLC0415 -- the same
    from gatepost.reports.suppressions import Suppressions  # noqa: PLC0415 -- the same
    from gatepost.sources.found import SourceError  # noqa: PLC0415 -- the same

    comments: dict[str, tuple[Comment, ...]] = {}
    for file in {each.file for each in found if not each.whole}:
        if file.endswith(WITH_COMMENTS) and Path(file).is_file():
            try:
                comments[file] = tuple(read_comments(file, text_of(file)))
            except SourceError as error:
                unreadable.append(error)
    return Suppressions(task.setting.now.date(), task.ignores, comments, task.baseline)


# --- writing ------------------------------------------------------------------------------------------------------------


def _write(linted: Iterable["Linted"]) -> None:
    for each in linted:
        if each.applied:
            try:
                Path(each.policy.file).write_bytes(each.policy.text.encode())
            except OSError as error:
                raise Exit(USAGE, f"--fix: {each.policy.file}: {error.strerror}") from None


def _print_diffs(before: Iterable["Linted"], after: Iterable["Linted"], unreadable: Iterable["SourceError"]) -> int:
    from gatepost.reports.fixing import diff  # noqa: PLC0415 -- the same
    from gatepost.reports.run import untold_errors  # noqa: PLC0415 -- the same

    changes = [diff(old.policy.file, old.policy.text, new.policy.text) for old, new in zip(before, after, strict=True)]
    sys.stdout.write("".join(changes))
    problems = [*unreadable, *untold_errors(after)]
    for problem in problems:
        print(f"gatepost: {problem}", file=sys.stderr)
    if problems:
        return USAGE
    return NO if any(changes) else DONE


def _write_baseline(file: Path, run: "LintRun") -> int:
    from gatepost.reports.baseline import write_baseline  # noqa: PLC0415 -- the same

    results = list(run.results)
    try:
        file.write_text(write_baseline(str(file), results), "utf-8")
    except OSError as error:
        raise Exit(USAGE, f"--write-baseline {file}: {error.strerror}") from None
    print(f"gatepost: {len(results)} {'finding' if len(results) == 1 else 'findings'} written to {file}", file=sys.stderr)
    return _code(run, failing=False)


def _tell(run: "LintRun", task: Task) -> None:
    """What is beside the answer."""
    from gatepost.cli.lint_text import undecided_notes  # noqa: PLC0415 -- the same

    left_out = task.left_out
    lacking = [f"{len(left_out)} rules need a solver and were left out: pip install 'gatepost[prove]'"] if left_out else []
    for note in (*run.unreadable, *lacking, *run.notes, *undecided_notes(run)):
        print(f"gatepost: {note}", file=sys.stderr)


def _print(run: "LintRun", output: Output) -> None:
    if output == "human":
        from gatepost.cli.lint_text import run_lines  # noqa: PLC0415 -- the same
        from gatepost.cli.paint import paint_for  # noqa: PLC0415 -- the same

        print("\n".join(run_lines(run, paint_for(sys.stdout))))
        return
    from gatepost.reports.renderings import rendered  # noqa: PLC0415 -- the same

    text = rendered(run, output)
    if text:
        print(text)
