"""Costly calls of one caller leave most of the server's time to the others."""

from hypothesis import given
from hypothesis import strategies as st

from gatepost.edge.pace import BURST_SECONDS, CHEAP_SECONDS, MOST_CALLERS, OTHERS_SECONDS, RATE, Pace


def test_nobody_waits_where_nobody_else_calls() -> None:
    pace = Pace()
    for second in range(10):
        assert pace.delay("large", second) == 0
        pace.charge("large", 5.0, second)


def test_who_owes_waits_while_others_call() -> None:
    pace = Pace()
    pace.delay("other", 0.0)
    pace.charge("large", 0.5 + CHEAP_SECONDS, 0.0)
    assert pace.delay("large", 0.01) > 1
    assert pace.delay("other", 0.02) == 0
    paid = (0.5 - BURST_SECONDS) / RATE
    pace.delay("other", paid + 0.01)
    assert pace.delay("large", paid + 0.02) == 0


def test_a_caller_of_long_ago_keeps_nobody_waiting() -> None:
    pace = Pace()
    pace.delay("other", 0.0)
    pace.charge("large", 9.0, 0.0)
    assert pace.delay("large", OTHERS_SECONDS / 2) > 0
    assert pace.delay("large", OTHERS_SECONDS * 2) == 0


def test_ordinary_calls_count_for_nothing() -> None:
    pace = Pace()
    for number in range(100_000):
        pace.charge("quick", CHEAP_SECONDS * 0.99, number * 1e-4)
    pace.delay("other", 10.0)
    assert pace.delay("quick", 10.0) == 0


@given(st.lists(st.floats(0.002, 0.5), min_size=1, max_size=30))
def test_over_time_a_caller_gets_his_rate_and_no_more(costs: list[float]) -> None:
    """Work that starts only when it may takes at most its share of the time, and what it may owe at once."""
    pace, now, worked = Pace(), 0.0, 0.0
    for cost in costs:
        pace.delay("other", now)
        while wait := pace.delay("hostile", now):
            now += wait + 1e-9
            pace.delay("other", now)
        assert worked <= RATE * now + BURST_SECONDS + 1e-6
        pace.charge("hostile", cost + CHEAP_SECONDS, now)
        worked += cost


def test_debts_are_kept_of_so_many_callers() -> None:
    pace = Pace()
    for number in range(MOST_CALLERS + 10):
        pace.charge(str(number), 1.0, 0.0)
    pace.delay("other", 0.0)
    assert pace.delay("0", 0.0) == 0
    assert pace.delay(str(MOST_CALLERS), 0.0) > 0
