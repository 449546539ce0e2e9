"""Drawing a survey from labelled pieces: three lessons, added up.

*Own antenna.* The nearer the tag, the louder its place's antenna, by the same slope everywhere:
right on any day, but blunt.
*Gaussian levels.* Mean and spread of each antenna's level at each place; what was heard little is
drawn towards what antennas in the same *role* hear (own, then by distance), so that places which
the layout makes alike share their lessons.
*Weighing.* Levels, their squares, rates and silences weighed together so that the true place is
the most probable: by a small network (`weighing`); on floors of very many antennas, where that
would cost too much, by a softmax regression, which a ridge keeps modest.

On real recordings each alone is worse than the sum, above all on another day than it was learnt on
(docs/locating.md). The weights were chosen there and are the same for every floor.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from edge.locating.mapping import terrain
from edge.locating.pieces import Piece
from edge.locating.sampling import SAMPLES_A_SECOND, Samples, sampled
from edge.locating.survey import (
    CONSTANT,
    EXPECTED,
    PER_DB,
    PER_DB2,
    PER_ROOT,
    SILENCE,
    TERMS,
    Survey,
    table_of,
)
from edge.locating.weighing import weighed
from edge.model.ids import LocationId
from edge.model.places import Antenna, Floor

_OWN_WEIGHT, _OWN_SLOPE_DB, _OWN_SILENCE = 0.3, 3.0, -4.0
_LEVELS_WEIGHT, _LEVELS_SILENCE = 0.25, -1.5
_LEVELS_BESIDE = 0.5
"""What is left of the levels' weight where a network weighs them, too."""
_NETWORK_ANTENNAS_MAX = 32
_SOFTMAX_WEIGHT, _RIDGE = 0.5, 50.0
_MEAN_PRIOR_S, _SPREAD_PRIOR_S = 30.0, 100.0
"""Seconds of hearing for which a role's mean and spread count as much as the place's own."""
_OWN_DB, _SPREAD_DB = 4.0, 5.0
"""How much louder than on average an antenna hears its own place, and the spread of levels, where
nobody has walked; as in the rooms of docs/locating.md."""
_ALONE = 1.6
"""How much more the first two say where no weighing stands beside them."""
_LEVEL_LEAST_DB = -10.0
_SECONDS_MIN = 8.0
"""With less, weighing helps nobody: from 10 s a place it is right in 51 % of the later seconds of
a walk and without it 52, from 20 s in 59 and 53 %."""
_STEPS = 200
_SAME_DISTANCE = 1.1

Doubles = NDArray[np.float64]


def survey(
    floor: Floor,
    pieces: Sequence[Piece],
    offset_dbm: Doubles,
    window_s: float,
    chance: np.random.Generator,
) -> Survey:
    """The survey of a floor.

    Places are weighed where each was recorded for 8 s or more, not counting the first second of
    each piece; with less, what was heard is drawn towards what the layout promises.

    Args:
        floor: places and antennas.
        pieces: labelled reads.
        offset_dbm: by antenna.
        window_s: memory of the evidence.
        chance: for the network's first weights and the stretches it is schooled on.
    """
    places = tuple(dict.fromkeys(antenna.location for antenna in floor.antennas))
    samples = sampled(pieces, places, offset_dbm, window_s)
    seconds = np.bincount(samples.place, minlength=len(places)) / SAMPLES_A_SECOND
    own, levels = _own(floor, places), _levels(floor, places, samples)
    if seconds.min() < _SECONDS_MIN:
        alone = _scaled(own + levels, _ALONE)
        return _named(floor, places, alone, np.zeros(len(places)), samples)
    few = len(floor.antennas) <= _NETWORK_ANTENNAS_MAX
    network = weighed(samples, len(places), chance) if few else None
    if network is None:
        linear, bias = _softmax(samples, len(places))
        return _named(floor, places, own + levels + linear, bias, samples)
    terms = own + _scaled(levels, _LEVELS_BESIDE) + network.terms
    made = _named(floor, places, terms, network.bias, samples)
    ground = terrain(floor, places, pieces, offset_dbm)
    return replace(made, hidden=network.hidden, terrain=ground)


def layout_survey(floor: Floor, window_s: float) -> Survey:
    """What can be said of a floor on which nobody has walked: own antennas are louder."""
    places = tuple(dict.fromkeys(antenna.location for antenna in floor.antennas))
    samples = sampled((), places, np.zeros(len(floor.antennas)), window_s)
    terms = _own(floor, places) + _levels(floor, places, samples)
    return _named(floor, places, _scaled(terms, _ALONE), np.zeros(len(places)), samples)


def _scaled(terms: Doubles, factor: float) -> Doubles:
    """Terms that say more or less; what they expect to hear stays."""
    scaled = terms * factor
    scaled[..., EXPECTED] = terms[..., EXPECTED]
    return scaled


def _named(
    floor: Floor,
    places: tuple[LocationId, ...],
    terms: Doubles,
    bias: Doubles,
    samples: Samples,
) -> Survey:
    roots = np.sqrt(samples.weight * samples.heard)
    return Survey(
        places=places,
        antennas=tuple(f"{one.reader}/{one.port}" for one in floor.antennas),
        terms=tuple(map(table_of, terms)),
        bias=tuple(bias.tolist()),
        root_reads=tuple((roots.sum(axis=0) / max(len(roots), 1)).tolist()),
    )


def _own(floor: Floor, places: Sequence[LocationId]) -> Doubles:
    terms = np.zeros((len(places), len(floor.antennas), TERMS))
    for column, antenna in enumerate(floor.antennas):
        terms[places.index(antenna.location), column, PER_DB] = _OWN_WEIGHT / _OWN_SLOPE_DB
        terms[places.index(antenna.location), column, SILENCE] = _OWN_WEIGHT * _OWN_SILENCE
    return terms


