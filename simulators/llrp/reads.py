"""Reads of a ROSpec as columns: taken, joined, merged by tag; nothing is done per read."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from simulators.air import Sightings

TID_WORDS = 6
"""Class, maker, model and serial number of a tag."""
_COUNT_MOST = 0xFFFF


def _of_one_width(columns: list[NDArray[Any]]) -> list[NDArray[Any]]:
    """Byte strings padded on the right to the widest; other columns as they are."""
    if columns[0].ndim == 1 or len({one.shape[1] for one in columns}) == 1:
        return columns
    width = max(one.shape[1] for one in columns)
    return [np.pad(one, ((0, 0), (0, width - one.shape[1]))) for one in columns]


@dataclass(frozen=True, slots=True, eq=False)
class Reads:
    """What a ROSpec has gathered, as columns like `Sightings`, with antenna and both stamps."""

    epc: NDArray[np.uint8]
    epc_bits: NDArray[np.uint16]
    antenna: NDArray[np.uint16]
    rssi_dbm: NDArray[np.float32]
    phase_rad: NDArray[np.float32]
    channel: NDArray[np.uint16]
    doppler_hz: NDArray[np.float32]
    first_seen_us: NDArray[np.int64]
    last_seen_us: NDArray[np.int64]
    count: NDArray[np.uint16]
    access: NDArray[np.int32]
    """Under which number an AccessSpec's results on this very read are kept; 0 where none are."""
    tid: NDArray[np.uint8]
    """Each tag's TID bank, shape (n, bytes); no bytes where nobody asked for it."""

    def __len__(self) -> int:
        return len(self.antenna)

    @classmethod
    def of(cls, heard: Sightings, antenna: int, clock_offset_us: int) -> Self:
        """Sightings of one antenna, stamped by the reader's own clock."""
        seen = heard.seen_us + clock_offset_us
        return cls(
            epc=heard.epc,
            epc_bits=heard.epc_bits,
            antenna=np.full(len(heard), antenna, np.uint16),
            rssi_dbm=heard.rssi_dbm,
            phase_rad=heard.phase_rad,
            channel=heard.channel,
            doppler_hz=heard.doppler_hz,
            first_seen_us=seen,
            last_seen_us=seen,
            count=heard.count,
            access=np.zeros(len(heard), np.int32),
            tid=np.zeros((len(heard), 0), np.uint8),
        )

    def keys(self) -> list[tuple[bytes, int]]:
        """Each row's EPC and its bits."""
        return [
            (epc[: (bits + 7) // 8].tobytes(), bits)
            for epc, bits in zip(self.epc, self.epc_bits.tolist(), strict=True)
        ]

    def epcs(self) -> list[bytes]:
        """Each row's EPC."""
        return [epc for epc, _ in self.keys()]

    def take(self, rows: slice | NDArray[np.int64]) -> Self:
        """Some of the rows."""
        return type(self)(*[column[rows] for column in _columns(self)])

    @classmethod
    def joined(cls, several: Iterable["Reads"]) -> "Reads":
        """All rows in order; EPCs of different width are padded to the widest."""
        parts = list(several)
        if len(parts) == 1:
            return parts[0]
        columns = zip(*map(_columns, parts), strict=True)
        return cls(*[np.concatenate(_of_one_width(list(column))) for column in columns])

    def merged(self) -> "Reads":
        """One row for each tag, antenna and result of an access (section 13.2.3.1.1).

        RSSI is the peak, the count the sum (ends at 65,535), phase, Doppler and channel those of
        the last sighting.
        """
        if not len(self):
            return self
        group = self._groups()
        rows, count = np.arange(len(group)), int(group.max()) + 1
        first, last = np.full(count, len(rows)), np.zeros(count, np.int64)
        np.minimum.at(first, group, rows)
        np.maximum.at(last, group, rows)
        peak = np.full(count, -np.inf, np.float32)
        np.maximum.at(peak, group, self.rssi_dbm)
        total = np.bincount(group, self.count).clip(max=_COUNT_MOST).astype(np.uint16)
        return replace(
            self.take(last),
            rssi_dbm=peak,
            count=total,
            first_seen_us=self.first_seen_us[first],
        )

    def _groups(self) -> NDArray[np.int64]:
        """Which tag, antenna and result each row is of, numbered in the order of their first rows.

        A dictionary of bytes: sorting the rows costs more where they are few, as they mostly are.
        """
        numbers = np.column_stack([self.epc_bits, self.antenna])
        parts = (self.epc, numbers.view(np.uint8), self.access.view(np.uint8).reshape(-1, 4))
        keys = np.column_stack(parts)
        whole: list[Any] = keys.view(np.dtype((np.void, keys.shape[1]))).ravel().tolist()
        known: dict[bytes, int] = {}
        return np.array([known.setdefault(key, len(known)) for key in whole], np.int64)


_columns = attrgetter(*(one.name for one in fields(Reads)))
NO_READS = Reads.of(Sightings.none(), 0, 0)
"""Nothing heard, as most antennas of a calm hall tell most of the time."""
