"""A broker that refuses a connection or ends it says why, and each reason has its consequence."""

import threading
from collections.abc import Callable, Iterator

import pytest

from edge.model.events import CountWanted
from edge.model.ids import LocationId, Sku
from edge.sync.mqtt.endings import Ending, ending_of
from edge.sync.mqtt.link import MqttLink
from tests.waiting import wait_until

from .conftest import BASE, Floor, MemoryJournal, parts_for, settings_for
from .test_mqtt_faults import CONNACK, CONNECT, PUBLISH, TAKEN_OVER, OddBroker

pytestmark = pytest.mark.fault
CONNACK_CODES = {
    *(0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x90, 0x95),
    *(0x97, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F),
}
"""MQTT 5.0, section 3.2.2.2."""
DISCONNECT_CODES = {
    *(0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8D, 0x8E, 0x90, 0x93, 0x95, 0x96, 0x97),
    *(0x98, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F, 0xA0),
}
"""Section 3.14.2.1, those that a broker may send to us with our subscriptions."""


@pytest.fixture
def started(journal: MemoryJournal) -> Iterator[Callable[[OddBroker], MqttLink]]:
    """Starts links that would try again quickly, or after a long time."""
    links: list[MqttLink] = []

    def start(broker: OddBroker) -> MqttLink:
        settings = settings_for(broker.port, reconnect_s_min=0.05, reconnect_s_max=60.0)
        links.append(MqttLink(settings, parts_for(journal, Floor(journal))))
        links[-1].start()
        return links[-1]

    yield start
    for link in links:
        link.stop()


@pytest.fixture
def odd_broker() -> Iterator[Callable[[Callable[[int, bytes], bytes | None]], OddBroker]]:
    made: list[OddBroker] = []

    def make(answer: Callable[[int, bytes], bytes | None]) -> OddBroker:
        made.append(OddBroker(answer))
        return made[-1]

    yield make
    for broker in made:
        broker.close()


def with_server(head: bytes, reason_code: int, server: str) -> bytes:
    """A packet with a Server Reference (0x1C) among its properties."""
    text = server.encode()
    properties = b"\x1c" + len(text).to_bytes(2, "big") + text
    body = head[1:] + bytes([reason_code, len(properties)]) + properties
    return head[:1] + bytes([len(body)]) + body


def test_every_reason_of_the_standard_has_its_consequence() -> None:
    passing = {
        code for code in CONNACK_CODES | DISCONNECT_CODES if ending_of(code) is Ending.AGAIN
    }

    assert passing == {0x80, 0x83, 0x88, 0x8B, 0x8D, 0x93, 0x95, 0x99}
    assert ending_of(0) is ending_of(0xFE) is Ending.AGAIN
    assert {ending_of(code) for code in DISCONNECT_CODES} == set(Ending)


@pytest.mark.parametrize("reason_code", [0x87, 0x8A, 0x97, 0x9C, 0x9F])
def test_a_refusal_that_trying_again_does_not_mend_is_not_tried_again_soon(
    odd_broker: Callable[..., OddBroker],
    started: Callable[[OddBroker], MqttLink],
    reason_code: int,
) -> None:
    broker = odd_broker(lambda _kind, _packet: b"\x20\x03\x00" + bytes([reason_code, 0]))
    link = started(broker)

    wait_until("it is told", lambda: "refuses us" in link.status().last_error)
    assert not threading.Event().wait(0.4)
    assert broker.connections == 1


@pytest.mark.parametrize("reason_code", [0x88, 0x8B])
def test_a_broker_that_restarts_is_tried_again_at_once(
    odd_broker: Callable[..., OddBroker],
    started: Callable[[OddBroker], MqttLink],
    reason_code: int,
) -> None:
    goodbye = b"\xe0\x01" + bytes([reason_code])
    broker = odd_broker(lambda kind, _packet: CONNACK + goodbye if kind == CONNECT else b"")
    started(broker)

    wait_until("it is tried again and again", lambda: broker.connections > 2)


@pytest.mark.parametrize("head", [b"\x20\x00", b"\xe0"], ids=["connack", "disconnect"])
def test_a_person_is_told_where_the_broker_has_moved_to(
    odd_broker: Callable[..., OddBroker], started: Callable[[OddBroker], MqttLink], head: bytes
) -> None:
    moved = with_server(head, 0x9D, "mqtt2.example:8883")
    first = moved if head == b"\x20\x00" else CONNACK + moved
    broker = odd_broker(lambda kind, _packet: first if kind == CONNECT else b"")
    link = started(broker)

    wait_until("its address is told", lambda: "mqtt2.example:8883" in link.status().last_error)
    assert broker.connections == 1


def test_two_namesakes_do_not_fight_though_both_are_served(
    odd_broker: Callable[..., OddBroker],
    started: Callable[[OddBroker], MqttLink],
    journal: MemoryJournal,
) -> None:
    """A connection over which something was acknowledged used to be made again at once."""
    topic = f"{BASE}ack".encode()
    body = len(topic).to_bytes(2, "big") + topic + b'\x00{"epoch":"e1","upto":1}'
    ack = b"\x31" + bytes([len(body)]) + body

    def answer(kind: int, packet: bytes) -> bytes:
        if kind == CONNECT:
            return CONNACK
        is_event = kind == PUBLISH and b"/event/" in packet
        return (TAKEN_OVER if b'"seq":2' in packet else ack) if is_event else b""

    broker = odd_broker(answer)
    link = started(broker)
    journal.append(CountWanted(LocationId("A"), Sku("S"), "empty"))
    link.wake()
    wait_until("the first fact is acknowledged", lambda: journal.acknowledged() == 1)
    journal.append(CountWanted(LocationId("A"), Sku("S"), "empty"))
    link.wake()

    wait_until("it is told", lambda: "taken over" in link.status().last_error.lower())
    assert not threading.Event().wait(0.4)
    assert broker.connections == 1
