"""Random callers make random calls: each leaves one Event, one that is refused changes nothing, and every decision is explained.

The calls meet a world of two accounts of one organization, in which users, roles, sessions, boundaries, control policies and identity
policies come and go. What a call should answer is not foretold here (`test_simulator_agrees`, `tests/policy` do); that the
gate keeps its word is.
"""

import json
import random
import sqlite3
import time
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from clients.random_world import CALLS, World, learn, make_world, state
from gatepost.access.explained import explained_call
from gatepost.policy.decide import Verdict
from gatepost.policy.requirements import Effect, requirements
from gatepost.store.database import Database
from gatepost.store.keyring import Keyring
from gatepost.store.memory import Memory
from live import Live
from trail import CALLS as CALL_COUNT
from trail import FINDINGS_SOURCE, findings, records

DENIALS = ("AccessDenied", "AccessDeniedException")
STEPS_A_WORLD = 400

OF_UNKNOWN_KEYS = {"InvalidClientTokenId", "UnrecognizedClientException"}


def counted(live: Live) -> int:
    with sqlite3.connect(f"file:{live.data / 'gatepost.db'}?mode=ro", uri=True) as store:
        (number,) = store.execute(CALL_COUNT).fetchone()
        return int(number)


def recorded(live: Live) -> list[tuple[str | None, str | None, str | None]]:
    """Of each Event: its authorization ID, its error's code, and what the call was."""
    known = [event for event in map(json.loads, records(live.data)) if event["eventSource"] != FINDINGS_SOURCE]
    ids = [(each.get("additionalEventData") or {}).get("authorizationId") for each in known]
    return [(each, record.get("errorCode"), record["eventName"]) for each, record in zip(ids, known, strict=True)]


def take_a_step(world: World) -> None:
    """One call, and what must hold whatever it answers."""
    service, name, draw = world.one(*CALLS)
    roots = 2
    # Half of what changes users, roles and the organization is done by whoever may.
    masters = {"iam": roots, "organizations": 1}.get(service, len(world.keys))
    number = world.random.randrange(world.one(masters, len(world.keys)))
    given = draw(world)
    client = world.client(service, world.keys[number])
    events = counted(world.live)
    told = f"seed {world.seed}: {service}:{name}({given}) by {world.keys[number][0]}"
    try:
        answer = getattr(client, name)(**given)
    except ClientError as error:
        status, code = error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"]
        assert status < 500, (told, error)
        assert state(world.live) == world.state, (told, code)
        if code == "InvalidClientTokenId" and number >= roots and service != "iam":
            world.keys.pop(number)  # of somebody who is gone
        if code in OF_UNKNOWN_KEYS:  # counted, some of them without an event of their own
            assert counted(world.live) - events in (0, 1), told
            return
    else:
        learn(world, answer)
        world.state = state(world.live)
    assert counted(world.live) == events + 1, told


def hold_to_its_word(live: Live) -> int:
    """Explain every decision in the log anew; how many there are."""
    assert findings(live.data) == []
    database = Database.open(f"sqlite:///{live.data / 'gatepost.db'}", keyring=Keyring.of(live.data), memory=Memory())
    number = 0
    with database.reader() as tx:
        for authorization_id, error, name in recorded(live):
            if authorization_id is None:
                continue
            explained = explained_call(tx, authorization_id)
            assert explained is not None, authorization_id
            assert error is not None or explained.allowed, (authorization_id, name)
            assert explained.allowed or error in DENIALS, (authorization_id, name, error)
            for decision in explained.decisions:
                number += 1
                assert decision.agrees, (authorization_id, name)
                effects = {requirement.effect for requirement in requirements(decision.explanation)}
                assert verdict_of(effects) is decision.recorded, (authorization_id, name, effects)
    database.close()
    return number


def verdict_of(effects: set[Effect]) -> Verdict:
    if Effect.EXPLICIT_DENY in effects:
        return Verdict.EXPLICIT_DENY
    return Verdict.IMPLICIT_DENY if Effect.IMPLICIT_DENY in effects else Verdict.ALLOWED


def wander(folder: Path, seconds: float, seed: int) -> None:
    """One world after another, as denials gather in each of them."""
    live, until = Live(folder / "data").start(), time.monotonic() + seconds
    while time.monotonic() < until:
        world = make_world(live, seed)
        for step in range(STEPS_A_WORLD):
            take_a_step(world)
            if step % 20 == 0:
                world.ids = [each for each, _, _ in recorded(live) if each is not None][-20:]
            if time.monotonic() > until:
                break
        assert hold_to_its_word(live) > 0, seed
        live.reset()
        seed += 1
    assert live.stop() == 0


def test_the_gate_keeps_its_word_whoever_calls_whatever(tmp_path: Path) -> None:
    wander(tmp_path, 2, seed=1)


@pytest.mark.long
def test_it_does_for_a_minute(tmp_path: Path) -> None:
    wander(tmp_path, 60, seed=random.SystemRandom().randrange(1 << 32))
