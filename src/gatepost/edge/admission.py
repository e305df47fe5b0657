"""Who may connect, and how much all connections may hold: the budgets of bytes and the numbers of connections.

1. Each connection is counted from the moment its socket is accepted, in all and for its address; those of an IPv6 /64 network, which
   is one subscriber's, count as one address.
2. Where all places are taken, connections that wait for a whole head make room: first those that were never answered, then those that
   have waited for the longest.
3. Each byte that a connection holds (a body that comes in or is worked on, what is sent ahead, answers that are not read) counts in all
   and for its address.
4. Where there is no room, a body that is slower than `CLEARLY_SLOW`, or the slowest of an address that holds more than twice as much
   as the one that asks, is given up with a 503: who sends in earnest is served while somebody fills the budget and stops. With
   no such body, the one that asks is read no further until there is room, and is refused with a 503 after `room_seconds`.

Loopback and trusted proxies stand for many clients behind one address: they have the limits in all and none of their own, and rule 4
goes by the pace of their bodies alone.
"""

import heapq
import ipaddress
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from typing import Final, Protocol

from gatepost.audit.source import source_of
from gatepost.edge.limits import KIB, MIB, HttpLimits
from gatepost.edge.origin import Network

CLEARLY_SLOW: Final = 64 * KIB  # bytes a second
OVERSHOOT: Final = 32 * MIB  # what bodies that wait for room may hold past the budget: one read of each
MADE_ROOM: Final = 64  # connections that are closed at a time where all places are taken
SPARE: Final = 8  # places that are kept free, for a connection that is closed takes a turn of the loop to go
PEERS_KEPT: Final = 4096


class Room(Enum):
    """Whether there is room for a body."""

    IS = "there is"
    MAY_COME = "there will be, once others are answered"
    COMES_NOT = "there is none, and nobody who would make it"


class Peer:
    """What one source (an IPv4 address or an IPv6 /64 network) takes: connections and bytes."""

    __slots__ = ("connections", "held", "source", "stands_for_many")

    def __init__(self, source: str, *, stands_for_many: bool) -> None:
        self.source = source
        self.stands_for_many = stands_for_many
        self.connections = 0
        self.held = 0


class Admitted(Protocol):
    """A connection, as its admission sees it."""

    peer: Peer

    def can_be_given_up(self) -> bool:
        """Whether it holds what comes in, or what its client does not fetch."""

    def pace(self, now: float) -> float | None:
        """Bytes a second at which what it holds has come in lately; None where it is too early to say, or where we let it wait."""

    def idle_rank(self) -> tuple[bool, float] | None:
        """Whether it was ever answered, and the loop's time since when it waits for a whole head; None where it does not wait."""

    def makes_room(self) -> bool:
        """Whether what it holds will be let go without anybody else's doing."""

    def give_up(self) -> None:
        """Refuse what comes in, for others need its room."""

    def close_now(self) -> None:
        """Close at once."""

    def go_on(self) -> None:
        """There may be room again."""


