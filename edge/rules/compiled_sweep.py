"""The sweep for pairs of batches as compiled code, where this machine has it (`pair_sweep.c`).

The library is built when the product is installed on a machine with a C compiler, and travels in
the package. Where it is missing, or is of another machine or another version of the product,
`SWEEP` is None, `REASON` says why, and `column_sweep` does the same, to the last bit.

The interpreter's lock is let go meanwhile: while a plan is made, others answer people.
"""

import ctypes
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from edge.rules.contents import Content, Flags, Floats
from edge.rules.steps import Table

LIBRARY = "_pair_sweep.abi3.so"
LAYOUT = 1
"""What a library of this version says of itself."""
_RUN = 128
"""Columns that C takes at once."""
_ENTERING, _STRETCH, _CROSSING = range(3)

Function = Callable[..., int]
_POINTER, _COUNT = ctypes.c_void_p, ctypes.c_int64


class _Hall(ctypes.Structure):
    _fields_ = (
        ("tape", _POINTER),
        ("steps", _COUNT),
        ("width", _POINTER),
        ("whole", _POINTER),
        ("once", _POINTER),
        ("needed", _POINTER),
        ("states", _COUNT),
        ("sets", _COUNT),
    )


class _Content(ctypes.Structure):
    _fields_ = (
        ("highest", _POINTER),
        ("lowest", _POINTER),
        ("inside", _POINTER),
        ("asked", _POINTER),
        ("columns", _COUNT),
        ("stride", _COUNT),
        ("layer", _COUNT),
    )


class CompiledSweep:
    """Shortest lengths of pairs of batches in one hall; as `ColumnSweep`.

    Args:
        sweep: the library's function.
        tables, whole, once, needed: as `ColumnSweep` takes them.
    """

    def __init__(
        self,
        sweep: Function,
        tables: Sequence[Table],
        whole: Floats,
        once: Floats,
        needed: Flags,
    ) -> None:
        self._sweep = sweep
        parts = [_part(table) for table in tables]
        self._tape = np.array([number for part in parts for number in part], np.int32)
        self._width = np.array([table.width for table in tables], np.float32)
        self._whole, self._once = np.ascontiguousarray(whole), np.ascontiguousarray(once)
        self._needed = needed.astype(np.uint8)
        states = max((len(table.ways) for table in tables), default=1)
        sets = max((part[2] for part in parts), default=1)
        self._scratch = (2 * states + sets) * _RUN
        self._hall = _Hall(
            self._tape.ctypes.data,
            len(tables),
            self._width.ctypes.data,
            self._whole.ctypes.data,
            self._once.ctypes.data,
            self._needed.ctypes.data,
            states,
            sets,
        )

    def lengths(self, batches: Content, others: Content) -> Floats:
        """The lengths of each batch joined with each of the others, a row for each batch."""
        found = np.empty((batches.is_blank.size, others.is_blank.size), np.float32)
        scratch = np.empty(self._scratch, np.float32)
        mine, theirs = batches.in_one_piece(), others.in_one_piece()
        self._sweep(
            ctypes.byref(self._hall),
            ctypes.byref(_columns_of(mine)),
            ctypes.byref(_columns_of(theirs)),
            len(mine.inside),
            scratch.ctypes.data,
            found.ctypes.data,
        )
        return found


def _part(table: Table) -> list[int]:
    """One step of the tape, as `pair_sweep.c` describes it."""
    if table.stretch is not None:
        kind, index = _STRETCH, table.stretch
    elif table.crossing is not None:
        kind, index = _CROSSING, table.crossing
    else:
        kind, index = _ENTERING, 0
    chosen = dict.fromkeys(choices for ways in table.ways for _, choices in ways)
    place = {choices: at for at, choices in enumerate(chosen)}
    sets = [sum(1 << choice for choice in choices) for choices in chosen]
    ways = [
        number
        for of_state in table.ways
        for number in (
            len(of_state),
            *(one for before, choices in of_state for one in (before, place[choices])),
        )
    ]
    return [kind, index, len(sets), *sets, len(table.ways), *ways]


def _columns_of(content: Content) -> _Content:
    stretches, columns = content.highest.shape
    return _Content(
        content.highest.ctypes.data,
        content.lowest.ctypes.data,
        content.inside.ctypes.data,
        content.asked.ctypes.data,
        columns,
        columns,
        stretches * columns,
    )


def load(library: str = LIBRARY) -> tuple[Function | None, str]:
    """The function of a library beside this file, or None and why it cannot be used."""
    if sys.byteorder != "little":
        return None, "compiled code is for little-endian machines"
    try:
        found = ctypes.CDLL(__file__.rpartition("/")[0] + "/" + library)
        layout = _function(found.pair_sweep_layout)()
    except (OSError, AttributeError) as error:
        return None, f"no compiled code for this machine: {error}"
    if layout != LAYOUT:
        return None, f"compiled code of another version (layout {layout}, not {LAYOUT})"
    pointers = (_POINTER, _POINTER, _POINTER, _COUNT, _POINTER, _POINTER)
    return _function(found.pair_sweep, *pointers), "compiled"


def _function(function: Any, *takes: Any) -> Function:  # noqa: ANN401 - ctypes has no better
    function.argtypes, function.restype = takes, _COUNT
    typed: Function = function
    return typed


SWEEP, REASON = load()
"""What this machine has, and why not if it has none."""
