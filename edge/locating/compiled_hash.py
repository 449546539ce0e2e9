"""The hash of an `EpcIndex`, walked by compiled code."""

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.locating.heads import HEAD, KEY
from edge.locating.kernel import POINTER, Kernel, address

_Rows = NDArray[np.int64]
_Keys = NDArray[np.uint32]
PRINT_SHIFT = 24
"""In a place of the hash a row's number has so many bits; above it is a print of its key."""


class _Hash(ctypes.Structure):
    _fields_ = (
        ("places", POINTER),
        ("size", ctypes.c_uint64),
        ("heads", POINTER),
        ("stride", ctypes.c_uint64),
        ("rows", ctypes.c_uint64),
    )


class CompiledHash:
    """Finds and gives rows by the columns of an `EpcIndex`.

    Attributes:
        at: the hash, as compiled code takes it.
    """

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._columns: tuple[NDArray[Any], ...] = ()
        self._plain = _Hash()
        self.at = ctypes.byref(self._plain)

    def work_on(self, places: NDArray[np.int32], heads: NDArray[np.void]) -> None:
        """Take the hash and the heads of the rows, anew when one of them was made or has grown.

        Raises:
            ValueError: heads that do not begin with a key.
        """
        if heads.dtype not in (KEY, HEAD):
            raise ValueError("rows that begin with no key")
        self._columns = (places, heads)
        self._kernel.read_all_over(*self._columns)
        at, stride = address(heads, np.void), heads.itemsize
        self._plain = _Hash(address(places, np.int32), len(places), at, stride, len(heads))
        self.at = ctypes.byref(self._plain)

    def place(self, rows: int) -> int:
        """Find places for the first rows that have a key, in an empty hash; how many they are."""
        placed = self._kernel.place(self.at, rows)
        if placed < 0:
            raise IndexError("more rows than the hash has places for")
        return placed

    def find(self, keys: _Keys, bits: NDArray[np.uint16]) -> tuple[_Rows, int]:
        """The row of each key, -1 where it is not known; and how many are not."""
        rows = np.empty(len(bits), np.int64)
        if not len(rows):
            return rows, 0
        columns = _of_keys(keys, bits)
        return rows, self._kernel.find(self.at, len(rows), *columns, address(rows, np.int64))

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
        added = self._kernel.add(self.at, len(rows), *_of_keys(keys, bits), *lists)
        if added < 0:
            raise IndexError("a row to be given lies outside the table")
        return first[:added]


def _of_keys(keys: _Keys, bits: NDArray[np.uint16]) -> tuple[int, int]:
    if keys.shape != (len(bits), 3):
        raise ValueError("keys and lengths do not belong together")
    return address(keys, np.uint32), address(bits, np.uint16)
