"""Tag reports become columns: the same reads by every way, and one fault costs one message."""

import base64
import json
import math
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.llrp import reports
from drivers.llrp.columns import read_record
from drivers.llrp.decode import decode_stream
from drivers.llrp.framing import FrameSplitter
from drivers.llrp.layout import walk_record
from drivers.llrp.reports import ReportDecoder
from tests.drivers.llrp.llrp_bytes import Tag, custom, message, report, tlv
from tests.drivers.llrp.tag_reports import (
    ARRIVED_US,
    close,
    decode,
    expected,
    rows,
    stamp,
    tags,
    u16,
)


@settings(max_examples=80)
@given(st.lists(st.lists(tags(), max_size=4), max_size=25))
def test_every_read_is_what_the_reader_wrote(messages: list[list[Tag]]) -> None:
    batch, errors = decode(b"".join(report(*tags) for tags in messages))

    assert errors == []
    assert close(rows(batch), [expected(tag) for tags in messages for tag in tags])


@settings(max_examples=40)
@given(
    tag=tags(),
    values=st.lists(st.tuples(u16, stamp), min_size=1, max_size=60),
    per=st.integers(1, 7),
)
def test_records_of_one_layout_read_the_same_quickly_and_one_by_one(
    tag: Tag, values: list[tuple[int, int]], per: int
) -> None:
    """The second batch takes the quick way: its layout is known from the first."""
    many = [
        tag.but(
            antenna=None if tag.antenna is None else number,
            last_utc=None if tag.last_utc is None else moment,
        )
        for number, moment in values
    ]
    stream = b"".join(report(*many[at : at + per]) for at in range(0, len(many), per))
    decoder = ReportDecoder("dock")
    slow, _ = decode(stream, decoder)
    assert decoder._latest is not None
    runs = [item for item in FrameSplitter().feed(stream) if isinstance(item, reports.ReportRun)]
    assert reports._same_layout(decoder._latest, runs) is not None

    quick, errors = decode(stream, decoder)

    assert errors == []
    assert rows(quick) == rows(slow)
    singly = [read_record(walk_record(one.encode()), one.encode()) for one in many]
    assert [bytes(one["epc"]) for one in singly] == [row["epc"] for row in rows(quick)]


def test_a_single_byte_that_is_no_value_is_never_taken_for_one() -> None:
    """Each byte of the second record is changed in turn; quick way and walk must agree."""
    good = Tag(phase=100).encode()
    for at in range(len(good)):
        for flip in (0x01, 0x80):
            changed = bytearray(good)
            changed[at] ^= flip
            stream = report(good) + report(bytes(changed)) + report(good)
            warm = ReportDecoder("dock")
            decode(report(good), warm)

            quick = decode(stream, warm)
            slow = decode(stream)

            assert rows(quick[0]) == rows(slow[0]), f"byte {at}"
            assert quick[1] == slow[1], f"byte {at}"


def test_a_bad_message_costs_only_itself() -> None:
    cut = tlv(240, b"\x8d" + bytes(5))
    stream = report(Tag(antenna=1)) + report(Tag(antenna=2), cut) + report(Tag(antenna=3))

    batch, errors = decode(stream)

    assert batch.antenna.tolist() == [1, 3]
    assert [error.offset for error in errors] == [len(report(Tag()))]
    assert "cut short" in errors[0].reason


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (tlv(240, b"\x8d" + bytes(5)), "13 is cut short"),
        (tlv(240, b"\x81\x00\x01"), "without EPC"),
        (tlv(240), "without EPC"),
        (tlv(240, b"\x8d" + bytes(12) + b"\x81"), "1 is cut short"),
        (tlv(240, b"\xff\x00\x00"), "unknown TV parameter type 127"),
        (tlv(240, b"\x00\xf1\x00\x03\x00"), "says 3 bytes"),
        (tlv(240, b"\x00\xf1\x00\x00\x00"), "says 0 bytes"),
        (tlv(240, b"\x00\xf1\x00\x06\x00\x60"), "cannot hold 96 bits"),
        (tlv(240, b"\x00\xf1\x00\x05\x00"), "EPCData of 5 bytes"),
        (tlv(240, b"\x00\xf1\x02\x06\x10\x01" + bytes(0x200)), "cannot hold"),
        (tlv(240, b"\x00\xf1\x02\x07\x10\x01" + bytes(0x201)), "above the limit"),
        (tlv(240, b"\x8d" + bytes(12) + custom(25882, 56, b"\x01")), "56 of vendor 25882 is cut"),
        (tlv(240, b"\x8d" + bytes(12) + custom(161, 709, b"\x01")), "709 of vendor 161 is cut"),
        (tlv(240, b"\x8d" + bytes(12) + tlv(1023, b"\x00\x00\x65")), "no vendor"),
        (struct.pack("!HH", 240, 3), "says 3 bytes"),
        (struct.pack("!HH", 240, 500) + b"\x8d" + bytes(12), "says 500 bytes"),
        (b"\x00\xf0", "2 bytes are left over"),
        (b"\x8d" + bytes(12), "outside a tag"),
    ],
)
def test_a_report_against_the_standard_is_refused_whole(body: bytes, words: str) -> None:
    for good in (0, 40):
        stream = report(Tag()) * good + message(61, body) + report(Tag()) * good

        batch, (error,) = decode(stream)

        assert words in error.reason
        assert error.offset == good * len(report(Tag()))
        assert len(batch) == 2 * good


