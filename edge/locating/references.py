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
_LOOK_MS = 10_000
_LOOKS, _MEMORY_LOOKS = 30, 12
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


class ReferenceLevels:
    """How the level of each reference tag departs from what it was at first.

    The first five minutes with a calibration are the baseline; the level is then followed with a
    memory of two, so that a passing pallet is no drift.
    """

    def __init__(self, count: int) -> None:
        self._looked_ms = 0
        self._seen_ms = np.zeros(count, np.int64)
        self._looks = np.zeros(count)
        self._first_dbm = np.zeros(count)
        self._lately_dbm = np.zeros(count)

    def is_due(self, now_ms: int) -> bool:
        """Whether it is time for another look."""
        return not 0 <= now_ms - self._looked_ms < _LOOK_MS

    def follow(self, heard: Heard, now_ms: int) -> NDArray[np.float64]:
        """Take in what was heard; returns the departure by antenna, dB, NaN while not known."""
        self._looked_ms = now_ms
        new = (heard.seen_ms != self._seen_ms) & np.isfinite(heard.rssi_dbm)
        self._seen_ms = heard.seen_ms
        self._looks += new
        level_dbm = np.where(new, heard.rssi_dbm, 0.0)
        learning = new & (self._looks <= _LOOKS)
        share = 1.0 / np.where(learning, np.maximum(self._looks, 1.0), _MEMORY_LOOKS)
        self._lately_dbm += new * share * (level_dbm - self._lately_dbm)
        self._first_dbm[learning] = self._lately_dbm[learning]
        return np.where(self._looks > _LOOKS, self._lately_dbm - self._first_dbm, np.nan)
