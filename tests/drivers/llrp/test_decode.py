"""Files of LLRP bytes become one mapping a message, and a fault never hides what follows it."""

import base64
import json
import struct
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.llrp.decode import Format, decode_stream
from tests.drivers.llrp.llrp_bytes import IMPINJ, Tag, custom, message, report, tlv
from tests.drivers.llrp.packets import classic, ethernet, ipv4, ipv6, next_generation, tcp

KEEPALIVE = message(62, message_id=5)


def decode(data: bytes, form: Format = "bin") -> list[dict[str, Any]]:
    return list(decode_stream(data, form))


def names(decoded: list[dict[str, Any]]) -> list[str]:
    return [one.get("message", "error") for one in decoded]


# -- plain bytes


def test_a_report_is_told_with_its_reads() -> None:
    tag = Tag(phase=1024, rssi_fine=-6350, doppler=-40, extra=custom(24213, 7, b"\xab"))

    (decoded,) = decode(report(tag, Tag(epc=b"\xff\xff", epc_bits=9, last_utc=None), message_id=8))

    assert {key: decoded[key] for key in ("message", "id", "version")} == {
        "message": "RO_ACCESS_REPORT",
        "id": 8,
        "version": 1,
    }
    first, second = decoded["reads"]
    assert first == {
        "epc": "3034257bf7194e4000001a85",
        "antenna": 1,
        "rssi_dbm": -63.5,
        "phase_rad": pytest.approx(1.5707963),
        "channel": 7,
        "doppler_hz": -2.5,
        "first_seen_us": 1_700_000_000_000_000,
        "last_seen_us": 1_700_000_000_500_000,
        "count": 3,
        "Custom": [{"type": 1023, "vendor": 24213, "subtype": 7, "hex": "ab"}],
    }
    assert second["epc"] == "ff80"
    assert second["epc_bits"] == 9
    assert "last_seen_us" not in second


def test_every_line_is_json() -> None:
    stream = report(Tag()) + KEEPALIVE + message(99, b"x") + b"\xff" * 9

    for decoded in decode(stream):
        assert json.loads(json.dumps(decoded)) == decoded


def test_a_malformed_message_is_an_error_and_the_next_is_decoded() -> None:
    bad = message(61, tlv(240, b"\x8d" + bytes(5)))

    decoded = decode(KEEPALIVE + bad + report(Tag()))

    assert names(decoded) == ["KEEPALIVE", "error", "RO_ACCESS_REPORT"]
    assert decoded[1]["offset"] == 10
    assert "cut short" in decoded[1]["error"]


@pytest.mark.parametrize(
    "broken",
    [
        bytes.fromhex("043d 00000000 00000001"),
        bytes.fromhex("043d 00000009 00000001"),
        bytes.fromhex("043d 7fffffff 00000001"),
        bytes.fromhex("1c3e 0000000a 00000001"),
        bytes.fromhex("043d 00000063 00000001 00f0"),
        b"\x00\x01\x02",
        bytes(100),
    ],
)
def test_decoding_goes_on_behind_a_header_that_cannot_be_true(broken: bytes) -> None:
    decoded = decode(KEEPALIVE + broken + report(Tag()) + KEEPALIVE)

    assert names(decoded) == ["KEEPALIVE", "error", "RO_ACCESS_REPORT", "KEEPALIVE"]
    assert decoded[1]["offset"] == 10


def test_a_length_that_runs_into_the_next_message_costs_no_other() -> None:
    one = report(Tag())
    longer = one[:2] + struct.pack("!I", len(one) + 7) + one[6:]

    decoded = decode(longer + report(Tag(antenna=9)) + KEEPALIVE)

    assert names(decoded) == ["error", "RO_ACCESS_REPORT", "KEEPALIVE"]
    assert decoded[1]["reads"][0]["antenna"] == 9


def test_a_file_that_breaks_off_is_told() -> None:
    decoded = decode(KEEPALIVE + report(Tag())[:-1])

    assert names(decoded) == ["KEEPALIVE", "error"]
    assert "cut short" in decoded[1]["error"]


def test_unknown_messages_and_parameters_are_kept() -> None:
    decoded = decode(
        message(99, b"\x01")
        + message(1023, struct.pack("!IB", IMPINJ, 21) + bytes(4))
        + message(63, tlv(246, tlv(128, bytes(8)) + tlv(900, b"\x02")))
    )

    assert (decoded[0]["message"], decoded[0]["type"], decoded[0]["hex"]) == ("UNKNOWN", 99, "01")
    assert decoded[1]["vendor"] == IMPINJ
    assert decoded[1]["subtype"] == 21
    assert decoded[2]["ReaderEventNotificationData"]["Unknown"] == [{"type": 900, "hex": "02"}]


