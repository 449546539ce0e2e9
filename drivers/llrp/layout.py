"""Where the fields of one TagReportData stand: learned once, verified for every record after it.

A reader's ROReportSpec fixes which parameters a tag report holds and in which order, so most
records differ in their values only. `learn` walks a record parameter by parameter (LLRP 1.0.1,
section 16.2.7.3) and gives its `Layout`: the places of the values and a mask of every byte that is
not a value (types, lengths, bit counts, vendor numbers). A record whose masked bytes are equal has
the same layout, byte for byte, and needs no second walk.
"""

import struct
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from drivers.llrp.compiled import CompiledLayout
from drivers.llrp.reader_clock import TimeKind
from drivers.llrp.vendors import TAG_FIELDS

TAG_REPORT_DATA = 240
EPC_DATA = 241
_CUSTOM = 1023
TLV_HEADER_BYTES = 4
_CUSTOM_HEADER_BYTES = 12

_STRETCH_BYTES_MOST = 1 << 16
"""Records compared in one pass, in bytes: they should stay in the cache of one core."""

EPC_BITS_MAX = 4096
"""Longest EPC taken. Gen2 ends at 496 bits; a batch is as wide as its longest EPC, so one endless
number must not make every read wide."""

# Bytes of the value of each TV parameter (one byte type, no length field).
_TV_BYTES = {
    1: 2, 2: 8, 3: 8, 4: 8, 5: 8, 6: 1, 7: 2, 8: 2, 9: 4, 10: 2, 11: 2, 12: 2, 13: 12,
    14: 2, 15: 2, 16: 4, 17: 2, 18: 4, 19: 2, 20: 2,
}  # fmt: skip
EPC_96 = 13
_TV_FIELDS = {
    1: "antenna",
    2: "first_utc",
    3: "first_uptime",
    4: "last_utc",
    5: "last_uptime",
    6: "rssi",
    7: "channel",
    8: "count",
}
_TIMES = frozenset({"first_utc", "first_uptime", "last_utc", "last_uptime"})

_U16 = struct.Struct("!H")
_U16_U16 = struct.Struct("!HH")
_U32_U32 = struct.Struct("!II")


class BadRecordError(ValueError):
    """A tag report that breaks the standard; the device is at fault."""


def record_length(body: bytes, at: int, end: int) -> tuple[int, int]:
    """Type and length of the TLV parameter at `at`, which must end before `end`.

    Raises:
        BadRecordError: no TLV parameter fits there.
    """
    if end - at < TLV_HEADER_BYTES:
        raise BadRecordError(f"{end - at} bytes are left over, too few for a parameter")
    head, length = _U16_U16.unpack_from(body, at)
    if head & 0x8000:
        raise BadRecordError(f"a TV parameter (type {head >> 8 & 0x7F}) stands outside a tag")
    if not TLV_HEADER_BYTES <= length <= end - at:
        raise BadRecordError(
            f"parameter {head & 0x3FF} says {length} bytes where {end - at} are left"
        )
    return head & 0x3FF, length


@dataclass(slots=True)
class Walk:
    """The places found while walking one record.

    Attributes:
        fields: place of each value by its name: `antenna`, `rssi`, `rssi_fine`, `channel`,
            `count`, `phase`, `phase_zebra`, `doppler`, `first_utc`, `first_uptime`, `last_utc`,
            `last_uptime`.
        epc_at: place of the EPC's first byte.
        epc_bits: its bits; -1 where the record has no EPC.
        values: place and length of every stretch of bytes that is a value.
        signs: places of bytes whose top bit is no part of a value.
    """

    fields: dict[str, int] = field(default_factory=dict)
    epc_at: int = 0
    epc_bits: int = -1
    values: list[tuple[int, int]] = field(default_factory=list)
    signs: list[int] = field(default_factory=list)

    @property
    def time_kind(self) -> TimeKind:
        """What the record's last stamp counts from; UTC where both stand."""
        only_uptime = "last_uptime" in self.fields and "last_utc" not in self.fields
        return TimeKind.UPTIME if only_uptime else TimeKind.UTC


def walk_record(record: bytes) -> Walk:
    """The places in one whole TagReportData parameter with its header.

    A parameter that stands twice counts as it stood last. Unknown TLV and custom parameters are
    passed over.

    Raises:
        BadRecordError: a parameter that does not fit, an unknown TV type (its length is unknown),
            an EPC that is cut short or longer than `EPC_BITS_MAX`, or no EPC at all.
    """
    walk = Walk()
    at = TLV_HEADER_BYTES
    while at < len(record):
        at += _walk_tv(walk, record, at) if record[at] & 0x80 else _walk_tlv(walk, record, at)
    if walk.epc_bits < 0:
        raise BadRecordError("a tag without EPC")
    return walk


def _walk_tv(walk: Walk, record: bytes, at: int) -> int:
    kind = record[at] & 0x7F
    length = _TV_BYTES.get(kind)
    if length is None:
        raise BadRecordError(f"unknown TV parameter type {kind}")
    if at + 1 + length > len(record):
        raise BadRecordError(f"TV parameter {kind} is cut short")
    walk.values.append((at + 1, length))
    if kind == EPC_96:
        walk.epc_at, walk.epc_bits = at + 1, 96
    elif kind in _TV_FIELDS:
        _walk_field(walk, record, _TV_FIELDS[kind], at + 1)
    return 1 + length


