"""Tampering is seen: whatever is changed in the tables of the trail, and a copy that is put back."""
# ruff: noqa: S608, E501, ISC004 -- the statements are data, one a line

import random
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gatepost.audit.authorization import Authorization, Authorized, Evaluation, KeptCaller, Who, encode
from gatepost.audit.checkpoint import make_checkpoint, read_lines, signing_key
from gatepost.audit.event import Event
from gatepost.audit.ids import authorization_id, fresh_uuid
from gatepost.audit.sink import append_event, append_unauthenticated
from gatepost.audit.trail_check import NO_CHECKPOINTS, TrailCheck
from gatepost.policy.principal import Principal
from gatepost.store import chain_heads, messages
from gatepost.store.bootstrap import Root, bootstrap, wipe
from gatepost.store.database import Database
from gatepost.store.event_lookup import Lookup, find_events
from gatepost.store.event_terms import BLOCK
from gatepost.store.keyring import Keyring
from gatepost.store.memory import Memory
from gatepost.store.messages import Message, NewMessage
from gatepost.store.sealing import FIRST, Sealer
from gatepost.store.snapshots import Snapshot
from gatepost.store.trail_entries import FORGET, PRUNE, enter_removal
from gatepost.store.transaction import Transaction
from gatepost.store.unauthenticated_events import remove_old
from gatepost.store.writer import run_once
from trail import findings, opened

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ACCOUNT, REGION = "111122223333", "us-east-1"
ALICE = Principal.of(f"arn:aws:iam::{ACCOUNT}:user/alice", unique_id="AIDAEXAMPLE")
LAYER = Snapshot.of('{"target":"","policies":[]}')
CALLER = Snapshot.of(
    encode(KeptCaller(Who.of(ALICE), ACCOUNT, {}, LAYER.fingerprint)).decode(),
    (LAYER,),
)


def event(number: int, *, denied: bool = False, put: bool = False) -> Event:
    time, request_id = NOW + timedelta(seconds=number), fresh_uuid()
    evaluation = Evaluation("ses:SendEmail", "*", "allowed", {"ses:fromaddress": "a@b"}, resource_side=LAYER.fingerprint)
    kept = Authorization(authorization_id(time, request_id), CALLER.fingerprint, [evaluation])
    return Event(
        time, ACCOUNT, REGION, "ses.amazonaws.com", "PutIdentityPolicy" if put else "SendEmail", request_id, False, "127.0.0.1",
        "tests", ALICE, "alice", access_key_id="AKIAEXAMPLE", request_parameters={"number": number},
        response_elements=None if denied or put else {"messageId": message_id(number)},
        error_code="AccessDenied" if denied else None,
        error_message=f"no, see {kept.id}" if denied else None,
        resources=(("AWS::SES::EmailIdentity", "example.com"),) if put else (),
        additional={"SignatureVersion": "4"}, authorized=Authorized(kept, (CALLER, LAYER)),
    )  # fmt: skip


def message_id(number: int) -> str:
    return f"0100018c2f3a5b60-{number:08}-6a0f-4c9e-9a53-0f4f5cf1a3d2-000000"


def send_all(tx: Transaction, *numbers: int) -> None:
    for number in numbers:
        send(tx, number)


def send(tx: Transaction, number: int) -> None:
    message = Message(
        message_id(number),
        ACCOUNT,
        REGION,
        NOW,
        "a@b",
        "a@b",
        ("c@d",),
        "subject",
        "arn",
        "set",
        ALICE.arn,
        (("k", "v"),),
        "id",
    )
    tx.append(NewMessage(message, b"content %d" % number))
    append_event(tx, event(number))


def stranger(number: int) -> Event:
    return Event(
        NOW + timedelta(seconds=number), ACCOUNT, REGION, "ses.amazonaws.com", "SendEmail", fresh_uuid(), False, "192.0.2.1", "x",
        access_key_id="AKIANOBODY", error_code="InvalidClientTokenId", error_message="no",
    )  # fmt: skip


def fill(data: Path) -> None:
    """A store with two full blocks of events, of every kind of row."""
    database = opened(data)

    def start(tx: Transaction) -> None:
        bootstrap(tx, Root(ACCOUNT), NOW)

    def record(tx: Transaction) -> None:
        for number in range(BLOCK):
            append_event(tx, event(number, denied=True))
        for number in range(BLOCK, BLOCK + 30):
            send(tx, number)
        append_event(tx, event(2000, put=True))
        for number in range(20):
            append_unauthenticated(tx, stranger(number))

    def deny(tx: Transaction) -> None:
        for number in range(BLOCK):
            append_event(tx, event(4000 + number, denied=True))

    run_once(database, start)
    run_once(database, record)
    for _ in range(2):
        checkpoint(database, data)
        run_once(database, lambda tx: send(tx, 3000 + tx.execute_text("SELECT count(*) FROM checkpoints", ())[0]))
    run_once(database, deny)
    checkpoint(database, data)
    run_once(database, lambda tx: send_all(tx, 6000, 6001, 6002))
    database.close()


