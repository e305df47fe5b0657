"""How the query protocol reads booleans, numbers and places of lists. Source: observed answers of SES, 2026."""

from typing import Any

import pytest

from gatepost.aws.errors import AwsError
from gatepost.aws.request import HttpRequest
from gatepost.aws.wire.form import read_form, tree_of
from gatepost.aws.wire.model import load_service


def read(operation: str, form: str) -> Any:
    request = HttpRequest("POST", b"/", b"", (), form.encode())
    return load_service("ses").operation(operation).parse(request, tree_of(read_form(form.encode())))


@pytest.mark.parametrize(("text", "value"), [("true", True), ("1", True), ("false", False), ("0", False)])
def test_booleans(text: str, value: object) -> None:
    assert read("UpdateAccountSendingEnabled", f"Enabled={text}") == {"Enabled": value}


@pytest.mark.parametrize(
    ("operation", "form", "message"),
    [
        ("UpdateAccountSendingEnabled", "Enabled=TRUE", "boolean must follow xsd1.1 definition"),
        ("UpdateAccountSendingEnabled", "Enabled=yes", "boolean must follow xsd1.1 definition"),
        ("UpdateAccountSendingEnabled", "Enabled=", "missing value for boolean type"),
        ("ListIdentities", "MaxItems=", "missing value for decimal type"),
        ("ListIdentities", "MaxItems=ten", ""),
        ("ListIdentities", "MaxItems=99999999999", ""),
        ("GetIdentityDkimAttributes", "Identities.member.0=example.com", "0 is not a valid index"),
    ],
)
def test_what_is_malformed(operation: str, form: str, message: str) -> None:
    with pytest.raises(AwsError) as refused:
        read(operation, form)
    assert (refused.value.code, refused.value.status, refused.value.message) == ("MalformedInput", 400, message)


def test_a_required_boolean_that_is_absent_is_false() -> None:
    assert read("SetIdentityDkimEnabled", "Identity=example.com") == {"Identity": "example.com", "DkimEnabled": False}
