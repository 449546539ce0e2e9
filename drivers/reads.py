"""Tag reads as columns: what every driver hands upwards, whatever the reader speaks.

Nothing is done per read in Python. A batch holds the reads of one reader that were decoded
together; every column has the same length. An absent value is told by the column's own "absent"
(NaN, 0 or -1), so that a reader that leaves a field out needs no second layout.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

ANTENNA_ABSENT = 0
CHANNEL_ABSENT = 0
TIME_ABSENT = -1


class ClockQuality(StrEnum):
    """How a device's reads are dated."""

    UTC = "utc"
    """By its clock, which is set to within a day."""
    UPTIME = "uptime"
    """By its clock, which counts from its start or was never set: right until it reboots."""
    ARRIVAL = "arrival"
    """By the gateway, when they arrive: it has no clock, or one that stands."""


@dataclass(frozen=True, slots=True, eq=False)
class ReadBatch:
    """Reads of one reader as NumPy columns of equal length n.

    Attributes:
        reader: the reader's name in the configuration.
        arrived_us: gateway UTC microseconds at which the bytes were received.
        epc: uint8, shape (n, width): the EPC's bytes from the left, zero-padded on the right;
            width is that of the longest EPC in the batch (12 for SGTIN-96).
        epc_bits: uint16, bits of each EPC; never assume 96.
        antenna: uint16, the reader's antenna port from 1; 0 where the reader told none.
        rssi_dbm: float32, peak RSSI; NaN where absent.
        phase_rad: float32 in [0, 2 pi); NaN where absent.
        channel: uint16, place in the reader's own hop table from 1; 0 where absent.
        doppler_hz: float32; NaN where absent.
        seen_us: int64, gateway UTC microseconds at which the tag was last seen; never absent.
        first_seen_us: int64, the reader's own stamp of the first sighting; -1 where absent.
        last_seen_us: int64, the reader's own stamp of the last sighting; -1 where absent.
        count: uint16, sightings that this read stands for; 1 where the reader told none.
        clock: how `seen_us` was found.
    """

    reader: str
    arrived_us: int
    epc: NDArray[np.uint8]
    epc_bits: NDArray[np.uint16]
    antenna: NDArray[np.uint16]
    rssi_dbm: NDArray[np.float32]
    phase_rad: NDArray[np.float32]
    channel: NDArray[np.uint16]
    doppler_hz: NDArray[np.float32]
    seen_us: NDArray[np.int64]
    first_seen_us: NDArray[np.int64]
    last_seen_us: NDArray[np.int64]
    count: NDArray[np.uint16]
    clock: ClockQuality = ClockQuality.ARRIVAL

    def __len__(self) -> int:
        return len(self.antenna)

    @property
    def epc_width(self) -> int:
        """Bytes of the widest EPC."""
        return int(self.epc.shape[1])

    def began_us(self) -> NDArray[np.int64]:
        """Gateway UTC microseconds of each first sighting; `seen_us` where it cannot be known.

        The reader's two stamps are of one clock, so what lies between them is right though the
        clock be wrong.
        """
        known = (self.first_seen_us >= 0) & (self.last_seen_us >= self.first_seen_us)
        known &= self.clock is not ClockQuality.ARRIVAL
        lasted_us = self.last_seen_us - self.first_seen_us
        return np.where(known, self.seen_us - lasted_us, self.seen_us)

    @classmethod
    def of(
        cls,
        reader: str,
        arrived_us: int,
        epcs: list[str],
        antennas: list[int],
        rssi_dbm: list[float],
        *,
        seen_us: list[int] | None = None,
    ) -> Self:
        """A batch from plain lists, for tests and files; `epcs` are hex strings of whole bytes."""
        n = len(epcs)
        raw = [bytes.fromhex(epc) for epc in epcs]
        width = max((len(one) for one in raw), default=12)
        joined = b"".join(one.ljust(width, b"\0") for one in raw)
        return cls(
            reader=reader,
            arrived_us=arrived_us,
            epc=np.frombuffer(joined, np.uint8).reshape(n, width),
            epc_bits=np.array([8 * len(one) for one in raw], np.uint16),
            antenna=np.array(antennas, np.uint16),
            rssi_dbm=np.array(rssi_dbm, np.float32),
            phase_rad=np.full(n, np.nan, np.float32),
            channel=np.zeros(n, np.uint16),
            doppler_hz=np.full(n, np.nan, np.float32),
            seen_us=np.array(seen_us if seen_us is not None else [arrived_us] * n, np.int64),
            first_seen_us=np.full(n, TIME_ABSENT, np.int64),
            last_seen_us=np.full(n, TIME_ABSENT, np.int64),
            count=np.ones(n, np.uint16),
        )


