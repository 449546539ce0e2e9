"""One connection, played message by message: what a reader may do, and what becomes of it."""

import struct
from collections.abc import Callable

import pytest

from drivers.llrp.attempt import VENDORS, Attempt, Wish
from drivers.llrp.outputs import Reads
from drivers.llrp.phase import Phase
from drivers.llrp.vendors import GENERIC, IMPINJ
from tests.drivers.llrp.llrp_bytes import Tag, message, report, tlv
from tests.drivers.llrp.peer import capabilities, status
from tests.drivers.llrp.playing import play, running

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
