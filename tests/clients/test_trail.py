"""`gatepost trail`, what the server does for it, and the pages of captured mail."""

import json
import os
import sqlite3
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from clients.people import refused, send, send_raw
from live import BIN, Live
from trail import findings


def gatepost(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    command = [str(BIN / "gatepost"), *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60)


def verify(live: Live, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return gatepost("trail", "verify", "--data", str(live.data), *arguments, folder=live.data.parent)


def some_sends(live: Live) -> list[str]:
    live.client("ses").verify_domain_identity(Domain="example.com")
    sent = [send(live.client("ses")) for _ in range(4)]
    refused(live.client("ses", secret="wrong").get_send_quota)
    return sent


def change(live: Live, statement: str) -> None:
    with sqlite3.connect(live.data / "gatepost.db") as store:
        assert store.execute(statement).rowcount
    store.close()


def test_the_log_of_a_server_is_intact_and_tampering_is_told(tmp_path: Path) -> None:
    live = Live(tmp_path / "data").start()
    some_sends(live)
    assert live.stop() == 0
    result = verify(live)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("intact; ")
    key = gatepost("trail", "key", "--data", str(live.data), folder=tmp_path).stdout.strip()
    assert verify(live, "--public-key", key).returncode == 0
    assert verify(live, "--public-key", "A" * 43 + "=").returncode == 1
    assert verify(live, "--public-key", "x").returncode == 2
    assert verify(live, "--checkpoints", "nowhere").returncode == 2
    lines = (live.data / "checkpoints.log").read_text()
    assert "(outside)" not in lines
    (live.data / "checkpoints.log").unlink()
    result = verify(live)
    assert result.returncode == 3
    assert "an older copy of the whole store would not be seen" in result.stderr
    (tmp_path / "elsewhere").write_text(lines)
    assert verify(live, "--checkpoints", str(tmp_path / "elsewhere")).returncode == 0
    change(live, "UPDATE messages SET subject = 'another' WHERE seq = 2")
    result = verify(live, "--json", "--checkpoints", str(tmp_path / "elsewhere"))
    assert result.returncode == 1
    told = json.loads(result.stdout)
    assert told["trail"] == "tampered"
    assert [(each["breach"], each["table"], each["seq"]) for each in told["found"]] == [("row-changed", "messages", 2)]


def test_a_server_that_starts_on_a_log_that_was_altered_says_so_and_serves(tmp_path: Path) -> None:
    live = Live(tmp_path / "data").start()
    some_sends(live)
    assert live.stop() == 0
    change(live, "UPDATE event_kinds SET user_name = 'mallory' WHERE event_name = 'SendEmail'")
    live.start()
    assert "TAMPERED WITH" in "".join(live.banner)
    assert live.hook("health") == {"status": "ok", "trail": "tampered"}
    send(live.client("ses"))
    asked = [{"AttributeKey": "EventName", "AttributeValue": "TamperingFound"}]
    (event,) = live.client("cloudtrail").lookup_events(LookupAttributes=asked)["Events"]
    assert "event_kinds" in event["CloudTrailEvent"]
    assert live.stop() == 0


def test_an_older_copy_of_the_store_is_told_at_the_start(tmp_path: Path) -> None:
    live = Live(tmp_path / "data").start()
    some_sends(live)
    assert live.stop() == 0
    older = (live.data / "gatepost.db").read_bytes()
    live.start()
    send(live.client("ses"))
    assert live.stop() == 0
    (live.data / "gatepost.db").write_bytes(older)
    live.start()
    assert "older copy" in "".join(live.banner)
    assert live.stop() == 0
    assert verify(live).returncode == 1


class Received(BaseHTTPRequestHandler):
    lines: list[str] = []  # noqa: RUF012 -- of the one test that uses it

    def do_POST(self) -> None:
        self.lines.append(self.rfile.read(int(self.headers["content-length"])).decode())
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hook() -> Iterator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), Received) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_checkpoints_go_to_a_file_the_output_and_a_webhook(tmp_path: Path, hook: HTTPServer) -> None:
    file = tmp_path / "other-disk.log"
    environment = {
        "GATEPOST_CHECKPOINT_FILE": str(file), "GATEPOST_CHECKPOINT_OUTPUT": "yes",
        "GATEPOST_CHECKPOINT_WEBHOOK": f"http://127.0.0.1:{hook.server_port}/",
    }  # fmt: skip
    live = Live(tmp_path / "data", environment=environment).start()
    some_sends(live)
    live.process.terminate()
    assert live.process.stdout is not None
    printed = live.process.stdout.read()
    assert live.process.wait(20) == 0
    live.process.stdout.close()
    lines = file.read_text().splitlines()
    assert lines
    assert lines[-1] in printed
    assert Received.lines[-1] == lines[-1]
    assert not (live.data / "checkpoints.log").exists()
    assert verify(live, "--checkpoints", str(file)).returncode == 0


def test_a_webhook_that_fails_holds_nothing_up(tmp_path: Path) -> None:
    live = Live(tmp_path / "data", environment={"GATEPOST_CHECKPOINT_WEBHOOK": "http://127.0.0.1:9/"}).start()
    some_sends(live)
    assert live.stop() == 0
    assert findings(live.data) == []


# --- look-ups over pages ------------------------------------------------------------------------------------------------


