"""The central system on a real broker: what it acknowledges, asks for again and orders."""

import json
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from simulators.central_link import Central, CentralSettings
from simulators.central_store import CentralStore
from tests.waiting import PATIENCE_S, ended, wait_until

BASE = "we1/site/gate"


class GatewaySide:
    """A gateway's place on the broker: publishes events, keeps what the central system says."""

    def __init__(self, broker: tuple[str, int]) -> None:
        self.heard: queue.Queue[tuple[str, dict[str, Any], bool]] = queue.Queue()
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2, "gate", protocol=MQTTProtocolVersion.MQTTv5
        )
        self.client.on_message = lambda _c, _u, m: self.heard.put(
            (m.topic.removeprefix(BASE + "/"), json.loads(m.payload), m.retain)
        )
        self.client.connect(*broker)
        for topic in ("ack", "order", "master/#", "request/#"):
            self.client.subscribe(f"{BASE}/{topic}", 1)
        self.client.loop_start()

    def born(self, session: str) -> None:
        """Tell the retained state."""
        state = {"state": "ready", "session": session}
        self.client.publish(f"{BASE}/state", json.dumps(state), 1, retain=True)

    def tell(
        self, *seqs: int, kind: str = "pick", topic: str = "event", **changes: object
    ) -> None:
        """Publish events in one message and wait until the broker has it."""
        events = [
            {
                "gateway": "gate",
                "epoch": "e1",
                "seq": n,
                "id": f"i{n}",
                "type": f"{kind}.x",
                "data": {},
            }
            | changes
            for n in seqs
        ]
        payload = json.dumps(events[0] if len(events) == 1 else events)
        self.client.publish(f"{BASE}/{topic}/{kind}", payload, 1).wait_for_publish(PATIENCE_S)

    def close(self) -> None:
        """Leave the broker."""
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def gateway(broker: tuple[str, int]) -> Iterator[GatewaySide]:
    side = GatewaySide(broker)
    yield side
    side.close()


@pytest.fixture
def store() -> CentralStore:
    return CentralStore(":memory:")


MakeCentral = Callable[..., Central]


@pytest.fixture
def central(broker: tuple[str, int]) -> Iterator[MakeCentral]:
    """Starts a central system on some books; each is stopped in the end, after a failure, too."""
    with ExitStack() as stack:

        def make(store: CentralStore, **changes: Any) -> Central:  # noqa: ANN401 - settings of several kinds
            it = Central(CentralSettings(broker, **changes), store)
            it.start()
            stack.callback(it.stop)
            return it

        yield make


def turn_until(it: Central, gateway: GatewaySide, wanted: Callable[[str, Any], bool]) -> Any:  # noqa: ANN401 - JSON
    """Turn the central system until the gateway hears the message."""

    def heard() -> list[Any]:
        it.turn(0.05)
        while not gateway.heard.empty():
            topic, payload, _ = gateway.heard.get()
            if wanted(topic, payload):
                return [payload]
        return []

    return wait_until("the message comes", heard)[0]


def ack(upto: int) -> Callable[[str, Any], bool]:
    return lambda topic, payload: topic == "ack" and payload == {"epoch": "e1", "upto": upto}


def ready(it: Central, gateway: GatewaySide) -> None:
    gateway.born("s1")
    turn_until(it, gateway, lambda topic, _: topic == "master/stock")


def test_single_events_and_batches_are_acknowledged_as_one_prefix(
    central: MakeCentral, store: CentralStore, gateway: GatewaySide
) -> None:
    it = central(store)
    ready(it, gateway)

    gateway.tell(1)
    gateway.tell(2, 3, 4)

    turn_until(it, gateway, ack(4))
    assert store.stored() == 4


def test_a_gap_holds_the_ack_back_and_is_asked_for(
    central: MakeCentral, store: CentralStore, gateway: GatewaySide
) -> None:
    it = central(store)
    ready(it, gateway)

    gateway.tell(1)
    gateway.tell(3, 4)
    asked = turn_until(it, gateway, lambda topic, _: topic == "request/resend")
    assert asked == {"epoch": "e1", "from": 2}
    assert store.prefix("gate", "e1").upto == 1

    gateway.tell(2)
    turn_until(it, gateway, ack(4))
    assert (store.counter("gaps"), store.missing()) == (1, 0)


def test_what_is_told_ahead_is_stored_at_once_and_no_gap_is_asked_for(
    central: MakeCentral, store: CentralStore, gateway: GatewaySide
) -> None:
    it = central(store)
    ready(it, gateway)
    gateway.tell(1)
    turn_until(it, gateway, ack(1))

    def has_come() -> bool:
        gateway.tell(900, topic="live")  # its connection may not listen yet: nothing is owed there
        it.turn(0.05)
        return store.stored() == 2

    wait_until("what was told on the lane has come", has_come)

    assert (store.prefix("gate", "e1").upto, store.missing()) == (1, 0)
    gateway.tell(*range(2, 901))
    turn_until(it, gateway, ack(900))
    assert (store.doubled(), store.counter("gaps")) == (0, 0)


