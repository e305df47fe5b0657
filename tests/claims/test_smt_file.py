"""Questions written for general solvers: z3 and cvc5 read each file whole, and say what the answer is."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from claims.test_certificate import DENY, NARROW, WIDE, claimed
from claims.test_prove import PROOFS, SEND, subject
from gatepost.claims.question import Kind, Question
from gatepost.claims.read import read_claim
from gatepost.claims.smt_file import smt_file

Json = Any


def by_cvc5(text: str) -> str:
    import cvc5  # noqa: PLC0415 -- native code that few tests need

    terms = cvc5.TermManager()
    solver = cvc5.Solver(terms)
    solver.setOption("strings-exp", "true")
    solver.setOption("tlimit-per", "100000")
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "question")
    printed = ""
    while not (command := parser.nextCommand()).isNull():
        printed += command.invoke(solver, parser.getSymbolManager())
    return printed


def by_z3(text: str) -> str:
    import z3  # noqa: PLC0415 -- the same

    context = z3.Context()
    return str(z3.Z3_eval_smtlib2_string(context.ref(), text.replace("(reset)", "(reset)\n(set-option :timeout 2000)")))


def verdicts(printed: str) -> list[str]:
    assert "error" not in printed, printed
    return re.findall(r"^(sat|unsat|unknown)$", printed, re.MULTILINE)


def agree(question: Question, solver: Callable[[str], str] = by_cvc5) -> None:
    """What a solver says of the written question is the answer, where it knows one."""
    said = verdicts(solver(smt_file(question, "1.0")))
    assert len(said) == len(question.sought())
    if question.proof().holds is not (question.kind is Kind.ANYTHING):
        assert "sat" not in said
    else:
        assert "sat" in said or "unknown" in said
    assert "unknown" not in said or solver is by_z3


SLOW = ("a control policy does too", "nobody is taken for another of the same name")  # a minute of work for a general solver
HELD = [each for each in PROOFS if "holds" in each]


@pytest.mark.parametrize("case", [each for each in HELD if each["name"] not in SLOW], ids=lambda case: case["name"])
def test_cvc5_agrees_on_claims(case: Json) -> None:
    agree(claimed(case))


@pytest.mark.long
@pytest.mark.parametrize("solver", [by_cvc5, by_z3])
@pytest.mark.parametrize("case", HELD, ids=lambda case: case["name"])
def test_both_agree_on_claims(case: Json, solver: Callable[[str], str]) -> None:
    agree(claimed(case), solver)


@pytest.mark.parametrize("kind", [each for each in Kind if each not in (Kind.NEVER, Kind.ALWAYS)], ids=lambda kind: kind.value)
@pytest.mark.parametrize("solver", [by_cvc5, by_z3])
def test_both_agree_on_every_other_question(kind: Kind, solver: Callable[[str], str]) -> None:
    for first, second in ((NARROW, WIDE), (WIDE, NARROW), (DENY, WIDE)):
        agree(Question(kind, subject(identity=[first]), other=subject(identity=[second]), called="old.json"), solver)


def test_cvc5_agrees_where_every_layer_has_a_say() -> None:
    tls = SEND | {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}
    about = subject(identity=[SEND], resource=[WIDE | {"Principal": "*"}], boundary=[SEND], scps=[tls])
    agree(Question(Kind.NEVER, about, read_claim("send without tls")))
    agree(Question(Kind.NEVER, about, read_claim("send over tls")))


def test_the_head_says_what_is_asked_and_what_an_answer_means() -> None:
    about = subject(identity=[NARROW], caller=f"arn:aws:iam::{'1' * 12}:user/ann")
    text = smt_file(Question(Kind.NEVER, about, read_claim("ses:SendEmail from a@c.org")), "1.0")
    head = [line for line in text.splitlines() if line.startswith("; ")]
    assert head[0] == '; Gatepost 1.0, --never "ses:SendEmail from a@c.org": No request that the claim describes is allowed.'
    assert "SHA-256" in head[1]
    assert "asked by arn:aws:iam::111111111111:user/ann" in head[2]
    assert "answered yes, where the answer is `unsat`." in text
    assert text.isascii()


def test_where_something_is_to_be_found_sat_is_yes() -> None:
    text = smt_file(Question(Kind.ANYTHING, subject(identity=[NARROW])), "1.0")
    assert "The question is answered no, where" in text


def test_each_side_of_an_equivalence_is_named() -> None:
    text = smt_file(
        Question(Kind.EQUIVALENT, subject(identity=[NARROW]), other=subject(identity=[WIDE]), called="old.json"), "1.0"
    )
    assert "allowed by the policies named `of` above, and not by those named `against`" in text
    assert "allowed by the policies named `against` above, and not by those named `of`" in text


def test_a_caller_who_cannot_be_asked_about_is_told_in_the_file() -> None:
    clock = SEND | {"Condition": {"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z", "aws:EpochTime": "1"}}}
    text = smt_file(Question(Kind.NOTHING, subject(identity=[clock])), "1.0")
    assert '(echo "not asked: aws:CurrentTime and aws:EpochTime in one question")' in text
    assert "(check-sat)\n" not in text
    assert verdicts(by_z3(text)) == []


def test_what_no_term_says_is_told() -> None:
    folded = SEND | {"Condition": {"StringEqualsIgnoreCase": {"ses:FromAddress": "${aws:PrincipalTag/team}@example.com"}}}
    text = smt_file(Question(Kind.NOTHING, subject(identity=[folded])), "1.0")
    assert "where the answer is `sat` there may be no such request" in text
