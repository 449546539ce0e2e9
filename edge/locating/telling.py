"""From findings to the changes that are told, with the columns of the table kept in step."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.locating.announced import Announced
from edge.locating.columns import FloorColumns
from edge.locating.coverage import Coverage
from edge.locating.epcs import Rows
from edge.locating.honesty import honest
from edge.locating.mistakes import Sound
from edge.locating.presence import State, Telling, told
from edge.locating.reconsidering import Reconsidering, Turned
from edge.locating.slots import Floats, Ints, Ports
from edge.locating.tags import NO_PLACE, TagTable
from edge.locating.timeline import Timeline
from edge.model.ids import DeviceName, Epc
from edge.model.presence import Arrived, Departed, Moved, PresenceChange, Returned, Stale

_HEARD = (Telling.ARRIVED, Telling.MOVED, Telling.RETURNED)
"""What is told of tags that were read."""
_TOLD_AT = 0.9
"""Belief in the place of a tag whose departure is taken back: as sure as when it was announced."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a look found of k tags of which something is to be told.

    Attributes:
        rows: of the tags.
        states: what presence knew of them before.
        findings: what was found.
        at_ms: when they were read.
        best: the most probable place of each.
        belief: shape (4, k).
        sureness: of each, see `honesty`.
    """

    rows: Rows
    states: NDArray[np.uint8]
    findings: NDArray[np.uint8]
    at_ms: Ints
    best: Ports
    belief: Floats
    sureness: Floats


class Teller:
    """Applies findings and words the changes."""

    def __init__(
        self, columns: FloorColumns, table: TagTable, coverage: Coverage, time: Timeline
    ) -> None:
        self._columns = columns
        self._places = np.array(columns.places, np.object_)
        self._table = table
        self._coverage = coverage
        self._time = time
        self._reconsidering = Reconsidering(columns, table, time)
        self._late: list[PresenceChange] = []

    def announce(self, found: Found) -> Announced:
        """Keep the table in step with what was found."""
        table, changed, best = self._table, found.rows, found.best
        tellings, after = told(found.states, found.findings)
        before, since_s = table.place[changed], table.since_s[changed]
        table.state[changed] = after
        table.place[changed] = best
        new = before != best
        table.since_s[changed[new]] = self._us_of(found.at_ms[new]) // 1_000_000
        self._recount(before, best)
        return Announced(
            rows=changed,
            tellings=tellings,
            best=best,
            before=before,
            since_s=since_s,
            at_ms=found.at_ms,
            probability=honest(found.belief, found.sureness).max(axis=0),
            departed=found.states == State.DEPARTED,
        )

    def tell(
        self, announced: Announced, sound: Sound | None, columns: Rows
    ) -> list[PresenceChange]:
        """Changes of tags that were read.

        Args:
            announced: of these tags.
            sound: how all tags of the look sound; None where tags are carried about.
            columns: where these stand in it.
        """
        changes = self._worded(announced)
        if sound is not None:
            self._reconsidering.look(changes, Turned(announced, columns, sound))
        return list(changes)

    def _us_of(self, at_ms: Ints) -> NDArray[np.int64]:
        times: NDArray[np.int64] = self._time.zero_us + at_ms.astype(np.int64) * 1000
        return times

    def _worded(self, announced: Announced) -> NDArray[np.object_]:
        """The changes of tags that were read, from where they were to where they are."""
        rows, tellings = announced.rows, announced.tellings
        at_us = self._us_of(announced.at_ms)
        changes = np.empty(len(rows), np.object_)
        for kind in _HEARD:
            which = (tellings == kind).nonzero()[0]
            if not len(which):
                continue
            epcs = [Epc(one) for one in self._table.index.epcs_of(rows[which])]
            there = self._places[announced.best[which]].tolist()
            told_at = announced.probability[which].tolist(), at_us[which].tolist()
            if kind is Telling.ARRIVED:
                changes[which] = list(map(Arrived, epcs, there, *told_at))
            elif kind is Telling.MOVED:
                left = self._places[announced.before[which]].tolist()
                changes[which] = list(map(Moved, epcs, left, there, *told_at))
            else:
                gone = announced.departed[which].tolist()
                changes[which] = list(map(Returned, epcs, there, *told_at, gone))
        return changes

    def tell_silence(self, rows: Rows, findings: NDArray[np.uint8]) -> list[PresenceChange]:
        """Changes of tags that were not read for too long."""
        if not len(rows):
            return []
        table = self._table
        tellings, after = told(table.state[rows], findings)
        some = tellings.nonzero()[0]
        rows, tellings, after = rows[some], tellings[some], after[some]
        table.state[rows] = after
        places, seen_ms = table.place[rows], table.seen_ms(rows)
        gone = tellings == Telling.DEPARTED
        self._reconsidering.departing(rows[gone], places[gone])
        self._recount(places[gone], np.zeros(0, np.uint16))
        table.place[rows[gone]] = NO_PLACE
        table.reads[rows[gone]] = 0
        table.since_s[rows[gone]] = 0
        table.disbelieve(rows[gone])
        changes: list[PresenceChange] = []
        for row, place, seen, departed in zip(
            rows.tolist(), places.tolist(), seen_ms.tolist(), gone.tolist(), strict=True
        ):
            epc, location = Epc(table.index.epc_of(row)), self._columns.places[place]
            seen_us = self._time.us_of(seen)
            if departed:
                now_us = self._time.us_of(self._time.now_ms)
                changes.append(Departed(epc, location, now_us, seen_us))
            else:
                changes.append(Stale(epc, location, seen_us, self._coverage.blamed(place)))
        return changes

    def reader_was_silent(self, reader: DeviceName, since_us: int) -> None:
        """A reader is found to have heard nothing since then: what departed since did not.

        Such a tag is believed where it was; that nobody vouches for it is told as of any other.
        """
        for row, left in self._reconsidering.unheard(reader, since_us):
            rows, places = np.array([row]), np.array([left.place], np.uint16)
            mistaken = self._reconsidering.taken_back(row, left, _TOLD_AT, silent=True)
            self.place_silently(rows, places, self._table.since_s[rows])
            slots = self._table.slots_of(rows)
            there = self._columns.place_of.take(slots.antenna[:, 0], mode="clip") == left.place
            slots.belief[there.nonzero()[0][:1], 0] = _TOLD_AT
            self._table.put(rows, slots)
            self._late.append(mistaken)

    def late(self) -> list[PresenceChange]:
        """What was found out between two turns."""
        late, self._late = self._late, []
        return late

    def place_silently(self, rows: Rows, places: Ports, since_s: NDArray[np.uint32]) -> None:
        """Set tags present at their places without telling it."""
        before = self._table.place[rows]
        self._table.state[rows] = State.PRESENT
        self._table.place[rows] = places
        self._table.since_s[rows] = since_s
        self._recount(before, places)

    def _recount(self, left: Ports, entered: Ports) -> None:
        n = len(self._coverage.items)
        self._coverage.items -= np.bincount(left[left != NO_PLACE], minlength=n)
        self._coverage.items += np.bincount(entered[entered != NO_PLACE], minlength=n)
