"""From places to columns: the values of many records of one layout at once, or of one record.

Both ways give columns by the names of `ReadBatch`, and only those that the records have. Columns
that are absent or equal for all reads are slices of shared, read-only arrays: making them anew for
every batch would cost as much as decoding a small one.
"""

import math
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from drivers.llrp import compiled
from drivers.llrp.compiled import CompiledLayout, Form, Place
from drivers.llrp.framing import ReportRun, bodies
from drivers.llrp.layout import Layout, Walk
from drivers.llrp.reader_clock import ReaderClock, TimeKind
from drivers.reads import ANTENNA_ABSENT, CHANNEL_ABSENT, TIME_ABSENT, ReadBatch

Column = NDArray[Any]

_PHASE_STEPS = 4096
_PHASE_RAD = np.float32(2 * math.pi / _PHASE_STEPS)
_PHASE_ZEBRA_RAD = np.float32(2 * math.pi / (1 << 16))  # signed on the wire: -180 to 180 degrees
_RSSI_FINE_DBM = np.float32(0.01)
_DOPPLER_HZ = np.float32(1 / 16)

_U2, _I8, _F4 = np.dtype(np.uint16), np.dtype(np.int64), np.dtype(np.float32)

# Field: its form on the wire (NumPy and `struct`), its column, the column's type.
_FIELDS: dict[str, tuple[np.dtype[Any], struct.Struct, str, np.dtype[Any]]] = {
    "antenna": (np.dtype(">u2"), struct.Struct(">H"), "antenna", _U2),
    "rssi": (np.dtype(">i1"), struct.Struct(">b"), "rssi_dbm", _F4),
    "rssi_fine": (np.dtype(">i2"), struct.Struct(">h"), "rssi_dbm", _F4),
    "channel": (np.dtype(">u2"), struct.Struct(">H"), "channel", _U2),
    "count": (np.dtype(">u2"), struct.Struct(">H"), "count", _U2),
    "phase": (np.dtype(">u2"), struct.Struct(">H"), "phase_rad", _U2),
    "phase_zebra": (np.dtype(">u2"), struct.Struct(">H"), "phase_rad", _U2),
    "doppler": (np.dtype(">i2"), struct.Struct(">h"), "doppler_hz", _F4),
    "first_uptime": (np.dtype(">i8"), struct.Struct(">q"), "first_seen_us", _I8),
    "first_utc": (np.dtype(">i8"), struct.Struct(">q"), "first_seen_us", _I8),
    "last_uptime": (np.dtype(">i8"), struct.Struct(">q"), "last_seen_us", _I8),
    "last_utc": (np.dtype(">i8"), struct.Struct(">q"), "last_seen_us", _I8),
}
_SCALES: dict[str, Callable[[Any], Any]] = {
    "rssi_fine": lambda values: values * _RSSI_FINE_DBM,
    "phase": lambda values: (values & (_PHASE_STEPS - 1)) * _PHASE_RAD,
    "phase_zebra": lambda values: values * _PHASE_ZEBRA_RAD,
    "doppler": lambda values: values * _DOPPLER_HZ,
}
# The same for compiled code: form, scale, bits that are meant.
_FORMS: dict[str, tuple[Form, float, int]] = {
    "antenna": (Form.UNSIGNED_16, 1.0, 0),
    "rssi": (Form.SIGNED_8, 1.0, 0),
    "rssi_fine": (Form.SIGNED_16, float(_RSSI_FINE_DBM), 0),
    "channel": (Form.UNSIGNED_16, 1.0, 0),
    "count": (Form.UNSIGNED_16, 1.0, 0),
    "phase": (Form.STEPS_16, float(_PHASE_RAD), _PHASE_STEPS - 1),
    "phase_zebra": (Form.STEPS_16, float(_PHASE_ZEBRA_RAD), 0xFFFF),
    "doppler": (Form.SIGNED_16, float(_DOPPLER_HZ), 0),
    "first_uptime": (Form.SIGNED_64, 1.0, 0),
    "first_utc": (Form.SIGNED_64, 1.0, 0),
    "last_uptime": (Form.SIGNED_64, 1.0, 0),
    "last_utc": (Form.SIGNED_64, 1.0, 0),
}
# Where a record has both, the first gives way: finer RSSI, UTC before uptime.
_GIVES_WAY = {"rssi": "rssi_fine", "first_uptime": "first_utc", "last_uptime": "last_utc"}
_ABSENT: dict[str, tuple[float, DTypeLike]] = {
    "antenna": (ANTENNA_ABSENT, np.uint16),
    "rssi_dbm": (np.nan, np.float32),
    "phase_rad": (np.nan, np.float32),
    "channel": (CHANNEL_ABSENT, np.uint16),
    "doppler_hz": (np.nan, np.float32),
    "first_seen_us": (TIME_ABSENT, np.int64),
    "last_seen_us": (TIME_ABSENT, np.int64),
    "count": (1, np.uint16),
}


