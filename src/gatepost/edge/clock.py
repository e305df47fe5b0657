"""The server's time: one for signatures and records, and the one that policies see, which a test hook may set."""

from datetime import UTC, datetime


class Clock:
    """Both times. The second is the first unless it was set; then it stands still until it is set again or released."""

    def __init__(self) -> None:
        self._set_to: datetime | None = None

    def now(self) -> datetime:
        """The real time, UTC."""
        return datetime.now(UTC)

    def for_policies(self, now: datetime) -> datetime:
        """What `aws:CurrentTime` says at the real time `now`."""
        return self._set_to or now

    def set_for_policies(self, instant: datetime | None) -> None:
        """Let policies see `instant` (aware) from now on; None returns them to the real time."""
        self._set_to = instant