def test_a_report_without_tags_is_a_sign_of_life() -> None:
    """Also when the layout is known already."""
    decoder = ReportDecoder("dock")
    for stream in (message(61), report(Tag()), message(61), message(61) * 200):
        batch, errors = decode(stream, decoder)

        assert len(batch) == (stream == report(Tag()))
        assert batch.epc.shape[1] == 12
        assert errors == []


def test_survey_and_custom_parameters_beside_the_tags_are_passed_over() -> None:
    body = tlv(242, b"\x89\x00\x00\x00\x01") + Tag().encode() + custom(25882, 1, b"abc")

    batch, errors = decode(message(61, body))

    assert len(batch) == 1
    assert errors == []


def test_the_padding_of_an_odd_epc_is_no_part_of_it() -> None:
    batch, _ = decode(report(Tag(epc=b"\xff", epc_bits=7)))

    assert batch.epc.tolist() == [[0xFE]]
    assert batch.epc_bits.tolist() == [7]


def test_short_epcs_are_padded_to_the_longest_of_the_batch() -> None:
    wide = Tag(epc=bytes(range(16)), epc_bits=128)

    batch, _ = decode(report(Tag(), wide))

    assert batch.epc.shape == (2, 16)
    assert batch.epc[0, 12:].tolist() == [0, 0, 0, 0]
    assert batch.epc_bits.tolist() == [96, 128]


@pytest.mark.parametrize(
    ("sent", "degrees"),
    [(0, 0.0), (0x4000, 90.0), (-0x4000, 270.0), (-24_364, 226.1646), (-1, 359.9945)],
)
def test_zebra_s_phase_counts_from_0_to_a_whole_turn(sent: int, degrees: float) -> None:
    """-24364 is what an FX9600 sent; its sign is the other half of the turn."""
    tag = Tag(extra=custom(161, 709, struct.pack("!h", sent)))
    one, _ = decode(report(tag))
    mixed, _ = decode(report(tag, Tag(), Tag(phase=1024)))

    assert math.degrees(one.phase_rad[0]) == pytest.approx(degrees, abs=1e-3)
    assert mixed.phase_rad[0] == one.phase_rad[0]
    assert math.isnan(mixed.phase_rad[1])
    assert mixed.phase_rad[2] == pytest.approx(math.pi / 2)


def test_impinj_values_have_their_units() -> None:
    batch, _ = decode(report(Tag(phase=1024, rssi_fine=-6350, doppler=-40)))

    assert batch.phase_rad[0] == pytest.approx(math.pi / 2)
    assert batch.rssi_dbm[0] == pytest.approx(-63.5)
    assert batch.doppler_hz[0] == -2.5


@pytest.mark.parametrize(
    ("wire", "phase_rad"),
    [
        (0, 0.0),
        (0x4000, math.pi / 2),
        (0x8000, math.pi),
        (0xC000, 3 * math.pi / 2),
        (0xFFFF, 6.28309),
    ],
)
def test_the_phase_of_a_zebra_reader_is_told_from_0_to_2_pi(wire: int, phase_rad: float) -> None:
    """On the wire it counts from -pi to pi."""
    stream = report(Tag(extra=custom(161, 709, wire.to_bytes(2, "big"))))

    batch, errors = decode(stream)
    (told,) = decode_stream(stream, "bin")

    assert errors == []
    assert batch.phase_rad.tolist() == [pytest.approx(phase_rad, abs=1e-5)]
    assert told["reads"][0]["phase_rad"] == pytest.approx(phase_rad, abs=1e-5)
    assert "Custom" not in told["reads"][0]


