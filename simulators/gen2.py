"""Gen2 inventory rounds (ISO/IEC 18000-63): slots, collisions, flags; and how long each takes.

A reader opens a round of 2^Q slots; every powered tag whose inventoried flag is the round's target
draws one. A slot with one tag reads it and turns its flag; empty and collided slots only cost
time, unless one of the collided tags is so much louder than the rest that it captures the slot.
Flags fall back to A by themselves, after a time that differs from session to session. That
is all it takes for reads a second to fall as the air modes grow robust, and reads a tag to fall as
tags grow many: FM0 at 640 kHz ends at 1,367 reads a second, dense-reader Miller 4 near 200.
"""

from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_QUERY_BITS, _QUERY_REP_BITS, _ACK_BITS = 22, 4, 18
_RN16_BITS = 16
_EPC_REPLY_BITS = 16 + 96 + 16
"""Protocol control, EPC, CRC."""
_DELIMITER_US = 12.5
_DIVIDE_RATIO = 64 / 3
_Q_MOST = 15
_TAGS_A_COLLISION = 2.39
"""Tags behind a collided slot where slots are as many as tags (Schoute, 1983)."""
CAPTURE_DB = 8.0
"""By so much must a tag be louder than the next one in its slot to be understood all the same."""
_FOR_EVER = np.iinfo(np.int64).max
_IDLE_US = 5_000.0
"""A reader that hears nobody asks again after so long, as far as the model cares."""


@dataclass(frozen=True, slots=True)
class Pace:
    """An air mode, as far as it takes time.

    Attributes:
        cycles_a_bit: 1 for FM0, 2, 4 or 8 for Miller.
        backscatter_hz: link frequency.
        tari_us: length of the reader's zero.
        one_to_zero: how many times as long its one is.
    """

    cycles_a_bit: int
    backscatter_hz: float
    tari_us: float
    one_to_zero: float


DENSE = Pace(4, 274_000.0, 20.0, 2.0)
"""What readers beside each other use: near 200 reads a second."""


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
class SlotTimes:
    """Microseconds that the parts of a round take (section 6.3.1.6)."""

    opening: float
    empty: float
    collided: float
    read: float


@lru_cache(maxsize=64)
def slot_times(pace: Pace) -> SlotTimes:
    """How long the parts of a round take in an air mode."""
    cycle = 1e6 / pace.backscatter_hz
    one_and_zero = (1 + pace.one_to_zero) * pace.tari_us
    bit = one_and_zero / 2
    sync = _DELIMITER_US + pace.tari_us + one_and_zero
    turn, listen = max(one_and_zero, 10 * cycle), 10 * cycle
    symbol = pace.cycles_a_bit * cycle
    preamble = 6 if pace.cycles_a_bit == 1 else 10
    step = sync + _QUERY_REP_BITS * bit
    collided = step + turn + (preamble + 1 + _RN16_BITS) * symbol + listen
    acknowledged = sync + _ACK_BITS * bit + turn
    reply = (preamble + 1 + _EPC_REPLY_BITS) * symbol + listen
    return SlotTimes(
        opening=sync + _DIVIDE_RATIO * cycle + (_QUERY_BITS - _QUERY_REP_BITS) * bit,
        empty=step + turn + listen / 2,
        collided=collided,
        read=collided + acknowledged + reply,
    )


class Flags:
    """The inventoried flags of a field of tags, in all four sessions.

    A flag is B until a time, then A: in S0 as long as the tag is powered, in S1 for 0.5 to 5 s
    whatever happens, in S2 and S3 while powered and 2 to 20 s longer.

    Args:
        persistence: numbers in (0, 1), one for each tag: how long its flags hold.
    """

    def __init__(self, persistence: NDArray[np.float64]) -> None:
        self._b_until_us = np.zeros((4, len(persistence)), np.int64)
        self._s1_us = (0.5e6 * 10.0**persistence).astype(np.int64)
        self._s23_us = (2e6 * 10.0**persistence).astype(np.int64)
        self._powered = np.zeros(len(persistence), np.bool_)
        self._powered_until_us = 0

    def power(self, powered: NDArray[np.bool_], from_us: int, until_us: int) -> None:
        """From now on these tags have power, until then; the others lost it when the last did."""
        stayed = powered & self._powered if from_us <= self._powered_until_us else None
        lost = self._powered if stayed is None else self._powered & ~stayed
        for session, holds_us in ((0, None), (2, self._s23_us), (3, self._s23_us)):
            until = self._b_until_us[session]
            falling = lost & (until == _FOR_EVER)
            after = 0 if holds_us is None else self._powered_until_us + holds_us[falling]
            until[falling] = after
            until[powered & (until > from_us)] = _FOR_EVER
        self._powered, self._powered_until_us = powered, until_us

    def refresh_s1(self, at_us: float) -> None:
        """Powered tags whose S1 flag is B keep it for their time from now on."""
        until = self._b_until_us[1]
        kept = self._powered & (until > at_us)
        until[kept] = np.maximum(until[kept], int(at_us) + self._s1_us[kept])

    def is_b(self, session: int, at_us: float) -> NDArray[np.bool_]:
        """Which tags' flag is B."""
        return np.asarray(self._b_until_us[session] > at_us)

    def read(self, session: int, tags: NDArray[np.int64], at_us: NDArray[np.int64]) -> None:
        """These tags were read then: each one's flag turns."""
        until = self._b_until_us[session]
        holds = at_us + self._s1_us[tags] if session == 1 else np.full(len(tags), _FOR_EVER)
        until[tags] = np.where(until[tags] > at_us, 0, holds)


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
