"""What a send names beside addresses: obeyed, or refused, and decided on before."""

from typing import Any

import pytest

from gatepost.aws.errors import AwsError
from services.ses.world import Ses, refusal

SIMPLE = {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}}
NO_LIST = ("NotFoundException", 404, "List with name: news doesn't exist.")
NO_TENANT = ("NotFoundException", 404, "Tenant acme for AwsAccountId 123456789012 not found.")


@pytest.fixture(autouse=True)
def verified(ses: Ses) -> None:
    ses.v1("VerifyDomainIdentity", Domain="example.com")


def simple(**given: Any) -> dict[str, Any]:
    return {"FromEmailAddress": "a@example.com", "Destination": {"ToAddresses": ["b@example.net"]}, "Content": SIMPLE, **given}


def raw(*headers: str, **given: Any) -> dict[str, Any]:
    lines = ("From: a@example.com", "To: b@example.net", *headers, "", "t")
    return {"Content": {"Raw": {"Data": "\r\n".join(lines).encode()}}, **given}


def attached(name: str = "a.pdf", content: bytes = b"x\r\n", **more: Any) -> dict[str, Any]:
    parts = {**SIMPLE["Simple"], "Attachments": [{"FileName": name, "RawContent": content, **more}]}
    return simple(Content={"Simple": parts})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (simple(TenantName="acme"), NO_TENANT),
        (raw(TenantName="acme"), NO_TENANT),
        (raw("X-SES-TENANT: acme"), NO_TENANT),
        (simple(ListManagementOptions={"ContactListName": "news", "TopicName": "t"}), NO_LIST),
        (raw("X-SES-LIST-MANAGEMENT-OPTIONS: contactListName=news; topic=t"), NO_LIST),
        (raw("x-ses-list-management-options: news"), NO_LIST),
        (simple(EndpointId="e.x"), ("BadRequestException", 400, "Multi-region endpoints (EndpointId) are not served here.")),
        (
            simple(ConfigurationOverrides={}),
            ("BadRequestException", 400, "ConfigurationOverrides of SendEmail is not served here."),
        ),
        (attached("a.exe"), ("BadRequestException", 400, "Attachments of the type .exe are not supported.")),
        (
            raw("Content-Disposition: attachment; filename=a.js"),
            ("BadRequestException", 400, "Attachments of the type .js are not supported."),
        ),
    ],
)
def test_what_a_send_names_that_is_not_there_is_refused(
    ses: Ses, given: dict[str, Any], expected: tuple[str, int, str]
) -> None:
    with pytest.raises(AwsError) as refused:
        ses.v2("SendEmail", **given)
    assert refusal(refused.value) == expected


def test_version_1_refuses_the_headers_too(ses: Ses) -> None:
    content = raw("X-SES-TENANT: acme")["Content"]["Raw"]
    with pytest.raises(AwsError) as refused:
        ses.v1("SendRawEmail", RawMessage=content)
    assert refusal(refused.value) == ("InvalidParameterValue", 400, NO_TENANT[2])


@pytest.mark.parametrize("name", ["X-SES-CONFIGURATION-SET", "x-ses-tenant", "X-SES-MESSAGE-TAGS"])
def test_a_simple_message_takes_no_header_that_speaks_to_ses(ses: Ses, name: str) -> None:
    with pytest.raises(AwsError, match="can not be set as a custom header"):
        ses.v2("SendEmail", **simple(Content={"Simple": {**SIMPLE["Simple"], "Headers": [{"Name": name, "Value": "x"}]}}))


def sent(ses: Ses, given: dict[str, Any]) -> bytes:
    return ses.content(ses.v2("SendEmail", **given)["MessageId"])


def test_the_reply_to_addresses_of_a_raw_message_count_before_its_header(ses: Ses) -> None:
    content = sent(ses, raw("Reply-To: old@example.com", ReplyToAddresses=["New <new@example.com>"]))
    assert b"Reply-To: New <new@example.com>\r\n" in content
    assert b"old@example.com" not in content


@pytest.mark.parametrize(
    ("encoding", "line"),
    [("BASE64", b"eA0K"), ("QUOTED_PRINTABLE", b"x"), ("SEVEN_BIT", b"x")],
)
def test_the_transfer_encoding_of_an_attachment_is_obeyed(ses: Ses, encoding: str, line: bytes) -> None:
    written = {"BASE64": b"base64", "QUOTED_PRINTABLE": b"quoted-printable", "SEVEN_BIT": b"7bit"}[encoding]
    content = sent(ses, attached(ContentTransferEncoding=encoding))
    part = content.rpartition(b"Content-Transfer-Encoding: ")[2]
    assert part.startswith(written + b"\r\n\r\n" + line + b"\r\n")


@pytest.mark.parametrize("content", ["\u00e9".encode(), b"x" * 999, b"\0"])
def test_what_is_not_seven_bit_is_refused_as_such(ses: Ses, content: bytes) -> None:
    with pytest.raises(AwsError, match="SEVEN_BIT has ASCII"):
        ses.v2("SendEmail", **attached(content=content, ContentTransferEncoding="SEVEN_BIT"))


def test_a_name_that_is_not_ascii_is_written_as_rfc_2231_says(ses: Ses) -> None:
    assert b"filename*=UTF-8''r%C3%A9sum%C3%A9.pdf" in sent(ses, attached("r\u00e9sum\u00e9.pdf"))
