"""The rules on form together: what cannot be read is an error, what is no error can be read, and nothing makes them stumble."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatepost.lint.document import Document
from gatepost.lint.finding import Severity, Substring
from gatepost.policy.read import PolicyKind
from lint.forms import FORMS, document_of, errors_of, findings_of

HERE = Path(__file__).parent
GOOD = json.loads((HERE / "good.json").read_text("utf-8"))
CASES = json.loads((HERE / "forms.json").read_text("utf-8"))
KINDS = tuple(kind for kind in PolicyKind if kind is not PolicyKind.ANY)
WORDS = (
    "Version", "Id", "Statement", "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource",
    "Condition", "AWS", "Service", "Federated", "StringLike", "ForAllValues:StringEqualsIfExists", "Null", "IpAddress", "Bool",
    "NumericLessThan", "DateGreaterThan", "ses:Recipients", "ses:FromAddress", "aws:SourceIp", "aws:ResourceTag/team", "Statements",
)  # fmt: skip
TEXTS = (
    "", "*", "**", "Allow", "Deny", "allow", "2012-10-17", "2008-10-17", "a b", "ses:Send*", "ses:SendEmail", "iam:PassRole", "*:x",
    "ses", "sts:AssumeRole", "arn:aws:ses:us-east-1:111122223333:identity/example.com", "arn:aws:iam::111122223333:role/*", "arn:",
    "arn:aws:s3:::mail/*", "arn:*:*:*:*:*", "111122223333", "AIDACKCEVSQ6C2EXAMPLE", "ses.amazonaws.com", "${aws:username}", "${",
    "${}", "${ a, 'b}", "10.0.0.1/8", "999.1.1.1", "true", "7", "2027-01-01T00:00:00Z", "\u00ff", "\u0142", "?", ":", "a:b", "aws:ARN",
)  # fmt: skip

scalars = st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(TEXTS) | st.text(max_size=4)
trees = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)
kinds = st.sampled_from(KINDS)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    steps = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for step, inner in steps:
        yield from places(inner, (*path, step))


@st.composite
def mutants(draw: st.DrawFn) -> tuple[Any, PolicyKind]:
    """A good policy with one or two of its values replaced, taken out, or named otherwise; sometimes taken for another kind."""
    good = draw(st.sampled_from(GOOD))
    value = deepcopy(good["document"])
    for _ in range(draw(st.integers(1, 2))):
        *path, last = draw(st.sampled_from([path for path in places(value) if path] or [(None,)]))
        if last is None:
            break
        owner = value
        for step in path:
            owner = owner[step]
        match draw(st.integers(0, 3)):
            case 0:
                del owner[last]
            case 1 if isinstance(owner, dict):
                owner[draw(st.sampled_from(WORDS) | st.text(max_size=3))] = owner.pop(last)
            case _:
                owner[last] = draw(trees)
    return value, draw(st.just(PolicyKind[good["kind"]]) | kinds)


def agree(document: Document) -> None:
    errors = errors_of(document)
    assert errors or document.error is None, f"refused without an error: {document.error}: {document.text}"


@given(trees, kinds)
def test_any_json_is_linted_and_what_is_refused_has_an_error(value: Any, kind: PolicyKind) -> None:
    agree(document_of(value, kind))
    agree(document_of({"Version": "2012-10-17", "Statement": value}, kind))


@given(mutants())
def test_a_policy_changed_at_a_place_is_refused_only_with_an_error(mutant: tuple[Any, PolicyKind]) -> None:
    agree(document_of(*mutant))


@pytest.mark.long
@settings(max_examples=20_000, derandomize=False)
@given(mutants())
def test_many_policies_changed_at_a_place_are_refused_only_with_an_error(mutant: tuple[Any, PolicyKind]) -> None:
    agree(document_of(*mutant))


@given(st.text(max_size=20) | st.binary(max_size=20))
def test_what_is_no_json_has_an_error(text: str | bytes) -> None:
    agree(Document(text, PolicyKind.IDENTITY))


@given(mutants())
def test_every_finding_stands_where_its_path_leads(mutant: tuple[Any, PolicyKind]) -> None:
    value, kind = mutant
    document = document_of(value, kind)
    for finding in findings_of(document):
        assert 0 <= finding.at.start <= finding.at.end <= len(document.text), finding
        inner = value
        for step in finding.at.path:
            if isinstance(step, str | int):
                inner = inner[step]
            elif isinstance(step, Substring):
                part = inner[step.start : step.start + step.length]
                assert document.text[finding.at.start : finding.at.end] in (part, json.dumps(inner, ensure_ascii=False))


@pytest.mark.parametrize("good", GOOD, ids=lambda good: good["name"])
def test_a_good_policy_has_neither_errors_nor_warnings(good: dict[str, Any]) -> None:
    document = document_of(good["document"], PolicyKind[good["kind"]])
    grave = [finding for finding in findings_of(document) if finding.severity in (Severity.ERROR, Severity.WARNING)]
    assert grave == []
    assert document.error is None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_findings_and_what_is_written_at_their_places(case: dict[str, Any]) -> None:
    document = document_of(case["document"], PolicyKind[case.get("kind", "IDENTITY")])
    found = [[finding.code, document.text[finding.at.start : finding.at.end]] for finding in findings_of(document)]
    wanted = {code for code, _ in case["expected"]} | set(case.get("but_not", ()))
    assert [each for each in found if each[0] in wanted] == case["expected"]


def test_each_code_of_access_analyzer_is_declared_or_left_out_with_a_reason() -> None:
    told = json.loads((HERE / "access_analyzer.json").read_text("utf-8"))
    declared = {rule.code: rule.severity.value for rule in FORMS if rule.of_aws}
    assert declared == {code: each["severity"] for code, each in told.items() if "left_out" not in each}
