"""`gatepost window`: a policy whose dates say what was meant."""

import re
import sys
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Annotated, Final, Literal

from cyclopts import Parameter

from gatepost.cli.exits import DONE, NO, USAGE, Exit

if TYPE_CHECKING:
    from gatepost.policy.model import Policy, PrincipalEntry
    from gatepost.reasoning.schedule import Schedule
    from gatepost.reasoning.window_policy import Subject

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")
MOST_DAYS: Final = 366  # more fit no policy
SENDING: Final = ("ses:Send*",)
ANYTHING: Final = ("*",)
IDENTITY: Final = re.compile(r"arn:[^:*?]+:ses:[^:*?]+:\d{12}:identity/[^*?]+")
FLAGS: Final = {"Action": "--action", "Resource": "--resource", "Principal": "--principal"}
Repeated = Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)]
Once = Annotated[bool, Parameter(show_default=False)]


def window(
    *,
    deny_outside: Once = False,
    allow_inside: Once = False,
    daily: str | None = None,
    tz: str = "UTC",
    days: int = 30,
    first: Annotated[str | None, Parameter(name="--from")] = None,
    weekdays: str = "mon-sun",
    between: Annotated[tuple[tuple[str, str], ...], Parameter(negative=(), show_default=False)] = (),
    action: Repeated = SENDING,
    resource: Repeated = ANYTHING,
    principal: Repeated = (),
    on: Literal["user", "group", "role", "managed", "identity"] | None = None,
) -> int:
    """Write a policy that denies outside of windows of time, or allows inside them, and nothing else.

    Example: gatepost window --deny-outside --daily 09:00-17:00 --tz Europe/Rome --days 5 --weekdays mon-fri
    Example: gatepost window --allow-inside --between 2027-01-01 2027-02-01 --action ses:SendEmail

    The policy goes to standard output, what is to be known of it to standard error. Exit code 1: it is too large for --on.

    Parameters
    ----------
    deny_outside
        Deny whatever lies outside the windows.
    allow_inside
        Allow whatever lies inside the windows.
    daily
        Hours of each day, such as 09:00-17:00; 22:00-06:00 ends on the next day.
    tz
        The time zone of all hours and dates that name none, such as Europe/Rome.
    days
        How many days, counted from --from.
    first
        The first day, such as 2026-12-01. Default: today
    weekdays
        On which days of the week, such as mon-fri or mon,wed.
    between
        A window's START and END; repeatable. The end itself lies outside.
    action
        What is allowed or denied; repeatable. Default: ses:Send*
    resource
        On what: an ARN; repeatable. Default: *
    principal
        Whom a policy on an identity names: an ARN, an account or *; repeatable. Default for --deny-outside: *
    on
        Where the policy is put: the size must fit there.
    """
    from gatepost.cli.window_text import tell  # noqa: PLC0415 -- the engine loads when it is needed
    from gatepost.policy.write import write_policy  # noqa: PLC0415 -- the same
    from gatepost.reasoning.window_policy import Home, Side, proves, window_policy  # noqa: PLC0415 -- the same

    if deny_outside is allow_inside:
        raise Exit(USAGE, "expected --deny-outside or --allow-inside, one of the two")
    if (daily is None) is not bool(between):
        raise Exit(USAGE, "expected windows: either --daily HH:MM-HH:MM or --between START END")
    now = datetime.now(UTC).replace(microsecond=0)
    zone = _zone(tz)
    side = Side.DENY_OUTSIDE if deny_outside else Side.ALLOW_INSIDE
    schedule = _between(between, zone) if daily is None else _daily(daily, zone, _first(first, zone, now), days, weekdays)
    subject = _subject(action, resource, principal, on, denies=deny_outside)
    policy = window_policy(schedule.windows, side, subject)
    _check(policy, on)
    if not proves(policy, schedule):
        raise Exit(USAGE, f"--action, --resource: there is no call of {' or '.join(action)} on {' or '.join(resource)}")
    print(write_policy(policy, indent=None if on == "identity" else 2), flush=True)
    fits = tell(schedule, side, subject, policy, None if on is None else Home(on), now, sys.stderr)
    return DONE if fits else NO


# --- when ---------------------------------------------------------------------------------------------------------------


def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 -- loads when it is needed

    if name == "UTC":  # needs no database of zones
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Exit(USAGE, f"--tz: `{name}` is no time zone: expected a name such as Europe/Rome or UTC") from None


def _first(given: str | None, zone: tzinfo, now: datetime) -> date:
    if given is None:
        return now.astimezone(zone).date()
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise Exit(USAGE, f"--from: `{given}` is no day: expected one such as 2026-12-01") from None


