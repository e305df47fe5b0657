"""z3 and cvc5 are asked what our own engine answers; they share neither its theory nor its candidates.

Where a solver has an answer it is ours, and the request that it finds is decided as wanted. z3 often has none in its time.
"""

import json
import string
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.policy.read import read_policy
from gatepost.policy.request import Request
from gatepost.policy.values import read_instant
from gatepost.reasoning.layer import Side
from gatepost.reasoning.lines import written
from gatepost.reasoning.questions import Asker
from gatepost.reasoning.smt import Answer
from gatepost.reasoning.terms import quoted, read_values
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.wanted import Wanted
from gatepost.reasoning.witness import request_of_values
from gatepost.solvers.portfolio import decide_by_solvers
from gatepost.solvers.worker import SOLVERS
from reasoning.test_small_worlds import KEYS, random_policy, random_statement

Json = Any  # policy documents
SECONDS: Final = {"cvc5": 10.0, "z3": 1.0}
VARIABLES: Final = ("${aws:username}", "${aws:PrincipalTag/team}", "${aws:PrincipalTag/team, 'none'}", "ann")
FORMS: Final = ("{}@example.com", "{}@*", "*@{}.example.com", "{}*", "ann@{}.com")
INSTANTS: Final = (
    "1700000000", "1700000001", "1.7e9", "1700000000.5", "1700000000.0000000001", "2023", "2023-11-14T22:13:20Z", "-5", "1e300", "soon",
)  # fmt: skip
IDENTITY: Final = "arn:aws:ses:*:*:identity/"


def small(rng: Random) -> tuple[Side, list[Json], list[Json]]:
    """Two policies of one to three statements on two keys, the second often the first but for one statement."""
    keys = tuple(sorted(rng.sample(tuple(KEYS), 2)))
    side = rng.choice((Side.IDENTITY, Side.IDENTITY, Side.RESOURCE))
    named = side is Side.RESOURCE
    old = random_policy(rng, keys, named=named)
    new = [*old] if rng.random() < 0.6 else random_policy(rng, keys, named=named)
    if rng.random() < 0.7:
        new[rng.randrange(len(new))] = random_statement(rng, keys, named=named)
    return side, old, new


def large(rng: Random) -> tuple[Side, list[Json], list[Json]]:
    """Two policies of five to twenty statements on every key, the same but for one."""
    old = [random_statement(rng, tuple(KEYS), named=False) for _ in range(rng.randint(5, 20))]
    new = [*old]
    rng.shuffle(new)
    new[0] = random_statement(rng, tuple(KEYS), named=False)
    return Side.IDENTITY, old, new


def with_variables(rng: Random) -> tuple[Side, list[Json], list[Json]]:
    """Two policies of one or two statements that bind the From address or the identity to the caller's name or tag."""

    def bound() -> Json:
        said: Json = {"Effect": rng.choice(("Allow", "Allow", "Deny")), "Action": "ses:SendEmail", "Resource": "*"}
        if rng.random() < 0.4:
            said["Resource"] = IDENTITY + rng.choice(FORMS).format(rng.choice(VARIABLES))
        operator = rng.choice(("StringEquals", "StringLike", "StringNotLike"))
        said["Condition"] = {operator: {"ses:FromAddress": rng.choice(FORMS).format(rng.choice(VARIABLES))}}
        if rng.random() < 0.3:
            said["Condition"].setdefault("StringLike", {})["aws:PrincipalTag/team"] = rng.choice(("ann", "a*", "none"))
        return said

    return Side.IDENTITY, [bound() for _ in range(rng.choice((1, 2)))], [bound() for _ in range(rng.choice((1, 2)))]


def by_seconds(rng: Random) -> tuple[Side, list[Json], list[Json]]:
    """Two policies of one or two statements on seconds since 1970, which are compared as dates and as numbers."""

    def timed() -> Json:
        found: Json = {"Effect": rng.choice(("Allow", "Allow", "Deny")), "Action": "ses:SendEmail", "Resource": "*"}
        found["Condition"] = {}
        for _ in range(rng.choice((1, 2, 2))):
            base = rng.choice(("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"))
            operator = f"{rng.choice(('Date', 'Numeric', 'Numeric'))}{base}{rng.choice(('', '', 'IfExists'))}"
            found["Condition"][operator] = {"aws:EpochTime": rng.sample(INSTANTS, rng.choice((1, 1, 2)))}
        return found

    return Side.IDENTITY, [timed() for _ in range(rng.choice((1, 2)))], [timed() for _ in range(rng.choice((1, 2)))]


WORLDS: Final = {"by seconds": by_seconds, "small": small, "large": large, "with variables": with_variables}


def read(statements: list[Json]) -> Any:
    return read_policy(json.dumps({"Version": "2012-10-17", "Statement": statements}))