class Admission:
    """The one account of what HTTP takes, for all listeners. Not thread-safe: the event loop's own.

    Whole numbers that only grow tell what was turned away: `refusals` by status, connections that were `turned_away`, `closed_for_room`
    or `too_slow`, bodies that were `given_up`.
    """

    def __init__(self, limits: HttpLimits, trusted_proxies: Sequence[Network] = ()) -> None:
        self.limits = limits
        self.connections: set[Admitted] = set()
        self.accepted = 0  # connections, those in a TLS handshake included
        self._leaving = 0  # closed for room, and not gone yet
        self.held = 0  # bytes
        self.refusals: dict[int, int] = {}
        self.turned_away = 0
        self.closed_for_room = 0
        self.given_up = 0
        self.too_slow = 0
        self._peers: dict[str, Peer] = {}
        self._waiting: dict[Admitted, None] = {}  # for room, in order
        self._stand_for_many = lru_cache(PEERS_KEPT)(lambda address: _stands_for_many(address, trusted_proxies))

    # --- connections ----------------------------------------------------------------------------------------------------

    def has_place(self) -> bool:
        """Whether one more connection may be accepted; where places run out, some are closed, and are gone a turn of the loop later."""
        if self.accepted - self._leaving >= self.limits.connections - SPARE:
            self._close_idle()
        return self.accepted < self.limits.connections

    def admit(self, address: str) -> Peer | None:
        """A place for a connection from this address, to be given back with `leave`; None where the address has too many."""
        stands_for_many = self._stand_for_many(address)
        source = address if stands_for_many else source_of(address)
        peer = self._peers.get(source) or Peer(source, stands_for_many=stands_for_many)
        if peer.connections >= self.limits.peer_connections and not peer.stands_for_many:
            self.turned_away += 1
            return None
        self._peers[source] = peer
        peer.connections += 1
        self.accepted += 1
        return peer

    def leave(self, peer: Peer) -> None:
        """A connection that was admitted is gone."""
        self.accepted -= 1
        self._leaving = max(0, self._leaving - 1)
        peer.connections -= 1
        self._forget(peer)

    def _close_idle(self) -> None:
        ranked = [
            (rank, number, each) for number, each in enumerate(self.connections) if (rank := each.idle_rank()) is not None
        ]
        first = heapq.nsmallest(MADE_ROOM, ranked)
        for (was_answered, _), _, each in first:
            if was_answered is first[0][0][0]:  # no caller has to go while there are others
                self.closed_for_room += 1
                self._leaving += 1
                each.close_now()

    # --- bytes ----------------------------------------------------------------------------------------------------------

    def hold(self, peer: Peer, size: int) -> None:
        """Count `size` bytes more, or fewer where it is negative, as held by a connection of this address."""
        self.held += size
        peer.held += size
        if size < 0:
            if self._waiting:
                self._let_wait_end()
            self._forget(peer)

    def has_room(self, peer: Peer) -> bool:
        """Whether what is held, by this address and in all, is within the budgets."""
        return self.held <= self.limits.bodies_bytes and (peer.stands_for_many or peer.held <= self.limits.peer_bodies_bytes)

    def make_room(self, asking: Admitted, now: float) -> Room:
        """Give up what rule 4 says; what comes of it for `asking`."""
        while not self.has_room(asking.peer):
            slowest = self._slowest(asking, now)
            if slowest is None:
                return Room.MAY_COME if self._may_wait(asking) else Room.COMES_NOT
            self.given_up += 1
            slowest.give_up()
        return Room.IS

    def _may_wait(self, asking: Admitted) -> bool:
        limits, peer = self.limits, asking.peer
        if self.held > limits.bodies_bytes + OVERSHOOT:
            return False
        if not peer.stands_for_many and peer.held > limits.peer_bodies_bytes + OVERSHOOT // 2:
            return False
        return any(each.makes_room() for each in self.connections if each is not asking)

    def wait_for_room(self, asking: Admitted) -> None:
        """Call `asking.go_on` once there may be room."""
        self._waiting[asking] = None

    def wait_no_longer(self, asking: Admitted) -> None:
        """Forget that it waits."""
        self._waiting.pop(asking, None)

    def _let_wait_end(self) -> None:
        for waiting in tuple(self._waiting):
            if not self.has_room(waiting.peer):
                return
            self._waiting.pop(waiting, None)
            waiting.go_on()

    def _slowest(self, asking: Admitted, now: float) -> Admitted | None:
        own_limit = not asking.peer.stands_for_many and asking.peer.held > self.limits.peer_bodies_bytes
        slowest: Admitted | None = None
        least = (True, float(CLEARLY_SLOW))
        for each in self.connections:
            if each is asking or (own_limit and each.peer is not asking.peer) or not each.can_be_given_up():
                continue
            greedy = each.peer is not asking.peer and not each.peer.stands_for_many and each.peer.held > 2 * asking.peer.held
            pace = each.pace(now)
            if pace is None and not greedy:
                continue
            rank = (not greedy, pace or 0.0)
            if rank < least:
                slowest, least = each, rank
        return slowest

    def _forget(self, peer: Peer) -> None:
        if peer.connections == 0 and peer.held == 0:
            self._peers.pop(peer.source, None)

    # --- counts ---------------------------------------------------------------------------------------------------------

    def count_refusal(self, status: int) -> None:
        """One more request was refused before it was a call."""
        self.refusals[status] = self.refusals.get(status, 0) + 1


def _stands_for_many(address: str, trusted_proxies: Sequence[Network]) -> bool:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return parsed.is_loopback or any(parsed in network for network in trusted_proxies)
