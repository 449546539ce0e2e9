"""What is sent when, and what an acknowledgement frees: the machine without any wire."""

import json
from collections import deque
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.model.events import CountWanted, Event, Fact, PickerChanged
from edge.model.ids import Badge, LocationId, Sku
from edge.sync.session.delivery import Delivery
from edge.sync.session.phases import (
    PHASES,
    Alarm,
    Confirmed,
    Fetch,
    Output,
    Phase,
    Publish,
    SetAside,
    Trigger,
)
from edge.sync.session.settings import DeliverySettings
from edge.sync.session.window import Confirmation
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
    fetches: deque[Fetch] = field(default_factory=deque)
    alarms: dict[str, str | None] = field(default_factory=dict)
    set_aside: list[int] = field(default_factory=list)
    is_up: bool = False

    def __post_init__(self) -> None:
        self.delivery = Delivery(self.settings, ENCODER, "e", 0, 0)

    def do(self, outputs: list[Output]) -> None:
        """Carry out what the machine wants."""
        for output in outputs:
            match output:
                case Fetch():
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
            self.do(self.delivery.fetched(asked.after, facts, UTC_US + self.now_us))

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
                    self.stored.setdefault(event["seq"], event)

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
    found = [json.loads(message.payload) for message in world.sent]
    events = [one for part in found for one in (part if isinstance(part, list) else [part])]
    return [one["seq"] for one in events]


