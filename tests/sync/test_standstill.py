"""A broker drops what it has no room for and tells nobody: what goes, and what waits."""

from hypothesis import given
from hypothesis import strategies as st

from edge.sync.session.settings import DeliverySettings
from edge.sync.session.standstill import ROOM_MESSAGES
from tests.sync.world import World, sent_seqs


def test_what_a_broker_dropped_is_sent_again_before_anything_new() -> None:
    """It takes everything while the central system is away, keeps some, and tells nobody."""
    # given: a backlog, more than may go ahead, and a central system that is away for a while
    world = World(DeliverySettings(ahead_messages=100))
    world.connect()
    world.grow(9_000)
    while world.sent:
        world.answer()
    world.wait(5)

    # when: it is back, and gets the ten messages that the broker kept
    kept = [world.at_broker.popleft() for _ in range(10)]
    world.at_broker.clear()
    world.at_broker.extend(kept)
    while world.at_broker:
        world.pass_on()
    world.acknowledge()

    # then: nothing new goes, for it would come before what was dropped; only the first one again
    assert sent_seqs(world) == [1]
    world.answer()
    assert not world.sent

    # when: nothing more comes, and the time in which it would is over
    world.wait(3)

    # then: all follows from the first number that is missing, and in order
    assert sent_seqs(world)[0] == world.upto + 1
    world.settle_down()
    assert list(world.stored) == list(range(1, 9_001))


def test_a_central_system_that_was_only_slow_is_sent_hardly_anything_twice() -> None:
    # given: it is away for a while, and the broker keeps everything
    world = World(DeliverySettings(ahead_messages=100))
    world.connect()
    world.grow(9_000)
    went: list[int] = []
    while world.sent:
        went += sent_seqs(world)[:1]
        world.answer()
    world.wait(5)

    # when: it stores one message after another
    while world.upto < 9_000:
        while world.sent:
            went += sent_seqs(world)[:1]
            world.answer()
        world.pass_on()
        world.wait(1)
        world.acknowledge()

    # then: all went once, and in order; but what it was asked with went twice
    assert went.count(1) == 2
    later = [first for first in went if first > 1]
    assert later == sorted(set(later))


def test_a_central_system_that_has_lost_its_queue_gets_it_again() -> None:
    """It comes back with a new session, and nothing new happens that would show it the gap."""
    # given
    world = World()
    world.connect()
    world.grow(200)
    while world.sent:
        world.answer()
    world.at_broker.clear()

    # when: it is there again before anybody calls it absent
    seconds = 0
    while world.upto < 200:
        world.wait(1)
        while world.sent:
            world.answer()
        while world.at_broker:
            world.pass_on()
        world.acknowledge()
        seconds += 1

    # then
    assert seconds < 10
    assert "central-absent" not in world.alarms or world.alarms["central-absent"] is None


def test_whoever_only_listens_is_told_what_happens_as_long_as_it_is_little() -> None:
    # given: a central system that acknowledges nothing
    world = World()
    world.connect()
    world.grow(3)
    while world.sent:
        world.answer()

    # when: something happens much later, before anybody calls it absent
    world.wait(20)
    world.grow(2)

    # then: it is sent, and only that
    assert sent_seqs(world) == [4, 5]


class BrokerWithLittleRoom:
    """Keeps a few messages for a central system that is away, and drops the rest."""

    def __init__(self, world: World, keeps_messages: int) -> None:
        self._world = world
        self._keeps_messages = keeps_messages
        self.arrived: list[int] = []

    def pass_time(self, seconds: int, *, is_away: bool) -> None:
        """Messages go through, or are kept as far as there is room."""
        for _ in range(4 * seconds):
            self._world.wait(0.25)
            while self._world.sent:
                self._world.answer()
                if is_away and len(self._world.at_broker) > self._keeps_messages:
                    self._world.at_broker.pop()
            if not is_away:
                self._deliver()

    def _deliver(self) -> None:
        if not self._world.at_broker:
            return
        while self._world.at_broker:
            known = len(self._world.stored)
            self._world.pass_on()
            self.arrived += list(self._world.stored)[known:]
        self._world.acknowledge()


@given(
    keeps_messages=st.integers(ROOM_MESSAGES, 90),
    days=st.lists(
        st.tuples(st.integers(0, 400), st.integers(3, 40), st.integers(0, 12)),
        min_size=1,
        max_size=4,
    ),
)
def test_no_fact_comes_before_one_that_a_broker_dropped(
    keeps_messages: int, days: list[tuple[int, int, int]]
) -> None:
    # given: a gateway that tells nothing ahead of its turn, and a broker with some room
    world = World(DeliverySettings(ahead_messages=100, lane_opens_facts=1_000_000))
    broker = BrokerWithLittleRoom(world, keeps_messages)
    world.connect()

    # when: the central system leaves and returns again and again, and facts happen all the while
    for facts, away_s, there_s in days:
        world.grow(facts)
        broker.pass_time(away_s, is_away=True)
        world.grow(facts // 3)
        broker.pass_time(there_s, is_away=False)
    broker.pass_time(60, is_away=False)

    # then: everything has come, and each fact behind all before it
    assert broker.arrived == list(range(1, len(world.facts) + 1))
