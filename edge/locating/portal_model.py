"""From a stay's numbers to the probability of each direction: a small learnt scorer.

One hidden layer of hyperbolic tangents over the standardised features, then a softmax: with the
shares of the directions in the training traffic taken out, the scores are log-likelihoods up to a
common constant, to which the likelihoods of light barriers (`portal_barriers`) and other shares
are added. The scorer is symmetric by construction: the scores of a stay with inside and outside
exchanged are those of the stay with *in* and *out* exchanged. A stay that resembles none that was
learnt (a feature more than `STRANGE` of its spread away from the middle) is drawn in, and its
probabilities are tempered: strange means unsure.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.locating.portal_features import mirrored
from edge.model.passages import Direction

Floats = NDArray[np.float64]

DIRECTIONS = (
    Direction.IN,
    Direction.OUT,
    Direction.TURNED_BACK,
    Direction.PASSED_BY,
    Direction.STANDING,
)
"""The columns of all scores."""
IN_COLUMN, OUT_COLUMN, TURNED_COLUMN, PASSED_COLUMN, STANDING_COLUMN = range(len(DIRECTIONS))
MIRRORED_COLUMNS = [OUT_COLUMN, IN_COLUMN, TURNED_COLUMN, PASSED_COLUMN, STANDING_COLUMN]
STRANGE = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class PortalModel:
    """Parameters of the scorer.

    Attributes:
        middle, spread: of each feature in the training stays.
        hidden, hidden_bias: shape (features, units) and (units,).
        outer, outer_bias: shape (units, directions) and (directions,).
        log_shares: natural logarithm of the share of each direction in the training stays.
    """

    middle: Floats
    spread: Floats
    hidden: Floats
    hidden_bias: Floats
    outer: Floats
    outer_bias: Floats
    log_shares: Floats

    def scores(self, features: Floats) -> Floats:
        """Log-posterior of each direction up to a constant a row, shape (n, directions)."""
        there, back = self._half(features), self._half(mirrored(features))
        return np.asarray((there + back[:, MIRRORED_COLUMNS]) / 2.0)

    def log_likelihoods(self, features: Floats) -> Floats:
        """The same without the shares of the training traffic."""
        return np.asarray(self.scores(features) - self.log_shares)

    def standardised(self, features: Floats) -> Floats:
        """Features about their middle in units of their spread, outliers drawn in."""
        return np.asarray(np.clip((features - self.middle) / self.spread, -STRANGE, STRANGE))

    def _half(self, features: Floats) -> Floats:
        units = np.tanh(self.standardised(features) @ self.hidden + self.hidden_bias)
        return np.asarray(units @ self.outer + self.outer_bias)


def probabilities(scores: Floats) -> Floats:
    """Softmax over the directions of each row."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
