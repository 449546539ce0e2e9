"""A tag's slots as columns to be worked on: fading, taking in new evidence, choosing the best."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.locating.choosing import either
from edge.locating.epcs import Rows

SLOTS = 4
NO_ANTENNA = 0xFFFF
LEAST_WEIGHT = np.float32(2.0**-20)
"""A weight fades no further, so that the mean of an antenna long silent is kept."""
LOUDER_DB = np.float32(6.0)
"""An antenna that hears a tag so much louder deserves a slot as one with e times the reads."""
_SPARE_WEIGHT, _SPARE_BELIEF = np.float32(0.15), np.float32(0.01)
"""A slot that holds less of both may be given away."""

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Ports = NDArray[np.uint16]


@dataclass(slots=True, eq=False)
class Slots:
    """The slots of m tags, taken out of the table to be worked on; each column has shape (4, m).

    Attributes:
        level_sum: decayed sum of level times weight, dBm.
        weight: decayed number of reads.
        seen_ms: last read, table milliseconds; 0 for an antenna that has not heard the tag yet.
        antenna: which antenna; `NO_ANTENNA` for an empty slot.
        belief: probability that the tag is at the antenna's place.
        usual: what the antenna usually hears of the tag while it rests where it is announced, dB
            above the antenna's offset; NaN where not known.
    """

    level_sum: Floats
    weight: Floats
    seen_ms: Ints
    antenna: Ports
    belief: Floats
    usual: Floats


@dataclass(slots=True, eq=False)
class News:
    """Tags that were read, with their reads merged into their slots.

    Attributes:
        rows: their rows, ascending.
        slots: their slots, decayed to `at_ms`.
        fresh: shape (4, m): whether the slot got a read.
        at_ms: newest read of each tag, the landmark.
        since_s: time from the last landmark to this; large for a tag never read before.
        reads: how many reads each tag got.
    """

    rows: Rows
    slots: Slots
    fresh: NDArray[np.bool_]
    at_ms: Ints
    since_s: Floats
    reads: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What the table knows of m tags besides their slots, one entry each, as in `TagTable`."""

    place: Ports
    state: NDArray[np.uint8]
    reads: NDArray[np.uint8]
    gap_s: Floats
    level_db: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Reads:
    """Reads of known rows and antennas, in any order; levels are numbers, never NaN."""

    rows: Rows
    antenna: Ports
    rssi_dbm: Floats
    seen_ms: Ints

    def some(self, which: Rows) -> "Reads":
        """These reads alone."""
        return Reads(
            *(self.rows[which], self.antenna[which]), *(self.rssi_dbm[which], self.seen_ms[which])
        )


