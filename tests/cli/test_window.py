"""`gatepost window` at the command line: what it prints where, and what it refuses."""

import json
import shlex
from pathlib import Path

import pytest

from gatepost.cli import main
from gatepost.policy.read import read_policy
from gatepost.reasoning.windows import timeline
from gatepost.words.dates import date_in_full

REFUSALS = json.loads(Path(__file__).with_name("window_refusals.json").read_text("utf-8"))
DOMAIN = "arn:aws:ses:us-east-1:123456789012:identity/example.com"


def run(line: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = main(["window", *shlex.split(line)])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def bounds(document: str) -> list[str]:
    return [date_in_full(piece.end) for piece in timeline(read_policy(document)).pieces if piece.end is not None]


def test_the_article_s_window_is_written_right_and_told_to_be_past(capsys: pytest.CaptureFixture[str]) -> None:
    code, document, told = run(
        "--deny-outside --between 2023-01-01T00:00:00Z 2023-01-31T23:59:59Z --action ses:SendEmail --action ses:SendRawEmail",
        capsys,
    )
    assert code == 0
    before, after = json.loads(document)["Statement"]
    assert before == {
        "Effect": "Deny",
        "Action": ["ses:SendEmail", "ses:SendRawEmail"],
        "Resource": "*",
        "Condition": {"DateLessThan": {"aws:CurrentTime": "2023-01-01T00:00:00Z"}},
    }
    assert after["Condition"] == {"DateGreaterThanEquals": {"aws:CurrentTime": "2023-01-31T23:59:59Z"}}
    assert "proved: denies exactly outside [2023-01-01T00:00:00Z, 2023-01-31T23:59:59Z)" in told
    assert "the last window ended 2023-01-31T23:59:59Z, which is past" in told
    assert "░│█" in told
    assert "Of sending, nothing here forbids ses:SendTemplatedEmail" in told


def test_days_in_a_zone(capsys: pytest.CaptureFixture[str]) -> None:
    line = "--allow-inside --daily 09:00-17:00 --tz Europe/Rome --from 2096-10-26 --days 4 --weekdays fri-mon"
    code, document, told = run(line, capsys)
    assert code == 0
    assert bounds(document) == [
        *("2096-10-26T07:00:00Z", "2096-10-26T15:00:00Z", "2096-10-27T07:00:00Z", "2096-10-27T15:00:00Z"),
        *("2096-10-28T08:00:00Z", "2096-10-28T16:00:00Z", "2096-10-29T08:00:00Z", "2096-10-29T16:00:00Z"),
    ]
    assert "proved: allows exactly inside these 4 windows" in told
    assert "the clocks of Europe/Rome are set before 2096-10-28" in told
    assert "past" not in told


def test_dates_without_a_zone_are_of_the_zone_that_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    _, document, told = run(
        "--deny-outside --tz Europe/Rome --between 2096-06-01 2096-07-01T12:00 --between 2096-03-25T02:30 2096-04-01T00:00Z",
        capsys,
    )
    assert bounds(document) == [
        *("2096-03-25T01:00:00Z", "2096-04-01T00:00:00Z", "2096-05-31T22:00:00Z", "2096-07-01T10:00:00Z"),
    ]
    assert "does not exist" in told.replace("\n ", "")


def test_what_is_too_large_for_its_place_is_written_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    code, document, told = run("--deny-outside --daily 09:00-17:00 --from 2096-01-01 --on user", capsys)
    assert code == 1
    assert len(json.loads(document)["Statement"]) == 31
    assert "too large: a user's inline policies have room for 2,048, this needs 5,896; the first 10" in told


def test_an_identity_s_policy_names_everybody_whom_it_denies(capsys: pytest.CaptureFixture[str]) -> None:
    code, document, told = run(f"--deny-outside --between 2096-01-01 2097-01-01 --on identity --resource {DOMAIN}", capsys)
    assert code == 0
    assert [each["Principal"] for each in json.loads(document)["Statement"]] == [{"AWS": "*"}] * 2
    assert "bytes; fits an identity's policy (4,096)" in told


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case["line"])
def test_what_cannot_be_is_refused_by_name(case: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    code, document, told = run(case["line"], capsys)
    assert (code, document) == (2, "")
    assert told.startswith(f"gatepost: {case['message']}")
