"""One connection, played message by message: what a reader may do, and what becomes of it."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from drivers.driver import DeviceEvent, EventKind
from drivers.llrp.answers import GREETINGS, OTHERS_ATTEMPT
from drivers.llrp.attempt import VENDORS, Attempt, Wish
from drivers.llrp.decode import decode_stream
from drivers.llrp.framing import KEEPALIVE_ACK, Frame, FrameSplitter
from drivers.llrp.messages import decode_frame
from drivers.llrp.outputs import Output, Over, Reads, Up
from drivers.llrp.session import Phase, Session
from drivers.llrp.settings import LlrpSettings
from drivers.llrp.vendors import GENERIC, IMPINJ
from tests.drivers.llrp.llrp_bytes import Tag, custom, message, report, tlv, tv
from tests.drivers.llrp.peer import Peer, capabilities, greeting, status

ARRIVED_US = 1_700_000_001_000_000
SECOND_US = 1_000_000


@dataclass
class Play:
    """A session and its reader, without wire or clock."""

    session: Session
    peer: Peer = field(default_factory=Peer)
    now_us: int = 0
    told: list[Output] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)

    def receive(self, data: bytes) -> list[Output]:
        """The reader sends; gives what the session tells at once."""
        found = self.session.receive(data, self.now_us, ARRIVED_US + self.now_us)
        self.told += found
        return found

    def requests(self) -> list[dict[str, Any]]:
        """What the session wants to send by now."""
        found = list(decode_stream(self.session.to_send(), "bin"))
        self.sent += found
        return found

    def wait(self, seconds: float) -> list[Output]:
        """Time passes, in steps of 100 ms."""
        found = []
        for _ in range(round(seconds * 10)):
            self.now_us += 100_000
            found += self.session.tick(self.now_us)
        self.told += found
        return found

    def set_up(self, between: Callable[[], bytes] = bytes) -> None:
        """Greet and answer everything as the peer does; `between` comes before each answer."""
        self.receive(self.peer.greeting())
        while request := self.session.to_send():
            for frame in FrameSplitter().feed(request):
                assert isinstance(frame, Frame)
                self.sent.append(decode_frame(frame))
                if frame.type == KEEPALIVE_ACK:
                    continue
                self.peer.requests.append((frame.type, frame.body))
                self.receive(between())
                self.receive_if_any(self.peer.answer(frame.type, frame.body, frame.message_id))

    def receive_if_any(self, data: bytes | None) -> None:
        """As `receive`, where the reader does send."""
        if data:
            self.receive(data)

    def names(self) -> list[str]:
        """The requests that were sent, by name."""
        return [one["message"] for one in self.sent]

    @property
    def up(self) -> Up:
        """The one time that it came up."""
        (found,) = [one for one in self.told if isinstance(one, Up)]
        return found

    @property
    def over(self) -> str:
        """The reason for which it ended, once."""
        (found,) = [one for one in self.told if isinstance(one, Over)]
        return found.reason


def play(attempt: Attempt | None = None, **changes: object) -> Play:
    values: dict[str, object] = {"device": "dock", "host": "reader", "version": "1.0.1"}
    settings = LlrpSettings(**(values | changes))  # type: ignore[arg-type]
    return Play(Session(settings, attempt or Attempt(), 0))


def running(**changes: object) -> Play:
    made = play(**changes)
    made.set_up()
    assert made.session.phase is Phase.RUNNING
    return made


# -- set-up


def test_a_reader_is_asked_for_all_that_locating_needs() -> None:
    made = running(antennas=(1, 2), power_dbm=24.9, mode=1000, session=1, population=64)

    assert made.names() == [
        "CUSTOM_MESSAGE",
        "GET_READER_CAPABILITIES",
        "ENABLE_EVENTS_AND_REPORTS",
        "SET_READER_CONFIG",
        "DELETE_ACCESSSPEC",
        "DELETE_ROSPEC",
        "ADD_ROSPEC",
        "ENABLE_ROSPEC",
        "GET_READER_CONFIG",
        "GET_ROSPECS",
    ]
    rospec = next(one for one in made.sent if one["message"] == "ADD_ROSPEC")["ROSpec"]
    reporting = rospec["ROReportSpec"]
    wanted = reporting["TagReportContentSelector"]
    assert reporting["N"] == 1
    assert [name for name, value in wanted.items() if value == 1] == [
        "EnableAntennaID",
        "EnableChannelIndex",
        "EnablePeakRSSI",
        "EnableFirstSeenTimestamp",
        "EnableLastSeenTimestamp",
        "EnableTagSeenCount",
    ]
    one, two = rospec["AISpec"]["InventoryParameterSpec"]["AntennaConfiguration"]
    assert (one["AntennaID"], two["AntennaID"]) == (1, 2)
    assert one["RFTransmitter"]["TransmitPower"] == 61  # 25 dBm in steps of 0.25 from 10
    assert one["RFTransmitter"]["HopTableID"] == 3
    command = one["C1G2InventoryCommand"]
    assert command["C1G2RFControl"] == {"ModeIndex": 1000, "Tari": 0}
    assert command["C1G2SingulationControl"]["Session"] == 1
    assert command["C1G2SingulationControl"]["TagPopulation"] == 64
    keepalive = next(one for one in made.sent if one["message"] == "SET_READER_CONFIG")
    assert keepalive["KeepaliveSpec"] == {"KeepaliveTriggerType": 1, "PeriodicTriggerValue": 5000}
    assert made.up.vendor is IMPINJ


def test_without_antennas_all_that_the_reader_has_are_read() -> None:
    made = running()

    rospec = next(one for one in made.sent if one["message"] == "ADD_ROSPEC")["ROSpec"]
    assert rospec["AISpec"]["AntennaIDs"] == [0]
    assert made.up.antennas == (1, 2, 3, 4)


def test_reports_of_many_tags_have_a_time_limit_if_one_is_set() -> None:
    made = running(report_every=50, report_after_ms=200)

    rospec = next(one for one in made.sent if one["message"] == "ADD_ROSPEC")["ROSpec"]
    assert rospec["ROReportSpec"]["N"] == 50
    assert rospec["AISpec"]["AISpecStopTrigger"] == {
        "AISpecStopTriggerType": 1,
        "DurationTrigger": 200,
    }


@pytest.mark.parametrize("told", [capabilities(band=False), b"", b"\x00\x89\x00\x02", b"\xff"])
def test_a_reader_that_tells_little_or_nonsense_of_itself_reads_all_the_same(told: bytes) -> None:
    made = play(antennas=(1,), power_dbm=30.0, mode=1000)
    made.peer.capabilities = told

    made.set_up()

    assert made.session.phase is Phase.RUNNING
    assert made.up.antennas == (1,)


def test_reports_are_held_while_the_link_is_down_where_the_reader_can() -> None:
    made = play()
    made.peer.capabilities = capabilities(holding=True)

    made.set_up()

    config = next(one for one in made.sent if one["message"] == "SET_READER_CONFIG")
    assert config["EventsAndReports"] == 1


@pytest.mark.parametrize(
    "refusal",
    [
        lambda number: message(100, status(109, "unsupported"), number),
        lambda number: message(1023, struct.pack("!IB", 25882, 22) + status(101, "no"), number),
    ],
    ids=["by an error message", "by its own answer"],
)
def test_without_vendor_extensions_the_reader_is_set_up_plainly(
    refusal: Callable[[int], bytes],
) -> None:
    made = play()
    made.peer.answer = lambda kind, body, number: (
        refusal(number) if kind == 1023 else made.peer.usual(kind, body, number)
    )

    made.set_up()

    assert made.up.vendor is GENERIC
    assert made.session.attempt == Attempt(frozenset({Wish.EXTENSIONS}), ran=True)
    rospec = next(one for one in made.sent if one["message"] == "ADD_ROSPEC")["ROSpec"]
    assert "Custom" not in rospec["ROReportSpec"]


def test_a_vendor_request_that_is_never_answered_is_given_up_on_the_same_connection() -> None:
    made = play()
    made.peer.answer = lambda kind, body, number: (
        None if kind == 1023 else made.peer.usual(kind, body, number)
    )
    made.set_up()

    assert made.wait(5.2) == []
    made.set_up()  # the greeting's repetition answers nothing

    assert made.up.vendor is GENERIC


def test_a_refused_rospec_is_asked_again_for_less_and_less() -> None:
    made = play(antennas=(1, 2, 7), power_dbm=30.0)
    refused: list[int] = []

    def answer(kind: int, body: bytes, number: int) -> bytes | None:
        if kind == 20 and len(refused) < 3:
            refused.append(number)
            return message(30, status(100, "M_ParameterError"), number)
        return made.peer.usual(kind, body, number)

    made.peer.answer = answer
    made.set_up()

    assert made.up.antennas == (1, 2)
    refused_for_good = {Wish.BEYOND, Wish.FIELDS, Wish.EXTENSIONS}
    refused_for_good |= {Wish.POWER, Wish.MODE, Wish.SINGULATION}
    assert made.session.attempt == Attempt(frozenset(refused_for_good), ran=True)
    rospecs = [one["ROSpec"] for one in made.sent if one["message"] == "ADD_ROSPEC"]
    assert [spec["AISpec"]["AntennaIDs"] for spec in rospecs] == [[1, 2, 7], *[[1, 2]] * 3]
    assert "AntennaConfiguration" not in rospecs[-1]["AISpec"]["InventoryParameterSpec"]


@pytest.mark.parametrize(
    ("kind", "name"), [(1, "CAPABILITIES"), (3, "SET_READER_CONFIG"), (24, "ENABLE_ROSPEC")]
)
def test_a_reader_that_refuses_for_good_is_told_with_code_and_text(kind: int, name: str) -> None:
    made = play()
    made.peer.refuse = {kind: (101, "not today")}

    made.set_up()

    assert made.session.phase is Phase.OVER
    assert name in made.over
    assert "status 101 not today" in made.over


def test_a_passing_fault_of_the_reader_costs_no_vendor_field() -> None:
    made = play()
    failed: list[int] = []

    def answer(kind: int, body: bytes, number: int) -> bytes | None:
        if kind == 20 and not failed:
            failed.append(number)
            return message(100, status(401, "R_DeviceError"), number)
        return made.peer.usual(kind, body, number)

    made.peer.answer = answer
    made.set_up()

    assert made.up.vendor is IMPINJ


def test_deleting_what_is_not_there_may_be_refused() -> None:
    made = play()
    made.peer.refuse = {41: (101, "no AccessSpec"), 21: (101, "no ROSpec")}

    made.set_up()

    assert made.session.phase is Phase.RUNNING


def test_whatever_comes_between_answers_nothing() -> None:
    """Keepalives, events, reports, answers of another id, vendor chatter before each answer."""
    odd_event = tlv(254, struct.pack("!BIH", 1, 1, 1) + b"\x92\x00\x05\x00\x07")
    chatter = (
        message(62, message_id=0)
        + message(63, tlv(246, tlv(128, bytes(8)) + odd_event), 0)
        + report(Tag())
        + message(30, status(101, "stale"), 0)
        + message(1023, struct.pack("!IB", 25882, 99) + b"x", 0)
        + message(1023, struct.pack("!IB", 25882, 22) + status(101), 0)
        + message(100, status(109, "not yours"), 0)
        + message(555, b"unknown")
    )
    made = play()

    made.set_up(between=lambda: chatter)

    assert made.session.phase is Phase.RUNNING
    assert made.up.vendor is IMPINJ
    assert made.session.counters.reads == made.session.counters.keepalives == 10


def test_each_keepalive_is_acknowledged_with_its_own_id() -> None:
    made = running()

    made.receive(message(62, message_id=77) + message(62, message_id=78, version=2))

    assert [(one["message"], one["id"], one["version"]) for one in made.requests()] == [
        ("KEEPALIVE_ACK", 77, 1),
        ("KEEPALIVE_ACK", 78, 2),
    ]


# -- time


def test_a_reader_that_does_not_greet_is_given_up() -> None:
    made = play()

    made.wait(5.2)

    assert "did not greet" in made.over


@pytest.mark.parametrize("kind", [1, 3, 41, 21, 20, 24])
def test_a_request_that_is_never_answered_is_given_up_after_its_limit(kind: int) -> None:
    made = play(Attempt(VENDORS))
    made.peer.answer = lambda one, body, number: (
        None if one == kind else made.peer.usual(one, body, number)
    )
    made.set_up()

    assert made.wait(4.9) == []
    made.wait(0.3)

    assert "within 5 s" in made.over


@pytest.mark.parametrize(("keepalive_ms", "noticed_s"), [(1_000, 1.5), (5_000, 7.5), (60_000, 10)])
def test_a_silent_reader_is_noticed(keepalive_ms: int, noticed_s: float) -> None:
    made = running(keepalive_ms=keepalive_ms)

    assert made.wait(noticed_s - 0.1) == []
    made.wait(0.3)

    assert "no byte" in made.over


def test_any_byte_is_a_sign_of_life() -> None:
    made = running(keepalive_ms=1_000)

    for byte in message(62):
        made.wait(1.2)
        made.receive(bytes([byte]))

    assert made.session.phase is Phase.RUNNING


def test_stopping_deletes_and_closes_and_waits_for_the_answer_only_briefly() -> None:
    for answered in (True, False):
        made = running()

        made.session.stop(made.now_us)
        requests = made.requests()
        if answered:
            made.receive(message(31, status(), 98) + message(4, status(), 99))
        else:
            made.wait(1.2)

        assert [one["message"] for one in requests] == ["DELETE_ROSPEC", "CLOSE_CONNECTION"]
        assert made.over == ""


def test_reads_that_come_while_closing_are_still_told() -> None:
    made = running()
    made.session.stop(made.now_us)

    (told,) = made.receive(report(Tag()))

    assert isinstance(told, Reads)


# -- what breaks


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
