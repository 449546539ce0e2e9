"""Where the tag records of joined RO_ACCESS_REPORT messages stand.

To hop from record to record is exact and slow: one step for each record. So every place that looks
like the head of a record is looked for at once, and each message asks whether the places in it
chain: the first at its beginning, each where the one before it ends, the last up to its end. Where
they do, they are what hopping would have found. A message in which they do not, because a value
looks like a head or because something else stands beside the tags, is hopped through.
"""

import struct

import numpy as np
from numpy.typing import NDArray

from drivers.llrp.framing import HEADER_BYTES, ReportRun
from drivers.llrp.layout import EPC_96, EPC_DATA, TAG_REPORT_DATA, BadRecordError, record_length

_HEAD = struct.Struct("!HH")
_HEAD_BYTES = _HEAD.size
_SEEN_BYTES = _HEAD_BYTES + 2  # of a record's beginning: its head and the head of its EPC

_Places = NDArray[np.intp]
_Bytes = NDArray[np.uint8]


class Records:
    """Tag records in the order in which they came.

    Attributes:
        data: the messages, joined.
        starts: place of each record.
        lengths: bytes of each record with its header.
        messages: number of the message in which each record came.
        offsets: of each message the place in the connection's stream.
        faults: why a message, named by its number, is refused.
    """

    def __init__(self, runs: list[ReportRun]) -> None:
        self.data = b"".join([run.data for run in runs])
        self.faults: dict[int, str] = {}
        stretches = np.array([one for run in runs for one in run.stretches], np.intp)
        lengths = np.repeat(stretches[:, 0], stretches[:, 1])
        ends = np.cumsum(lengths)
        starts = ends - lengths
        # A run starts where the messages before it end, in its own count and in the stream's.
        counts = np.array([run.messages for run in runs], np.intp)
        firsts = starts[np.cumsum(counts) - counts]
        shift = np.array([run.offset for run in runs], np.intp) - firsts
        self.offsets: _Places = starts + np.repeat(shift, counts)
        self.starts, self.lengths, self.messages = self._find(starts + HEADER_BYTES, ends)

    def record(self, row: int) -> bytes:
        """The bytes of one record."""
        start = int(self.starts[row])
        return self.data[start : start + int(self.lengths[row])]

    def gathered(self, rows: _Places, length: int) -> _Bytes:
        """Records of equal length, one a row."""
        windows = (len(self.data) - length + 1,)
        whole = np.ndarray(windows, f"V{length}", self.data, 0, (1,))[self.starts[rows]]
        return whole.view(np.uint8).reshape(len(rows), length)

    def refuse(self, row: int, fault: BadRecordError) -> None:
        """Refuse the message of this record."""
        self.faults.setdefault(int(self.messages[row]), str(fault))

    def _find(self, begins: _Places, ends: _Places) -> tuple[_Places, _Places, _Places]:
        """Start, length and message of each record; `begins` and `ends` are of the bodies."""
        starts, lengths = _heads(np.frombuffer(self.data, np.uint8))
        messages = np.searchsorted(ends, starts, "right")
        outside = starts < begins[messages]  # in a message's own header
        if outside.any():
            starts, lengths, messages = (one[~outside] for one in (starts, lengths, messages))
        unchained = _unchained(starts, starts + lengths, messages, begins, ends)
        if not unchained.any():
            return starts, lengths, messages
        chained = ~unchained[messages]
        hopped = self._hop(np.flatnonzero(unchained), begins, ends)
        found = (starts[chained], lengths[chained], messages[chained])
        columns = [np.concatenate(pair) for pair in zip(found, hopped, strict=True)]
        order = np.argsort(columns[0])
        return columns[0][order], columns[1][order], columns[2][order]

    def _hop(self, messages: _Places, begins: _Places, ends: _Places) -> _Places:
        """The same, message by message and head by head; a row for each column."""
        found: list[tuple[int, int, int]] = []
        for message in messages.tolist():
            try:
                self._hop_message(found, int(begins[message]), int(ends[message]), message)
            except BadRecordError as fault:
                self.faults[message] = str(fault)
        return np.array(found, np.intp).reshape(-1, 3).T

    def _hop_message(
        self, found: list[tuple[int, int, int]], at: int, end: int, message: int
    ) -> None:
        data, head, last = self.data, _HEAD.unpack_from, end - _HEAD_BYTES
        while at < end:
            kind, length = head(data, at) if at <= last else (0, 0)
            if kind != TAG_REPORT_DATA or not _HEAD_BYTES <= length <= end - at:
                kind, length = record_length(data, at, end)
            if kind == TAG_REPORT_DATA:
                found.append((at, length, message))
            at += length


def _heads(data: _Bytes) -> tuple[_Places, _Places]:
    """Every place where bytes look like a record that begins with its EPC, and its length."""
    starts = np.flatnonzero(data[1 : max(1, len(data) - _SEEN_BYTES + 2)] == TAG_REPORT_DATA)
    starts = starts[data[starts] == 0]
    first, second = data[starts + _HEAD_BYTES], data[starts + _HEAD_BYTES + 1]
    starts = starts[(first == 0x80 | EPC_96) | ((first == 0) & (second == EPC_DATA))]
    return starts, data[starts + 2].astype(np.intp) << 8 | data[starts + 3]


def _unchained(
    starts: _Places, record_ends: _Places, messages: _Places, begins: _Places, ends: _Places
) -> NDArray[np.bool_]:
    """Which messages are not filled by their records from beginning to end."""
    unchained = np.not_equal(begins, ends)  # unless a record is found in it
    unchained[messages] = False
    if not len(starts):
        return unchained
    first = np.empty(len(starts), np.bool_)
    first[0] = True
    np.not_equal(messages[1:], messages[:-1], out=first[1:])
    due = np.empty_like(starts)
    due[1:] = record_ends[:-1]
    due[first] = begins[messages[first]]
    unchained[messages[starts != due]] = True
    last = np.append(first[1:], np.True_)
    unchained[messages[last & (record_ends != ends[messages])]] = True
    return unchained
