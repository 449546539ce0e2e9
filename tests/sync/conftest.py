"""A real broker, and stand-ins for the journal, the floor and the central system."""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from edge.clock import Clock, SystemClock
from edge.floor.board import Board
from edge.floor.letters import Letters
from edge.model.events import Event, Fact
from edge.model.inputs import CentralAcknowledged, Input
from edge.model.prompts import Answer
from edge.sync.mqtt.settings import LinkParts, LinkSettings, Settle
from edge.sync.wire.outgoing import ClockQuality
from tests.mosquitto import Broker, mosquitto_program
from tests.waiting import wait_until

BASE = "we1/hangzhou/gate-1/"
T0_US = 1_790_000_000_000_000
DONE = Answer(accepted=True, code="done", text="Done.")


class HastyClock(SystemClock):
    """The host's clock, so many times as fast, and set forward by hand."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._began_us = super().monotonic_us()
        self.ahead_us = 0

    def monotonic_us(self) -> int:
        passed_us = super().monotonic_us() - self._began_us
        return self._began_us + int(passed_us * self._speed) + self.ahead_us

    def skip(self, span_s: float) -> None:
        """So much time passes at once."""
        self.ahead_us += int(span_s * 1e6)


class FloorFullError(Exception):
    """The stand-in for the floor takes nothing."""


class JournalLockedError(Exception):
    """The stand-in for the journal cannot be read."""


class MemoryJournal:
    """A journal in memory."""

    def __init__(self, name: str = "e1") -> None:
        self._name = name
        self._facts: list[Fact] = []
        self._acknowledged = 0
        self.is_locked = False

    def append(self, event: Event, occurred_us: int = T0_US) -> Fact:
        """A fact happens."""
        seq = len(self._facts) + 1
        fact = Fact(seq, str(uuid.UUID(int=seq)), self._name, occurred_us, occurred_us, event)
        self._facts.append(fact)
        return fact

    def acknowledge(self, epoch: str, upto: int) -> None:
        """The cursor moves."""
        if epoch == self._name:
            self._acknowledged = max(self._acknowledged, upto)

    def facts_after(self, seq: int, limit: int, bytes_max: int) -> list[Fact]:
        """As the contract says."""
        assert bytes_max > 0
        self._look()
        return self._facts[seq : seq + limit]

    def last_seq(self) -> int:
        """As the contract says."""
        self._look()
        return len(self._facts)

    def acknowledged(self) -> int:
        """As the contract says."""
        self._look()
        return self._acknowledged

    def epoch(self) -> str:
        """As the contract says."""
        self._look()
        return self._name

    def _look(self) -> None:
        if self.is_locked:
            raise JournalLockedError("somebody holds the journal")


class Floor:
    """Takes inputs and settles them: at once, or when told while `is_holding`."""

    def __init__(self, journal: MemoryJournal) -> None:
        self._journal = journal
        self._lock = threading.Lock()
        self._held: list[tuple[Input, Settle]] = []
        self.taken: list[Input] = []
        self.is_holding = False
        self.is_full = False

    def deliver(self, one: Input, settle: Settle) -> None:
        """As the inbox does."""
        if self.is_full:
            raise FloorFullError
        with self._lock:
            self.taken.append(one)
            if self.is_holding:
                self._held.append((one, settle))
                return
        self._commit(one)
        settle(DONE)

    def release(self, answer: Answer = DONE) -> None:
        """Settle everything that is held."""
        with self._lock:
            held, self._held = self._held, []
        for one, settle in held:
            self._commit(one)
            settle(answer)

    def _commit(self, one: Input) -> None:
        if isinstance(one, CentralAcknowledged):
            self._journal.acknowledge(one.epoch, one.upto)


class Central:
    """The central system as far as a test needs it: stores events once, and acknowledges."""

    def __init__(self, port: int, *, acknowledges: bool = True) -> None:
        self.acknowledges = acknowledges
        self.events: dict[int, dict[str, object]] = {}
        self.order_of_arrival: list[int] = []
        self.doubles = 0
        self.messages: list[MQTTMessage] = []
        self.kept: dict[str, bytes] = {}
        self._client = Client(
            CallbackAPIVersion.VERSION2, "central", protocol=MQTTProtocolVersion.MQTTv5
        )
        self._client.on_connect = lambda client, *_: client.subscribe(f"{BASE}#", qos=1)
        self._client.on_message = self._receive
        hears = threading.Event()
        self._client.on_subscribe = lambda *_: hears.set()
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        wait_until("the central system hears what is told", hears.is_set)

    @property
    def upto(self) -> int:
        """Everything up to here has come without a gap."""
        upto = 0
        while upto + 1 in self.events:
            upto += 1
        return upto

    def send(self, name: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish below the gateway."""
        self._client.publish(BASE + name, payload, qos=1, retain=retain)

    def ask(self, name: str, payload: bytes) -> None:
        """Make a request."""
        properties = Properties(PacketTypes.PUBLISH)
        properties.ResponseTopic = f"{BASE}answers"
        properties.CorrelationData = b"7"
        self._client.publish(f"{BASE}request/{name}", payload, qos=1, properties=properties)

    def acknowledge(self) -> None:
        """Tell how far the store has come."""
        if self.events:
            epoch = next(iter(self.events.values()))["epoch"]
            ack = json.dumps({"epoch": epoch, "upto": self.upto})
            self.send("ack", ack.encode(), retain=True)

    def stop(self) -> None:
        """Go away."""
        self._client.disconnect()
        self._client.loop_stop()

    def _receive(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        name = message.topic.removeprefix(BASE)
        if name.startswith("event/"):
            self.messages.append(message)
            found = json.loads(message.payload)
            for event in found if isinstance(found, list) else [found]:
                self._store(event)
            if self.acknowledges:
                self.acknowledge()
        else:
            self.kept[name] = message.payload
            self.messages.append(message)

    def _store(self, event: dict[str, object]) -> None:
        seq = event["seq"]
        assert isinstance(seq, int)
        if seq in self.events:
            self.doubles += 1
        else:
            self.events[seq] = event
            self.order_of_arrival.append(seq)


def settings_for(*ports: int, **changes: object) -> LinkSettings:
    """Settings that try again soon, and give nobody up whom a busy machine makes slow."""
    values: dict[str, object] = {
        "brokers": tuple(("127.0.0.1", port) for port in ports),
        "site": "hangzhou",
        "gateway": "gate-1",
        "keepalive_s": 200,
        "will_delay_s": 0,
        "reconnect_s_min": 0.1,
        "reconnect_s_max": 0.5,
        "absent_after_s": 60.0,
        "probe_s": 0.5,
    }
    return LinkSettings(**(values | changes))  # type: ignore[arg-type] # the names are its own


def parts_for(
    journal: MemoryJournal,
    floor: Floor,
    letters: Letters | None = None,
    clock: Clock | None = None,
) -> LinkParts:
    return LinkParts(
        letters=letters or Letters(Board(), SystemClock()),
        clock=clock or SystemClock(),
        generator=np.random.default_rng(7),
        make_id=lambda: str(uuid.uuid4()),
        journal=journal,
        journal_error=JournalLockedError,
        deliver=floor.deliver,
        inbox_full=FloorFullError,
        clock_quality=lambda: ClockQuality(synced=True, offset_ms=2),
        epcis=lambda _fact: None,
        answer_request=lambda name, payload: (
            b'{"sku":"A"}' if name == "where" and payload else None
        ),
    )


@pytest.fixture
def make_broker(tmp_path: Path) -> Iterator[Callable[..., Broker]]:
    """Starts brokers that end with the test."""
    program = mosquitto_program()
    made: list[Broker] = []

    def make(extra: str = "") -> Broker:
        folder = tmp_path / f"broker-{len(made)}"
        folder.mkdir()
        broker = Broker(program, folder, extra)
        made.append(broker)
        broker.start()
        return broker

    yield make
    for broker in made:
        broker.stop()


@pytest.fixture
def broker(make_broker: Callable[..., Broker]) -> Broker:
    """One broker."""
    return make_broker()


@pytest.fixture
def journal() -> MemoryJournal:
    """An empty journal."""
    return MemoryJournal()


@pytest.fixture
def floor(journal: MemoryJournal) -> Floor:
    """A floor that commits at once."""
    return Floor(journal)
