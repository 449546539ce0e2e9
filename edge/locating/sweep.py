"""The search for tags that were silent too long, a stretch of the table at a time."""

import numpy as np
from numpy.typing import NDArray

from edge.locating import kernel
from edge.locating.columns import FloorColumns
from edge.locating.compiled_sweep import CompiledSweep, Patience
from edge.locating.coverage import Coverage, silence_allowed_ms
from edge.locating.epcs import Rows
from edge.locating.presence import Finding, State
from edge.locating.settings import LocatingSettings
from edge.locating.tags import NO_PLACE, TagTable

_CROWDED = 0.9
"""From this share of `tags_max` on, tags that were never placed are forgotten early."""
_FORGET_CROWDED_MS = 60_000
_PAUSE_MS, _FEW_ROWS = 100, 4_096
"""A stretch waits until it is so old or so long: what numpy costs is the call."""
_NOBODY, _NOTHING = np.zeros(0, np.int64), np.zeros(0, np.uint8)
_ROWS_MAX = 20_000
"""Rows of one turn, also after a reader was lost or a turn came late: a million in a second, and
no turn takes long or finds a million items silent at once."""
_GONE_EACH_MS, _GONE_LEAST = 2, 40
"""Departures of one turn, by the time since the one before. Tags that came together lie together,
so that one stretch finds all that left within a round of the table: thousands, each of which costs
the loop a tenth of a millisecond, while arrivals, and people, wait. No doors let out 2,000 a
second."""