def _walk_field(walk: Walk, record: bytes, name: str, at: int) -> None:
    if name not in _TIMES:
        walk.fields[name] = at
        return
    walk.signs.append(at)
    if record[at] & 0x80:  # unsigned on the wire: beyond year 294,000 is no time
        walk.fields.pop(name, None)
    else:
        walk.fields[name] = at


def _walk_tlv(walk: Walk, record: bytes, at: int) -> int:
    kind, length = record_length(record, at, len(record))
    if kind == EPC_DATA:
        _walk_epc_data(walk, record, at, length)
    elif kind == _CUSTOM:
        _walk_custom(walk, record, at, length)
    else:
        walk.values.append((at + TLV_HEADER_BYTES, length - TLV_HEADER_BYTES))
    return length


def _walk_epc_data(walk: Walk, record: bytes, at: int, length: int) -> None:
    number = at + TLV_HEADER_BYTES + _U16.size
    bits = _U16.unpack_from(record, number - _U16.size)[0] if number <= at + length else 0
    if number + (bits + 7) // 8 > at + length:
        raise BadRecordError(f"EPCData of {length} bytes cannot hold {bits} bits")
    if bits > EPC_BITS_MAX:
        raise BadRecordError(f"an EPC of {bits} bits, above the limit of {EPC_BITS_MAX}")
    walk.values.append((number, at + length - number))
    walk.epc_at, walk.epc_bits = number, bits


def _walk_custom(walk: Walk, record: bytes, at: int, length: int) -> None:
    if length < _CUSTOM_HEADER_BYTES:
        raise BadRecordError(f"a custom parameter of {length} bytes has no vendor and subtype")
    vendor, subtype = _U32_U32.unpack_from(record, at + TLV_HEADER_BYTES)
    body = at + _CUSTOM_HEADER_BYTES
    walk.values.append((body, at + length - body))
    name = TAG_FIELDS.get((vendor, subtype))
    if name is not None:
        if body + _U16.size > at + length:
            raise BadRecordError(f"parameter {subtype} of vendor {vendor} is cut short")
        walk.fields[name] = body


class Layout:
    """Where the values of equal records stand.

    Comparing is done a stretch of records at a time, against the constant bytes repeated as often:
    one long pass costs a third of one that begins anew with each record.

    Attributes:
        length: bytes of the record with its header.
        walk: the places of its values.
        sign: equal for layouts that are equal, byte for byte.
        reading: the same for compiled code; made when it is first needed.
    """

    __slots__ = ("_constant", "_found", "_mask", "_stretch", "length", "reading", "sign", "walk")

    def __init__(self, record: bytes, walk: Walk) -> None:
        """Take the constant bytes of a record whose walk is known."""
        mask = np.full(len(record), 0xFF, np.uint8)
        for at, length in walk.values:
            mask[at : at + length] = 0
        mask[walk.signs] = 0x80
        self.length = len(record)
        self.walk = walk
        self.reading: CompiledLayout | None = None
        self._mask = mask
        self._constant = np.frombuffer(record, np.uint8) & mask
        self._found = np.empty_like(mask)
        self._stretch = len(record)
        self.sign = mask.tobytes() + self._constant.tobytes()

    def one(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """For one record: the mask of what is no value, and what stands there."""
        return self._mask[: self.length], self._constant[: self.length]

    def all_fit(self, records: bytes | NDArray[np.uint8]) -> bool:
        """Whether every one of these joined records has this layout, byte for byte."""
        data = np.frombuffer(records, np.uint8)
        self._repeat(len(data))
        for at in range(0, len(data), self._stretch):
            part = data[at : at + self._stretch]
            found = self._found[: len(part)]
            np.bitwise_xor(part, self._constant[: len(part)], out=found)
            np.bitwise_and(found, self._mask[: len(part)], out=found)
            if found.max():
                return False
        return True

    def fit(self, records: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Which of these records, one a row, have this layout."""
        one = slice(self.length)
        differing = (records ^ self._constant[one]) & self._mask[one]
        fitting: NDArray[np.bool_] = np.equal(differing.max(axis=1), 0)
        return fitting

    def _repeat(self, wanted_bytes: int) -> None:
        """Have the constant bytes often enough for so many bytes, within bounds."""
        wanted_bytes = min(wanted_bytes, _STRETCH_BYTES_MOST - self.length)
        if self._stretch < wanted_bytes:
            times = min(2 * wanted_bytes, _STRETCH_BYTES_MOST) // self.length
            one = slice(self.length)
            self._constant = np.tile(self._constant[one], times)
            self._mask = np.tile(self._mask[one], times)
            self._found = np.empty_like(self._mask)
            self._stretch = times * self.length


def learn(record: bytes) -> Layout:
    """The layout of one whole TagReportData parameter with its header.

    Raises:
        BadRecordError: as `walk_record`.
    """
    return Layout(record, walk_record(record))
