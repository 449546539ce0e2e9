"""Tag reports for the decoder's tests: any tag, its bytes, and what it should read as."""

import math

import pytest
from hypothesis import strategies as st

from drivers.llrp.framing import FrameSplitter
from drivers.llrp.reports import ReportDecoder, ReportError
from drivers.reads import ReadBatch
from tests.drivers.llrp.llrp_bytes import Tag, custom, tlv

ARRIVED_US = 1_700_000_001_000_000


def decode(
    stream: bytes, decoder: ReportDecoder | None = None
) -> tuple[ReadBatch, list[ReportError]]:
    decoder = decoder or ReportDecoder("dock")
    return decoder.decode(FrameSplitter().feed(stream), ARRIVED_US)


def rows(batch: ReadBatch) -> list[dict[str, object]]:
    """Each read as a mapping, absent fields left out."""
    found = []
    for row in range(len(batch)):
        bits = int(batch.epc_bits[row])
        read: dict[str, object] = {
            "epc": batch.epc[row, : (bits + 7) // 8].tobytes(),
            "bits": bits,
        }
        for name in ("antenna", "channel"):
            if value := int(getattr(batch, name)[row]):
                read[name] = value
        for name in ("rssi_dbm", "phase_rad", "doppler_hz"):
            if not math.isnan(value := float(getattr(batch, name)[row])):
                read[name] = round(value, 4)
        for name in ("first_seen_us", "last_seen_us"):
            if (value := int(getattr(batch, name)[row])) >= 0:
                read[name] = value
        read["count"] = int(batch.count[row])
        found.append(read)
    return found


def expected(tag: Tag) -> dict[str, object]:
    """What a tag should read as, told without the decoder."""
    epc = bytearray(tag.epc)
    if tag.epc_bits % 8:
        epc[-1] &= 0xFF << (8 - tag.epc_bits % 8) & 0xFF
    rssi = tag.rssi if tag.rssi_fine is None else round(tag.rssi_fine / 100, 4)
    first = tag.first_uptime if tag.first_utc is None else tag.first_utc
    last = tag.last_uptime if tag.last_utc is None else tag.last_utc
    fields = {
        "antenna": tag.antenna or None,
        "channel": tag.channel or None,
        "rssi_dbm": rssi,
        "phase_rad": None if tag.phase is None else round(tag.phase % 4096 * math.tau / 4096, 4),
        "doppler_hz": None if tag.doppler is None else tag.doppler / 16,
        "first_seen_us": first,
        "last_seen_us": last,
        "count": 1 if tag.count is None else tag.count,
    }
    present = {name: value for name, value in fields.items() if value is not None}
    return {"epc": bytes(epc), "bits": tag.epc_bits, **present}


def close(one: list[dict[str, object]], other: list[dict[str, object]]) -> bool:
    return len(one) == len(other) and all(
        a.keys() == b.keys()
        and all(
            a[key] == (pytest.approx(b[key], abs=2e-3) if isinstance(b[key], float) else b[key])
            for key in a
        )
        for a, b in zip(one, other, strict=True)
    )


u16 = st.integers(0, 0xFFFF)
stamp = st.integers(0, 2**63 - 1)


def maybe(values: st.SearchStrategy[int]) -> st.SearchStrategy[int | None]:
    return st.one_of(st.none(), values)


@st.composite
def tags(draw: st.DrawFn) -> Tag:
    bits = draw(st.sampled_from([96, 96, 96, 0, 1, 7, 8, 95, 97, 128, 496]))
    size = (bits + 7) // 8
    extra = draw(
        st.sampled_from(
            [
                b"",
                b"\x8c\x30\x00",  # C1G2 PC
                b"\x8b\x12\x34",  # C1G2 CRC
                b"\x89\x00\x00\x00\x01\x8e\x00\x01\x8a\x00\x01\x90\x00\x00\x00\x02",
                tlv(349, b"\x00\x00\x01\x00\x01\xab\xcd"),  # C1G2ReadOpSpecResult
                custom(24213, 56, b"\x01\x02"),  # another vendor's number 56
                custom(25882, 5555, b"unknown"),
                tlv(999, b"\x01"),
            ]
        )
    )
    return Tag(
        epc=draw(st.binary(min_size=size, max_size=size)),
        epc_bits=bits,
        as_epc_data=draw(st.booleans()),
        antenna=draw(maybe(u16)),
        rssi=draw(maybe(st.integers(-128, 127))),
        channel=draw(maybe(u16)),
        first_utc=draw(maybe(stamp)),
        last_utc=draw(maybe(stamp)),
        first_uptime=draw(maybe(stamp)),
        last_uptime=draw(maybe(stamp)),
        count=draw(maybe(u16)),
        phase=draw(maybe(u16)),
        rssi_fine=draw(maybe(st.integers(-0x8000, 0x7FFF))),
        doppler=draw(maybe(st.integers(-0x8000, 0x7FFF))),
        extra=extra,
    )
