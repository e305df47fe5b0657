"""The check of the whole trail: every chain, what the events name, and the checkpoints in the store and elsewhere.

What it cannot see it says (`Report.blind`). Whoever holds the master key can seal anew what was changed; checkpoints that are kept
where that person cannot write show it all the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Struct

from gatepost.audit.chain_check import LARGE_PAGE, PAGE, ChainCheck, Open
from gatepost.audit.checkpoint import STORE_ID, BadCheckpoint, Checkpoint, read_checkpoint
from gatepost.audit.events_check import EventsCheck
from gatepost.audit.finding import Breach, Finding, Findings
from gatepost.store.chain_heads import CHAINS, EVENTS, MESSAGES, START, UNAUTHENTICATED, Head, newest_row
from gatepost.store.checkpoints import list_checkpoints
from gatepost.store.installation import get_fact
from gatepost.store.raw_rows import raw_rows
from gatepost.store.sealed_rows import SNAPSHOTS, any_text, seal_at
from gatepost.store.snapshots import Snapshot
from gatepost.store.trail_entries import last_removal
from gatepost.store.transaction import Transaction

RECENT: Final = 2000  # rows of each chain that the check at the start reads
LEAST_INTEGER: Final = -(2**63)  # of SQLite
NO_CHECKPOINTS: Final = "no checkpoints outside the store were read: an older copy of the whole store would not be seen"


class Report(Struct, frozen=True):
    """What a check found. `blind` tells what it could not see; `rows` is how many rows it has checked."""

    findings: Sequence[Finding]
    count: int  # of all findings; the first are kept
    blind: Sequence[str]
    rows: int

    @property
    def intact(self) -> bool:
        """Whether nothing was found."""
        return self.count == 0


class TrailCheck:
    """A check that runs step by step. `outside` are lines of checkpoints that were kept elsewhere; None where there are none."""

    def __init__(self, open_reader: Open, key: Ed25519PublicKey, outside: Iterable[str] | None) -> None:
        self._open = open_reader
        self._key = key
        self._outside = outside
        self._findings = Findings()
        self._blind: list[str] = []
        self._rows = 0

    def report(self) -> Report:
        """What was found up to now."""
        return Report(tuple(self._findings.kept), self._findings.count, tuple(self._blind), self._rows)

    def run(self) -> Report:
        """Check everything, at once."""
        for _ in self.steps():
            pass
        return self.report()

    def steps(self) -> Iterator[None]:
        """Check everything, a page of rows a step."""
        events = EventsCheck(self._findings)
        yield from self._counted(ChainCheck(EVENTS, self._findings, events.visit).steps(self._open))
        with self._open() as tx, any_text(tx):
            newest = newest_row(tx, EVENTS)
            events.finish(tx, 0 if newest is None else newest.seq)
        yield from self._counted(ChainCheck(MESSAGES, self._findings).steps(self._open, page=LARGE_PAGE))
        yield from self._counted(ChainCheck(UNAUTHENTICATED, self._findings).steps(self._open))
        yield from self._check_snapshots()
        yield from self._check_kept_checkpoints()
        yield from self._check_outside()

    def recent(self) -> Report:
        """Check the newest rows of each chain, and the newest checkpoints; for the start, where it must be quick."""
        for chain, most in ((EVENTS, RECENT), (MESSAGES, RECENT // 10), (UNAUTHENTICATED, RECENT)):
            with self._open() as tx:
                newest, removed = newest_row(tx, chain), last_removal(tx, chain)
                first = START if removed is None else removed[1]
                at = (START if newest is None else newest).seq - most
                seal = seal_at(tx, chain, at) if at > first.seq else None
            check = ChainCheck(chain, self._findings)
            start = first if seal is None else Head(at, seal)
            for _ in self._counted(check.steps(self._open, start, page=PAGE if chain != MESSAGES else LARGE_PAGE)):
                pass
        for _ in self._check_outside():
            pass
        return self.report()

    def _counted(self, progress: Iterator[int]) -> Iterator[None]:
        for rows in progress:
            self._rows += rows
            yield

    # --- snapshots -----------------------------------------------------------------------------------------------------

    def _check_snapshots(self) -> Iterator[None]:
        after = ""
        while True:
            with self._open() as tx, any_text(tx):
                rows = list(raw_rows(tx, SNAPSHOTS, (after, LARGE_PAGE)))
            for fingerprint, content in rows:
                if not _is_content(fingerprint, content):
                    self._findings.add(Breach.SNAPSHOT_CHANGED, "snapshots", None, f"{fingerprint}: its content is another's")
            if not rows:
                return
            after = rows[-1][0]
            self._rows += len(rows)
            yield

    # --- checkpoints ---------------------------------------------------------------------------------------------------

    def _check_kept_checkpoints(self) -> Iterator[None]:
        start, expected = LEAST_INTEGER, None
        while True:
            with self._open() as tx, any_text(tx):
                rows = list(list_checkpoints(tx, start, PAGE))
                for number, line in rows:
                    if expected is not None and number != expected:
                        self._findings.add(Breach.CHECKPOINT_MISSING, "checkpoints", expected, "is missing")
                    start = expected = number + 1
                    self._check_kept(tx, number, line)
            if not rows:
                return
            yield

    def _check_kept(self, tx: Transaction, number: int, line: str) -> None:
        try:
            checkpoint = read_checkpoint(line, self._key)
        except BadCheckpoint as error:
            self._findings.add(Breach.CHECKPOINT_CHANGED, "checkpoints", number, str(error))
            return
        if checkpoint.number != number:
            self._findings.add(Breach.CHECKPOINT_CHANGED, "checkpoints", number, f"is checkpoint {checkpoint.number}")
        self._hold_against(tx, checkpoint, "the store's own")

    def _check_outside(self) -> Iterator[None]:
        own = 0
        lines = 0
        with self._open() as tx:
            store = get_fact(tx, STORE_ID)
        for line in self._outside or ():
            lines += 1
            try:
                checkpoint = read_checkpoint(line, self._key)
            except BadCheckpoint as error:
                self._findings.add(Breach.CHECKPOINT_CHANGED, "checkpoints outside", None, f"line {lines}: {error}")
                continue
            if checkpoint.store != store:
                continue
            own += 1
            with self._open() as tx:
                self._hold_against(tx, checkpoint, "outside")
            if lines % PAGE == 0:
                yield
        if own == 0:
            self._blind.append(NO_CHECKPOINTS)

    def _hold_against(self, tx: Transaction, checkpoint: Checkpoint, whose: str) -> None:
        for chain in CHAINS:
            told, newest = checkpoint.head(chain), newest_row(tx, chain)
            removed = last_removal(tx, chain)
            first = START if removed is None else removed[1]
            last = first if newest is None else newest
            name = f"checkpoint {checkpoint.number} ({whose}) of {checkpoint.time}"
            if told.seq > last.seq:
                text = f"{name} was at {told.seq}, the newest row is {last.seq}: rows were cut off, or this is an older copy"
                self._findings.add(Breach.OLDER_COPY, chain, told.seq, text)
            elif told.seq > first.seq and seal_at(tx, chain, told.seq) != told.seal:
                text = f"{name} has another seal: the rows up to it were sealed anew, or an older copy went on"
                self._findings.add(Breach.ROW_CHANGED, chain, told.seq, text)


def _is_content(fingerprint: object, content: object) -> bool:
    try:
        return isinstance(content, str) and Snapshot.of(content).fingerprint == fingerprint
    except UnicodeError:
        return False
