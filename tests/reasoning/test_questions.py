"""Hand-written questions, as data, and what holds of the six between each other."""

import json
from pathlib import Path
from typing import Any

import pytest

from gatepost.policy.model import Effect, Policy, Statement
from gatepost.policy.read import read_policy
from gatepost.reasoning.layer import Side
from gatepost.reasoning.questions import Asker
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.witness import allows

CASES = json.loads(Path(__file__).with_name("questions.json").read_text("utf-8"))
ASKER = Asker()
SEND = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}


def policy(*statements: Any) -> Policy:
    return read_policy(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_question_is_answered(case: Any) -> None:
    asker = Asker(Side(case.get("side", "identity")), known=case.get("known", {}))
    new = policy(*case["new"])
    old = (policy(*case["minus"]),) if case["minus"] else ()
    if "undecided" in case:
        with pytest.raises(Undecidable) as raised:
            asker.allows_more(old, new)
        assert str(raised.value).startswith(case["undecided"])
        return
    witness = asker.allows_more(old, new)
    assert (witness is not None) is case["more"]
    if witness is not None:
        assert allows((new,), asker.side, witness)
        assert not allows(old, asker.side, witness)
        assert witness.action == case.get("action", witness.action)


def test_a_witness_reads_as_a_request_that_somebody_might_make() -> None:
    witness = ASKER.allows_more(
        policy({**SEND, "Condition": {"StringLike": {"ses:FromAddress": "*@example.com"}}}), policy(SEND)
    )
    assert witness is not None
    assert (witness.principal.arn, witness.action) == ("arn:aws:iam::111122223333:user/someone", "ses:SendEmail")
    assert witness.resource in ("arn:aws:ses:us-east-1:111122223333:identity/example.com", "*")
    assert witness.context.get("ses:fromaddress", "someone@example.org") == "someone@example.org"


def test_equivalent_policies_say_the_same_in_other_words() -> None:
    two = policy({**SEND, "Action": "ses:SendEmail"}, {**SEND, "Action": "SES:SendRawEmail"})
    one = policy({**SEND, "Action": ["ses:SendRawEmail", "ses:sendemail"]})
    assert ASKER.equivalent(one, two)
    assert not ASKER.equivalent(one, policy(SEND))
    assert ASKER.narrower(policy(SEND), one)


def test_everything_is_denied_where_a_deny_covers_the_allow() -> None:
    shut = policy(SEND, {"Effect": "Deny", "Action": "ses:Send*", "Resource": "*"})
    assert ASKER.allows_anything(shut) is None
    assert ASKER.allows_anything(policy(SEND)) is not None


def test_a_claim_is_breached_by_a_request_that_it_speaks_of() -> None:
    from_the_top = Statement(
        Effect.ALLOW,
        actions=("ses:Send*",),
        resources=("*",),
        conditions=policy({**SEND, "Condition": {"StringLike": {"ses:FromAddress": "ceo@*"}}}).statements[0].conditions,
    )
    breach = ASKER.breach(policy(SEND), (from_the_top,))
    assert breach is not None
    assert str(breach.context["ses:fromaddress"]).startswith("ceo@")
    guarded = policy(
        SEND, {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"StringLike": {"ses:FromAddress": "ceo@*"}}}
    )
    assert ASKER.breach(guarded, (from_the_top,)) is None
