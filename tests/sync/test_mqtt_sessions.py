"""A gateway that is away: for how long the broker keeps its orders, and when it tells others."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from paho.mqtt.client import Client, MQTTMessage, MQTTProtocolVersion
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from edge.model.events import StockStated
from edge.model.ids import LocationId, Sku
from edge.model.inputs import OrderSubmitted
from edge.sync.mqtt.link import MqttLink
from tests.mosquitto import Broker
from tests.waiting import wait_until

from .conftest import BASE, Central, Floor, MemoryJournal, parts_for, settings_for

pytestmark = pytest.mark.fault
WILL_DELAY_S = 5
"""A gateway on a busy machine is back long before."""


class Cable:
    """Between a client and a broker; it can be cut, so that neither says goodbye."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._wires: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End the connections of this moment; the next one is let through."""
        wires, self._wires = self._wires, []
        for wire in wires:
            with suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)
            wire.close()

    def remove(self) -> None:
        """End everything; nobody gets through any more."""
        self._server.close()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
                self._wires += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=_pump, args=(one, other), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_RDWR)


@contextmanager
def cable_to(broker: Broker) -> Iterator[Cable]:
    cable = Cable(broker.port)
    try:
        yield cable
    finally:
        cable.remove()


def order(name: str) -> bytes:
    lines = [{"line_id": "1", "sku": "A", "quantity": 1}]
    return json.dumps({"order_id": name, "rev": 1, "state": "released", "lines": lines}).encode()


def orders_of(floor: Floor) -> list[str]:
    return [one.order_id for one in floor.taken if isinstance(one, OrderSubmitted)]


@contextmanager
def linked(journal: MemoryJournal, floor: Floor, port: int, **changes: int) -> Iterator[None]:
    link = MqttLink(settings_for(port, **changes), parts_for(journal, floor))
    link.start()
    try:
        yield
    finally:
        link.stop()


def states_of(central: Central) -> list[dict[str, str]]:
    told = [one for one in central.messages if one.topic == f"{BASE}state" and not one.retain]
    return [json.loads(one.payload) for one in told]


def births(central: Central) -> int:
    """How many sessions of the gateway have told of themselves."""
    return len({one["session"] for one in states_of(central)})


@contextmanager
def expired_sessions(port: int) -> Iterator[Callable[[], int]]:
    """How many sessions the broker has given up, by its own count."""
    newest = [0]

    def count(_client: Client, _userdata: object, message: MQTTMessage) -> None:
        newest[0] = int(message.payload)

    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.on_message = count
    client.on_connect = lambda one, *_: one.subscribe("$SYS/broker/clients/expired")
    client.connect("127.0.0.1", port)
    client.loop_start()
    yield lambda: newest[0]
    client.loop_stop()


def test_orders_wait_at_the_broker_while_a_gateway_is_away_for_less_than_its_session(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    central = Central(broker.port)
    with linked(journal, floor, broker.port, session_expiry_s=3600):
        wait_until("the gateway is there", lambda: births(central) == 1)

    # when: it is away, an order is sent
    central.send("order", order("O-1"))

    # then: the order is there when the gateway is back
    with linked(journal, floor, broker.port, session_expiry_s=3600):
        wait_until("the order that waited has come", lambda: orders_of(floor) == ["O-1"])
    central.stop()


def test_a_gateway_that_was_away_for_longer_than_its_session_says_so_and_works_on(
    make_broker: Callable[..., Broker], journal: MemoryJournal, floor: Floor
) -> None:
    broker = make_broker("sys_interval 1\n")
    central = Central(broker.port)
    with linked(journal, floor, broker.port, session_expiry_s=1):
        wait_until("the gateway is there", lambda: births(central) == 1)

    # when: an order waits for it until the broker gives its session up, and work goes on there
    central.send("order", order("O-1"))
    journal.append(StockStated(Sku("A"), LocationId("A-1"), 1, 1))
    with expired_sessions(broker.port) as expired:
        wait_until("the broker has given the session up", expired)

    # then: it listens anew, and a new session in its state asks the central for its open orders
    with linked(journal, floor, broker.port, session_expiry_s=1):
        wait_until("the gateway is there again", lambda: births(central) == 2)
        central.send("order", order("O-2"))
        wait_until("an order comes again", lambda: orders_of(floor))
        assert orders_of(floor) == ["O-2"], "what expired with the session is gone"
        central.send("order", order("O-1"))
        wait_until("it comes when it is sent again", lambda: orders_of(floor) == ["O-2", "O-1"])
        wait_until("what happened meanwhile is told", lambda: journal.acknowledged() == 1)
    central.stop()


def test_a_short_cut_of_the_cable_is_no_reason_to_tell_that_the_gateway_is_lost(
    broker: Broker, journal: MemoryJournal, floor: Floor
) -> None:
    # given: a gateway and somebody else, with the same delay of their wills
    central = Central(broker.port)
    with cable_to(broker) as cable, cable_to(broker) as other_cable:
        other = Client(
            CallbackAPIVersion.VERSION2,
            "other",
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
        )
        will = Properties(PacketTypes.WILLMESSAGE)  # type: ignore[no-untyped-call]
        will.WillDelayInterval = WILL_DELAY_S
        session = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        session.SessionExpiryInterval = 3600
        other.will_set(f"{BASE}other", b"gone", qos=1, properties=will)
        other.connect("127.0.0.1", other_cable.port, properties=session)
        other.loop_start()
        wait_until("the other is there", other.is_connected)
        with linked(journal, floor, cable.port, will_delay_s=WILL_DELAY_S):
            wait_until("the gateway is there", lambda: births(central) == 1)

            # when: both cables are cut, and only the gateway's lets the next connection through
            other_cable.remove()
            cable.cut()
            wait_until("the gateway is there again", lambda: births(central) == 2)

            # then: the other is told to be gone, the gateway is not
            wait_until("the other's will is told", lambda: "other" in central.kept)
            assert "lost" not in {one["state"] for one in states_of(central)}
        other.loop_stop()
    central.stop()
