"""The writer: what is answered is committed, what raises leaves nothing, what fails fails whole."""

import gc
import sqlite3
import time
import weakref
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Signal

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from gatepost.audit.event import Event
from gatepost.audit.sink import append_event
from gatepost.store import accounts
from gatepost.store.database import SCHEMA_VERSION, Database
from gatepost.store.failures import StoreUnusable
from gatepost.store.keyring import Keyring, WrongKey
from gatepost.store.memory import Cold, Memory
from gatepost.store.schema import metadata
from gatepost.store.snapshots import Snapshot, get_snapshots, keep_snapshot
from gatepost.store.transaction import ReadOnly, Transaction
from gatepost.store.writer import Job, StoreFailed, Writer, run_once
from trail import all_events

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Answers:
    """What a writer delivers, in order."""

    def __init__(self) -> None:
        self.given: list[tuple[object, object]] = []
        self._arrived = Signal()

    def __call__(self, results: Sequence[tuple[object, object]]) -> None:
        self.given += results
        self._arrived.set()

    def wait(self) -> list[tuple[object, object]]:
        assert self._arrived.wait(10)
        self._arrived.clear()
        return self.given


def account(number: int) -> str:
    return f"{number:012}"


def make(number: int) -> Job:
    return lambda tx: accounts.create_account(tx, account(number), "", NOW).id


def is_healthy(writer: Writer) -> bool:
    return writer.healthy


def event(name: str) -> Event:
    return Event(NOW, account(1), "us-east-1", "ses.amazonaws.com", name, "", False, "127.0.0.1", "tests")


def known(database: Database) -> list[str]:
    with database.reader() as tx:
        return [each.id for each in accounts.list_accounts(tx)]


def test_jobs_of_a_batch_are_answered_after_one_commit(database: Database) -> None:
    answers = Answers()
    writer = Writer(database, answers)
    writer.submit([(make(1), "a"), (make(2), "b")])
    assert answers.wait() == [("a", account(1)), ("b", account(2))]
    assert known(database) == [account(1), account(2)]
    writer.close()


def test_a_job_that_raises_leaves_nothing_and_the_others_stand(database: Database) -> None:
    def fails(tx: Transaction) -> None:
        accounts.create_account(tx, account(2), "", NOW)
        append_event(tx, event("Lost"))
        raise LookupError("no")

    answers = Answers()
    writer = Writer(database, answers)
    writer.submit([(make(1), 1), (fails, 2), (make(3), 3)])
    first, second, third = answers.wait()
    assert (first[1], third[1]) == (account(1), account(3))
    assert isinstance(second[1], LookupError)
    assert known(database) == [account(1), account(3)]
    assert all_events(database) == []
    writer.close()


def test_an_attempt_that_fails_is_undone_and_its_event_stays(database: Database) -> None:
    def outer(tx: Transaction) -> None:
        def inner(tx: Transaction) -> None:
            accounts.create_account(tx, account(7), "", NOW)
            append_event(tx, event("Inner"))
            raise LookupError

        with pytest.raises(LookupError):
            tx.attempt(inner)
        append_event(tx, event("Outer"))

    run_once(database, outer)
    assert known(database) == []
    assert [each.parts.event_name for each in all_events(database)] == ["Outer"]


def test_a_batch_that_finds_no_space_has_not_happened(database: Database) -> None:
    answers = Answers()
    writer = Writer(database, answers)

    def fill(tx: Transaction) -> None:
        tx.execute_text("PRAGMA max_page_count = 1", ())  # of this connection: no more pages than there are
        tx.execute_text("INSERT INTO installation (name, value) VALUES ('large', hex(zeroblob(9000000)))", ())

    writer.submit([(make(1), 1), (fill, 2), (lambda tx: append_event(tx, event("X")), 3)])
    assert [type(result) for _, result in answers.wait()] == [StoreFailed] * 3
    assert known(database) == []
    assert not is_healthy(writer)
    answers.given.clear()
    writer.submit([(make(4), 4)])
    assert answers.wait() == [(4, account(4))]
    assert is_healthy(writer)
    writer.close()