def checkpoint(database: Database, data: Path) -> None:
    line = run_once(database, lambda tx: make_checkpoint(tx, NOW))
    with (data / "checkpoints.log").open("a") as file:
        file.write(line + "\n")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("filled")
    fill(data)
    assert findings(data) == []
    return data


@pytest.fixture
def data(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled, tmp_path / "data"))


def change(data: Path, *statements: str) -> None:
    with sqlite3.connect(data / "gatepost.db") as store:
        for statement in statements:
            assert store.execute(statement).rowcount, "the statement changes nothing"
    store.close()


SET_BACK = (
    "UPDATE installation SET value = (SELECT seq || ' ' || lower(hex(seal)) FROM events ORDER BY seq DESC LIMIT 1) "
    "WHERE name = 'head:events'"
)
TAMPERINGS: dict[str, tuple[str, ...]] = {
    "an event's time": ("UPDATE events SET time = time + 1 WHERE seq = 7",),
    "an event's kind": ("UPDATE events SET kind = (SELECT max(id) FROM event_kinds) WHERE seq = 7",),
    "an event's body": ("UPDATE events SET body = body || x'00' WHERE seq = 7",),
    "an event's body, by another's": ("UPDATE events SET body = (SELECT body FROM events WHERE seq = 8) WHERE seq = 7",),
    "an event's seal": ("UPDATE events SET seal = x'00' WHERE seq = 7",),
    "an event's number": ("UPDATE events SET seq = (SELECT max(seq) FROM events) + 1 WHERE seq = 7",),
    "two events, exchanged": ("UPDATE events SET seq = -1 WHERE seq = 7", "UPDATE events SET seq = 7 WHERE seq = 8",
                              "UPDATE events SET seq = 8 WHERE seq = -1"),
    "an event removed": ("DELETE FROM events WHERE seq = 5",),
    "the first event removed": ("DELETE FROM events WHERE seq = 1",),
    "the first events removed": ("DELETE FROM events WHERE seq < 100",),
    "every event removed": ("DELETE FROM events",),
    "every event removed, and the head": ("DELETE FROM events", "DELETE FROM installation WHERE name = 'head:events'"),
    "a copy of an event added": ("INSERT INTO events SELECT (SELECT max(seq) FROM events) + 1, time, kind, body, seal FROM events WHERE seq = 5",),
    "the last events removed": ("DELETE FROM events WHERE seq > (SELECT max(seq) FROM events) - 2",),
    "the last events removed, the head set back": ("DELETE FROM events WHERE seq > (SELECT max(seq) FROM events) - 2", SET_BACK),
    "everything since the last checkpoint removed": (
        "DELETE FROM events WHERE seq > (SELECT max(seq) FROM events) - 3", SET_BACK, "DELETE FROM messages WHERE message_id LIKE '%00006002%'"),
    "events before the last checkpoint removed too": (
        "DELETE FROM events WHERE seq > (SELECT max(seq) FROM events) - 10", SET_BACK, "DELETE FROM messages WHERE message_id LIKE '%0000600%'"),
    "the head, by what is none": ("UPDATE installation SET value = 'x' WHERE name = 'head:events'",),
    "the head removed": ("DELETE FROM installation WHERE name = 'head:events'",),
    "the head": ("UPDATE installation SET value = '7 00' WHERE name = 'head:events'",),
    "a kind's account": ("UPDATE event_kinds SET account = '999999999999' WHERE id = 1",),
    "a kind's region": ("UPDATE event_kinds SET region = 'nowhere'",),
    "a kind's name": ("UPDATE event_kinds SET event_name = 'Harmless' WHERE id = 1",),
    "a kind's source": ("UPDATE event_kinds SET event_source = 'iam.amazonaws.com' WHERE id = 1",),
    "a kind's user": ("UPDATE event_kinds SET user_name = 'mallory' WHERE id = 1",),
    "a kind's key": ("UPDATE event_kinds SET access_key_id = NULL WHERE id = 1",),
    "whether a kind reads": ("UPDATE event_kinds SET read_only = 1 WHERE id = 1",),
    "whether a kind has resources": ("UPDATE event_kinds SET has_resources = 1 WHERE id = 1",),
    "what a kind has in common": ("UPDATE event_kinds SET constant = replace(constant, 'alice', 'mallo') WHERE id = 1",),
    "a kind's digest": ("UPDATE event_kinds SET digest = x'00' WHERE id = 1",),
    "a kind removed": ("DELETE FROM event_kinds WHERE id = 1",),
    "the index's terms removed": ("DELETE FROM event_terms",),
    "one of the index's terms removed": ("DELETE FROM event_terms WHERE term = (SELECT max(term) FROM event_terms)",),
    "a term of the index changed": ("UPDATE event_terms SET term = term + 1 WHERE block = 1",),
    "a term of the index added": ("INSERT INTO event_terms VALUES (5, 0)",),
    "a kind's terms removed": ("DELETE FROM event_kind_terms WHERE kind = 1",),
    "a block's times": ("UPDATE event_blocks SET last_time = 0 WHERE block = 0",),
    "a block removed": ("DELETE FROM event_blocks WHERE block = 0",),
    "a block added": ("INSERT INTO event_blocks VALUES (-1, 0, 0)",),
    "a snapshot's content": ("UPDATE snapshots SET content = content || ' '",),
    "a snapshot's fingerprint": ("UPDATE snapshots SET fingerprint = 'x' WHERE content LIKE '%target%'",),
    "a snapshot removed": ("DELETE FROM snapshots WHERE content LIKE '%target%'",),
    "a caller's snapshot removed": ("DELETE FROM snapshots WHERE content NOT LIKE '%target%'",),
    "the messages removed": ("DELETE FROM messages",),
    "the last message removed": ("DELETE FROM messages WHERE seq = (SELECT max(seq) FROM messages)",),
    "the first message removed": ("DELETE FROM messages WHERE seq = 1",),
    "a copy of a message added": (
        "INSERT INTO messages SELECT (SELECT max(seq) FROM messages) + 1, 'x', account, region, accepted_at, source, return_path, "
        "recipients, recipient_count, subject, identity_arn, configuration_set, caller_arn, tags, authorization_id, seal, content "
        "FROM messages WHERE seq = 1",
    ),
    **{
        f"a message's {column}": (f"UPDATE messages SET {column} = {value} WHERE seq = 5",)
        for column, value in {
            "message_id": "'x'", "account": "'999999999999'", "region": "'nowhere'", "accepted_at": "0", "source": "'x@y'",
            "return_path": "'x@y'", "recipients": "'[\"nobody@example.com\"]'", "recipient_count": "2", "subject": "NULL",
            "identity_arn": "''", "configuration_set": "NULL", "caller_arn": "'mallory'", "tags": "'{}'",
            "authorization_id": "NULL", "seal": "x'00'", "content": "x'00'",
        }.items()
    },
    **{
        f"a stranger's {column}": (f"UPDATE unauthenticated_events SET {column} = {value} WHERE seq = 5",)
        for column, value in {
            "time": "0", "account": "'x'", "region": "'x'", "event_source": "'x'", "event_name": "'x'", "access_key_id": "NULL",
            "read_only": "1", "total_bytes": "1", "seal": "x'00'", "record": "'{}'",
        }.items()
    },
    "a stranger's record removed": ("DELETE FROM unauthenticated_events WHERE seq = 5",),
    "the oldest of strangers removed": ("DELETE FROM unauthenticated_events WHERE seq < 5",),
    "all of strangers removed": ("DELETE FROM unauthenticated_events",),
    "all of strangers removed, and a head": (
        "DELETE FROM unauthenticated_events",
        "INSERT INTO installation SELECT 'head:unauthenticated_events', value FROM installation WHERE name = 'head:events'"),
    "a checkpoint": ("UPDATE checkpoints SET line = replace(line, '2026', '2027') WHERE number = 1",),
    "a checkpoint's number": ("UPDATE checkpoints SET number = 9 WHERE number = 1",),
    "the newest checkpoint's number, before the first": ("DELETE FROM checkpoints WHERE number > 1", "UPDATE checkpoints SET number = 0"),
    **{
        f"a row of {table} before the first": (
            f"CREATE TEMP TABLE copy AS SELECT * FROM {table} WHERE seq = 5",
            f"UPDATE copy SET seq = {seq}" + (", message_id = 'x'" if table == "messages" else ""),
            f"INSERT INTO {table} SELECT * FROM copy")
        for table, seq in (("events", -1), ("unauthenticated_events", 0), ("messages", -(2**63)))
    },
    "a checkpoint removed": ("DELETE FROM checkpoints WHERE number = 2",),
}  # fmt: skip


