"""kill -9 at any moment: no answered call is lost, the chain holds, and the same root key opens the store again."""

import sqlite3
import threading
import urllib.error
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from clients.people import send
from live import Live
from trail import findings, records


def send_until_it_dies(live: Live, sent: list[str]) -> None:
    ses = live.client("ses")
    try:
        while True:
            sent.append(send(ses))
    except (ClientError, BotoCoreError):
        return


def crash_once(live: Live, after: float) -> list[str]:
    """Send from four threads, kill the server in the middle; the IDs that were answered."""
    sent: list[str] = []
    threads = [threading.Thread(target=send_until_it_dies, args=(live, sent)) for _ in range(4)]
    for thread in threads:
        thread.start()
    threads[0].join(after)
    live.kill()
    for thread in threads:
        thread.join()
    return sent


def check(data: Path, sent: list[str]) -> None:
    with sqlite3.connect(data / "gatepost.db") as store:
        kept = {row[0] for row in store.execute("SELECT message_id FROM messages")}
    store.close()
    recorded = [record for record in records(data) if '"eventName":"SendEmail"' in record]
    assert set(sent) <= kept, "an answered send was lost"
    assert len(recorded) == len(kept), "a message without its event, or an event without its message"
    assert findings(data) == []


def rounds(folder: Path, count: int, after: float) -> None:
    data = folder / "data"
    live = Live(data).start()
    live.client("ses").verify_domain_identity(Domain="example.com")
    sent: list[str] = []
    for _ in range(count):
        answered = crash_once(live, after)
        assert answered
        sent += answered
        check(data, sent)
        live = Live(data).start()
    assert {message["MessageId"] for message in live.messages()} >= set(sent)
    assert live.stop() == 0


def test_a_killed_server_loses_no_answered_call(tmp_path: Path) -> None:
    rounds(tmp_path, 2, 0.6)


def test_a_store_that_refuses_writes_is_told_and_nothing_is_half_done(tmp_path: Path) -> None:
    live = Live(tmp_path / "data").start()
    live.client("ses").verify_domain_identity(Domain="example.com")
    with sqlite3.connect(live.data / "gatepost.db") as store:
        store.execute("CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    with pytest.raises(ClientError) as caught:
        send(live.client("ses"))
    assert caught.value.response["Error"]["Code"] == "ServiceUnavailable"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    with pytest.raises(urllib.error.HTTPError, match="503"):
        live.hook("health")
    assert live.messages() == []
    store.execute("DROP TRIGGER full")
    store.close()
    send(live.client("ses"))
    assert live.hook("health") == {"status": "ok"}
    assert len(live.messages()) == 1
    assert live.stop() == 0


def test_a_second_server_on_the_same_data_is_refused(tmp_path: Path) -> None:
    live = Live(tmp_path / "data").start()
    second = Live(tmp_path / "data")
    with pytest.raises(AssertionError, match="another server runs on"):
        second.start()
    assert second.process.wait(10) == 4
    assert second.process.stdout is not None
    second.process.stdout.close()
    assert live.stop() == 0


@pytest.mark.long
def test_a_server_killed_twenty_times_loses_no_answered_call(tmp_path: Path) -> None:
    for number in range(20):
        rounds(tmp_path / str(number), 1, 0.1 + number / 20)
