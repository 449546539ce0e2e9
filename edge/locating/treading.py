"""In which corner of each place a tag may be, from look to look.

What antennas hear of a carried tag depends on where in a place it is, and there it stays for
seconds. So for each slot it is kept how likely the tag is in each cell of the slot's place, if it
is there at all: it walks on a little, is weighed by the reads that came since, and what the place
explains is the sum over its cells. A place that fits now, but from none of the cells where the tag
could be, has little to say. What has just come from elsewhere may be in any cell.

This is a grid filter within each place, beside the one over places (Thrun, Burgard and Fox,
*Probabilistic Robotics*, 2005, 8.2). It takes each read once; what the survey says beside it is of
evidence that fades.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.locating.epcs import Rows, grown
from edge.locating.slots import NO_ANTENNA, SLOTS, Floats, News, Slots
from edge.locating.terrain import CELLS, Terrain, walked

_PACE_S = np.float32(1.0)
_LEVEL_TELLS, _SHADOW_S = np.float32(0.3), np.float32(0.5)
"""Of what a read that comes alone tells by its level: the least, and how long a shadow lasts.
Reads of one tag within that time share their fading."""
_COUNT_TELLS = 0.5
"""Of what a read tells by coming."""
_UNFADED_MOST = 1.5
"""Slots hold faded reads, and silence does not fade, so they are taken for as many as came; for no
more than that, because a tag that many antennas hear has not all of its reads in its slots."""
_LEAST = np.float32(1e-4)
"""No cell is ruled out for good: it would be too small a number to keep."""
_EVEN = np.float32(1.0 / CELLS)
_SILENCE_S_MAX = np.float32(2.0)
"""Longer silence tells no more: a reader may have been busy with others."""
_BUSY_MEMORY_S, _BUSY_PRIOR_S = 600.0, 60.0
"""Tag-seconds."""
_READ = np.float32(1e-3)
"""Less weight than this is no read but rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Trodden:
    """Cells after a look at m tags.

    Attributes:
        room: shape (4, m), what the reads since the last look say for each slot's place, nats.
        share: shape (m, 4, CELLS), how likely the tag is in each cell, if it is in that place.
    """

    room: Floats
    share: Floats


@dataclass(frozen=True, slots=True, eq=False)
class FreshReads:
    """What came since the last look; each column has shape (4, m).

    Attributes:
        count: reads.
        level_sum: sum of their levels, dBm.
    """

    count: Floats
    level_sum: Floats


@dataclass(frozen=True, slots=True, eq=False)
class FreshLevels:
    """What came since the last look, for the cells.

    Attributes:
        count: reads of each slot, shape (4, m).
        level: their mean level above what is usual, dB; the same shape.
        tells: how much of what a read's level tells is new, by tag; see `told_by_a_read`.
    """

    count: Floats
    level: Floats
    tells: Floats


