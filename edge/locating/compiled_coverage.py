"""Who is heard and which places are covered, by compiled code: what `Coverage` does with numpy."""

import ctypes
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.locating.kernel import POINTER, Kernel, address

_COUNT = ctypes.c_int64
_BY_ANTENNA = {
    "reader_of": np.int64,
    "up": np.bool_,
    "hearing": np.bool_,
    "heard_ms": np.int64,
    "gap_s": np.float64,
}
_BY_PLACE = {
    "items": np.int64,
    "antennas_at": np.int64,
    "covered_since_ms": np.int64,
    "covered": np.bool_,
    "ups": np.int64,
    "hearings": np.int64,
}
_KINDS = {"place_of": np.uint16, "reader_told": np.bool_, **_BY_ANTENNA, **_BY_PLACE}
_POINTERS = (
    *("place_of", "reader_of", "reader_told", "up", "hearing", "heard_ms", "gap_s", "items"),
    *("antennas_at", "covered_since_ms", "covered", "ups", "hearings"),
)


class CoverageAt(ctypes.Structure):
    """As `struct coverage` has it."""

    _fields_ = (
        *((name, POINTER) for name in _POINTERS),
        *((name, _COUNT) for name in ("antennas", "places", "readers")),
        *(("missed_ms", ctypes.c_float), ("silent_ms_least", ctypes.c_float)),
        *(
            (name, ctypes.c_double)
            for name in ("reads_least", "silences", "hearing_ms_least", "hearing_ms_most")
        ),
    )


class CompiledCoverage:
    """Works on the columns of a `Coverage`.

    Args:
        kernel: the functions.
        columns: by the names of `struct coverage`; they must stay where they are.
        numbers: how patient it is, by those names.

    Attributes:
        at: the columns, as compiled code takes them.
    """

    def __init__(
        self, kernel: Kernel, columns: Mapping[str, NDArray[Any]], numbers: Mapping[str, float]
    ) -> None:
        antennas, places = len(columns["up"]), len(columns["covered"])
        scratch = {name: np.zeros(places, np.int64) for name in ("ups", "hearings")}
        self._kernel = kernel
        self._columns = {**columns, **scratch}
        if (
            len(columns["place_of"]) != antennas + 1
            or any(len(self._columns[name]) != antennas for name in _BY_ANTENNA)
            or any(len(self._columns[name]) != places for name in _BY_PLACE)
        ):
            raise ValueError("columns of antennas or places differ in length")
        self.at = CoverageAt(
            **{name: address(self._columns[name], kind) for name, kind in _KINDS.items()},
            antennas=antennas,
            places=places,
            readers=len(columns["reader_told"]),
            **numbers,
        )

    def heard(self, counts: NDArray[np.int64], now_ms: int) -> bool:
        """As `Coverage.heard`; false where readers were heard of which nobody has told."""
        if len(counts) != self.at.antennas:
            raise ValueError("counts and antennas differ in length")
        at = address(counts, np.int64)
        return not self._kernel.heard(ctypes.byref(self.at), at, now_ms)

    def look(self, now_ms: int) -> None:
        """As `Coverage.look`.

        Raises:
            IndexError: an antenna of a place that cannot be.
        """
        if self._kernel.cover(ctypes.byref(self.at), now_ms) < 0:
            raise IndexError("an antenna of a place that cannot be")


class Counting:
    """Counts reads and sums their levels by antenna, as `AntennaHealth` does.

    Args:
        kernel: the functions.
        counts, levels: by antenna, what it adds to; they must stay where they are.
    """

    def __init__(
        self, kernel: Kernel, counts: NDArray[np.int64], levels: NDArray[np.float64]
    ) -> None:
        if len(counts) != len(levels):
            raise ValueError("columns of antennas differ in length")
        self._count = kernel.count
        self._now = np.zeros(len(counts), np.int64), np.zeros(len(counts), np.float64)
        self._kept = counts, levels
        counts_at = address(self._now[0], np.int64), address(counts, np.int64)
        levels_at = address(self._now[1], np.float64), address(levels, np.float64)
        self._places = len(counts), *counts_at, *levels_at

    def count(
        self, antenna: NDArray[np.uint16], rssi_dbm: NDArray[np.float32]
    ) -> NDArray[np.int64]:
        """How many of these reads each antenna delivered; good until the next are counted.

        Raises:
            IndexError: a read of an antenna that cannot be.
        """
        if len(antenna) != len(rssi_dbm):
            raise ValueError("columns of reads differ in length")
        at = address(antenna, np.uint16), address(rssi_dbm, np.float32)
        if self._count(len(antenna), *at, *self._places) < 0:
            raise IndexError("a read of an antenna that cannot be")
        return self._now[0]
