"""The belief where each tag is: a small hidden-Markov filter over the places of its slots.

Between two looks a tag may have moved: belief leaks evenly from every candidate to the others, so
much the more the longer the time between. A look then multiplies each candidate's belief by how
well it explains what was heard. Looks overlap, because evidence fades slowly: a look that comes
after a fraction of the evidence's memory counts for that fraction only, so that twenty reads a
second weigh no more than they tell, and one read in five seconds counts in full.

Candidates are the places of a tag's slots and "elsewhere", which has what the slots leave.
"""

import numpy as np
from numpy.typing import NDArray

from edge.locating.settings import LocatingSettings
from edge.locating.tags import NO_PLACE, SLOTS, Floats, Ports


class PlaceFilter:
    """Updates beliefs.

    Args:
        settings: stay probability, clip and the memory of near-field looks.
        shared: whether two antennas may cover one place.
    """

    def __init__(self, settings: LocatingSettings, *, shared: bool) -> None:
        self._leave_per_s = np.float32(-np.log(settings.stay_per_s))
        self._clip = np.float32(settings.clip)
        self._near_window_s = np.float32(settings.near_window_s)
        self._shared = shared

    def update(
        self,
        belief: Floats,
        places: Ports,
        log_likelihood: Floats,
        since_s: Floats,
        window_s: Floats,
    ) -> None:
        """One look at m tags; `belief` is changed in place.

        Args:
            belief: shape (4, m).
            places: shape (4, m), the place of each slot, `NO_PLACE` for an empty one.
            log_likelihood: shape (5, m), used up; the last row is "elsewhere".
            since_s: time since the tag's last look.
            window_s: time after which a look is a new look.
        """
        empty = places == NO_PLACE
        log_likelihood[:SLOTS][empty] = -np.inf
        if self._shared:
            _unite(belief, places, log_likelihood)
        believed = np.empty_like(log_likelihood)
        believed[:SLOTS] = belief
        np.maximum(1.0 - belief.sum(axis=0), 0.0, out=believed[SLOTS])
        stay = np.exp(-since_s * self._leave_per_s)
        leak = (1.0 - stay) / (SLOTS + 1 - empty.sum(axis=0, dtype=np.float32))
        believed *= stay
        believed += leak
        log_likelihood -= log_likelihood.max(axis=0)
        candidates = log_likelihood > -np.inf
        np.maximum(log_likelihood, -self._clip, out=log_likelihood)
        log_likelihood *= 1.0 - np.exp(-since_s / window_s)
        believed *= np.exp(log_likelihood, out=log_likelihood)
        believed *= candidates
        believed /= believed.sum(axis=0)
        belief[:] = believed[:SLOTS]

    def near_windows(self, window_s: Floats, near_news: NDArray[np.bool_]) -> Floats:
        """The windows, shortened for tags that a near-field antenna has just heard."""
        windows: Floats = np.where(near_news, self._near_window_s, window_s)
        return windows


def _unite(belief: Floats, places: Ports, log_likelihood: Floats) -> None:
    """Let the first slot of a place speak for all its antennas, with the best of their looks."""
    for first in range(SLOTS - 1):
        for second in range(first + 1, SLOTS):
            same = np.flatnonzero(places[first] == places[second])
            if not len(same):
                continue
            belief[first, same] += belief[second, same]
            belief[second, same] = 0.0
            log_likelihood[first, same] = np.maximum(
                log_likelihood[first, same], log_likelihood[second, same]
            )
            log_likelihood[second, same] = -np.inf


def best_of(belief: Floats, places: Ports) -> tuple[Ports, Floats]:
    """The most probable place of each tag and its probability; "elsewhere" is not a place."""
    slot = belief.argmax(axis=0)
    tag = np.arange(belief.shape[1])
    return places[slot, tag], belief[slot, tag]
