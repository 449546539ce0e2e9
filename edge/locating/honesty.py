"""From what the filter believes to what may be told: honest probabilities.

The filter takes the looks at a tag for independent. They are not: a body in the way or a bad angle
lasts for seconds, and so does the error that comes of it. Beliefs are therefore right in rank and
too sure of themselves. All of them, "elsewhere" included, are raised to one power below 1 and
made to sum up to 1 again: the order stays, and the more rivals a place has, the more modest it
becomes. One number can be learnt from little (docs/locating.md); for tags at rest it is 1. Of a
carried tag that is read seldom one unlucky read is believed for long: the power is less for it.
"""

import numpy as np
from numpy.typing import NDArray

_STEPS = np.linspace(0.2, 2.0, 73)
_PRIOR = 0.2
"""How far a floor's factor is off 1, as a rule. In minutes of walking there is more luck than they
tell of a floor: with 0.35, factors led away from what was right in other recordings."""
_DECISION_S = 60.0
"""So many seconds of a recording tell as much as one independent decision. It is that long because
two stretches of one walk differ in how often the answers are right by more than chance."""

_MOST_SURE = 0.9999
"""Nothing is certain that reads alone say; a belief is kept in 16 bits and may be rounded to 1."""
_OFTEN_GAP_S, _GAP_POWER, _SELDOM_LEAST = np.float32(0.115), np.float32(-0.14), np.float32(0.5)
"""With this mean gap beliefs are as sure as usual, with eight times that three quarters of it."""

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]


def honest(
    belief: Doubles | NDArray[np.float32], sureness: float | NDArray[np.float32]
) -> Doubles:
    """The probabilities that may be told.

    Args:
        belief: shape (k,) or (k, m): of the places of a tag; "elsewhere" has what they leave.
        sureness: power, more than 0; 1 tells the beliefs as they are. One for all, or shape (m,).

    Returns:
        The same shape; "elsewhere" again has what they leave.
    """
    elsewhere = np.maximum(1.0 - belief.sum(axis=0, dtype=np.float64), 0.0)
    odds = np.power(belief, sureness, dtype=np.float64)
    told: Doubles = odds / (odds.sum(axis=0) + elsewhere**sureness)
    return np.minimum(told, _MOST_SURE)


def seldom_read(gap_s: Floats) -> Floats:
    """By what factor the power is less for carried tags that are read at these mean gaps."""
    gaps = np.maximum(gap_s, _OFTEN_GAP_S) / _OFTEN_GAP_S
    factor: Floats = np.maximum(np.power(gaps, _GAP_POWER), _SELDOM_LEAST)
    return factor


def learnt_factor(belief: Doubles, hit: NDArray[np.bool_]) -> float:
    """By what factor the sureness that these were told with should differ; near 1 for few.

    Args:
        belief: shape (k, seconds): probability of the told place, then of the others.
        hit: whether the told place was right.
    """
    best, least = 1.0, np.inf
    for factor in _STEPS.tolist():
        told = np.clip(honest(belief, factor)[0], 1e-6, 1 - 1e-6)
        loss = -float(np.log(np.where(hit, told, 1 - told)).sum()) / _DECISION_S
        loss += 0.5 * ((factor - 1.0) / _PRIOR) ** 2
        if loss < least:
            best, least = factor, loss
    return best
