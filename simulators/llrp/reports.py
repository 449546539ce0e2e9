"""Reads to RO_ACCESS_REPORT frames, by columns: nothing is done per read but cutting bytes.

All TagReportData of one EPC length look alike, so they are one NumPy structured array whose
constant bytes are filled in once a batch and whose changing fields are whole columns.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from simulators.llrp.codec import frame
from simulators.llrp.impinj_tables import IMPINJ_VENDOR
from simulators.llrp.layouts import CUSTOM, MESSAGE_BY_NAME, PARAMETER_BY_NAME
from simulators.llrp.reads import TID_WORDS, Reads

REPORT_TYPE = MESSAGE_BY_NAME["RO_ACCESS_REPORT"].number
_EPC_96_BITS = 96
_OF_16_BITS_BYTES = 14
_TID_BYTES = 12 + 2 + 2 * TID_WORDS
_PHASE_STEPS = 4096
"""Impinj's phase angle has 12 bits for a full turn; its Doppler 4 fractional bits."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a TagReportData carries.

    Attributes:
        constants: parameters with the same value in every read: name to value.
        columns: names of the parameters to tell, out of AntennaID, PeakRSSI, ChannelIndex,
            FirstSeen, LastSeen, TagSeenCount.
        protocol_bits: whether C1G2_PC is told.
        checksum: whether C1G2_CRC is told.
        impinj: Impinj's own, out of ImpinjSerializedTID, ImpinjRFPhaseAngle, ImpinjPeakRSSI,
            ImpinjRFDopplerFrequency.
        uptime: stamps are told as uptime, not UTC.
        tail: bytes of further parameters behind each read.
    """

    constants: tuple[tuple[str, int], ...] = ()
    columns: frozenset[str] = frozenset()
    protocol_bits: bool = False
    checksum: bool = False
    impinj: tuple[str, ...] = ()
    uptime: bool = False
    tail: bytes = b""

    def bytes_behind_results(self) -> int:
        """How many bytes of a read stand behind the place of an AccessSpec's results."""
        own = sum(_TID_BYTES if "TID" in name else _OF_16_BITS_BYTES for name in self.impinj)
        return own + len(self.tail)


_CONSTANT_TYPES: dict[str, DTypeLike] = {
    "ROSpecID": ">u4",
    "SpecIndex": ">u2",
    "InventoryParameterSpecID": ">u2",
    "AccessSpecID": ">u4",
}


def _tv(name: str) -> int:
    return 0x80 | PARAMETER_BY_NAME[name].number


@lru_cache(maxsize=100_000)
def crc_16(data: bytes) -> int:
    """A tag's CRC over PC and EPC (ISO/IEC 18000-63 annex F: CCITT, preset and inverted)."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc ^ 0xFFFF


def protocol_bits(epc_bits: int) -> int:
    """A tag's PC word: the EPC's length in 16-bit words in its top 5 bits."""
    return (epc_bits + 15) // 16 << 11


class _Row:
    """The layout of one TagReportData under construction: constants and columns in wire order."""

    def __init__(self) -> None:
        self.types: list[tuple[str, DTypeLike]] = []
        self.values: list[object] = []

    def put(self, kind: DTypeLike, value: object) -> None:
        """Append a field; `value` is one for all rows or a column."""
        self.types.append((f"f{len(self.types)}", kind))
        self.values.append(value)

    def put_tv(self, name: str, kind: DTypeLike, value: object) -> None:
        """Append a TV parameter of one field."""
        self.put("u1", _tv(name))
        self.put(kind, value)

    def put_impinj(self, name: str, kind: DTypeLike, value: object) -> None:
        """Append one of Impinj's parameters of one 16-bit field."""
        self.put_impinj_head(name, _OF_16_BITS_BYTES)
        self.put(kind, value)

    def put_impinj_head(self, name: str, size: int) -> None:
        """Append what stands before the fields of one of Impinj's parameters of `size` bytes."""
        self.put(">u2", CUSTOM)
        self.put(">u2", size)
        self.put(">u4", IMPINJ_VENDOR)
        self.put(">u4", PARAMETER_BY_NAME[name].number)

    def filled(self, count: int) -> NDArray[np.void]:
        """The rows."""
        rows = np.zeros(count, _kind_of(tuple(self.types)))
        for (name, _), value in zip(self.types, self.values, strict=True):
            rows[name] = value
        return rows


@lru_cache(maxsize=1000)
def _kind_of(types: tuple[tuple[str, DTypeLike], ...]) -> np.dtype[np.void]:
    return np.dtype(list(types))