ACTIONS = st.sampled_from(
    [
        ("grow", 1),
        ("grow", 30),
        ("connect",),
        ("lose",),
        ("answer",),
        ("answer",),
        ("answer", NOBODY),
        ("answer", ERROR),
        ("answer", FORBIDDEN),
        ("answer", QUOTA),
        ("answer", BAD_FORMAT),
        ("pass_on",),
        ("pass_on", 2),
        ("forget",),
        ("answer_fetch",),
        ("acknowledge",),
        ("acknowledge_old",),
        ("resend",),
        ("puback_twice",),
        ("wait", 0.3),
        ("wait", 40),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(ACTIONS, max_size=120), st.booleans(), st.integers(1, 20))
def test_whatever_happens_everything_arrives_without_a_gap(
    actions: list[tuple[object, ...]],
    is_patient: bool,  # noqa: FBT001 - drawn by hypothesis
    receive_maximum: int,
) -> None:
    world = World(is_patient=is_patient)

    for name, *arguments in actions:
        match name:
            case "forget":  # the broker dies: what it held is gone, and so is the connection
                world.at_broker.clear()
                world.lose()
            case "acknowledge_old":
                world.do(world.delivery.acknowledged("e", world.upto // 2, world.now_us))
            case "resend":
                world.do(world.delivery.resend(1 + world.upto // 2, world.now_us))
            case "puback_twice":
                message = world.answer()
                if message is not None:
                    world.do(world.delivery.puback(message.token, OK, world.now_us))
            case "connect":
                world.connect(receive_maximum)
            case _:
                getattr(world, str(name))(*arguments)
        assert world.delivery.in_flight == len(world.sent) <= max(receive_maximum, 1)
        assert world.delivery.acknowledged_seq <= world.upto
        assert world.is_up or world.delivery.phase is Phase.DOWN

    world.settle_down()
    assert sorted(world.stored) == list(range(1, len(world.facts) + 1))
    held_back = [seq for seq, event in world.stored.items() if "withheld" in str(event["data"])]
    assert set(held_back) <= set(world.set_aside)


def test_on_a_good_day_everything_is_sent_once_and_in_order() -> None:
    world = World()
    world.connect()
    order: list[int] = []
    for _ in range(20):
        world.grow(37)
        while world.sent:
            world.answer()
            found = json.loads(world.at_broker[0].payload)
            order += [one["seq"] for one in (found if isinstance(found, list) else [found])]
            world.pass_on()
        world.acknowledge()

    assert order == list(range(1, 741))
    assert world.delivery.unsent == 0
    assert not world.alarms


def test_no_more_messages_are_under_way_than_the_broker_allows() -> None:
    world = World()
    world.grow(1000)
    world.connect(receive_maximum=3)

    assert len(world.sent) == 3
    world.answer()
    assert len(world.sent) == 3


def test_a_reconnection_sends_again_what_the_central_system_has_not_stored() -> None:
    world = World()
    world.connect()
    world.grow(4)
    while world.sent:
        world.answer()
    world.do(world.delivery.acknowledged("e", 2, world.now_us))
    world.lose()
    world.connect()

    (message,) = world.sent
    assert [one["seq"] for one in json.loads(message.payload)] == [3, 4]


def test_a_central_system_that_says_nothing_is_absent_and_asked_with_one_fact() -> None:
    world = World(DeliverySettings(absent_after_us=30 * SECOND_US, probe_us=10 * SECOND_US))
    world.connect()
    world.grow(8)
    while world.sent:
        world.answer()
    world.wait(31)

    assert world.delivery.phase is Phase.ABSENT
    assert "absent" in str(world.alarms["central-absent"])
    world.grow(100)
    assert not world.sent
    world.wait(10)
    (probe,) = world.sent
    assert json.loads(probe.payload)["seq"] == 1

    world.do(world.delivery.acknowledged("e", 8, world.now_us))
    assert world.alarms["central-absent"] is None
    assert world.delivery.phase is Phase.DRAINING
    assert len(world.sent) > 1


def test_what_a_broker_forgot_in_silence_follows_as_soon_as_the_central_system_is_heard() -> None:
    world = World()
    world.connect()
    world.grow(50)
    while world.sent:
        world.answer()
    world.at_broker.clear()  # its queue was too short for a subscriber that was away
    world.wait(31)
    world.do(world.delivery.acknowledged("e", 1, world.now_us))

    assert len(sent_seqs(world)) == 49


def test_a_central_system_that_asks_again_is_there() -> None:
    # given: a central system that was taken for absent, so that one fact at a time knocks
    world = World()
    world.connect()
    world.grow(50)
    world.wait(31)
    assert world.delivery.phase is Phase.ABSENT
    world.at_broker.clear()

    # when: it asks for what it lacks
    world.do(world.delivery.resend(1, world.now_us))

    # then: everything comes at once
    assert world.delivery.phase is Phase.DRAINING
    assert sent_seqs(world)[-50:] == list(range(1, 51))


def test_an_answer_of_the_journal_that_is_out_of_date_makes_no_hole() -> None:
    world = World(is_patient=False)
    world.connect()
    world.grow(10)
    world.answer_fetch()
    while world.sent:
        world.answer()
    world.grow(5)
    world.do(world.delivery.resend(3, world.now_us))
    while world.fetches:
        world.answer_fetch()

    assert sent_seqs(world) == list(range(3, 16))


def test_a_quiet_night_is_no_absence() -> None:
    world = World()
    world.connect()
    world.grow(1)
    world.answer()
    world.pass_on()
    world.acknowledge()
    world.wait(36_000)
    world.grow(1)
    world.wait(1)

    assert world.delivery.phase is Phase.DRAINING


def test_nobody_listening_is_noticed_at_the_first_message() -> None:
    world = World()
    world.connect()
    world.grow(1)
    world.answer(NOBODY)

    assert world.delivery.phase is Phase.ABSENT
    assert world.delivery.unsent == 1


@pytest.mark.parametrize("reason", [ERROR, FORBIDDEN, QUOTA, 0x91, 0xFF])
def test_a_refused_message_is_tried_again_after_a_growing_rest(reason: int) -> None:
    world = World()
    world.connect()
    world.grow(1)
    rests = []
    for _ in range(9):
        world.answer(reason)
        assert world.delivery.phase is Phase.RESTING
        rest = 0.0
        while not world.sent:
            world.wait(0.5)
            rest += 0.5
        rests.append(rest)

    assert rests == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert "refuses" in str(world.alarms["broker-refuses"])
    assert not world.set_aside
    world.answer()
    assert world.alarms["broker-refuses"] is None


def test_after_a_refusal_one_message_at_a_time_is_tried() -> None:
    world = World()
    world.connect()
    world.grow(50)
    sent_before = len(world.sent)
    world.answer(FORBIDDEN)
    while world.sent:
        world.answer(FORBIDDEN)
    world.wait(1)

    assert sent_before > 1
    assert len(world.sent) == 1
    world.answer()
    assert len(world.sent) > 1


def test_the_one_fact_that_the_broker_never_takes_goes_without_its_data() -> None:
    world = World()
    world.connect()
    world.grow(4)
    while world.delivery.unsent:
        message = world.sent[0]
        found = json.loads(message.payload)
        seqs = [one["seq"] for one in found] if isinstance(found, list) else [found["seq"]]
        is_poison = 3 in seqs and b"withheld" not in message.payload
        world.answer(BAD_FORMAT if is_poison else OK)
        world.pass_on()
        world.acknowledge()

    assert world.set_aside == [3]
    assert world.stored[3]["data"] == {"withheld": "the broker refuses it, reason 0x99"}
    assert world.stored[2]["data"] == {"location": "A", "sku": "S", "reason": "x" * 10}
    assert world.alarms["event-set-aside"] is None


def test_a_fact_that_is_larger_than_the_brokers_packets_never_blocks_the_stream() -> None:
    world = World(sizes={2: 50_000})
    world.connect(packet_max=20_000)
    world.grow(6)
    world.settle_down()

    assert world.set_aside == [2]
    assert "20000" in str(world.stored[2]["data"])


def test_a_large_fact_that_is_refused_again_and_again_is_set_aside() -> None:
    world = World(sizes={2: 50_000})
    world.connect()
    world.grow(6)
    for _ in range(60):
        while world.sent:
            is_large = len(world.sent[0].payload) > 40_000
            world.answer(0x83 if is_large else OK)
        while world.at_broker:
            world.pass_on()
        world.acknowledge()
        world.wait(20)

    assert world.set_aside == [2]
    assert world.delivery.unsent == 0


def test_an_acknowledgement_of_another_store_frees_nothing() -> None:
    world = World()
    world.connect()
    world.grow(3)
    world.do(world.delivery.acknowledged("older", 3, world.now_us))
    world.do(world.delivery.acknowledged("e", 4, world.now_us))

    assert world.delivery.unsent == 3
    assert "journal ends at 3" in str(world.alarms["ack-foreign"])


def test_where_the_broker_is_trusted_only_an_unbroken_row_is_confirmed() -> None:
    world = World(DeliverySettings(by_broker=True))
    world.connect()
    world.grow(12)
    first, second, *_ = world.sent
    world.do(world.delivery.puback(second.token, OK, world.now_us))
    assert world.delivery.acknowledged_seq == 0
    world.do(world.delivery.puback(first.token, OK, world.now_us))
    assert world.delivery.acknowledged_seq == 5


def test_a_row_is_unbroken_up_to_its_first_gap() -> None:
    row = Confirmation(10)

    assert not row.add(14, 15)
    assert row.add(11, 12)
    assert row.upto == 12
    assert row.add(13, 13)
    assert row.upto == 15
    assert not row.add(11, 15)


def test_every_phase_is_reached_and_left() -> None:
    assert {phase for phase, _ in PHASES} == set(Phase)
    assert set(PHASES.values()) == set(Phase)
    assert {trigger for _, trigger in PHASES} == set(Trigger)
