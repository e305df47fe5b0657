"""The line of time of a policy, as data; and held against the engine, moment by moment."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from pathlib import Path
from random import Random
from typing import Any

import pytest

from gatepost.policy.decide import Policies, Verdict, decide
from gatepost.policy.model import Effect, Policy
from gatepost.policy.read import read_policy
from gatepost.policy.request import Request
from gatepost.policy.timetable import told
from gatepost.reasoning.windows import Piece, State, timeline

Json = Any  # policy documents
CASES = json.loads(Path(__file__).with_name("windows.json").read_text("utf-8"))
ALICE = "arn:aws:iam::111122223333:user/alice"


def policy(*statements: Json) -> Policy:
    return read_policy(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def statement(short: Json) -> Json:
    """A case's statement in full: an operator's date alone is of aws:CurrentTime."""
    elements = {name: value for name, value in short.items() if name in ("Effect", "Action")}
    condition = {
        name: value if isinstance(value, dict) else {"aws:CurrentTime": value}
        for name, value in short.items()
        if name not in elements
    }
    return {**elements, "Resource": "*", "Condition": condition}


def second(moment: datetime | None) -> str:
    return "" if moment is None else told(int(moment.timestamp()))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_line_is_cut_where_the_answer_changes(case: Json) -> None:
    line = timeline(policy(*map(statement, case["statements"])))
    assert " ".join(f"{piece.state.value} {second(piece.end)}" for piece in line.pieces).strip() == case["pieces"]
    assert line.is_constant is (len(line.pieces) == 1)


def test_a_statement_has_its_own_line() -> None:
    of_both = policy(
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        statement({"Effect": "Deny", "Action": "ses:*", "DateLessThan": "2023"}),
    )
    assert timeline(of_both.statements[0]).is_constant
    assert timeline(of_both.statements[1]) == timeline(of_both)


def test_a_moment_is_in_one_piece_and_some_are_to_come() -> None:
    line = timeline(
        policy(statement({"Effect": "Allow", "Action": "*", "DateGreaterThanEquals": "2023", "DateLessThan": "2024"}))
    )
    opening, end = datetime(2023, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)
    inside = Piece(opening, end, State.ALLOWED)
    assert line.at(opening) == line.at(end - timedelta(seconds=1)) == inside
    assert line.at(end) == Piece(end, None, State.DENIED)
    assert line.after(opening - timedelta(days=1)) == (inside, line.at(end))
    assert line.after(end) == ()


# --- against the engine, moment by moment ---------------------------------------------------------------------------------

START = datetime(2023, 1, 1, tzinfo=UTC)
OPERATORS = ("DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals")
ACTIONS = ("ses:SendEmail", "ses:SendRawEmail", "ses:GetSendQuota")
FROM = ("10.0.0.1", "10.0.0.2", "192.0.2.1", None)
MOMENTS = 12  # seconds that the policies name some of


def random_policy(rng: Random) -> Policy:
    def random_statement() -> Json:
        condition: Json = {}
        for operator in rng.sample(OPERATORS, rng.choice((0, 1, 1, 2))):
            date = second(START + timedelta(seconds=rng.randrange(2, MOMENTS - 2)))
            condition[operator] = {"aws:CurrentTime": date}
        if rng.random() < 0.3:
            condition[rng.choice(("IpAddress", "NotIpAddress"))] = {"aws:SourceIp": rng.choice(("10.0.0.0/24", "10.0.0.1"))}
        action = rng.choice((*ACTIONS[:2], "ses:Send*", "ses:*", ["ses:SendEmail", "ses:GetSendQuota"]))
        return {"Effect": rng.choice(("Allow", "Deny")), "Action": action, "Resource": "*", "Condition": condition}

    return policy(*(random_statement() for _ in range(rng.choice((1, 2, 2, 3)))))


def answers(of: Policy, moment: datetime) -> tuple[frozenset[object], frozenset[object]]:
    """The requests of the small world that are allowed at a moment (by a policy of Denies: not denied), and the denied."""
    only_denies = all(each.effect is Effect.DENY for each in of.statements)
    allowed, denied = set(), set()
    for action, address in product(ACTIONS, FROM):
        context = {"aws:CurrentTime": second(moment), **({} if address is None else {"aws:SourceIp": address})}
        verdict = decide(Request(ALICE, action, "*", context=context), Policies([of])).verdict
        if verdict is Verdict.EXPLICIT_DENY:
            denied.add((action, address))
        elif verdict is Verdict.ALLOWED or only_denies:
            allowed.add((action, address))
    return frozenset(allowed), frozenset(denied)


@pytest.mark.parametrize("seed", range(120))
def test_each_piece_says_what_the_engine_says_at_every_moment_of_it(seed: int) -> None:
    of = random_policy(Random(seed))  # noqa: S311 -- test data
    line = timeline(of)
    moments = [START + timedelta(seconds=number) for number in range(MOMENTS)]
    said = {moment: answers(of, moment) for moment in moments}

    def reaches_as_far(one: datetime, other: datetime) -> bool:
        return said[one][0] >= said[other][0] and said[one][1] <= said[other][1]

    for before, moment in pairwise(moments):
        assert (line.at(before) == line.at(moment)) is (said[before] == said[moment])
    if line.is_constant:
        return
    for moment in moments:
        most = all(reaches_as_far(moment, other) for other in moments)
        least = all(reaches_as_far(other, moment) for other in moments)
        expected = State.ALLOWED if most else State.DENIED if least else State.DEPENDS
        assert line.at(moment).state is expected, second(moment)
