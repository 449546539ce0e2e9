"""The link with a broker that misbehaves, and a gateway that dies."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from edge.clock import Clock
from edge.model.events import CountWanted
from edge.model.ids import LocationId, Sku
from edge.model.inputs import IntrusionNoticed
from edge.sync.mqtt.link import MqttLink
from tests.mosquitto import Broker
from tests.waiting import PATIENCE_S, wait_until

from .conftest import Central, Floor, HastyClock, MemoryJournal, parts_for, settings_for

pytestmark = pytest.mark.fault
CONNACK = b"\x20\x03\x00\x00\x00"
PINGRESP = b"\xd0\x00"
TAKEN_OVER = b"\xe0\x01\x8e"
CONNECT, PUBLISH, PINGREQ = 1, 3, 12


class OddBroker:
    """Accepts connections and answers each packet as it is told, with anything.

    Args:
        answer: packet type and packet without its length to bytes; None ends the connection.
    """

    def __init__(self, answer: Callable[[int, bytes], bytes | None]) -> None:
        self._answer = answer
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Go away."""
        self._server.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                wire, _ = self._server.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(wire,), daemon=True).start()

    def _serve(self, wire: socket.socket) -> None:
        with suppress(OSError), wire:
            source = wire.makefile("rb")
            while head := source.read(1):
                length = shift = 0
                while True:
                    (byte,) = source.read(1)
                    length |= (byte & 127) << shift
                    shift += 7
                    if byte < 128:
                        break
                answer = self._answer(head[0] >> 4, head + source.read(length))
                if answer is None:
                    break
                wire.sendall(answer)


@pytest.fixture
def odd_broker() -> Iterator[Callable[..., OddBroker]]:
    """Makes odd brokers that go away with the test."""
    made: list[OddBroker] = []

    def make(answer: Callable[[int, bytes], bytes | None]) -> OddBroker:
        made.append(OddBroker(answer))
        return made[-1]

    yield make
    for one in made:
        one.close()


def usual(packet_type: int) -> bytes:
    return {CONNECT: CONNACK, PINGREQ: PINGRESP}.get(packet_type, b"")


def puback(packet: bytes) -> bytes:
    """The answer to a PUBLISH; none to one that wants none."""
    length = int.from_bytes(packet[1:3], "big")
    return b"\x40\x02" + packet[3 + length :][:2] if packet[0] & 6 else b""


@contextmanager
def linked(
    port: int, journal: MemoryJournal, clock: Clock | None = None, **changes: object
) -> Iterator[MqttLink]:
    parts = parts_for(journal, Floor(journal), clock=clock)
    link = MqttLink(settings_for(port, **changes), parts)
    link.start()
    try:
        yield link
    finally:
        link.stop()
        assert not link.status().running


def a_fact(journal: MemoryJournal) -> None:
    journal.append(CountWanted(LocationId("A"), Sku("S"), "empty"))


def test_a_link_that_is_half_open_is_noticed_within_one_and_a_half_keepalives(
    odd_broker: Callable[..., OddBroker], journal: MemoryJournal
) -> None:
    broker = odd_broker(lambda kind, _packet: CONNACK if kind == CONNECT else b"")

    clock = HastyClock()
    with linked(broker.port, journal, clock, keepalive_s=200, reconnect_s_min=20.0) as link:
        wait_until("it is connected", lambda: link.status().connected)
        clock.skip(1.2 * 200)
        assert not threading.Event().wait(0.5)
        assert link.status().connected

        clock.skip(0.3 * 200)
        wait_until("the silence is noticed", lambda: not link.status().connected)

    assert "silent" in link.status().last_error


def test_a_quiet_link_that_lives_is_left_alone(
    odd_broker: Callable[..., OddBroker], journal: MemoryJournal
) -> None:
    clock = HastyClock(0.01)  # the broker has a long time to answer when it is asked
    pings: list[bytes] = []

    def answer(kind: int, packet: bytes) -> bytes:
        if kind == PINGREQ:
            clock.skip(1.2 * 2)
            pings.append(packet)
        return puback(packet) if kind == PUBLISH else usual(kind)

    broker = odd_broker(answer)
    with linked(broker.port, journal, clock, keepalive_s=2) as link:
        wait_until("it was asked twice whether it lives", lambda: len(pings) == 2)
        assert not threading.Event().wait(0.5)
        assert link.status().connections == 1


def test_a_broker_that_accepts_and_says_nothing_is_none(
    odd_broker: Callable[..., OddBroker], journal: MemoryJournal
) -> None:
    broker = odd_broker(lambda _kind, _packet: b"")

    clock = HastyClock()

    def is_told() -> bool:
        clock.skip(1.0)
        return "does not answer" in link.status().last_error

    with linked(broker.port, journal, clock) as link:
        wait_until("it is told", is_told)


def signs_of(floor: Floor) -> list[str]:
    return [one.sign for one in list(floor.taken) if isinstance(one, IntrusionNoticed)]


