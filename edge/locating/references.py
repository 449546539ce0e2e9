"""Reference tags: fixed before an antenna for good, so that not hearing one is surely a fault.

A reference tag is no goods: nothing is told of where it is. What the antenna hears of it stands in
the tag table already, so watching it costs nothing for each read.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.locating.slots import Slots
from edge.model.ids import Epc
from edge.model.places import Antenna

RowOf = Callable[[Epc], int]
SlotsOf = Callable[[NDArray[np.int64]], Slots]


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What each antenna heard of its own reference tag.

    Attributes:
        seen_ms: by antenna, table milliseconds of the last read; 0 where there was none.
        rssi_dbm: by antenna, decayed mean level; NaN where it heard none.
    """

    seen_ms: NDArray[np.int64]
    rssi_dbm: NDArray[np.float64]


class ReferenceTags:
    """The reference tags of a floor.

    Attributes:
        epcs: all of them.
        has: by antenna number, whether it has one.
    """

    def __init__(self, antennas: Iterable[Antenna], row_of: RowOf, slots_of: SlotsOf) -> None:
        self._tags = [
            (number, one.reference_epc)
            for number, one in enumerate(antennas)
            if one.reference_epc is not None
        ]
        self._row_of = row_of
        self._slots_of = slots_of
        self.epcs = frozenset(epc for _, epc in self._tags)
        self.has = np.array([one.reference_epc is not None for one in antennas], np.bool_)

    def look(self) -> Heard:
        """What was heard of them up to now."""
        seen_ms = np.zeros(len(self.has), np.int64)
        rssi_dbm = np.full(len(self.has), np.nan)
        for number, epc in self._tags:
            row = self._row_of(epc)
            if row < 0:
                continue
            slots = self._slots_of(np.array([row]))
            own = np.flatnonzero(slots.antenna[:, 0] == number)
            if len(own):
                slot = own[0]
                seen_ms[number] = slots.seen_ms[slot, 0]
                rssi_dbm[number] = slots.level_sum[slot, 0] / slots.weight[slot, 0]
        return Heard(seen_ms, rssi_dbm)
