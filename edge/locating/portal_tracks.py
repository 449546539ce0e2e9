"""On which side of a portal each tag is, from stay to stay.

Most tags that pass a busy gate are heard before and after: they rest within hearing, or come back
into it. So a stay that does not tell by itself which way it went waits for the next one, and is
judged by the sides before and after it: what was outside and is inside has come in, and what is
where it was has not crossed. A stay tells a side the better the more reads it has and the more of
their strength that side has. Where a tag that rested on one side for long rests on the other, and
nothing in between told of a crossing, it has crossed all the same: in a crowd it may have been
silent just then.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edge.locating.portal_model import IN_COLUMN, OUT_COLUMN

Floats = NDArray[np.float64]

HOLD_MS = 15_000
"""So long may an unsure stay wait for the next one: a resting tag's ends after 8 s, as a rule."""
_FADE_MS = 30_000.0
"""The side where a tag was says less with every second that it was not heard."""
_TOLD_MS = 120_000
"""After so long without a stay a tag counts as new."""
_READS_TELL = 4.0
_LEAST = 0.02
"""A stay is never surer of a side than this leaves: levels are mirrored, people stand about."""
_STIR = 0.02
"""Chance that a tag has changed its side between two stays, and nothing told of it."""
_RESTS_AT = 0.99
"""From this probability on a tag is known to rest on a side."""
_CLEAR = 0.6
"""Balance of the sides from which a resting stay tells on which of them the tag is."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One stay, judged by itself.

    Attributes:
        row: of the stay tracker. epc: of its tag.
        found: probability of each direction.
        balance: of the sides over the whole stay, -1 inside to 1 outside.
        reads: how many.
        rested: how many stays before it ended in rest.
        began_ms, ended_ms: of its first and last read.
        judged_ms: when it was judged.
    """

    row: int
    epc: str
    found: Floats
    balance: float
    reads: int
    rested: int
    began_ms: int
    ended_ms: int
    judged_ms: int

    @property
    def outside(self) -> float:
        """Probability that the tag was outside, as far as this stay alone tells."""
        sure = 1.0 - 0.5 * float(np.exp(-self.reads * self.balance**2 / _READS_TELL))
        sure = min(sure, 1.0 - _LEAST)
        return sure if self.balance > 0 else 1.0 - sure


@dataclass(slots=True)
class _Track:
    """What is known of one tag: how likely it is outside, and on which side it surely rested."""

    outside: float = 0.5
    rests_outside: bool | None = None
    ended_ms: int = 0


class Tracks:
    """The tags of one portal, by their rows in the stay tracker."""

    def __init__(self) -> None:
        self._tracks: dict[int, _Track] = {}
        self._held: dict[int, Judged] = {}

    def hold(self, one: Judged) -> None:
        """Let a stay wait for the next of its tag."""
        self._held[one.row] = one

    def before(self, one: Judged) -> Judged | None:
        """The stay that waited for this one, judged by the sides before and after it."""
        held = self._held.pop(one.row, None)
        return None if held is None or held.epc != one.epc else self._between(held, one.outside)

    def waited_out(self, now_ms: int) -> list[Judged]:
        """Stays that have waited for long enough, judged by the sides before them."""
        late = [one for one in self._held.values() if now_ms - one.judged_ms > HOLD_MS]
        for one in late:
            del self._held[one.row]
        return [self._between(one, 0.5) for one in late]

    def crossed(self, one: Judged, *, out: bool) -> None:
        """A stay is told to have crossed."""
        track = self._track(one)
        track.outside = 1.0 - _LEAST if out else _LEAST
        track.rests_outside = out
        track.ended_ms = one.ended_ms

    def stayed(self, one: Judged) -> Judged:
        """A stay that is told not to have crossed; as a crossing if its side shows one."""
        track = self._track(one)
        clear = abs(one.balance) >= _CLEAR
        if clear or track.rests_outside is None:
            here = _STIR + (1.0 - 2.0 * _STIR) * track.outside
            there = (1.0 - here) * (1.0 - one.outside)
            track.outside = here * one.outside / (here * one.outside + there)
        track.ended_ms = one.ended_ms
        rests = track.outside > 0.5  # noqa: PLR2004 - more likely than not
        if max(track.outside, 1.0 - track.outside) <= _RESTS_AT:
            return one
        rested_outside, track.rests_outside = track.rests_outside, rests
        if not (clear and one.rested > 0 and rested_outside is (not rests)):
            return one
        found = np.full(len(one.found), (1.0 - _RESTS_AT) / (len(one.found) - 1))
        found[OUT_COLUMN if rests else IN_COLUMN] = _RESTS_AT
        return replace(one, found=found)

    def unclear(self, one: Judged) -> None:
        """A person is asked about a stay."""
        self._track(one).ended_ms = one.ended_ms

    def _track(self, one: Judged) -> _Track:
        """A tag's track up to the beginning of this stay."""
        track = self._tracks.get(one.row)
        if track is None or one.began_ms - track.ended_ms > _TOLD_MS:
            track = self._tracks[one.row] = _Track(ended_ms=one.began_ms)
        silent_ms = max(0, one.began_ms - track.ended_ms)
        track.outside = 0.5 + (track.outside - 0.5) * float(np.exp(-silent_ms / _FADE_MS))
        track.ended_ms = max(track.ended_ms, one.began_ms)
        return track

    def _between(self, one: Judged, after: float) -> Judged:
        """A stay, given the probability that the tag was outside after it."""
        before = self._track(one).outside
        stays = 0.5 * (before * after + (1.0 - before) * (1.0 - after))
        likely = np.full(len(one.found), stays)
        likely[IN_COLUMN] = before * (1.0 - after)
        likely[OUT_COLUMN] = (1.0 - before) * after
        found = one.found * likely
        return replace(one, found=found / found.sum())
