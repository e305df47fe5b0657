"""A time that a flag gives."""

from datetime import datetime, timedelta

from gatepost.cli.exits import USAGE, Exit


def moment_of(flag: str, text: str) -> datetime:
    """The time of a text, as policies write times; Exit for anything else."""
    from gatepost.policy.values import EPOCH, read_instant  # noqa: PLC0415 -- the engine loads when it is needed

    instant = read_instant(text)
    if instant is None:
        raise Exit(USAGE, f"{flag} `{text}`: expected a time, such as 2026-11-24T10:00:00Z, 2026-11-24 or seconds since 1970")
    try:
        return EPOCH + timedelta(microseconds=instant // 1000)
    except OverflowError:
        raise Exit(USAGE, f"{flag} `{text}`: expected a year before 10000") from None