@pytest.mark.parametrize("statements", TAMPERINGS.values(), ids=TAMPERINGS)
def test_tampering_is_seen(data: Path, statements: Sequence[str]) -> None:
    change(data, *statements)
    assert findings(data)


def test_what_nobody_has_touched_is_intact(data: Path) -> None:
    database = opened(data)
    report = TrailCheck(database.reader, signing_key(database.keyring).public_key(), None).run()
    database.close()
    assert report.intact
    assert report.blind == (NO_CHECKPOINTS,)
    assert report.rows > 2 * BLOCK


def test_a_change_is_told_with_its_row_alone(data: Path) -> None:
    change(data, "UPDATE events SET time = time + 1 WHERE seq = 7")
    assert [each.split(":")[0].split() for each in findings(data) if "row-changed" in each] == [["row-changed", "events", "7"]]


def test_a_chain_that_was_sealed_anew_without_the_key_is_seen(data: Path) -> None:
    sealer, previous = Sealer(b"a key of my own, of the right size", "events"), FIRST
    with sqlite3.connect(data / "gatepost.db") as store:
        store.execute("UPDATE events SET time = time + 1 WHERE seq = 7")
        for seq, time, kind, body in store.execute("SELECT seq, time, kind, body FROM events ORDER BY seq").fetchall():
            (digest,) = store.execute("SELECT digest FROM event_kinds WHERE id = ?", (kind,)).fetchone()
            previous = sealer.seal(previous, (seq, time, kind, digest, body))
            store.execute("UPDATE events SET seal = ? WHERE seq = ?", (previous, seq))
        store.execute("UPDATE installation SET value = ? WHERE name = 'head:events'", (f"{seq} {previous.hex()}",))
    store.close()
    assert any("row-changed" in each for each in findings(data))