def epc_bytes(bits: int) -> int:
    """Whole bytes that hold an EPC of so many bits."""
    return (bits + 7) // 8


class _Constants:
    """Read-only columns of one value, made once and sliced."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, int], Column] = {}

    def column(self, name: str, count: int) -> Column:
        """So many times the value that says that this column is absent."""
        return self._slice(name, 0, count, *_ABSENT[name])

    def bits(self, bits: int, count: int) -> Column:
        """So many times this number of bits."""
        return self._slice("epc_bits", bits, count, bits, np.uint16)

    def _slice(self, name: str, key: int, count: int, value: float, kind: DTypeLike) -> Column:
        made = self._made.get((name, key))
        if made is None or len(made) < count:
            made = np.full(max(1024, 2 * count), value, kind)
            made.flags.writeable = False
            self._made[name, key] = made
        return made[:count]


_CONSTANTS = _Constants()


def wanted_fields(walk: Walk) -> list[str]:
    """The fields of a record that become columns."""
    return [name for name in walk.fields if _GIVES_WAY.get(name) not in walk.fields]


def read_messages(layout: Layout, runs: list[ReportRun], count: int) -> dict[str, Column] | None:
    """The columns of these messages if every record has this layout, else nothing.

    Args:
        layout: whose records fill every message, by their lengths.
        runs: in their order.
        count: how many records that are.
    """
    if compiled.READING is None or layout.length < compiled.WORD_BYTES:
        joined = bodies(runs)
        if not joined or not layout.all_fit(joined):
            return None
        return read_records(layout, joined, count)
    if not count:
        return None
    messages = b"".join([run.data for run in runs])
    columns = reading_of(layout).read(compiled.READING, messages, count)
    if columns is not None:
        columns["epc_bits"] = _CONSTANTS.bits(layout.walk.epc_bits, count)
    return columns


def reading_of(layout: Layout) -> CompiledLayout:
    """A layout as compiled code takes it, made once."""
    if layout.reading is None:
        layout.reading = compiled_layout(layout)
    return layout.reading


def compiled_layout(layout: Layout) -> CompiledLayout:
    """A layout as compiled code takes it."""
    walk = layout.walk
    fields = []
    for name in wanted_fields(walk):
        form, scale, mask = _FORMS[name]
        fields.append(Place(_FIELDS[name][2], walk.fields[name], form, scale, mask))
    bits = walk.epc_bits
    epc = walk.epc_at, epc_bytes(bits), _last_byte_mask(bits) if bits % 8 else 0xFF
    return CompiledLayout(*layout.one(), epc, fields)


def read_records(
    layout: Layout, records: bytes | NDArray[np.uint8], count: int
) -> dict[str, Column]:
    """The columns of so many joined records of one layout, without compiled code."""
    walk, shape, steps = layout.walk, (count,), (layout.length,)
    width = epc_bytes(walk.epc_bits)
    # As one item a record it is copied three times as fast as as bytes.
    if not width:
        epc = np.zeros((count, 0), np.uint8)
    else:
        epc = np.ndarray(shape, f"V{width}", records, walk.epc_at, steps).copy()
        epc = epc.view(np.uint8).reshape(count, width)
    if walk.epc_bits % 8:
        epc[:, -1] &= _last_byte_mask(walk.epc_bits)
    columns: dict[str, Column] = {"epc": epc, "epc_bits": _CONSTANTS.bits(walk.epc_bits, count)}
    for name in wanted_fields(walk):
        wire, _, column, kind = _FIELDS[name]
        values = np.ndarray(shape, wire, records, walk.fields[name], steps).astype(kind)
        columns[column] = _SCALES[name](values) if name in _SCALES else values
    return columns


def read_record(walk: Walk, record: bytes) -> dict[str, Any]:
    """The values of one record: the general way, for layouts too rare to learn."""
    epc = bytearray(record[walk.epc_at : walk.epc_at + epc_bytes(walk.epc_bits)])
    if walk.epc_bits % 8:  # the last byte is padded; what stands there is no part of the number
        epc[-1] &= _last_byte_mask(walk.epc_bits)
    values: dict[str, Any] = {"epc": epc, "epc_bits": walk.epc_bits}
    for name in wanted_fields(walk):
        _, wire, column, _ = _FIELDS[name]
        (value,) = wire.unpack_from(record, walk.fields[name])
        values[column] = _SCALES[name](value) if name in _SCALES else value
    return values


def _last_byte_mask(bits: int) -> int:
    return 0xFF << (8 - bits % 8) & 0xFF


class Columns:
    """Columns of `count` reads from several layouts, absent until they are filled."""

    def __init__(self, count: int, width: int) -> None:
        self._columns: dict[str, Column] = {
            name: _CONSTANTS.column(name, count).copy() for name in _ABSENT
        }
        self._columns["epc"] = np.zeros((count, width), np.uint8)
        self._columns["epc_bits"] = np.zeros(count, np.uint16)
        self._uptime = np.zeros(count, np.bool_)

    def fill(self, rows: NDArray[np.intp], columns: dict[str, Column], kind: TimeKind) -> None:
        """Put columns of equal records into these rows."""
        for name, values in columns.items():
            if name == "epc":
                self._columns["epc"][rows, : values.shape[1]] = values
            else:
                self._columns[name][rows] = values
        self._uptime[rows] = kind is TimeKind.UPTIME

    def fill_one(self, row: int, values: dict[str, Any], kind: TimeKind) -> None:
        """Put the values of one record into its row."""
        for name, value in values.items():
            if name == "epc":
                self._columns["epc"][row, : len(value)] = value
            else:
                self._columns[name][row] = value
        self._uptime[row] = kind is TimeKind.UPTIME

    def keep(self, rows: NDArray[np.bool_]) -> None:
        """Drop every row that is not to be kept."""
        self._columns = {name: column[rows] for name, column in self._columns.items()}
        self._uptime = self._uptime[rows]

    def batch(self, reader: str, arrived_us: int, clock: ReaderClock) -> ReadBatch:
        """The finished batch; the reader's stamps become gateway time by its clock."""
        last = self._columns["last_seen_us"]
        if not self._uptime.any():
            seen = clock.seen_us(last, arrived_us, TimeKind.UTC)
            return dated(reader, arrived_us, self._columns, seen, clock)
        seen = np.empty(len(last), np.int64)
        for kind, rows in ((TimeKind.UTC, ~self._uptime), (TimeKind.UPTIME, self._uptime)):
            seen[rows] = clock.seen_us(last[rows], arrived_us, kind)
        return dated(reader, arrived_us, self._columns, seen, clock)


