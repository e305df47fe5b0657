"""Many clients at once, granting, revoking, sending and looking up: every change is seen by the next call, every call is one Event."""

import random
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from clients.people import allow, document, is_allowed, make_user, send
from live import Live
from trail import CALLS, findings


class Worker(threading.Thread):
    """One client with a user of its own; it knows what the gate must say."""

    def __init__(self, live: Live, number: int, until: float) -> None:
        super().__init__()
        self.live = live
        self.name = f"user-{number}"
        self.random = random.Random(number)  # noqa: S311 -- an order, not a secret
        self.until = until
        self.calls = 0
        self.surprises: list[object] = []

    def run(self) -> None:
        try:
            self._work()
        except (AssertionError, ClientError) as error:
            self.surprises.append(error)

    def _work(self) -> None:
        person, iam, cloudtrail = make_user(self.live, self.name), self.live.client("iam"), self.live.client("cloudtrail")
        ses, granted = person.client("ses"), False
        self.calls += 2
        while time.monotonic() < self.until:
            self.calls += 1
            match self.random.randrange(5):
                case 0:
                    cloudtrail.lookup_events(MaxResults=5)
                case 1 if granted:
                    iam.delete_user_policy(UserName=self.name, PolicyName="p")
                    granted = False
                case 1:
                    iam.put_user_policy(UserName=self.name, PolicyName="p", PolicyDocument=document(allow("ses:SendEmail")))
                    granted = True
                case _:
                    if is_allowed(send, ses) is not granted:
                        self.surprises.append(f"granted: {granted}")


def soak(folder: Path, seconds: float) -> None:
    live = Live(folder / "data").start()
    live.client("ses").verify_domain_identity(Domain="example.com")
    workers = [Worker(live, number, time.monotonic() + seconds) for number in range(12)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [surprise for worker in workers for surprise in worker.surprises] == []
    assert live.stop() == 0
    store = sqlite3.connect(live.data / "gatepost.db")
    assert store.execute(CALLS).fetchone() == (1 + sum(worker.calls for worker in workers),)
    store.close()
    assert findings(live.data) == []


def test_every_change_is_seen_by_the_next_call_and_every_call_is_one_event(tmp_path: Path) -> None:
    soak(tmp_path, 2)


@pytest.mark.long
def test_it_stays_so_for_two_minutes(tmp_path: Path) -> None:
    soak(tmp_path, 120)