def test_parameters_nested_without_end_are_refused() -> None:
    body = b""
    for _ in range(5000):
        body = tlv(246, body)

    (decoded,) = decode(message(63, body))

    assert "nested" in decoded["error"]


def test_a_quarter_of_a_million_equal_parameters_take_linear_time() -> None:
    """A list copied for each of them would take hours."""
    began = time.process_time()

    (decoded,) = decode(message(63, tlv(251) * 250_000))

    assert len(decoded["ReportBufferOverflowErrorEvent"]) == 250_000
    assert time.process_time() - began < 10


# -- hex


def test_hex_is_taken_as_people_write_it() -> None:
    text = f"{KEEPALIVE.hex(' ')}\n0x{report(Tag()).hex()[:20]}\n{report(Tag()).hex()[20:]}\n"

    assert names(decode(text.encode(), "hex")) == ["KEEPALIVE", "RO_ACCESS_REPORT"]


def test_a_line_that_is_no_hex_is_told_and_passed_over() -> None:
    text = KEEPALIVE.hex() + "\nhello\n" + KEEPALIVE.hex()

    decoded = decode(text.encode(), "hex")

    assert names(decoded) == ["error", "KEEPALIVE", "KEEPALIVE"]
    assert decoded[0]["error"] == "line 2 is not hex"


# -- captures


STREAM = KEEPALIVE + report(Tag(antenna=1)) + report(Tag(antenna=2)) + KEEPALIVE


def segments(stream: bytes, size: int, first: int = 1000) -> list[bytes]:
    return [tcp(first + at, stream[at : at + size]) for at in range(0, len(stream), size)]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("size", [1, 7, 60, 1460])
def test_messages_are_found_however_tcp_cut_them(size: int, order: str) -> None:
    packets = [ipv4(one) for one in segments(STREAM, size, first=0xFFFFFFF0)]

    decoded = decode(classic(*packets, order=order), "pcap")

    assert names(decoded) == ["KEEPALIVE", "RO_ACCESS_REPORT", "RO_ACCESS_REPORT", "KEEPALIVE"]
    assert decoded[0]["source"] == "10.0.0.2:5084"
    assert decoded[0]["destination"] == "10.0.0.1:40000"
    assert decoded[-1]["time_us"] == 1_700_000_000_000_000 + len(packets) - 1


@settings(max_examples=40)
@given(st.randoms(use_true_random=False), st.integers(1, 40))
def test_segments_out_of_order_and_sent_twice_are_put_right(random: Random, size: int) -> None:
    first, *rest = segments(STREAM, size)
    shuffled = rest + rest[::2]
    random.shuffle(shuffled)

    decoded = decode(classic(*map(ipv4, [first, *shuffled])), "pcap")

    assert names(decoded) == ["KEEPALIVE", "RO_ACCESS_REPORT", "RO_ACCESS_REPORT", "KEEPALIVE"]


@pytest.mark.parametrize(
    "capture",
    [
        classic(ethernet(ipv4(tcp(1, STREAM))), link=1),
        classic(ethernet(ipv4(tcp(1, STREAM)), tag=b"\x81\x00\x00\x05"), link=1),
        classic(ethernet(ipv6(tcp(1, STREAM)), 0x86DD), link=1),
        classic(ipv6(tcp(1, STREAM)), link=229),
        classic(b"\x02\0\0\0" + ipv4(tcp(1, STREAM)), link=0),
        classic(bytes(14) + b"\x08\x00" + ipv4(tcp(1, STREAM)), link=113),
        classic(b"\x08\x00" + bytes(18) + ipv4(tcp(1, STREAM)), link=276),
        next_generation(ipv4(tcp(1, STREAM))),
        next_generation(ethernet(ipv4(tcp(1, STREAM))), link=1),
    ],
)
def test_every_usual_capture_is_read(capture: bytes) -> None:
    assert len(decode(capture, "pcap")) == 4


def test_both_directions_are_told_in_the_order_of_time() -> None:
    packets = [
        ipv4(tcp(1, message(62, message_id=1))),
        ipv4(tcp(1, message(72, message_id=1), to_reader=True), to_reader=True),
        ipv4(tcp(11, message(62, message_id=2))),
    ]

    decoded = decode(next_generation(*packets), "pcap")

    assert names(decoded) == ["KEEPALIVE", "KEEPALIVE_ACK", "KEEPALIVE"]
    assert [one["time_us"] % 1000 for one in decoded] == [0, 1, 2]


def test_missing_packets_are_told_and_decoding_goes_on_behind_them() -> None:
    pieces = segments(STREAM * 3, 50)
    del pieces[3:5]

    decoded = decode(classic(*map(ipv4, pieces)), "pcap")

    errors = [one["error"] for one in decoded if "error" in one]
    assert any("100 bytes are missing" in one for one in errors)
    assert names(decoded)[-1] == "KEEPALIVE"
    assert len(decoded) - len(errors) >= 8


