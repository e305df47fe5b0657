"""Questions whose policies hold variables that nobody has said the value of: what the answer is, and which way tells it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gatepost.policy.model import Policy
from gatepost.policy.read import read_policy
from gatepost.reasoning.layer import Side
from gatepost.reasoning.questions import Asker
from gatepost.reasoning.search import Found, Way
from gatepost.reasoning.smt import Answer
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.wanted import Wanted
from gatepost.solvers.portfolio import decide_by_solvers

CASES = json.loads(Path(__file__).with_name("variables.json").read_text("utf-8"))
SEND = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}
OWN_ADDRESS = SEND | {"Condition": {"StringEquals": {"ses:FromAddress": "${aws:username}@example.com"}}}
TWO_NAMES = (
    OWN_ADDRESS | {"Resource": "arn:aws:ses:*:*:identity/${aws:username}.org"},
    {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:ses:*:*:identity/bob.org"},
    {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringNotEquals": {"ses:FromAddress": "ann@example.com"}},
    },
)


def policy(*statements: Any) -> Policy:
    return read_policy(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def says(answer: Answer) -> Callable[[str, float], Answer]:
    return lambda _text, _seconds: answer


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_question_is_answered(case: Any) -> None:
    asker = Asker(Side(case.get("side", "identity")), decider=decide_by_solvers, seconds=60)
    wanted = Wanted(of=(policy(*case["new"]),), but_not=(policy(*case["minus"]),) if case["minus"] else ())
    if "undecided" in case:
        with pytest.raises(Undecidable) as raised:
            asker.search(wanted)
        assert str(raised.value) == case["undecided"]
        return
    found = asker.search(wanted)
    assert (found.request is not None, found.way.value) == (case["more"], case["way"])
    if found.request is not None:
        assert wanted.is_met_by(found.request, asker.side)
        assert found.request.principal.arn == case.get("caller", found.request.principal.arn)


def test_a_witness_is_asked_by_the_user_whose_name_it_carries() -> None:
    own = policy(OWN_ADDRESS)
    ceo = policy(SEND | {"Condition": {"StringEquals": {"ses:FromAddress": "ceo@example.com"}}})
    witness = Asker().overlap(own, ceo)
    assert witness is not None
    assert witness.principal.arn == "arn:aws:iam::111122223333:user/ceo"
    assert witness.context == {"aws:username": "ceo", "ses:fromaddress": "ceo@example.com"}


def test_without_a_general_solver_the_question_is_not_decided() -> None:
    with pytest.raises(Undecidable, match=r"`\${aws:username}` is not known; no general solver is asked"):
        Asker().allows_anything(policy(*TWO_NAMES))


@pytest.mark.parametrize("answer", [Answer("unknown"), Answer("sat", "((a1 (seq.unit 1)))")])
def test_a_solver_that_does_not_know_leaves_the_question_undecided(answer: Answer) -> None:
    with pytest.raises(Undecidable, match=r"not decided in 2 s: `\${aws:username}` is not known"):
        Asker(decider=says(answer), seconds=2).allows_anything(policy(*TWO_NAMES))


def test_what_no_solver_is_told_is_not_decided_by_its_model() -> None:
    in_any_case = {"StringEqualsIgnoreCase": {"ses:FromAddress": "${aws:username}@example.com"}}
    with pytest.raises(Undecidable, match="not decided in"):
        Asker(decider=decide_by_solvers).allows_anything(policy(TWO_NAMES[0] | {"Condition": in_any_case}, *TWO_NAMES[1:]))


def test_where_the_exact_engine_gives_up_a_general_solver_is_asked() -> None:
    asked = [SEND | {"Condition": {"StringLike": {"ses:FromAddress": "?" * 14}}}]
    for first, second in zip("abcdefghijkl", "dinsxchmrwbg", strict=True):
        unlike = {"StringNotLike": {"ses:FromAddress": f"*{first}{second}*"}}
        asked.append({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": unlike})
    wanted = Wanted(of=(policy(*asked),))
    with pytest.raises(Undecidable, match="13 patterns on one value"):
        Asker().search(wanted)
    assert Asker(decider=says(Answer("unsat"))).search(wanted) == Found(None, Way.SOLVER)
