"""Target: JSON bodies. Whatever bytes come in, they are refused in AWS's form, or become an input that can be recorded and answered."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzzing.by_time import fuzz
from gatepost.aws.errors import AwsError
from gatepost.aws.operation import REGISTRY
from gatepost.aws.request import HttpRequest
from gatepost.aws.wire.large_json import TooManyValues, decode_large
from gatepost.services.registry import ROUTES

SERVICES = ("sesv2", "cloudtrail", "accessanalyzer", "organizations", "iam-toolbox")
DECLARED_BY = ROUTES  # its modules declare the operations
OPERATIONS = sorted(key for key in REGISTRY if key[0] in SERVICES)
NAMES = (
    "FromEmailAddress", "Destination", "ToAddresses", "Content", "Simple", "Raw", "Data", "Subject", "Body", "Text", "Headers",
    "EmailTags", "MaxResults", "LookupAttributes", "StartTime", "policyDocument", "policyType", "Name", "Value", "x",
)  # fmt: skip
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(("QQ==", "\ud800", "9" * 400))
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=15,
)
DOCUMENTS = st.builds(
    lambda value, ascii_only: json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass"), VALUES, st.booleans()
)
BODIES = st.one_of(st.binary(max_size=100), DOCUMENTS, st.builds(lambda a, b: a + b, DOCUMENTS, st.binary(max_size=5)))
INPUTS = st.tuples(st.sampled_from(OPERATIONS), BODIES)
SEEDS = (
    b"",
    b"{}",
    b"null",
    b"[]",
    b'{"a":',
    b'"',
    b'{"a":"\\',
    b"[" * 5_000,
    b'{"a":' * 5_000,
    b'{"a":1}x',
    b'{"MaxResults":1e999}',
)


def a_body(given_input: tuple[tuple[str, str], bytes]) -> None:
    key, body = given_input
    operation = REGISTRY[key]
    request = HttpRequest("POST", b"/", b"", (), body)
    parameters = dict.fromkeys(operation.shape.input_members, "x")
    try:
        parsed = operation.shape.parse(request, parameters)
    except AwsError as error:
        assert error.status in range(400, 500)
        assert len(error.message) < 10_000
        error.message.encode()
        return
    json.dumps(operation.shape.record_input(parsed), default=str).encode()


def as_a_large_one(given_input: tuple[tuple[str, str], bytes]) -> None:
    """What is no JSON is none as a large body either, and what is says the same."""
    _, body = given_input
    results: list[Any] = []
    for read in (msgspec.json.decode, decode_large):
        try:
            results.append(repr(read(body)))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TooManyValues):
            results.append(None)
    assert results[0] == results[1]


@pytest.mark.parametrize("body", SEEDS)
@pytest.mark.parametrize("key", [("sesv2", "SendEmail"), ("cloudtrail", "LookupEvents"), ("accessanalyzer", "ValidatePolicy")])
def test_seeds(key: tuple[str, str], body: bytes) -> None:
    a_body((key, body))
    as_a_large_one((key, body))


@given(INPUTS)
@settings(max_examples=400)
def test_bodies(given_input: tuple[tuple[str, str], bytes]) -> None:
    a_body(given_input)


@given(INPUTS)
def test_bodies_as_large_ones(given_input: tuple[tuple[str, str], bytes]) -> None:
    as_a_large_one(given_input)


@pytest.mark.long
@pytest.mark.parametrize("target", [a_body, as_a_large_one])
def test_bodies_for_long(target: object) -> None:
    fuzz(target, INPUTS)  # type: ignore[arg-type]  # one of the two above
