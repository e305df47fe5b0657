"""When who gains and who loses: exactly what the engine says of each moment; windows that are alike are told together."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from gatepost.compare.meaning import AccessChange, compared
from gatepost.compare.when import when_more
from gatepost.policy.model import Policy
from gatepost.policy.read import read_policy
from gatepost.reasoning.questions import Asker, Side
from gatepost.reasoning.windows import State
from gatepost.words.dates import date_in_full
from gatepost.words.stretches import stretches_words
from reasoning.test_small_worlds import KEYS, random_policy, read

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SEND = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}
DENY = {**SEND, "Effect": "Deny"}


def between(start: str, end: str) -> Any:
    return {"Condition": {"DateGreaterThanEquals": {"aws:CurrentTime": start}, "DateLessThan": {"aws:CurrentTime": end}}}


def changes(old: list[Any], new: list[Any]) -> tuple[list[AccessChange], list[AccessChange]]:
    before, after = (
        read_policy(json.dumps({"Version": "2012-10-17", "Statement": each})) if each else Policy(()) for each in (old, new)
    )
    found = compared(before, after, Asker(Side.IDENTITY))
    return list(found.gains), list(found.losses)


def words(found: list[AccessChange]) -> list[str]:
    return ["" if each.when is None else stretches_words(each.when, NOW) for each in found]


def test_a_window_that_opens_or_closes_is_told() -> None:
    january = between("2023-01-01", "2023-02-01")
    gains, losses = changes([SEND, {**DENY, **january}], [SEND])
    assert (words(gains), losses) == (["from 2023-01-01T00:00:00Z until 2023-02-01T00:00:00Z, which is over"], [])
    gains, losses = changes([SEND], [{**SEND, **between("2026-01-01", "2027-01-01")}])
    assert (gains, words(losses)) == ([], ["until 2026-01-01T00:00:00Z and from 2027-01-01T00:00:00Z on"])


def test_windows_of_one_grant_are_told_together_without_their_dates() -> None:
    days = [f"2027-01-{day:02}" for day in range(1, 7)]
    windows = [{**SEND, **between(f"{day}T09:00:00Z", f"{day}T17:00:00Z")} for day in days]
    ((gain,), losses) = changes([], windows)
    assert (gain.indexes, gain.statement.conditions, losses) == ((0, 1, 2, 3, 4, 5), (), [])
    first, last = (f"from {day}T09:00:00Z until {day}T17:00:00Z" for day in (days[0], days[-1]))
    assert words([gain]) == [f"in 6 stretches of time, the first {first} and the last {last}"]


def test_a_change_in_which_the_time_plays_no_part_is_so_at_all_times() -> None:
    (gain,), _ = changes([], [SEND])
    assert gain.when is not None
    assert gain.when.is_constant
    before_and_after = [{**SEND, **between("1990", "2025")}, {**SEND, **between("2024", "9999")}]
    (gain,), _ = changes([{**SEND, **between("1990", "9999")}], [*before_and_after, {**SEND, "Action": "ses:SendRawEmail"}])
    assert gain.when is not None
    assert gain.when.is_constant


def test_dates_compared_as_text_are_in_no_piece_of_the_line() -> None:
    as_text = read_policy(json.dumps({"Statement": {**SEND, "Condition": {"StringLike": {"aws:CurrentTime": "2027-01-*"}}}}))
    assert when_more(Policy(()), as_text, Asker(Side.IDENTITY)) is None


@pytest.mark.parametrize("seed", range(40))
def test_at_every_moment_somebody_gains_where_the_engine_says_so(seed: int) -> None:
    rng = Random(seed)  # noqa: S311 -- reproducible cases
    keys = ("aws:CurrentTime", rng.choice([key for key in KEYS if key != "aws:CurrentTime"]))
    old, new = (read(random_policy(rng, keys, named=False)) for _ in range(2))
    gains = compared(old, new, Asker(Side.IDENTITY)).gains
    lines = [each.when for each in gains if each.when is not None]
    assert len(lines) == len(gains)
    starts = sorted({piece.start for line in lines for piece in line.pieces if piece.start is not None})
    moments = [NOW, *starts, *(start - timedelta(seconds=1) for start in starts)]
    moments += [earlier + (later - earlier) / 2 for earlier, later in pairwise(starts)]
    for moment in moments:
        then = Asker(Side.IDENTITY, known={"aws:CurrentTime": date_in_full(moment)})
        is_told = any(line.at(moment).state is State.ALLOWED for line in lines)
        assert is_told is (then.allows_more(old, new) is not None), moment
