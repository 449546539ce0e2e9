"""A broker drops what it has no room for and tells nobody: what goes, and what waits."""

from edge.sync.session.settings import DeliverySettings
from tests.sync.world import World, sent_seqs


def test_what_a_broker_dropped_is_sent_again_before_anything_new() -> None:
    """It takes everything while the central system is away, keeps some, and tells nobody."""
    # given: a backlog, more than may go ahead, and a central system that is away for a while
    world = World(DeliverySettings(ahead_messages=40))
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
    world = World(DeliverySettings(ahead_messages=40))
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
    world.grow(50)
    while world.sent:
        world.answer()
    world.at_broker.clear()

    # when: it is there again before anybody calls it absent
    seconds = 0
    while world.upto < 50:
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
