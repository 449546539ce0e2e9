"""A scanner's bytes become codes, each once, never two halves joined."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.serial.codes import BOUNCE_US, CAP_BYTES, CodeForm, is_doubled, is_joined
from drivers.serial.framing import IDLE_TERMINATED_US, IDLE_US, ScanFramer

SECOND_US = 1_000_000


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\t", b"\r\n\r\n"])
def test_any_usual_terminator_ends_a_code(end: bytes) -> None:
    framer = ScanFramer()

    assert framer.feed(b"]C101095060001343" + end, 0) == ["]C101095060001343"]
    assert framer.feed(b"4006381333931" + end, SECOND_US) == ["4006381333931"]


def test_a_code_without_terminator_ends_by_silence() -> None:
    framer = ScanFramer()

    assert framer.feed(b"4006381", 0) == []
    assert framer.feed(b"333931", 40_000) == []
    assert framer.idle(40_000 + IDLE_US - 1) == []
    assert framer.idle(40_000 + IDLE_US) == ["4006381333931"]
    assert framer.idle_after_us is None


def test_bytes_after_a_silence_begin_a_new_code() -> None:
    """The port's thread was late: the gap counts all the same."""
    framer = ScanFramer()
    framer.feed(b"A-01", 0)

    assert framer.feed(b"A-02\r", SECOND_US) == ["A-01", "A-02"]


def test_a_scanner_that_sends_terminators_is_waited_for() -> None:
    """A busy machine gets the second half of a code late; half a code is none."""
    framer = ScanFramer()
    framer.feed(b"A-01\r", 0)

    assert framer.feed(b"4006381", SECOND_US) == []
    assert framer.idle(SECOND_US + 3 * IDLE_US) == []
    assert framer.feed(b"333931\r", SECOND_US + 4 * IDLE_US) == ["4006381333931"]
    assert framer.feed(b"A-02", 2 * SECOND_US) == []
    assert framer.idle(2 * SECOND_US + IDLE_TERMINATED_US) == ["A-02"]


def test_fnc1_and_the_symbology_stay_in_the_code() -> None:
    raw = b"]d2010950600013433821AB\x1d10L1\r"

    assert ScanFramer().feed(raw, 0) == ["]d2010950600013433821AB\x1d10L1"]


def test_a_bouncing_trigger_counts_once() -> None:
    framer = ScanFramer()

    first = framer.feed(b"TOTE-17\r", 0)
    again = framer.feed(b"TOTE-17\r", BOUNCE_US - 1)
    later = framer.feed(b"TOTE-17\r", 2 * BOUNCE_US)
    other = framer.feed(b"TOTE-18\r", 2 * BOUNCE_US + 1)

    assert (first, again, later, other) == (["TOTE-17"], [], ["TOTE-17"], ["TOTE-18"])
    assert framer.counters.bounced == 1
    assert framer.counters.codes == 3


def test_a_code_that_bounces_on_and_on_counts_once() -> None:
    framer = ScanFramer()

    given_on = [framer.feed(b"X-1\r", number * 200_000) for number in range(10)]

    assert sum(map(len, given_on)) == 1


def test_two_captures_written_into_one_line_are_refused() -> None:
    framer = ScanFramer()

    assert framer.feed(b"4354210443542104\r", 0) == []
    assert framer.counters.doubled == 1


@pytest.mark.parametrize(
    ("code", "doubled"),
    [
        ("4354210443542104", True),
        ("]E040063813339314006381333931", True),
        ("]E04006381333931]E04006381333931", True),
        ("4006381333931", False),
        ("]E412341234", False),
        ("]E49638507496385074", True),
        ("1212", False),
        ("]C11212", False),
        ("", False),
    ],
)
def test_a_doubled_code_is_known_by_its_halves(code: str, *, doubled: bool) -> None:
    assert is_doubled(code) is doubled


@pytest.mark.parametrize(
    ("code", "joined"),
    [
        ("]E04006381333931]E04006381333948", True),
        ("]C101095011015300032112]d20109501101530010", True),
        ("]d2010950110153000321A1\x1d]d2010950110153001021A2", True),
        ("]d2010950110153000321A1\x1d10L1", False),
        ("]Q1a list[E0] in a free text", False),
        ("bin [A]E0", False),
        ("4006381333931", False),
    ],
)
def test_two_codes_in_one_line_are_known_by_the_second_symbology(
    code: str, *, joined: bool
) -> None:
    assert is_joined(code) is joined


def test_two_codes_whose_terminator_was_lost_are_refused_and_counted() -> None:
    framer = ScanFramer()

    assert framer.feed(b"]E04006381333931]E04006381333948\r]E04006381333948\r", 0) == [
        "]E04006381333948"
    ]
    assert framer.counters.joined == 1


def test_a_prefix_and_a_suffix_are_taken_away() -> None:
    framer = ScanFramer(CodeForm("S:", "#~"))

    codes = framer.feed(b"S:]C101095060001343#~\rplain\r\x02S:A-01#~\x03\n", 0)

    assert codes == ["]C101095060001343", "plain", "A-01"]


def test_a_suffix_and_a_prefix_inside_a_line_join_two_codes() -> None:
    framer = ScanFramer(CodeForm("S:", "#~"))

    assert framer.feed(b"S:4006381333931#~S:4006381333948#~\r", 0) == []
    assert framer.feed(b"S:A-01#~S:A-01#~\r", 1) == []
    assert framer.counters.joined == 2


def test_a_printed_sign_for_fnc1_becomes_the_separator() -> None:
    framer = ScanFramer(CodeForm(fnc1="~"))

    assert framer.feed(b"]C101095060001343~52~10L1\r", 0) == ["]C101095060001343\x1d52\x1d10L1"]


def test_an_endless_line_is_thrown_away_and_the_next_code_is_read() -> None:
    framer = ScanFramer()

    codes = framer.feed(b"x" * (3 * CAP_BYTES) + b"\rA-01\r", 0)

    assert codes == ["A-01"]
    assert framer.counters.overlong == 3 * CAP_BYTES


def test_half_a_code_never_joins_the_next() -> None:
    framer = ScanFramer()
    framer.feed(b"40063813", 0)
    framer.reset()

    assert framer.feed(b"33931\r", 10) == ["33931"]
    assert framer.counters.partial == 1


@given(st.lists(st.binary(max_size=40), max_size=20), st.integers(0, 200_000))
def test_any_bytes_give_codes_without_terminators(pieces: list[bytes], gap_us: int) -> None:
    framer = ScanFramer()
    codes = [
        code for number, piece in enumerate(pieces) for code in framer.feed(piece, number * gap_us)
    ]

    assert all(code and not set(code) & set("\r\n\t") for code in codes)


@given(st.lists(st.text("ABC123-", min_size=1, max_size=6), min_size=1, max_size=8), st.data())
def test_codes_are_the_same_however_the_bytes_are_cut(
    codes: list[str], data: st.DataObject
) -> None:
    stream = b"".join(code.encode() + b"\r\n" for code in codes)
    whole = ScanFramer()
    at_once = whole.feed(stream, 0)
    framer, at, found = ScanFramer(), 0, []
    while at < len(stream):
        size = data.draw(st.integers(1, 7))
        found += framer.feed(stream[at : at + size], 0)
        at += size

    assert found == at_once
