"""Signatures: whatever is wrong with one, AWS's own error, and one Event."""

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config

from clients.people import make_user, refused, send
from clients.signed import Answer, form, sent, signed
from clients.test_audit import events
from gatepost.aws.request import HttpRequest
from gatepost.aws.sigv4 import read_authorization
from live import ACCOUNT, REGION, ROOT_KEY, ROOT_SECRET, Live

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
QUOTA = form("GetSendQuota")


def test_a_right_signature_is_let_in(live: Live) -> None:
    assert sent(signed(live, body=QUOTA, headers=FORM)).status == 200


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"Authorization": None}, 403, "MissingAuthenticationToken"),
        ({"Authorization": "Basic YTpi"}, 400, "IncompleteSignature"),
        ({"Authorization": "AWS4-HMAC-SHA256 Credential"}, 400, "IncompleteSignature"),
        (
            {"Authorization": f"AWS4-HMAC-SHA256 Credential={ROOT_KEY}/20260101/us-east-1/ses/aws4_request"},
            400,
            "IncompleteSignature",
        ),
        ({"X_Amz_Date": None}, 400, "IncompleteSignature"),
        ({"X_Amz_Date": "yesterday"}, 400, "IncompleteSignature"),
        ({"X_Amz_Date": "20200101T000000Z"}, 403, "SignatureDoesNotMatch"),
        ({"Host": "elsewhere.example"}, 403, "SignatureDoesNotMatch"),
        ({"body": form("DeleteIdentity", Identity="example.com")}, 403, "SignatureDoesNotMatch"),
    ],
    ids=[
        "none",
        "another scheme",
        "no pairs",
        "no signature",
        "no date",
        "no ISO date",
        "another day",
        "another host",
        "another body",
    ],
)
def test_what_is_wrong_is_named_as_aws_names_it(live: Live, changed: dict[str, Any], status: int, code: str) -> None:
    before = len(events(live))
    answer = sent(signed(live, body=QUOTA, headers=FORM), **changed)
    assert (answer.status, answer.code) == (status, code), answer.body
    recorded = events(live)
    assert len(recorded) == before + 2  # the call, and the look-up before it
    assert recorded[-1]["errorCode"] == code


def test_a_request_may_be_dated_by_date_alone(live: Live) -> None:
    dated = signed(live, body=QUOTA, headers={**FORM, "Date": "now"})  # botocore then writes an HTTP date, and no X-Amz-Date
    assert (dated.headers["X-Amz-Date"], dated.headers["Date"][-6:]) == (None, " -0000")
    assert sent(dated).status == 200
    assert sent(dated, Date="Mon, 01 Jan 2024 00:00:00 GMT").code == "SignatureDoesNotMatch"
    assert sent(dated, Date="yesterday").code == "IncompleteSignature"


@pytest.mark.parametrize("form_of_date", ["%Y%m%dT%H%M%SZ", "%a, %d %b %Y %H:%M:%S GMT", "%a, %d %b %Y %H:%M:%S -0000"])
def test_a_date_is_read_in_the_form_that_is_signed_and_as_an_http_date(form_of_date: str) -> None:
    now = datetime(2026, 12, 1, 6, 0, 5, tzinfo=UTC)
    fields = [(b"host", b"x"), (b"date", now.strftime(form_of_date).encode())]
    scope = "AKIAIOSFODNN7EXAMPLE/20261201/us-east-1/ses/aws4_request"
    head = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=date;host, Signature=x".encode()
    request = HttpRequest("POST", b"/", b"", [*fields, (b"authorization", head)], QUOTA)
    assert read_authorization(request).amz_date == "20261201T060005Z"


@pytest.mark.parametrize("value", ["café", "naïve ☂ 日本"])
def test_a_signed_header_in_utf8_is_read_as_it_came(live: Live, value: str) -> None:
    request = signed(live, body=QUOTA, headers={**FORM, "X-Note": value})
    in_utf8 = value.encode().decode("latin-1")  # http.client writes a character a byte
    assert sent(request, X_Note=in_utf8).status == 200
    assert sent(request, X_Note=in_utf8 + "!").code == "SignatureDoesNotMatch"


def test_a_signed_header_in_latin1_is_read_too(live: Live) -> None:
    assert sent(signed(live, body=QUOTA, headers={**FORM, "X-Note": "café"})).status == 200


