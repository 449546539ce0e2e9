"""A scanner's packets: each code once, each packet answered, whatever the line does to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.serial.codes import BOUNCE_US, CAP_BYTES, CodeForm
from drivers.serial.ssi import BROKEN_OFF_US, SsiFramer

ACKNOWLEDGED = bytes.fromhex("04d00400ff28")
SEND_AGAIN = bytes.fromhex("05d1040001ff25")
CODE_128, GS1_128, DATA_BAR, GS1_DATA_MATRIX = 0x03, 0x0F, 0x30, 0xC1
AGAIN, MORE = 1, 2
SECOND_US = 1_000_000


def packet(opcode: int, data: bytes = b"", status: int = 0, source: int = 0) -> bytes:
    body = bytes((4 + len(data), opcode, source, status)) + data
    return body + (0x10000 - sum(body)).to_bytes(2, "big")


def decoded(code: bytes, kind: int = CODE_128, status: int = 0) -> bytes:
    return packet(0xF3, bytes((kind,)) + code, status)


def test_a_packet_gives_its_code_and_is_acknowledged() -> None:
    framer = SsiFramer()

    assert framer.feed(decoded(b"A-01"), SECOND_US) == ["A-01"]
    assert framer.answer() == ACKNOWLEDGED
    assert framer.answer() == b""


def test_the_scanner_is_woken_and_asked_for_packets() -> None:
    assert SsiFramer().greeting() == b"\0" + bytes.fromhex("07c60400ffee01fd41")


def test_a_packet_that_was_acknowledged_in_vain_is_dropped_and_acknowledged_again() -> None:
    """However late: the scanner may wait for two seconds before it repeats."""
    framer = SsiFramer()
    framer.feed(decoded(b"4006381333931"), SECOND_US)
    framer.answer()

    assert framer.feed(decoded(b"4006381333931", status=AGAIN), 4 * SECOND_US) == []
    assert framer.answer() == ACKNOWLEDGED
    assert framer.counters.retransmitted == 1
    assert framer.feed(decoded(b"4006381333931"), 8 * SECOND_US) == ["4006381333931"]


def test_a_packet_that_was_spoilt_is_asked_for_again_and_then_taken() -> None:
    framer = SsiFramer()
    spoilt = bytearray(decoded(b"A-01"))
    spoilt[6] ^= 4

    assert framer.feed(bytes(spoilt), SECOND_US) == []
    assert framer.answer() == SEND_AGAIN
    assert framer.feed(decoded(b"A-01", status=AGAIN), SECOND_US + BROKEN_OFF_US) == ["A-01"]
    assert framer.answer() == ACKNOWLEDGED
    assert framer.counters.retransmitted == 0


def test_the_same_code_at_once_is_the_triggers_bounce_in_packets_too() -> None:
    framer = SsiFramer()

    framer.feed(decoded(b"A-01"), SECOND_US)
    assert framer.feed(decoded(b"A-01"), SECOND_US + BOUNCE_US - 1) == []
    assert framer.counters.bounced == 1


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        (GS1_128, b"0109521234000013", "]C10109521234000013"),
        (DATA_BAR, b"0109521234000013", "]e00109521234000013"),
        (GS1_DATA_MATRIX, b"010952123400001321A\x1d10L", "]d2010952123400001321A\x1d10L"),
        (GS1_128, b"]C10109521234000013", "]C10109521234000013"),
        (CODE_128, b"0109521234000013", "0109521234000013"),
    ],
)
def test_a_gs1_symbol_is_told_by_its_identifier(kind: int, data: bytes, code: str) -> None:
    assert SsiFramer().feed(decoded(data, kind), SECOND_US) == [code]


def test_a_code_in_several_packets_is_one() -> None:
    framer = SsiFramer()

    assert framer.feed(decoded(b"x" * 200, GS1_128, status=MORE), SECOND_US) == []
    assert framer.answer() == ACKNOWLEDGED
    assert framer.feed(decoded(b"x" * 200, GS1_128, status=MORE | AGAIN), SECOND_US) == []
    assert framer.feed(decoded(b"END", GS1_128), SECOND_US) == ["]C1" + "x" * 200 + "END"]


def test_a_code_without_end_is_thrown_away() -> None:
    framer = SsiFramer()
    for number in range(CAP_BYTES // 200 + 1):
        assert framer.feed(decoded(b"%03d" % number + b"x" * 200, status=MORE), number) == []

    assert framer.counters.overlong > CAP_BYTES
    assert framer.feed(decoded(b"A-01"), SECOND_US) == ["A-01"]


def test_prefix_suffix_and_printed_fnc1_are_as_with_lines() -> None:
    framer = SsiFramer(CodeForm("S:", "#", "~"))

    assert framer.feed(decoded(b"S:01095~10L#"), SECOND_US) == ["01095\x1d10L"]


def test_answers_of_the_scanner_are_not_answered() -> None:
    framer = SsiFramer()

    framer.feed(packet(0xD0) + packet(0xD1, b"\x06"), SECOND_US)

    assert framer.answer() == b""
    assert framer.counters.skipped == 0


def test_a_packet_behind_noise_is_found() -> None:
    framer = SsiFramer()
    framer.feed(b"\xff\xf3\0\0half", 0)

    codes = framer.feed(decoded(b"A-01"), BROKEN_OFF_US // 2)
    codes += framer.idle(2 * BROKEN_OFF_US)

    assert codes == ["A-01"]
    assert framer.answer() == ACKNOWLEDGED


def test_half_a_packet_and_half_a_code_join_nothing_after_a_loss() -> None:
    framer = SsiFramer()
    framer.feed(decoded(b"4006381", status=MORE) + decoded(b"3339")[:6], SECOND_US)

    framer.reset()

    assert framer.feed(decoded(b"A-01"), 2 * SECOND_US) == ["A-01"]
    assert framer.counters.partial == 1


@given(st.lists(st.binary(max_size=60), max_size=20), st.integers(0, 300_000))
def test_any_bytes_are_survived_and_the_next_packet_is_read(
    pieces: list[bytes], gap_us: int
) -> None:
    framer = SsiFramer()
    for number, piece in enumerate(pieces):
        framer.feed(piece, number * gap_us)
    end_us = len(pieces) * gap_us + BROKEN_OFF_US
    framer.idle(end_us)
    framer.reset()

    assert framer.feed(decoded(b"THE-NEXT"), end_us + SECOND_US) == ["THE-NEXT"]


@given(st.data())
def test_codes_are_the_same_however_the_packets_are_cut(data: st.DataObject) -> None:
    stream = b"".join(decoded(b"TOTE-%d" % number) for number in range(5))
    framer, at, found = SsiFramer(), 0, []
    while at < len(stream):
        size = data.draw(st.integers(1, 9))
        found += framer.feed(stream[at : at + size], SECOND_US)
        at += size

    assert found == [f"TOTE-{number}" for number in range(5)]