def batch_of(
    reader: str, arrived_us: int, columns: dict[str, Column], kind: TimeKind, clock: ReaderClock
) -> ReadBatch:
    """A batch of reads of one layout; columns that it does not have are absent."""
    last = columns.get("last_seen_us")
    if last is None:
        last = _CONSTANTS.column("last_seen_us", len(columns["epc"]))
    return dated(reader, arrived_us, columns, clock.seen_us(last, arrived_us, kind), clock)


def dated(
    reader: str, arrived_us: int, columns: dict[str, Column], seen: Column, clock: ReaderClock
) -> ReadBatch:
    """A batch whose times are known; columns that it does not have are absent."""
    completed(columns)
    return ReadBatch(
        reader=reader, arrived_us=arrived_us, seen_us=seen, clock=clock.quality, **columns
    )


def completed_with_bits(columns: dict[str, Column], layout: Layout) -> None:
    """Say of columns of one layout how long EPCs are, and which are absent."""
    columns["epc_bits"] = _CONSTANTS.bits(layout.walk.epc_bits, len(columns["epc"]))
    completed(columns)


def completed(columns: dict[str, Column]) -> None:
    """Say of columns that reads do not have that they are absent."""
    count = len(columns["epc"])
    for name in _ABSENT:
        if name not in columns:
            columns[name] = _CONSTANTS.column(name, count)