def test_another_service_or_secret_does_not_fit(live: Live) -> None:
    assert sent(signed(live, body=QUOTA, headers=FORM, service="iam")).code == "SignatureDoesNotMatch"
    assert sent(signed(live, body=QUOTA, headers=FORM, secret="wrong")).code == "SignatureDoesNotMatch"


def test_an_unknown_key_is_told_in_each_protocols_words(live: Live) -> None:
    assert refused(live.client("ses", "AKIAUNKNOWN000000001").get_send_quota)[0] == "InvalidClientTokenId"
    assert refused(live.client("sesv2", "AKIAUNKNOWN000000001").get_account)[0] == "UnrecognizedClientException"
    assert refused(live.client("cloudtrail", "AKIAUNKNOWN000000001").lookup_events)[0] == "UnrecognizedClientException"
    recorded = events(live, AccessKeyId="AKIAUNKNOWN000000001")
    assert [event["userIdentity"]["type"] for event in recorded] == ["Unknown"] * 3


def test_an_inactive_key_is_no_key(live: Live) -> None:
    alice = make_user(live, "alice")
    live.client("iam").update_access_key(UserName="alice", AccessKeyId=alice.key, Status="Inactive")
    assert refused(alice.client("sts").get_caller_identity)[0] == "InvalidClientTokenId"
    live.client("iam").update_access_key(UserName="alice", AccessKeyId=alice.key, Status="Active")
    assert alice.client("sts").get_caller_identity()["Arn"] == alice.arn


@pytest.mark.parametrize("offset", [timedelta(minutes=-16), timedelta(minutes=16)], ids=["old", "from the future"])
def test_a_time_too_far_from_the_servers_is_refused(live: Live, offset: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    then = datetime.now(UTC) + offset
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda *_, **__: then.replace(tzinfo=None))
    answer = sent(signed(live, body=QUOTA, headers=FORM))
    assert (answer.status, answer.code) == (403, "RequestTimeTooSkewed"), answer.body


def test_the_clock_of_the_policies_is_not_the_clock_of_signatures(live: Live) -> None:
    live.set_clock("2023-01-15T12:00:00Z")
    assert sent(signed(live, body=QUOTA, headers=FORM)).status == 200


def test_a_presigned_request_is_let_in_until_it_expires(live: Live) -> None:
    path = "/?Action=GetCallerIdentity&Version=2011-06-15"
    answer = sent(signed(live, "GET", path, service="sts", presigned_for=60))
    assert answer.status == 200, answer.body
    assert f"<Account>{ACCOUNT}</Account>".encode() in answer.body


def test_boto3s_own_presigned_url_is_let_in(live: Live) -> None:
    sts = boto3.client(
        "sts",
        region_name=REGION,
        endpoint_url=live.endpoint,
        aws_access_key_id=ROOT_KEY,
        aws_secret_access_key=ROOT_SECRET,
        config=Config(signature_version="v4"),
    )
    for method in ("GET", "POST"):
        url = sts.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod=method)
        with urllib.request.urlopen(urllib.request.Request(url, method=method)) as response:  # noqa: S310 -- our own endpoint
            assert b"GetCallerIdentityResult" in response.read()


def test_a_presigned_request_is_refused_once_it_has_expired(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    then = datetime.now(UTC) - timedelta(minutes=2)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda *_, **__: then.replace(tzinfo=None))
    path = "/?Action=GetCallerIdentity&Version=2011-06-15"
    assert sent(signed(live, "GET", path, service="sts", presigned_for=60)).code == "RequestExpired"
    assert sent(signed(live, "GET", path, service="sts", presigned_for=300)).status == 200


def test_regions_are_apart_and_each_is_served(live: Live) -> None:
    live.client("ses", region_name="eu-west-1").verify_domain_identity(Domain="example.com")
    assert live.client("ses", region_name="eu-west-1").list_identities()["Identities"] == ["example.com"]
    assert live.client("ses").list_identities()["Identities"] == []
    assert refused(send, live.client("ses"))[1] == (
        "Email address is not verified. The following identities failed the check in region US-EAST-1: news@example.com"
    )


def test_an_answer_names_its_request(live: Live) -> None:
    answer: Answer = sent(signed(live, body=QUOTA, headers=FORM))
    request_id = answer.headers["x-amzn-requestid"]
    (event,) = events(live, EventName="GetSendQuota")
    assert event["requestID"] == request_id
    assert json.dumps(event)
