"""The general solvers in their processes: the first answer counts, and none is waited for beyond the limit."""

import pytest

from gatepost.reasoning.smt import Answer
from gatepost.solvers.portfolio import decide_by_solvers, installed

# Whether three words of a, b and c can be such that no letter stands beside itself, and their square ends twice as it began: long work.
HARD = """(set-option :produce-models true)
(set-logic ALL)
(declare-const x String)
(declare-const y String)
(declare-const z String)
(assert (= (str.++ x "ab" y x z) (str.++ z y "ba" x x)))
(assert (> (str.len x) 40))
(assert (not (= (str.++ x y) (str.++ y x))))
(assert (str.in_re (str.++ x y z) (re.* (re.union (str.to_re "abc") (str.to_re "cba") (str.to_re "bb")))))
(assert (not (str.in_re (str.++ y z x) (re.++ re.all (str.to_re "abcabc") re.all))))
(check-sat)
(get-value (x y z))
"""


def question(term: str) -> str:
    return f"(set-option :produce-models true)(set-logic ALL)(declare-const x String)(assert {term})(check-sat)(get-value (x))"


@pytest.mark.parametrize("solver", installed())
def test_a_solver_answers_with_a_model_or_that_there_is_none(solver: str) -> None:
    assert decide_by_solvers(question('(= x "a@b")'), 30, (solver,)) == Answer("sat", '((x "a@b"))\n')
    assert decide_by_solvers(question('(= (str.++ x "a") "b")'), 30, (solver,)) == Answer("unsat")


def test_both_solvers_are_here_and_cvc5_is_asked_first() -> None:
    assert installed() == ("cvc5", "z3")


def test_without_a_solver_nothing_is_known() -> None:
    assert decide_by_solvers(question("true"), 1, ()) == Answer("unknown")


def test_a_question_beyond_the_limit_is_given_up() -> None:
    assert decide_by_solvers(HARD, 0.5) == Answer("unknown")


@pytest.mark.parametrize("solver", installed())
def test_a_text_that_is_no_question_has_no_answer(solver: str) -> None:
    assert decide_by_solvers("(assert nonsense)", 30, (solver,)) == Answer("unknown")
