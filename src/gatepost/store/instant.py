"""A point in time as the store keeps it: whole microseconds since 1970, UTC."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def to_microseconds(instant: datetime) -> int:
    """Whole microseconds since 1970 of an aware datetime; a naive one raises TypeError."""
    return (instant - EPOCH) // MICROSECOND


def from_microseconds(microseconds: int) -> datetime:
    """The aware UTC datetime of whole microseconds since 1970."""
    return EPOCH + microseconds * MICROSECOND


class Instant(TypeDecorator[datetime]):
    """A column of aware datetimes, kept as a 64-bit integer of microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 -- SQLAlchemy's signature
        """Aware datetime → microseconds."""
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- SQLAlchemy's signature
        """Microseconds → aware datetime."""
        return None if value is None else from_microseconds(value)