@dataclass(frozen=True, slots=True, eq=False)
class Turned:
    """Phases of the same reads, NaN where absent, and their channels, 0 where absent."""

    phase_rad: Floats
    channel: Ports

    def some(self, which: Rows) -> "Turned":
        """Of these reads alone."""
        return Turned(self.phase_rad[which], self.channel[which])


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Reads summed by tag and antenna; `tag` ascending."""

    tag: NDArray[np.int64]
    antenna: Ports
    level_sum: Floats
    weight: Floats
    seen_ms: Ints


def fade_all(slots: Slots, fade: Floats) -> None:
    """Let all evidence of each tag fade by a factor, but not to nothing."""
    weight = np.maximum(slots.weight * fade, LEAST_WEIGHT)
    slots.level_sum *= weight / slots.weight
    slots.weight = weight


def enter(slots: Slots, pairs: Pairs) -> NDArray[np.bool_]:
    """Add pairs to their slots, taking the weakest slot for an antenna that has none."""
    fresh = np.zeros(slots.antenna.shape, np.bool_)
    tag = pairs.tag
    own = slots.antenna.take(tag, axis=1, mode="clip") == pairs.antenna
    known = own[0] | own[1] | own[2] | own[3]
    own = own.view(np.uint8)
    slot = (own[1] + 2 * own[2] + 3 * own[3]).astype(np.int64)
    left = (~known).nonzero()[0]
    if not len(left):
        _add_to(slots, fresh, slot, pairs)
        return fresh
    some = known.nonzero()[0]
    _add_to(slots, fresh, slot.take(some), _some(pairs, some))
    while len(left):
        owners, later = tag[left], np.zeros(len(left), np.bool_)
        np.equal(owners[1:], owners[:-1], out=later[1:])
        _replace_weakest(slots, fresh, _some(pairs, left[~later]))
        left = left[later]
    return fresh


def admit(slots: Slots, antenna: int, level_dbm: float) -> None:
    """Give an antenna that hears no tag a slot of each that has one to spare, in place.

    Args:
        slots: of m tags.
        antenna: its number.
        level_dbm: taken for its mean until it hears a tag.
    """
    quiet = (slots.weight < _SPARE_WEIGHT) & (slots.belief < _SPARE_BELIEF) & (slots.seen_ms > 0)
    rank = np.where(quiet, slots.belief, np.float32(np.inf))
    rank[slots.antenna == NO_ANTENNA] = -1.0
    slot = rank.argmin(axis=0)
    lacks = ~(slots.antenna == antenna).any(axis=0) & np.isfinite(rank.min(axis=0))
    at = slot[lacks], lacks.nonzero()[0]
    for column, value in (
        (slots.level_sum, LEAST_WEIGHT * np.float32(level_dbm)),
        (slots.weight, LEAST_WEIGHT),
        (slots.seen_ms, 0),
        (slots.antenna, antenna),
        (slots.belief, 0.0),
        (slots.usual, np.nan),
    ):
        column[at] = value


def best_slots(belief: Floats) -> tuple[Rows, Floats]:
    """The slot with the highest belief of each tag, the first of equals, and that belief.

    Four comparisons of long rows are far quicker than an argmax over many columns of four.
    """
    slot, best = np.zeros(belief.shape[1], np.int64), belief[0]
    for number in range(1, SLOTS):
        better = belief[number] > best
        np.maximum(slot, number * better, out=slot)
        best = np.maximum(best, belief[number])
    return slot, best


def _some(pairs: Pairs, which: Rows) -> Pairs:
    return Pairs(
        pairs.tag.take(which),
        pairs.antenna.take(which),
        pairs.level_sum.take(which),
        pairs.weight.take(which),
        pairs.seen_ms.take(which),
    )


def _add_to(slots: Slots, fresh: NDArray[np.bool_], slot: Rows, pairs: Pairs) -> None:
    at = slot * slots.antenna.shape[1] + pairs.tag
    slots.level_sum.reshape(-1)[at] += pairs.level_sum
    slots.weight.reshape(-1)[at] += pairs.weight
    seen = slots.seen_ms.reshape(-1)
    seen[at] = np.maximum(seen[at], pairs.seen_ms)
    fresh.reshape(-1)[at] = True


def _replace_weakest(slots: Slots, fresh: NDArray[np.bool_], pairs: Pairs) -> None:
    """One new antenna for each of some tags: into an empty slot, else instead of the weakest.

    The weakest is that with least loudness and belief together: the place where a tag is believed
    to be is not forgotten because a louder neighbour talks. A pair weaker than all stays out.
    Where more antennas hear a tag than it has slots, they hear it about equally often, and what
    tells its place is who hears it loudly.
    """
    weight = slots.weight.take(pairs.tag, axis=1)
    level_dbm = slots.level_sum.take(pairs.tag, axis=1) / weight
    weight *= np.exp((level_dbm - pairs.level_sum / pairs.weight) / LOUDER_DB)
    weight += slots.belief.take(pairs.tag, axis=1) * np.float32(8.0)
    empty = slots.antenna.take(pairs.tag, axis=1) == NO_ANTENNA
    weight = either(empty, np.float32(-1.0), weight)
    slot, most = best_slots(-weight)
    wins = (-most < pairs.weight).nonzero()[0]
    slot, pairs = slot[wins], _some(pairs, wins)
    at = slot * slots.antenna.shape[1] + pairs.tag
    for column, value in (
        (slots.level_sum, pairs.level_sum),
        (slots.weight, pairs.weight),
        (slots.seen_ms, pairs.seen_ms),
        (slots.antenna, pairs.antenna),
    ):
        column.reshape(-1)[at] = value
    slots.belief.reshape(-1)[at] = 0.0
    slots.usual.reshape(-1)[at] = np.nan
    fresh.reshape(-1)[at] = True
