"""The tag table's inner loops as compiled code, where this machine has it; numpy does the same.

The library is built of `kernel*.c` when the product is installed on a machine with a C compiler,
and travels in the package. Where it is missing, or is of another machine or another version of the
product, `KERNEL` is None, `REASON` says why, and the numpy code beside works as ever: with the
same results, but for the last bits of an exponential.

What C is given is checked here: kind, order and length of each column. Rows and antennas are
checked there. The interpreter's lock is held meanwhile, a millisecond at most: nobody else can
touch the columns, and the floor loop does not queue for the lock behind the wire and the link
after each call, as it must where numpy has let go of it.
"""

import ctypes
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LIBRARY = "_kernel.abi3.so"
LAYOUT = 9
"""What a library of this version says of itself."""
_LARGE_BYTES = 4 << 20
POINTER, _COUNT = ctypes.c_void_p, ctypes.c_int64
_byte_of, _address_of = ctypes.c_char.from_buffer, ctypes.addressof


Function = Callable[..., int]


@dataclass(frozen=True, slots=True)
class Kernel:
    """The functions of the library; each tells a count, less than 0 for what is out of bounds."""

    find: Function
    add: Function
    place: Function
    take: Function
    merge: Function
    meet: Function
    kept: Function
    lacking: Function
    put: Function
    see: Function
    announce: Function
    count: Function
    heard: Function
    cover: Function
    sweep: Function
    idle: Function
    spread: Function

    def read_all_over(self, *columns: NDArray[Any]) -> None:
        """Lay large columns out for being read at any place."""
        for column in columns:
            if column.nbytes >= _LARGE_BYTES:
                self.spread(column.ctypes.data, column.nbytes)


def address(column: NDArray[Any], kind: type[np.generic]) -> int:
    """Where a column begins, if it is what C takes it for."""
    dtype = column.dtype
    if dtype.type is not kind or not dtype.isnative or not (flags := column.flags).c_contiguous:
        raise TypeError(f"a column of {dtype} where C reads {kind.__name__}, all in one piece")
    if column.size and flags.writeable:
        byte = _byte_of(column)  # type: ignore[arg-type] # numpy's types do not say that it can
        return _address_of(byte)  # a third of the time of `ctypes.data`
    return int(column.ctypes.data)


def load(library: str = LIBRARY) -> tuple[Kernel | None, str]:
    """The functions of a library beside this file, or None and why it cannot be used."""
    if sys.byteorder != "little":
        return None, "compiled code is for little-endian machines"
    try:
        found = ctypes.PyDLL(__file__.rpartition("/")[0] + "/" + library)
        layout = _function(found.kernel_layout)()
    except (OSError, AttributeError) as error:
        return None, f"no compiled code for this machine: {error}"
    if layout != LAYOUT:
        return None, f"compiled code of another version (layout {layout}, not {LAYOUT})"
    merge = (POINTER, ctypes.c_float, _COUNT, *[POINTER] * 6)
    meet = (POINTER, ctypes.c_float, _COUNT, *[POINTER] * 5)
    take = (POINTER, POINTER, _COUNT, POINTER, _COUNT, _COUNT, POINTER)
    sweep = (POINTER, _COUNT, *[POINTER] * 3, _COUNT, _COUNT, POINTER, POINTER)
    announce = (
        *(*[POINTER] * 4, _COUNT, *[POINTER] * 3, _COUNT, ctypes.c_float),
        *(POINTER, _COUNT, POINTER),
    )
    kernel = Kernel(
        find=_function(found.kernel_find, POINTER, _COUNT, *[POINTER] * 3),
        add=_function(found.kernel_add, POINTER, _COUNT, *[POINTER] * 5),
        place=_function(found.kernel_place, POINTER, _COUNT),
        merge=_function(found.kernel_merge, *merge),
        kept=_function(found.kernel_kept, POINTER, _COUNT, POINTER, POINTER),
        lacking=_function(found.kernel_lacking, POINTER, _COUNT, POINTER, POINTER),
        put=_function(found.kernel_put, POINTER, _COUNT, POINTER, POINTER),
        spread=_function(found.kernel_spread, POINTER, ctypes.c_uint64),
        take=_function(found.kernel_take, *take),
        meet=_function(found.kernel_meet, *meet),
        count=_function(found.kernel_count, _COUNT, POINTER, POINTER, _COUNT, *[POINTER] * 4),
        heard=_function(found.kernel_heard, POINTER, POINTER, _COUNT),
        sweep=_function(found.kernel_sweep, *sweep),
        idle=_function(found.kernel_idle, POINTER, *[_COUNT] * 5, POINTER),
        cover=_function(found.kernel_cover, POINTER, _COUNT),
        announce=_function(found.kernel_announce, *announce),
        see=_function(found.kernel_see, POINTER, POINTER, _COUNT, *[POINTER] * 8),
    )
    return kernel, "compiled"


def _function(function: Any, *takes: Any) -> Function:  # noqa: ANN401 - ctypes has no better
    function.argtypes, function.restype = takes, _COUNT
    typed: Function = function
    return typed


KERNEL, REASON = load()
"""What this machine has, and why not if it has none."""
