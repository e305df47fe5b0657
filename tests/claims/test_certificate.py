"""Certificates: each is checked from its text alone, and what was tampered with is refused with its place."""

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from random import Random
from typing import Any

import pytest
from pysat.solvers import Solver

from claims.test_prove import CLAIMS, PROOFS, SEND, random_statements, subject
from claims.test_public import CASES as PUBLIC
from gatepost.claims.certificate import certificate
from gatepost.claims.check import check_certificate
from gatepost.claims.errors import ClaimError
from gatepost.claims.part import CertificateError
from gatepost.claims.question import COMPARISONS, Kind, Question
from gatepost.claims.read import read_claim
from gatepost.reasoning.refutation import Unproved
from gatepost.reasoning.undecidable import Undecidable
from gatepost.solvers.portfolio import general_solvers
from gatepost.solvers.worker import SOLVERS

Json = Any
DENY = SEND | {"Effect": "Deny", "Condition": {"StringLike": {"ses:FromAddress": "ceo@*"}}}
NARROW = SEND | {"Condition": {"StringLike": {"ses:FromAddress": "news@example.com"}}}
WIDE = SEND | {"Condition": {"StringLike": {"ses:FromAddress": "*@example.com"}}}


def certified(question: Question) -> Json:
    """The certificate of the answer, as it is read from its file."""
    return json.loads(json.dumps(certificate(question, question.proof(), "1.0")))


def claimed(case: Json) -> Question:
    layers = {name: case[name] for name in ("identity", "resource", "boundary", "scps") if name in case}
    kind = Kind.ALWAYS if "always" in case else Kind.NEVER
    return Question(kind, subject(case.get("caller"), **layers), read_claim(case[kind.value]))


def refused(document: Json) -> str:
    with pytest.raises(Unproved) as raised:
        check_certificate(document)
    return str(raised.value)


@pytest.mark.parametrize("case", [each for each in PROOFS if "holds" in each], ids=lambda case: case["name"])
def test_the_answer_to_a_claim_is_checked(case: Json) -> None:
    checked = check_certificate(certified(claimed(case)))
    assert checked.holds is case["holds"]
    assert (checked.requests == 0) is case["holds"]
    assert not checked.by_solvers


@pytest.mark.parametrize("kind", [each for each in Kind if each not in (Kind.NEVER, Kind.ALWAYS)], ids=lambda kind: kind.value)
@pytest.mark.parametrize("others", [[WIDE], [NARROW], [DENY]], ids=("wide", "narrow", "nothing"))
def test_the_answer_to_every_other_question_is_checked(kind: Kind, others: list[Json]) -> None:
    question = Question(kind, subject(identity=others))
    if kind in COMPARISONS:
        question = Question(kind, subject(identity=[NARROW]), other=subject(identity=others), called="old.json")
    assert check_certificate(certified(question)).holds is question.proof().holds


@pytest.mark.parametrize("case", PUBLIC, ids=lambda case: case["name"])
def test_whether_a_resource_is_public_is_checked(case: Json) -> None:
    question = Question(Kind.NO_PUBLIC, subject(resource=case["policy"]))
    assert check_certificate(certified(question)).holds is question.proof().holds


