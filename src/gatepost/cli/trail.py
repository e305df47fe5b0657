"""`gatepost trail`: whether anybody has altered the log, and the public key of its checkpoints."""

import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from gatepost.cli.exits import CANNOT_TELL, DONE, NO, USAGE, Exit

if TYPE_CHECKING:
    from gatepost.audit.trail_check import Report

app = App(
    name="trail",
    help="Verify that nobody has altered the log.",
    version_flags=[],
    default_parameter=Parameter(negative=()),
)


@app.command
def verify(
    *,
    data: Path | None = None,
    checkpoints: Path | None = None,
    public_key: str | None = None,
    as_json: Annotated[bool, Parameter(name="--json")] = False,
) -> int:
    """Verify the log: every row, what the events name, and the checkpoints in the store and outside it.

    Example: gatepost trail verify
    Example: gatepost trail verify --checkpoints /mnt/other/checkpoints.log

    Exit codes: 0 nobody has altered it, 1 somebody has, 3 cannot tell: there is no checkpoint outside, or no events yet.
    A server may run meanwhile.

    Parameters
    ----------
    data
        The server's data folder. Default: ./gatepost-data
    checkpoints
        A file of checkpoints that were written outside the store, or - for standard input. Default: the one of the settings
    public_key
        The key that the checkpoints must be signed with, as `gatepost trail key` printed it. Default: that of the master key
    as_json
        Print a JSON object.
    """
    from gatepost.audit.checkpoint import read_public_key, signing_key  # noqa: PLC0415 -- the store's parts load when they are needed
    from gatepost.audit.trail_check import TrailCheck  # noqa: PLC0415 -- the same
    from gatepost.cli.opened import opened_store  # noqa: PLC0415 -- the same
    from gatepost.store.bootstrap import check_keyring  # noqa: PLC0415 -- the same
    from gatepost.store.keyring import WrongKey  # noqa: PLC0415 -- the same

    with opened_store(data) as (settings, database):
        try:
            key = signing_key(database.keyring).public_key() if public_key is None else read_public_key(public_key)
        except ValueError:
            raise Exit(USAGE, f"--public-key `{public_key}`: expected 32 bytes in base64") from None
        with database.reader() as tx:
            try:
                check_keyring(tx)
            except (WrongKey, ValueError):
                raise Exit(CANNOT_TELL, f"the master key of {settings.data} is not the one of this store") from None
        begun = time.perf_counter()
        report = TrailCheck(database.reader, key, _lines(checkpoints, settings.checkpoint_file)).run()
        took = time.perf_counter() - begun
    _print(report, took, as_json=as_json)
    if not report.intact:
        return NO
    return CANNOT_TELL if report.blind else DONE


@app.command
def key(*, data: Path | None = None) -> int:
    """Print the public key of the checkpoints: with it, anybody can verify that they are this installation's.

    Example: gatepost trail key

    Parameters
    ----------
    data
        The server's data folder. Default: ./gatepost-data
    """
    from gatepost.audit.checkpoint import public_key_text  # noqa: PLC0415 -- the store's parts load when they are needed
    from gatepost.cli.opened import opened_store  # noqa: PLC0415 -- the same

    with opened_store(data) as (_, database):
        print(public_key_text(database.keyring))
    return DONE


def _lines(named: Path | None, usual: Path) -> Iterable[str] | None:
    if named is not None and str(named) == "-":
        return (line for line in sys.stdin if line.strip())
    if named is not None and not named.is_file():
        raise Exit(USAGE, f"--checkpoints `{named}`: no such file")
    from gatepost.audit.checkpoint import read_lines  # noqa: PLC0415 -- the store's parts load when they are needed

    return read_lines(named or usual)


def _print(report: "Report", took: float, *, as_json: bool) -> None:
    if as_json:
        verdict = "tampered" if not report.intact else "unknown" if report.blind else "intact"
        print(
            json.dumps(
                {
                    "trail": verdict,
                    "rows": report.rows,
                    "findings": report.count,
                    "found": [
                        {"breach": each.breach.value, "table": each.table, "seq": each.seq, "detail": each.detail}
                        for each in report.findings
                    ],
                    "blind": list(report.blind),
                }
            )
        )
        return
    for each in report.findings:
        print(each.text())
    if report.count > len(report.findings):
        print(f"and {report.count - len(report.findings)} more")
    word = "intact" if report.intact else f"tampered: {report.count} findings"
    print(f"{word}; {report.rows:,} rows in {took:.1f} s")
    for blind in report.blind:
        print(f"gatepost: cannot tell: {blind}", file=sys.stderr)