COLUMNS = (
    "epc",
    "epc_bits",
    "antenna",
    "rssi_dbm",
    "phase_rad",
    "channel",
    "doppler_hz",
    "seen_us",
    "first_seen_us",
    "last_seen_us",
    "count",
)
"""The columns of a batch."""


class Stretch(ReadBatch):
    """One reader's part of columns that were decoded for several readers at once.

    A column is cut out when it is first looked at: whoever takes all readers' reads together
    (`neighbours_joined`) needs no such cut, and eleven columns of thirty readers cost more to cut
    than to decode.
    """

    __slots__ = ("begin", "end", "whole")
    whole: Mapping[str, NDArray[Any]]
    begin: int
    end: int

    @classmethod
    def of_whole(
        cls, whole: Mapping[str, NDArray[Any]], where: slice, told: tuple[str, int, ClockQuality]
    ) -> Self:
        """The part of all columns that is one reader's.

        Args:
            whole: all columns of a batch by name; they must stay as they are.
            where: from which read to which.
            told: the reader, when its bytes arrived, and how its reads are dated.
        """
        made, put = cls.__new__(cls), object.__setattr__
        put(made, "whole", whole)
        put(made, "begin", where.start)
        put(made, "end", where.stop)
        put(made, "reader", told[0])
        put(made, "arrived_us", told[1])
        put(made, "clock", told[2])
        return made

    @override
    def __len__(self) -> int:
        return self.end - self.begin

    @property
    @override
    def epc_width(self) -> int:
        """As of the whole, which need not be cut for it."""
        return int(self.whole["epc"].shape[1])

    def __getattr__(self, name: str) -> NDArray[Any]:
        """Called for a column that was not cut yet."""
        if name not in COLUMNS:
            raise AttributeError(name)
        column = self.whole[name][self.begin : self.end]
        object.__setattr__(self, name, column)
        return column


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Reads of several readers that came in one moment, one reader's behind the other's.

    Attributes:
        readers: their names in the configuration, some of whom may have read nothing.
        clocks: how the reads of each are dated.
        counts: int64, reads of each.
        arrived_us: as of a batch.
        whole: all columns of a batch, by name; they stay as they are.
    """

    readers: tuple[str, ...]
    clocks: tuple[ClockQuality, ...]
    counts: NDArray[np.int64]
    arrived_us: int
    whole: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.whole["antenna"])

    def by_reader(self) -> Iterator[ReadBatch]:
        """A batch of each reader that has read."""
        begin = 0
        for reader, clock, count in zip(
            self.readers, self.clocks, self.counts.tolist(), strict=True
        ):
            if count:
                told = reader, self.arrived_us, clock
                yield Stretch.of_whole(self.whole, slice(begin, begin + count), told)
            begin += count


SomeReads = ReadBatch | Gathered


def by_reader(reads: Iterable[SomeReads]) -> Iterator[ReadBatch]:
    """The same reads in the same order, each batch of one reader."""
    for one in reads:
        if isinstance(one, Gathered):
            yield from one.by_reader()
        else:
            yield one


def neighbours_joined(batches: Sequence[SomeReads]) -> list[ReadBatch]:
    """The same reads in the same order, in as few batches as can be without copying anything.

    Whose reads they are is told by `batches` alone.
    """
    joined: list[ReadBatch] = []
    first = last = None
    for batch in batches:
        if isinstance(batch, Gathered):
            told = batch.readers[0], batch.arrived_us, batch.clocks[0]
            whole = Stretch.of_whole(batch.whole, slice(0, len(batch)), told)
            joined += (*_from_to(first, last), whole)
            first = last = None
        elif not isinstance(batch, Stretch):
            joined += (*_from_to(first, last), batch)
            first = last = None
        elif last is None or last.whole is not batch.whole or last.end != batch.begin:
            joined += _from_to(first, last)
            first = last = batch
        else:
            last = batch
    return [*joined, *_from_to(first, last)]


def _from_to(first: Stretch | None, last: Stretch | None) -> tuple[Stretch, ...]:
    """Neighbours, from the first to the last, as one batch; none of none."""
    if first is None or last is None:
        return ()
    if first is last:
        return (first,)
    told = first.reader, first.arrived_us, first.clock
    return (Stretch.of_whole(first.whole, slice(first.begin, last.end), told),)
