"""Costly calls of one caller leave most of the server's time to the others."""

from hypothesis import given
from hypothesis import strategies as st

from edge.wire import Loop, run, turn
from gatepost.edge.callers import MOST_KEYS, Callers
from gatepost.edge.pace import BURST_SECONDS, MOST_CALLERS, MOST_OWED, OTHERS_SECONDS, RATE, Pace


def nothing() -> None:
    """Work that costs nothing."""


def test_nobody_waits_where_nobody_else_calls() -> None:
    def test(loop: Loop) -> None:
        pace, began = Pace(loop), []
        for second in range(10):
            loop.now = second
            pace.start("large", lambda second=second: began.append(second))  # type: ignore[misc]
            pace.charge("large", 5.0)
        assert began == list(range(10))

    run(test)


def test_who_owes_waits_while_others_call() -> None:
    def test(loop: Loop) -> None:
        pace = Pace(loop)
        pace.start("other", nothing)
        pace.charge("large", 0.5)
        assert pace.delay("large") == (0.5 - BURST_SECONDS) / RATE
        assert pace.delay("other") == 0
        loop.now += (0.5 - BURST_SECONDS) / RATE + 0.01
        pace.start("other", nothing)
        assert pace.delay("large") == 0

    run(test)


def test_what_waits_begins_in_its_order() -> None:
    def test(loop: Loop) -> None:
        pace, began = Pace(loop), []
        pace.start("other", nothing)
        pace.charge("large", 1.0)
        for number in range(3):
            pace.start("large", lambda number=number: began.append(number))  # type: ignore[misc]
        assert began == []
        turn()
        assert began == [0, 1, 2]

    run(test)


def test_what_waits_begins_once_nobody_else_calls() -> None:
    def test(loop: Loop) -> None:
        pace, began, start = Pace(loop), [], loop.now
        pace.start("other", nothing)
        pace.charge("large", 2.0)
        pace.start("large", lambda: began.append(loop.now - start))
        while not began:
            turn()
        assert began[0] <= 2 * OTHERS_SECONDS

    run(test)


def test_a_debt_is_limited() -> None:
    """Who calls for the first time answers for his source, where strangers may have called for hours."""

    def test(loop: Loop) -> None:
        pace = Pace(loop)
        pace.start("other", nothing)
        pace.charge("source", 5_000.0)
        assert pace.delay("source") == (MOST_OWED - BURST_SECONDS) / RATE

    run(test)


def test_what_waits_behind_work_that_fails_begins_all_the_same() -> None:
    def test(loop: Loop) -> None:
        pace, began = Pace(loop), []
        pace.start("other", nothing)
        pace.charge("large", 1.0)
        pace.start("large", lambda: began.append(1 // 0))
        pace.start("large", lambda: began.append(2))
        turn()
        assert began == [2]

    run(test)


def test_nothing_waits_once_it_is_closed() -> None:
    def test(loop: Loop) -> None:
        pace, began = Pace(loop), []
        pace.start("other", nothing)
        pace.charge("large", 1.0)
        pace.start("large", lambda: began.append("waited"))
        pace.close()
        pace.start("large", lambda: began.append("came later"))
        assert began == ["waited", "came later"]

    run(test)


def test_a_caller_of_long_ago_keeps_nobody_waiting() -> None:
    def test(loop: Loop) -> None:
        pace = Pace(loop)
        pace.start("other", nothing)
        pace.charge("large", 9.0)
        loop.now += OTHERS_SECONDS / 2
        assert pace.delay("large") > 0
        loop.now += OTHERS_SECONDS
        assert pace.delay("large") == 0

    run(test)


@given(st.lists(st.floats(0.002, 0.5), min_size=1, max_size=30))
def test_over_time_a_caller_gets_his_rate_and_no_more(costs: list[float]) -> None:
    """Work that starts only when it may takes at most its share of the time, and what it may owe at once."""

    def test(loop: Loop) -> None:
        loop.now = 0.0
        pace, worked = Pace(loop), 0.0
        for cost in costs:
            pace.start("other", nothing)
            while wait := pace.delay("hostile"):
                loop.now += wait + 1e-9
                pace.start("other", nothing)
            assert worked <= RATE * loop.now + BURST_SECONDS + 1e-6
            pace.charge("hostile", cost)
            worked += cost

    run(test)


def test_debts_are_kept_of_so_many_callers() -> None:
    def test(loop: Loop) -> None:
        pace = Pace(loop)
        for number in range(MOST_CALLERS + 10):
            pace.charge(str(number), 1.0)
        pace.start("other", nothing)
        assert pace.delay("0") == 0
        assert pace.delay(str(MOST_CALLERS)) > 0

    run(test)


def test_a_key_counts_for_itself_once_it_has_signed_from_there() -> None:
    callers = Callers()
    assert callers.name("AKIAVICTIM", "192.0.2.1") == callers.name("AKIAOTHER", "192.0.2.1")
    callers.has_signed("AKIAVICTIM", "192.0.2.1")
    assert callers.name("AKIAVICTIM", "192.0.2.1").is_known
    assert not callers.name("AKIAVICTIM", "192.0.2.2").is_known
    assert callers.name("AKIAVICTIM", "192.0.2.2") == callers.name("AKIAOTHER", "192.0.2.2")
    assert callers.name(None, "192.0.2.2") != callers.name("AKIAOTHER", "192.0.2.2")


def test_the_addresses_of_one_subscriber_are_one_caller() -> None:
    callers = Callers()
    assert callers.name(None, "2001:db8::1") == callers.name(None, "2001:db8::ffff:1")
    assert callers.name(None, "2001:db8::1") != callers.name(None, "2001:db8:0:1::1")


def test_so_many_keys_are_known() -> None:
    callers = Callers()
    for number in range(MOST_KEYS + 1):
        callers.has_signed(f"AKIA{number}", "192.0.2.1")
    assert callers.name(f"AKIA{MOST_KEYS}", "192.0.2.1").is_known
    assert not callers.name("AKIA0", "192.0.2.1").is_known
