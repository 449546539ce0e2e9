"""Recorded reads with the truth beside them, cut into pieces: one item at one place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drivers.reads import ReadBatch
from edge.locating.calibration import CalibrationError
from edge.locating.model import FloorColumns
from edge.locating.pieces import Piece
from edge.locating.recordings import Truth
from edge.locating.slots import NO_ANTENNA
from edge.model.ids import Epc, LocationId
from edge.model.places import Floor

_PIECE_US = 20_000_000
_PIECE_US_MIN = 5_000_000


@dataclass(frozen=True, slots=True, eq=False)
class _Labelled:
    """Labelled reads of one item at one place without a break, in order of time."""

    place: LocationId
    time_us: NDArray[np.int64]
    antenna: NDArray[np.int64]
    rssi_dbm: NDArray[np.float32]


def labelled_pieces(
    floor: Floor, batches: Iterable[ReadBatch], truths: Sequence[Truth]
) -> list[Piece]:
    """All pieces of at least 5 s, each item's in order of time.

    Raises:
        CalibrationError: the truth names a place that no antenna covers.
    """
    return _pieces(_labelled(floor, batches, truths))


def _labelled(
    floor: Floor, batches: Iterable[ReadBatch], truths: Sequence[Truth]
) -> list[_Labelled]:
    columns = FloorColumns(floor)
    covering = {truth.location: _covered(floor, truth.location) for truth in truths}
    by_epc: dict[Epc, list[Truth]] = {}
    for truth in truths:
        by_epc.setdefault(truth.epc, []).append(truth)
    reads: dict[Epc, list[tuple[int, int, float]]] = {epc: [] for epc in by_epc}
    for batch in batches:
        numbers = columns.antennas_of(batch.reader, batch.antenna).tolist()
        for row, number in enumerate(numbers):
            epc = Epc(batch.epc[row, : (int(batch.epc_bits[row]) + 7) // 8].tobytes().hex())
            level = float(batch.rssi_dbm[row])
            if epc in reads and number != NO_ANTENNA and np.isfinite(level):
                reads[epc].append((int(batch.seen_us[row]), number, level))
    return [run for epc, own in reads.items() if own for run in _runs(own, by_epc[epc], covering)]


def _runs(
    own: list[tuple[int, int, float]],
    truths: Sequence[Truth],
    covering: dict[LocationId, LocationId],
) -> list[_Labelled]:
    time_us = np.array([one[0] for one in own], np.int64)
    antenna = np.array([one[1] for one in own], np.int64)
    rssi_dbm = np.array([one[2] for one in own], np.float32)
    bounds = np.searchsorted(time_us, [truth.time_us for truth in truths]).tolist()
    runs = []
    for truth, begin, end in zip(truths, bounds, [*bounds[1:], len(own)], strict=True):
        if end > begin:
            part = slice(begin, end)
            place = covering[truth.location]
            runs.append(_Labelled(place, time_us[part], antenna[part], rssi_dbm[part]))
    return runs


def _covered(floor: Floor, place: LocationId) -> LocationId:
    """The place itself or the nearest around it that antennas cover."""
    covered = {antenna.location for antenna in floor.antennas}
    at: LocationId | None = place
    for _ in range(len(floor.locations) + 1):
        if at is None or at in covered:
            break
        around = floor.locations.get(at)
        at = around.parent if around else None
    if at is None:
        raise CalibrationError(
            f"the truth file names {place}, which no antenna covers: give it a parent that one "
            "covers, or an antenna, in the floor file"
        )
    return at


def _pieces(runs: Sequence[_Labelled]) -> list[Piece]:
    """Runs cut where the item was not read for long, and at `_PIECE_US`."""
    found = []
    for run in runs:
        slot = (run.time_us - run.time_us[0]) // _PIECE_US
        for one in np.unique(slot).tolist():
            part = np.flatnonzero(slot == one)
            begin, end = run.time_us[part[0]], run.time_us[part[-1]]
            length_us = int(end - begin) // 1_000_000 * 1_000_000
            if length_us >= _PIECE_US_MIN:
                inside = part[run.time_us[part] < begin + length_us]
                found.append(
                    Piece(
                        run.place,
                        length_us,
                        run.time_us[inside] - begin,
                        run.antenna[inside],
                        run.rssi_dbm[inside],
                    )
                )
    return found
