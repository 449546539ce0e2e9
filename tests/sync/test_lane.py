"""What happens now is told ahead of its turn while the stream catches up."""

import json

import pytest

from edge.sync.session.lane import (
    BURST_MESSAGES,
    CATCH_UP_EVENTS_MAX,
    FACTS_MAX,
    MESSAGES_MAX,
    PAUSE_SHARE,
    PAUSE_US_MAX,
    QUIET_US,
    REST_US,
)
from edge.sync.session.phases import Phase, Publish
from edge.sync.session.settings import DeliverySettings
from tests.sync.world import BAD_FORMAT, FORBIDDEN, NOBODY, OK, QUOTA, SECOND_US, World, sent_seqs

BEHIND = 5_000


def late_world(**options: object) -> World:
    """A gateway that comes back with a backlog."""
    world = World(DeliverySettings(**options))  # type: ignore[arg-type] # the names are its own
    world.grow(BEHIND)
    world.connect()
    return world


def lane(world: World) -> list[Publish]:
    return [message for message in world.sent if message.is_live]


def lane_seqs(world: World) -> list[int]:
    found = [json.loads(message.payload) for message in lane(world)]
    events = [one for part in found for one in (part if isinstance(part, list) else [part])]
    return [one["seq"] for one in events]


def test_a_new_fact_goes_at_once_and_again_in_its_turn() -> None:
    # given: a backlog that has only begun to go
    world = late_world()

    # when: something happens
    world.grow()

    # then: the central system has it before the backlog, as it will come again
    assert lane_seqs(world) == [BEHIND + 1]
    assert max(sent_seqs(world)) < BEHIND
    (early,) = lane(world)
    world.settle_down()
    assert json.loads(early.payload)["id"] == world.stored[BEHIND + 1]["id"]
    assert world.doubled == 0
    assert not world.alarms


def test_where_nothing_waits_there_is_no_lane() -> None:
    world = World()
    world.connect()
    for _ in range(20):
        world.grow(100)
        assert not lane(world)
        world.settle_down()


def test_it_ends_when_the_backlog_is_worked_off() -> None:
    world = late_world()
    assert world.delivery.is_catching_up
    world.settle_down()
    world.grow(10)

    assert not world.delivery.is_catching_up
    assert not lane(world)
    assert len(world.sent) > 0


def test_the_lane_never_waits_for_a_slot_and_the_stream_never_for_the_lane() -> None:
    world = late_world()
    assert len(world.sent) == 20 - MESSAGES_MAX
    for _ in range(3 * MESSAGES_MAX):
        world.grow()

    assert len(lane(world)) == MESSAGES_MAX
    world.settle_down()
    assert world.delivery.unsent == 0


def test_messages_of_the_stream_are_small_while_the_lane_is_open() -> None:
    world = late_world()
    counts = [len(json.loads(message.payload)) for message in world.sent]

    assert max(counts) <= CATCH_UP_EVENTS_MAX
    assert world.delivery.is_catching_up


def test_the_lane_carries_no_more_than_its_share_and_skips_the_rest() -> None:
    """Ten thousand facts at once are no news but a backlog of their own."""
    world = late_world()
    world.grow(10_000)
    told = lane_seqs(world)

    assert told
    assert min(told) > BEHIND + 10_000 - FACTS_MAX
    world.settle_down()
    assert len(world.stored) == BEHIND + 10_000


@pytest.mark.parametrize("reason_code", [NOBODY, FORBIDDEN, QUOTA, BAD_FORMAT])
def test_a_central_system_that_does_not_listen_to_the_lane_loses_nothing_by_it(
    reason_code: int,
) -> None:
    # given: a central system of before there was a lane
    world = late_world()
    world.grow()
    (early,) = lane(world)
    world.sent.remove(early)

    # when: the broker says so
    world.do(world.delivery.puback(early.token, reason_code, world.now_us))

    # then: the stream goes on in messages of full size, and the lane is tried again much later
    assert world.delivery.phase is Phase.DRAINING
    assert not world.delivery.is_catching_up
    world.grow()
    assert not lane(world)
    assert not world.alarms
    world.now_us += REST_US + SECOND_US
    world.grow()
    for _ in range(MESSAGES_MAX):
        world.answer()
    world.grow()
    assert lane_seqs(world) == [BEHIND + 4]