class Treading:
    """Follows the tags of one surveyed floor.

    Args:
        terrain: what was learnt.
        column: which of its antennas each of the floor's antennas is.
        window_s: in which the evidence of the slots fades.
    """

    def __init__(self, terrain: Terrain, column: list[int], window_s: float) -> None:
        level = np.array(terrain.level_db)[..., column]
        spread = np.array(terrain.spread_db)[..., column]
        rate = np.array(terrain.rate_per_s)[..., column]
        per_db2 = -0.5 / spread**2
        of_level = [per_db2 * level**2 - np.log(spread), -2.0 * per_db2 * level, per_db2]
        says = np.array([_COUNT_TELLS * np.log(rate), *of_level])
        """By place, cell and antenna: for a read; for its level, for each dB and each dB²."""
        table = np.pad(np.moveaxis(says, 0, -1), ((0, 1), (0, 0), (0, 1), (0, 0)))
        self._shape = table.shape[2:]
        self._says = table.reshape(-1, table[0, 0].size).T.astype(np.float32)
        quiet = np.pad(_COUNT_TELLS * rate, ((0, 1), (0, 0), (0, 1)))
        self._silence_per_s = quiet.astype(np.float32)
        self._busy = _Busy(float(rate.sum(axis=-1).mean()))
        walk = walked(terrain.edge_m, float(_PACE_S))
        self._walk = walk.astype(np.float32)
        self._keeps = np.float32(np.sort(np.abs(np.linalg.eigvals(walk)))[-2])
        """What is left of knowing where a tag was after a second more of walking."""
        self._window_s = np.float32(window_s)
        self._share = np.zeros((0, SLOTS, CELLS), np.float16)
        self._antenna = np.zeros((0, SLOTS), np.uint16)
        self._sums = np.zeros((0, 2, SLOTS), np.float32)
        """Weight and sum of levels of the slots at the last look."""

    @property
    def nbytes(self) -> int:
        """Bytes held for tags."""
        return self._share.nbytes + self._antenna.nbytes + self._sums.nbytes

    def fresh(self, news: News) -> FreshReads:
        """What came since the last look."""
        self._make_room(news.rows)
        before = self._sums.take(news.rows, axis=0).transpose(1, 2, 0)
        fade = np.exp(-news.since_s / self._window_s) * self._goes_on(news.rows, news.slots)
        count = news.slots.weight - fade * before[0]
        some = news.fresh & (count > _READ)
        count *= some
        level_sum = (news.slots.level_sum - fade * before[1]) * some
        unfaded = news.reads / np.maximum(count.sum(axis=0), _READ)
        whole = np.clip(unfaded, 1.0, _UNFADED_MOST).astype(np.float32)
        return FreshReads(count * whole, level_sum * whole)

    def look(
        self,
        news: News,
        row: NDArray[np.int64],
        heard: FreshLevels,
        alive: NDArray[np.bool_],
        arriving: Floats,
    ) -> Trodden:
        """What the reads since the last look say of each slot's place, and of its cells.

        Args:
            news: m tags.
            row: shape (4, m), rows of the survey; one more stands for none.
            heard: reads of each slot.
            alive: by antenna number, with one more entry: silence of a dead antenna says nothing.
            arriving: shape (4, m), share of what is believed to be there that came just now.
        """
        share = self._before(news, arriving)
        everywhere = self._said(news, heard)
        span_s = self._busy.share * _span_s(news)
        everywhere -= span_s[:, np.newaxis] * (self._silence_per_s @ alive).reshape(-1)
        places = len(self._silence_per_s)
        at = row.T + (np.arange(len(span_s)) * places)[:, np.newaxis]
        said = everywhere.reshape(-1, CELLS).take(at, axis=0)
        most = said.max(axis=2, keepdims=True)
        said -= most
        share *= np.exp(said, out=said)
        explained = share.sum(axis=2, keepdims=True)
        share /= explained
        return Trodden((np.log(explained) + most)[..., 0].T, share)

    def _said(self, news: News, heard: FreshLevels) -> Floats:
        """What reads say of all cells of all places, and of none, by tag."""
        level = heard.level
        telling = heard.count * heard.tells
        tag = np.arange(len(news.rows))
        dense = np.zeros((len(tag), *self._shape), np.float32)
        antenna = np.minimum(news.slots.antenna, self._shape[0] - 1)
        dense[tag, antenna] = np.stack(
            [heard.count, telling, telling * level, telling * level * level], axis=-1
        )
        said: Floats = dense.reshape(len(tag), -1) @ self._says
        return said

    def keep(self, news: News, trodden: Trodden) -> None:
        """Keep what a look found, and what it has heard."""
        rows, slots = news.rows, news.slots
        self._busy.hear(int(news.reads.sum()), float(_span_s(news).sum()))
        self._share[rows] = np.maximum(trodden.share, _LEAST)
        self._antenna[rows] = slots.antenna.T
        self._sums[rows] = np.stack([slots.weight, slots.level_sum]).transpose(2, 0, 1)

    def _before(self, news: News, arriving: Floats) -> Floats:
        """How likely each tag was in each cell just before these reads."""
        share = self._share.take(news.rows, axis=0).astype(np.float32)
        moved = -np.expm1(-news.since_s / _PACE_S)[:, np.newaxis, np.newaxis]
        share += moved * ((share.reshape(-1, CELLS) @ self._walk).reshape(share.shape) - share)
        known = self._keeps ** np.maximum(news.since_s - _PACE_S, 0.0) * (1.0 - arriving)
        anywhere = 1.0 - known * self._goes_on(news.rows, news.slots)
        share += anywhere.T[..., np.newaxis] * (_EVEN - share)
        return share

    def _goes_on(self, rows: Rows, slots: Slots) -> NDArray[np.bool_]:
        """Slots that have the antenna that they had at the last look."""
        same: NDArray[np.bool_] = slots.antenna == self._antenna.take(rows, axis=0).T
        return same

    def _make_room(self, rows: Rows) -> None:
        needed, held = int(rows.max(initial=-1)) + 1, len(self._antenna)
        if needed > held:
            size = grown(held, needed)
            self._share.resize((size, SLOTS, CELLS), refcheck=False)
            self._sums.resize((size, 2, SLOTS), refcheck=False)
            self._antenna.resize((size, SLOTS), refcheck=False)
            self._antenna[held:] = NO_ANTENNA


class _Busy:
    """How often tags are read, as a share of when one was carried about for the survey.

    Readers share their time among all tags that they hear.

    Args:
        rate_per_s: how often that one was read, in the mean.

    Attributes:
        share: the share, of all tags lately.
    """

    def __init__(self, rate_per_s: float) -> None:
        self._rate_per_s = rate_per_s
        self._reads, self._seconds = rate_per_s * _BUSY_PRIOR_S, _BUSY_PRIOR_S
        self.share = np.float32(1.0)

    def hear(self, reads: int, seconds: float) -> None:
        """Take in reads of some tags in so many of their seconds."""
        self._reads += reads
        self._seconds += seconds
        left = min(1.0, _BUSY_MEMORY_S / self._seconds)
        self._reads, self._seconds = left * self._reads, left * self._seconds
        self.share = np.float32(self._reads / (self._rate_per_s * self._seconds))


def _span_s(news: News) -> Floats:
    """For how long the silence of those that did not read a tag counts."""
    span_s: Floats = np.minimum(news.since_s, _SILENCE_S_MAX)
    return span_s


def told_by_a_read(gap_s: Floats) -> Floats:
    """How much of what a read's level tells is new, of tags read at these mean gaps; up to 1.

    The oftener a tag is read, the more of its reads share one shadow.
    """
    told: Floats = np.maximum(gap_s / (gap_s + _SHADOW_S), _LEVEL_TELLS)
    return told
