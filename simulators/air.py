"""The air between a reader's antennas and the tags around them: what a reader asks, what it hears.

A simulated reader knows antennas and time; where the tags are is the business of whoever
implements `Air`: a field of tags at fixed places for a reader that runs alone, a whole warehouse
with bins, carts and people for a simulated day. The air keeps no clock: a reader names the span
that it listens for, the air tells what was heard in it, sorted by time, as columns.
"""

from dataclasses import dataclass, fields
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from simulators.gen2 import USUAL_QUERY, Query, Slots


@dataclass(frozen=True, slots=True)
class Dwell:
    """One antenna listening for one span.

    Attributes:
        antenna: the reader's antenna port, from 1.
        from_us: true UTC microseconds at its start (the reader's own clock may be wrong, the
            air's never is).
        span_us: its length; dwells of one reader follow each other and never overlap.
        power_dbm: transmit power at the antenna port.
        query: how the reader asks; an air may make its rate of it, or keep one of its own.
    """

    antenna: int
    from_us: int
    span_us: int
    power_dbm: float = 30.0
    query: Query = USUAL_QUERY


@dataclass(frozen=True, slots=True, eq=False)
class Sightings:
    """Tags heard in one dwell, as NumPy columns of equal length n, sorted by `seen_us`.

    A tag heard k times stands in k rows; nothing is merged here.

    Attributes:
        epc: uint8, shape (n, width): EPC bytes from the left, zero-padded on the right to the
            width of the longest.
        epc_bits: uint16, bits of each EPC; 96 is usual, anything from 0 to 496 is legal.
        rssi_dbm: float32, received power of the backscatter.
        phase_rad: float32 in [0, 2 pi).
        channel: uint16, place in the reader's hop table, from 1.
        doppler_hz: float32; positive while the tag comes nearer.
        seen_us: int64, true UTC microseconds, within the dwell.
        count: uint16, sightings that the row stands for; 1 unless the air merged them itself.
    """

    epc: NDArray[np.uint8]
    epc_bits: NDArray[np.uint16]
    rssi_dbm: NDArray[np.float32]
    phase_rad: NDArray[np.float32]
    channel: NDArray[np.uint16]
    doppler_hz: NDArray[np.float32]
    seen_us: NDArray[np.int64]
    count: NDArray[np.uint16]

    def __len__(self) -> int:
        return len(self.seen_us)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Self:
        """Some of the rows, or the same row several times."""
        return type(self)(*(getattr(self, one.name)[rows] for one in fields(self)))

    @classmethod
    def none(cls) -> Self:
        """Nothing heard."""
        return cls(
            epc=np.zeros((0, 12), np.uint8),
            epc_bits=np.zeros(0, np.uint16),
            rssi_dbm=np.zeros(0, np.float32),
            phase_rad=np.zeros(0, np.float32),
            channel=np.zeros(0, np.uint16),
            doppler_hz=np.zeros(0, np.float32),
            seen_us=np.zeros(0, np.int64),
            count=np.zeros(0, np.uint16),
        )


class Air(Protocol):
    """Whatever lies in front of one reader's antennas."""

    def inventory(self, dwell: Dwell) -> Sightings:
        """What the antenna hears in the dwell; called in order of time, once for each dwell.

        Returns at once; an antenna that does not exist hears nothing.
        """
        ...

    def slots(self) -> Slots | None:
        """What all rounds so far came to; None where the air plays none."""
        ...


class BurstAir:
    """An air that for a while is heard several times over.

    Args:
        air: what is heard.
    """

    def __init__(self, air: Air) -> None:
        self._air = air
        self._times = 1
        self._from_us = self._until_us = 0

    def burst(self, times: int, from_us: int, until_us: int) -> None:
        """Hear every tag `times` as often in dwells that begin within this span."""
        self._times, self._from_us, self._until_us = times, from_us, until_us

    def slots(self) -> Slots | None:
        """What all rounds so far came to; see `Air`."""
        return self._air.slots()

    def inventory(self, dwell: Dwell) -> Sightings:
        """What the antenna hears in the dwell; see `Air`."""
        heard = self._air.inventory(dwell)
        if not self._from_us <= dwell.from_us < self._until_us:
            return heard
        return heard.take(np.repeat(np.arange(len(heard)), self._times))
