"""Whom a resource's policy lets in from outside, by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from gatepost.claims.prove import Proof
from gatepost.claims.public import external_access, no_public
from gatepost.claims.subject import Subject
from gatepost.claims.who import Home
from gatepost.policy.match import AttachedPolicy
from gatepost.policy.model import Policy
from gatepost.policy.question import GivenPolicies
from gatepost.policy.read import PolicyKind, read_policy
from gatepost.reasoning.undecidable import Undecidable

CASES = json.loads(Path(__file__).with_name("public.json").read_text("utf-8"))
ACCOUNT = "123456789012"


def policy(statements: Any) -> Policy:
    return read_policy(json.dumps({"Version": "2012-10-17", "Statement": statements}), PolicyKind.RESOURCE)


def public(statements: Any) -> Proof:
    return no_public(Subject(GivenPolicies(resource=(AttachedPolicy(policy(statements)),)), Home(ACCOUNT)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_who_is_let_in(case: Any) -> None:
    found = external_access(policy(case["policy"]), ACCOUNT, case.get("organization"))
    assert [[each.principal, sorted(each.actions), each.is_public] for each in found] == case["found"]
    assert all(each.witness.principal.account != ACCOUNT for each in found)
    assert public(case["policy"]).holds is not any(is_public for _, _, is_public in case["found"])


@pytest.mark.parametrize(("key", "value"), [("Account", "1234*"), ("Arn", "*:999999999999:*"), ("Arn", "arn:aws:iam::1234*")])
def test_an_account_cut_by_a_wildcard_is_not_decided(key: str, value: str) -> None:
    cut = [{"Effect": "Allow", "Principal": "*", "Action": "ses:SendEmail", "Resource": "*",
            "Condition": {"StringLike": {f"aws:Principal{key}": value}}}]  # fmt: skip
    with pytest.raises(Undecidable, match="decided for whole accounts"):
        external_access(policy(cut), ACCOUNT)