def _levels(floor: Floor, places: Sequence[LocationId], samples: Samples) -> Doubles:
    roles = _roles(floor, places)
    seconds, mean, square = _moments(samples, len(places))
    own_mean, own_square = _by_role(roles, seconds, mean, square)
    share = seconds / (seconds + _MEAN_PRIOR_S)
    expected = share * mean + (1.0 - share) * own_mean
    spread = np.maximum(square - 2.0 * mean * expected + expected**2, 0.0)
    role_spread = np.maximum(own_square - own_mean**2, 1.0)
    share = seconds / (seconds + _SPREAD_PRIOR_S)
    variance = share * spread + (1.0 - share) * role_spread
    terms = np.zeros((*roles.shape, TERMS))
    terms[..., CONSTANT] = -0.5 * (expected**2 / variance + np.log(variance))
    terms[..., PER_DB] = expected / variance
    terms[..., PER_DB2] = -0.5 / variance
    terms[..., SILENCE] = _LEVELS_SILENCE
    terms *= _LEVELS_WEIGHT
    terms[..., EXPECTED] = expected
    return terms


def _moments(samples: Samples, places: int) -> tuple[Doubles, Doubles, Doubles]:
    """By place and antenna: seconds heard, mean level, mean of its square."""
    at = np.eye(places)[samples.place].T
    count = at @ samples.heard
    mean = (at @ samples.level) / np.maximum(count, 1.0)
    square = (at @ samples.level**2) / np.maximum(count, 1.0)
    return count / SAMPLES_A_SECOND, mean, square


def _by_role(
    roles: NDArray[np.int64], seconds: Doubles, mean: Doubles, square: Doubles
) -> tuple[Doubles, Doubles]:
    """The same for each place's antenna as its role has them; a role never heard: as usual."""
    numbers = int(roles.max()) + 1
    flat = roles.ravel()
    total = np.bincount(flat, seconds.ravel(), numbers)
    usual = np.full(numbers, -_OWN_DB / max(roles.shape[1] - 1, 1))
    usual[0] = _OWN_DB
    found: list[Doubles] = []
    for column, else_ in ((mean, usual), (square, usual**2 + _SPREAD_DB**2)):
        sums = np.bincount(flat, (seconds * column).ravel(), numbers)
        by_role: Doubles = np.where(total > 0, sums / np.maximum(total, 1e-9), else_)
        found.append(by_role[roles])
    return found[0], found[1]


def _roles(floor: Floor, places: Sequence[LocationId]) -> NDArray[np.int64]:
    """Antennas that stand alike to a place have one role there: its own, then by distance."""
    roles = np.ones((len(places), len(floor.antennas)), np.int64)
    far_m = np.array(
        [[_distance_m(floor, place, antenna) for antenna in floor.antennas] for place in places]
    )
    if np.isfinite(far_m).all() and np.ptp(far_m) > 0:
        steps = np.sort(np.unique(far_m))
        begins = steps[1:][steps[1:] > steps[:-1] * _SAME_DISTANCE]
        roles += np.searchsorted(begins, far_m, side="right")
    for column, antenna in enumerate(floor.antennas):
        roles[places.index(antenna.location), column] = 0
    return roles


def _distance_m(floor: Floor, place: LocationId, antenna: Antenna) -> float:
    at = floor.locations.get(place)
    if at is None or antenna.x_m is None or antenna.y_m is None:
        return np.nan
    return float(np.hypot(antenna.x_m - at.x_m, antenna.y_m - at.y_m))


def _softmax(samples: Samples, places: int) -> tuple[Doubles, Doubles]:
    """Ridge-regularised multinomial regression; terms by place and antenna, and bias."""
    antennas = samples.heard.shape[1]
    level = np.maximum(samples.level, _LEVEL_LEAST_DB) * samples.heard
    root = np.sqrt(samples.weight) * samples.heard
    columns = np.concatenate([samples.heard, level, level**2, root], axis=1)
    middle, scale = columns.mean(axis=0), columns.std(axis=0)
    scale += 0.1 * np.repeat([1.0, 5.0, 25.0, 1.0], antennas)
    scaled = np.concatenate([(columns - middle) / scale, np.ones((len(columns), 1))], axis=1)
    weights = _fitted(scaled, np.eye(places)[samples.place])
    plain = weights[:-1] / scale[:, np.newaxis]
    terms = np.zeros((places, antennas, TERMS))
    by_term = plain.reshape(4, antennas, places).transpose(2, 1, 0)
    terms[..., [CONSTANT, PER_DB, PER_DB2, PER_ROOT]] = _SOFTMAX_WEIGHT * by_term
    return terms, _SOFTMAX_WEIGHT * (weights[-1] - middle @ plain)


def _fitted(columns: Doubles, truth: Doubles) -> Doubles:
    """Weights with the least log-loss plus ridge (Nesterov's accelerated gradient)."""
    n = len(columns)
    penalty = np.full((columns.shape[1], 1), _RIDGE * SAMPLES_A_SECOND / n)
    penalty[-1] = 1e-6
    pace = 1.0 / (0.5 * np.linalg.norm(columns, 2) ** 2 / n + float(penalty.max()))
    weights = np.zeros((columns.shape[1], truth.shape[1]))
    ahead = weights
    for step in range(_STEPS):
        odds = columns @ ahead
        odds -= odds.max(axis=1, keepdims=True)
        told = np.exp(odds)
        told /= told.sum(axis=1, keepdims=True)
        fresh = ahead - pace * (columns.T @ (told - truth) / n + penalty * ahead)
        ahead = fresh + step / (step + 3.0) * (fresh - weights)
        weights = fresh
    return weights
