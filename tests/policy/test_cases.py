"""Every decision case of `tests/cases`, decided; and explained to the same end."""

from pathlib import Path

import pytest

from gatepost.policy.cases import Case, read_cases, run_case
from gatepost.policy.explain import explain

CASES = Path(__file__).parent.parent / "cases"


def cases() -> list[object]:
    return [
        pytest.param(case, id=f"{file.stem}: {case.name}")
        for file in sorted(CASES.glob("*.json"))
        for case in read_cases(file.read_text("utf-8"))
    ]


@pytest.mark.parametrize("case", cases())
def test_it_is_decided_as_aws_decides_it(case: Case) -> None:
    assert case.source, "a case says where its answer comes from"
    assert run_case(case).decision is case.expected
    assert explain(case.request, case.policies).decision.verdict is case.expected