def test_a_chain_that_was_sealed_anew_with_the_key_is_seen_by_a_checkpoint(data: Path) -> None:
    sealer, previous = Sealer(Keyring.of(data).derive("trail seals"), "events"), FIRST
    with sqlite3.connect(data / "gatepost.db") as store:
        store.execute("UPDATE events SET time = time - 1 WHERE seq = 600")
        for seq, time, kind, body in store.execute("SELECT seq, time, kind, body FROM events ORDER BY seq").fetchall():
            (digest,) = store.execute("SELECT digest FROM event_kinds WHERE id = ?", (kind,)).fetchone()
            previous = sealer.seal(previous, (seq, time, kind, digest, body))
            store.execute("UPDATE events SET seal = ? WHERE seq = ?", (previous, seq))
        mac = Sealer(Keyring.of(data).derive("trail seals"), "heads").seal(FIRST, ("events", seq, previous))
        head = f"{seq} {previous.hex()} {mac.hex()}"
        store.execute("UPDATE installation SET value = ? WHERE name = 'head:events'", (head,))
        store.execute("DELETE FROM checkpoints")
    store.close()
    assert any("(outside)" in each for each in findings(data))
    (data / "checkpoints.log").unlink()
    assert findings(data) == [], "whoever holds the key and every checkpoint is not seen"


def test_an_older_copy_is_seen_by_a_checkpoint_outside(data: Path) -> None:
    older = shutil.copy(data / "gatepost.db", data / "older.db")
    database = opened(data)
    run_once(database, lambda tx: send(tx, 9000))
    checkpoint(database, data)
    database.close()
    shutil.move(older, data / "gatepost.db")
    assert all("older copy" in each for each in findings(data))
    database = opened(data)  # the server goes on with the older copy, past the checkpoint
    run_once(database, lambda tx: send_all(tx, *range(9100, 9105)))
    database.close()
    assert any("(outside)" in each for each in findings(data))


@pytest.fixture
def database(data: Path) -> Iterator[Database]:
    database = opened(data)
    yield database
    database.close()


def test_what_is_removed_on_purpose_is_not_missing(data: Path, database: Database) -> None:
    def forget(tx: Transaction) -> None:
        enter_removal(tx, FORGET, chain_heads.MESSAGES, messages.forget_messages(tx), NOW)

    def prune(tx: Transaction, before: datetime = NOW + timedelta(seconds=10)) -> None:
        through = remove_old(tx, before, 10**9)
        assert through is not None
        enter_removal(tx, PRUNE, chain_heads.UNAUTHENTICATED, through, NOW)

    for job in (forget, prune, lambda tx: send(tx, 9000), forget, lambda tx: prune(tx, NOW + timedelta(days=1))):
        run_once(database, job)
        assert findings(data) == []
    run_once(database, lambda tx: send(tx, 9001))
    run_once(database, lambda tx: append_unauthenticated(tx, stranger(1)))
    checkpoint(database, data)
    assert findings(data) == []
    change(data, "DELETE FROM messages")
    assert findings(data)