def test_what_was_on_the_lane_when_the_connection_broke_comes_in_its_turn() -> None:
    world = late_world()
    world.grow(3)
    assert lane(world)
    world.lose()
    world.connect()

    assert not lane(world)
    world.settle_down()
    assert sorted(world.stored) == list(range(1, BEHIND + 4))


def test_an_acknowledgement_that_covers_what_came_ahead_spares_sending_it_again() -> None:
    world = late_world()
    world.grow(2)
    while world.delivery.acknowledged_seq < BEHIND + 2:
        while world.sent:
            world.answer(OK)
        while world.at_broker:
            world.pass_on()
        world.acknowledge()

    assert world.delivery.unsent == 0


def test_the_lane_rests_with_an_absent_central_system() -> None:
    world = late_world()
    world.wait(31)
    world.wait(31)
    assert world.delivery.phase is Phase.ABSENT
    world.sent.clear()
    world.grow(5)

    assert not lane(world)


def test_a_fact_that_no_packet_holds_is_not_told_ahead() -> None:
    world = World(sizes={BEHIND + 1: 50_000})
    world.grow(BEHIND)
    world.connect(packet_max=20_000)
    world.grow()
    assert not lane(world)
    world.grow()

    assert lane_seqs(world) == [BEHIND + 2]


def stored_by_the_central_system(world: World) -> None:
    while world.sent:
        world.answer()
    while world.at_broker:
        world.pass_on()
    world.acknowledge()


def test_after_each_burst_that_is_stored_the_stream_pauses_for_what_happens() -> None:
    # given: a backlog, and something that has just happened
    world = late_world()
    world.grow()
    while world.sent:
        world.answer()
    sent_before = world.delivery.acknowledged_seq
    assert sent_before == 0

    # when: the central system has stored the burst a little later
    world.now_us += 30_000
    while world.at_broker:
        world.pass_on()
    world.acknowledge()

    # then: the stream pauses for a share of what that took, and new facts do not wait for it
    pause_us = int(30_000 * PAUSE_SHARE)
    assert not sent_seqs(world)
    assert world.delivery.wait_us(world.now_us, 200_000) == pause_us
    world.grow()
    assert lane_seqs(world) == [BEHIND + 2]
    world.wait((pause_us + 1_000) / 1e6)
    assert sent_seqs(world)
    assert len([one for one in world.sent if not one.is_live]) <= BURST_MESSAGES


def test_the_pause_begins_when_the_central_system_says_so_not_when_the_journal_knows() -> None:
    # given: a burst that the central system has taken
    world = late_world()
    world.grow()
    while world.sent:
        world.answer()
    world.now_us += 30_000
    while world.at_broker:
        world.pass_on()

    # when: its word for that comes, which the floor has not committed yet
    world.delivery.heard("e", world.upto, world.now_us)

    # then: the next burst goes after the pause, and nothing counts as acknowledged
    assert world.delivery.acknowledged_seq == 0
    world.wait((30_000 * PAUSE_SHARE + 1_000) / 1e6)
    assert sent_seqs(world)


def test_a_slow_central_system_makes_no_long_pauses() -> None:
    world = late_world()
    world.grow()
    world.now_us += 4 * SECOND_US
    stored_by_the_central_system(world)

    assert world.delivery.wait_us(world.now_us, 200_000) <= PAUSE_US_MAX


def test_in_a_quiet_night_the_stream_gives_way_to_nobody() -> None:
    world = late_world()
    world.grow()
    stored_by_the_central_system(world)
    world.wait(QUIET_US / SECOND_US)

    assert world.delivery.wait_us(world.now_us, 200_000) == 200_000
    assert len(world.sent) > BURST_MESSAGES


def test_a_burst_that_was_lost_is_not_waited_for() -> None:
    """The broker forgot it; the central system finds the gap and asks."""
    world = late_world()
    world.grow()
    while world.sent:
        world.answer()
    world.at_broker.clear()
    assert not world.sent

    world.do(world.delivery.resend(1, world.now_us))

    assert min(sent_seqs(world)) == 1
