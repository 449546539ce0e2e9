"""What is sent when, and what an acknowledgement frees: the machine without any wire."""

import json

import pytest

from edge.sync.session.phases import PHASES, Phase, Trigger
from edge.sync.session.settings import DeliverySettings
from edge.sync.session.window import Confirmation
from tests.sync.world import (
    BAD_FORMAT,
    ERROR,
    FORBIDDEN,
    NOBODY,
    OK,
    QUOTA,
    SECOND_US,
    World,
    sent_seqs,
)


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
    world.grow(400)
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


def test_a_broker_with_little_room_is_sent_less_at_one_time() -> None:
    """What it drops for want of room is found to be missing; then half as much is under way."""

    def under_way(world: World) -> int:
        """Messages that go until the central system has to say something."""
        while world.sent:
            world.answer()
        return len(world.at_broker)

    # given: a backlog for a broker that keeps few messages for the central system
    world = World(DeliverySettings(ahead_messages=40))
    world.connect()
    world.grow(1_000)
    assert under_way(world) == 40

    # when: it drops them, and the central system asks for what is missing
    world.at_broker.clear()
    world.do(world.delivery.resend(1, world.now_us))
    halved = under_way(world)
    for _ in range(halved):
        world.pass_on()
    world.acknowledge()
    grown = under_way(world)

    # then: half as many go, and one more as soon as all of them are stored
    assert (halved, grown) == (20, 21)

    # when: it asks for what it had stored already, as one does that was restored from a backup
    world.at_broker.clear()
    world.do(world.delivery.resend(1, world.now_us))

    # then: no less goes than before
    assert under_way(world) >= grown


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
