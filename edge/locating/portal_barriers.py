"""What light barriers say of a stay: somebody went through, and in which order of the two beams.

A barrier sees bodies, not tags: in a crowd it says only that somebody went through. So its word is
one more likelihood beside the antennas', set by hand and cautiously; a barrier that has not been
broken for an hour may be broken for good, and says nothing.
"""

from collections import deque
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_PAIR_MS = 4_000
"""Somebody who walks through breaks the second beam within this of the first."""
_AROUND_MS = 1_000
"""Antennas and barriers do not hear and see at the same spot."""
_SPEAKS_MS = 3_600_000
_KEPT = 512

_NOTHING, _INWARDS, _OUTWARDS, _BOTH = range(4)
_LIKELIHOOD = np.array(
    [  # in, out, turned back, passed by, standing
        [0.04, 0.04, 0.55, 0.70, 0.70],
        [0.78, 0.03, 0.15, 0.11, 0.11],
        [0.03, 0.78, 0.15, 0.11, 0.11],
        [0.15, 0.15, 0.15, 0.08, 0.08],
    ]
)
"""Of seeing nothing, an inward, an outward crossing or both, given what the tag did."""


class Barriers:
    """The two beams of one portal, one on each side of its line."""

    def __init__(self) -> None:
        self._broken: deque[tuple[int, int]] = deque(maxlen=_KEPT)
        self._latest_ms = [-_SPEAKS_MS, -_SPEAKS_MS]

    def broken(self, side: int, at_ms: int) -> None:
        """Something came into the beam on a side."""
        self._broken.append((at_ms, side))
        self._latest_ms[side] = max(self._latest_ms[side], at_ms)

    def log_likelihoods(
        self, began_ms: NDArray[np.int64], ended_ms: NDArray[np.int64], now_ms: int
    ) -> Floats:
        """What the beams say of each stay, nats, shape (n, directions); 0 where they are mute."""
        if now_ms - min(self._latest_ms) > _SPEAKS_MS:
            return np.zeros((len(began_ms), _LIKELIHOOD.shape[1]))
        crossings = self._crossings()
        seen = np.zeros(len(began_ms), np.int64)
        for at_ms, side in crossings:
            within = (began_ms - _AROUND_MS <= at_ms) & (at_ms <= ended_ms + _AROUND_MS)
            seen[within] |= _OUTWARDS if side else _INWARDS
        return np.asarray(np.log(_LIKELIHOOD[seen]))

    def _crossings(self) -> list[tuple[int, int]]:
        """When somebody went through, and to which side."""
        events = sorted(self._broken)
        return [
            ((first[0] + second[0]) // 2, second[1])
            for first, second in pairwise(events)
            if first[1] != second[1] and second[0] - first[0] <= _PAIR_MS
        ]
