"""The check of one chain: every row follows from the one before, from where the chain begins to where it ends."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Final

from gatepost.audit.finding import Breach, Findings
from gatepost.store.chain_heads import EVENTS, START, Head, head_is_sealed, newest_row, oldest_seq, recorded_head
from gatepost.store.event_kinds import digest_of
from gatepost.store.sealed_rows import KIND, Columns, any_text, expected_seal, rows_of
from gatepost.store.trail_entries import last_removal
from gatepost.store.transaction import Transaction

PAGE: Final = 500  # rows that are read in one snapshot
LARGE_PAGE: Final = 20  # messages, whose content may be large
MOST_KINDS: Final = 10_000
Open = Callable[[], AbstractContextManager[Transaction]]
Visit = Callable[[Transaction, Columns], None]
Progress = Iterator[int]  # rows that were checked since the last step


class ChainCheck:
    """Checks a chain page by page, each in a snapshot of its own, so that a long check holds nothing up."""

    def __init__(self, chain: str, findings: Findings, visit: Visit | None = None) -> None:
        self._chain = chain
        self._findings = findings
        self._visit = visit
        self._digests: dict[int, bytes] = {}

    def steps(self, open_reader: Open, start: Head | None = None, *, page: int = PAGE) -> Progress:
        """Check the rows behind `start` (the whole chain where it is None) up to the newest of now."""
        with open_reader() as tx:
            newest = newest_row(tx, self._chain)
            self._check_head(tx, newest)
            previous = start or self._beginning(tx)
            oldest = oldest_seq(tx, self._chain)
            if start is None and oldest is not None and oldest <= previous.seq:
                self._findings.add(Breach.ROW_INSERTED, self._chain, oldest, f"the chain begins at {previous.seq + 1}")
        through = START if newest is None else newest
        while previous.seq < through.seq:
            with open_reader() as tx, any_text(tx):
                seal_of = expected_seal(tx.keyring, self._chain, lambda kind, tx=tx: self._digest(tx, kind))  # type: ignore[misc]  # bound at once
                rows = 0
                for *columns, seal in rows_of(tx, self._chain, previous.seq, through.seq, page):
                    rows += 1
                    previous = self._check(tx, previous, tuple(columns), seal, seal_of)
            if rows == 0:
                break
            yield rows

    def _check(
        self,
        tx: Transaction,
        previous: Head,
        columns: Columns,
        seal: object,
        seal_of: Callable[[bytes, Columns], bytes | None],
    ) -> Head:
        seq: int = columns[0]
        if seq != previous.seq + 1:
            previous = self._after_gap(tx, previous, seq)
        if not isinstance(seal, bytes) or seal_of(previous.seal, columns) != seal:
            self._findings.add(Breach.ROW_CHANGED, self._chain, seq, "does not follow from the row before")
        if self._visit is not None:
            self._visit(tx, columns)
        return Head(seq, seal if isinstance(seal, bytes) else bytes(32))

    def _after_gap(self, tx: Transaction, previous: Head, seq: int) -> Head:
        """Rows are missing before `seq`: those that were removed on purpose meanwhile, or a finding."""
        removed = last_removal(tx, self._chain)
        if removed is not None and removed[1].seq == seq - 1 and removed[1].seq > previous.seq:
            return removed[1]
        rows = f"{previous.seq + 1}" if seq == previous.seq + 2 else f"{previous.seq + 1} to {seq - 1}"
        self._findings.add(Breach.ROW_MISSING, self._chain, previous.seq + 1, f"missing: {rows}")
        return Head(seq - 1, previous.seal)

    def _beginning(self, tx: Transaction) -> Head:
        removed = last_removal(tx, self._chain)
        return START if removed is None else removed[1]

    def _check_head(self, tx: Transaction, newest: Head | None) -> None:
        if not head_is_sealed(tx, self._chain):
            self._findings.add(Breach.HEAD_DIFFERS, self._chain, None, "the recorded head was not written by this installation")
            return
        recorded, removed = recorded_head(tx, self._chain), last_removal(tx, self._chain)
        last = newest if newest is not None else None if removed is None else removed[1]
        if self._chain == EVENTS:
            if (recorded or START) != (last or START):
                told = "none" if recorded is None else str(recorded.seq)
                is_last = "none" if last is None else str(last.seq)
                text = f"the recorded head is {told}, the newest row is {is_last}"
                if recorded is not None and last is not None and recorded.seq == last.seq:
                    text = "the seal of the recorded head is not that of the newest row"
                self._findings.add(Breach.HEAD_DIFFERS, self._chain, None, text)
        elif newest is None and (recorded or START) != (last or START):
            text = "has no rows, and no entry tells that they were removed"
            self._findings.add(Breach.HEAD_DIFFERS, self._chain, None, text)

    def _digest(self, tx: Transaction, kind: int) -> bytes:
        known = self._digests.get(kind)
        if known is None:
            row = tx.execute_text(KIND, (kind,))
            if not row:
                self._findings.add(Breach.KIND_CHANGED, "event_kinds", kind, "is missing")
                return b""
            try:
                known = digest_of(row[1:])
            except ValueError:
                known = b""
            if known != row[0]:
                self._findings.add(Breach.KIND_CHANGED, "event_kinds", kind, "its columns are not those of its digest")
            if len(self._digests) >= MOST_KINDS:
                self._digests.clear()
            self._digests[kind] = known
        return known
