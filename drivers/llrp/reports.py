"""RO_ACCESS_REPORT messages in, columns of reads out.

A NumPy call costs microseconds, so the messages that came together are joined first and decoded at
once. The quick way takes the layout of the latest records and verifies every byte of every record
that is not a value; if one differs, the records are hopped over, grouped by length and layout, and
each group is decoded at once (`layout`). Layouts too rare to be worth learning are read one by
one. All three ways give the same reads, and a message with a fault anywhere gives none: it becomes
a `ReportError`, and the messages around it are not touched.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drivers.llrp.columns import (
    Column,
    Columns,
    batch_of,
    epc_bytes,
    read_messages,
    read_record,
    read_records,
)
from drivers.llrp.framing import HEADER_BYTES, RO_ACCESS_REPORT, Frame, ReportRun
from drivers.llrp.layout import (
    TAG_REPORT_DATA,
    TLV_HEADER_BYTES,
    BadRecordError,
    Layout,
    Walk,
    learn,
    record_length,
    walk_record,
)
from drivers.llrp.reader_clock import ReaderClock, TimeKind
from drivers.llrp.records import Records
from drivers.reads import ReadBatch

_LEARN_MOST = 8  # layouts learned in one batch; records of further ones are read one by one
_KNOWN_MOST = 32  # layouts remembered; a reader has a handful


REPORT_FAULT = "report at byte"
"""So begins what is told of a report that was refused."""


@dataclass(frozen=True, slots=True)
class ReportError:
    """A tag report that was refused whole.

    Attributes:
        reason: one sentence.
        offset: place of the message's header in the connection's stream, in bytes.
    """

    reason: str
    offset: int


class ReportDecoder:
    """Decodes the tag reports of one connection.

    Attributes:
        reader: name that the batches carry.
        clock: the reader's clock against the gateway's, learned from what is decoded.
    """

    def __init__(self, reader: str, clock: ReaderClock | None = None) -> None:
        """Start without any layout.

        Args:
            reader: name that the batches carry.
            clock: to share with whoever hears other stamps of this reader; else a new one.
        """
        self.clock = clock if clock is not None else ReaderClock()
        self.reader = reader
        self._latest: Layout | None = None
        self._known: list[Layout] = []

    def decode(
        self, frames: Iterable[object], arrived_us: int
    ) -> tuple[ReadBatch, list[ReportError]]:
        """The reads of these messages in their order, and the messages that were refused.

        Args:
            frames: what a `FrameSplitter` gave; all but RO_ACCESS_REPORT is passed over.
            arrived_us: gateway UTC microseconds at which the bytes were received.
        """
        runs = [run for one in frames if (run := _as_run(one)) is not None]
        if self._latest is None and runs:
            self._latest = _first_layout(runs[0])
        if self._latest is not None and runs:
            columns = _same_layout(self._latest, runs)
            if columns is not None:
                kind = self._latest.walk.time_kind
                return batch_of(self.reader, arrived_us, columns, kind, self.clock), []
        return self._any_layout(runs, arrived_us)

    @property
    def latest(self) -> Layout | None:
        """The layout of the latest records."""
        return self._latest

    def expected(self, runs: Sequence[ReportRun]) -> Layout | None:
        """The layout that all records of these messages may have, by their lengths."""
        layout = self._latest
        return layout if layout is not None and _may_have(layout, runs) else None

    def _any_layout(
        self, runs: list[ReportRun], arrived_us: int
    ) -> tuple[ReadBatch, list[ReportError]]:
        if not runs:
            return Columns(0, epc_bytes(96)).batch(self.reader, arrived_us, self.clock), []
        records = Records(runs)
        sorter = _Sorter(records, self._known)
        sorter.sort()
        self._known = sorter.known
        if sorter.groups:
            self._latest = max(sorter.groups, key=lambda group: len(group[1]))[0]
        errors = [
            ReportError(reason, int(records.offsets[message]))
            for message, reason in sorted(records.faults.items())
        ]
        whole = None if errors else sorter.whole()
        if whole is not None:
            return batch_of(self.reader, arrived_us, *whole, self.clock), errors
        columns = sorter.columns()
        if records.faults:
            columns.keep(~np.isin(records.messages, list(records.faults)))
        return columns.batch(self.reader, arrived_us, self.clock), errors


def _as_run(item: object) -> ReportRun | None:
    if isinstance(item, ReportRun):
        return item
    if not isinstance(item, Frame) or item.type != RO_ACCESS_REPORT:
        return None
    return ReportRun(memoryview(item.whole), ((HEADER_BYTES + len(item.body), 1),), item.offset)


def _first_layout(run: ReportRun) -> Layout | None:
    """The layout of the first record, where the first message begins with a good one."""
    body = run.data[HEADER_BYTES : run.stretches[0][0]]
    try:
        kind, length = record_length(bytes(body[:TLV_HEADER_BYTES]), 0, len(body))
        return learn(bytes(body[:length])) if kind == TAG_REPORT_DATA else None
    except BadRecordError:
        return None


def _may_have(layout: Layout, runs: Sequence[ReportRun]) -> bool:
    """Whether records of this layout can fill every message."""
    for run in runs:
        for length, _ in run.stretches:
            if (length - HEADER_BYTES) % layout.length:
                return False
    return True


def _same_layout(layout: Layout, runs: list[ReportRun]) -> dict[str, Column] | None:
    """The columns if every record of every message has this layout, else nothing."""
    if not _may_have(layout, runs):
        return None
    return read_messages(layout, runs, sum([run.body_bytes for run in runs]) // layout.length)


class _Sorter:
    """Sorts records by the layout that reads them; learns layouts that it does not know."""

    def __init__(self, records: Records, known: list[Layout]) -> None:
        self.known = known
        self.groups: list[tuple[Layout, NDArray[np.intp], NDArray[np.uint8]]] = []
        self._singles: list[tuple[int, Walk]] = []
        self._records = records
        self._may_learn = _LEARN_MOST

    def sort(self) -> None:
        lengths = self._records.lengths
        for length in np.flatnonzero(np.bincount(lengths)).tolist():
            rows = np.flatnonzero(lengths == length)
            self._sort_equal(rows, self._records.gathered(rows, length))

    def whole(self) -> tuple[dict[str, Column], TimeKind] | None:
        """The columns where all records turned out to have one layout."""
        if len(self.groups) != 1 or len(self.groups[0][1]) < len(self._records.starts):
            return None
        layout, rows, group = self.groups[0]
        return read_records(layout, group, len(rows)), layout.walk.time_kind

    def columns(self) -> Columns:
        bits = [layout.walk.epc_bits for layout, _, _ in self.groups]
        bits += [walk.epc_bits for _, walk in self._singles]
        columns = Columns(len(self._records.starts), epc_bytes(max(bits, default=96)))
        for layout, rows, group in self.groups:
            columns.fill(rows, read_records(layout, group, len(rows)), layout.walk.time_kind)
        for row, walk in self._singles:
            columns.fill_one(row, read_record(walk, self._records.record(row)), walk.time_kind)
        return columns

    def _sort_equal(self, rows: NDArray[np.intp], group: NDArray[np.uint8]) -> None:
        """Sort records of equal length, one a row of `group`."""
        for layout in [one for one in self.known if one.length == group.shape[1]]:
            rows, group = self._take(layout, rows, group)
        while len(rows) and self._may_learn:
            self._may_learn -= 1
            try:
                layout = learn(self._records.record(int(rows[0])))
            except BadRecordError as fault:
                self._records.refuse(int(rows[0]), fault)
                rows, group = rows[1:], group[1:]
                continue
            self.known = [layout, *self.known[: _KNOWN_MOST - 1]]
            rows, group = self._take(layout, rows, group)
        for row in rows.tolist():
            try:
                self._singles.append((row, walk_record(self._records.record(row))))
            except BadRecordError as fault:
                self._records.refuse(row, fault)

    def _take(
        self, layout: Layout, rows: NDArray[np.intp], group: NDArray[np.uint8]
    ) -> tuple[NDArray[np.intp], NDArray[np.uint8]]:
        """Give the rows of this layout to it; gives back those that are left."""
        if not len(rows):
            return rows, group
        if layout.all_fit(group):
            self.groups.append((layout, rows, group))
            return rows[:0], group[:0]
        fitting = layout.fit(group)
        if fitting.any():
            self.groups.append((layout, rows[fitting], group[fitting]))
        return rows[~fitting], group[~fitting]
