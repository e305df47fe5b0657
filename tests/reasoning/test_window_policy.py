"""Policies of windows: what the engine decides inside and outside, second by second at each bound."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.policy.decide import Policies, Verdict, decide
from gatepost.policy.model import PrincipalEntry, PrincipalType
from gatepost.policy.read import PolicyKind, read_policy
from gatepost.policy.request import Request
from gatepost.policy.timetable import told
from gatepost.policy.write import write_policy
from gatepost.reasoning.schedule import Schedule, Window, joined
from gatepost.reasoning.window_policy import ROOM, Home, Side, Subject, proves, sizes, window_policy, windows_that_fit

START = datetime(2026, 12, 1, 9, tzinfo=UTC)
ALICE = "arn:aws:iam::111122223333:user/alice"
DOMAIN = "arn:aws:ses:us-east-1:111122223333:identity/example.com"
SENDING = Subject(("ses:Send*",), ("*",))
ON_DOMAIN = Subject(("ses:Send*",), (DOMAIN,), (PrincipalEntry(PrincipalType.AWS, "*"),))


def days(count: int) -> Schedule:
    return Schedule(tuple(Window(START + timedelta(days=day), START + timedelta(days=day, hours=8)) for day in range(count)))


def verdict(document: str, second: int) -> Verdict:
    request = Request(ALICE, "ses:SendRawEmail", DOMAIN, context={"aws:CurrentTime": told(second)})
    return decide(request, Policies([read_policy(document)])).verdict


windows = st.lists(st.tuples(st.integers(0, 500), st.integers(1, 50)), min_size=1, max_size=6).map(
    lambda spans: joined(Window(START + timedelta(seconds=at), START + timedelta(seconds=at + length)) for at, length in spans)
)


@given(windows, st.sampled_from(Side))
def test_every_second_is_decided_as_the_windows_say(of: tuple[Window, ...], side: Side) -> None:
    schedule = Schedule(of)
    policy = window_policy(of, side, SENDING)
    assert proves(policy, schedule)
    document = write_policy(policy)
    for window in of:
        for moment in (window.start, window.end):
            for off in (-1, 0, 1):
                second = int(moment.timestamp()) + off
                inside = any(each.start.timestamp() <= second < each.end.timestamp() for each in of)
                outcome = verdict(document, second)
                if side is Side.DENY_OUTSIDE:
                    assert (outcome is Verdict.EXPLICIT_DENY) is not inside
                else:
                    assert (outcome is Verdict.ALLOWED) is inside


def test_another_schedule_is_not_proved_nor_one_that_no_call_meets() -> None:
    policy = window_policy(days(2).windows, Side.DENY_OUTSIDE, SENDING)
    assert not proves(policy, days(3))
    assert not proves(window_policy(days(2).windows, Side.DENY_OUTSIDE, Subject(("ses:Send*",), ("arn:x",))), days(2))


@pytest.mark.parametrize(
    ("count", "side", "subject", "statements", "fits"),
    [
        (1, Side.DENY_OUTSIDE, SENDING, 2, {Home.USER, Home.GROUP, Home.MANAGED, Home.ROLE}),
        (30, Side.DENY_OUTSIDE, SENDING, 31, {Home.MANAGED, Home.ROLE}),
        (30, Side.ALLOW_INSIDE, SENDING, 30, {Home.MANAGED, Home.ROLE}),
        (90, Side.DENY_OUTSIDE, SENDING, 91, set()),
        (10, Side.DENY_OUTSIDE, ON_DOMAIN, 11, {Home.IDENTITY}),
        (30, Side.DENY_OUTSIDE, ON_DOMAIN, 31, set()),
    ],
)
def test_it_is_told_where_there_is_room(count: int, side: Side, subject: Subject, statements: int, fits: set[Home]) -> None:
    policy = window_policy(days(count).windows, side, subject)
    found = sizes(policy)
    assert len(policy.statements) == statements
    assert set(found.fits) == fits
    assert all(found.size > ROOM[home] for home in found.too_small)
    assert {*found.fits, *found.too_small} == ({Home.IDENTITY} if subject is ON_DOMAIN else set(Home) - {Home.IDENTITY})


@pytest.mark.parametrize("home", Home)
def test_the_windows_that_fit_are_as_many_as_can_be(home: Home) -> None:
    schedule, subject = days(100), ON_DOMAIN if home is Home.IDENTITY else SENDING
    count = windows_that_fit(schedule, Side.DENY_OUTSIDE, subject, home)
    assert home in sizes(window_policy(schedule.windows[:count], Side.DENY_OUTSIDE, subject)).fits
    assert home in sizes(window_policy(schedule.windows[: count + 1], Side.DENY_OUTSIDE, subject)).too_small


def test_what_is_written_can_be_put() -> None:
    on_domain = write_policy(window_policy(days(2).windows, Side.DENY_OUTSIDE, ON_DOMAIN))
    assert len(read_policy(on_domain, PolicyKind.RESOURCE).statements) == 3
    of_user = write_policy(window_policy(days(2).windows, Side.ALLOW_INSIDE, SENDING))
    assert len(read_policy(of_user, PolicyKind.IDENTITY).statements) == 2
