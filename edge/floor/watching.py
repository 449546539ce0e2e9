"""Watching reads: those of one tag, or the loudest of all, handed on while somebody calibrates.

The floor loop only picks rows out of the batches that it has anyway, and only while something is
watched. Whoever watches takes them from here at its own pace; past the bound the oldest are lost
and counted.
"""

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from drivers.reads import ReadBatch, SomeReads, by_reader
from edge.model.ids import Epc

HELD_MAX = 20_000
LOUDEST = 3
"""Reads of each batch that are handed on while no tag is chosen."""


@dataclass(frozen=True, slots=True)
class WatchedRead:
    """One read of a watched tag.

    Attributes:
        at_us: gateway UTC microseconds.
        epc: lower-case hex.
        rssi_dbm, phase_rad, doppler_hz: NaN where the reader does not tell.
    """

    at_us: int
    reader: str
    port: int
    epc: Epc
    rssi_dbm: float
    phase_rad: float
    channel: int
    doppler_hz: float
    count: int


class ReadWatch:
    """Thread-safe; the floor loop notes, one watcher takes."""

    def __init__(self) -> None:
        self._held: deque[WatchedRead] = deque(maxlen=HELD_MAX)
        self._lock = threading.Lock()
        self._wanted: bytes | None = None
        self._is_open = False
        self.lost_count = 0
        """Reads that nobody took in time."""

    def watch(self, epc: Epc | None) -> None:
        """Hand on the reads of one tag from now on; of None the loudest of all tags."""
        with self._lock:
            self._wanted = bytes.fromhex(epc) if epc is not None else None
            self._held.clear()
            self._is_open = True

    def end(self) -> None:
        """Watch no longer."""
        with self._lock:
            self._is_open = False
            self._held.clear()

    def take(self) -> list[WatchedRead]:
        """What was heard since the last call, in order of arrival."""
        with self._lock:
            taken = list(self._held)
            self._held.clear()
        return taken

    def note(self, batches: Sequence[SomeReads]) -> None:
        """Reads of one turn; called by the floor loop."""
        if not self._is_open:
            return
        with self._lock:
            for batch in by_reader(batches):
                rows = _rows_of(batch, self._wanted)
                self.lost_count += max(0, len(self._held) + len(rows) - HELD_MAX)
                self._held.extend(_read(batch, row) for row in rows)


def _rows_of(batch: ReadBatch, wanted: bytes | None) -> list[int]:
    """Rows of the wanted tag, or of the loudest reads."""
    if wanted is None:
        level = np.nan_to_num(batch.rssi_dbm, nan=-np.inf)
        return [int(row) for row in np.argsort(-level, kind="stable")[:LOUDEST]]
    if len(wanted) > batch.epc.shape[1]:
        return []
    same = (batch.epc[:, : len(wanted)] == np.frombuffer(wanted, np.uint8)).all(axis=1)
    same &= batch.epc_bits == 8 * len(wanted)
    return [int(row) for row in np.flatnonzero(same)]


def _read(batch: ReadBatch, row: int) -> WatchedRead:
    length = (int(batch.epc_bits[row]) + 7) // 8
    return WatchedRead(
        at_us=int(batch.seen_us[row]),
        reader=batch.reader,
        port=int(batch.antenna[row]),
        epc=Epc(batch.epc[row, :length].tobytes().hex()),
        rssi_dbm=float(batch.rssi_dbm[row]),
        phase_rad=float(batch.phase_rad[row]),
        channel=int(batch.channel[row]),
        doppler_hz=float(batch.doppler_hz[row]),
        count=int(batch.count[row]),
    )
