"""How the JSON protocols read a value that is not of its member's type. Source: observed answers of SES, 2026."""

import json
from typing import Any

import pytest

from gatepost.aws.errors import AwsError
from gatepost.aws.request import HttpRequest
from gatepost.aws.wire.model import load_service

TO_STRING, TO_BOOLEAN = "can not be converted to a String", "can not be converted to a Boolean"


def read(operation: str, body: bytes, query: str = "", **path: str) -> Any:
    request = HttpRequest("PUT", b"/", query.encode(), (), body)
    return load_service("sesv2").operation(operation).parse(request, path)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", ""),
        (b" \t", ""),
        (b'{"FromEmailAddress": "\xff"}', ""),
        (b"[]", "Start of list found where not expected"),
        (b"7", "Expected null"),
        (b'{"FromEmailAddress": 7}', f"NUMBER_VALUE {TO_STRING}"),
        (b'{"FromEmailAddress": 7.5}', f"NUMBER_VALUE {TO_STRING}"),
        (b'{"FromEmailAddress": true}', f"TRUE_VALUE {TO_STRING}"),
        (b'{"FromEmailAddress": false}', f"FALSE_VALUE {TO_STRING}"),
        (b'{"FromEmailAddress": []}', "Start of list found where not expected"),
        (b'{"FromEmailAddress": {}}', "Start of structure or map found where not expected."),
        (b'{"Content": []}', "Start of list found where not expected"),
        (b'{"Content": "x"}', "Expected null"),
        (b'{"ReplyToAddresses": "x"}', "Expected list or null"),
        (b'{"ReplyToAddresses": {}}', "Start of structure or map found where not expected."),
        (b'{"ReplyToAddresses": [null]}', ""),
    ],
)
def test_a_value_of_another_type_is_refused_in_the_words_of_ses(body: bytes, message: str) -> None:
    with pytest.raises(AwsError) as refused:
        read("SendEmail", body)
    assert (refused.value.code, refused.value.status, refused.value.message) == ("SerializationException", 400, message)


@pytest.mark.parametrize("yes", [True, "true", "TRUE", "yes", "Y", "t", "1"])
def test_what_stands_for_true(yes: object) -> None:
    given = read("PutAccountSendingAttributes", json.dumps({"SendingEnabled": yes}).encode())
    assert given["SendingEnabled"] is True


@pytest.mark.parametrize("no", [False, "false", "No", "n", "F", "0"])
def test_what_stands_for_false(no: object) -> None:
    given = read("PutAccountSendingAttributes", json.dumps({"SendingEnabled": no}).encode())
    assert given["SendingEnabled"] is False


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("maybe", "STRING_VALUE can not be converted to an Boolean"),
        (" true", "STRING_VALUE can not be converted to an Boolean"),
        ("", "STRING_VALUE can not be converted to an Boolean"),
        (1, f"NUMBER_VALUE {TO_BOOLEAN}"),
        (None, ""),
        ([], "Start of list found where not expected"),
    ],
)
def test_what_stands_for_neither(value: object, message: str) -> None:
    with pytest.raises(AwsError) as refused:
        read("PutAccountSendingAttributes", json.dumps({"SendingEnabled": value}).encode())
    assert (refused.value.code, refused.value.message) == ("SerializationException", message)


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b'{"ConfigurationSetName": null}'])
def test_an_empty_body_and_nulls_give_nothing(body: bytes) -> None:
    assert read("PutEmailIdentityConfigurationSetAttributes", body, EmailIdentity="example.com") == {
        "EmailIdentity": "example.com"
    }


@pytest.mark.parametrize("size", ["99999999999", "ten", "1.5"])
def test_a_page_size_of_the_query_string_that_is_no_integer(size: str) -> None:
    with pytest.raises(AwsError) as refused:
        read("ListDedicatedIpPools", b"", f"PageSize={size}")
    assert (refused.value.code, refused.value.message) == (
        "SerializationException",
        f"'{size}' can not be converted to Integer",
    )


def test_an_empty_page_size_is_none() -> None:
    assert read("ListDedicatedIpPools", b"", "PageSize=") == {}