def test_what_arrives_while_the_central_system_is_down_is_stored_once(
    central: MakeCentral, gateway: GatewaySide, tmp_path: Path
) -> None:
    # given a central system that has stored one event and is gone
    store = CentralStore(tmp_path / "c.db")
    it = central(store)
    ready(it, gateway)
    gateway.tell(1)
    turn_until(it, gateway, ack(1))
    it.stop()
    store.close()
    # when events come meanwhile, one of them twice
    gateway.tell(2)
    gateway.tell(2)
    gateway.tell(3)
    # then the next one on the same books goes on where it ended
    store = CentralStore(tmp_path / "c.db")
    it = central(store)
    turn_until(it, gateway, ack(3))
    assert (store.stored(), store.counter("redelivered"), store.doubled()) == (3, 1, 0)
    it.stop()
    store.close()


def test_orders_stop_at_the_most_that_may_be_open_and_go_on_when_one_has_left(
    central: MakeCentral, store: CentralStore, gateway: GatewaySide
) -> None:
    it = central(store, orders_per_minute=6000.0, open_most=3)
    gateway.born("s1")
    got: list[dict[str, Any]] = []

    def third(topic: str, payload: dict[str, Any]) -> bool:
        got.extend([payload] if topic == "order" else [])
        return len(got) == 3

    turn_until(it, gateway, third)
    for _ in range(5):
        it.turn(0.05)
    assert store.order_count("open") == 3
    assert gateway.heard.empty()

    data = {"order_id": got[0]["order_id"], "sscc": "1"}
    gateway.tell(1, kind="ship", type="ship.departed", data=data)
    turn_until(it, gateway, lambda topic, _: topic == "order")
    assert (store.order_count("shipped"), store.order_count()) == (1, 4)


def test_an_order_that_no_event_has_told_of_is_sent_again(
    central: MakeCentral, store: CentralStore, gateway: GatewaySide
) -> None:
    store.add_order({"order_id": "o1", "lines": []}, now_us=1)
    it = central(store)
    gateway.born("s1")

    again = turn_until(it, gateway, lambda topic, _: topic == "order")

    assert again == {"order_id": "o1", "lines": []}
    assert store.order_count() == 1


def test_a_gateway_that_was_made_anew_gets_every_open_order_again(
    central: MakeCentral, store: CentralStore, gateway: GatewaySide
) -> None:
    """Its epoch tells; one that is known already gets none (docs/protocol.md)."""
    store.add_order({"order_id": "o1", "lines": []}, time.time_ns() // 1000)
    it = central(store)

    def answered(epoch: str) -> None:
        asked = turn_until(it, gateway, lambda topic, _: topic == "request/snapshot")
        assert asked == {"limit": 1}
        answer = json.dumps({"epoch": epoch, "orders": []})
        gateway.client.publish(f"{BASE}/response/snapshot", answer, 1).wait_for_publish(PATIENCE_S)

    for session, epoch in (("s1", "e1"), ("s2", "e1"), ("s3", "e2")):
        gateway.born(session)
        answered(epoch)
        if session != "s2":
            again = turn_until(it, gateway, lambda topic, _: topic == "order")
            assert again["order_id"] == "o1"
    assert store.counter("epoch e1") == 2


def test_orders_ask_only_for_what_the_books_hold(
    central: MakeCentral, store: CentralStore, gateway: GatewaySide
) -> None:
    it = central(store, orders_per_minute=60_000.0, open_most=100)
    gateway.born("s1")
    stock = turn_until(it, gateway, lambda topic, _: topic == "master/stock")

    def has_orders() -> bool:
        it.turn(0.02)
        return store.order_count() > 20

    wait_until("there are orders", has_orders)
    held: dict[str, int] = {}
    for statement in stock:
        held[statement["sku"]] = held.get(statement["sku"], 0) + statement["quantity"]
    for order in store.orders():
        assert 1 <= len(order["lines"]) <= 4
        assert len({line["sku"] for line in order["lines"]}) == len(order["lines"])
        for line in order["lines"]:
            assert line["quantity"] >= 1
            held[line["sku"]] -= line["quantity"]
    assert min(held.values()) >= 0


def test_the_command_prints_its_books_at_the_end_and_the_check_finds_a_loss(
    broker: tuple[str, int], gateway: GatewaySide, tmp_path: Path
) -> None:
    books = tmp_path / "c.db"
    command = [
        sys.executable,
        "-c",
        "import typer; from simulators.central import central_command",
    ]
    command[2] += " as c; typer.run(c)"
    host = f"{broker[0]}:{broker[1]}"
    running = subprocess.Popen(
        [*command, "--broker", host, "--store", str(books), "--progress"], stdout=subprocess.PIPE
    )
    gateway.born("s1")
    for wanted in ("master/stock", "ack"):
        if wanted == "ack":
            gateway.tell(1, 3)
        while gateway.heard.get(timeout=PATIENCE_S)[0] != wanted:
            pass
    running.send_signal(signal.SIGTERM)
    out, _ = ended(running)

    told = json.loads(out.splitlines()[-1])
    assert (told["events"], told["upto"], told["lost"]) == (2, 1, 1)
    check = subprocess.run(
        [*command, "--check", "--store", str(books)], stdout=subprocess.PIPE, check=False
    )
    assert check.returncode == 1
    assert json.loads(check.stdout)["lost"] == 1
    asked = [*command, "--check", "--follow", "--store", str(books)]
    told = subprocess.run(asked, input=b"\n\n", stdout=subprocess.PIPE, check=True).stdout
    assert [json.loads(line)["lost"] for line in told.splitlines()] == [1, 1]
