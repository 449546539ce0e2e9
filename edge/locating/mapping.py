"""Learning the terrain of a floor from a walk that nobody measured.

It is known in which place the tag was, and not where in it. So both are found in turn (Baum,
Petrie, Soules, Weiss, Annals of Mathematical Statistics 41, 1970): given the table, how likely
the tag was in each cell at each moment, by all that was heard before and after; given that, what
each antenna hears from each cell. It begins with levels that fall with distance, and each cell
stays near to that line, which is fitted along with it: a minute does not teach all cells.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.locating.pieces import Piece
from edge.locating.terrain import CELLS, Terrain, cells_m, table_of, walked
from edge.model.ids import LocationId
from edge.model.places import Antenna, Floor, Location

_STEP_US = 200_000
_ROUNDS = 8
_COUNTS = 0.5
"""Of what a read tells: those of one moment share their fading."""
_SLOPE, _SLOPE_BOUNDS = 15.0, (8.0, 30.0)
"""How many dB a tenfold distance costs, at first and at the least and most."""
_ABOVE_M = 0.3
"""The least that an antenna hangs above or below a carried tag."""
_TAG_M = 1.0
"""How high tags are carried."""
_SPREAD_DB = 6.0
_PRIOR_READS, _PRIOR_STEPS, _SPREAD_READS = 300.0, 10.0, 120.0
"""For how many reads, and steps of time, the line counts as much as what a cell itself heard."""
_SPREAD_BOUNDS_DB = (3.0, 9.0)
_RATE_BOUNDS = (0.02, 20.0)
"""Reads in a step."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Walks:
    """Pieces in steps of time; one row each, the shorter ones with nothing heard at their end.

    Attributes:
        place: by piece, its number.
        lasts: shape (pieces, steps), whether the piece lasts so long.
        count: shape (pieces, steps, antennas), reads.
        level: the same shape, the sum of their levels above the offset.
        square: the same shape, the sum of their squares.
    """

    place: NDArray[np.int64]
    lasts: NDArray[np.bool_]
    count: Doubles
    level: Doubles
    square: Doubles


@dataclass(slots=True, eq=False)
class _Found:
    """The table while it is learnt; see `Terrain`, `rate` in reads a step."""

    level: Doubles
    variance: Doubles
    rate: Doubles


def terrain(
    floor: Floor, places: Sequence[LocationId], pieces: Sequence[Piece], offset_dbm: Doubles
) -> Terrain | None:
    """The terrain of a floor; None where its file does not say where places and antennas are.

    Args:
        floor: places and antennas.
        places: those that antennas cover, all of which have pieces.
        pieces: labelled reads of a tag that was carried about.
        offset_dbm: by antenna.
    """
    areas = [floor.locations.get(place) for place in places]
    sizes = [min(one.width_m, one.depth_m) for one in areas if one is not None]
    measured = all(one.x_m is not None and one.y_m is not None for one in floor.antennas)
    if len(sizes) < len(areas) or min(sizes) <= 0.0 or not measured:
        return None
    known = [one for one in areas if one is not None]
    edge_m = float(np.mean([(one.width_m + one.depth_m) / 2.0 for one in known]))
    apart = np.log10(_distances_m(known, floor.antennas))
    walks = _in_steps(places, pieces, offset_dbm)
    found = _Found(
        -_SLOPE * (apart - apart.mean(axis=(0, 1))),
        np.full(apart.shape, _SPREAD_DB**2),
        np.ones(apart.shape),
    )
    walk = walked(edge_m, _STEP_US * 1e-6)
    for _ in range(_ROUNDS):
        _learn(found, walks, _whereabouts(found, walks, walk), apart)
    rate_per_s = found.rate / (_STEP_US * 1e-6)
    spread = np.sqrt(found.variance)
    return Terrain(edge_m, table_of(found.level), table_of(spread), table_of(rate_per_s))


def _distances_m(areas: Sequence[Location], antennas: Sequence[Antenna]) -> Doubles:
    """Shape (places, cells, antennas)."""
    unit = cells_m(1.0)
    at = np.array([unit * (one.width_m, one.depth_m) + (one.x_m, one.y_m) for one in areas])
    hangs = np.array([(one.x_m or 0.0, one.y_m or 0.0) for one in antennas])
    above = [_TAG_M if one.z_m is None else one.z_m - _TAG_M for one in antennas]
    above_m = np.maximum(np.abs(above), _ABOVE_M)
    flat_m2 = ((at[:, :, np.newaxis] - hangs) ** 2).sum(axis=-1)
    distance_m: Doubles = np.sqrt(flat_m2 + above_m**2)
    return distance_m


