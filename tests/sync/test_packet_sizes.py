"""A broker with a limit that it does not tell: batches shrink until they fit."""

import pytest

from edge.sync.session.phases import PACKET_TOO_LARGE, Verdict, verdict_of
from edge.sync.session.sizes import SMALL_BYTES
from tests.sync.world import World

PUBACK = {
    0x00: Verdict.TAKEN,
    0x10: Verdict.NOBODY_LISTENS,
    0x80: Verdict.LATER,
    0x83: Verdict.LATER,
    0x87: Verdict.FORBIDDEN,
    0x90: Verdict.POISON,
    0x91: Verdict.LATER,
    0x97: Verdict.LATER,
    0x99: Verdict.POISON,
}
"""Every reason code that a PUBACK may bear (MQTT 5.0, section 3.4.2.1)."""


def deliver(world: World, bytes_max: int) -> int:
    """The broker ends the connection at each message over its limit; how often it did."""
    refused = 0
    for _ in range(200):
        world.connect()
        while world.sent:
            if len(world.sent[0].payload) > bytes_max:
                refused += 1
                world.lose(PACKET_TOO_LARGE)
                break
            world.answer()
            world.pass_on()
            world.acknowledge()
        if world.is_up and world.delivery.unsent == 0:
            return refused
    pytest.fail(f"{world.delivery.unsent} facts are still not delivered")


@pytest.mark.parametrize("bytes_max", [5_000, 9_000, 20_000, 50_000])
def test_batches_shrink_until_they_fit_and_no_fact_loses_its_data(bytes_max: int) -> None:
    world = World(sizes=dict.fromkeys(range(1, 101), 3_500))
    world.grow(100)

    refused = deliver(world, bytes_max)

    assert world.upto == 100
    assert world.set_aside == []
    assert refused <= 5


def test_a_fact_that_cannot_go_even_alone_is_set_aside_and_the_stream_goes_on() -> None:
    world = World(sizes={3: 30_000, 7: 12_000, 8: 12_000})
    world.grow(40)

    refused = deliver(world, 20_000)

    assert world.set_aside == [3]
    held_back = [seq for seq, event in world.stored.items() if "withheld" in str(event["data"])]
    assert held_back == [3]
    assert world.upto == 40
    assert refused <= 4


def test_small_messages_are_never_given_up_for_their_size() -> None:
    world = World()
    world.grow(3)
    for _ in range(20):
        world.connect()
        assert max(len(one.payload) for one in world.sent) <= SMALL_BYTES
        world.lose(PACKET_TOO_LARGE)
    assert world.set_aside == []
    assert deliver(world, SMALL_BYTES) == 0
    assert world.upto == 3


@pytest.mark.parametrize("reason_code", range(256))
def test_every_answer_of_a_broker_has_a_meaning(reason_code: int) -> None:
    """What the standard does not name is taken below 0x80, and tried again above."""
    unnamed = Verdict.TAKEN if reason_code < 0x80 else Verdict.LATER
    assert verdict_of(reason_code) is PUBACK.get(reason_code, unnamed)
