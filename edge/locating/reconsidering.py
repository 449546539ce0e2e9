"""What later evidence shows of a change that was told: it stands, or it is taken back."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.locating.announced import Announced
from edge.locating.columns import FloorColumns
from edge.locating.epcs import Rows
from edge.locating.mistakes import RESTED_S, Left, Mistakes, Sound
from edge.locating.presence import Telling
from edge.locating.slots import Ports
from edge.locating.tags import NO_PLACE, TagTable
from edge.locating.timeline import Timeline
from edge.model.ids import DeviceName, Epc
from edge.model.presence import Arrived, Mistaken, Moved

_MOVED = Telling.MOVED


@dataclass(frozen=True, slots=True, eq=False)
class Turned:
    """Tags of which something was just told, as they were before.

    Attributes:
        announced: of them; columns: where they stand in `sound`.
        sound: how they sound in this look.
    """

    announced: Announced
    columns: Rows
    sound: Sound


class Reconsidering:
    """Keeps what was told of late, and words what turns out to be wrong."""

    def __init__(self, columns: FloorColumns, table: TagTable, time: Timeline) -> None:
        self._columns = columns
        self._table = table
        self._time = time
        self._mistakes = Mistakes()
        time.follow(self._mistakes)

    def departing(self, rows: Rows, places: Ports) -> None:
        """Tags are about to be told to have departed; their columns are as they were."""
        if not len(rows):
            return
        slots, now_ms = self._table.slots_of(rows), self._time.now_ms
        columns = zip(rows.tolist(), places.tolist(), self._table.since_s[rows], strict=True)
        for at, (row, place, since_s) in enumerate(columns):
            heard = slots.antenna[:, at], slots.usual[:, at]
            self._mistakes.note(row, Left(place, int(since_s) - self._set_s, now_ms, None, *heard))

    def look(self, changes: NDArray[np.object_], turned: Turned) -> None:
        """Put a mistake that shows in the place of the move or return that shows it."""
        if len(self._mistakes):
            for at, row in enumerate(turned.announced.rows.tolist()):
                if row in self._mistakes and not isinstance(changes[at], Arrived):
                    left = self._never_left(turned, at)
                    if left is not None:
                        changes[at] = self.taken_back(row, left, changes[at].probability)
        if (turned.announced.tellings == _MOVED).any():
            for at in self._moves_from_rest(turned.announced).tolist():
                if isinstance(changes[at], Moved):
                    self._moving(turned, at)

    def unheard(self, reader: DeviceName, since_us: int) -> Iterable[tuple[int, Left]]:
        """Rows of tags that are told to have departed while this reader of theirs was silent."""
        columns = self._columns
        places = frozenset(
            columns.place_number[one.location] for one in columns.antennas if one.reader == reader
        )
        since_ms = int(self._time.ms_of(np.array([since_us]))[0])
        return self._mistakes.departed_since(places, since_ms)

    def taken_back(
        self, row: int, left: Left, probability: float, *, silent: bool = False
    ) -> Mistaken:
        """Words a mistake; the tag is where it was since it came there."""
        places = self._columns.places
        self._table.since_s[row] = left.since_s + self._set_s
        return Mistaken(
            epc=Epc(self._table.index.epc_of(row)),
            location=places[left.place],
            went_to=None if left.went_to is None else places[left.went_to],
            probability=probability,
            since_us=int(self._table.since_s[row]) * 1_000_000,
            at_us=self._time.us_of(self._time.now_ms),
            reader_was_silent=silent,
        )

    @property
    def _set_s(self) -> int:
        """By how much the clock was set: dates are kept as if it never had been."""
        return round(self._time.set_us * 1e-6)

    def _never_left(self, turned: Turned, at: int) -> Left | None:
        row, at_ms = int(turned.announced.rows[at]), int(turned.announced.at_ms[at])
        place = int(self._table.place[row])
        return self._mistakes.taken_back(row, place, at_ms, turned.sound, int(turned.columns[at]))

    def _moves_from_rest(self, announced: Announced) -> Rows:
        """Tags that have left a place where they lay for long enough; not those in hand."""
        now_s = self._time.us_of(self._time.now_ms) // 1_000_000
        rested = announced.since_s.astype(np.int64) + RESTED_S <= now_s
        rested &= announced.before != NO_PLACE
        some = rested.nonzero()[0]
        near, places = self._columns.near_place, self._table.place[announced.rows[some]]
        in_hand = near[places] | near[announced.before[some]]
        return some[~in_hand]

    def _moving(self, turned: Turned, at: int) -> None:
        announced, column = turned.announced, int(turned.columns[at])
        row = int(announced.rows[at])
        left = Left(
            int(announced.before[at]),
            int(announced.since_s[at]) - self._set_s,
            int(announced.at_ms[at]),
            int(self._table.place[row]),
            turned.sound.antenna[:, column],
            turned.sound.usual_db[:, column],
        )
        self._mistakes.note(row, left)