def _in_steps(
    places: Sequence[LocationId], pieces: Sequence[Piece], offset_dbm: Doubles
) -> _Walks:
    number = {place: row for row, place in enumerate(places)}
    antennas = len(offset_dbm)
    lengths = np.array([max(1, piece.length_us // _STEP_US) for piece in pieces])
    steps = int(lengths.max())
    shape = (len(pieces), steps, antennas)
    count, level, square = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for row, piece in enumerate(pieces):
        step = np.minimum(piece.time_us // _STEP_US, lengths[row] - 1)
        above_db = piece.rssi_dbm - offset_dbm[piece.antenna]
        np.add.at(count[row], (step, piece.antenna), 1.0)
        np.add.at(level[row], (step, piece.antenna), above_db)
        np.add.at(square[row], (step, piece.antenna), above_db**2)
    place = np.array([number[piece.place] for piece in pieces])
    return _Walks(place, np.arange(steps) < lengths[:, np.newaxis], count, level, square)


def _whereabouts(found: _Found, walks: _Walks, walk: Doubles) -> Doubles:
    """How likely each tag was in each cell, shape (pieces, steps, cells); forward and backward."""
    per_db2 = -0.5 / found.variance
    constant = np.log(found.rate) + per_db2 * found.level**2 - 0.5 * np.log(found.variance)
    says = np.tile(-found.rate.sum(axis=2)[walks.place, np.newaxis], (1, walks.lasts.shape[1], 1))
    for heard, term in (
        (walks.count, constant),
        (walks.level, -2.0 * per_db2 * found.level),
        (walks.square, per_db2),
    ):
        says += heard @ term[walks.place].transpose(0, 2, 1)
    says *= _COUNTS
    says = np.exp(says - says.max(axis=2, keepdims=True))
    forward, backward = np.empty_like(says), np.ones_like(says)
    here = np.full((len(says), CELLS), 1.0 / CELLS)
    for step in range(says.shape[1]):
        here = (here @ walk) * says[:, step]
        here /= here.sum(axis=1, keepdims=True)
        forward[:, step] = here
    later = np.ones((len(says), CELLS))
    for step in range(says.shape[1] - 2, -1, -1):
        later = (later * says[:, step + 1]) @ walk.T
        later /= later.sum(axis=1, keepdims=True)
        backward[:, step] = later
    both: Doubles = forward * backward
    both *= walks.lasts[..., np.newaxis]
    both /= np.maximum(both.sum(axis=2, keepdims=True), 1e-12)
    return both


def _learn(found: _Found, walks: _Walks, whereabouts: Doubles, apart: Doubles) -> None:
    """What each antenna hears from each cell, given where the tags were."""
    spent = np.zeros(apart.shape[:2])
    count, level, square = (np.zeros(apart.shape) for _ in range(3))
    weights = whereabouts.transpose(0, 2, 1)
    np.add.at(spent, walks.place, weights.sum(axis=2))
    np.add.at(count, walks.place, weights @ walks.count)
    np.add.at(level, walks.place, weights @ walks.level)
    np.add.at(square, walks.place, weights @ walks.square)
    heard = _all(count)
    middle = np.where(heard > 0.0, _means(count, apart), apart.mean(axis=(0, 1)))
    mean = level.sum(axis=(0, 1)) / np.maximum(heard, 1e-9)
    off = level - count * mean
    slope = -float(((apart - middle) * off).sum() / (count * (apart - middle) ** 2).sum())
    line = mean - np.clip(slope, *_SLOPE_BOUNDS) * (apart - middle)
    found.level = (level + _PRIOR_READS * line) / (count + _PRIOR_READS)
    square += found.level * (found.level * count - 2.0 * level)
    usual = _usual_variance(found.level, count, square)
    found.variance = (square + _SPREAD_READS * usual) / (count + _SPREAD_READS)
    found.rate = _rates(found.level, spent, count)


def _usual_variance(level: Doubles, count: Doubles, square: Doubles) -> Doubles:
    """By cell and antenna, the line along which levels scatter as they rise, one for all antennas.

    Near an antenna a step changes more, on any day; a single cell's own reads show that late.

    Args:
        level: what is heard from each cell.
        count: reads.
        square: the sum of their squares off that level.
    """
    mean, middle = square.sum() / count.sum(), (count * level).sum() / count.sum()
    off = level - middle
    slope = (off * (square - count * mean)).sum() / max((count * off**2).sum(), 1e-9)
    least, most = _SPREAD_BOUNDS_DB
    line: Doubles = np.clip(mean + slope * off, least**2, most**2)
    return line


def _rates(level: Doubles, spent: Doubles, count: Doubles) -> Doubles:
    """Reads a step, drawn towards the line along which they rise with the level."""
    spent = spent[..., np.newaxis]
    rate = count / np.maximum(spent, 1e-9)
    middle, mean = _means(spent, level), _all(count) / spent.sum()
    squares = _all(spent * (level - middle) ** 2)
    slope = _all(spent * (level - middle) * (rate - mean)) / np.maximum(squares, 1e-9)
    line = np.clip(mean + slope * (level - middle), *_RATE_BOUNDS)
    drawn: Doubles = np.clip((count + _PRIOR_STEPS * line) / (spent + _PRIOR_STEPS), *_RATE_BOUNDS)
    return drawn


def _means(weight: Doubles, values: Doubles) -> Doubles:
    """By antenna, over places and cells."""
    mean: Doubles = (weight * values).sum(axis=(0, 1)) / np.maximum(_all(weight), 1e-9)
    return mean


def _all(values: Doubles) -> Doubles:
    total: Doubles = values.sum(axis=(0, 1))
    return total
