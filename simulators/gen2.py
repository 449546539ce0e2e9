"""Gen2 inventory rounds (ISO/IEC 18000-63): slots, collisions, and what a reader makes of them.

A reader opens a round of 2^Q slots; every powered tag whose inventoried flag is the round's target
draws one. A slot with one tag reads it and turns its flag; empty and collided slots only cost
time, unless one of the collided tags is so much louder than the rest that it captures the slot.
Flags fall back to A by themselves, after a time that differs from session to session. That
is all it takes for reads a second to fall as the air modes grow robust, and reads a tag to fall as
tags grow many: FM0 at 640 kHz ends at 1,367 reads a second, dense-reader Miller 4 near 200.
"""

from dataclasses import dataclass
from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray

from simulators.gen2_flags import Flags
from simulators.gen2_times import DENSE, Pace, SlotTimes, slot_times

_Q_MOST = 15
_TAGS_A_COLLISION = 2.39
"""Tags behind a collided slot where slots are as many as tags (Schoute, 1983)."""
CAPTURE_DB = 8.0
"""By so much must a tag be louder than the next one in its slot to be understood all the same."""
_IDLE_US = 5_000.0
"""A reader that hears nobody asks again after so long, as far as the model cares."""


class Target(Enum):
    """Which tags a reader asks for."""

    A = auto()
    B = auto()
    BOTH_IN_TURN = auto()


@dataclass(frozen=True, slots=True)
class Query:
    """How a reader takes inventory.

    Attributes:
        pace: the air mode.
        session: 0 to 3.
        target: which flag takes part.
        population: how many tags the first round is made for.
        suppresses: keeps the S1 flags of powered tags from falling back (Impinj's TagFocus).
    """

    pace: Pace = DENSE
    session: int = 1
    target: Target = Target.BOTH_IN_TURN
    population: int = 32
    suppresses: bool = False


USUAL_QUERY = Query()


@dataclass(frozen=True, slots=True)
class Slots:
    """What a reader's Gen2 rounds came to, counted from some time on.

    Attributes:
        empty: slots without an answer.
        collided: slots with several answers, none of which was understood.
        read: slots with a read.
    """

    empty: int = 0
    collided: int = 0
    read: int = 0

    def plus(self, more: "Slots") -> "Slots":
        """Both together."""
        return Slots(self.empty + more.empty, self.collided + more.collided, self.read + more.read)

    def since(self, before: "Slots") -> "Slots":
        """What came about since an earlier count."""
        return Slots(
            self.empty - before.empty, self.collided - before.collided, self.read - before.read
        )


@dataclass(frozen=True, slots=True)
class Round:
    """What one round gave.

    Attributes:
        tags: places (in what was handed in) of the tags that were read.
        read_us: when, from the round's begin.
        took_us: how long it lasted.
        tags_guessed: how many tags the reader believes to be there.
        slots: what its slots came to.
    """

    tags: NDArray[np.int64]
    read_us: NDArray[np.float64]
    took_us: float
    tags_guessed: float
    slots: Slots


def play_round(
    chance: np.random.Generator,
    q: int,
    level_dbm: NDArray[np.float64],
    times: SlotTimes,
    left_us: float,
) -> Round:
    """One round with tags that are heard so loud; what does not fit `left_us` does not happen."""
    slots = chance.integers(0, 1 << q, len(level_dbm))
    counts = np.bincount(slots, minlength=1 << q)
    loudest_first = np.lexsort((-level_dbm, slots))
    starts = (np.cumsum(counts) - counts)[counts > 0]
    loudest = loudest_first[starts]
    next_one = loudest_first[np.minimum(starts + 1, len(level_dbm) - 1)]
    margin = np.where(counts[counts > 0] == 1, np.inf, level_dbm[loudest] - level_dbm[next_one])
    winners = loudest[margin >= CAPTURE_DB]
    lasts = np.where(counts == 0, times.empty, times.collided)
    lasts[slots[winners]] = times.read
    ends = times.opening + np.cumsum(lasts)
    done = int(np.searchsorted(ends, left_us, side="right"))
    read = winners[slots[winners] < done]
    empty = int(np.count_nonzero(counts[:done] == 0))
    came_to = Slots(empty, done - empty - len(read), len(read))
    guess = (len(read) + _TAGS_A_COLLISION * came_to.collided) * (1 << q) / max(done, 1)
    took_us = float(ends[-1]) if done == 1 << q else left_us
    return Round(read, ends[slots[read]], took_us, guess, came_to)


def best_q(tags: float) -> int:
    """The Q whose slots are nearest to so many tags."""
    return min(max(round(float(np.log2(max(tags, 1.0)))), 0), _Q_MOST)


class Rounds:
    """A reader's rounds over a field of tags, dwell after dwell.

    Args:
        flags: of the tags.
        chance: where slots and failures come from.
    """

    def __init__(self, flags: Flags, chance: np.random.Generator) -> None:
        self._flags = flags
        self._chance = chance
        self._wants_b = False
        self._unanswered = 0
        self._guess: dict[int, float] = {}
        self.slots = Slots()

    def _target_b(self, query: Query) -> bool:
        return self._wants_b if query.target is Target.BOTH_IN_TURN else query.target is Target.B

    def _answering(
        self, chances: NDArray[np.float64], query: Query, at_us: float
    ) -> NDArray[np.int64]:
        flag = self._flags.is_b(query.session, at_us) == self._target_b(query)
        return np.flatnonzero(flag & (self._chance.random(len(chances)) < chances))

    def _pause_us(self, answered: int) -> float:
        """Look for the other flag when nobody answers; rest when nobody has either."""
        if answered:
            self._unanswered = 0
            return 0.0
        self._wants_b = not self._wants_b
        self._unanswered += 1
        return _IDLE_US if self._unanswered > 1 else 0.0

    def dwell(
        self,
        antenna: int,
        query: Query,
        chances: NDArray[np.float64],
        span_us: tuple[int, int],
        level_dbm: NDArray[np.float64] | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which tags an antenna reads from a time to another, and when.

        Args:
            antenna: the reader guesses a population for each of its own.
            query: how it asks.
            chances: for each tag, that it answers a round.
            span_us: begin and end of the dwell.
            level_dbm: how loud each tag is; all alike where nothing is said.
        """
        levels = np.zeros(len(chances)) if level_dbm is None else level_dbm
        now_us, until_us = float(span_us[0]), float(span_us[1])
        times = slot_times(query.pace)
        self._flags.power(chances > 0.5, *span_us)  # noqa: PLR2004 - more often than not
        tags: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
        when: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
        while now_us + times.opening + times.empty < until_us:
            if query.suppresses:
                self._flags.refresh_s1(now_us)
            found = self._answering(chances, query, now_us)
            q = best_q(self._guess.get(antenna, query.population))
            got = play_round(self._chance, q, levels[found], times, until_us - now_us)
            read_us = (now_us + got.read_us).astype(np.int64)
            self._flags.read(query.session, found[got.tags], read_us)
            tags.append(found[got.tags])
            when.append(read_us)
            self._guess[antenna] = got.tags_guessed
            self.slots = self.slots.plus(got.slots)
            now_us += max(got.took_us, self._pause_us(len(found)))
        return np.concatenate(tags), np.concatenate(when)
