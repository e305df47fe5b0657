"""Budgets and numbers: one client, or one address, cannot take what others need."""

import ipaddress

from edge.http_case import read_answers
from edge.test_connection import pass_seconds, post, statuses
from edge.wire import GET, Client, Echo, admission, hand_moved_time, turn
from gatepost.edge.admission import Admission
from gatepost.edge.limits import HttpLimits

MIB = 1024 * 1024
KIB = 1024


def upload(client: Client, size: int, sent: int) -> Client:
    """Begin an upload of `size`, and send so much of it."""
    client.send(post(size) + b"x" * sent)
    return client


def is_read(client: Client) -> bool:
    """Whether the server reads from it."""
    return client.wire.reading


def test_an_address_has_so_many_connections_and_no_more() -> None:
    admitted = admission(peer_connections=3)
    peers = [admitted.admit("192.0.2.1") for _ in range(4)]
    assert [peer is None for peer in peers] == [False, False, False, True]
    assert admitted.admit("192.0.2.2") is not None
    assert admitted.turned_away == 1
    assert peers[0] is not None
    admitted.leave(peers[0])
    assert admitted.admit("192.0.2.1") is not None


def test_loopback_and_trusted_proxies_stand_for_many() -> None:
    admitted = Admission(HttpLimits(peer_connections=1), (ipaddress.ip_network("10.0.0.0/8"),))
    for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "10.1.2.3"):
        assert [admitted.admit(address) is not None for _ in range(3)] == [True, True, True]
    assert [admitted.admit("192.0.2.1") is not None for _ in range(2)] == [True, False]


def test_the_addresses_of_one_subscriber_count_as_one() -> None:
    admitted = Admission(HttpLimits(peer_connections=2))
    addresses = ("2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1", "192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1")
    assert [admitted.admit(address) is not None for address in addresses] == [True, True, False, True, True, True, False]


def test_where_all_places_are_taken_those_never_answered_make_room_first() -> None:
    with hand_moved_time() as loop:
        admitted = admission(connections=20)
        caller = Client(Echo(), admitted)
        caller.send(GET)
        silent = []
        for number in range(11):
            loop.now += 1
            silent.append(Client(Echo(), admitted, f"192.0.2.{number}"))
        newcomer = Client(Echo(), admitted)
        assert all(client.wire.aborted for client in silent)
        assert not caller.wire.aborted
        newcomer.send(GET)
        assert statuses(newcomer) == [200]


def test_many_who_come_at_once_do_not_have_one_closed_twice() -> None:
    with hand_moved_time():
        admitted = admission(connections=100)
        clients = [Client(Echo(), admitted, f"192.0.2.{number % 200}") for number in range(300) if admitted.has_place()]
        assert admitted.closed_for_room == sum(client.wire.aborted for client in clients)
        for client in clients:
            if client.wire.aborted:
                client.leave()
        Client(Echo(), admitted)
        assert admitted.accepted < 100


def test_a_peer_that_fills_its_budget_leaves_room_for_others() -> None:
    with hand_moved_time() as loop:
        admitted = admission(bodies_bytes=4 * MIB, peer_bodies_bytes=2 * MIB)
        hostile = [upload(Client(Echo(max_body=MIB), admitted, "192.0.2.1"), MIB, 900 * KIB) for _ in range(8)]
        honest = upload(Client(Echo(max_body=2 * MIB), admitted, "192.0.2.2"), MIB, 256 * KIB)
        honest.send(b"x" * (768 * KIB))
        assert statuses(honest) == [200]
        assert admitted.given_up > 0
        pass_seconds(loop, 30, *hostile)
        assert admitted.held == 0


def test_a_body_that_stops_makes_room_for_one_that_comes() -> None:
    with hand_moved_time() as loop:
        admitted = admission(bodies_bytes=4 * MIB)
        stopped = [upload(Client(Echo(max_body=2 * MIB), admitted, "127.0.0.1"), 2 * MIB, MIB) for _ in range(4)]
        pass_seconds(loop, 6, *stopped)
        honest = Client(Echo(max_body=2 * MIB), admitted, "127.0.0.1")
        honest.send(post(MIB))
        for _ in range(4):
            honest.send(b"x" * (256 * KIB))
        assert statuses(honest) == [200]
        assert admitted.given_up >= 1
        assert any(read_answers(client.wire.written)[0][0] == 503 for client in stopped if client.wire.written)


def test_a_body_waits_for_one_that_is_worked_on() -> None:
    with hand_moved_time() as loop:
        admitted = admission(bodies_bytes=2 * MIB)
        busy = Echo(max_body=2 * MIB, holds=True)
        working = upload(Client(busy, admitted), 2 * MIB, 2 * MIB)
        waiting = upload(Client(Echo(max_body=2 * MIB), admitted), MIB, 512 * KIB)
        assert not is_read(waiting)
        pass_seconds(loop, 5, waiting, working)
        busy.answer_all()
        turn()
        assert is_read(waiting)
        waiting.send(b"x" * (512 * KIB))
        assert statuses(waiting) == [200]


def test_a_body_that_waits_in_vain_is_refused() -> None:
    with hand_moved_time() as loop:
        admitted = admission(bodies_bytes=2 * MIB)
        upload(Client(Echo(max_body=2 * MIB, holds=True), admitted), 2 * MIB, 2 * MIB)
        waiting = upload(Client(Echo(max_body=2 * MIB), admitted), MIB, 512 * KIB)
        pass_seconds(loop, 12, waiting)
        assert statuses(waiting) == [503]
        assert b"retry-after: 1\r\n" in waiting.wire.written


def test_leave_to_send_is_not_given_where_there_is_no_room() -> None:
    with hand_moved_time():
        admitted = admission(bodies_bytes=MIB)
        upload(Client(Echo(max_body=2 * MIB, holds=True), admitted), 2 * MIB, 2 * MIB)
        asking = Client(Echo(max_body=2 * MIB), admitted)
        asking.send(post(MIB, "Expect: 100-continue"))
        assert statuses(asking) == [503]


def test_what_waits_for_room_holds_a_bounded_part() -> None:
    with hand_moved_time():
        admitted = admission(bodies_bytes=2 * MIB, connections=2000, peer_connections=2000)
        upload(Client(Echo(max_body=2 * MIB, holds=True), admitted), 2 * MIB, 2 * MIB)
        for _ in range(400):
            upload(Client(Echo(max_body=2 * MIB), admitted), MIB, 256 * KIB)
        assert admitted.held <= 2 * MIB + 33 * MIB


def test_what_is_refused_is_counted() -> None:
    with hand_moved_time():
        admitted = admission()
        for _ in range(3):
            Client(Echo(), admitted).send(b"nonsense\r\n\r\n")
        assert admitted.refusals == {400: 3}
