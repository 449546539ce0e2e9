"""Learning the portal's scorer from stays whose truth is known.

Cross-entropy with a little weight decay, by Adam over seeded batches, each stay also with inside
and outside exchanged. The gradient is written out: the network has one hidden layer.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.locating.descent import Descent
from edge.locating.portal_features import mirrored
from edge.locating.portal_model import DIRECTIONS, MIRRORED_COLUMNS, PortalModel, probabilities

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Schooling:
    """How long and how carefully to learn.

    Attributes:
        units: of the hidden layer.
        rounds: over all stays.
        batch: stays of a step.
        rate: of a step at the beginning; it falls to nothing along half a cosine.
        decay: weight decay.
    """

    units: int = 16
    rounds: int = 60
    batch: int = 256
    rate: float = 0.01
    decay: float = 1e-4


USUAL = Schooling()


def learnt(
    features: Floats, truth: Ints, chance: np.random.Generator, schooling: Schooling = USUAL
) -> PortalModel:
    """A scorer learnt from stays.

    Args:
        features: as `portal_features.features_of` gives them.
        truth: of each stay, its column in `portal_model.DIRECTIONS`.
        chance: for the first weights and the order of the stays.
        schooling: how long and how carefully.

    Raises:
        ValueError: a direction has no stay to learn from.
    """
    shares = np.bincount(truth, minlength=len(DIRECTIONS)) / len(truth)
    shares[:2] = shares[:2].mean()  # in and out count as one and its mirror image
    if not shares.all():
        raise ValueError("portal: learning needs stays of every direction")
    features = np.concatenate([features, mirrored(features)])
    truth = np.concatenate([truth, np.array(MIRRORED_COLUMNS)[truth]])
    middle, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    inputs = features.shape[1]
    weights = Descent(
        [
            chance.normal(size=(inputs, schooling.units)) / np.sqrt(inputs),
            np.zeros(schooling.units),
            chance.normal(size=(schooling.units, len(DIRECTIONS))) / np.sqrt(schooling.units),
            np.log(shares),
        ]
    )
    hidden, hidden_bias, outer, outer_bias = weights.values  # the steps change them in place
    model = PortalModel(middle, spread, hidden, hidden_bias, outer, outer_bias, np.log(shares))
    _descend(weights, model.standardised(features), truth, (chance, schooling))
    return model


def _descend(
    weights: Descent,
    rows: Floats,
    truth: Ints,
    how: tuple[np.random.Generator, Schooling],
) -> None:
    chance, schooling = how
    batches = max(1, len(rows) // schooling.batch)
    for turn in range(schooling.rounds):
        rate = schooling.rate * 0.5 * (1.0 + np.cos(np.pi * turn / schooling.rounds))
        for some in np.array_split(chance.permutation(len(rows)), batches):
            weights.step(_gradients(weights.values, rows[some], truth[some], schooling), rate)


def _gradients(
    values: list[Floats], rows: Floats, truth: Ints, schooling: Schooling
) -> list[Floats]:
    hidden, hidden_bias, outer, outer_bias = values
    units = np.tanh(rows @ hidden + hidden_bias)
    wrong = probabilities(units @ outer + outer_bias)
    wrong[np.arange(len(truth)), truth] -= 1.0
    wrong /= len(truth)
    behind = (wrong @ outer.T) * (1.0 - units**2)
    return [
        rows.T @ behind + schooling.decay * hidden,
        behind.sum(axis=0),
        units.T @ wrong + schooling.decay * outer,
        wrong.sum(axis=0),
    ]