def test_a_token_holds_for_its_own_question(live: Live) -> None:
    for number in range(4):
        live.client("iam").create_group(GroupName=f"g{number}")
    cloudtrail = live.client("cloudtrail")
    asked = [{"AttributeKey": "EventName", "AttributeValue": "CreateGroup"}]
    token = cloudtrail.lookup_events(LookupAttributes=asked, MaxResults=2)["NextToken"]
    assert len(cloudtrail.lookup_events(LookupAttributes=asked, MaxResults=50, NextToken=token)["Events"]) == 2
    other = [{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}]
    for wrong in ({"LookupAttributes": other}, {}, {"LookupAttributes": asked, "StartTime": 0}):
        assert refused(cloudtrail.lookup_events, NextToken=token, **wrong)[0] == "InvalidNextTokenException"
    elsewhere = live.client("cloudtrail", region_name="eu-west-1")
    assert refused(elsewhere.lookup_events, LookupAttributes=asked, NextToken=token)[0] == "InvalidNextTokenException"


# --- captured mail ------------------------------------------------------------------------------------------------------


def page(live: Live, path: str = "", method: str = "GET") -> tuple[int, Any, Any]:
    request = urllib.request.Request(f"{live.endpoint}/_gatepost/messages{path}", method=method)  # noqa: S310 -- loopback
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 -- loopback
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.headers, refusal.read()


def ids(live: Live, query: str) -> list[str]:
    return [each["MessageId"] for each in json.loads(page(live, query)[2])]


def test_captured_mail_is_chosen_and_paged(live: Live) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")
    first = send(live.client("ses"), to=["a@example.net"])
    second = send(live.client("ses"), source="ceo@example.com", to=["b@example.net", "c@example.net"])
    third = send(live.client("ses"), to=["A@example.net"])
    assert ids(live, "") == [first, second, third]
    assert ids(live, "?to=a@EXAMPLE.net") == [first, third]
    assert ids(live, "?to=example.net") == []
    assert ids(live, "?from=ceo@example.com") == [second]
    assert ids(live, "?limit=2") == [second, third]
    assert ids(live, f"?limit=2&before={second}") == [first]
    assert 'rel="next"' in page(live, "?limit=2")[1]["link"]
    assert page(live, "?limit=5")[1]["link"] is None
    assert ids(live, "?since=2000-01-01T00:00:00Z&subject=e") == ids(live, "?subject=e")
    assert ids(live, "?since=2999-01-01") == []
    for wrong in ("?limit=0", "?limit=10001", "?limit=x", "?limit=nan", "?since=x", "?color=red", "?wait=-1"):
        assert page(live, wrong)[0] == 400


def test_who_waits_gets_the_message_when_it_comes(live: Live) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")
    assert ids(live, "?to=late@example.net&wait=0.2") == []
    got: list[list[str]] = []
    waiting = [threading.Thread(target=lambda: got.append(ids(live, "?to=late@example.net&wait=20"))) for _ in range(3)]
    for each in waiting:
        each.start()
    send(live.client("ses"))
    late = send(live.client("ses"), to=["late@example.net"])
    begun = time.monotonic()
    for each in waiting:
        each.join()
    assert time.monotonic() - begun < 10
    assert got == [[late]] * 3


def test_parts_of_a_message_are_decoded(live: Live) -> None:
    ses = live.client("ses")
    ses.verify_domain_identity(Domain="example.com")
    body = {"Text": {"Data": "h\u00e9 \u2713", "Charset": "UTF-8"}, "Html": {"Data": "<p>h\u00e9</p>", "Charset": "UTF-8"}}
    content = {"Subject": {"Data": "s"}, "Body": body}
    to = {"ToAddresses": ["a@example.net"]}
    message = ses.send_email(Source="news@example.com", Destination=to, Message=content)["MessageId"]
    assert page(live, f"/{message}/text")[2].decode().strip() == "h\u00e9 \u2713"
    status, headers, html = page(live, f"/{message}/html")
    assert (status, html.decode().strip(), headers["content-security-policy"]) == (200, "<p>h\u00e9</p>", "sandbox")
    v2 = live.client("sesv2")
    simple = {**content, "Attachments": [{"FileName": "a b.bin", "RawContent": b"\x00\xff\r\n"}]}
    message = v2.send_email(FromEmailAddress="news@example.com", Destination=to, Content={"Simple": simple})["MessageId"]
    status, headers, data = page(live, f"/{message}/attachments/0")
    assert (status, data) == (200, b"\x00\xff\r\n")
    assert headers["content-disposition"] == "attachment; filename*=UTF-8''a%20b.bin"
    for missing in ("attachments/1", "attachments/x", "attachments/", "other", "text/0"):
        assert page(live, f"/{message}/{missing}")[0] == 404
    assert page(live, "/nothing")[0] == page(live, "/nothing/text")[0] == 404
    plain = send_raw(live.client("ses"))
    assert page(live, f"/{plain}/html")[0] == 404


def test_to_forget_mail_forgets_nothing_else(live: Live) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")
    send(live.client("ses"))
    quota = live.client("ses").get_send_quota()["SentLast24Hours"]
    assert page(live, method="DELETE")[0] == 200
    assert ids(live, "") == []
    assert live.client("ses").get_send_quota()["SentLast24Hours"] == quota == 1
    asked = [{"AttributeKey": "EventName", "AttributeValue": "SendEmail"}]
    assert len(live.client("cloudtrail").lookup_events(LookupAttributes=asked)["Events"]) == 1
    kept = send(live.client("ses"))
    assert ids(live, "") == [kept]
    assert findings(live.data) == []
