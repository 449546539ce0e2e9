"""From findings to the changes that are told, with the columns of the table kept in step."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edge.locating.coverage import Coverage
from edge.locating.epcs import Rows
from edge.locating.honesty import honest
from edge.locating.model import FloorColumns
from edge.locating.presence import State, Telling, told
from edge.locating.slots import Floats, Ints, Ports
from edge.locating.tags import NO_PLACE, TagTable
from edge.model.ids import Epc
from edge.model.presence import Arrived, Departed, Moved, PresenceChange, Returned, Stale

_HEARD = (Telling.ARRIVED, Telling.MOVED, Telling.RETURNED)
"""What is told of tags that were read."""
_ZERO_MS = 1 << 30
"""Table milliseconds of the first moment told: 12.4 days of past and as many of future fit."""
_SHIFT_AT_MS = (1 << 31) - (1 << 26)
_SHIFT_MS_MAX = (1 << 31) - 1


class _Follower(Protocol):
    def shift_times(self, by_ms: int) -> None: ...


class Timeline:
    """Gateway microseconds as table milliseconds (32 bits), moving forward only.

    Attributes:
        now_ms: the latest time told. zero_us: gateway microseconds of table millisecond 0.
        set_us: by how much the gateway's clock was set so far, all in all.
    """

    def __init__(self) -> None:
        self._followers: list[_Follower] = []
        self._started = False
        self.zero_us = self.set_us = 0
        self.now_ms = _ZERO_MS

    def follow(self, *followers: _Follower) -> None:
        """Tell these when the zero moves."""
        self._followers.extend(followers)

    def move(self, now_us: int) -> int:
        """Go to `now_us`; a time before the latest counts as the latest. Returns table ms."""
        if not self._started:
            self._started = True
            self.zero_us = now_us - now_us % 1000 - _ZERO_MS * 1000
        now_ms = (now_us - self.zero_us) // 1000
        if now_ms > _SHIFT_AT_MS:
            by_ms = now_ms - _ZERO_MS
            for follower in self._followers:  # of a leap of years they need not know how far
                follower.shift_times(min(by_ms, _SHIFT_MS_MAX))
            self.zero_us += by_ms * 1000
            self.now_ms -= by_ms
            now_ms -= by_ms
        self.now_ms = max(self.now_ms, now_ms)
        return self.now_ms

    def clock_was_set(self, by_us: int) -> None:
        """The gateway's clock was set: other numbers for the same moments, and no time passed."""
        self.zero_us += by_us
        self.set_us += by_us

    def ms_of(self, at_us: NDArray[np.int64]) -> NDArray[np.int64]:
        """Table milliseconds of past times, once any was told; never 0, which is none."""
        return np.clip((at_us - self.zero_us) // 1000, 1, self.now_ms)

    def us_of(self, at_ms: int) -> int:
        """Gateway microseconds, in whole milliseconds."""
        return self.zero_us + at_ms * 1000


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
        self._best: Ports = np.zeros(0, np.uint16)
        self._belief: Floats = np.zeros((0, 0), np.float32)
        self._sureness = 1.0

    def found(self, best: Ports, belief: Floats, sureness: float) -> None:
        """The best place of each tag that `tell` will be asked about next, and all beliefs."""
        self._best, self._belief, self._sureness = best, belief, sureness

    def tell(self, rows: Rows, findings: NDArray[np.uint8], at_ms: Ints) -> list[PresenceChange]:
        """Changes of tags that were read."""
        table = self._table
        tellings, after = told(table.state.take(rows), findings)
        some = tellings.nonzero()[0]
        if not len(some):
            return []
        changed, best = rows[some], self._best[some]
        probability = honest(self._belief[:, some], self._sureness).max(axis=0)
        before = table.place[changed]
        at_us = self._time.zero_us + at_ms[some].astype(np.int64) * 1000
        told_before = table.state[changed]
        table.state[changed] = after[some]
        table.place[changed] = best
        new = before != best
        table.since_s[changed[new]] = at_us[new] // 1_000_000
        self._recount(before, best)
        changes = np.empty(len(some), np.object_)
        for kind in _HEARD:
            which = (tellings[some] == kind).nonzero()[0]
            if not len(which):
                continue
            epcs = [Epc(one) for one in table.index.epcs_of(changed[which])]
            there = self._places[best[which]].tolist()
            told_at = probability[which].tolist(), at_us[which].tolist()
            if kind is Telling.ARRIVED:
                changes[which] = list(map(Arrived, epcs, there, *told_at))
            elif kind is Telling.MOVED:
                left = self._places[before[which]].tolist()
                changes[which] = list(map(Moved, epcs, left, there, *told_at))
            else:
                departed = (told_before[which] == State.DEPARTED).tolist()
                changes[which] = list(map(Returned, epcs, there, *told_at, departed))
        return changes.tolist()

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
