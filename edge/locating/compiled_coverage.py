"""Where compiled code looks up antennas, places and who is heard there."""

import ctypes

import numpy as np

from edge.locating.columns import FloorColumns
from edge.locating.coverage import Coverage
from edge.locating.kernel import POINTER, address

_COUNT = ctypes.c_int64


class CoverageAt(ctypes.Structure):
    """Where readers, antennas and places are looked up, as `struct coverage` has it."""

    _fields_ = (
        *(("place_of", POINTER), ("heard_ms", POINTER), ("antennas", _COUNT)),
        *((name, POINTER) for name in ("items", "covered_since_ms", "covered")),
        ("places", _COUNT),
        *(("missed_ms", ctypes.c_float), ("silent_ms_least", ctypes.c_float)),
        ("reads_least", ctypes.c_double),
    )


def coverage_at(columns: FloorColumns, coverage: Coverage) -> CoverageAt:
    """Where the columns of a floor and its coverage begin; they stay where they are."""
    return CoverageAt(
        *(address(columns.place_of, np.uint16), address(coverage.heard_ms, np.int64)),
        *(len(columns.place_of), address(coverage.items, np.int64)),
        *(address(coverage.covered_since_ms, np.int64), address(coverage.covered, np.bool_)),
        *(len(columns.places), *coverage.patience),
    )