def agrees(world: str, seed: int, solvers: tuple[str, ...]) -> None:
    side, old, new = WORLDS[world](Random(seed))  # noqa: S311 -- reproducible cases
    wanted = Wanted(of=(read(new),), but_not=(read(old),))
    asker = Asker(side, decider=decide_by_solvers)
    told = f"{world} {seed}: {json.dumps(old)} against {json.dumps(new)}"
    try:
        found = asker.search(wanted)
    except Undecidable:
        assert world == "with variables", told
        return
    space, question = asker.question(wanted)
    for solver in solvers:
        verdict, _, values = SOLVERS[solver](question.text(), SECONDS[solver]).partition("\n")
        if verdict == "sat" and (world != "with variables" or found.request is None):
            request = request_of_values(space, question.model(Answer(verdict, values)))
            assert wanted.is_met_by(request, side), f"{solver} finds {request}: {told}"
        assert verdict.startswith("unknown") or (verdict == "sat") is (found.request is not None), f"{solver}: {told}"


@pytest.mark.parametrize(("world", "count"), [("small", 10), ("large", 2), ("with variables", 10), ("by seconds", 15)])
def test_the_general_solvers_agree(world: str, count: int) -> None:
    for seed in range(count):
        agrees(world, seed, ("cvc5",))
    agrees(world, count, ("z3",))


@pytest.mark.long
@pytest.mark.parametrize("block", range(10))
@pytest.mark.parametrize(("world", "count"), [("small", 90), ("large", 60), ("with variables", 40), ("by seconds", 10)])
def test_the_general_solvers_agree_on_many_questions(world: str, count: int, block: int) -> None:
    for seed in range(1000 + block * count, 1000 + (block + 1) * count):  # 2,000 in all
        agrees(world, seed, ("cvc5", "z3"))


NAMES: Final = ("ann", "none", "example")
ADDRESSES: Final = (None, *(form.replace("*", "z").format(name) for form in FORMS for name in NAMES), "ann@example.com")
REQUESTS: Final = [
    Request(
        f"arn:aws:iam::111122223333:user/{name}",
        "ses:SendEmail",
        IDENTITY.replace("*", "eu") + (identity or "ann@example.com"),
        context={
            key: value
            for key, value in (("aws:username", name), ("aws:PrincipalTag/team", team), ("ses:FromAddress", sender))
            if value is not None
        },
    )
    for name, team, sender, identity in product(NAMES, (None, *NAMES), ADDRESSES, ADDRESSES[1:])
]


@pytest.mark.parametrize("seed", range(60))
def test_an_enumeration_of_names_and_tags_agrees(seed: int) -> None:
    rng = Random(seed)  # noqa: S311 -- reproducible cases
    side, old, new = with_variables(rng)
    wanted = Wanted(of=(read(new),), but_not=(read(old),))
    if Asker(side, decider=decide_by_solvers, seconds=30).search(wanted).request is None:
        assert not [request for request in rng.sample(REQUESTS, 700) if wanted.is_met_by(request, side)]


def test_a_question_is_written_in_words_that_solvers_know() -> None:
    allow = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}
    old = read([allow | {"Condition": {"StringLike": {"ses:FromAddress": '*@"a\\b"'}}}])
    new = read([allow | {"Condition": {"StringEqualsIgnoreCase": {"ses:FromAddress": "Ko@a"}}}])
    text = Asker().as_smt_lib(old, new)
    assert text.isascii()
    assert r'(str.suffixof "@""a\u{5c}b""" |ses:fromaddress.0|)' in text
    assert r'(re.union (str.to_re "k") (str.to_re "K") (str.to_re "\u{212a}"))' in text


@given(st.text(string.printable + "äK\ue000\u2fff"))
def test_a_text_is_read_back_as_it_was_written(text: str) -> None:
    assert read_values(f"((|ses:fromaddress.0| {quoted(text)}))") == {"ses:fromaddress.0": text}


@given(st.integers(-(10**23) + 1, 10**23 - 1))
def test_every_instant_of_the_line_can_be_written(instant: int) -> None:
    assert read_instant(written("Date", Fraction(instant))) == instant


def test_numbers_of_every_kind_are_read() -> None:
    printed = "((a 5) (b (- 5)) (c 2.50) (d (/ 1 3)) (e (- (/ 1.0 4.0))) (f true))"
    assert read_values(printed) == {
        "a": 5, "b": -5, "c": Fraction(5, 2), "d": Fraction(1, 3), "e": Fraction(-1, 4), "f": True,
    }  # fmt: skip


@pytest.mark.parametrize("printed", ["", "(a", "((a b c))", '(error "no model")', "((a unknown))"])
def test_values_of_another_form_are_refused(printed: str) -> None:
    with pytest.raises(ValueError, match=r"expected|Invalid literal"):
        read_values(printed)


def test_the_letters_of_a_model_that_nobody_knows_become_familiar() -> None:
    allow = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}
    like = allow | {"Condition": {"StringLike": {"ses:FromAddress": "??y@example.com"}}}
    _, question = Asker().question(Wanted(of=(read([like]),)))
    model = question.model(Answer("sat", r'((|ses:fromaddress.0| "\u{e000}\u{1}y@example.com"))'))
    assert model.value(("ses:fromaddress", 0)) == "wvy@example.com"
