"""Any text, and anything that looks like a policy: it is refused with a `PolicyError`, or it is linted, decided and explained.

Nothing else may come of it, and its cost is bounded by its size. The fast suite takes a few hundred examples, the long one an hour or
as many seconds as `GATEPOST_FUZZ_SECONDS` says.
"""

import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatepost.lint.document import Document
from gatepost.lint.linter import lint_document
from gatepost.lint.setting import Setting
from gatepost.policy.decide import Policies, decide
from gatepost.policy.errors import PolicyError
from gatepost.policy.explain import explain
from gatepost.policy.read import PolicyKind, read_policy
from gatepost.policy.request import Request

NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
ACCOUNT: Final = "123456789012"
MOST_SECONDS: Final = 10  # of processor time for one document of some KB: the limit of a question
LONG_SECONDS: Final = 3600

WORDS: Final = st.sampled_from(
    (
        "*",
        "ses:*",
        "ses:SendEmail",
        "iam:?*",
        "*:*",
        "ses:Send*Email",
        "arn:aws:ses:*:*:identity/*",
        "arn:aws:iam::123456789012:root",
        "${aws:username}",
        "${",
        "${*}",
        "${aws:PrincipalTag/x, 'y'}",
        "aws:SourceIp",
        "ses:FromAddress",
        "aws:CurrentTime",
        "10.0.0.0/8",
        "::/0",
        "2026-01-01T00:00:00Z",
        "1e999999999",
        "-0",
        "true",
        "Allow",
        "Deny",
        "2012-10-17",
        "2008-10-17",
        "",
        "AWS",
        "Service",
        "ses.amazonaws.com",
        "StringLike",
        "ForAllValues:StringNotLikeIfExists",
        "NumericLessThan",
        "IpAddress",
        "Null",
        "Bool",
        "\ud800",
        "\ue000",
        "\x00",
    )
)
TEXTS: Final = st.one_of(WORDS, st.text(max_size=20))
SCALARS: Final = st.one_of(TEXTS, st.integers(), st.floats(), st.booleans(), st.none())
MEMBERS: Final = st.sampled_from(
    (
        "Version",
        "Id",
        "Statement",
        "Sid",
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Principal",
        "NotPrincipal",
        "Condition",
    )
)
ANYTHING: Final = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4), st.dictionaries(MEMBERS, inner, max_size=5)
    ),
    max_leaves=20,
)
MANY: Final = st.one_of(TEXTS, st.lists(TEXTS, max_size=5))
OPERATORS: Final = st.sampled_from(
    (
        "StringEquals",
        "StringLike",
        "StringNotLike",
        "ForAllValues:StringLike",
        "ForAnyValue:StringEquals",
        "IpAddress",
        "NotIpAddress",
        "DateGreaterThan",
        "NumericEquals",
        "Bool",
        "Null",
        "ArnLike",
        "BinaryEquals",
        "StringEqualsIfExists",
    )
)
CONDITIONS: Final = st.dictionaries(OPERATORS, st.dictionaries(TEXTS, MANY, max_size=3), max_size=3)
STATEMENTS: Final = st.fixed_dictionaries(
    {"Effect": st.sampled_from(("Allow", "Deny"))},
    optional={
        "Sid": TEXTS,
        "Action": MANY,
        "NotAction": MANY,
        "Resource": MANY,
        "NotResource": MANY,
        "Condition": CONDITIONS,
        "Principal": st.one_of(MANY, st.dictionaries(TEXTS, MANY, max_size=2)),
    },
)
POLICIES: Final = st.fixed_dictionaries(
    {"Statement": st.one_of(STATEMENTS, st.lists(STATEMENTS, max_size=4))}, optional={"Version": WORDS, "Id": TEXTS}
)
DOCUMENTS: Final = st.one_of(
    st.text(max_size=200),
    st.builds(json.dumps, ANYTHING),
    st.builds(json.dumps, POLICIES),
    st.builds(lambda policy: json.dumps(policy, ensure_ascii=False), POLICIES),
    st.builds(
        lambda text, at, cut: text[: at % (len(text) + 1)] + text[(at + cut) % (len(text) + 1) :],
        st.builds(json.dumps, POLICIES),
        st.integers(0, 500),
        st.integers(0, 5),
    ),
)
REQUESTS: Final = st.builds(
    lambda action, resource, values: Request(f"arn:aws:iam::{ACCOUNT}:user/alice", action, resource, ACCOUNT, values),
    st.one_of(st.just("ses:SendEmail"), TEXTS),
    st.one_of(st.just(f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/example.com"), TEXTS),
    st.dictionaries(TEXTS, st.one_of(TEXTS, st.lists(TEXTS, max_size=3)), max_size=4),
)


def bounded(work: Callable[[], Any]) -> Any:
    """What it comes to; within the processor time of a question."""
    begun = time.process_time()
    result = work()
    assert time.process_time() - begun < MOST_SECONDS
    return result


def check(document: str, kind: PolicyKind, request: Request) -> None:
    """All that may come of a document."""
    bounded(lambda: lint_document(Document(document, kind), Setting(NOW, ACCOUNT, "us-east-1")))
    try:
        policy = bounded(lambda: read_policy(document, kind))
    except PolicyError as refused:
        assert refused.line >= 1
        assert refused.column >= 1
        return
    policies = Policies([policy], [policy])
    decision = bounded(lambda: decide(request, policies))
    assert bounded(lambda: explain(request, policies)).decision.verdict is decision.verdict


@given(DOCUMENTS, st.sampled_from(PolicyKind), REQUESTS)
@settings(max_examples=300)
def test_whatever_is_given_for_a_policy_is_refused_or_answered(document: str, kind: PolicyKind, request: Request) -> None:
    check(document, kind, request)


@pytest.mark.parametrize(
    "document",
    [
        "[" * 100_000,
        '{"Statement":' * 20_000,
        '"' + "\\" * 100_001,
        "{" + '"a":1,' * 20_000 + "}",
        '{"Version": "2012-10-17", "Statement": ' + "9" * 100_000 + "}",
        '{"Version": "2012-10-17", "Statement": [' + ",".join(['{"Effect": "Allow"}'] * 5_000) + "]}",
        json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "${" * 20_000}}),
        json.dumps(
            {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ses:" + "*?" * 10_000, "Resource": "*"}}
        ),
        json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": ["*a" * 50] * 500}}),
        " " * 130_000,
        "\ud800",
        "\x00",
    ],
)
def test_what_is_long_or_deep_costs_no_more_than_its_size(document: str) -> None:
    request = Request(f"arn:aws:iam::{ACCOUNT}:user/alice", "ses:SendEmail", "*")
    for kind in (PolicyKind.IDENTITY, PolicyKind.RESOURCE):
        try:
            policy = bounded(lambda kind=kind: read_policy(document, kind))  # type: ignore[misc]  # the loop's own
        except PolicyError:
            continue
        bounded(lambda policy=policy: decide(request, Policies([policy])))  # type: ignore[misc]  # the loop's own


@pytest.mark.long
def test_an_hour_of_documents() -> None:
    ends = time.monotonic() + float(os.environ.get("GATEPOST_FUZZ_SECONDS", LONG_SECONDS))

    @given(DOCUMENTS, st.sampled_from(PolicyKind), REQUESTS)
    @settings(max_examples=300, derandomize=False, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def some(document: str, kind: PolicyKind, request: Request) -> None:
        if time.monotonic() < ends:
            check(document, kind, request)

    while time.monotonic() < ends:
        some()
