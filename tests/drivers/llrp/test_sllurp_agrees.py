"""sllurp's decoder reads the same tags, wherever it is right; where it is wrong, ours is not."""

import math
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sllurp.llrp import LLRPMessage

from drivers.llrp.decode import decode_stream
from drivers.llrp.framing import FrameSplitter
from drivers.llrp.reports import ReportDecoder
from tests.drivers.llrp.llrp_bytes import Tag, custom, report, tlv
from tests.drivers.llrp.tag_reports import tags

GPS = ("Latitude", "Longitude")
PLAIN = {
    "antenna": "AntennaID",
    "channel": "ChannelIndex",
    "count": "TagSeenCount",
    **{name: name for name in ("ROSpecID", "SpecIndex", "InventoryParameterSpecID")},
    "AccessSpecID": "AccessSpecID",
    "C1G2_PC": "C1G2PC",
    "C1G2_CRC": "C1G2CRC",
}


def theirs(stream: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = LLRPMessage(msgbytes=stream).msgdict["RO_ACCESS_REPORT"][
        "TagReportData"
    ]
    return found


def ours(stream: bytes) -> list[dict[str, Any]]:
    (decoded,) = decode_stream(stream, "bin")
    reads: list[dict[str, Any]] = decoded["reads"]
    return reads


def stamp(tag: dict[str, Any], which: str) -> Any:  # noqa: ANN401 - a number or nothing
    return tag.get(f"{which}SeenTimestampUTC", tag.get(f"{which}SeenTimestampUptime"))


@settings(max_examples=300)
@given(st.lists(tags(), min_size=1, max_size=4))
def test_every_read_is_what_sllurp_reads(many: list[Tag]) -> None:
    stream = report(*many)

    for tag, read, other in zip(many, ours(stream), theirs(stream), strict=True):
        if tag.epc_bits % 8 == 0:
            assert read["epc"] == other["EPC"].decode()
        for name, its in PLAIN.items():
            assert read.get(name) == other.get(its), name
        for name, which in (("first_seen_us", "First"), ("last_seen_us", "Last")):
            assert read.get(name) == stamp(other, which)
        fine = other.get("ImpinjPeakRSSI")
        assert read.get("rssi_dbm") == (other.get("PeakRSSI") if fine is None else fine / 100)
        if (steps := other.get("ImpinjRFPhaseAngle")) is not None and steps < 4096:
            assert round(read["phase_rad"] * 4096 / math.tau) == steps
        if (sixteenths := other.get("ImpinjRFDopplerFrequency")) is not None:
            assert read["doppler_hz"] == sixteenths / 16


@pytest.mark.parametrize(
    ("extra", "name", "its"),
    [
        (tlv(349, struct.pack("!BHHH", 0, 7, 1, 0xABCD)), "C1G2ReadOpSpecResult", "OpSpecID"),
        (tlv(350, struct.pack("!BHH", 3, 7, 1)), "C1G2WriteOpSpecResult", "NumWordsWritten"),
        (tlv(351, struct.pack("!BH", 4, 7)), "C1G2KillOpSpecResult", "Result"),
        (tlv(352, struct.pack("!BH", 4, 7)), "C1G2LockOpSpecResult", "Result"),
        (tlv(353, struct.pack("!BH", 4, 7)), "C1G2BlockEraseOpSpecResult", "Result"),
        (tlv(354, struct.pack("!BHH", 4, 7, 9)), "C1G2BlockWriteOpSpecResult", "NumWordsWritten"),
    ],
)
def test_results_of_access_are_what_sllurp_reads(extra: bytes, name: str, its: str) -> None:
    stream = report(Tag(extra=extra))

    assert ours(stream)[0][name][its] == theirs(stream)[0][name][its]


@pytest.mark.parametrize(
    ("subtype", "body", "name", "values"),
    [
        (58, struct.pack("!ii", 30_274_100, 120_155_100), "ImpinjGPSCoordinates", GPS),
        (73, struct.pack("!H", 81), "ImpinjTxPower", ("TxPower",)),
        (55, struct.pack("!HH", 1, 0xABCD), "ImpinjSerializedTID", ("TID",)),
    ],
)
def test_impinjs_own_values_are_what_sllurp_reads(
    subtype: int, body: bytes, name: str, values: tuple[str, ...]
) -> None:
    stream = report(Tag(extra=custom(25882, subtype, body)))

    (part,) = ours(stream)[0]["Custom"]
    its = theirs(stream)[0][name]
    for value in values:
        told = its[value] if isinstance(its, dict) else its
        words = [0xABCD] if isinstance(told, bytes) else told
        assert part[name][value] == words


# -- where it is wrong


def batch_of(stream: bytes) -> Any:  # noqa: ANN401 - a ReadBatch
    batch, _ = ReportDecoder("dock").decode(FrameSplitter().feed(stream), 1)
    return batch


def test_sllurp_takes_what_fills_up_the_last_byte_for_a_part_of_the_epc() -> None:
    stream = report(Tag(epc=b"\xff", epc_bits=7))

    assert theirs(stream)[0]["EPC"] == b"ff"
    assert ours(stream)[0]["epc"] == "fe"
    assert batch_of(stream).epc.tolist() == [[0xFE]]


def test_sllurp_tells_a_phase_beyond_a_full_turn() -> None:
    """Twelve bits count; a reader may leave anything in the others."""
    stream = report(Tag(phase=0x8000 + 1024))

    assert theirs(stream)[0]["ImpinjRFPhaseAngle"] > 4096
    assert ours(stream)[0]["phase_rad"] == pytest.approx(math.pi / 2)
    assert batch_of(stream).phase_rad.tolist() == [pytest.approx(math.pi / 2)]


def test_sllurp_has_no_southern_half_of_the_earth() -> None:
    stream = report(Tag(extra=custom(25882, 58, struct.pack("!ii", -33_868_800, 151_209_300))))

    (part,) = ours(stream)[0]["Custom"]
    assert theirs(stream)[0]["ImpinjGPSCoordinates"]["Latitude"] == 2**32 - 33_868_800
    assert part["ImpinjGPSCoordinates"]["Latitude"] == -33_868_800


def test_sllurp_does_not_know_the_phase_of_a_zebra_reader() -> None:
    stream = report(Tag(extra=custom(161, 709, b"\x40\x00")))

    assert "SllurpDecodeError" in theirs(stream)[0]
    assert ours(stream)[0]["phase_rad"] == pytest.approx(math.pi / 2)


@pytest.mark.parametrize(
    "body",
    [
        tlv(240, b"\x8d" + bytes(5)),  # EPC cut short
        tlv(240, b"\x8d" + bytes(12) + b"\x82\x00"),  # stamp cut short
        tlv(240, b"\x8d" + bytes(12) + b"\xff\x00\x00"),  # unknown TV type
        tlv(240, b"\x8d" + bytes(12) + b"\x03\xff\x00\x00"),  # a parameter without length
        tlv(240, b"\x8d" + bytes(12) + b"\x01\x5d\x01\x00"),  # a parameter too long
    ],
)
def test_sllurp_tells_a_tag_or_dies_where_the_report_is_broken(body: bytes) -> None:
    stream = struct.pack("!HII", 1 << 10 | 61, 10 + len(body), 1) + body

    (decoded,) = decode_stream(stream, "bin")

    assert "error" in decoded
    assert len(batch_of(stream)) == 0
    try:
        told = theirs(stream)
    except (struct.error, LookupError, ValueError):
        return
    assert told, "it made a tag of it"
