"""A fact that was set aside is sent whole once more, beside the stream, once for each press."""

import json

import pytest

from edge.sync.session.phases import Fetch, FetchAgain, Output, Publish, SentAgain, SetAside
from tests.sync.world import (
    BAD_FORMAT,
    FORBIDDEN,
    NOBODY,
    OK,
    QUOTA,
    UTC_US,
    World,
    event_of,
)


class Counter(World):
    """A world in which the central system has fact 3 without its data, and all the others."""

    def __init__(self) -> None:
        super().__init__()
        self.connect()
        self.grow(4)
        while self.sent:
            is_poison = (
                b'"seq":3' in self.sent[0].payload and b"withheld" not in self.sent[0].payload
            )
            self.answer(BAD_FORMAT if is_poison else OK)
            self.pass_on()
            self.acknowledge()
        assert self.set_aside == [3]

    def press(self, seq: int = 3) -> list[Output]:
        """A person has it sent again; the journal answers."""
        (asked,) = self.delivery.send_again(seq, self.now_us)
        assert asked == FetchAgain(seq)
        return self.delivery.fetched_again(seq, self.facts[seq - 1], UTC_US)


def published(outputs: list[Output]) -> Publish:
    (message,) = outputs
    assert isinstance(message, Publish)
    return message


def test_a_press_sends_the_fact_with_its_data_and_nothing_else() -> None:
    world = Counter()
    message = published(world.press())

    envelope = json.loads(message.payload)
    assert (envelope["seq"], envelope["type"]) == (3, event_of(3).type)
    assert envelope["data"]["reason"] == "x" * 10
    assert SentAgain(3) in world.delivery.puback(message.token, OK, world.now_us)
    assert world.delivery.in_flight == 0
    assert world.delivery.acknowledged_seq == 4


@pytest.mark.parametrize("reason_code", [BAD_FORMAT, FORBIDDEN, NOBODY, QUOTA])
def test_whatever_the_broker_says_against_it_puts_it_aside_and_the_stream_goes_on(
    reason_code: int,
) -> None:
    world = Counter()
    message = published(world.press())

    told = world.delivery.puback(message.token, reason_code, world.now_us)

    aside = [one for one in told if isinstance(one, SetAside)]
    assert [(one.seq, one.kind) for one in aside] == [(3, event_of(3).type)]
    world.grow(2)
    world.settle_down()
    assert world.delivery.unsent == 0
    assert world.set_aside == [3]


def test_a_fact_that_breaks_the_connection_breaks_it_once_for_each_press() -> None:
    world = Counter()
    published(world.press())

    world.lose()
    assert world.set_aside == [3, 3]
    world.connect()
    world.wait(60)

    assert not world.sent
    assert b'"seq":3' in published(world.press()).payload


def test_a_press_without_a_connection_waits_for_one() -> None:
    world = Counter()
    world.lose()
    assert world.delivery.send_again(3, world.now_us) == []
    assert world.delivery.send_again(3, world.now_us) == []

    told = world.delivery.connected(world.now_us, 20, 10**6)

    assert told == [FetchAgain(3)]
    assert world.delivery.disconnected() == []
    assert world.delivery.connected(world.now_us, 20, 10**6) == [FetchAgain(3)]


def test_several_are_sent_one_after_the_other() -> None:
    world = Counter()
    message = published(world.press())
    assert world.delivery.send_again(2, world.now_us) == []

    told = world.delivery.puback(message.token, OK, world.now_us)

    assert told == [SentAgain(3), FetchAgain(2)]


def test_what_the_journal_does_not_give_or_no_packet_holds_lies_aside_with_that_reason() -> None:
    world = Counter()
    world.delivery.send_again(3, world.now_us)
    (told,) = world.delivery.fetched_again(3, None, UTC_US)
    assert isinstance(told, SetAside)
    assert "the journal did not give it" in told.reason
    world.lose()
    world.connect(packet_max=2_100)

    (told,) = world.press()

    assert isinstance(told, SetAside)
    assert "2100" in told.reason


def test_a_letter_never_makes_the_central_system_count_as_absent() -> None:
    """It acknowledged all of them long ago, and will not do so again."""
    world = Counter()
    message = published(world.press())
    world.delivery.puback(message.token, OK, world.now_us)

    world.wait(300)

    assert world.alarms.get("central-absent") is None
    assert not [one for one in world.fetches if isinstance(one, Fetch)]