def test_a_connection_on_the_same_ports_begins_anew() -> None:
    packets = [tcp(5, b"", flags=2), tcp(6, STREAM[:30]), tcp(900, b"", flags=2), tcp(901, STREAM)]

    decoded = decode(classic(*map(ipv4, packets)), "pcap")

    assert names(decoded)[-4:] == names(decode(STREAM))


def test_other_ports_and_protocols_are_passed_over() -> None:
    other = struct.pack("!HHIIBBHHH", 80, 40_000, 1, 0, 0x50, 0x18, 0, 0, 0) + STREAM
    udp = bytearray(ipv4(tcp(1, STREAM)))
    udp[9] = 17

    assert decode(classic(ipv4(other), bytes(udp), b"", b"\x45", b"\xff" * 60), "pcap") == []


@pytest.mark.parametrize("data", [b"", b"hello", b"\xd4\xc3\xb2\xa1\x02", b"\x0a\x0d\x0d\x0a" * 3])
def test_what_is_no_capture_is_told(data: bytes) -> None:
    (decoded,) = decode(data, "pcap")

    assert decoded["error"]


def test_a_capture_that_breaks_off_gives_what_it_has() -> None:
    capture = classic(ipv4(tcp(1, STREAM)), ipv4(tcp(1 + len(STREAM), STREAM)))

    decoded = decode(capture[:-5], "pcap")

    assert names(decoded)[:4] == names(decode(STREAM))
    assert "breaks off" in decoded[-1]["error"]


@settings(max_examples=100)
@given(st.binary(max_size=400), st.sampled_from(["bin", "hex", "pcap"]))
def test_any_file_ends_in_messages_and_errors(data: bytes, form: Format) -> None:
    for one in decode(data, form):
        assert ("message" in one) != ("error" in one)


def test_captures_mutated_at_random_never_raise() -> None:
    seed = 11
    rng = np.random.default_rng(seed)
    for capture in (
        classic(*map(ipv4, segments(STREAM, 60))),
        next_generation(ipv4(tcp(1, STREAM))),
    ):
        for _ in range(1500):
            changed = bytearray(capture)
            for at in rng.integers(len(changed), size=rng.integers(1, 6)):
                changed[at] = rng.integers(256)
            assert isinstance(decode(bytes(changed), "pcap"), list), seed


def test_recordings_of_a_real_reader_decode_whole(development_data: Path) -> None:
    folder = development_data / "llrp" / "recordings"
    kinds = {
        "CloseConnectionResponse-000": 4,
        "GetAccessSpecsResponse-000": 54,
        "GetROSpecsResponse-000": 36,
        "GetReaderCapabilitiesResponse-000": 11,
        "GetReaderConfigResponse-000": 12,
        "ReaderEventNotification-000": 63,
    }
    for name, kind in kinds.items():
        (decoded,) = decode(message(kind, (folder / f"{name}.bytes").read_bytes()))
        meaning = json.loads((folder / f"{name}.json").read_text())

        assert "error" not in decoded, name
        for key in ("message", "id", "version", "length"):
            del decoded[key]
        assert numbers(decoded) == numbers(meaning), name


def test_reports_of_a_real_reader_decode_whole(development_data: Path) -> None:
    recorded = sorted((development_data / "llrp/recordings/roAccessReports").glob("*.bytes"))
    assert len(recorded) == 9
    for path in recorded:
        (meaning,) = json.loads(path.with_suffix(".json").read_text())["TagReportData"]

        (decoded,) = decode(message(61, path.read_bytes()))

        (read,) = decoded["reads"]
        assert read["epc"] == base64.b64decode(meaning["EPC96"]["EPC"]).hex(), path.name
        assert read["antenna"] == meaning["AntennaID"], path.name
        assert read["rssi_dbm"] == meaning["PeakRSSI"], path.name
        assert read["first_seen_us"] == meaning["FirstSeenUTC"], path.name
        assert "last_seen_us" not in read, path.name


def numbers(value: object) -> Counter[int]:
    """All numbers in it above 1 (flags are told as numbers or as truth values)."""
    if isinstance(value, dict):
        return sum((numbers(one) for one in value.values()), Counter())
    if isinstance(value, list):
        return sum((numbers(one) for one in value), Counter())
    return Counter([value] if isinstance(value, int) and abs(value) > 1 else [])


def test_zebra_s_phase_is_told_in_radians() -> None:
    (told,) = decode_stream(report(Tag(extra=custom(161, 709, b"\x40\x00"))), "bin")

    assert told["reads"][0]["phase_rad"] == pytest.approx(1.5707963)
    assert "Custom" not in told["reads"][0]
