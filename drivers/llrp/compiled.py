"""Many sockets' bytes, and tag reports of one layout to columns, by compiled code if it is there.

The library is built of `reading.c` when the product is installed on a machine with a C compiler,
and travels in the package. Where it is missing, or is of another machine or another version of the
product, `READING` is None, `REASON` says why, and numpy reads the same (`layout`, `columns`).
"""

import ctypes
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

LIBRARY = "_reading.abi3.so"
VERSION = 4
"""What a library of this version of the product says of itself."""
WORD_BYTES = 8
"""Records shorter than this are not for compiled code."""

Function = Callable[..., int]
Readers = tuple[int, int, ctypes.Array[ctypes.c_char], int]
"""Of steady readers: where their numbers stand, how many they are, the buffer with their bytes,
and the most reads that are in it."""

_POINTER, _COUNT = ctypes.c_void_p, ctypes.c_int64


class Form(IntEnum):
    """How a field is read, big-endian, and by that what its column holds."""

    UNSIGNED_16 = 0
    SIGNED_8 = 1
    """A level: a float."""
    SIGNED_16 = 2
    """Scaled: a float."""
    STEPS_16 = 3
    """Some of its bits, scaled: a float."""
    SIGNED_64 = 4


_BYTES = {
    Form.UNSIGNED_16: 2,
    Form.SIGNED_8: 1,
    Form.SIGNED_16: 2,
    Form.STEPS_16: 2,
    Form.SIGNED_64: 8,
}
_KINDS: dict[Form, np.dtype[Any]] = {
    Form.UNSIGNED_16: np.dtype(np.uint16),
    Form.SIGNED_8: np.dtype(np.float32),
    Form.SIGNED_16: np.dtype(np.float32),
    Form.STEPS_16: np.dtype(np.float32),
    Form.SIGNED_64: np.dtype(np.int64),
}


class _Field(ctypes.Structure):
    _fields_ = (
        ("at", _COUNT),
        ("form", _COUNT),
        ("mask", _COUNT),
        ("scale", ctypes.c_double),
        ("column", _POINTER),
    )


