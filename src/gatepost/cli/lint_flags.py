"""What `gatepost lint` is told by its flags and by `.gatepost.toml`; a flag goes before the file."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from cyclopts import Parameter

from gatepost.cli.exits import USAGE, Exit
from gatepost.cli.moment import moment_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gatepost.lint.finding import Severity
    from gatepost.lint.rule import Rule
    from gatepost.lint.setting import Limit, Setting
    from gatepost.policy.read import PolicyKind
    from gatepost.reports.baseline import Baseline
    from gatepost.reports.suppressions import Config, Ignore
    from gatepost.sources.given import Given

Kind = Literal["identity", "resource", "trust", "boundary", "session", "scp", "rcp"]
Gravity = Literal["error", "security", "warning", "suggestion"]
SEVERAL: Final = Parameter(negative=(), show_default=False)
PLAIN: Final = Parameter(show_default=False)
FILE: Final = ".gatepost.toml"
NAMES: Final = {"error": "ERROR", "security": "SECURITY_WARNING", "warning": "WARNING", "suggestion": "SUGGESTION"}


@Parameter(name="*")
@dataclass(frozen=True)
class LintFlags:
    """What the policies are for, which rules are asked, what is passed over, and what is done about the rest."""

    kind: Annotated[Kind | None, Parameter(name="--type", help="What the policies are for. Default: what they look like")] = (
        None
    )
    select: Annotated[tuple[str, ...], SEVERAL, Parameter(help="Only these rules: codes, or how they begin.")] = ()
    ignore: Annotated[tuple[str, ...], SEVERAL, Parameter(help="Not these rules.")] = ()
    fix: Annotated[bool, PLAIN, Parameter(help="Write the fixes that are proved to change no decision.")] = False
    diff: Annotated[bool, PLAIN, Parameter(help="Print what --fix would change; exit 1 if anything.")] = False
    unsafe_fixes: Annotated[
        bool, PLAIN, Parameter(help="With these: also fixes that change decisions, as their proofs say.")
    ] = False
    watch: Annotated[bool, PLAIN, Parameter(help="Lint again whenever a file changes, until Ctrl-C.")] = False
    fail_on: Annotated[Gravity | None, Parameter(help="How grave a finding makes exit 1. Default: warning")] = None
    exit_zero: Annotated[bool, PLAIN, Parameter(help="Exit 0 where there are findings.")] = False
    baseline: Annotated[Path | None, Parameter(help="Pass over the findings that stand in this file.")] = None
    write_baseline: Annotated[Path | None, Parameter(help="Write the findings to this file.")] = None
    config: Annotated[Path | None, Parameter(help="Default: .gatepost.toml, where there is one")] = None
    account: Annotated[str | None, Parameter(help="The account that the policies are for.")] = None
    region: Annotated[str | None, Parameter(help="Its region.")] = None
    partition: Annotated[str | None, Parameter(help="Its partition, such as aws-cn. Default: the region's")] = None
    identities: Annotated[Path | None, Parameter(help="A file of the verified domains and addresses, one a line.")] = None
    data: Annotated[
        Path | None, Parameter(help="The data folder of the server that they are for: what it has, and its log.")
    ] = None
    unused: Annotated[str | None, Parameter(help="With --data: what nobody used in so many days. Default: 90d")] = None
    boundary: Annotated[Path | None, Parameter(help="A permissions boundary that holds in identity policies.")] = None
    session_policy: Annotated[tuple[Path, ...], SEVERAL, Parameter(help="A session policy that does.")] = ()
    scp: Annotated[tuple[Path, ...], SEVERAL, Parameter(help="Service control policies that do: one level.")] = ()
    parameter: Annotated[tuple[str, ...], SEVERAL, Parameter(help="NAME=VALUE of a template's parameter; repeatable.")] = ()
    exports: Annotated[Path | None, Parameter(help="A file of what templates import.")] = None
    endpoint_url: Annotated[str | None, Parameter(help="Where accounts are asked. Default: AWS")] = None
    aws_mode: Annotated[bool, PLAIN, Parameter(help="The policies are for AWS itself.")] = False
    now: Annotated[str | None, Parameter(help="The time that dates are judged by. Default: now")] = None


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be linted, how. `left_out` are rules that need what is not installed."""

    rules: "Sequence[Rule]"
    left_out: "Sequence[Rule]"
    setting: "Setting"
    given: "Given"
    kind: "PolicyKind"
    ignores: "Sequence[Ignore]"
    baseline: "Baseline"
    fail_on: "Severity"


def task_of(flags: LintFlags) -> Task:
    """What the flags and the file say. Exit for what cannot be."""
    from gatepost.lint.finding import Severity  # noqa: PLC0415 -- the rules load when they are needed
    from gatepost.policy.read import PolicyKind  # noqa: PLC0415 -- the same
    from gatepost.sources.found import SourceError  # noqa: PLC0415 -- the same

    try:
        config = _config(flags)
        rules, left_out = _rules(flags, config)
        kind = PolicyKind[(flags.kind or "any").upper()]
        fail_on = Severity[NAMES[flags.fail_on or config.settings.get("fail-on", "warning")]]
        setting, baseline = _setting(flags, config), _baseline(flags, config)
        return Task(rules, left_out, setting, _given(flags, setting), kind, config.ignores, baseline, fail_on)
    except SourceError as error:
        raise Exit(USAGE, str(error)) from None


