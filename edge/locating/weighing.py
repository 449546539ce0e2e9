"""Weighing all antennas together: a small network, schooled on stretches of a walk.

One hidden layer beside a linear one, over what each antenna heard: level, its square, root of the
decayed reads, and whether it heard at all. Seconds of one walk tell much the same, so a single
moment is no lesson: the network learns to name the place from the *sum* of what it says over a
stretch of up to two and a half seconds, as the filter will sum it. Where that is right for whole
stretches it is right for other walks, too.

Two pretences keep it from learning one day's walk by heart: with each stretch every antenna's gain
is off by a few dB, and one antenna in four is deaf. On recordings that nobody learnt from, the
deafness is worth a point, the stretches one more after a change has settled (docs/locating.md).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.locating.descent import Descent
from edge.locating.sampling import Samples
from edge.locating.survey import (
    CONSTANT,
    LEVEL_BOUNDS_DB,
    PER_DB,
    PER_DB2,
    PER_ROOT,
    TERMS,
    Hidden,
    table_of,
)

_UNITS = 12
_STRETCH = 12
"""Samples of the longest stretch."""
_SAMPLE_SHARE = 0.33
"""What a sample tells that the one before did not: 0.2 s of a memory of half a second."""
_STEPS, _STRETCHES = 800, 96
_RATE, _DECAY, _SQUARE_RATE = 0.01, 0.05, 0.01
_GAIN_DB, _DEAF = 2.0, 0.25
_SCALE = np.array([1.0, 6.0, 72.0, 1.0])
"""By which levels and their squares are divided, so that all weights are alike."""
_COLUMNS = [CONSTANT, PER_DB, PER_DB2, PER_ROOT]

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """What the network says.

    Attributes:
        terms: shape (places, antennas, TERMS), its linear part.
        bias: by place, nats.
        hidden: the rest.
    """

    terms: Doubles
    bias: Doubles
    hidden: Hidden


def weighed(samples: Samples, places: int, chance: np.random.Generator) -> Weighed | None:
    """Learn to weigh antennas; None where a place has no stretch to learn from.

    Args:
        samples: of all places.
        places: how many there are.
        chance: for the first weights and the choice of stretches.
    """
    starts = np.flatnonzero(samples.piece[_STRETCH - 1 :] == samples.piece[: 1 - _STRETCH])
    count = np.bincount(samples.place[starts], minlength=places)
    if not count.all():
        return None
    antennas = samples.level.shape[1]
    inputs = len(_COLUMNS) * antennas
    school = Descent(
        [
            chance.normal(0.0, inputs**-0.5, (inputs, _UNITS)),
            np.zeros(_UNITS),
            chance.normal(0.0, 0.3 * _UNITS**-0.5, (_UNITS, places)),
            np.zeros((inputs, places)),
            np.zeros(places),
        ],
        _DECAY,
        _SQUARE_RATE,
    )
    share = 1.0 / count[samples.place[starts]]
    bounds = np.cumsum(share) / share.sum()
    for step in range(_STEPS):
        drawn = np.searchsorted(bounds, chance.random(_STRETCHES))
        chosen = starts[np.minimum(drawn, len(starts) - 1)]
        rows = _pretended(samples, chosen, chance)
        counted = np.arange(_STRETCH) < chance.integers(1, _STRETCH + 1, (_STRETCHES, 1))
        gradients = _gradients(school.values, rows, samples.place[chosen], counted)
        school.step(gradients, _RATE * min(1.0, 2.0 * (1.0 - step / _STEPS)))
    return _plain(school.values, antennas)


def _pretended(
    samples: Samples, starts: NDArray[np.int64], chance: np.random.Generator
) -> Doubles:
    """Inputs of all samples of stretches, with gains that are off and antennas that are deaf."""
    at = starts[:, np.newaxis] + np.arange(_STRETCH)
    one_each = (len(starts), 1, samples.level.shape[1])
    off_db = chance.normal(0.0, _GAIN_DB, one_each)
    heard = samples.heard[at] & (chance.random(one_each) >= _DEAF)
    level = np.clip(samples.level[at] + off_db, *LEVEL_BOUNDS_DB)
    columns = np.stack([np.ones_like(level), level, level**2, np.sqrt(samples.weight[at])], -1)
    columns *= heard[..., np.newaxis] / _SCALE
    return columns.reshape(at.size, -1)


def _gradients(
    values: list[Doubles], rows: Doubles, place: NDArray[np.int64], counted: NDArray[np.bool_]
) -> list[Doubles]:
    """Of the log-loss of stretches, each judged by the sum over its counted samples."""
    first, first_bias, last, straight, bias = values
    units = np.tanh(rows @ first + first_bias)
    said = (units @ last + rows @ straight + bias).reshape(*counted.shape, -1)
    told = (said * counted[..., np.newaxis]).sum(axis=1) * _SAMPLE_SHARE
    wrong = np.exp(told - told.max(axis=1, keepdims=True))
    wrong /= wrong.sum(axis=1, keepdims=True)
    wrong[np.arange(len(place)), place] -= 1.0
    wrong *= _SAMPLE_SHARE / len(place)
    each = (wrong[:, np.newaxis] * counted[..., np.newaxis]).reshape(len(rows), -1)
    behind = (each @ last.T) * (1.0 - units**2)
    return [
        rows.T @ behind,
        behind.sum(axis=0),
        units.T @ each,
        rows.T @ each,
        each.sum(axis=0),
    ]


def _plain(values: list[Doubles], antennas: int) -> Weighed:
    """By antenna and column, for levels in dB."""
    first, first_bias, last, straight, bias = values
    by_antenna = (antennas, len(_COLUMNS), -1)
    terms = np.zeros((len(bias), antennas, TERMS))
    plain = straight.reshape(by_antenna) / _SCALE[:, np.newaxis]
    terms[..., _COLUMNS] = plain.transpose(2, 0, 1)
    hidden = Hidden(
        inputs=tuple(map(table_of, first.reshape(by_antenna) / _SCALE[:, np.newaxis])),
        bias=tuple(first_bias.tolist()),
        outputs=table_of(last.T),
    )
    return Weighed(terms, bias, hidden)
