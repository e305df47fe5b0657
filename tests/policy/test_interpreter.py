"""The engine against a naive interpreter that was written from the documentation alone."""

import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from policy.differential import compare, differs, smallest, told
from policy.interpreter.decision import interpret

CASES = Path(__file__).parent.parent / "cases"
REQUESTS_EACH = 50


def cases() -> list[object]:
    return [
        pytest.param(case, id=f"{file.stem}: {case['name']}")
        for file in sorted(CASES.glob("*.json"))
        for case in json.loads(file.read_text("utf-8"))
    ]


@pytest.mark.parametrize("case", cases())
def test_it_reads_every_case_as_it_is_expected(case: dict[str, Any]) -> None:
    assert interpret(case) == case["expected"]


@pytest.mark.parametrize("seed", [1, 2])
def test_ten_thousand_decisions_agree(seed: int) -> None:
    agreed = compare(seed, 10_000 // REQUESTS_EACH, REQUESTS_EACH)
    verdicts = by(agreed, 1)
    assert sum(verdicts.values()) == 10_000
    assert min(verdicts.values()) > 1_500, f"a verdict is rare: {verdicts}"


@pytest.mark.long
@pytest.mark.parametrize("seed", [11, 12, 13, 14])
def test_a_quarter_of_a_million_decisions_agree(seed: int, capfd: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    agreed = compare(seed, 250_000 // REQUESTS_EACH, REQUESTS_EACH)
    figures = f"{sum(agreed.values()):,} decisions in {time.monotonic() - began:.0f} s"
    with capfd.disabled():
        sys.stderr.write(f"\n{figures}: {shares(by(agreed, 1))}; {shares(by(agreed, 0))}\n")
    assert sum(agreed.values()) == 250_000


def test_a_difference_is_told_as_the_smallest_case(monkeypatch: pytest.MonkeyPatch) -> None:
    statement = {"Effect": "Allow", "Action": ["ses:SendEmail", "ses:GetSendQuota"], "Resource": "*"}
    case: dict[str, Any] = {
        "request": {
            "principal": "arn:aws:iam::111122223333:user/alice",
            "action": "ses:SendEmail",
            "resource": "*",
            "context": {"aws:username": "alice"},
        },
        "identity_policies": [{"Statement": [statement, statement]}, {"Version": "2012-10-17", "Statement": [statement]}],
        "resource_policies": [],
    }
    monkeypatch.setattr("policy.differential.interpret", lambda _case: "implicitDeny")
    assert differs(case)
    found = json.loads(told(smallest(case)))
    assert found["identity_policies"] == [{"Statement": [{"Effect": "Allow", "Action": ["ses:SendEmail"], "Resource": "*"}]}]
    assert found["request"] == {name: case["request"][name] for name in ("principal", "action", "resource")}
    assert (found["why"], found["expected"]) == ("the engine says allowed", "implicitDeny")


def by(agreed: Counter[tuple[str, str]], part: int) -> Counter[str]:
    """The counts by kind of caller (0) or by verdict (1)."""
    counts: Counter[str] = Counter()
    for key, count in agreed.items():
        counts[key[part]] += count
    return counts


def shares(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count / sum(counts.values()):.0%}" for name, count in counts.most_common())