def _daily(given: str, zone: tzinfo, first: date, days: int, weekdays: str) -> "Schedule":
    from gatepost.reasoning.schedule import Hours, daily  # noqa: PLC0415 -- the same

    hours = HOURS.fullmatch(given)
    expected = "expected two times of day such as 09:00-17:00"
    if hours is None:
        raise Exit(USAGE, f"--daily: `{given}`: {expected}")
    if not 1 <= days <= MOST_DAYS:
        raise Exit(USAGE, f"--days: `{days}`: expected 1 to {MOST_DAYS}")
    opening = time(int(hours[1]), int(hours[2]))
    closing = time(int(hours[3] or 0), int(hours[4] or 0))
    if opening == closing and hours[3] is not None:
        raise Exit(USAGE, f"--daily: `{given}` closes when it opens: {expected}, or 00:00-24:00")
    try:
        schedule = daily(Hours(opening, closing, zone, _weekdays(weekdays)), first, days)
    except OverflowError:
        raise Exit(USAGE, f"--from: `{first}` and {days} days go past the year 9999") from None
    if not schedule.windows:
        raise Exit(USAGE, f"--weekdays: none of the {days} days from {first} on is one of `{weekdays}`")
    return schedule


def _weekdays(given: str) -> frozenset[int]:
    found: set[int] = set()
    for part in given.lower().split(","):
        start, dash, end = (name.strip()[:3] for name in part.partition("-"))
        if start not in DAYS or (dash and end not in DAYS):
            raise Exit(USAGE, f"--weekdays: `{part}`: expected days such as mon-fri or mon,wed")
        count = (DAYS.index(end) - DAYS.index(start)) % 7 if dash else 0
        found.update((DAYS.index(start) + step) % 7 for step in range(count + 1))
    return frozenset(found)


def _between(given: tuple[tuple[str, str], ...], zone: tzinfo) -> "Schedule":
    from gatepost.reasoning.schedule import Schedule, Window, closes, joined, opens  # noqa: PLC0415 -- the same

    windows, notes = [], []
    for start, end in given:
        (opening, told_opening), (closing, told_closing) = (
            (moment.astimezone(UTC), ()) if moment.tzinfo is not None else find(moment, zone)
            for moment, find in ((_moment(start), opens), (_moment(end), closes))
        )
        if closing <= opening:
            raise Exit(USAGE, f"--between: `{end}` is not after `{start}`: expected a window's start, then its end")
        windows.append(Window(opening, closing))
        notes += [*told_opening, *told_closing]
    return Schedule(joined(windows), tuple(dict.fromkeys(notes)))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        moment.astimezone(UTC) - timedelta(days=2), moment.astimezone(UTC) + timedelta(days=2)  # the ends of time
    except (ValueError, OverflowError):
        expected = "expected one such as 2026-12-01, 2026-12-01T09:00 or 2026-12-01T09:00:00Z"
        raise Exit(USAGE, f"--between: `{text}` is no date: {expected}") from None
    if moment.microsecond:
        raise Exit(USAGE, f"--between: `{text}`: expected whole seconds, as aws:CurrentTime has them")
    return moment


# --- of what ------------------------------------------------------------------------------------------------------------


def _subject(
    actions: tuple[str, ...], resources: tuple[str, ...], principals: tuple[str, ...], on: str | None, *, denies: bool
) -> "Subject":
    from gatepost.reasoning.window_policy import Subject  # noqa: PLC0415 -- the same

    if on != "identity":
        if principals:
            raise Exit(USAGE, "--principal: only the policy of an identity names principals: expected --on identity beside it")
        return Subject(actions, resources)
    if len(resources) != 1 or not IDENTITY.fullmatch(resources[0]):
        form = "arn:aws:ses:us-east-1:123456789012:identity/example.com"
        raise Exit(USAGE, f"--resource: `{', '.join(resources)}`: expected the ARN of the identity itself, such as {form}")
    if not principals and not denies:
        raise Exit(USAGE, "--principal: expected whom the identity's policy allows it: an ARN or an account")
    return Subject(actions, resources, tuple(map(_entry, principals or ANYTHING)))


def _entry(text: str) -> "PrincipalEntry":
    from gatepost.policy.model import PrincipalEntry, PrincipalType  # noqa: PLC0415 -- the same

    service = text.endswith(".amazonaws.com") and ":" not in text
    return PrincipalEntry(PrincipalType.SERVICE if service else PrincipalType.AWS, text)


def _check(policy: "Policy", on: str | None) -> None:
    """Exit where IAM would refuse what was given."""
    from gatepost.policy.errors import PolicyError, did_you_mean  # noqa: PLC0415 -- the same
    from gatepost.policy.read import PolicyKind, read_policy  # noqa: PLC0415 -- the same
    from gatepost.policy.write import write_policy  # noqa: PLC0415 -- the same
    from gatepost.reasoning.choices import known_actions  # noqa: PLC0415 -- the same
    from gatepost.words.actions import is_unknown  # noqa: PLC0415 -- the same

    try:
        read_policy(write_policy(policy), PolicyKind.RESOURCE if on == "identity" else PolicyKind.IDENTITY)
    except PolicyError as error:
        element = next((flag for name, flag in FLAGS.items() if f", {name}" in error.path), error.path)
        raise Exit(USAGE, f"{element}: {error.problem}") from None
    unknown = next(filter(is_unknown, policy.statements[0].actions or ()), None)
    if unknown is not None:
        raise Exit(USAGE, f"--action: `{unknown}` is no known action{did_you_mean(unknown, known_actions())}")