def _config(flags: LintFlags) -> "Config":
    from gatepost.reports.suppressions import Config  # noqa: PLC0415 -- the same

    if flags.config is None and not Path(FILE).is_file():
        return Config({}, ())
    from gatepost.reports.config import read_config  # noqa: PLC0415 -- a reader of TOML, where there is some

    file = str(flags.config or FILE)
    return read_config(file, text_of(file))


def _rules(flags: LintFlags, config: "Config") -> tuple["Sequence[Rule]", "Sequence[Rule]"]:
    """The rules that can be asked, and those that need a solver where there is none."""
    from gatepost.lint.rules import ALL  # noqa: PLC0415 -- the same
    from gatepost.reasoning.solve import is_installed  # noqa: PLC0415 -- the same
    from gatepost.reports.selection import NoSuchRule, choose  # noqa: PLC0415 -- the same

    given = {
        name: tuple(code.strip().upper() for each in said or config.settings.get(name, ()) for code in each.split(","))
        for name, said in (("select", flags.select), ("ignore", flags.ignore))
    }
    try:
        chosen = choose(ALL, given["select"], given["ignore"])
    except NoSuchRule as error:
        raise Exit(USAGE, str(error)) from None
    if is_installed():
        return chosen, ()
    return [rule for rule in chosen if not rule.solved], [rule for rule in chosen if rule.solved]


def _setting(flags: LintFlags, config: "Config") -> "Setting":
    from gatepost.lint.setting import Setting  # noqa: PLC0415 -- the same

    settings = config.settings
    identities: Any = settings.get("identities")
    if flags.identities is not None:
        lines = map(str.strip, text_of(str(flags.identities)).splitlines())
        identities = [line for line in lines if line and not line.startswith("#")]
    return Setting(
        datetime.now(UTC) if flags.now is None else moment_of("--now", flags.now),
        flags.account or settings.get("account"),
        flags.region or settings.get("region"),
        None if identities is None else frozenset(identities),
        flags.aws_mode or bool(settings.get("aws-mode")),
        tuple(_limits(flags)),
    )


def _limits(flags: LintFlags) -> "Iterator[Limit]":
    from gatepost.lint.setting import Limit  # noqa: PLC0415 -- the same
    from gatepost.policy.match import PolicySource  # noqa: PLC0415 -- the same
    from gatepost.policy.read import PolicyKind  # noqa: PLC0415 -- the same
    from gatepost.sources.asked import attached  # noqa: PLC0415 -- the same

    for word, files, kind in (
        ("the boundary", () if flags.boundary is None else (flags.boundary,), PolicyKind.BOUNDARY),
        ("the session policy", flags.session_policy, PolicyKind.SESSION),
        ("the control policies", flags.scp, PolicyKind.SCP),
    ):
        names = tuple(map(str, files))
        if names:
            held = attached(names, kind, PolicySource.GIVEN)
            yield Limit(f"{word} {', '.join(names)}", tuple(each.policy for each in held))


def _given(flags: LintFlags, setting: "Setting") -> "Given":
    from gatepost.sources.given import Given, exports_of, parameters_of, pseudo_parameters  # noqa: PLC0415 -- the same

    exports = {} if flags.exports is None else exports_of(flags.exports)
    known = pseudo_parameters(setting.account, setting.region, flags.partition)
    parameters = known | parameters_of(flags.parameter)
    return Given(
        parameters,
        exports,
        takes_defaults=True,
        takes_allowed_values=True,
        endpoint_url=flags.endpoint_url,
        region=flags.region,
    )


def _baseline(flags: LintFlags, config: "Config") -> "Baseline":
    from gatepost.reports.baseline import Baseline, read_baseline  # noqa: PLC0415 -- the same

    named = _baseline_file(flags, config)
    return Baseline({}) if named is None or flags.write_baseline is not None else read_baseline(str(named), text_of(str(named)))


def _baseline_file(flags: LintFlags, config: "Config") -> Path | None:
    folder = (flags.config or Path()).parent
    return flags.baseline or (folder / config.settings["baseline"] if "baseline" in config.settings else None)


def files_beside(flags: LintFlags) -> tuple[str, ...]:
    """The files beside the policies on which the findings depend: what flags name, the project's file, and what that names."""
    from gatepost.sources.found import SourceError  # noqa: PLC0415 -- the same

    named = (flags.baseline, flags.identities, flags.boundary, flags.exports, *flags.session_policy, *flags.scp)
    files = [str(flags.config or FILE), *(str(each) for each in named if each is not None)]
    try:
        baseline = _baseline_file(flags, _config(flags))
    except SourceError:
        baseline = None
    return (*files, str(baseline)) if baseline is not None else tuple(files)


def text_of(file: str) -> str:
    """What is in a file; SourceError where it cannot be read."""
    from gatepost.sources.found import SourceError  # noqa: PLC0415 -- the same

    try:
        return Path(file).read_text("utf-8")
    except OSError as error:
        raise SourceError(file, error.strerror or "cannot be read") from None
    except UnicodeDecodeError:
        raise SourceError(file, "not UTF-8") from None
