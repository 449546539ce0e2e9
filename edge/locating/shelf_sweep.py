"""From the recorded reads of an antenna that was moved along a shelf to the order of its tags.

The antenna is taken to go at one speed from the first read to the last, so its place on the path
is the time; a speed in metres is needed for the phase, whose valleys are as narrow as the
wavelength. Reads count of the antenna that was moved: of the reader that read most, and of its
port that was named, or that read most. Reads without a phase or a channel number are levels only:
phases of unknown channels cannot be compared.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import erf, hypot, isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

from drivers.reads import ReadBatch
from edge.locating.shelf_order import ShelfPlace, SweptReads, order_of
from edge.model.ids import Epc

_LIGHT_M_PER_S = 299_792_458.0
_SPREAD_M_MIN = 1e-3
_PATH_M_MAX = 60.0
"""Twice the longest aisle: the work grows with the path."""


@dataclass(frozen=True, slots=True)
class Sweeping:
    """How the antenna was moved.

    Attributes:
        speed_m_per_s: along the shelf.
        antenna: port; None for the one with most reads.
        mhz: the reader's frequencies by channel number from 1, or one for all of them; MHz.
        is_doubled: whether the reader's phase may be off by half a turn (Miller modes).
    """

    speed_m_per_s: float = 0.3
    antenna: int | None = None
    mhz: tuple[float, ...] = (915.0,)
    is_doubled: bool = False

    def __post_init__(self) -> None:
        """Refuses what no antenna does.

        Raises:
            ValueError: the speed or a frequency is not a number above 0.
        """
        if not all(isfinite(one) and one > 0.0 for one in (self.speed_m_per_s, *self.mhz)):
            raise ValueError("the speed and every frequency must be numbers above 0")
        if not self.mhz:
            raise ValueError("name the reader's frequency, or all of its hop table")


@dataclass(frozen=True, slots=True)
class Ranked:
    """One tag in the order of the shelf.

    Attributes:
        epc: the tag.
        rank: 1 for the one that was passed first.
        position_share: where on the path it lies, 0 for its beginning, 1 for its end.
        confidence: probability that it and the less sure of its neighbours lie in this order.
    """

    epc: Epc
    rank: int
    position_share: float
    confidence: float

    def to_dict(self) -> dict[str, object]:
        """As a plain value for JSON."""
        return {
            "epc": self.epc,
            "rank": self.rank,
            "position_share": round(self.position_share, 4),
            "confidence": round(self.confidence, 4),
        }


def ranked(batches: Iterable[ReadBatch], sweeping: Sweeping) -> list[Ranked]:
    """The order of the tags that the moved antenna read.

    Args:
        batches: all reads, sorted by time.
        sweeping: how the antenna was moved.

    Raises:
        ValueError: there is no read of that antenna, a channel has no frequency, or the path is
            no shelf's.
    """
    columns = _moved(list(batches), sweeping.antenna)
    begin_us, end_us = int(columns.seen_us[0]), int(columns.seen_us[-1])
    along_m = np.asarray((columns.seen_us - begin_us) * 1e-6 * sweeping.speed_m_per_s, np.float64)
    wavelength_m = _wavelength_m(columns, sweeping.mhz)
    path_m = max((end_us - begin_us) * 1e-6 * sweeping.speed_m_per_s, _SPREAD_M_MIN)
    if path_m > _PATH_M_MAX:
        raise ValueError(
            f"the antenna would have gone {path_m:.0f} m; cut the recording to one shelf, "
            f"{_PATH_M_MAX:.0f} m at most"
        )
    rows: dict[Epc, list[int]] = {}
    for row, epc in enumerate(columns.epc):
        rows.setdefault(epc, []).append(row)
    places = order_of(
        {
            epc: SweptReads(
                along_m[own],
                columns.rssi_dbm[own],
                columns.phase_rad[own],
                columns.channel[own],
                wavelength_m[own],
                sweeping.is_doubled,
            )
            for epc, own in rows.items()
        }
    )
    sure = _sureness([place for _, place in places])
    return [
        Ranked(epc, rank, min(max(place.along_m / path_m, 0.0), 1.0), confidence)
        for rank, ((epc, place), confidence) in enumerate(zip(places, sure, strict=True), 1)
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Columns:
    """Reads of the moved antenna, sorted by time."""

    epc: list[Epc]
    seen_us: NDArray[np.int64]
    rssi_dbm: NDArray[np.float64]
    phase_rad: NDArray[np.float64]
    channel: NDArray[np.int64]


def _moved(batches: Sequence[ReadBatch], antenna: int | None) -> _Columns:
    counts = Counter[str]()
    for batch in batches:
        counts[batch.reader] += len(batch)
    batches = [batch for batch in batches if batch.reader == counts.most_common(1)[0][0]]
    epcs = [
        Epc(batch.epc[row, : (int(batch.epc_bits[row]) + 7) // 8].tobytes().hex())
        for batch in batches
        for row in range(len(batch))
    ]
    if not epcs:
        raise ValueError("there are no reads to put in order; record the antenna while it moves")
    port = np.concatenate([batch.antenna for batch in batches]).astype(np.int64)
    moved = int(np.bincount(port).argmax()) if antenna is None else antenna
    rssi_dbm = np.concatenate([batch.rssi_dbm for batch in batches]).astype(np.float64)
    some = np.flatnonzero((port == moved) & np.isfinite(rssi_dbm))
    if not len(some):
        heard = ", ".join(str(one) for one in np.unique(port).tolist())
        raise ValueError(f"antenna {moved} has no reads with a level; there are antennas {heard}")
    seen_us = np.concatenate([batch.seen_us for batch in batches])
    some = some[np.argsort(seen_us[some], kind="stable")]
    channel = np.concatenate([batch.channel for batch in batches]).astype(np.int64)[some]
    phase = np.concatenate([batch.phase_rad for batch in batches]).astype(np.float64)[some]
    phase[channel == 0] = np.nan
    return _Columns([epcs[at] for at in some], seen_us[some], rssi_dbm[some], phase, channel)


def _wavelength_m(columns: _Columns, mhz: tuple[float, ...]) -> NDArray[np.float64]:
    table = np.array(mhz) * 1e6
    if len(mhz) == 1:
        return np.full(len(columns.channel), _LIGHT_M_PER_S / table[0])
    highest = int(columns.channel.max())
    if highest > len(mhz):
        raise ValueError(
            f"channel {highest} has no frequency; name all of the reader's hop table, in its order"
        )
    return np.asarray(_LIGHT_M_PER_S / table[np.maximum(columns.channel, 1) - 1])


def _sureness(places: Sequence[ShelfPlace]) -> list[float]:
    """Of each place, how surely its order with the less sure of its neighbours is right."""
    pairs = [
        0.5 * (1.0 + erf((after.along_m - here.along_m) / (sqrt(2.0) * _spread_m(here, after))))
        for here, after in pairwise(places)
    ]
    return [min([1.0, *pairs[max(at - 1, 0) : at + 1]]) for at in range(len(places))]


def _spread_m(here: ShelfPlace, after: ShelfPlace) -> float:
    return max(hypot(here.spread_m, after.spread_m), _SPREAD_M_MIN)
