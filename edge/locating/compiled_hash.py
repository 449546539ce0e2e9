"""The hash of an `EpcIndex`, walked by compiled code."""

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.locating.kernel import POINTER, Kernel, address

_Rows = NDArray[np.int64]
_Keys = NDArray[np.uint32]


class _Hash(ctypes.Structure):
    _fields_ = (
        ("places", POINTER),
        ("size", ctypes.c_uint64),
        ("shift", ctypes.c_uint64),
        ("keys", POINTER),
        ("bits", POINTER),
        ("rows", ctypes.c_uint64),
    )


class CompiledHash:
    """Finds and gives rows by the columns of an `EpcIndex`."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._columns: tuple[NDArray[Any], ...] = ()
        self._plain = _Hash()
        self._at = ctypes.byref(self._plain)

    def work_on(
        self, places: NDArray[np.int32], shift: int, keys: _Keys, bits: NDArray[np.uint16]
    ) -> None:
        """Take columns, anew whenever one of them was made or has grown.

        Raises:
            ValueError: they do not belong together.
        """
        if len(places).bit_count() != 1 or keys.shape != (len(bits), 3):
            raise ValueError("columns that make no hash")
        self._columns = (places, keys, bits)
        self._kernel.read_all_over(*self._columns)
        hash_ = address(places, np.int32), len(places), shift
        self._plain = _Hash(*hash_, address(keys, np.uint32), address(bits, np.uint16), len(bits))
        self._at = ctypes.byref(self._plain)

    def find(self, keys: _Keys, bits: NDArray[np.uint16]) -> tuple[_Rows, int]:
        """The row of each key, -1 where it is not known; and how many are not."""
        rows = np.empty(len(bits), np.int64)
        if not len(rows):
            return rows, 0
        columns = _of_keys(keys, bits)
        return rows, self._kernel.find(self._at, len(rows), *columns, address(rows, np.int64))

    def add(self, keys: _Keys, bits: NDArray[np.uint16], rows: _Rows, given: _Rows) -> _Rows:
        """Give rows to keys that have none, in the order in which they first come.

        Args:
            keys: of n reads; the hash has room for those that are new.
            bits: the same.
            rows: as `find` tells; those that are missing are filled in.
            given: rows to be given, one for each -1 in `rows`, some of which may be left.

        Returns:
            For each row that was given, the read that its key came with first.

        Raises:
            IndexError: a row to be given lies outside the columns.
        """
        if len(rows) != len(bits) or len(given) != np.count_nonzero(rows < 0) or not len(given):
            raise ValueError("rows and keys do not belong together")
        first = np.empty(len(given), np.int64)
        lists = (address(one, np.int64) for one in (rows, given, first))
        added = self._kernel.add(self._at, len(rows), *_of_keys(keys, bits), *lists)
        if added < 0:
            raise IndexError("a row to be given lies outside the table")
        return first[:added]


def _of_keys(keys: _Keys, bits: NDArray[np.uint16]) -> tuple[int, int]:
    if keys.shape != (len(bits), 3):
        raise ValueError("keys and lengths do not belong together")
    return address(keys, np.uint32), address(bits, np.uint16)
