"""What breaks on a connection, and what of it is told: the next message is served."""

import struct

import pytest

from drivers.driver import DeviceEvent, EventKind
from drivers.llrp.answers import GREETINGS, OTHERS_ATTEMPT
from drivers.llrp.outputs import Reads
from drivers.llrp.phase import Phase
from tests.drivers.llrp.llrp_bytes import Tag, custom, message, report, tlv, tv
from tests.drivers.llrp.peer import greeting, status
from tests.drivers.llrp.playing import ARRIVED_US, SECOND_US, play, running


@pytest.mark.parametrize(
    "garbage",
    [
        "043d 00000000 00000001",
        "043d 00000001 00000001",
        "043d 00000009 00000001",
        "043d 00100001 00000001",
        "043d ffffffff 00000001",
        "1c3e 0000000a 00000001",
        "ffff ffffffff ffffffff",
    ],
)
def test_a_broken_stream_ends_the_connection_with_its_reason(garbage: str) -> None:
    made = running()

    told = made.receive(report(Tag()) + bytes.fromhex(garbage) + report(Tag()))

    assert isinstance(told[0], Reads)
    assert len(told[0].batch) == 1
    assert "broken stream" in made.over
    assert made.receive(report(Tag())) == []


@pytest.mark.parametrize(
    "bad",
    [
        message(61, tlv(240, b"\x8d" + bytes(5))),  # a TV field cut short
        message(61, tlv(240, b"\x8d" + bytes(12) + b"\xfe\x00")),  # unknown TV type
        message(61, struct.pack("!HH", 240, 400) + bytes(20)),  # parameter too long
        message(61, struct.pack("!HH", 240, 0) + bytes(20)),
        message(61, struct.pack("!HH", 240, 3) + bytes(20)),
        message(61, tlv(240, b"\x00\xf1\x00\x0a\x00\x60" + bytes(4))),  # EPC cut short
        message(555, b"x"),  # unknown type
        message(63, tlv(246, b"\x00")),
        message(100, b""),
        message(1023, b"\x00"),
        message(1023, struct.pack("!IB", 25882, 22)),
        message(4 + 1000),
    ],
)
def test_a_bad_message_costs_itself_and_the_next_ones_are_served(bad: bytes) -> None:
    made = running()

    made.receive(bad + report(Tag()) + message(62, message_id=3))

    assert made.session.phase is Phase.RUNNING
    assert made.session.counters.reads == 1
    assert [one["id"] for one in made.requests()] == [3]


def test_a_legal_event_with_singulation_details_is_no_fault() -> None:
    """AISpecEvent, event type and protocol outside the enumerations, as real readers send."""
    made = running()
    details = b"\x92" + struct.pack("!HH", 5, 7)
    event = tlv(254, struct.pack("!BIH", 1, 1, 1) + details)

    made.receive(message(63, tlv(246, tlv(129, struct.pack("!Q", 5)) + event), 0))

    assert made.session.phase is Phase.RUNNING
    assert made.session.counters.errors == 0


def test_a_reader_that_closes_is_told() -> None:
    made = running()

    made.receive(message(63, tlv(246, tlv(128, bytes(8)) + tlv(257)), 0))

    assert made.over == "the reader closed the connection"


def test_another_client_s_reader_is_not_fought_over() -> None:
    made = play()

    made.receive(greeting(2))

    assert "another client" in made.over
    assert made.requests() == []


def test_another_client_s_attempt_is_told_and_reading_goes_on() -> None:
    made = running()

    (told,) = made.receive(greeting(4))

    assert isinstance(told, DeviceEvent)
    assert (told.kind, told.detail) == (EventKind.EXCEPTION, GREETINGS[OTHERS_ATTEMPT])
    assert made.session.phase is Phase.RUNNING


@pytest.mark.parametrize("epoch_us", [0, 946_684_800_000_000])
def test_reads_of_a_reader_without_set_clock_count_as_seen_on_arrival(epoch_us: int) -> None:
    made = play()
    made.peer.greeting = lambda: greeting(stamp=tlv(128, struct.pack("!Q", epoch_us + SECOND_US)))
    made.set_up()

    (told,) = made.receive(report(Tag(last_utc=epoch_us + SECOND_US + 5)))

    assert isinstance(told, Reads)
    assert told.batch.seen_us.tolist() == [ARRIVED_US]
    assert told.batch.last_seen_us.tolist() == [epoch_us + SECOND_US + 5]


def test_reads_with_uptime_are_dated_from_the_greeting() -> None:
    made = play()
    made.peer.greeting = lambda: greeting(stamp=tlv(129, struct.pack("!Q", 60 * SECOND_US)))
    made.set_up()
    made.now_us = 3 * SECOND_US
    tag = Tag(first_utc=None, last_utc=None, last_uptime=61 * SECOND_US)

    (told,) = made.receive(report(tag))

    assert isinstance(told, Reads)
    assert told.batch.seen_us.tolist() == [ARRIVED_US + SECOND_US]


def test_an_error_message_in_mid_flight_is_counted_and_read_on() -> None:
    made = running()

    made.receive(message(100, status(105, "M_UnexpectedMessage"), 5) + report(Tag()))

    assert made.session.counters.reads == 1
    assert "105 M_UnexpectedMessage" in made.session.errors[-1]


def test_errors_are_kept_in_bounded_number() -> None:
    made = running()
    for _ in range(500):
        made.receive(message(555))

    assert made.session.counters.errors == 500
    assert len(made.session.errors) == 20


def test_antennas_up_to_52_and_unknown_numbers_are_served() -> None:
    made = running(antennas=(52,))
    tag = Tag(antenna=52, extra=tv(17, "H", 4) + custom(161, 9, b"zebra"))

    (told,) = made.receive(report(tag))

    assert isinstance(told, Reads)
    assert told.batch.antenna.tolist() == [52]
    assert made.up.antennas == (52,)
