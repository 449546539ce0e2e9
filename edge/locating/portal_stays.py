"""Stays of tags at one portal: reads in bins of time and side, cut at silence and at rest.

Every tag that the portal's antennas hear has a ring of bins, one ring of time for all tags, so
that a turn costs one operation over columns and nothing is done per read. A *stay* begins with a
read and ends when the tag

* is silent for longer than its own rhythm allows, or
* has rested: the level on both sides is what it was before, for `REST_S`, or
* has filled the ring.

A tag that rests is still heard; its next stay begins at once. So a pallet that is parked by the
gate gives stay after stay of resting, and the one in which it leaves holds all of its movement.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.locating.epcs import EpcIndex, Keys, Rows, grown

BIN_MS = 250
BINS = 96
"""24 seconds: a walk through a gate takes 3 to 15."""
SIDES = 2
INSIDE, OUTSIDE = 0, 1
REST_S = 8
_REST_BINS = REST_S * 1000 // BIN_MS
_REST_PARTS = 4
_REST_DB = 3.0
"""A resting tag's level over two seconds differs less than this from the two seconds before."""
_REST_READS = 2
"""Fewer reads in a part say nothing about rest."""
_QUIET_MS_MIN, _QUIET_MS_MAX = 1500, 4000
_QUIET_GAPS = 4.0
"""Silence of so many of a tag's mean gaps ends its stay."""
_SIDE_HOLDS_MS = 15_000.0
"""The side where a tag was heard last says less with every second."""
_FORGET_MS = 600_000
"""So long is it remembered that a tag rests here."""
TAGS_MAX = 8000
"""A portal hears hundreds; at the bound (10 MiB) further tags are counted and not followed."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class PortalReads:
    """Reads of one portal's antennas, as columns.

    Attributes:
        epc, keys, bits: as `EpcIndex` takes them.
        side: `INSIDE` or `OUTSIDE` of each read's antenna.
        rssi_dbm: a number, never NaN.
        seen_ms: on the portal's own clock.
    """

    epc: NDArray[np.uint8]
    keys: Keys
    bits: NDArray[np.uint16]
    side: NDArray[np.int64]
    rssi_dbm: Floats
    seen_ms: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Stays:
    """Stays that have ended, one row each.

    Attributes:
        rows: of the tracker.
        count: shape (n, BINS, SIDES): reads in each bin, oldest bin first, 0 outside the stay.
        level_dbm: the same shape: mean level; 0 where nothing was read.
        began_ms, ended_ms: of the first and last read.
        rested: how many stays before this one ended in rest, since the tag was last away.
        is_over: whether the tag fell silent; else it is still heard.
        side_before: -1 inside to 1 outside: where the tag's stay before ended, if that was lately.
    """

    rows: Rows
    count: Floats
    level_dbm: Floats
    began_ms: NDArray[np.int64]
    ended_ms: NDArray[np.int64]
    rested: NDArray[np.int64]
    is_over: NDArray[np.bool_]
    side_before: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.rows)


class StayTracker:
    """Follows the tags near one portal.

    Attributes:
        index: EPC to row.
        ignored: reads left out so far, for want of room.
    """

    def __init__(self, expected: int = 64) -> None:
        self.index = EpcIndex(expected)
        self.ignored = 0
        self._bin = 0
        self._count: Floats = np.zeros((expected, BINS, SIDES), np.float32)
        self._level: Floats = np.zeros((expected, BINS, SIDES), np.float32)
        self._began = np.full(expected, -1, np.int64)
        self._last = np.zeros(expected, np.int64)
        self._reads = np.zeros(expected, np.int64)
        self._rested = np.zeros(expected, np.int64)
        self._side = np.zeros(expected, np.float64)
        self._ended = np.zeros(expected, np.int64)

    def add(self, reads: PortalReads, now_ms: int) -> None:
        """Take reads; those older than the ring are left out."""
        self._advance(now_ms)
        room = len(self.index) + len(reads.bits) <= TAGS_MAX
        rows = (
            self.index.find_or_add(reads.epc, reads.keys, reads.bits)
            if room
            else self.index.find(reads.keys, reads.bits)
        )
        seen = np.minimum(reads.seen_ms, now_ms)
        bins = seen // BIN_MS
        good = (rows >= 0) & (bins > self._bin - BINS)
        self.ignored += int(len(good) - good.sum())
        rows, bins, seen, side = rows[good], bins[good] % BINS, seen[good], reads.side[good]
        if not len(rows):
            return
        self._make_room()
        np.add.at(self._count, (rows, bins, side), 1.0)
        np.add.at(self._level, (rows, bins, side), reads.rssi_dbm[good])
        fresh = rows[self._began[rows] < 0]
        self._began[fresh] = now_ms
        np.minimum.at(self._began, rows, seen)
        np.maximum.at(self._last, rows, seen)
        np.add.at(self._reads, rows, 1)

    def ended(self, now_ms: int) -> Stays:
        """Stays that have ended by now; each is told once."""
        self._advance(now_ms)
        rows = np.flatnonzero(self._began >= 0)
        silent = self._is_silent(rows, now_ms)
        full = now_ms - self._began[rows] >= (BINS - 2) * BIN_MS
        resting = ~silent & (now_ms - self._began[rows] >= REST_S * 1000)
        resting[resting] = self._is_resting(rows[resting])
        some = silent | full | resting
        stays = self._cut(rows[some], silent[some], resting[some] | full[some])
        self._forget(now_ms)
        return stays

    def remember(self, stays: Stays, side: NDArray[np.float64]) -> None:
        """Where these stays ended, -1 inside to 1 outside: a tag's next stay begins there."""
        self._side[stays.rows] = side
        self._ended[stays.rows] = stays.ended_ms

    def peak_dbm(self, keys: Keys, bits: NDArray[np.uint16]) -> Floats:
        """The loudest bin that each tag has now, in dBm; -inf for a tag not heard here."""
        rows = self.index.find(keys, bits)
        found = np.full(len(rows), -np.inf, np.float32)
        here = np.flatnonzero(rows >= 0)
        here = here[rows[here] < len(self._count)]
        count, level = self._count[rows[here]], self._level[rows[here]]
        mean = np.where(count > 0, level / np.maximum(count, 1.0), -np.inf)
        found[here] = mean.reshape(len(here), -1).max(axis=1, initial=-np.inf)
        return found

    def _advance(self, now_ms: int) -> None:
        now = now_ms // BIN_MS
        entered = np.arange(max(self._bin + 1, now - BINS + 1), now + 1) % BINS
        if len(entered):
            self._count[:, entered] = 0.0
            self._level[:, entered] = 0.0
            self._bin = now

    def _make_room(self) -> None:
        needed, held = self.index.rows, len(self._began)
        if needed <= held:
            return
        size = grown(min(held, 1024), needed)
        for name in (
            "_count",
            "_level",
            "_began",
            "_last",
            "_reads",
            "_rested",
            "_side",
            "_ended",
        ):
            old = getattr(self, name)
            new = np.full((size, *old.shape[1:]), -1 if name == "_began" else 0, old.dtype)
            new[:held] = old
            setattr(self, name, new)

    def _is_silent(self, rows: Rows, now_ms: int) -> NDArray[np.bool_]:
        heard_ms = self._last[rows] - self._began[rows]
        gap_ms = heard_ms / np.maximum(self._reads[rows] - 1, 1)
        allowed = np.clip(_QUIET_GAPS * gap_ms, _QUIET_MS_MIN, _QUIET_MS_MAX)
        silent: NDArray[np.bool_] = now_ms - self._last[rows] >= allowed
        return silent

    def _is_resting(self, rows: Rows) -> NDArray[np.bool_]:
        """Whether each part of the last seconds sounds like the part before, on both sides."""
        bins = np.arange(self._bin - _REST_BINS, self._bin) % BINS
        shape = (len(rows), _REST_PARTS, _REST_BINS // _REST_PARTS, SIDES)
        count = self._count[rows][:, bins].reshape(shape).sum(axis=2)
        level = self._level[rows][:, bins].reshape(shape).sum(axis=2)
        enough = count >= _REST_READS
        mean = np.where(enough, level / np.maximum(count, 1.0), np.nan)
        step = np.abs(np.diff(mean, axis=1))
        steady = ~np.isnan(step) | (count[:, 1:] + count[:, :-1] < 2 * _REST_READS + 2)
        steady &= ~(step > _REST_DB)
        read_in_all: NDArray[np.bool_] = (count.sum(axis=2) > 0).all(axis=1)
        return np.asarray(read_in_all & steady.all(axis=(1, 2)))

    def _cut(self, rows: Rows, silent: NDArray[np.bool_], rested: NDArray[np.bool_]) -> Stays:
        order = np.arange(self._bin - BINS + 1, self._bin + 1)
        count = self._count[rows][:, order % BINS]
        level = self._level[rows][:, order % BINS]
        inside = order >= (self._began[rows] // BIN_MS)[:, None]
        count = count * inside[:, :, None]
        stays = Stays(
            rows,
            count,
            np.where(count > 0, level / np.maximum(count, 1.0), 0.0).astype(np.float32),
            self._began[rows].copy(),
            self._last[rows].copy(),
            self._rested[rows].copy(),
            silent,
            self._side[rows] * np.exp((self._ended[rows] - self._began[rows]) / _SIDE_HOLDS_MS),
        )
        self._rested[rows] += rested
        self._reads[rows] = 0
        self._began[rows] = -1
        going_on = rows[~silent]
        self._count[going_on] = 0.0
        self._level[going_on] = 0.0
        return stays

    def _forget(self, now_ms: int) -> None:
        known = np.flatnonzero(self.index.bits[: len(self._began)] > 0)
        idle = known[(self._began[known] < 0) & (now_ms - self._last[known] > _FORGET_MS)]
        if len(idle):
            self.index.remove(idle)
            self._rested[idle] = 0
            self._side[idle] = 0.0
            self._last[idle] = 0
            self._count[idle] = 0.0
            self._level[idle] = 0.0
