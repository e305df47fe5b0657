"""`gatepost lint`: what is wrong with policies, who slips through, and what to write instead."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Final, Literal

from cyclopts import Parameter

from gatepost.cli.exits import CANNOT_TELL, DONE, NO, UNREACHABLE, USAGE, Exit
from gatepost.cli.lint_flags import LintFlags, Task, task_of
from gatepost.cli.options import refuse_options

if TYPE_CHECKING:
    from gatepost.lint.setting import Setting
    from gatepost.reports.comments import Comment
    from gatepost.reports.run import Linted, LintRun
    from gatepost.reports.suppressions import Suppressions
    from gatepost.sources.found import FoundPolicy, SourceError

Output = Literal["human", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit"]
NO_FLAGS: Final = LintFlags()
ACCOUNT: Final = "aws://"
FLAGS: Final = tuple("--type" if each.name == "kind" else f"--{each.name.replace('_', '-')}" for each in fields(LintFlags))


def lint(
    *policies: Annotated[str, Parameter(name="POLICY", allow_leading_hyphen=True)],
    flags: LintFlags = NO_FLAGS,
    output: Annotated[Output, Parameter(name=["--output", "-o"], show_default=False)] = "human",
) -> int:
    """Find what is wrong with policies: in their form, and in what they let through.

    Example: gatepost lint policies/ --fail-on security

    Exit codes: 0 clean, 1 findings at or above --fail-on, 2 unreadable, 3 a policy was not read or a rule not decided,
    4 an account that cannot be asked.

    Parameters
    ----------
    policies
        Files, folders, -, git:REV:PATH, aws://PROFILE, identity/NAME, or an ARN.
    output
        For people, or for programs.
    """
    refuse_options(policies, FLAGS)
    _check(flags, policies)
    if flags.watch:
        from gatepost.cli.lint_watch import watch_lint  # noqa: PLC0415 -- loads when it is needed

        return watch_lint(policies, flags, output, lambda: _lint_once(policies, flags, output).written)
    return _lint_once(policies, flags, output).code


@dataclass(frozen=True)
class Ended:
    """How a run ended, and the files that it has written."""

    code: int
    written: tuple[str, ...] = ()


def _lint_once(policies: tuple[str, ...], flags: LintFlags, output: Output) -> Ended:
    """Lint, fix where that is asked for, and tell."""
    from gatepost.reports.fixable import is_proved, is_safe  # noqa: PLC0415 -- the rules load when they are needed
    from gatepost.reports.fixing import fix_policy  # noqa: PLC0415 -- the same
    from gatepost.reports.run import LintRun, lint_policies, untold_errors  # noqa: PLC0415 -- the same

    begun = perf_counter()
    task = task_of(flags)
    gathered = _gathered(policies, task)
    gaps = (*_lacking(task), *gathered.unread)
    suppressions = _suppressions(task, gathered)
    setting, told = _known(flags, task, gathered)
    linted = lint_policies(gathered.policies, task.rules, setting, suppressions)
    written: tuple[str, ...] = ()
    if flags.fix:
        _check_files(linted)
    if flags.fix or flags.diff:
        before = linted
        permits = is_proved if flags.unsafe_fixes else is_safe
        linted = tuple(fix_policy(each, task.rules, setting, suppressions, permits) for each in before)
        if flags.diff:
            return Ended(_print_diffs(before, linted, gathered.problems, gaps))
        written = _write(before, linted)
    problems = (*gathered.problems, *untold_errors(linted))
    notes = (*told, *suppressions.notes(linted, task.rules))
    run = LintRun(linted, tuple(task.rules), problems, notes, round((perf_counter() - begun) * 1000), gaps)
    if output != "human" or flags.write_baseline is not None:
        _tell_changes(linted)
    if flags.write_baseline is not None:
        return Ended(_write_baseline(flags.write_baseline, run))
    _tell(run)
    _print(run, output)
    return Ended(_code(run, failing=run.reaches(task.fail_on) and not flags.exit_zero), written)


def _check(flags: LintFlags, policies: tuple[str, ...]) -> None:
    if not policies:
        raise Exit(USAGE, "expected a policy: a file, a folder, or - for standard input")
    if flags.fix and flags.diff:
        raise Exit(USAGE, "expected --fix or --diff, not both")
    if flags.unsafe_fixes and not (flags.fix or flags.diff):
        raise Exit(USAGE, "--unsafe-fixes: expected with --fix or --diff")
    if flags.unused is not None and flags.data is None:
        raise Exit(USAGE, "--unused: expected with --data, the folder of the server whose log tells it")


def _code(run: "LintRun", *, failing: bool) -> int:
    """The gravest first: what could not be read, what was found, what could not be decided."""
    if run.is_unreadable:
        return USAGE
    if failing:
        return NO
    return DONE if run.is_complete else CANNOT_TELL


# --- reading ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Gathered:
    """What was found under the names. `problems` are the names, or the files of a folder, that cannot be read."""

    policies: "list[FoundPolicy]" = field(default_factory=list)
    identities: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    problems: "list[SourceError]" = field(default_factory=list)


def _gathered(names: Iterable[str], task: Task) -> Gathered:
    """What is under each name; where one cannot be read the others are linted all the same. Exit where an account is silent."""
    from gatepost.sources.find import find  # noqa: PLC0415 -- the same
    from gatepost.sources.found import AccountError, FoundPolicy, SourceError, Unread  # noqa: PLC0415 -- the same

    gathered = Gathered()
    for name in names:
        try:
            for found in find([name], task.kind, task.given):
                match found:
                    case FoundPolicy():
                        gathered.policies.append(found)
                    case SourceError():
                        gathered.problems.append(found)
                    case Unread():
                        if not found.is_generated:  # nobody wrote what SAM makes
                            gathered.unread.append(str(found))
                    case _ if name.startswith(ACCOUNT):
                        gathered.identities.append(found.identity)
        except AccountError as error:
            raise Exit(UNREACHABLE, str(error)) from None
        except SourceError as error:
            gathered.problems.append(error)
    return gathered


def _known(flags: LintFlags, task: Task, gathered: Gathered) -> "tuple[Setting, Sequence[str]]":
    """What is known beside the policies, and what is to be told of where it comes from."""
    setting = _setting(task, gathered)
    if flags.data is None:
        return setting, ()
    from gatepost.cli.lint_data import known_of_server  # noqa: PLC0415 -- the store's parts load when they are needed

    return known_of_server(flags.data, flags.unused, setting, gathered.policies, task.rules)


def _setting(task: Task, gathered: Gathered) -> "Setting":
    """Where the policies are to be in force: an account that was asked has said which identities it has."""
    known = task.setting.identities
    return (
        task.setting if known is not None or not gathered.identities else replace(task.setting, identities=gathered.identities)
    )


def _suppressions(task: Task, gathered: Gathered) -> "Suppressions":
    """What passes findings over; a comment that cannot be read is one more problem."""
    from gatepost.reports.comments import read_comments  # noqa: PLC0415 -- the same
    from gatepost.reports.suppressions import Suppressions  # noqa: PLC0415 -- the same
    from gatepost.sources.found import SourceError  # noqa: PLC0415 -- the same

    comments: dict[str, tuple[Comment, ...]] = {}
    for file, content in {each.file: each.content for each in gathered.policies if not each.whole}.items():
        try:
            comments[file] = tuple(read_comments(file, content))
        except SourceError as error:
            gathered.problems.append(error)
    return Suppressions(task.setting.now.date(), task.ignores, comments, task.baseline)


# --- writing ------------------------------------------------------------------------------------------------------------


def _check_files(linted: Iterable["Linted"]) -> None:
    for each in linted:
        if each.policy.whole and not Path(each.policy.file).is_file():
            raise Exit(USAGE, f"--fix: {each.policy.file} is no file that can be written to; expected --diff")


def _write(before: Iterable["Linted"], after: Iterable["Linted"]) -> tuple[str, ...]:
    """The files that were written: those with fixes. What somebody wrote since they were read stays."""
    fixed = [(old.policy, new.policy) for old, new in zip(before, after, strict=True) if new.applied]
    for old, new in fixed:
        file = Path(new.file)
        try:
            if file.read_bytes() not in (old.text.encode(), new.text.encode()):
                raise Exit(USAGE, f"--fix: {new.file} was changed meanwhile: lint it again")
            file.write_bytes(new.text.encode())
        except OSError as error:
            raise Exit(USAGE, f"--fix: {new.file}: {error.strerror}") from None
    return tuple(new.file for _, new in fixed)


def _print_diffs(
    before: Iterable["Linted"], after: Iterable["Linted"], unreadable: "Iterable[SourceError]", gaps: Iterable[str]
) -> int:
    from gatepost.reports.fixing import diff  # noqa: PLC0415 -- the same
    from gatepost.reports.run import untold_errors  # noqa: PLC0415 -- the same

    changes = [diff(old.policy.file, old.policy.text, new.policy.text) for old, new in zip(before, after, strict=True)]
    sys.stdout.write("".join(changes))
    _tell_changes(after)
    problems, lacking = [*unreadable, *untold_errors(after)], list(gaps)
    for note in (*problems, *lacking):
        print(f"gatepost: {note}", file=sys.stderr)
    if problems:
        return USAGE
    if any(changes):
        return NO
    return CANNOT_TELL if lacking else DONE


def _tell_changes(linted: Iterable["Linted"]) -> None:
    """What the fixes change in what is decided, beside an answer that does not say so."""
    from gatepost.cli.fixed_text import changed_lines  # noqa: PLC0415 -- the same
    from gatepost.cli.paint import paint_for  # noqa: PLC0415 -- the same

    for line in changed_lines(linted, paint_for(sys.stderr)):
        print(line, file=sys.stderr)


def _write_baseline(file: Path, run: "LintRun") -> int:
    from gatepost.reports.baseline import write_baseline  # noqa: PLC0415 -- the same

    results = list(run.results)
    try:
        file.write_text(write_baseline(str(file), results), "utf-8")
    except OSError as error:
        raise Exit(USAGE, f"--write-baseline {file}: {error.strerror}") from None
    print(f"gatepost: {len(results)} {'finding' if len(results) == 1 else 'findings'} written to {file}", file=sys.stderr)
    return _code(run, failing=False)


def _lacking(task: Task) -> list[str]:
    """The rules that could not be asked."""
    left_out = len(task.left_out)
    return [f"{left_out} rules need a solver and were left out: pip install 'gatepost[prove]'"] if left_out else []


def _tell(run: "LintRun") -> None:
    """What is beside the answer."""
    for note in (*run.unreadable, *run.gaps, *run.notes, *run.undecided):
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
