"""The table of odd, wrong and hostile HTTP, without a socket; `benchmarks/http_servers.py` runs it against live servers."""

import random
from pathlib import Path

import pytest

from edge.http_case import HttpCase, read_answers, read_cases
from edge.wire import Client, Echo, admission, hand_moved_time

CASES = read_cases()
DOCS = Path(__file__).parents[2] / "docs" / "http.md"


def exchange(case: HttpCase, pieces: list[int]) -> tuple[list[int], bool, list[bool], list[tuple[str, bytes]]]:
    """Statuses without 100, whether it closes, which answers have bodies, what the gate took."""
    with hand_moved_time():
        gate = Echo(max_body=1_000_000)
        client = Client(gate, admission())
        client.send(case.sent, pieces)
        methods = ["HEAD" if "HEAD" in case.name else "GET"]
        answers = read_answers(client.wire.written, *methods)
        statuses = [status for status, _, _ in answers]
        return (
            statuses,
            client.wire.over,
            [bool(body) for _, _, body in answers],
            [(each.method, bytes(each.body)) for each in gate.taken],
        )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case_is_answered_as_the_rfcs_have_it(case: HttpCase) -> None:
    statuses, closes, bodies, _ = exchange(case, [])
    assert statuses == list(case.expected)
    assert closes is case.closes
    if case.bodies is not None:
        assert bodies == list(case.bodies)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_does_not_depend_on_how_its_bytes_are_split(case: HttpCase) -> None:
    whole = exchange(case, [])
    chance = random.Random(case.name)  # noqa: S311 -- places to cut at
    size = len(case.sent)
    some = sorted(chance.randrange(size) for _ in range(min(size, 50)))
    for pieces in ([*range(size)] if size < 2000 else [], some, [size // 2], [size - 1]):
        statuses, closes, _, taken = exchange(case, pieces)
        assert [status for status in statuses if status != 100] == [status for status in whole[0] if status != 100]
        assert closes is whole[1]
        assert taken == whole[3]


def test_names_of_the_cases_are_distinct_and_in_the_docs() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
    text = DOCS.read_text()
    assert [name for name in names if f"| {name} |" not in text] == []