class Sweep:
    """Walks round the table; the whole of it in `sweep_s`, or faster when a reader is lost."""

    def __init__(
        self,
        columns: FloorColumns,
        table: TagTable,
        coverage: Coverage,
        settings: LocatingSettings,
    ) -> None:
        self._columns = columns
        self._table = table
        self._coverage = coverage
        self._settings = settings
        self._least_ms = int(min(settings.silence_s_min, settings.near_silence_s_min) * 1e3)
        self._cursor = 0
        self._swept_ms: int | None = None
        self._started_ms = self._turned_ms = 0
        self._hurried = 0
        self._stretch = slice(0, 0)
        self._compiled = self._compiled_sweep()

    def _compiled_sweep(self) -> CompiledSweep | None:
        records, coverage, settings = self._table.compiled, self._coverage.compiled, self._settings
        if kernel.KERNEL is None or records is None or coverage is None:
            return None
        patience = Patience(
            self._least_ms,
            -float(np.log(settings.false_departure)),
            *(settings.silence_s_min, settings.silence_s_max),
            *(settings.near_silence_s_min, settings.near_silence_s_max),
        )
        by_place = self._columns.near_place, self._coverage.dark
        return CompiledSweep(kernel.KERNEL, records, coverage, by_place, patience)

    def look_for_dark_places(self) -> None:
        """A reader was lost: look at every tag as soon as can be, some thousands a turn."""
        self._hurried = self._table.index.rows

    def shift_times(self, by_ms: int) -> None:
        """Move the zero of all times forward."""
        self._started_ms = max(0, self._started_ms - by_ms)
        self._turned_ms -= by_ms
        if self._swept_ms is not None:
            self._swept_ms -= by_ms

    def next_stretch(self, now_ms: int) -> tuple[Rows, NDArray[np.uint8]]:
        """Rows in the next stretch that were silent too long or lie in the dark, with findings.

        A stretch ends where as many have departed as may in one turn; the next begins there.
        """
        gone_max = max(_GONE_LEAST, _GONE_EACH_MS * (now_ms - self._turned_ms))
        self._turned_ms = now_ms
        self._stretch = stretch = self._advance(now_ms)
        if stretch.stop <= stretch.start:
            return _NOBODY, _NOTHING
        if self._compiled is None:
            return self._looked(stretch, now_ms, gone_max)
        rows, findings, end = self._compiled.look(stretch, now_ms, self._started_ms, gone_max)
        if end < stretch.stop:
            self._end_stretch(end)
        return rows, findings

    def _looked(
        self, stretch: slice, now_ms: int, gone_max: int
    ) -> tuple[Rows, NDArray[np.uint8]]:
        table, coverage = self._table, self._coverage
        state = table.state[stretch]
        watched = (state == State.PRESENT) | (state == State.STALE)
        if not coverage.dark.any():  # what lies in the dark is lost however lately it was heard
            watched &= now_ms - table.seen_ms(stretch) > self._least_ms
        rows = watched.nonzero()[0] + stretch.start
        if not len(rows):
            return rows, _NOTHING
        place = table.place[rows]
        allowed = silence_allowed_ms(
            table.gap_s[rows].astype(np.float32), self._columns.near_place[place], self._settings
        )
        seen = table.seen_ms(rows)
        covered = coverage.covered[place]
        gone = covered & (now_ms - np.maximum(seen, coverage.covered_since_ms[place]) > allowed)
        lost = ~covered & (now_ms - np.maximum(seen, self._started_ms) > allowed)
        lost &= coverage.has_antennas[place]
        lost |= coverage.dark[place]
        lost &= table.state[rows] == State.PRESENT
        findings = np.where(gone, np.uint8(Finding.GONE), np.uint8(Finding.LOST))
        some = (gone | lost).nonzero()[0]
        departed = gone.nonzero()[0]
        if len(departed) > gone_max:
            end = departed[gone_max]
            some = some[some < end]
            self._end_stretch(int(rows[end]))
        return rows[some], findings[some]

    def forget_old(self, now_ms: int) -> None:
        """Forget tags of the last stretch that departed or were never placed, long ago."""
        table, stretch = self._table, self._stretch
        if stretch.stop <= stretch.start:
            return
        most_ms = int(self._settings.forget_after_s * 1e3)
        is_crowded = len(table) > _CROWDED * self._settings.tags_max
        if self._compiled is not None:
            unplaced_most_ms = _FORGET_CROWDED_MS if is_crowded else most_ms
            old = self._compiled.idle(stretch, now_ms, most_ms, unplaced_most_ms)
            if len(old):
                table.forget(old)
            return
        idle = (table.place[stretch] == NO_PLACE) & (table.index.bits[stretch] > 0)
        rows = idle.nonzero()[0] + stretch.start
        if not len(rows):
            return
        allowed_ms = np.full(len(rows), most_ms, np.int64)
        if is_crowded:
            allowed_ms[table.state[rows] == State.UNPLACED] = _FORGET_CROWDED_MS
        old = rows[now_ms - table.seen_ms(rows).astype(np.int64) > allowed_ms]
        if len(old):
            table.forget(old)

    def _end_stretch(self, end: int) -> None:
        """The rest of the stretch, from this row on, is looked at in the next turn."""
        self._hurried += self._stretch.stop - end
        self._stretch = slice(self._stretch.start, end)
        self._cursor = end

    def _advance(self, now_ms: int) -> slice:
        rows = self._table.index.rows
        if self._swept_ms is None:
            self._swept_ms = self._started_ms = now_ms
        past_ms = now_ms - self._swept_ms
        share = past_ms / (self._settings.sweep_s * 1e3)
        if not self._hurried and past_ms < _PAUSE_MS and rows * share < _FEW_ROWS:
            return slice(0, 0)
        self._swept_ms = now_ms
        wanted = max(self._hurried, int(np.ceil(rows * min(share, 1.0))))
        if wanted >= rows and rows <= _ROWS_MAX:
            self._hurried = 0
            return slice(0, rows)
        if self._cursor >= rows:
            self._cursor = 0
        begin = self._cursor
        self._cursor = min(rows, begin + min(wanted, _ROWS_MAX))
        behind = self._hurried or wanted > _ROWS_MAX
        self._hurried = wanted - (self._cursor - begin) if behind else 0
        return slice(begin, self._cursor)
