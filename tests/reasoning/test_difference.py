"""What both sides share, and what cannot speak of the same request, is left out before the question is asked."""

import json
from typing import Any

import pytest

from gatepost.policy.model import Policy
from gatepost.policy.read import read_policy
from gatepost.reasoning.difference import difference
from gatepost.reasoning.questions import Asker

SEND = {"Sid": "Send", "Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}
LIST = {"Sid": "List", "Effect": "Allow", "Action": "ses:ListIdentities", "Resource": "*"}
SHUT = {"Sid": "Shut", "Effect": "Deny", "Action": "ses:Send*", "Resource": "arn:aws:ses:*:*:identity/a.org"}


def policy(*statements: Any) -> Policy:
    return read_policy(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def sids(policies: tuple[Policy, ...]) -> list[str | None]:
    return [statement.sid for each in policies for statement in each.statements]


def told(new: Policy, old: Policy) -> tuple[list[str | None], list[str | None]]:
    left = difference((new,), (old,))
    return sids(left.new), sids(left.old)


def asks_from(address: str, **more: Any) -> Any:
    return {**SEND, "Condition": {"StringLike": {"ses:FromAddress": address}}, **more}


def test_the_same_statements_in_another_order_are_nothing() -> None:
    assert told(policy(SEND, LIST, SHUT), policy(SHUT, LIST, {**SEND, "Sid": "Another"})) == ([], [])


def test_an_allow_that_was_added_keeps_what_speaks_of_its_requests() -> None:
    assert told(policy(SEND, LIST, SHUT), policy(LIST, SHUT)) == (["Send", "Shut"], ["Shut"])


def test_a_deny_that_was_lifted_keeps_what_speaks_of_its_requests() -> None:
    assert told(policy(SEND, LIST), policy(SEND, LIST, SHUT)) == (["Send"], ["Send", "Shut"])


def test_an_allow_that_was_taken_away_or_a_deny_that_was_added_allows_nothing_more() -> None:
    assert told(policy(LIST, SHUT), policy(SEND, LIST)) == ([], [])


TLS = {"Bool": {"aws:SecureTransport": "true"}}
IDENTITY = "arn:aws:ses:us-east-1:111122223333:identity/"


@pytest.mark.parametrize(
    ("narrower", "wider"),
    [
        ({**SEND, "Condition": TLS}, SEND),
        ({**SEND, "Resource": f"{IDENTITY}a.org"}, {**SEND, "Action": "ses:*", "Resource": [f"{IDENTITY}b.org", f"{IDENTITY}?.org"]}),
        (asks_from("ann@a.org"), asks_from("*@a.org")),
        ({**SEND, "Condition": {"StringEquals": {"ses:FromAddress": "ann@a.org"}, **TLS}}, asks_from("ann@*")),
        (asks_from("${aws:username}@a.org", Condition={"StringLike": {"ses:FromAddress": "${aws:username}@a.org"}, **TLS}),
         asks_from("${aws:username}@a.org")),
    ],
)  # fmt: skip
def test_a_statement_that_another_covers_raises_no_question(narrower: Any, wider: Any) -> None:
    assert told(policy(narrower, LIST), policy(wider, LIST)) == ([], [])
    deny = {"Effect": "Deny"}
    assert told(policy(SEND, wider | deny), policy(SEND, narrower | deny)) == ([], [])
    assert told(policy(wider), policy(narrower)) == (["Send"], ["Send"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({**SEND, "Condition": {"BoolIfExists": {"aws:SecureTransport": "true"}}}, {**SEND, "Condition": TLS}),
        ({**SEND, "Action": "future:*"}, {**SEND, "Action": ["future:Go", "ses:*"]}),
        ({**SEND, "Resource": "*"}, {**SEND, "Resource": f"{IDENTITY}*"}),
        ({"Sid": "Send", "Effect": "Allow", "Action": "ses:SendEmail", "NotResource": "*:a"},
         {"Sid": "Send", "Effect": "Allow", "Action": "ses:SendEmail", "NotResource": "*"}),
        (asks_from("*@a.org"), {**SEND, "Condition": {"StringNotLike": {"ses:FromAddress": "*@b.org"}}}),
    ],
)  # fmt: skip
def test_one_that_no_word_shows_to_be_covered_stays_a_question(one: Any, other: Any) -> None:
    assert told(policy(one), policy(other))[0] == ["Send"]


def test_of_several_statements_that_cover_one_together_the_solver_is_asked() -> None:
    both = policy({**SEND, "Action": ["ses:SendEmail", "ses:SendRawEmail"]})
    halves = policy(SEND, {**SEND, "Action": "ses:SendRawEmail"})
    assert sids(difference((both,), (halves,)).new) == ["Send"]
    assert Asker().equivalent(both, halves)


@pytest.mark.parametrize(
    ("other", "kept"),
    [
        (asks_from("*@b.org", Sid="Other"), []),
        (asks_from("?eo@*", Sid="Other"), ["Other"]),
        ({**asks_from(""), "Sid": "Other", "Condition": {"StringNotLike": {"ses:FromAddress": "*@b.org"}}}, ["Other"]),
        ({**asks_from(""), "Sid": "Other", "Condition": {"StringLikeIfExists": {"ses:FromAddress": "*@b.org"}}}, ["Other"]),
        ({**asks_from(""), "Sid": "Other", "Condition": {"StringEquals": {"ses:FromAddress": "*@a.org"}}}, ["Other"]),
        (asks_from("${aws:username}@b.org", Sid="Other"), ["Other"]),
        ({**SEND, "Sid": "Other", "Resource": "arn:aws:ses:*:*:identity/b.org"}, []),
        ({**SEND, "Sid": "Other", "Resource": "arn:aws:ses:*:*:identity/${aws:username}"}, ["Other"]),
        ({"Sid": "Other", "Effect": "Allow", "NotAction": "ses:Send*", "Resource": "*"}, []),
    ],
)
def test_a_statement_is_left_out_where_a_pair_tells_that_it_is_apart(other: Any, kept: list[str]) -> None:
    root = asks_from("*@a.org", Resource="arn:aws:ses:*:*:identity/a.org")
    assert told(policy(root), policy(other)) == (["Send"], kept)


def test_statements_of_actions_that_the_catalogue_does_not_know_may_meet() -> None:
    new = policy({**SEND, "Action": ["ses:SendEmail", "future:*"]})
    assert told(new, policy({**LIST, "Action": "future:Go"})) == (["Send"], ["List"])
    assert told(new, policy({**LIST, "Action": "ses:ListIdentities"})) == (["Send"], [])


def test_a_variable_that_stands_on_both_sides_need_not_be_known() -> None:
    own = asks_from("${aws:username}@a.org")
    assert Asker().narrower(policy(own), policy(own, LIST))
    assert not Asker().narrower(policy(own), policy(LIST, {**own, "Resource": "arn:aws:ses:*:*:identity/a.org"}))
