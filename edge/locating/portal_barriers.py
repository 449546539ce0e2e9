"""What light barriers say of a stay: somebody went through, and in which order of the two beams.

A barrier sees bodies, not tags. While a tag that goes in is heard, somebody is seen to go in,
unless he slips past; while one that does nothing is heard, somebody goes in as often as usual: in
a crowd nearly always. So the word of the beams is one more likelihood beside the antennas', which
weighs the less the more goes on:

    seen:      (1 - (1 - share seen) exp(-usual)) / (1 - exp(-usual))
    not seen:  1 - share seen

with the usual number of crossings in a stay's time. A barrier that has not been broken for an hour
may be broken for good, and says nothing.
"""

from collections import deque
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from edge.locating.portal_model import DIRECTIONS, IN_COLUMN, OUT_COLUMN, TURNED_COLUMN

Floats = NDArray[np.float64]
_DIRECTIONS = len(DIRECTIONS)

_PAIR_MS = 4_000
"""Somebody who walks through breaks the second beam within this of the first."""
_AROUND_MS = 1_000
"""Antennas and barriers do not hear and see at the same spot."""
_SPEAKS_MS = 3_600_000
_KEPT = 512

_SEEN = 0.85
"""Share of what goes through that breaks both beams, one after the other, and is not mixed up."""
_TURNING_SEEN = 0.15
"""Share of what turns back at the line that is taken for a crossing of one direction."""
_USUAL_MS = 60_000
_USUAL_CROSSINGS = 4.0
"""How often somebody goes through just now is taken from the last minute, and four more: people
come in groups."""
_INWARDS, _OUTWARDS = 0, 1


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
        likely = np.zeros((len(began_ms), _DIRECTIONS))
        if now_ms - min(self._latest_ms) > _SPEAKS_MS:
            return likely
        crossings = self._crossings()
        for way, own in ((_INWARDS, IN_COLUMN), (_OUTWARDS, OUT_COLUMN)):
            at_ms = np.array([at for at, side in crossings if side == way], np.int64)
            seen = _any_within(at_ms, began_ms - _AROUND_MS, ended_ms + _AROUND_MS)
            lately = int((at_ms > now_ms - _USUAL_MS).sum()) + _USUAL_CROSSINGS
            others = lately * (ended_ms - began_ms + 2.0 * _AROUND_MS) / _USUAL_MS
            none = np.exp(-others)
            for column, share in ((own, _SEEN), (TURNED_COLUMN, _TURNING_SEEN)):
                with_it = (1.0 - (1.0 - share) * none) / (1.0 - none)
                likely[:, column] += np.log(np.where(seen, with_it, 1.0 - share))
        return likely

    def _crossings(self) -> list[tuple[int, int]]:
        """When somebody went through, and which way."""
        events = sorted(self._broken)
        return [
            ((first[0] + second[0]) // 2, _OUTWARDS if second[1] else _INWARDS)
            for first, second in pairwise(events)
            if first[1] != second[1] and second[0] - first[0] <= _PAIR_MS
        ]


def _any_within(
    at_ms: NDArray[np.int64], begin_ms: NDArray[np.int64], end_ms: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether any of some moments lies within each of some spans."""
    at_ms = np.sort(at_ms)
    first = np.searchsorted(at_ms, begin_ms, "left")
    return np.asarray(first < np.searchsorted(at_ms, end_ms, "right"))
