"""The rows of a `TagTable`, read and written by compiled code."""

import ctypes

import numpy as np
from numpy.typing import NDArray

from edge.locating.compiled_bench import Bench, BenchMet, KeptAt, ReadsAt, SlotsAt
from edge.locating.epcs import Rows
from edge.locating.heads import HEAD
from edge.locating.kernel import POINTER, Kernel, address
from edge.locating.others import Others
from edge.locating.slots import SLOTS, Kept, News, Reads, Slots

_KEPT_READS = 32_768
"""Room for so many reads is kept from turn to turn: what is given back to the system comes back
page by page, and each page costs as much as a tag. A very late turn's is made and given back."""
_ASKED_OFTEN, _TOO_LARGE = 256, 4
"""After so many turns, some seconds, room for so many times the most of their reads is too much: a
late turn needed it, and 270 bytes a read."""


class _TableAt(ctypes.Structure):
    """As `struct table` of kernel.h has it."""

    _fields_ = (("heads", POINTER), ("capacity", ctypes.c_int64), ("others", POINTER))


class CompiledRecords:
    """Merges reads into the slots of a `TagTable`, and writes worked-on slots back.

    Args:
        kernel: the functions.
        window_s: memory of the evidence.

    Attributes:
        at: the table, as compiled code takes it; capacity: how many rows it has.
    """

    def __init__(self, kernel: Kernel, window_s: float) -> None:
        self._kernel = kernel
        self._window_s = window_s
        self._plain = _TableAt()
        self.at, self.capacity = ctypes.byref(self._plain), 0
        self._bench = Bench(1024)
        self._asked = self._most_reads = 0

    def work_on(self, heads: NDArray[np.void], others: Others) -> None:
        """Take the rows and their other slots, anew whenever the rows have grown.

        Raises:
            ValueError: these are no rows of tags.
        """
        if heads.dtype != HEAD:
            raise ValueError("these are no rows of tags")
        self._heads, self._others, self.capacity = heads, others, len(heads)
        self._plain.heads, self._plain.capacity = address(heads, np.void), len(heads)
        self._plain.others = ctypes.addressof(others.at)

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
        to = KeptAt(*(address(column, column.dtype.type) for column in columns))
        at, by = address(rows, np.int64), ctypes.byref
        if self._kernel.kept(self.at, count, at, by(to)) < 0:
            raise IndexError("a row that cannot be")
        return kept

    def merge(self, reads: Reads) -> News:
        """Merge reads, at least one, into slots; what is told is good until the next merge.

        Raises:
            IndexError: a read is of a row or an antenna that cannot be.
        """
        count, bench, at = self._at_work(reads)
        columns = at.rows, at.antenna, at.rssi_dbm, at.seen_ms
        tags = self._kernel.merge(
            *(self.at, self._window_s, count, *columns),
            *(ctypes.byref(bench.merged), bench.strangers_at),
        )
        if tags < 0:
            raise IndexError("a read of a row or an antenna that cannot be")
        return _by_slot(bench.news(tags))

    def meet(self, reads: Reads, coverage: ctypes.Structure) -> BenchMet:
        """The same, with what is known of the tags; follows their mean gaps between reads.

        Args:
            reads: as of `merge`.
            coverage: see `compiled_coverage`.

        Raises:
            IndexError: as `merge`.
        """
        count, bench, at = self._at_work(reads)
        by = ctypes.byref
        tags = self._kernel.meet(
            *(self.at, self._window_s, count, by(at)),
            *(by(coverage), by(bench.merged), bench.strangers_at, by(bench.met)),
        )
        if tags < 0:
            raise IndexError("a read of a row or an antenna that cannot be")
        return BenchMet(bench, tags)

    def _at_work(self, reads: Reads) -> tuple[int, Bench, ReadsAt]:
        """How many reads they are, room for what comes of them, and where their columns are."""
        count = len(reads.rows)
        if not 0 < count == len(reads.antenna) == len(reads.rssi_dbm) == len(reads.seen_ms):
            raise ValueError("columns of reads differ in length, or are empty")
        at = ReadsAt(
            *(address(reads.rows, np.int64), address(reads.antenna, np.uint16)),
            *(address(reads.rssi_dbm, np.float32), address(reads.seen_ms, np.int32)),
        )
        return count, self.bench(count), at

    def put(self, rows: Rows, slots: Slots) -> None:
        """Write the slots of these rows back, no row twice.

        Raises:
            IndexError: a row that cannot be.
        """
        if not len(rows):
            return
        slots = Slots(*(np.ascontiguousarray(getattr(slots, name).T) for name in Slots.__slots__))
        columns = slots_at(slots, (len(rows), SLOTS))
        at = address(rows, np.int64)
        self.make_room(len(rows), at, columns)
        if self._kernel.put(self.at, len(rows), at, ctypes.byref(columns)) < 0:
            raise IndexError("slots of a row that cannot be")

    def make_room(self, tags: int, rows_at: int, slots: SlotsAt) -> None:
        """These slots of so many tags, or what a look makes of them, can be written back."""
        if self._others.at.left < tags:
            lacking = self._kernel.lacking(self.at, tags, rows_at, ctypes.byref(slots))
            self._others.make_room(lacking)

    def bench(self, reads: int) -> Bench:
        """Room for so many reads; the same as before if that is enough, and not far too much."""
        if reads > _KEPT_READS:
            return Bench(reads)
        self._asked, self._most_reads = self._asked + 1, max(self._most_reads, reads)
        if reads > self._bench.reads:
            self._bench = Bench(min(2 * reads, _KEPT_READS))
        elif self._asked >= _ASKED_OFTEN:
            if self._bench.reads > _TOO_LARGE * self._most_reads:
                self._bench = Bench(2 * self._most_reads)
            self._asked = self._most_reads = 0
        return self._bench


def _by_slot(news: News) -> News:
    """The same where the first slots of all tags lie together, as numpy likes it."""
    slots = Slots(*(np.ascontiguousarray(getattr(news.slots, name)) for name in Slots.__slots__))
    fresh = np.ascontiguousarray(news.fresh)
    return News(news.rows, slots, fresh, news.at_ms, news.since_s, news.reads)


def slots_at(slots: Slots, shape: tuple[int, ...]) -> SlotsAt:
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
    return SlotsAt(*(address(column, kind) for column, kind in columns))