@pytest.mark.parametrize(
    "epc",
    [
        "00f0003c8d00f0003c8d00f0",  # looks like the head of a record, more than once
        "303400f0002b8d000000f000",
        "00f000040000f000f1000000",
        "000000000000000000f00000",
        "0000000000000000043d0000",
    ],
)
def test_an_epc_that_looks_like_a_head_is_an_epc(epc: str) -> None:
    odd = Tag(epc=bytes.fromhex(epc), antenna=9)
    wide = Tag(epc=bytes.fromhex(epc) + bytes.fromhex(epc)[:4], epc_bits=128, antenna=8)
    stream = report(Tag(), odd, wide, Tag()) + report(odd) + report(wide, wide) + report(Tag())

    batch, errors = decode(stream * 20)

    assert errors == []
    assert batch.antenna.tolist() == [1, 9, 8, 1, 9, 8, 8, 1] * 20
    assert batch.epc[1, :12].tobytes().hex() == epc


@settings(max_examples=150)
@given(
    st.lists(
        st.lists(
            st.one_of(
                tags().map(Tag.encode),
                st.sampled_from([tlv(242, b"\x00\xf0\x00\x08\x8d"), b"\x00\xf0", tlv(240)]),
                st.binary(max_size=9),
            ),
            max_size=4,
        ).map(b"".join),
        min_size=1,
        max_size=12,
    )
)
def test_records_are_found_where_hopping_finds_them(bodies: list[bytes]) -> None:
    """All at once, or each message by itself with nothing around it: the same."""
    together, errors = decode(b"".join(message(61, body) for body in bodies))

    singly = [decode(message(61, body)) for body in bodies]
    assert rows(together) == [row for batch, _ in singly for row in rows(batch)]
    assert [one.reason for one in errors] == [one.reason for _, few in singly for one in few]
    for body, (batch, few) in zip(bodies, singly, strict=True):
        hopped, at = 0, 0
        while not few and at < len(body):
            kind, length = struct.unpack_from("!HH", body, at)
            hopped += kind & 0x3FF == 240
            at += length
        assert len(batch) == hopped


@pytest.mark.parametrize("layouts", [1, 5, 40])
def test_reads_keep_their_order_whatever_their_layout(layouts: int) -> None:
    many = [
        Tag(antenna=n + 1, epc=bytes(2 * (n % layouts) + 2), epc_bits=8 * (2 * (n % layouts) + 2))
        for n in range(200)
    ]

    batch, errors = decode(b"".join(report(*many[at : at + 10]) for at in range(0, 200, 10)))

    assert errors == []
    assert batch.antenna.tolist() == list(range(1, 201))


def test_frames_by_themselves_decode_like_runs() -> None:
    stream = report(Tag(antenna=4)) * 3
    (run,) = FrameSplitter().feed(stream)
    assert isinstance(run, reports.ReportRun)

    batch, errors = ReportDecoder("dock").decode(run.frames(), ARRIVED_US)

    assert batch.antenna.tolist() == [4, 4, 4]
    assert errors == []


@settings(max_examples=100)
@given(st.lists(st.binary(max_size=60), min_size=1, max_size=30))
def test_any_bytes_give_reads_or_an_error_for_each_message(bodies: list[bytes]) -> None:
    stream = b"".join(message(61, body) for body in bodies)

    _, errors = decode(stream)

    assert len(errors) <= len(bodies)


def test_recordings_of_a_real_reader_read_as_their_meaning_says(development_data: Path) -> None:
    folder = development_data / "llrp" / "recordings" / "roAccessReports"
    recorded = sorted(folder.glob("*.bytes"))
    assert recorded
    for path in recorded:
        (meaning,) = json.loads(path.with_suffix(".json").read_text())["TagReportData"]

        batch, errors = decode(message(61, path.read_bytes()))

        assert errors == []
        assert batch.epc[0].tobytes() == base64.b64decode(meaning["EPC96"]["EPC"])
        assert batch.antenna.tolist() == [meaning["AntennaID"]]
        assert batch.rssi_dbm.tolist() == [meaning["PeakRSSI"]]
        assert batch.first_seen_us.tolist() == [meaning["FirstSeenUTC"]]
        assert batch.last_seen_us.tolist() == [-1]
        assert batch.seen_us.tolist() == [ARRIVED_US]
