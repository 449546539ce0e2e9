"""A gateway that catches up keeps to its rate; one that does not sends at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.sync.session.pace import Pace
from edge.sync.session.phases import Phase
from edge.sync.session.settings import DeliverySettings
from tests.sync.world import World, sent_seqs

MILLISECOND_US = 1_000


def settle(world: World) -> None:
    """The broker and the central system answer at once whatever they have."""
    while world.sent:
        world.answer()
        world.pass_on()
        world.acknowledge()


def test_a_backlog_goes_at_the_rate_and_in_order() -> None:
    # given: an hour's backlog for a broker that takes 500 events a second
    world = World(DeliverySettings(events_per_s_max=500))
    world.grow(5_000)
    world.connect()

    # when: the broker and the central system answer at once, ten times a second
    sent_by: list[int] = []
    for _ in range(80):
        settle(world)
        sent_by.append(world.upto)
        world.wait(0.1)

    # then: a second's worth goes at once, then 500 a second, give or take a message of 50
    for tenths, upto in enumerate(sent_by):
        assert abs(upto - (500 + 50 * tenths)) <= 50, (tenths, upto)
    assert world.delivery.phase is Phase.DRAINING
    assert not any(world.alarms.values())


def test_bytes_are_kept_to_as_well_and_no_message_is_too_large_to_go() -> None:
    # given: events of 30 kB and 10 kB a second
    world = World(
        DeliverySettings(bytes_per_s_max=10_000), sizes=dict.fromkeys(range(1, 5), 30_000)
    )
    world.grow(4)
    world.connect()

    # when, then: two in one message at once; then what they took beyond the second is waited for
    settle(world)
    assert world.upto == 2
    world.wait(5)
    settle(world)
    assert world.upto == 2
    world.wait(1)
    settle(world)
    assert world.upto == 4


def test_a_slow_pace_is_not_taken_for_an_absent_central_system() -> None:
    world = World(DeliverySettings(events_per_s_max=1, absent_after_us=2_000_000))
    world.grow(200)
    world.connect()
    for _ in range(1_000):
        world.wait(0.25)
        settle(world)
        assert world.delivery.phase is Phase.DRAINING
    assert world.upto == 200
    assert not any(world.alarms.values())


def test_a_central_system_that_falls_silent_under_a_slow_pace_is_noticed_in_its_time() -> None:
    world = World(DeliverySettings(events_per_s_max=1, absent_after_us=2_000_000))
    world.grow(60)
    world.connect()
    world.wait(1.9)
    assert world.delivery.phase is Phase.DRAINING
    world.wait(0.2)
    assert world.delivery.phase is Phase.ABSENT


@given(
    st.lists(
        st.tuples(st.integers(0, 3_000), st.integers(1, 50), st.integers(1, 65_536)), max_size=60
    )
)
def test_in_any_stretch_of_time_no_more_goes_than_the_rate_a_second_and_a_message(
    steps: list[tuple[int, int, int]],
) -> None:
    pace, now_us = Pace(100, 100_000), 0
    gone: list[tuple[int, int, int]] = []
    pace.turn(now_us)
    for wait_ms, events, size in steps:
        now_us += wait_ms * MILLISECOND_US
        pace.turn(now_us)
        if pace.allows:
            pace.spend(events, size)
            gone.append((now_us, events, size))
    for start, (since_us, _, _) in enumerate(gone):
        for end, (until_us, events, size) in enumerate(gone[start:], start):
            seconds = (until_us - since_us) / 1e6 + 1
            before = gone[start:end]
            assert sum(one[1] for one in before) + events <= 100 * seconds + events + 1e-6
            assert sum(one[2] for one in before) + size <= 100_000 * seconds + size + 1e-6


def test_without_a_rate_everything_goes_and_time_that_goes_back_gives_nothing() -> None:
    free, paced = Pace(0, 0), Pace(10, 0)
    free.turn(0)
    free.spend(10**6, 10**9)
    assert free.allows
    paced.turn(5_000_000)
    paced.spend(11, 1)
    paced.turn(0)
    paced.turn(5_000_000)
    assert not paced.allows
    paced.turn(5_200_000)
    assert paced.allows


@pytest.mark.parametrize(
    ("paced", "seqs"),
    [
        (DeliverySettings(events_per_s_max=10), [*range(1, 11)]),
        (DeliverySettings(bytes_per_s_max=10), [1, 2, 3, 4]),  # the first message, whole
    ],
)
def test_either_rate_alone_holds_messages_back(paced: DeliverySettings, seqs: list[int]) -> None:
    world = World(paced)
    world.grow(500)
    world.connect()
    assert sent_seqs(world) == seqs
