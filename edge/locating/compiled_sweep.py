"""The search for tags that are silent too long, by compiled code: as `Sweep` has it with numpy."""

import ctypes
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.locating.compiled_coverage import CompiledCoverage
from edge.locating.compiled_records import CompiledRecords
from edge.locating.epcs import Rows
from edge.locating.kernel import POINTER, Kernel, address

_COUNT = ctypes.c_int64


class Patience(NamedTuple):
    """How long silence may last.

    Attributes:
        least_ms: nobody is missed sooner.
        misses: of so many of a tag's usual gaps,
        least_s, most_s: within these bounds,
        near_least_s, near_most_s: and before near-field antennas within these.
    """

    least_ms: int
    misses: float
    least_s: float
    most_s: float
    near_least_s: float
    near_most_s: float


class _Sweep(ctypes.Structure):
    _fields_ = (
        *(("near_place", POINTER), ("dark", POINTER)),
        *(("started_ms", _COUNT), ("least_ms", _COUNT), ("misses", ctypes.c_float)),
        *((name, ctypes.c_double) for name in Patience._fields[2:]),
    )


class CompiledSweep:
    """Looks at stretches of the table.

    Args:
        kernel: the functions.
        records: of the table; coverage: of the floor.
        near_place, dark: by place; they must stay where they are.
        patience: how long silence may last.
    """

    def __init__(
        self,
        kernel: Kernel,
        records: CompiledRecords,
        coverage: CompiledCoverage,
        by_place: tuple[NDArray[np.bool_], NDArray[np.bool_]],
        patience: Patience,
    ) -> None:
        self._kernel = kernel
        self._records = records
        self._coverage = coverage
        self._by_place = by_place
        if any(len(one) != coverage.at.places for one in by_place):
            raise ValueError("columns of places differ in length")
        at = [address(one, np.bool_) for one in by_place]
        self._plain = _Sweep(*at, 0, *patience)

    def look(
        self, stretch: slice, now_ms: int, started_ms: int, gone_most: int
    ) -> tuple[Rows, NDArray[np.uint8], int]:
        """Rows that were silent too long, what that means, and where the stretch ends.

        Args:
            stretch: of the table.
            now_ms: and
            started_ms: since when it is swept.
            gone_most: departures that may be told at once; the stretch ends before the next.
        """
        self._check(stretch)
        room, by = stretch.stop - stretch.start, ctypes.byref
        rows, findings = np.empty(room, np.int64), np.empty(room, np.uint8)
        end, self._plain.started_ms = _COUNT(stretch.stop), started_ms
        count = self._kernel.sweep(
            *(self._records.at, stretch.start, by(end)),
            *(by(self._coverage.at), by(self._plain), now_ms, gone_most),
            *(address(rows, np.int64), address(findings, np.uint8)),
        )
        return rows[:count], findings[:count], end.value

    def idle(self, stretch: slice, now_ms: int, most_ms: int, unplaced_most_ms: int) -> Rows:
        """Rows of tags that are announced nowhere and were not read for longer than that."""
        self._check(stretch)
        rows = np.empty(stretch.stop - stretch.start, np.int64)
        times = now_ms, most_ms, unplaced_most_ms
        begin, end = stretch.start, stretch.stop
        at = self._records.at
        return rows[: self._kernel.idle(at, begin, end, *times, address(rows, np.int64))]

    def _check(self, stretch: slice) -> None:
        if not 0 <= stretch.start < stretch.stop <= self._records.capacity:
            raise IndexError("a stretch beyond the table")
