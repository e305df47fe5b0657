"""What nobody at all can make the server do: few records, each of few bytes, and an answer in AWS's form whatever comes in."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gatepost.audit.sampling import MOST_OF_A_SOURCE
from live import REGION, Live

UNKNOWN = "AWS4-HMAC-SHA256 Credential={key}/20260101/{region}/{service}/aws4_request, SignedHeaders=host, Signature=00"
DATE = "20260101T000000Z"
LARGEST_RECORD = 4096  # characters, whatever a stranger sends


def signed(**scope: str) -> dict[str, str]:
    """Headers with a signature that nobody made."""
    return {"x_amz_date": DATE, "authorization": UNKNOWN.format(**{"key": "AKIAX", "region": "r1", "service": "ses", **scope})}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Live]:
    live = Live(tmp_path / "data").start()
    yield live
    live.stop()


def post(live: Live, body: bytes, **headers: str) -> tuple[int, bytes]:
    """The answer to an unsigned POST on a connection of its own."""
    host, _, port = live.endpoint.rpartition("/")[2].partition(":")
    lines = ["POST / HTTP/1.1", f"host: {host}", "connection: close", f"content-length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    with socket.create_connection((host, int(port)), 10) as connection:
        connection.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return int(answer.split()[1]), answer.partition(b"\r\n\r\n")[2]


def events(live: Live) -> list[dict[str, Any]]:
    trail = live.client("cloudtrail")
    pages = trail.get_paginator("lookup_events").paginate()
    return [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]


def test_records_of_strangers_are_few_and_counted(server: Live) -> None:
    for _ in range(MOST_OF_A_SOURCE + 40):
        assert post(server, b"Action=SendEmail&Version=2010-12-01")[0] == 403
    refused = [event for event in events(server) if event["eventName"] == "SendEmail"]
    assert len(refused) == MOST_OF_A_SOURCE
    server.stop()
    server.start()
    (counted,) = [event for event in events(server) if event["eventName"] == "UnauthenticatedCalls"]
    assert counted["additionalEventData"]["calls"] == 40
    assert (counted["errorCode"], counted["sourceIPAddress"]) == ("MissingAuthenticationToken", "127.0.0.1")


CASES = [
    (b"Action=" + b"A" * 60_000, {}, 403),
    (b"Action=X", {"user_agent": "u" * 60_000}, 403),
    (b"{}", {"x_amz_target": "a." + "t" * 60_000}, 403),
    (b"Action=X", signed(key="A" * 8_000), 403),
    (b"Action=X", signed(service="s" * 8_000), 403),
    (b"Action=\xff", {}, 403),
    (b"Action=X&Version=\xff", {"user_agent": "\xff\xfe"}, 403),
    (b"Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=\xff", {}, 400),
    (b"a." * 30_000 + b"b=1&Action=AssumeRoleWithWebIdentity&Version=2011-06-15", {}, 404),
    (b"a=1&" * 20_000, {}, 403),
    (b"x" * 70_000, {}, 403),
]  # fmt: skip


def test_a_strangers_record_is_small_and_of_the_home_region(server: Live) -> None:
    for number, (body, headers, status) in enumerate(CASES, 1):
        assert post(server, body, **headers)[0] == status
        recorded = [each for each in events(server) if each["eventName"] != "LookupEvents"]
        assert len(recorded) == number
        event = recorded[0]
        assert len(json.dumps(event)) <= LARGEST_RECORD
        assert event["awsRegion"] == REGION
        assert event["eventSource"].endswith(".amazonaws.com")
        assert len(event["eventName"]) <= 128
