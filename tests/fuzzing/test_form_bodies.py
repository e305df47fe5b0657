"""Target: forms. Whatever bytes come in, they are refused in AWS's form, or become an input that can be recorded and answered."""

import json
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzzing.by_time import fuzz
from gatepost.aws.errors import AwsError
from gatepost.aws.operation import REGISTRY
from gatepost.aws.request import HttpRequest
from gatepost.aws.wire.form import read_form
from gatepost.services.registry import ROUTES

OPERATIONS = sorted(name for service, name in REGISTRY if service in ("ses", "iam", "sts"))
VERSIONS = ("2010-12-01", "2010-05-08", "2011-06-15")
PIECES = (
    "Action=", "&", "=", ".", "%", "+", "%41", "%ff", "%ED%A0%80", "member.1", ".member.999999999", ".member.-1", ".entry.1.key",
    "Version=", "Source", "Destination.ToAddresses.member.1", "Message.Subject.Data", "RawMessage.Data", "Tags.member.1.Key",
    "UserName", "MaxItems", "99999999999999999999", "1e999", "nan", "true", "\r\n", "\0", "é", "😀",
)  # fmt: skip
BODIES = st.one_of(
    st.binary(max_size=200),
    st.lists(st.sampled_from(PIECES), max_size=40).map(lambda pieces: "".join(pieces).encode()),
    st.builds(
        lambda action, version, rest: f"Action={action}&Version={version}&{''.join(rest)}".encode(),
        st.sampled_from(OPERATIONS),
        st.sampled_from(VERSIONS),
        st.lists(st.sampled_from(PIECES), max_size=40),
    ),
)
SEEDS = (
    b"",
    b"&&&",
    b"Action",
    b"Action=&Action.a=1",
    b"Action=SendEmail&Version=2010-12-01&Source.a.b=1",
    b"a.=1",
    b".=1",
    b"=1",
)


def a_form(body: bytes) -> None:
    request = HttpRequest("POST", b"/", b"", (), body)
    ROUTES.attempted(request)
    try:
        route = ROUTES.of_form(request)
        operation = REGISTRY.get((route.service.name, route.operation or ""))
        if operation is None:
            return
        given_input = operation.shape.parse(request, route.parameters)
    except AwsError as error:
        assert error.status in range(400, 500)
        assert len(error.message) < 10_000
        json.dumps(error.message).encode()
        return
    json.dumps(operation.shape.record_input(given_input), default=str).encode()


def read_as_others_do(body: bytes) -> None:
    """Where the standard library finds UTF-8 everywhere, it finds the same names and values."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict")
    except (UnicodeDecodeError, ValueError):
        return
    assert read_form(body) == [(name, value) for name, value in pairs if name]


@pytest.mark.parametrize("body", SEEDS)
def test_seeds(body: bytes) -> None:
    a_form(body)


@given(BODIES)
@settings(max_examples=400)
def test_forms(body: bytes) -> None:
    a_form(body)


@given(BODIES)
def test_forms_are_read_as_others_read_them(body: bytes) -> None:
    read_as_others_do(body)


@pytest.mark.long
@pytest.mark.parametrize("target", [a_form, read_as_others_do])
def test_forms_for_long(target: object) -> None:
    fuzz(target, BODIES)  # type: ignore[arg-type]  # one of the two above