@pytest.mark.parametrize("block", range(3))
def test_answers_about_random_policies_are_checked(block: int) -> None:
    answers = set()
    for seed in range(block * 25, block * 25 + 25):
        rng = Random(seed)  # noqa: S311 -- reproducible cases
        layer, statements = random_statements(rng)
        kind = rng.choice((Kind.NEVER, Kind.ALWAYS, Kind.NOTHING, Kind.NARROWER))
        other = subject(None, **{layer: statements[:-1]}) if kind is Kind.NARROWER and statements[1:] else None
        if kind is Kind.NARROWER and other is None:
            kind = Kind.NOTHING
        question = Question(kind, subject(None, **{layer: statements}), read_claim(rng.choice(CLAIMS)), other)
        try:
            document = certified(question)
        except (ClaimError, Undecidable):
            continue
        checked = check_certificate(document)
        answers.add((checked.holds, checked.requests > 0))
    assert answers == {(True, False), (False, True)}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"StringLike": {"aws:CurrentTime": "2023-*"}, "DateLessThan": {"aws:CurrentTime": "2023-06-01T00:00:00Z"}}, True),
        ({"StringLike": {"ses:FromAddress": "${aws:PrincipalTag/team}@*", "aws:PrincipalTag/team": "n*"}}, True),
        ({"StringLike": {"ses:FromAddress": ["a*", "b*"]}, "StringEquals": {"ses:FromAddress": "c@a.org"}}, False),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "NotIpAddress": {"aws:SourceIp": "10.0.0.0/7"}}, False),
        ({"ForAnyValue:StringLike": {"ses:Recipients": "a*"}, "ForAllValues:StringLike": {"ses:Recipients": "b*"}}, False),
    ],
)
def test_answers_about_every_kind_of_key_are_checked(condition: Json, holds: bool) -> None:
    question = Question(Kind.ANYTHING, subject(identity=[SEND | {"Condition": condition}]))
    checked = check_certificate(certified(question))
    assert (checked.holds, checked.by_solvers) == (holds, ())


# --- what stands in it --------------------------------------------------------------------------------------------------

HOLDS = Question(Kind.NARROWER, subject(identity=[NARROW]), other=subject(identity=[WIDE]), called="old.json")
FAILS = Question(Kind.NEVER, subject(identity=[WIDE]), read_claim("send from ceo@example.com"))


def test_it_holds_the_policies_with_their_digests_and_the_claim_in_words() -> None:
    told = certified(FAILS)
    (policy,) = told["of"]["policies"]
    assert policy["sha256"] == sha256(policy["document"].encode()).hexdigest()
    assert json.loads(policy["document"])["Statement"] == [WIDE]
    assert (told["claim"], told["answer"]) == ("send from ceo@example.com", "no")
    assert told["statement"] == "No request that the claim describes is allowed."
    assert certified(HOLDS)["statement"] == "Nothing is allowed that old.json does not allow."
    assert {each["decision"] for each in told["requests"]} == {"allowed"}


def test_clauses_lemmas_and_steps_are_in_the_forms_of_dimacs_and_drat() -> None:
    for each in certified(HOLDS)["refutations"]:
        lines = [*each["clauses"], *each["lemmas"], *each["steps"]]
        assert all(line.split()[-1] == "0" and all(int(word) for word in line.split()[:-1]) for line in lines)
        _, _, atoms, count = each["problem"].split()
        assert int(count) == len(each["clauses"]) + len(each["lemmas"])
        assert int(atoms) == max(abs(int(word)) for line in lines for word in line.split())
        meant = {abs(int(word)) for line in each["lemmas"] for word in line.split()[:-1]}
        with Solver(bootstrap_with=[[*map(int, line.split()[:-1])] for line in (*each["clauses"], *each["lemmas"])]) as solver:
            assert not solver.solve()
        assert meant <= {int(atom) for atom, meaning in each["atoms"].items() if meaning.keys() & {"matches", "isOneOf"}}


def test_what_a_general_solver_alone_decides_is_told_and_not_called_checked() -> None:
    team = {"StringEquals": {"ses:FromAddress": "${aws:PrincipalTag/team}@example.com", "aws:PrincipalTag/team": "news"}}
    about = subject(identity=[SEND | {"Condition": team}])
    question = Question(Kind.NARROWER, replace(about, decider=general_solvers(), seconds=30), other=subject(identity=[NARROW]))
    document = certified(question)
    checked = check_certificate(document)
    assert checked.holds
    assert checked.by_solvers == tuple(each["by"] for each in document["refutations"])
    another = json.loads(json.dumps(document))
    another["refutations"][0]["smt2"] = "(set-logic ALL)\n(assert false)\n(check-sat)"
    assert refused(another) == "refutations 1, smt2: it is another question"
    assert all(SOLVERS["cvc5"](each["smt2"], 30).startswith("unsat") for each in document["refutations"])