def test_a_namesake_is_told_and_not_fought(
    odd_broker: Callable[..., OddBroker], journal: MemoryJournal
) -> None:
    broker = odd_broker(lambda kind, _packet: CONNACK + TAKEN_OVER if kind == CONNECT else b"")

    floor = Floor(journal)
    link = MqttLink(settings_for(broker.port, reconnect_s_max=30.0), parts_for(journal, floor))
    link.start()
    try:
        wait_until("it is told", lambda: "taken over" in link.status().last_error.lower())
        wait_until("it is a sign of intrusion", lambda: signs_of(floor) == ["session_taken_over"])
        assert not threading.Event().wait(1.0)
        assert broker.connections == 1
    finally:
        link.stop()


def test_a_broker_that_refuses_us_is_told(
    odd_broker: Callable[..., OddBroker], journal: MemoryJournal
) -> None:
    broker = odd_broker(lambda _kind, _packet: b"\x20\x03\x00\x87\x00")

    with linked(broker.port, journal) as link:
        wait_until("it is told", lambda: "Not authorized" in link.status().last_error)
        assert not link.status().connected


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x00" * 50,
        b"\xff" * 50,
        b"\x32\xff\xff\xff\xff",
        b"\x40\x02\x00\x01",
        b"\x20\x03\x00\x00",
    ],
    ids=lambda value: value[:4].hex(),
)
def test_nonsense_from_a_broker_costs_at_most_the_connection(
    odd_broker: Callable[..., OddBroker], journal: MemoryJournal, nonsense: bytes
) -> None:
    answers = iter([CONNACK + nonsense, None])

    def answer(kind: int, _packet: bytes) -> bytes | None:
        return next(answers, CONNACK) if kind == CONNECT else usual(kind)

    broker = odd_broker(answer)
    with linked(broker.port, journal) as link:
        wait_until("it is there", lambda: broker.connections >= 1 and link.status().connected)
        a_fact(journal)
        link.wake()
        assert not threading.Event().wait(0.5)
        assert link.status().running


def test_an_answer_that_comes_twice_or_for_nothing_is_passed_over(
    odd_broker: Callable[..., OddBroker], journal: MemoryJournal
) -> None:
    def answer(kind: int, packet: bytes) -> bytes | None:
        if kind != PUBLISH or not packet[0] & 6:
            return usual(kind)
        return 2 * puback(packet) + b"\x40\x02\xfe\xfe"

    broker = odd_broker(answer)
    with linked(broker.port, journal, confirmed_by="broker") as link:
        for _ in range(30):
            a_fact(journal)
            link.wake()
        wait_until("all are confirmed", lambda: journal.acknowledged() == 30)
        assert link.status().connections == 1


def test_the_broker_tells_that_a_gateway_died(broker: Broker, tmp_path: Path) -> None:
    program = tmp_path / "gateway.py"
    program.write_text(
        "import sys, threading\n"
        f"sys.path.insert(0, {str(Path(__file__).parents[2])!r})\n"
        "from tests.sync.conftest import Floor, MemoryJournal, parts_for, settings_for\n"
        "from edge.sync.mqtt.link import MqttLink\n"
        "journal = MemoryJournal()\n"
        f"link = MqttLink(settings_for({broker.port}), parts_for(journal, Floor(journal)))\n"
        "link.set_state('ready')\n"
        "link.start()\n"
        "threading.Event().wait(600)\n"
    )
    central = Central(broker.port)
    gateway = subprocess.Popen([sys.executable, str(program)], stdout=subprocess.DEVNULL)
    try:
        wait_until("it is ready", lambda: b'"ready"' in central.kept.get("state", b""))
        birth = json.loads(central.kept["state"])
        os.kill(gateway.pid, signal.SIGKILL)
        wait_until("the will is told", lambda: b'"lost"' in central.kept["state"])
        assert json.loads(central.kept["state"])["session"] == birth["session"]
    finally:
        gateway.kill()
        gateway.wait(PATIENCE_S)
        central.stop()


def test_a_flapping_broker_leaves_nothing_behind(
    odd_broker: Callable[..., OddBroker], journal: MemoryJournal
) -> None:
    broker = odd_broker(lambda kind, _packet: CONNACK if kind == CONNECT else None)
    descriptors = Path("/proc/self/fd")

    with linked(broker.port, journal, reconnect_s_min=0.01, reconnect_s_max=0.01) as link:
        wait_until("it has warmed up", lambda: link.status().connections >= 20)
        open_before = len(list(descriptors.iterdir()))
        threads_before = {one.name for one in threading.enumerate() if "mqtt" in one.name}
        wait_until("it has flapped", lambda: link.status().connections >= 150)
        assert len(list(descriptors.iterdir())) <= open_before + 6
        assert {one.name for one in threading.enumerate() if "mqtt" in one.name} == threads_before
