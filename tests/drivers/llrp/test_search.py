"""Readers on the network are found, looked at and left as they were."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import IPv4Network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from drivers.llrp.found import FoundReader, SearchPlan
from drivers.llrp.search import Search
from tests.drivers.fakes import HostClock
from tests.drivers.llrp.llrp_bytes import message
from tests.drivers.llrp.peer import Peer, greeting, serving, status
from tests.drivers.llrp.simulated import Simulation
from tests.drivers.llrp.test_multicast_dns import (
    HOST,
    INSTANCE,
    PTR,
    SERVICE,
    SRV,
    A,
    name,
    record,
    srv,
)
from tests.drivers.llrp.test_multicast_dns import answer as dns_answer
from tests.drivers.llrp.test_reader import certificate
from tests.waiting import PATIENCE_S

NEIGHBOURS = (IPv4Network("127.0.0.0/29"),)
ONLY_1 = (IPv4Network("127.0.0.1/32"),)
CLOSED = 1
"""A port of the loopback on which nobody listens."""


def found(plan: SearchPlan, skip: set[tuple[str, int]] | None = None) -> list[FoundReader]:
    return list(Search(plan, HostClock(), threading.Event()).run(skip or set()))


def plan(ports: tuple[int, int], subnets: tuple[IPv4Network, ...] = ONLY_1) -> SearchPlan:
    return SearchPlan(multicast=False, subnets=subnets, ports=ports, connects_per_s=1_000)


@contextmanager
def saying(host: str, port: int, first: bytes) -> Iterator[None]:
    """Something that listens beside the readers, says this and keeps still."""
    with socket.create_server((host, port)) as listening:
        listening.settimeout(PATIENCE_S)
        opened: list[socket.socket] = []

        def serve() -> None:
            caller, _ = listening.accept()
            caller.sendall(first)
            opened.append(caller)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield
        thread.join(PATIENCE_S)
        for one in opened:
            one.close()


@pytest.mark.parametrize(("vendor", "maker"), [("impinj", "Impinj"), ("zebra", "Zebra")])
def test_among_eight_addresses_the_reader_is_found_and_looked_at(vendor: str, maker: str) -> None:
    simulation = Simulation({"dock": ()}, vendor)  # type: ignore[arg-type]
    port = simulation.ports["dock"]
    try:
        with ExitStack() as neighbours:
            neighbours.enter_context(saying("127.0.0.2", port, b"SSH-2.0-OpenSSH_9.2\r\n"))
            neighbours.enter_context(saying("127.0.0.3", port, b""))
            neighbours.enter_context(saying("127.0.0.4", port, greeting(2)))
            readers = found(plan((port, CLOSED), NEIGHBOURS))
    finally:
        simulation.stop()

    by_host = {one.host: one for one in readers}
    assert by_host.keys() == {"127.0.0.1", "127.0.0.4"}
    one = by_host["127.0.0.1"]
    assert (one.manufacturer, one.port, one.tls, one.busy) == (maker, port, False, False)
    assert one.antennas == 4
    assert one.firmware
    assert one.protocol == "LLRP 1.0.1"
    assert one.id == f"127-0-0-1-{port}"
    assert by_host["127.0.0.4"].busy


def test_a_reader_is_asked_for_its_capabilities_and_told_goodbye_and_nothing_else() -> None:
    peer = Peer()
    with serving(peer) as server:
        (reader,) = found(plan((server.port, CLOSED)))

    assert reader.manufacturer == "Impinj"
    assert peer.kinds() == [1, 14]


def test_a_reader_that_serves_somebody_else_is_left_without_a_word() -> None:
    peer = Peer()
    peer.greeting = lambda: greeting(2)
    with serving(peer) as server:
        (reader,) = found(plan((server.port, CLOSED)))

    assert reader.busy
    assert peer.kinds() == []


def test_a_reader_that_does_not_tell_its_capabilities_is_found_nevertheless() -> None:
    peer = Peer()
    peer.answer = lambda kind, body, message_id: (
        message(100, status(101, "not now"), message_id)
        if kind == 1
        else peer.usual(kind, body, message_id)
    )
    with serving(peer) as server:
        (reader,) = found(plan((server.port, CLOSED)))

    assert (reader.busy, reader.antennas, reader.manufacturer) == (False, 0, "")
    assert peer.kinds() == [1, 14]


def test_a_reader_with_tls_is_found_with_its_fingerprint(tmp_path: Path) -> None:
    server_side, _ = certificate(tmp_path)
    with serving(Peer(), server_side) as server:
        (reader,) = found(plan((CLOSED, server.port)))
        shown = ssl.get_server_certificate(("127.0.0.1", server.port))

    pin = x509.load_pem_x509_certificate(shown.encode()).fingerprint(hashes.SHA256()).hex()
    assert (reader.tls, reader.certificate_sha256) == (True, pin)


def test_readers_in_use_are_left_alone() -> None:
    peer = Peer()
    with serving(peer) as server:
        readers = found(plan((server.port, CLOSED)), {("127.0.0.1", server.port)})

    assert readers == []
    assert peer.connections == 0


def test_more_addresses_than_a_neighbourhood_has_are_refused() -> None:
    with pytest.raises(ValueError, match="4096 addresses are too many"):
        SearchPlan(subnets=(IPv4Network("10.0.0.0/20"),))


class Responder:
    """A reader's multicast DNS responder on the loopback."""

    def __init__(self, reply: bytes) -> None:
        self._reply = reply
        self._channel = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._channel.bind(("127.0.0.1", 0))
        self._channel.settimeout(0.1)
        self.address = self._channel.getsockname()
        self.questions: list[bytes] = []
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        self._thread.join(PATIENCE_S)
        self._channel.close()

    def _serve(self) -> None:
        while not self._ending.is_set():
            try:
                data, sender = self._channel.recvfrom(9_000)
            except TimeoutError:
                continue
            self.questions.append(data)
            self._channel.sendto(b"\xff" * 40, sender)  # somebody's noise comes first
            self._channel.sendto(self._reply, sender)


def test_a_reader_that_makes_itself_known_is_found_without_knocking() -> None:
    peer = Peer()
    with serving(peer) as server:
        responder = Responder(
            dns_answer(
                record(name(SERVICE), PTR, name(INSTANCE)),
                record(name(INSTANCE), SRV, srv(server.port)),
                record(name(HOST), A, socket.inet_aton("127.0.0.1")),
            )
        )
        try:
            (reader,) = found(SearchPlan(listen_s=0.5, multicast_to=responder.address))
        finally:
            responder.stop()

    assert (reader.instance, reader.host, reader.port) == ("FX9600-A1", "127.0.0.1", server.port)
    assert reader.antennas == 4
    assert responder.questions[0].endswith(b"\0\x0c\x80\x01")


def test_a_network_without_readers_gives_none() -> None:
    assert found(SearchPlan(listen_s=0.2, multicast_to=("127.0.0.1", 9))) == []


def test_a_search_that_is_stopped_ends_at_once() -> None:
    stopping = threading.Event()
    stopping.set()
    search = Search(
        SearchPlan(listen_s=60, subnets=(IPv4Network("10.255.255.0/24"),)), HostClock(), stopping
    )

    assert list(search.run()) == []