def test_an_event_that_a_table_refuses_fails_its_call(database: Database, tmp_path: Path) -> None:
    answers = Answers()
    writer = Writer(database, answers)
    writer.submit([(make(1), 1)])
    answers.wait()
    with sqlite3.connect(tmp_path / "gatepost.db") as other:
        other.execute("CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    other.close()
    answers.given.clear()
    writer.submit([(make(2), 2), (lambda tx: append_event(tx, event("X")), 3)])
    assert [type(result) for _, result in answers.wait()] == [str, StoreFailed], "what the other has to write can be written"
    assert known(database) == [account(1), account(2)]
    assert not is_healthy(writer)
    with sqlite3.connect(tmp_path / "gatepost.db") as other:
        other.execute("DROP TRIGGER full")
    other.close()
    answers.given.clear()
    writer.submit([(make(4), 4)])
    assert answers.wait() == [(4, account(4))]
    assert is_healthy(writer)
    writer.close()


def test_what_is_held_is_dropped_before_the_answer(database: Database) -> None:
    run_once(database, make(1))
    with database.reader() as tx:
        tx.recall(account(1), ("names",), known_names)
    held = database.memory.held()
    assert held.recall(account(1), ("names",), known_names) == (account(1),)
    run_once(database, lambda tx: tx.touch(account(1)))
    with pytest.raises(Cold):
        held.recall(account(1), ("names",), known_names)


def known_names(tx: Transaction) -> tuple[str, ...]:
    return tuple(each.id for each in accounts.list_accounts(tx))


def test_a_value_read_before_a_change_is_not_held_after_it(database: Database) -> None:
    with database.reader() as tx:
        run_once(database, make(1))
        assert tx.recall(account(1), ("names",), known_names) in ((), (account(1),))
    with pytest.raises(Cold):
        database.memory.held().recall(account(1), ("names",), known_names)


def test_another_process_s_commit_empties_the_memory(database: Database, tmp_path: Path) -> None:
    answers = Answers()
    writer = Writer(database, answers)
    writer.submit([(make(1), 1)])
    answers.wait()
    with database.reader() as tx:
        tx.recall(account(1), ("names",), known_names)
    other = Database.open(f"sqlite:///{tmp_path / 'gatepost.db'}", keyring=Keyring.of(tmp_path), memory=Memory())
    run_once(other, make(2))
    other.close()
    writer.submit([(lambda tx: append_event(tx, event("X")), 2)])
    answers.wait()
    with pytest.raises(Cold):
        database.memory.held().recall(account(1), ("names",), known_names)
    writer.close()


def test_a_reader_cannot_write(database: Database) -> None:
    with database.reader() as tx, pytest.raises(ReadOnly):
        accounts.create_account(tx, account(1), "", NOW)
    with database.reader() as tx, pytest.raises(ReadOnly):
        append_event(tx, event("X"))


def test_the_migrations_make_the_schema_that_the_code_sees(database: Database, tmp_path: Path) -> None:

    config = Config()
    config.set_main_option("script_location", "gatepost.store:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == SCHEMA_VERSION
    with database.reader() as tx:
        differences = compare_metadata(MigrationContext.configure(tx.connection), metadata)
    assert differences == []
    with sqlite3.connect(tmp_path / "gatepost.db") as store:
        assert store.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        store.execute("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    with pytest.raises(StoreUnusable, match="schema 9999"):
        Database.open(f"sqlite:///{tmp_path / 'gatepost.db'}", keyring=database.keyring, memory=Memory())


def test_secrets_are_sealed_to_their_owner(tmp_path: Path) -> None:
    keyring = Keyring.of(tmp_path)
    sealed = keyring.seal("secret", "AKIA1")
    assert b"secret" not in sealed
    assert Keyring.of(tmp_path).open(sealed, "AKIA1") == "secret"
    with pytest.raises(WrongKey, match="AKIA2"):
        keyring.open(sealed, "AKIA2")
    with pytest.raises(WrongKey):
        Keyring(bytes(32)).open(sealed, "AKIA1")
    with pytest.raises(WrongKey, match="GATEPOST_MASTER_KEY"):
        Keyring.of(tmp_path, {"GATEPOST_MASTER_KEY": "c2hvcnQ="})


# --- rows that cannot be written ----------------------------------------------------------------------------------------


class BadRow:
    """A row that SQLite refuses, as half a surrogate pair in a subject is."""

    def kind(self) -> "BadRow":
        return self

    def insert(self, tx: Transaction, rows: Sequence["BadRow"]) -> None:
        for _ in rows:
            tx.execute_text("INSERT INTO installation (name, value) VALUES (?, ?)", ("bad", "\ud800"))


def appends_a_bad_row(tx: Transaction) -> None:
    accounts.create_account(tx, account(9), "", NOW)
    append_event(tx, event("Bad"))
    tx.append(BadRow())


def test_a_row_that_cannot_be_written_fails_the_job_that_appended_it_and_no_other(database: Database) -> None:
    answers = Answers()
    writer = Writer(database, answers)

    def good(number: int) -> Job:
        def job(tx: Transaction) -> str:
            append_event(tx, event(f"Good{number}"))
            return accounts.create_account(tx, account(number), "", NOW).id

        return job

    writer.submit(
        [(good(1), "a"), (appends_a_bad_row, "b"), (good(2), "c"), (lambda tx: append_event(tx, event("Plain")), "d")]
    )
    by_ticket = dict(answers.wait())
    assert (by_ticket["a"], by_ticket["c"], by_ticket["d"]) == (account(1), account(2), None)
    assert isinstance(by_ticket["b"], UnicodeEncodeError)
    assert known(database) == [account(1), account(2)]
    assert [each.parts.event_name for each in all_events(database)] == ["Good1", "Good2", "Plain"]
    assert is_healthy(writer), "the store is well: it is one job's row that is not"
    writer.close()


def test_bad_rows_in_every_batch_leave_the_others_standing(database: Database) -> None:
    answers = Answers()
    writer = Writer(database, answers)
    for number in range(1, 4):
        writer.submit([(appends_a_bad_row, f"bad {number}"), (make(number), f"good {number}")])
        answers.wait()
    writer.close()
    assert known(database) == [account(1), account(2), account(3)]
    assert all(isinstance(result, UnicodeEncodeError) == str(ticket).startswith("bad") for ticket, result in answers.given)


def test_what_a_rolled_back_job_kept_is_not_remembered(database: Database) -> None:
    """A snapshot that went with the job's rows must be written again by the next that rests on it."""
    snapshot = Snapshot.of('{"Statement":[]}')

    def keeps(tx: Transaction) -> None:
        keep_snapshot(tx, snapshot)

    def keeps_and_fails(tx: Transaction) -> None:
        tx.open()
        keep_snapshot(tx, snapshot)
        tx.append(BadRow())

    answers = Answers()
    writer = Writer(database, answers)
    writer.submit([(keeps_and_fails, "bad")])
    answers.wait()
    writer.submit([(keeps, "good")])
    answers.wait()
    writer.close()
    with database.reader() as tx:
        assert get_snapshots(tx, [snapshot.fingerprint]) == {snapshot.fingerprint: snapshot.content}


def test_nothing_of_a_job_is_held_once_it_is_done(database: Database) -> None:
    """A job holds its request, whose body may be large."""

    class Request:
        def arrives(self, _tx: Transaction) -> None:
            pass

    answers, request = Answers(), Request()
    held = weakref.ref(request)
    writer = Writer(database, answers)
    writer.submit([(request.arrives, "ticket")])
    answers.wait()
    del request
    gc.disable()
    try:
        ends = time.monotonic() + 10
        while held() is not None and time.monotonic() < ends:
            time.sleep(0.001)
    finally:
        gc.enable()
    writer.close()
    assert held() is None
