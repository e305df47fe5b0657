"""Every call, allowed, denied or failed, is in `lookup-events`: who, from where, with what, and the error."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from clients.people import allow, document, make_user, refused, send, send_raw
from live import ACCOUNT, ROOT_KEY, Live


def events(live: Live, **attributes: str) -> list[dict[str, Any]]:
    """The records that LookupEvents finds, oldest first."""
    asked = [{"AttributeKey": key, "AttributeValue": value} for key, value in attributes.items()]
    pages = live.client("cloudtrail").get_paginator("lookup_events").paginate(LookupAttributes=asked)
    return [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]][::-1]


def test_an_allowed_change_says_who_from_where_and_with_what(live: Live) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")
    live.client("iam").create_user(UserName="alice")
    live.client("iam").put_user_policy(UserName="alice", PolicyName="send", PolicyDocument=document(allow("ses:SendEmail")))
    (event,) = events(live, EventName="PutUserPolicy")
    assert event["userIdentity"]["type"] == "Root"
    assert event["userIdentity"]["accountId"] == ACCOUNT
    assert event["userIdentity"]["accessKeyId"] == ROOT_KEY
    assert event["sourceIPAddress"] == "127.0.0.1"
    assert "Boto3" in event["userAgent"]
    assert event["eventSource"] == "iam.amazonaws.com"
    assert event["requestParameters"]["userName"] == "alice"
    assert event["requestParameters"]["policyDocument"] == document(allow("ses:SendEmail"))
    assert event["readOnly"] is False
    assert "errorCode" not in event


def test_a_denied_send_is_recorded_with_its_error_and_addresses_but_not_its_body(live: Live) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")
    alice = make_user(live, "alice")
    _, text = refused(send, alice.client("ses"))
    (event,) = events(live, EventName="SendEmail")
    assert event["errorCode"] == "AccessDenied"
    assert event["errorMessage"] == text
    assert event["userIdentity"]["type"] == "IAMUser"
    assert event["userIdentity"]["userName"] == "alice"
    assert event["requestParameters"]["source"] == "news@example.com"
    assert event["requestParameters"]["destination"] == {"toAddresses": ["a@example.net"]}
    assert "Hello there" not in json.dumps(event)


def test_a_failed_call_is_recorded_with_its_error(live: Live) -> None:
    refused(live.client("iam").get_user, UserName="nobody")
    (event,) = events(live, EventName="GetUser")
    assert event["errorCode"].startswith("NoSuchEntity")
    assert event["readOnly"] is True


def test_secrets_are_never_recorded(live: Live) -> None:
    alice = make_user(live, "alice")
    (event,) = events(live, EventName="CreateAccessKey")
    assert event["responseElements"]["accessKey"]["accessKeyId"] == alice.key
    assert alice.secret not in json.dumps(event)


def test_a_broken_signature_leaves_one_event_and_nothing_else(live: Live) -> None:
    before = len(events(live))
    code, _ = refused(live.client("iam", secret="wrong").create_user, UserName="mallory")
    assert code == "SignatureDoesNotMatch"
    recorded = events(live, EventName="CreateUser")
    assert [event["errorCode"] for event in recorded] == ["SignatureDoesNotMatch"]
    assert refused(live.client("iam").get_user, UserName="mallory")[0] == "NoSuchEntity"
    assert len(events(live)) == before + 4  # CreateUser, GetUser, and the two look-ups before this one


def test_each_filter_finds_its_events_and_no_others(live: Live) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")
    alice = make_user(live, "alice")
    refused(send, alice.client("ses"))
    assert {event["eventName"] for event in events(live, Username="alice")} == {"SendEmail"}
    assert {event["eventName"] for event in events(live, AccessKeyId=alice.key)} == {"SendEmail"}
    assert "VerifyDomainIdentity" in {event["eventName"] for event in events(live, EventSource="ses.amazonaws.com")}
    assert all(event["readOnly"] is False for event in events(live, ReadOnly="false"))
    about = {"ResourceType": "AWS::SES::EmailIdentity", "ResourceName": "example.com"}
    for key, value in about.items():
        assert {event["eventName"] for event in events(live, **{key: value})} == {"VerifyDomainIdentity"}
    assert {event["eventName"] for event in events(live, ResourceName="alice")} == {"CreateUser", "CreateAccessKey"}
    (one,) = events(live, EventName="VerifyDomainIdentity")
    assert events(live, EventId=one["eventID"]) == [one]


def test_pages_hold_every_event_once(live: Live) -> None:
    for number in range(7):
        live.client("iam").create_group(GroupName=f"group-{number}")
    cloudtrail = live.client("cloudtrail")
    asked = [{"AttributeKey": "EventName", "AttributeValue": "CreateGroup"}]
    page, seen = cloudtrail.lookup_events(LookupAttributes=asked, MaxResults=3), []
    while True:
        seen += [event["EventId"] for event in page["Events"]]
        if "NextToken" not in page:
            break
        page = cloudtrail.lookup_events(LookupAttributes=asked, MaxResults=3, NextToken=page["NextToken"])
    assert len(seen) == len(set(seen)) == 7


def test_a_span_of_time_bounds_the_look_up(live: Live) -> None:
    live.client("iam").create_group(GroupName="g")
    cloudtrail = live.client("cloudtrail")
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    assert len(cloudtrail.lookup_events(StartTime=now - hour, EndTime=now + hour)["Events"]) == 1
    assert cloudtrail.lookup_events(StartTime=now + hour, EndTime=now + 2 * hour)["Events"] == []
    assert refused(cloudtrail.lookup_events, StartTime=now, EndTime=now - hour)[0] == "InvalidTimeRangeException"
    two = [{"AttributeKey": "EventName", "AttributeValue": "x"}, {"AttributeKey": "Username", "AttributeValue": "x"}]
    assert refused(cloudtrail.lookup_events, LookupAttributes=two)[0] == "InvalidLookupAttributesException"
    assert refused(cloudtrail.lookup_events, NextToken="x")[0] == "InvalidNextTokenException"


def test_a_body_over_the_limit_leaves_one_event_and_nothing_else(tmp_path: Path) -> None:
    live = Live(tmp_path / "data", environment={"GATEPOST_BODY_LIMIT": "2000"}).start()
    live.client("ses").verify_domain_identity(Domain="example.com")
    code, _ = refused(send_raw, live.client("ses"), to=",".join(f"a{number}@example.net" for number in range(200)))
    assert code == "RequestEntityTooLarge"
    assert live.messages() == []
    assert [event["eventName"] for event in events(live)][1:-1] == []
    (refusal,) = [event for event in events(live) if event.get("errorCode") == "RequestEntityTooLarge"]
    assert refusal["userIdentity"]["accessKeyId"] == ROOT_KEY
    assert live.stop() == 0
