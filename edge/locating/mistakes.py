"""Departures and moves of late, kept for as long as later evidence may show them to be wrong.

A shadow or a mirrored signal may last longer than any rhythm foresees: a tag that never moved is
told to have departed, or to be elsewhere. Soon it is heard at its old place again, and sounds
there as it did before. Or a reader is found dead, and was silent already while something
"departed" before it. Then what was told is taken back. Whoever takes a piece out and soon puts it
back puts it down a little otherwise, so that its levels differ by some decibels: that tells the
two apart, as far as it can be told. Where tags are carried about nothing is usual for long, and a
return is a return; so it is before near-field antennas, where somebody has the piece in hand.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import Self

import numpy as np

from edge.locating.newest import Newest
from edge.locating.slots import NO_ANTENNA, SLOTS, Floats, Ports

DEPARTURE_WITHIN_MS, MOVE_WITHIN_MS = 120_000, 20_000
"""So long after it was told may a departure or a move be taken back: a tag that was heard loudest
at another place for longer than that was there."""
KEPT_MAX = 20_000
"""Of so many tags, the latest; two hundred bytes each, for two minutes."""
_ALIKE_DB = 6.0
"""Root of the mean square of its levels against the usual ones up to which a tag sounds as before:
one read is off by 4 dB, and another lie in the same place makes 5 dB more."""
_HEARD_WEIGHT = 0.3
RESTED_S = 60
"""A tag that lay for so long in a place is known to sound there as it usually does."""
_PACKED = Struct("=Hqii4H4f")
_NOWHERE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Left:
    """A place that a tag is told to have left.

    Attributes:
        place: its number.
        since_s: UTC seconds since when the tag was there, by the clock as it was at first.
        told_ms: when its leaving was told, table milliseconds.
        went_to: number of the place where it is told to be; None where it has departed.
        antenna, usual_db: shape (4,), what each antenna usually heard of it there.
    """

    place: int
    since_s: int
    told_ms: int
    went_to: int | None
    antenna: Ports
    usual_db: Floats

    @property
    def within_ms(self) -> int:
        """For how long it may be taken back."""
        return DEPARTURE_WITHIN_MS if self.went_to is None else MOVE_WITHIN_MS

    def packed(self) -> bytes:
        """All of it; two small arrays would be a thousand bytes."""
        went_to = _NOWHERE if self.went_to is None else self.went_to
        heard = *self.antenna.tolist(), *self.usual_db.tolist()
        return _PACKED.pack(self.place, self.since_s, self.told_ms, went_to, *heard)

    @classmethod
    def unpacked(cls, packed: bytes) -> Self:
        """The reverse of `packed`."""
        place, since_s, told_ms, went_to, *heard = _PACKED.unpack(packed)
        return cls(
            *(place, since_s, told_ms, None if went_to == _NOWHERE else went_to),
            np.array(heard[:SLOTS], np.uint16),
            np.array(heard[SLOTS:], np.float32),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """How m tags sound in a look.

    Attributes:
        antenna, weight: shape (4, m), of the slots.
        level_db: shape (4, m), what each antenna hears, above its offset.
        usual_db: shape (4, m), what it usually heard before this look; NaN where not known.
    """

    antenna: Ports
    weight: Floats
    level_db: Floats
    usual_db: Floats


class Mistakes:
    """The latest leaving of each tag, by its row in the tag table."""

    def __init__(self) -> None:
        self._left: Newest[int, bytes] = Newest()

    def __len__(self) -> int:
        return len(self._left)

    def __contains__(self, row: int) -> bool:
        return row in self._left

    def shift_times(self, _by_ms: int) -> None:
        """The zero of all times moves, once in weeks: nothing told before it is taken back."""
        self._left.clear()

    def note(self, row: int, left: Left) -> None:
        """A tag is told to have left its place."""
        self._left.put(row, left.packed())
        while True:
            oldest, packed = self._left.oldest()
            is_old = left.told_ms - _told_ms(packed) > DEPARTURE_WITHIN_MS
            if not is_old and len(self._left) <= KEPT_MAX:
                return
            self._left.take(oldest)

    def taken_back(self, row: int, place: int, at_ms: int, sound: Sound, tag: int) -> Left | None:
        """What was told of a tag, if its being heard at `place` shows that it never left.

        Whatever comes of it, that is settled. `tag` is its column in `sound`.
        """
        packed = self._left.take(row)
        left = None if packed is None else Left.unpacked(packed)
        if left is None or left.place != place or at_ms - left.told_ms > left.within_ms:
            return None
        return left if _sounds_as_before(left, sound, tag) else None

    def departed_since(self, places: frozenset[int], since_ms: int) -> Iterator[tuple[int, Left]]:
        """Rows of tags that are told to have departed from any of these places since then."""
        for row, packed in list(self._left.items()):
            left = Left.unpacked(packed)
            if left.went_to is None and left.place in places and left.told_ms >= since_ms:
                self._left.take(row)
                yield row, left


def _told_ms(packed: bytes) -> int:
    """When the leaving was told, of one that is packed."""
    told_ms: int = _PACKED.unpack(packed)[2]
    return told_ms


def _sounds_as_before(left: Left, sound: Sound, tag: int) -> bool:
    """Whether a tag sounds as it did at the place that it is told to have left."""
    usual_db = dict(zip(left.antenna.tolist(), left.usual_db.tolist(), strict=True))
    ports, weights = sound.antenna[:, tag].tolist(), sound.weight[:, tag].tolist()
    off_db = np.array(
        [
            level_db - usual_db.get(port, np.nan)
            for port, weight, level_db in zip(
                ports, weights, sound.level_db[:, tag].tolist(), strict=True
            )
            if port != NO_ANTENNA and weight >= _HEARD_WEIGHT
        ]
    )
    known = off_db[np.isfinite(off_db)]
    return len(known) > 0 and float(np.sqrt((known**2).mean())) <= _ALIKE_DB
