"""Recorded reads with the truth beside them, cut into pieces: one item at one place."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from drivers.reads import ReadBatch
from edge.locating.calibration import CalibrationError
from edge.locating.columns import FloorColumns
from edge.locating.pieces import Piece
from edge.locating.ranges import mean_phasors
from edge.locating.recordings import Truth
from edge.locating.slots import NO_ANTENNA
from edge.model.ids import Epc, LocationId
from edge.model.places import Floor
from edge.model.sentences import sentence

_TIME = itemgetter(0)
_PIECE_US = 20_000_000
_PIECE_US_MIN = 5_000_000
_POINT_READS_MIN = 10


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """What labelled recordings hold.

    Attributes:
        pieces: of at least 5 s, each item's in order of time.
        xy_m: shape (points, 2), where an item lay still at a measured point.
        level_dbm: shape (points, antennas), its mean level there, NaN where not heard.
        phasors: shape (points, antennas, channels), mean of its doubled phases there, 0 where not
            heard.
    """

    pieces: list[Piece]
    xy_m: NDArray[np.float64]
    level_dbm: NDArray[np.float64]
    phasors: NDArray[np.complex128]


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """Labelled reads of one item at one place, in order of time; None for an uncovered place."""

    place: LocationId | None
    truth: Truth
    time_us: NDArray[np.int64]
    antenna: NDArray[np.int64]
    rssi_dbm: NDArray[np.float32]
    phase_rad: NDArray[np.float32]
    channel: NDArray[np.int64]


_Read = tuple[int, int, float, float, int]
"""Time, antenna, level, phase, channel."""


def labelled(floor: Floor, batches: Iterable[ReadBatch], truths: Sequence[Truth]) -> Labelled:
    """Pieces and points of recordings.

    Raises:
        CalibrationError: the truth names a place that no antenna covers, and measured no point, or
            no read is of its tags and times.
    """
    runs = _runs(floor, batches, truths)
    antennas = len(floor.antennas)
    channels = max((int(run.channel.max(initial=0)) for run in runs), default=0)
    at, level, phasors = [], [], []
    for run in runs:
        if run.truth.xy_m is not None and len(run.time_us) >= _POINT_READS_MIN:
            count = np.bincount(run.antenna, minlength=antennas)
            total = np.bincount(run.antenna, run.rssi_dbm, antennas)
            at.append(run.truth.xy_m)
            level.append(np.where(count > 0, total / np.maximum(count, 1), np.nan))
            told = np.isfinite(run.phase_rad) & (run.channel > 0)
            reads = run.antenna[told], run.channel[told], run.phase_rad[told]
            phasors.append(mean_phasors(*reads, (antennas, channels)))
    return Labelled(
        _pieces(runs),
        np.array(at, np.float64).reshape(-1, 2),
        np.array(level, np.float64).reshape(-1, antennas),
        np.array(phasors, np.complex128).reshape(len(phasors), antennas, channels),
    )


def _runs(floor: Floor, batches: Iterable[ReadBatch], truths: Sequence[Truth]) -> list[_Run]:
    if not truths:
        raise CalibrationError(sentence("few_places"))
    covering = {truth: _covered(floor, truth) for truth in truths}
    by_epc: dict[Epc, list[Truth]] = {}
    for truth in truths:
        by_epc.setdefault(truth.epc, []).append(truth)
    reads, came = _reads_of(floor, batches, list(by_epc))
    runs = [run for epc, own in reads.items() if own for run in _cut(own, by_epc[epc], covering)]
    if not runs:
        raise CalibrationError(sentence("no_labelled_reads", **came))
    return runs


def _reads_of(
    floor: Floor, batches: Iterable[ReadBatch], epcs: Sequence[Epc]
) -> tuple[dict[Epc, list[_Read]], dict[str, str]]:
    """These tags' reads, and how many reads there were of each kind."""
    columns = FloorColumns(floor)
    reads: dict[Epc, list[_Read]] = {epc: [] for epc in epcs}
    came = dict.fromkeys(("reads", "heard", "named", "levelled"), 0)
    for batch in batches:
        numbers = columns.antennas_of(batch.reader, batch.antenna).tolist()
        came["reads"] += len(numbers)
        for row, number in enumerate(numbers):
            if number == NO_ANTENNA:
                continue
            came["heard"] += 1
            epc = Epc(batch.epc[row, : (int(batch.epc_bits[row]) + 7) // 8].tobytes().hex())
            if epc not in reads:
                continue
            came["named"] += 1
            level = float(batch.rssi_dbm[row])
            if np.isfinite(level):
                came["levelled"] += 1
                phase = float(batch.phase_rad[row]), int(batch.channel[row])
                reads[epc].append((int(batch.seen_us[row]), number, level, *phase))
    return reads, {kind: str(count) for kind, count in came.items()}


def _cut(
    own: list[_Read],
    truths: Sequence[Truth],
    covering: dict[Truth, LocationId | None],
) -> list[_Run]:
    own = sorted(own, key=_TIME)  # readers' reads of a tenth of a second come one after the other
    time_us = np.array([one[0] for one in own], np.int64)
    antenna = np.array([one[1] for one in own], np.int64)
    rssi_dbm = np.array([one[2] for one in own], np.float32)
    phase_rad = np.array([one[3] for one in own], np.float32)
    channel = np.array([one[4] for one in own], np.int64)
    bounds = np.searchsorted(time_us, [truth.time_us for truth in truths]).tolist()
    runs = []
    for truth, begin, end in zip(truths, bounds, [*bounds[1:], len(own)], strict=True):
        if end > begin:
            part = slice(begin, end)
            place = covering[truth]
            heard = antenna[part], rssi_dbm[part], phase_rad[part], channel[part]
            runs.append(_Run(place, truth, time_us[part], *heard))
    return runs


def _covered(floor: Floor, truth: Truth) -> LocationId | None:
    """The place itself or the nearest around it that antennas cover; None for a mere point."""
    place = truth.location
    covered = {antenna.location for antenna in floor.antennas}
    at: LocationId | None = place
    for _ in range(len(floor.locations) + 1):
        if at is None or at in covered:
            break
        around = floor.locations.get(at)
        at = around.parent if around else None
    if at is None and truth.xy_m is None:
        raise CalibrationError(sentence("place_uncovered", place=place))
    return at


def _pieces(runs: Sequence[_Run]) -> list[Piece]:
    """Runs in pieces; a place that has but one gives two halves: to learn from and to judge by."""
    whole = [_cut_up(run, _even_us(run)) for run in runs]
    pieces_of = Counter(piece.place for pieces in whole for piece in pieces)
    found: list[Piece] = []
    for run, pieces in zip(runs, whole, strict=True):
        alone = bool(pieces) and pieces_of[pieces[0].place] == 1
        length_us = int(run.time_us[-1] - run.time_us[0])
        halves = _cut_up(run, length_us // 2) if alone else []
        found += halves if len(halves) > 1 else pieces
    return found


def _even_us(run: _Run) -> int:
    """How long the pieces of a run are: all alike, without a short rest.

    Each piece is a change to be noticed: short ones made a locator look worse than it is.
    """
    length_us = int(run.time_us[-1] - run.time_us[0])
    return length_us // max(1, round(length_us / _PIECE_US)) + 1


def _cut_up(run: _Run, piece_us: int) -> list[Piece]:
    """A run cut at every `piece_us`, and where the item was not read for long."""
    if run.place is None:
        return []
    found = []
    slot = (run.time_us - run.time_us[0]) // piece_us
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