def test_a_reset_is_told_and_the_chain_goes_on(data: Path, database: Database) -> None:
    for number in range(2):
        run_once(database, lambda tx: wipe(tx, NOW))
        run_once(database, lambda tx: bootstrap(tx, Root(ACCOUNT), NOW))
        assert findings(data) == []
        run_once(database, lambda tx, number=number: send(tx, 9000 + number))  # type: ignore[misc]  # bound at once
        checkpoint(database, data)
        assert findings(data) == []
    change(data, "DELETE FROM events WHERE seq = (SELECT min(seq) FROM events)")
    assert findings(data)


def test_the_check_at_the_start_sees_a_change_of_late_and_an_older_copy(data: Path) -> None:
    change(data, "UPDATE events SET time = time + 1 WHERE seq = 1000")
    database = Database.open(f"sqlite:///{data / 'gatepost.db'}", keyring=Keyring.of(data), memory=Memory())
    key = signing_key(database.keyring).public_key()
    assert not TrailCheck(database.reader, key, read_lines(data / "checkpoints.log")).recent().intact
    database.close()


def cells(store: sqlite3.Connection, table: str) -> tuple[int, list[str]]:
    (rows,) = store.execute(f"SELECT count(*) FROM {table}").fetchone()
    return rows, [row[1] for row in store.execute(f"PRAGMA table_info({table})")]


def flipped(value: object, choose: random.Random) -> object:
    """A value with one bit of one byte changed; another number."""
    if isinstance(value, int):
        return value ^ (1 << choose.randrange(16))
    if value is None:
        return "x"
    is_text = isinstance(value, str)
    kept = bytearray(value.encode() if isinstance(value, str) else value if isinstance(value, bytes) else b"")
    kept[choose.randrange(len(kept))] ^= 1 << choose.randrange(7)
    return kept.decode() if is_text else bytes(kept)


TABLES = (
    "events", "event_kinds", "event_kind_terms", "event_terms", "event_blocks", "snapshots", "messages", "unauthenticated_events",
    "checkpoints",
)  # fmt: skip


def tamper_once(data: Path, seed: int) -> str:
    choose = random.Random(seed)  # noqa: S311 -- an order, not a secret
    with sqlite3.connect(data / "gatepost.db") as store:
        while True:
            table = choose.choice(TABLES)
            rows, columns = cells(store, table)
            column, key = choose.choice(columns), columns[0]
            where = f"ORDER BY {', '.join(columns[:2])} LIMIT 1 OFFSET {choose.randrange(rows)}"
            old = store.execute(f"SELECT {column}, {key}, {columns[1]} FROM {table} {where}").fetchone()
            new = flipped(old[0], choose)
            try:
                statement = f"UPDATE {table} SET {column} = ? WHERE {key} = ? AND {columns[1]} = ?"
                changed = store.execute(statement, (new, old[1], old[2])).rowcount
            except sqlite3.IntegrityError:  # such a value cannot be kept
                continue
            if changed:
                break
    store.close()
    return f"{table}.{column} of {old[1]!r}"


@pytest.mark.parametrize("seed", range(40))
def test_a_random_change_of_one_cell_is_seen(data: Path, seed: int) -> None:
    told = tamper_once(data, seed)
    assert findings(data), told


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1000, 2000))
def test_a_thousand_random_changes_are_seen(data: Path, seed: int) -> None:
    told = tamper_once(data, seed)
    assert findings(data), told


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET body = body || x'00' WHERE seq > 1",
        "UPDATE events SET body = x'' WHERE seq > 1",
        "INSERT INTO events SELECT (SELECT max(seq) FROM events) + 1, time, kind, body, seal FROM events WHERE seq = 5",
        "DELETE FROM events WHERE seq > (SELECT max(seq) FROM events) - 3",
    ],
)
def test_a_log_that_was_altered_goes_on_and_stays_altered(data: Path, statement: str) -> None:
    change(data, statement)
    database = opened(data)
    run_once(database, lambda tx: send(tx, 9000))
    with database.reader() as tx:
        assert find_events(tx, ACCOUNT, REGION, Lookup(), 50)
    database.close()
    assert findings(data)
