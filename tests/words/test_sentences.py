"""Statements and their sentences, as data; and nothing of a statement goes untold."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.policy.catalogue import spelled
from gatepost.policy.model import Condition, Operator, Place, Policy, Statement
from gatepost.policy.read import read_policy
from gatepost.words.sentences import policy_words, statement_words
from policy.strategies import statements

CASES = json.loads(Path(__file__).with_name("statements.json").read_text("utf-8"))


def policy(*documents: Any, version: str = "2012-10-17") -> Policy:
    return read_policy(json.dumps({"Version": version, "Statement": list(documents)}))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_statement_reads_so(case: Any) -> None:
    (words,) = policy_words(policy(case["statement"], version=case.get("version", "2012-10-17"))).statements
    assert words.sentence == case["sentence"]
    assert list(words.notes) == case["notes"]


def test_what_of_sending_is_left_out_is_told_of_all_statements_together() -> None:
    send, raw = ({"Effect": "Allow", "Action": f"ses:Send{name}Email", "Resource": "*"} for name in ("", "Raw"))
    deny = {"Effect": "Deny", "Action": ["ses:SendE*", "ses:SendT*", "ses:SendB*", "ses:SendC*"], "Resource": "*"}
    (note,) = policy_words(policy(send, raw)).notes
    assert note.startswith(
        "Of sending, nothing here allows ses:SendTemplatedEmail, ses:SendBulkEmail, ses:SendBulkTemplatedEmail,"
    )
    assert policy_words(policy({**send, "Action": "ses:*"}, deny)).notes == (
        "Of sending, nothing here forbids ses:SendRawEmail (raw messages, and all that comes by SMTP).",
    )
    assert policy_words(policy({**send, "Action": "iam:*"})).notes == ()
    assert policy_words(policy({**deny, "Action": "ses:Send*"})).notes == (
        "Nothing here allows anything: what is not forbidden still needs an Allow elsewhere.",
    )


@given(st.booleans().flatmap(lambda principal: statements(principal=principal)), st.booleans())
def test_every_action_resource_principal_key_and_value_is_named(statement: Statement, variables: bool) -> None:
    words = statement_words(statement, variables=variables)
    for text in (*(statement.actions or ()), *(statement.not_actions or ())):
        assert text in words.lead
    for resource in (*(statement.resources or ()), *(statement.not_resources or ())):
        parts = resource.split(":", 5)
        named = parts[3:] if len(parts) == 6 and "*" not in resource else [resource]
        assert all(part in words.lead for part in named)
    for entry in (*(statement.principals or ()), *(statement.not_principals or ())):
        if entry.value != "*":
            account, _, name = entry.value.removeprefix("arn:aws:").partition("::")[2].partition(":")
            assert all(part in words.lead for part in (account, name) if part not in ("", "root"))
    assert len(words.conditions) == len(statement.conditions)
    for condition, clause in zip(statement.conditions, words.conditions, strict=True):
        assert spelled(condition.key.lower()) in clause
        assert condition.operator.base == "Null" or all(value in clause for value in condition.values)


@given(st.text(max_size=5), st.sampled_from(("StringEquals", "StringNotLike", "Null")), st.text(min_size=1, max_size=5))
def test_odd_values_are_told_as_they_are(value: str, base: str, key: str) -> None:
    statement = Statement(
        policy(CASES[0]["statement"]).statements[0].effect,
        actions=("ses:SendEmail",),
        resources=("*",),
        conditions=(Condition(Operator(base), key, (value,), Place(1, 1)),),
    )
    words = statement_words(statement, variables=True)
    assert words.sentence.endswith(".")
    assert value in words.sentence or value.lower() in ("true", "false")
    assert not re.search(r"\b(None|True|False)\b", words.sentence.replace(value, "").replace(key, ""))
