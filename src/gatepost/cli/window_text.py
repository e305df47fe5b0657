"""What is to be known of a policy of windows: its picture, its proof, its size, and what it will do later."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, TextIO

from gatepost.cli.layout import folded
from gatepost.cli.paint import paint_for
from gatepost.reasoning.window_policy import ROOM, Home, Side, Sizes, Subject, sizes, windows_that_fit
from gatepost.reasoning.windows import timeline
from gatepost.words.actions import sending_notes
from gatepost.words.dates import date_in_full
from gatepost.words.listing import counted, listed
from gatepost.words.picture import Row, picture

if TYPE_CHECKING:
    from gatepost.policy.model import Policy
    from gatepost.reasoning.schedule import Schedule, Window

NAMES: Final = {
    Home.USER: "a user's inline policies",
    Home.GROUP: "a group's inline policies",
    Home.ROLE: "a role's inline policies",
    Home.MANAGED: "a managed policy",
    Home.IDENTITY: "an identity's policy",
}


def tell(
    schedule: "Schedule", side: Side, subject: Subject, policy: "Policy", home: Home | None, now: datetime, stream: TextIO
) -> bool:
    """Tell all of it; whether the policy fits where it is to be put."""
    paint, found = paint_for(stream), sizes(policy)
    print("\n".join(picture((Row("this policy", timeline(policy)),), width=paint.width, now=now)), file=stream)
    fits = home is None or home in found.fits
    for head, texts in (
        ("proved: ", [_proof(schedule.windows, side)]),
        ("size: ", [_size(found, len(policy.statements), side)]),
        ("warning: ", list(_warnings(schedule.windows, side, now))),
        ("too large: ", [] if fits or home is None else [_too_large(found, home, schedule, side, subject)]),
        ("note: ", [*schedule.notes, *_notes(schedule.windows, side, now), *sending_notes(policy.statements)]),
    ):
        for text in texts:
            print("\n".join(folded(text, paint.width, head, "  ")), file=stream)
    return fits


def _proof(windows: Sequence["Window"], side: Side) -> str:
    first, last = windows[0], windows[-1]
    which = f"[{date_in_full(first.start)}, {date_in_full(first.end)})"
    if len(windows) > 1:
        which = f"these {len(windows)} windows, {which} the first and [{date_in_full(last.start)}, {date_in_full(last.end)}) the last"
    return f"{'denies exactly outside' if side is Side.DENY_OUTSIDE else 'allows exactly inside'} {which}"


def _size(found: Sizes, statements: int, side: Side) -> str:
    unit = "bytes" if Home.IDENTITY in (*found.fits, *found.too_small) else "characters without white space"
    effect = "Deny" if side is Side.DENY_OUTSIDE else "Allow"
    text = f"{counted(statements, f'{effect} statement')}, {found.size:,} {unit}"
    if found.fits:
        text += f"; fits {_rooms(found.fits, 'and')}"
    if found.too_small:
        text += f"{', not' if found.fits else '; too large for'} {_rooms(found.too_small, 'or')}"
    return text


def _rooms(homes: Sequence[Home], last: str) -> str:
    return listed([f"{NAMES[home]} ({ROOM[home]:,})" for home in homes], last)


def _too_large(found: Sizes, home: Home, schedule: "Schedule", side: Side, subject: Subject) -> str:
    count = windows_that_fit(schedule, side, subject, home)
    return (
        f"{NAMES[home]} {'have' if NAMES[home].endswith('policies') else 'has'} room for {ROOM[home]:,}, this needs {found.size:,}; "
        f"the first {counted(count, 'window')} of {len(schedule.windows)} would fit"
    )


def _warnings(windows: Sequence["Window"], side: Side, now: datetime) -> Iterator[str]:
    end = windows[-1].end
    if end <= now:
        today = "denies at all times from then on, so today too" if side is Side.DENY_OUTSIDE else "allows nothing today"
        yield f"the last window ended {date_in_full(end)}, which is past: this policy {today}"


def _notes(windows: Sequence["Window"], side: Side, now: datetime) -> Iterator[str]:
    if windows[-1].end > now:
        then = "denies for good" if side is Side.DENY_OUTSIDE else "allows nothing"
        yield f"from {date_in_full(windows[-1].end)} on it {then}; put new windows before that"
    if side is Side.DENY_OUTSIDE:
        yield "it only denies: what lies inside still needs an Allow elsewhere"
    else:
        yield "it only allows: another Allow of the same calls makes the windows void"