class _Layout(ctypes.Structure):
    _fields_ = (
        ("mask", _POINTER),
        ("constant", _POINTER),
        ("length", _COUNT),
        ("epc_at", _COUNT),
        ("epc_bytes", _COUNT),
        ("last_mask", _COUNT),
        ("epc", _POINTER),
        ("fields", _COUNT),
        ("field", _POINTER),
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field stands in a record, and what becomes of it.

    Attributes:
        column: name of its column.
        at: place of its first byte.
        form: how it is read.
        scale: what the number is multiplied with.
        mask: which of its bits are meant.
    """

    column: str
    at: int
    form: Form
    scale: float = 1.0
    mask: int = 0xFFFF


class CompiledLayout:
    """Reads records of one layout.

    Args:
        mask: 0xFF for each byte of the record that is no value.
        constant: what these bytes are.
        epc: place, bytes, and mask of the last byte.
        fields: the others.

    Raises:
        ValueError: a place lies outside the record.
    """

    def __init__(
        self,
        mask: NDArray[np.uint8],
        constant: NDArray[np.uint8],
        epc: tuple[int, int, int],
        fields: Sequence[Place],
    ) -> None:
        length, (epc_at, self._epc_bytes, last_mask) = len(mask), epc
        ends = [one.at + _BYTES[one.form] for one in fields]
        places = (epc_at, epc[1], *(one.at for one in fields))
        most = max(WORD_BYTES, epc_at + epc[1], *ends)
        if len(constant) != length or most > length or min(places) < 0:
            raise ValueError("a place outside the record")
        self._kept = bytes(mask), bytes(constant)
        # wide columns first: each then begins where numbers of its kind may
        fields = sorted(fields, key=lambda one: -_KINDS[one.form].itemsize)
        self._columns = [(one.column, _KINDS[one.form]) for one in fields]
        self._row_bytes = self._epc_bytes + sum(kind.itemsize for _, kind in self._columns)
        self._places = (_Field * len(fields))(
            *(_Field(one.at, one.form, one.mask, one.scale, None) for one in fields)
        )
        addresses = (ctypes.cast(ctypes.c_char_p(one), _POINTER) for one in self._kept)
        numbers = length, epc_at, self._epc_bytes, last_mask
        self._plain = _Layout(
            *addresses, *numbers, None, len(fields), ctypes.addressof(self._places)
        )
        self._at = ctypes.byref(self._plain)

    def read(
        self, reading: "Reading", messages: bytes, most: int
    ) -> dict[str, NDArray[Any]] | None:
        """The columns of whole messages, one behind the other; None where any record differs.

        Args:
            reading: `READING`.
            messages: with their headers.
            most: reads that there can be.
        """
        columns = self._room(most)[0]
        found = reading.take(self._at, messages, len(messages), most)
        return columns if found == most else None

    def read_steady(
        self, reading: "Reading", readers: Readers, now_us: int, arrived_us: int
    ) -> tuple[dict[str, NDArray[Any]], int]:
        """The columns of what readers have just sent, dated, and how many reads that are.

        Args:
            reading: `READING`.
            readers: where their numbers stand, how many, their bytes, and reads that there can be.
            now_us: monotonic.
            arrived_us: gateway UTC.
        """
        at, count, into, most = readers
        columns, places = self._room(most, "seen_us")
        dates = now_us, arrived_us, places["last_seen_us"], places["seen_us"]
        found = reading.take_steady(self._at, at, count, into, *dates)
        if found < most:
            columns = {name: column[:found] for name, column in columns.items()}
        return columns, found

    @property
    def is_dated(self) -> bool:
        """Whether its records tell when a tag was seen last."""
        return any(column == "last_seen_us" for column, _ in self._columns)

    def _room(self, most: int, *more: str) -> tuple[dict[str, NDArray[Any]], dict[str, int]]:
        """Columns for so many reads and where they begin, `more` times first: a block for all."""
        shape, size = (most,), most * (self._row_bytes + 8 * len(more))
        block = np.empty(size, np.uint8)  # one for all: to ask costs the call
        at, begin = block.ctypes.data, 0
        columns: dict[str, NDArray[Any]] = {}
        places: dict[str, int] = {}
        for column in more:
            columns[column], places[column] = np.ndarray(shape, np.int64, block, begin), at + begin
            begin += 8 * most
        for (column, kind), field in zip(self._columns, self._places, strict=True):
            columns[column] = np.ndarray(shape, kind, block, begin)
            field.column = places[column] = at + begin
            begin += most * kind.itemsize
        self._plain.epc = at + begin
        columns["epc"] = np.ndarray((most, self._epc_bytes), np.uint8, block, begin)
        return columns, places


@dataclass(frozen=True, slots=True)
class Reading:
    """The functions of the library.

    Attributes:
        take: see `CompiledLayout.read`.
        alike: how many whole messages from a place on are of the type, version and length of the
            whole one before it; of (bytes, their number, place, length).
        receive: see `receiving.Receiver`.
        hear, take_steady: see `steady`.
    """

    take: Function
    alike: Function
    receive: Function
    hear: Function
    take_steady: Function


def load(library: str = LIBRARY) -> tuple[Reading | None, str]:
    """The functions of a library beside this file, or None and why it cannot be used."""
    if sys.byteorder != "little":
        return None, "compiled code is for little-endian machines"
    try:
        found = ctypes.PyDLL(__file__.rpartition("/")[0] + "/" + library)
        found.reading_layout.restype = _COUNT
        version = found.reading_layout()
        take, alike = found.reading_take, found.reading_alike
        receive, hear = found.reading_receive, found.reading_hear
        take_steady = found.reading_take_steady
    except (OSError, AttributeError) as error:
        return None, f"no compiled code for this machine: {error}"
    if version != VERSION:
        return None, f"compiled code of another version (layout {version}, not {VERSION})"
    take.argtypes, take.restype = (_POINTER, ctypes.c_char_p, _COUNT, _COUNT), _COUNT
    alike.argtypes, alike.restype = (ctypes.c_char_p, _COUNT, _COUNT, _COUNT), _COUNT
    receive.argtypes = _POINTER, _COUNT, _POINTER, _COUNT, _COUNT
    receive.restype = _COUNT
    hear.argtypes = _POINTER, _COUNT, _POINTER, _COUNT, _COUNT, _COUNT
    hear.restype = _COUNT
    take_steady.argtypes = _POINTER, _POINTER, _COUNT, _POINTER, *[_COUNT] * 2, *[_POINTER] * 2
    take_steady.restype = _COUNT
    return Reading(take, alike, receive, hear, take_steady), "compiled"


READING, REASON = load()
"""What this machine has, and why not if it has none."""
