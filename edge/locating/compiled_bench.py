"""The columns that compiled code works on in one turn: of reads, and of the tags that were read.

They are kept from turn to turn with their addresses: to ask thirty columns where they begin costs
as much as to look at a hundred tags.
"""

import ctypes
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.locating.announced import Announced
from edge.locating.kernel import POINTER, address
from edge.locating.restlessness import Unrest
from edge.locating.slots import SLOTS, Floats, Kept, News, Ports, Reads, Slots

_COUNT = ctypes.c_int64


class SlotsAt(ctypes.Structure):
    """As `struct slots` of kernel.h has it."""

    _fields_ = tuple((name, POINTER) for name in Slots.__slots__)


class MergedAt(ctypes.Structure):
    """As `struct merged`."""

    _fields_ = (
        ("slots", SlotsAt),
        *((name, POINTER) for name in ("rows", "fresh", "at_ms", "since_s", "reads")),
        *(("order", POINTER), ("spare", POINTER)),
    )


class KeptAt(ctypes.Structure):
    """As `struct kept`."""

    _fields_ = tuple((name, POINTER) for name in Kept.__slots__)


class ReadsAt(ctypes.Structure):
    """As `struct reads`."""

    _fields_ = tuple((name, POINTER) for name in Reads.__slots__)


class AnnouncedAt(ctypes.Structure):
    """As `struct announced`."""

    _fields_ = tuple((name, POINTER) for name in Announced.__slots__)


class MetAt(ctypes.Structure):
    """As `struct met`."""

    _fields_ = (
        ("kept", KeptAt),
        *((name, POINTER) for name in ("gap_s", "place", "silent")),
        ("some_are_silent", _COUNT),
        *(("span_s", ctypes.c_double), ("square_s", ctypes.c_double)),
    )


class Bench:
    """Room for so many reads and what comes of them.

    Attributes:
        reads: for how many there is room.
        taken, merged, met: addresses of its columns.
        level_db, usual_db, best, findings, changed, agrees: what a look comes to.
    """

    def __init__(self, reads: int) -> None:
        self.reads, four = reads, SLOTS * reads
        self.columns = Reads(
            *(np.empty(reads, np.int64), np.empty(reads, np.uint16)),
            *(np.empty(reads, np.float32), np.empty(reads, np.int32)),
        )
        level_sum, weight, belief, usual, self.level_db, self.usual_db = np.empty(
            (6, four), np.float32
        )
        seen_ms, antenna = np.empty(four, np.int32), np.empty(four, np.uint16)
        self.slots = Slots(level_sum, weight, seen_ms, antenna, belief, usual)
        self.tags = News(
            np.empty(reads, np.int64),
            self.slots,
            np.empty(four, np.bool_),
            np.empty(reads, np.int32),
            np.empty(reads, np.float32),
            np.empty(reads, np.int32),
        )
        self.kept = Kept(
            np.empty(reads, np.uint16),
            *(np.empty(reads, np.uint8), np.empty(reads, np.uint8)),
            *(np.empty(reads, np.float32), np.empty(reads, np.float32)),
        )
        self.gap_s, self.places = np.empty(reads, np.float32), np.empty(four, np.uint16)
        self.silent = np.empty(four, np.bool_)
        self.best, self.findings = np.empty(reads, np.uint16), np.empty(reads, np.uint8)
        self.changed, self.agrees = np.empty(reads, np.int64), np.empty(reads, np.bool_)
        self.told = Announced(
            rows=np.empty(reads, np.int64),
            tellings=np.empty(reads, np.uint8),
            best=np.empty(reads, np.uint16),
            before=np.empty(reads, np.uint16),
            since_s=np.empty(reads, np.uint32),
            at_ms=np.empty(reads, np.int32),
            probability=np.empty(reads, np.float64),
            departed=np.empty(reads, np.bool_),
        )
        self._scratch = np.empty((4, reads), np.uint64)
        self._find_addresses()

    def _find_addresses(self) -> None:
        tags = self.tags
        beside = (tags.rows, tags.fresh, tags.at_ms, tags.since_s, tags.reads, *self._scratch[:2])
        slots = SlotsAt(*_addresses(self.slots))
        self.merged = MergedAt(slots, *[where(one) for one in beside])
        self.taken = ReadsAt(*_addresses(self.columns))
        known = where(self.gap_s), where(self.places), where(self.silent)
        self.met = MetAt(KeptAt(*_addresses(self.kept)), *known)
        self.announced = AnnouncedAt(*_addresses(self.told))
        self.strangers_at, self.changed_at = where(self._scratch[2:]), where(self.changed)

    def taken_from(self, begin: int) -> ReadsAt:
        """Addresses of the columns of reads, from one of them on."""
        columns = (getattr(self.columns, name) for name in Reads.__slots__)
        return ReadsAt(*(where(column[begin:]) for column in columns))

    def taken_reads(self, count: int) -> Reads:
        """The columns of so many reads."""
        every = self.columns
        return Reads(
            every.rows[:count],
            every.antenna[:count],
            every.rssi_dbm[:count],
            every.seen_ms[:count],
        )

    def told_of(self, count: int) -> Announced:
        """What is announced of so many tags."""
        return Announced(*[getattr(self.told, name)[:count] for name in Announced.__slots__])

    def news(self, tags: int) -> News:
        """The columns of so many tags."""
        slots, all_ = self.slots, self.tags
        return News(
            all_.rows[:tags],
            Slots(
                of_slots(slots.level_sum, tags),
                of_slots(slots.weight, tags),
                of_slots(slots.seen_ms, tags),
                of_slots(slots.antenna, tags),
                of_slots(slots.belief, tags),
                of_slots(slots.usual, tags),
            ),
            of_slots(all_.fresh, tags),
            all_.at_ms[:tags],
            all_.since_s[:tags],
            all_.reads[:tags],
        )


class BenchMet:
    """Tags that lie on a bench; their columns are cut out when somebody asks for them.

    Args:
        bench: good until it is used again.
        tags: how many.
    """

    def __init__(self, bench: Bench, tags: int) -> None:
        self.bench, self.tags = bench, tags

    @cached_property
    def news(self) -> News:
        """As of any `Met`, and so are the others."""
        return self.bench.news(self.tags)

    @property
    def kept(self) -> Kept:  # noqa: D102
        kept, tags = self.bench.kept, self.tags
        return Kept(
            *(kept.place[:tags], kept.state[:tags], kept.reads[:tags]),
            *(kept.gap_s[:tags], kept.level_db[:tags]),
        )

    @property
    def gap_s(self) -> Floats:  # noqa: D102
        return self.bench.gap_s[: self.tags]

    @property
    def places(self) -> Ports:  # noqa: D102
        return of_slots(self.bench.places, self.tags)

    @property
    def silent(self) -> NDArray[np.bool_] | None:  # noqa: D102
        return of_slots(self.bench.silent, self.tags) if self.bench.met.some_are_silent else None

    @property
    def unrest(self) -> Unrest:  # noqa: D102
        return Unrest(self.bench.met.span_s, self.bench.met.square_s)


def of_slots(column: NDArray[Any], tags: int) -> NDArray[Any]:
    """A column with an entry for each slot of so many tags, as shape (4, m).

    On a bench the four of a tag lie together.
    """
    return column[: SLOTS * tags].reshape(tags, SLOTS).T


def where(column: NDArray[Any]) -> int:
    """Where a column begins."""
    return address(column, column.dtype.type)


def _addresses(columns: Slots | Kept | Reads | Announced) -> list[int]:
    return [where(getattr(columns, name)) for name in columns.__slots__]
