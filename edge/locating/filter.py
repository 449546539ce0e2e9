"""The belief where each tag is: a small hidden-Markov filter over the places of its slots.

Between two looks a tag may have moved: belief leaks evenly from every candidate to the others, so
much the more the longer the time between; where the floor's aisles are known, near places get more
than far ones, and what cannot have been walked to yet counts as on the way, that is elsewhere. A
look then multiplies each candidate's belief by how well it explains what was heard. Looks overlap,
because evidence fades slowly: a look that comes after a fraction of the evidence's memory counts
for that fraction only, so that twenty reads a second weigh no more than they tell, and one read in
five seconds counts in full. What was just put down stays a while: that holds for the announced
place alone, so that a place wrongly announced does not hold back the one left for it.

Candidates are the places of a tag's slots and "elsewhere", which has what the slots leave.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from edge.locating.choosing import either
from edge.locating.settings import LocatingSettings
from edge.locating.slots import SLOTS, Floats, News, Ports
from edge.locating.tags import NO_PLACE
from edge.locating.walking import Walk

_NEVER = np.float32(-np.inf)


class PlaceFilter:
    """Updates beliefs.

    Args:
        settings: stay probability, clip and the memory of near-field looks.
        shared: whether two antennas may cover one place.
    """

    def __init__(self, settings: LocatingSettings, *, shared: bool) -> None:
        self._leave_per_s = np.float32(-np.log(settings.stay_per_s))
        self._leave_s_max = np.float32(settings.leave_s_max)
        leave = np.log(settings.unplaced_stay) / np.log(settings.stay_per_s)
        self._unplaced_leave_s = np.float32(leave)
        self._settling_s = settings.settling_s
        self._settling_share = np.float32(settings.settling_share)
        self._clip = np.float32(settings.clip)
        self._window_s = np.float32(settings.window_s)
        self._near_window_s = np.float32(settings.near_window_s)
        self._shared = shared

    def update(
        self,
        belief: Floats,
        places: Ports,
        log_likelihood: Floats,
        leave_s: Floats,
        new_share: Floats,
        walk: Walk | None = None,
    ) -> None:
        """One look at m tags; `belief` is changed in place.

        Args:
            belief: shape (4, m).
            places: shape (4, m), the place of each slot, `NO_PLACE` for an empty one.
            log_likelihood: shape (5, m), used up; the last row is "elsewhere".
            leave_s: time to leave since the tag's last look, see `leave_s`; shape (m,), or
                (5, m) where it differs from place to place.
            new_share: 0 to 1, how much of the evidence is new since then.
            walk: None where the floor's geometry tells nothing.
        """
        empty = places == NO_PLACE
        log_likelihood[:SLOTS] = either(empty, _NEVER, log_likelihood[:SLOTS])
        if self._shared:
            _unite(belief, places, log_likelihood)
        if walk is not None:
            _hold_back(log_likelihood, walk.out_of_reach)
        believed = np.empty_like(log_likelihood)
        believed[:SLOTS] = belief
        np.maximum(1.0 - belief.sum(axis=0), 0.0, out=believed[SLOTS])
        stay = np.exp(leave_s * -self._leave_per_s)
        left = 1.0 - stay if stay.ndim == 1 else (believed * (1.0 - stay)).sum(axis=0)
        believed *= stay
        if walk is None:
            believed += left / (SLOTS + 1 - empty.sum(axis=0, dtype=np.float32))
        else:
            nearness = either(log_likelihood > _NEVER, walk.nearness, np.float32(0.0))
            believed += left * (nearness / nearness.sum(axis=0))
        log_likelihood -= log_likelihood.max(axis=0)
        candidates = log_likelihood > _NEVER
        np.maximum(log_likelihood, -self._clip, out=log_likelihood)
        log_likelihood *= new_share
        believed *= np.exp(log_likelihood, out=log_likelihood)
        believed *= candidates
        believed /= believed.sum(axis=0)
        belief[:] = believed[:SLOTS]

    def leave_s(
        self,
        news: News,
        new_share: Floats,
        unplaced: NDArray[np.bool_],
        leaving: Floats | None,
    ) -> Floats:
        """How much time to leave each tag had since its last look.

        Args:
            news: tags that were read.
            new_share: how much of the evidence is new since then.
            unplaced: tags that are announced nowhere: which antenna hears one first is chance, and
                must not give its place a start over those that hear it next.
            leaving: by how much likelier than usual each is to leave; None for as usual.
        """
        time_s = np.minimum(news.since_s, self._leave_s_max)
        if leaving is not None:
            time_s *= leaving
        return either(unplaced, self._unplaced_leave_s * new_share, time_s)

    def settled(
        self, leave_s: Floats, home: NDArray[np.bool_], placed_s: Callable[[], Floats]
    ) -> Floats:
        """Less time to leave the announced place for tags that were announced there lately.

        Args:
            leave_s: see `leave_s`.
            home: shape (4, m), slots of the announced place.
            placed_s: time since that was announced; asked for only where it counts.
        """
        if self._settling_s <= 0.0:
            return leave_s
        lately = home & (placed_s() < self._settling_s)
        by_place: Floats = np.tile(leave_s, (SLOTS + 1, 1))
        by_place[:SLOTS][lately] *= self._settling_share
        return by_place

    def new_share(
        self, since_s: Floats, fresh: NDArray[np.bool_], near: NDArray[np.bool_] | None
    ) -> Floats:
        """How much of each tag's evidence is new: all of it after a few windows.

        The window is shorter where a near-field antenna has just heard the tag.
        """
        window_s: Floats | np.float32 = self._window_s
        if near is not None:
            prompt: NDArray[np.bool_] = np.logical_or.reduce(near & fresh, axis=0)
            window_s = either(prompt, self._near_window_s, self._window_s)
        share: Floats = -np.expm1(-since_s / window_s)
        return share


def _hold_back(log_likelihood: Floats, out_of_reach: NDArray[np.bool_]) -> None:
    """Let what speaks for places that cannot have been reached speak for "on the way"."""
    held = either(out_of_reach, log_likelihood[:SLOTS], _NEVER).max(axis=0)
    np.maximum(log_likelihood[SLOTS], held, out=log_likelihood[SLOTS])
    log_likelihood[:SLOTS] = either(out_of_reach, _NEVER, log_likelihood[:SLOTS])


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