def _put_epc(row: _Row, reads: Reads, bits: int) -> None:
    size = (bits + 7) // 8
    if bits != _EPC_96_BITS:
        row.put(">u2", PARAMETER_BY_NAME["EPCData"].number)
        row.put(">u2", 6 + size)
        row.put(">u2", bits)
    else:
        row.put("u1", _tv("EPC_96"))
    if size:
        row.put((np.uint8, (size,)), reads.epc[:, :size])


def _put_seen(row: _Row, reads: Reads, content: Content) -> None:
    suffix = "Uptime" if content.uptime else "UTC"
    if "FirstSeen" in content.columns:
        row.put_tv(f"FirstSeenTimestamp{suffix}", ">u8", reads.first_seen_us)
    if "LastSeen" in content.columns:
        row.put_tv(f"LastSeenTimestamp{suffix}", ">u8", reads.last_seen_us)


def _put_constants(row: _Row, content: Content, *, last: bool) -> None:
    for name, value in content.constants:
        if (name == "AccessSpecID") is last:
            row.put_tv(name, _CONSTANT_TYPES[name], value)


def _put_air(row: _Row, reads: Reads, content: Content, bits: int) -> None:
    if content.protocol_bits:
        row.put_tv("C1G2_PC", ">u2", protocol_bits(bits))
    if content.checksum:
        head = protocol_bits(bits).to_bytes(2, "big")
        size = (bits + 7) // 8
        checks = [crc_16(head + one.tobytes()) for one in reads.epc[:, :size]]
        row.put_tv("C1G2_CRC", ">u2", checks)


def _put_tid(row: _Row, reads: Reads) -> None:
    row.put_impinj_head("ImpinjSerializedTID", _TID_BYTES)
    row.put(">u2", TID_WORDS)
    row.put((np.uint8, (2 * TID_WORDS,)), reads.tid)


def _put_impinj(row: _Row, reads: Reads, names: tuple[str, ...]) -> None:
    turn = _PHASE_STEPS / (2 * np.pi)
    for name in names:
        match name:
            case "ImpinjRFPhaseAngle":
                steps = np.rint(reads.phase_rad * turn).astype(np.int64) % _PHASE_STEPS
                row.put_impinj(name, ">u2", steps)
            case "ImpinjSerializedTID":
                _put_tid(row, reads)
            case "ImpinjPeakRSSI":
                row.put_impinj(name, ">i2", np.rint(reads.rssi_dbm * 100))
            case _:
                row.put_impinj(name, ">i2", np.rint(reads.doppler_hz * 16).clip(-32768, 32767))


def _rows(reads: Reads, content: Content, bits: int) -> list[bytes]:
    """TagReportData of reads whose EPCs all have `bits` bits."""
    row = _Row()
    row.put(">u2", PARAMETER_BY_NAME["TagReportData"].number)
    row.put(">u2", 0)
    _put_epc(row, reads, bits)
    _put_constants(row, content, last=False)
    if "AntennaID" in content.columns:
        row.put_tv("AntennaID", ">u2", reads.antenna)
    if "PeakRSSI" in content.columns:
        row.put_tv("PeakRSSI", "i1", np.rint(reads.rssi_dbm).clip(-128, 127))
    if "ChannelIndex" in content.columns:
        row.put_tv("ChannelIndex", ">u2", reads.channel)
    _put_seen(row, reads, content)
    if "TagSeenCount" in content.columns:
        row.put_tv("TagSeenCount", ">u2", reads.count)
    _put_air(row, reads, content, bits)
    _put_constants(row, content, last=True)
    _put_impinj(row, reads, content.impinj)
    if content.tail:
        row.put((np.uint8, (len(content.tail),)), np.frombuffer(content.tail, np.uint8))
    rows = row.filled(len(reads))
    rows["f1"] = rows.dtype.itemsize
    cut: list[Any] = rows.view(np.dtype((np.void, rows.dtype.itemsize))).tolist()
    return cut


def tag_reports(reads: Reads, content: Content) -> list[bytes]:
    """Each read as the bytes of its TagReportData, in order."""
    lengths = np.unique(reads.epc_bits)
    if len(lengths) == 1:
        return _rows(reads, content, int(lengths[0]))
    found = [b""] * len(reads)
    for bits in lengths:
        where = np.flatnonzero(reads.epc_bits == bits)
        for at, row in zip(where, _rows(reads.take(where), content, int(bits)), strict=True):
            found[at] = row
    return found


def report_frames(rows: list[bytes], reads_a_message: int, first_id: int) -> list[bytes]:
    """RO_ACCESS_REPORT frames of so many reads each (the last may be shorter), ids counting up."""
    starts = range(0, len(rows), reads_a_message)
    return [
        frame(REPORT_TYPE, first_id + n & 0xFFFFFFFF, b"".join(rows[at : at + reads_a_message]))
        for n, at in enumerate(starts)
    ]
