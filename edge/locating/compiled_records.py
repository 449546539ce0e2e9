"""The records of a `TagTable`, read and written by compiled code."""

import ctypes

import numpy as np
from numpy.typing import NDArray

from edge.locating.epcs import Rows
from edge.locating.heads import HEAD
from edge.locating.kernel import POINTER, Kernel, address
from edge.locating.lines import LINE_WORDS, Lines
from edge.locating.slots import SLOTS, Kept, News, Reads, Slots

_KEPT_READS = 32_768
"""Room for so many reads is kept from turn to turn: what is given back to the system comes back
page by page, and each page costs as much as a tag. A very late turn's is made and given back."""


class _Slots(ctypes.Structure):
    _fields_ = (
        ("level_sum", POINTER),
        ("weight", POINTER),
        ("seen_ms", POINTER),
        ("antenna", POINTER),
        ("belief", POINTER),
        ("usual", POINTER),
    )


class _Merged(ctypes.Structure):
    _fields_ = (
        ("slots", _Slots),
        ("rows", POINTER),
        ("fresh", POINTER),
        ("at_ms", POINTER),
        ("since_s", POINTER),
        ("reads", POINTER),
        ("order", POINTER),
        ("spare", POINTER),
    )


class _Kept(ctypes.Structure):
    _fields_ = (
        ("place", POINTER),
        ("state", POINTER),
        ("reads", POINTER),
        ("gap_s", POINTER),
        ("level_db", POINTER),
    )


class CompiledRecords:
    """Merges reads into the records of a `TagTable`, and writes worked-on slots back.

    Args:
        kernel: the functions.
        window_s: memory of the evidence.
    """

    def __init__(self, kernel: Kernel, window_s: float) -> None:
        self._kernel = kernel
        self._window_s = window_s
        self._records = np.zeros((0, LINE_WORDS), np.uint32)
        self._at = self._heads_at = 0
        self._bench = _Bench(1024)

    def work_on(self, lines: Lines, heads: NDArray[np.void]) -> None:
        """Take the records and the heads beside them, anew whenever they have grown."""
        if heads.dtype != HEAD or len(heads) != len(lines.words):
            raise ValueError("records and heads do not belong together")
        self._records, self._at = lines.words, address(lines.words, np.uint32)
        self._heads_at = address(heads, np.void)
        self._kernel.read_all_over(lines.held)

    def kept(self, rows: Rows) -> Kept:
        """What is known of these rows besides their slots.

        Raises:
            IndexError: a row that cannot be.
        """
        count = len(rows)
        kept = Kept(
            np.empty(count, np.uint16),
            *(np.empty(count, np.uint8), np.empty(count, np.uint8)),
            *(np.empty(count, np.float32), np.empty(count, np.float32)),
        )
        columns = (getattr(kept, name) for name in Kept.__slots__)
        to = _Kept(*(address(column, column.dtype.type) for column in columns))
        at, by = address(rows, np.int64), ctypes.byref
        if self._kernel.kept(self._heads_at, len(self._records), count, at, by(to)) < 0:
            raise IndexError("a row that cannot be")
        return kept

    def merge(self, reads: Reads) -> News:
        """Merge reads, at least one, into slots; what is told is good until the next merge.

        Raises:
            IndexError: a read is of a row or an antenna that cannot be.
        """
        count = len(reads.rows)
        if not 0 < count == len(reads.antenna) == len(reads.rssi_dbm) == len(reads.seen_ms):
            raise ValueError("columns of reads differ in length, or are empty")
        bench = self._bench if count <= self._bench.reads else self._larger(count)
        tags = self._kernel.merge(
            *(self._at, len(self._records), self._window_s, count),
            *(address(reads.rows, np.int64), address(reads.antenna, np.uint16)),
            *(address(reads.rssi_dbm, np.float32), address(reads.seen_ms, np.int32)),
            *(bench.at, bench.strangers_at),
        )
        if tags < 0:
            raise IndexError("a read of a row or an antenna that cannot be")
        return bench.merged(tags)

    def put(self, rows: Rows, slots: Slots) -> None:
        """Write the slots of these rows back, no row twice.

        Raises:
            IndexError: a row that cannot be.
        """
        if not len(rows):
            return
        slots = Slots(*(np.ascontiguousarray(getattr(slots, name)) for name in Slots.__slots__))
        columns = slots_at(slots, (SLOTS, len(rows)))
        at = address(rows, np.int64)
        if (
            self._kernel.put(self._at, len(self._records), len(rows), at, ctypes.byref(columns))
            < 0
        ):
            raise IndexError("slots of a row that cannot be")

    def _larger(self, reads: int) -> "_Bench":
        if reads > _KEPT_READS:
            return _Bench(reads)
        self._bench = _Bench(min(2 * reads, _KEPT_READS))
        return self._bench


class _Bench:
    """Room for what comes of so many reads, and its addresses."""

    def __init__(self, reads: int) -> None:
        self.reads, four = reads, SLOTS * reads
        floats = [np.empty(four, np.float32) for _ in range(4)]
        level_sum, weight, belief, usual = floats
        seen_ms, antenna = np.empty(four, np.int32), np.empty(four, np.uint16)
        self._slots = Slots(level_sum, weight, seen_ms, antenna, belief, usual)
        self._tags = News(
            np.empty(reads, np.int64),
            self._slots,
            np.empty(four, np.bool_),
            np.empty(reads, np.int32),
            np.empty(reads, np.float32),
            np.empty(reads, np.int32),
        )
        self._scratch = np.empty((4, reads), np.uint64)
        tags = self._tags
        columns = (tags.rows, tags.fresh, tags.at_ms, tags.since_s, tags.reads, *self._scratch[:2])
        own = (address(column, column.dtype.type) for column in columns)
        self._plain = _Merged(slots_at(self._slots, (four,)), *own)
        self.at = ctypes.byref(self._plain)
        self.strangers_at = address(self._scratch[2:], np.uint64)

    def merged(self, tags: int) -> News:
        """The columns of so many tags."""
        slots, all_, end, shape = self._slots, self._tags, SLOTS * tags, (SLOTS, tags)
        return News(
            all_.rows[:tags],
            Slots(
                slots.level_sum[:end].reshape(shape),
                slots.weight[:end].reshape(shape),
                slots.seen_ms[:end].reshape(shape),
                slots.antenna[:end].reshape(shape),
                slots.belief[:end].reshape(shape),
                slots.usual[:end].reshape(shape),
            ),
            all_.fresh[:end].reshape(shape),
            all_.at_ms[:tags],
            all_.since_s[:tags],
            all_.reads[:tags],
        )


def slots_at(slots: Slots, shape: tuple[int, ...]) -> _Slots:
    """Where the columns of slots of this shape begin."""
    columns = (
        (slots.level_sum, np.float32),
        (slots.weight, np.float32),
        (slots.seen_ms, np.int32),
        (slots.antenna, np.uint16),
        (slots.belief, np.float32),
        (slots.usual, np.float32),
    )
    if any(column.shape != shape for column, _ in columns):
        raise ValueError("slots and rows do not belong together")
    return _Slots(*(address(column, kind) for column, kind in columns))
