"""Where on the floor plan resting tags lie: by their levels and, where ranges proved good, phases.

Levels are at hand in the tag table. Phases have to be gathered while a tag lies still: for each
antenna that hears it a mean of the doubled phase on each channel. Room for them is bounded: 2,048
pairs of tag and antenna, a MiB or two; one is given away when it has gathered nothing for ten
minutes. A tag that moves begins anew.
"""

import numpy as np
from numpy.typing import NDArray

from edge.locating.motion import Motions
from edge.locating.points import Points, Position, fields_of
from edge.locating.ranges import distances_m, ruler_of
from edge.locating.slots import NO_ANTENNA, News, Reads, Slots, Turned
from edge.model.places import Floor

_ROOM_LOG2 = 11
_KEPT_S = 600.0
_STILL, _MOVES = -1.0, 1.0
"""Log-odds of "carried" below which phases are gathered, and above which they are forgotten."""
_FOLLOWS = np.float32(0.25)
_NOBODY = -1
_MIXES = np.uint64(0x9E3779B97F4A7C15)


class Positions:
    """Tells positions on a floor with surveyed points.

    Args:
        floor: with its antennas, and its readers' channels where these are known.
        points: what was surveyed.
        offset_dbm: by antenna, what usual levels are relative to.
    """

    def __init__(self, floor: Floor, points: Points, offset_dbm: NDArray[np.float64]) -> None:
        self._fields = fields_of(floor, points)
        self._offset_dbm = offset_dbm
        self._antennas = len(floor.antennas)
        self._ruler = None if points.ranges is None else ruler_of(floor, points.ranges)
        self._weight = points.ranges.weight if points.ranges is not None else 0.0
        channels = 0 if self._ruler is None else self._ruler.channels
        room = 0 if self._ruler is None else 1 << _ROOM_LOG2
        self._far_m = distances_m(floor.antennas, self._fields.nodes)
        self._phasors = np.zeros((room, channels), np.complex64)
        self._pair = np.full(room, _NOBODY, np.int64)
        """Row and antenna in one number."""
        self._heard_s = np.zeros(room)

    @property
    def nbytes(self) -> int:
        """Bytes held for tags."""
        return self._phasors.nbytes + self._pair.nbytes + self._heard_s.nbytes

    def hear(
        self, reads: Reads, turned: Turned, tags: tuple[News, Motions | None], now_s: float
    ) -> None:
        """Gather the phases of tags that lie still.

        Args:
            reads: of one turn.
            turned: their phases.
            tags: that they are of, and what phases say of these.
            now_s: any time that passes.
        """
        news, motions = tags
        if self._ruler is None or motions is None:
            return
        self._forget(news.rows[motions.log_odds > _MOVES])
        of_tag = news.rows.searchsorted(reads.rows)
        good = motions.log_odds.take(of_tag, mode="clip") < _STILL
        good &= np.isfinite(turned.phase_rad) & (turned.channel > 0)
        good &= turned.channel <= self._phasors.shape[1]
        some = good.nonzero()[0]
        pair = reads.rows[some] * self._antennas + reads.antenna[some]
        entry = _entries(pair)
        free = (self._pair[entry] != pair) & (now_s - self._heard_s[entry] > _KEPT_S)
        free |= self._pair[entry] == _NOBODY
        self._phasors[entry[free]] = 0.0
        self._pair[entry[free]] = pair[free]
        own = self._pair[entry] == pair
        entry, some = entry[own], some[own]
        self._heard_s[entry] = now_s
        at = entry, turned.channel[some].astype(np.int64) - 1
        new = np.exp(2j * turned.phase_rad[some]).astype(np.complex64)
        before = self._phasors[at]
        self._phasors[at] = np.where(before == 0.0, new, before + _FOLLOWS * (new - before))

    def of(self, row: int, slots: Slots) -> Position | None:
        """Where a tag lies, from what each antenna usually hears of it while it rests.

        Args:
            row: of the tag.
            slots: its own alone.
        """
        some = (slots.antenna[:, 0] != NO_ANTENNA) & (slots.seen_ms[:, 0] > 0)
        antenna, usual = slots.antenna[some, 0], slots.usual[some, 0]
        lately = slots.level_sum[some, 0] / slots.weight[some, 0]
        level_dbm = np.full(self._antennas, np.nan)
        level_dbm[antenna] = np.where(np.isnan(usual), lately, usual + self._offset_dbm[antenna])
        return self._fields.locate(level_dbm, self._nats(row))

    def _nats(self, row: int) -> NDArray[np.float64] | None:
        """What a tag's phases say of each node; None where none are gathered."""
        if self._ruler is None:
            return None
        pair = row * self._antennas + np.arange(self._antennas)
        entry = _entries(pair)
        own = self._pair[entry] == pair
        if not own.any():
            return None
        heard = np.where(own[:, np.newaxis], self._phasors[entry], 0.0).astype(np.complex128)
        nats: NDArray[np.float64] = self._weight * self._ruler.agreement(heard, self._far_m).sum(
            axis=0
        )
        return nats

    def _forget(self, rows: NDArray[np.int64]) -> None:
        """Tags have moved."""
        if len(rows):
            gone = np.isin(self._pair // self._antennas, rows) & (self._pair != _NOBODY)
            self._pair[gone] = _NOBODY


def _entries(pair: NDArray[np.int64]) -> NDArray[np.int64]:
    mixed = pair.astype(np.uint64) * _MIXES
    return (mixed >> np.uint64(64 - _ROOM_LOG2)).astype(np.int64)
