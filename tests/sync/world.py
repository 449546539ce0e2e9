"""A delivery with a journal, a broker and a central system of plain values around it."""

import json
from collections import deque
from dataclasses import dataclass, field

import pytest

from edge.model.events import CountWanted, Event, Fact, PickerChanged
from edge.model.ids import Badge, LocationId, Sku
from edge.sync.session.delivery import Delivery
from edge.sync.session.phases import (
    Alarm,
    Confirmed,
    Fetch,
    FetchLive,
    Output,
    Publish,
    SetAside,
)
from edge.sync.session.settings import DeliverySettings
from edge.sync.wire.outgoing import ClockQuality, FactEncoder

SECOND_US = 1_000_000
UTC_US = 1_790_000_000 * SECOND_US
"""What the envelopes bear is another clock than the one that is waited by."""
ENCODER = FactEncoder("g", lambda: ClockQuality(synced=True, offset_ms=0), lambda _fact: None)
OK, NOBODY, ERROR, FORBIDDEN, QUOTA, BAD_FORMAT = 0x00, 0x10, 0x80, 0x87, 0x97, 0x99


def event_of(seq: int, size: int = 10) -> Event:
    if seq % 5 == 0:
        return PickerChanged(Badge("P"), ready=True, cart=None)
    return CountWanted(LocationId("A"), Sku("S"), "x" * size)


@dataclass
class World:
    """A delivery with its journal, a broker that may do anything, and a central system."""

    settings: DeliverySettings = field(default_factory=DeliverySettings)
    is_patient: bool = True
    sizes: dict[int, int] = field(default_factory=dict)
    now_us: int = 0
    facts: list[Fact] = field(default_factory=list)
    sent: deque[Publish] = field(default_factory=deque)
    at_broker: deque[Publish] = field(default_factory=deque)
    stored: dict[int, dict[str, object]] = field(default_factory=dict)
    fetches: deque[Fetch | FetchLive] = field(default_factory=deque)
    alarms: dict[str, str | None] = field(default_factory=dict)
    set_aside: list[int] = field(default_factory=list)
    doubled: int = 0
    is_up: bool = False

    def __post_init__(self) -> None:
        self.delivery = Delivery(self.settings, ENCODER, "e", 0, 0)

    def do(self, outputs: list[Output]) -> None:
        """Carry out what the machine wants."""
        for output in outputs:
            match output:
                case Fetch() | FetchLive():
                    self.fetches.append(output)
                case Publish():
                    self.sent.append(output)
                case Alarm(code, text):
                    self.alarms[code] = text
                case SetAside(seq, _, _):
                    self.set_aside.append(seq)
                case Confirmed(upto):
                    self.do(self.delivery.acknowledged("e", upto, self.now_us))
        while self.is_patient and self.fetches:
            self.answer_fetch()

    def answer_fetch(self) -> None:
        """The journal answers the oldest question."""
        if self.fetches:
            asked = self.fetches.popleft()
            facts = self.facts[asked.after : asked.after + asked.limit]
            give = self.delivery.fetched
            if isinstance(asked, FetchLive):
                give = self.delivery.fetched_live
            self.do(give(asked.after, facts, UTC_US + self.now_us))

    def grow(self, count: int = 1) -> None:
        """Facts happen."""
        for _ in range(count):
            seq = len(self.facts) + 1
            event = event_of(seq, self.sizes.get(seq, 10))
            self.facts.append(Fact(seq, f"id-{seq}", "e", 0, 0, event))
        self.do(self.delivery.grown(len(self.facts), self.now_us))

    def connect(self, receive_maximum: int = 20, packet_max: int = 10**6) -> None:
        """A connection stands."""
        if not self.is_up:
            self.is_up = True
            self.do(self.delivery.connected(self.now_us, receive_maximum, packet_max))

    def lose(self, reason_code: int = 0) -> None:
        """The connection breaks, by the broker's word or without one."""
        if self.is_up:
            self.is_up = False
            self.sent.clear()
            self.fetches.clear()
            self.do(self.delivery.disconnected(reason_code))

    def answer(self, reason_code: int = OK) -> Publish | None:
        """The broker answers the oldest message."""
        if not self.sent:
            return None
        message = self.sent.popleft()
        if reason_code == OK:
            self.at_broker.append(message)
        self.do(self.delivery.puback(message.token, reason_code, self.now_us))
        return message

    def pass_on(self, times: int = 1) -> None:
        """The broker gives its oldest message to the central system, or twice."""
        if self.at_broker:
            message = self.at_broker.popleft()
            found = json.loads(message.payload)
            for _ in range(times):
                for event in found if isinstance(found, list) else [found]:
                    self.store(event)

    def store(self, event: dict[str, object]) -> None:
        """Once for each number; another fact under a number that is taken is a double."""
        seq = event["seq"]
        assert isinstance(seq, int)
        known = self.stored.setdefault(seq, event)
        is_whole = "withheld" not in str(known["data"]) + str(event["data"])
        if known["id"] != event["id"] or (is_whole and known["data"] != event["data"]):
            self.doubled += 1
        if "withheld" in str(known["data"]):
            self.stored[seq] = event

    def acknowledge(self) -> None:
        """The central system tells how far it has come."""
        self.do(self.delivery.acknowledged("e", self.upto, self.now_us))

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.now_us += int(seconds * SECOND_US)
        self.do(self.delivery.tick(self.now_us))

    @property
    def upto(self) -> int:
        """What the central system has without a gap."""
        upto = 0
        while upto + 1 in self.stored:
            upto += 1
        return upto

    def settle_down(self, rounds: int = 200) -> None:
        """Everything works again: how it ends."""
        for _ in range(rounds):
            self.connect()
            while self.fetches:
                self.answer_fetch()
            while self.sent:
                self.answer()
            while self.at_broker:
                self.pass_on()
            self.acknowledge()
            if self.delivery.unsent == 0:
                return
            self.wait(5)
        pytest.fail(f"{self.delivery.unsent} facts are still not delivered: {self.delivery.phase}")


def sent_seqs(world: World) -> list[int]:
    """Numbers of the stream's facts that wait for the broker's word, in order."""
    found = [json.loads(message.payload) for message in world.sent if not message.is_live]
    events = [one for part in found for one in (part if isinstance(part, list) else [part])]
    return [one["seq"] for one in events]
