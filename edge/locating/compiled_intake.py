"""Reads that come in, as the table has them, by compiled code: what `Intake` does with numpy."""

import ctypes

import numpy as np
from numpy.typing import NDArray

from drivers.reads import Gathered
from edge.locating.columns import FloorColumns
from edge.locating.compiled_bench import Bench
from edge.locating.epcs import SHORT_BYTES
from edge.locating.kernel import POINTER, Kernel, address
from edge.locating.slots import Reads
from edge.locating.tags import TagTable

_COUNT = ctypes.c_int64
_WORD_BYTES = 4


class _From(ctypes.Structure):
    _fields_ = (
        *((name, POINTER) for name in ("keys", "bits", "port", "rssi_dbm", "seen_us")),
        *(("reader", POINTER), ("count", POINTER), ("readers", _COUNT)),
    )


class _Ports(ctypes.Structure):
    _fields_ = (("antenna", POINTER), ("readers", _COUNT), ("width", _COUNT))


class CompiledIntake:
    """Takes gathered reads in.

    Args:
        kernel: the functions.
        columns: the floor.
    """

    def __init__(self, kernel: Kernel, columns: FloorColumns) -> None:
        self._take = kernel.take
        self._antennas = columns.antenna_at
        self._ports = _Ports(address(columns.antenna_at, np.uint16), *columns.antenna_at.shape)

    def take(
        self,
        gathered: Gathered,
        numbers: NDArray[np.int64],
        table: TagTable,
        times: tuple[int, int],
        to: tuple[Bench, int],
    ) -> bool:
        """Take reads in, rows for new tags with them; false where the general way is to be gone.

        That is so where a read must be left out, or EPCs are not all of one usual length.

        Args:
            gathered: the reads.
            numbers: of its readers, as `FloorColumns.rows_of` tells them.
            table: with room for as many new tags.
            times: zero of the table's time, microseconds, and now, milliseconds.
            to: where they go, and from which read on; there is room.
        """
        (bench, begin), whole, found = to, gathered.whole, table.index.compiled
        epc, bits, count = whole["epc"], whole["epc_bits"], len(gathered)
        keys_at = address(epc, np.uint8)
        if found is None or epc.shape[1] != SHORT_BYTES or keys_at % _WORD_BYTES:
            return False
        told = _From(
            *(keys_at, address(bits, np.uint16), address(whole["antenna"], np.uint16)),
            *(address(whole["rssi_dbm"], np.float32), address(whole["seen_us"], np.int64)),
            *(address(numbers, np.int64), address(gathered.counts, np.int64), len(numbers)),
        )
        if len(numbers) != len(gathered.counts) or any(
            len(whole[name]) != count for name in ("epc", "epc_bits", "rssi_dbm", "seen_us")
        ):
            raise ValueError("columns of reads differ in length")
        by = ctypes.byref
        into = bench.taken if not begin else bench.taken_from(begin)
        missing = self._take(found.at, by(self._ports), count, by(told), *times, by(into))
        if missing < 0:
            return False
        if missing:
            rows = bench.columns.rows[begin : begin + count]
            table.give_rows(epc, epc.view(np.uint32), bits, rows)
        return True


def put_by(reads: Reads, bench: Bench, begin: int) -> int:
    """Put reads that came the general way where the others are; how many there are then."""
    end = begin + len(reads.rows)
    for name in Reads.__slots__:
        getattr(bench.columns, name)[begin:end] = getattr(reads, name)
    return end
