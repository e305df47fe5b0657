"""The limits of HTTP: what one request, one connection, one address and all of them together may take.

Each has a name in `gatepost.toml` and, as `GATEPOST_…`, in the environment, where an operator may want another one.
"""

from dataclasses import dataclass
from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB
MOST_CONNECTIONS: Final = 4096


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """What HTTP may take. Sizes are bytes, times seconds, rates bytes a second."""

    head_bytes: int = 64 * KIB  # request line and header fields; more is 431
    fields: int = 200  # header fields of a request; more is 431
    target_bytes: int = 8 * KIB  # more is 414
    discarded_bytes: int = 64 * MIB  # how much of a body past its limit is read away before the connection closes instead
    head_seconds: int = 20  # from a request's first byte, or a connection's beginning, to its whole head
    idle_seconds: int = 65  # between two requests: longer than the minute for which SDKs keep an idle connection
    least_rate: int = 1 * KIB  # of a body that comes in and of an answer that goes out, over each `rate_seconds`
    rate_seconds: int = 10
    room_seconds: int = 10  # for how long a body waits for room in the budgets; then 503
    linger_seconds: int = 3  # for how long a connection that is being closed reads on, so that its last answer arrives
    bodies_bytes: int = (
        256 * MIB
    )  # all that all connections hold: bodies that come in or are worked on, and what waits behind them
    peer_bodies_bytes: int = 128 * MIB  # the same for one address
    connections: int = MOST_CONNECTIONS  # in all; fewer where the process may not have so many files open
    peer_connections: int = 1024  # of one address; loopback and trusted proxies, who stand for many, have only the limit in all
