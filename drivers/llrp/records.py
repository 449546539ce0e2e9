"""Where the tag records of joined RO_ACCESS_REPORT messages stand."""

import struct

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from drivers.llrp.framing import HEADER_BYTES, ReportRun
from drivers.llrp.layout import TAG_REPORT_DATA, BadRecordError, record_length

_ABREAST_LEAST = 128  # messages from which one NumPy step over all beats a Python step over each
_HEAD = struct.Struct("!HH")
_HEADER_BYTES = _HEAD.size

_Places = NDArray[np.intp]


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
        counts = np.array([run.count for run in runs], np.intp)
        lengths = np.repeat(np.array([run.length for run in runs], np.intp), counts)
        ends = np.cumsum(lengths)
        starts = ends - lengths
        # A run starts where the messages before it end, in its own count and in the stream's.
        firsts = starts[np.cumsum(counts) - counts]
        shift = np.array([run.offset for run in runs], np.intp) - firsts
        self.offsets: _Places = starts + np.repeat(shift, counts)
        found = self._hop(starts + HEADER_BYTES, ends)
        order = np.argsort(found[0])
        self.starts, self.lengths, self.messages = (one[order] for one in found)

    def record(self, row: int) -> bytes:
        """The bytes of one record."""
        start = int(self.starts[row])
        return self.data[start : start + int(self.lengths[row])]

    def refuse(self, row: int, fault: BadRecordError) -> None:
        """Refuse the message of this record."""
        self.faults.setdefault(int(self.messages[row]), str(fault))

    def _hop(self, at: _Places, ends: _Places) -> tuple[_Places, _Places, _Places]:
        """Hop from header to header: through many messages abreast, through few one by one."""
        messages = np.arange(len(at))
        windows = sliding_window_view(np.frombuffer(self.data, np.uint8), _HEADER_BYTES)
        waves: list[tuple[_Places, _Places, _Places]] = []
        while len(at) >= _ABREAST_LEAST:
            lengths = _plain_lengths(windows, at, ends)
            plain = lengths > 0
            waves.append((at[plain], lengths[plain], messages[plain]))
            self._one_by_one(waves, at[~plain], ends[~plain], messages[~plain])
            at = at + lengths
            more = plain & (at < ends)
            at, ends, messages = at[more], ends[more], messages[more]
        self._one_by_one(waves, at, ends, messages)
        starts, lengths, numbers = (np.concatenate(column) for column in zip(*waves, strict=True))
        return starts, lengths, numbers

    def _one_by_one(
        self,
        waves: list[tuple[_Places, _Places, _Places]],
        at: _Places,
        ends: _Places,
        messages: _Places,
    ) -> None:
        found: list[tuple[int, int, int]] = []
        for start, end, message in zip(at.tolist(), ends.tolist(), messages.tolist(), strict=True):
            try:
                self._hop_message(found, start, end, message)
            except BadRecordError as fault:
                self.faults[message] = str(fault)
        columns = np.array(found, np.intp).reshape(-1, 3)
        waves.append((columns[:, 0], columns[:, 1], columns[:, 2]))

    def _hop_message(
        self, found: list[tuple[int, int, int]], at: int, end: int, message: int
    ) -> None:
        data, head, last = self.data, _HEAD.unpack_from, end - _HEADER_BYTES
        while at < end:
            kind, length = head(data, at) if at <= last else (0, 0)
            if kind != TAG_REPORT_DATA or not _HEADER_BYTES <= length <= end - at:
                kind, length = record_length(data, at, end)
            if kind == TAG_REPORT_DATA:
                found.append((at, length, message))
            at += length


def _plain_lengths(windows: NDArray[np.uint8], at: _Places, ends: _Places) -> _Places:
    """Bytes of the tag record at each place; 0 where something else stands."""
    heads = windows[np.minimum(at, len(windows) - 1)].view(">u2")
    lengths = heads[:, 1].astype(np.intp)
    plain = (heads[:, 0] == TAG_REPORT_DATA) & (lengths >= _HEADER_BYTES)
    return np.where(plain & (at + lengths <= ends), lengths, 0)
