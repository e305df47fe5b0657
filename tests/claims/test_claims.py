"""What claims say, as data: requests that they speak of and not, and texts that are no claim."""

import json
from pathlib import Path
from typing import Any

import pytest

from gatepost.claims.described import described, without_key
from gatepost.claims.errors import ClaimError
from gatepost.claims.read import read_claim
from gatepost.claims.who import Home
from gatepost.policy.request import Request
from gatepost.reasoning.situation import describes

HERE = Path(__file__).parent
READINGS = json.loads((HERE / "readings.json").read_text("utf-8"))
ERRORS = json.loads((HERE / "errors.json").read_text("utf-8"))
HOME = Home("123456789012", groups={"marketing": frozenset(("arn:aws:iam::123456789012:user/mia",))})


def request(given: Any) -> Request:
    return Request(
        given.get("principal", "arn:aws:iam::123456789012:user/somebody"),
        given["action"],
        given.get("resource", "arn:aws:ses:us-east-1:123456789012:identity/example.com"),
        context=given.get("context", {}),
    )


@pytest.mark.parametrize("case", READINGS, ids=lambda case: case["name"])
def test_a_claim_speaks_of(case: Any) -> None:
    claim = read_claim(case["claim"])
    for each, spoken in (*((each, True) for each in case["speaks_of"]), *((each, False) for each in case["not_of"])):
        asked = request(each)
        assert describes(described(claim, asked.principal, HOME), asked) is spoken, asked


@pytest.mark.parametrize(("text", "error"), ERRORS)
def test_a_text_that_is_no_claim_says_where_and_what_was_expected(text: str, error: str) -> None:
    with pytest.raises(ClaimError) as raised:
        read_claim(text)
    assert str(raised.value) == error


def test_words_of_the_language_stand_in_any_case() -> None:
    assert read_claim("SEND From a@b.org UNLESS Another Account").terms == read_claim("send from a@b.org").terms


def test_the_actions_that_carry_no_such_key_are_told() -> None:
    assert without_key(read_claim("ses:SendEmail, ses:SendBulkEmail from a@b.org")) == {"from": ("ses:SendBulkEmail",)}
    assert without_key(read_claim("ses:SendEmail from a@b.org")) == {}


def test_a_group_whose_users_are_not_known_is_refused() -> None:
    claim = read_claim("send by group/sales")
    with pytest.raises(ClaimError, match="column 9: `group/sales`: the users of this group are not known here"):
        claim.covers(request({"action": "ses:SendEmail"}).principal, HOME)


def test_a_claim_of_no_request_is_refused() -> None:
    claim = read_claim("ses:GetSendQuota on example.com")
    with pytest.raises(ClaimError, match=r"none of ses:GetSendQuota is asked on identity/example\.com"):
        described(claim, request({"action": "ses:SendEmail"}).principal, HOME)
