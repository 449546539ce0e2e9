"""Readers that call the gateway: let in by their address, one connection each."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import numpy as np

from drivers.llrp.reader import LlrpWire
from drivers.llrp.settings import LlrpSettings
from tests.drivers.fakes import Ears, HostClock, downs
from tests.drivers.llrp.llrp_bytes import Tag, report
from tests.drivers.llrp.peer import Peer, talk
from tests.waiting import PATIENCE_S, wait_until


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def gateway(port: int, *hosts: str) -> Iterator[tuple[LlrpWire, Ears]]:
    """A wire that one reader at each of these addresses may call, named by its address."""
    ears = Ears()
    readers = [LlrpSettings(host, host, port, listen=True) for host in hosts]
    wire = LlrpWire(readers, ears, HostClock(), np.random.default_rng(1), listen_on="127.0.0.1")
    wire.start()
    try:
        yield wire, ears
    finally:
        wire.stop()
        assert not wire.alive


@contextmanager
def calling(peer: Peer, port: int, host: str) -> Iterator[socket.socket]:
    """A reader at this address that calls the gateway and talks until it is cut."""
    called = connected(port, host)
    talking = threading.Thread(target=talk, args=(peer, called), daemon=True)
    talking.start()
    try:
        yield called
    finally:
        called.shutdown(socket.SHUT_RDWR)
        talking.join(PATIENCE_S)
        called.close()


def connected(port: int, host: str) -> socket.socket:
    def called() -> socket.socket | None:
        with suppress(ConnectionRefusedError):  # the wire opens its door in its own thread
            return socket.create_connection(
                ("127.0.0.1", port), PATIENCE_S, source_address=(host, 0)
            )
        return None

    return wait_until("the gateway listens", called)


def test_readers_that_call_one_port_are_told_apart_by_their_addresses() -> None:
    one, other, port = Peer(), Peer(), free_port()
    one.after_enable = lambda: report(Tag(antenna=1))
    other.after_enable = lambda: report(Tag(antenna=2))
    with (
        gateway(port, "127.0.0.2", "127.0.0.3") as (_, ears),
        calling(one, port, "127.0.0.2"),
        calling(other, port, "127.0.0.3"),
    ):
        ears.wait_up(times=2)
        batches = ears.wait_reads(2)

        assert {(one.reader, int(one.antenna[0])) for one in batches} == {
            ("127.0.0.2", 1),
            ("127.0.0.3", 2),
        }


def test_a_second_connection_of_a_reader_and_a_stranger_are_turned_away() -> None:
    peer, port = Peer(), free_port()
    with gateway(port, "127.0.0.2") as (wire, ears), calling(peer, port, "127.0.0.2"):
        ears.wait_up()
        for host in ("127.0.0.2", "127.0.0.9"):
            with connected(port, host) as again:
                assert again.recv(100) == b"", "closed without a word"
        state = wire.states()["127.0.0.2"]

        assert state.up
        assert state.connections == 1
        assert "second connection" in state.errors[-1]
        assert downs(ears.heard) == []


def test_a_reader_that_calls_again_after_a_lost_link_is_read_again() -> None:
    peer, port = Peer(), free_port()
    with gateway(port, "127.0.0.2") as (_, ears):
        with calling(peer, port, "127.0.0.2"):
            ears.wait_up()
        ears.wait_down()
        with calling(peer, port, "127.0.0.2"):
            ears.wait_up(times=2)


def test_a_reader_that_never_calls_is_told_once() -> None:
    port = free_port()
    with gateway(port, "127.0.0.2") as (_, ears):
        assert f"has not called port {port}" in ears.wait_down().reason


def test_a_port_that_another_program_has_is_told() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        gateway(taken.getsockname()[1], "127.0.0.2") as (_, ears),
    ):
        assert "cannot listen on port" in ears.wait_down().reason