# --- what was tampered with ---------------------------------------------------------------------------------------------

Change = Callable[[Json], None]


def changed(*path: str | int, to: Json) -> Change:
    def change(document: Json) -> None:
        for each in path[:-1]:
            document = document[each]
        document[path[-1]] = to

    return change


POLICY = ("of", "policies", 0)
TAMPERED_PROOFS: dict[str, tuple[Change, str]] = {
    "another document": (changed(*POLICY, "document", to="{}"), "of, policies 1, sha256: expected"),
    "another statement": (changed("statement", to="All is well."), "statement: expected `Nothing is allowed that"),
    "another answer": (changed("answer", to="no"), "answer: 0 requests do not say so"),
    "a caller left out": (lambda told: told["refutations"].pop(), "refutations: expected "),
    "a caller for another": (changed("refutations", 0, "by", to="*"), "refutations 1, by: expected `arn:aws:"),
    "a clause left out": (lambda told: told["refutations"][0]["clauses"].pop(3), "refutations 1: clause 4: expected"),
    "a lemma too strong": (changed("refutations", 0, "lemmas", 0, to="1 0"), "refutations 1: lemma 1: expected patterns"),
    "no end": (lambda told: told["refutations"][0]["steps"].pop(), "refutations 1: step "),
    "another meaning": (changed("refutations", 0, "atoms", "1", to={}), "refutations 1: atom 1: expected"),
}
TAMPERED_REQUESTS: dict[str, tuple[Change, str]] = {
    "another sender": (changed("requests", 0, "context", "ses:fromaddress", to="a@example.com"), "requests 1: it is not such"),
    "another caller": (changed("requests", 0, "principal", "arn", to="*"), "requests 1: it is not such"),
    "another account": (changed("requests", 0, "context", "aws:resourceaccount", to="1" * 12), "requests 1: it is not such"),
    "another decision": (changed("requests", 0, "decision", to="explicitDeny"), "requests 1, decision: expected `allowed`"),
    "another answer": (changed("answer", to="yes"), "answer: "),
    "no request": (changed("requests", to=[]), "answer: 0 requests do not say so"),
    "another claim": (changed("claim", to="send from b@b.org"), "requests 1: it is not such"),
}


@pytest.mark.parametrize("name", TAMPERED_PROOFS)
def test_a_proof_that_was_tampered_with_is_refused(name: str) -> None:
    (change, said), document = TAMPERED_PROOFS[name], certified(HOLDS)
    change(document)
    assert refused(document).startswith(said)


@pytest.mark.parametrize("name", TAMPERED_REQUESTS)
def test_a_request_that_was_tampered_with_is_refused(name: str) -> None:
    (change, said), document = TAMPERED_REQUESTS[name], certified(FAILS)
    change(document)
    assert refused(document).startswith(said)


BROKEN: dict[str, tuple[Change, str]] = {
    "form": (changed("certificate", to=3), "certificate: expected 2"),
    "question": (changed("question", to="ever"), "question: expected one of never, always,"),
    "answer": (changed("answer", to="maybe"), "answer: expected `yes` or `no`, found `maybe`"),
    "nothing of": (changed("of", to=None), "of: expected an object"),
    "layer": (changed(*POLICY, "layer", to="roof"), "of, policies 1, layer: expected one of identity,"),
    "clause": (
        changed("refutations", 0, "clauses", 2, to="1 2"),
        "refutations 1, clauses 3: expected a clause such as `1 -2 0`",
    ),
    "literal": (changed("refutations", 0, "steps", 0, to="x 0"), "refutations 1, steps 1: expected a whole number, found `x`"),
    "atoms": (changed("refutations", 0, "atoms", to=[]), "refutations 1, atoms: expected an object"),
    "list": (changed("refutations", to={}), "refutations: expected a list"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_document_that_is_none_is_refused_with_its_place(name: str) -> None:
    (change, said), document = BROKEN[name], certified(HOLDS)
    change(document)
    with pytest.raises(CertificateError) as raised:
        check_certificate(document)
    assert str(raised.value).startswith(said)
