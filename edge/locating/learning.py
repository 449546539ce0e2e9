"""Calibrating: from recorded reads and the truth beside them to a `Calibration` with its quality.

Offsets are learnt from all labelled reads. Quality comes from blocks of time held out in turn; the
filter's way of moving (restful or lively) is chosen, and its probabilities made honest, on these
held-out blocks only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from drivers.reads import ReadBatch
from edge.locating.calibration import Calibration, CalibrationError, Quality, floor_hash
from edge.locating.judging import (
    Piece,
    Stream,
    Told,
    calibration_error,
    hits,
    played,
    strongest_antenna,
    strung,
)
from edge.locating.model import FloorColumns
from edge.locating.recordings import Truth
from edge.locating.settings import DEFAULTS, LocatingSettings
from edge.locating.tags import NO_ANTENNA
from edge.model.ids import Epc, LocationId
from edge.model.places import Floor

BLOCKS = 4
"""Blocks of time, each held out once."""
_PIECE_US = 20_000_000
_PIECE_US_MIN = 5_000_000
_JUDGED_PIECES_MAX = 240
"""Bounds the time of judging: 80 minutes of recording; more is thinned out evenly."""
_READS_PER_ANTENNA_MIN = 20
_LIVELY = {
    "stay_per_s": 0.97,
    "move_at": 0.5,
    "claim_min": -6.0,
    "claim_max": 6.0,
    "silence_claim": -4.0,
    "share_weight": 0.0,
}
"""For items that are carried about; the defaults are for items that rest."""
_CLEARLY_BETTER = 0.01
"""The restful way is kept unless the lively one is right in this much more of the seconds."""
_SURENESS = np.linspace(0.0, 1.5, 31)
_BIASES = np.linspace(-2.0, 2.0, 41)


@dataclass(frozen=True, slots=True, eq=False)
class _Labelled:
    """Labelled reads of one item at one place without a break, in order of time."""

    place: LocationId
    time_us: NDArray[np.int64]
    antenna: NDArray[np.int64]
    rssi_dbm: NDArray[np.float32]


def calibrate(
    floor: Floor,
    batches: Iterable[ReadBatch],
    truths: Sequence[Truth],
    settings: LocatingSettings = DEFAULTS,
) -> Calibration:
    """Learn a calibration and judge it.

    Args:
        floor: the floor of the recordings.
        batches: reads, sorted by time.
        truths: where items really were, sorted by time.
        settings: what is tuned away from, where that is better.

    Raises:
        CalibrationError: the recordings are too short, or name places that no antenna covers.
    """
    runs = _labelled(floor, batches, truths)
    pieces = _pieces(runs)
    places = {piece.place for piece in pieces}
    if len(places) < 2:  # noqa: PLR2004 - one place teaches nothing about telling places apart
        raise CalibrationError(
            "fewer than two places have 5 s of labelled reads: record an item in each place for a "
            "minute or more and write its place into the truth file"
        )
    blocks = _blocks(pieces)
    judged = [
        _Block(strung(_thinned(test)), _learnt(floor, train)) for train, test in _held_out(blocks)
    ]
    return _judged(floor, judged, settings, _learnt(floor, pieces))


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """A held-out stream and what was learnt without it."""

    stream: Stream
    learnt: Calibration


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


def _blocks(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces of each place in order of time, dealt into blocks of neighbours."""
    blocks: list[list[Piece]] = [[] for _ in range(BLOCKS)]
    by_place: dict[LocationId, list[Piece]] = {}
    for piece in pieces:
        by_place.setdefault(piece.place, []).append(piece)
    for own in by_place.values():
        for number, piece in enumerate(own):
            blocks[number * BLOCKS // len(own)].append(piece)
    return blocks


def _held_out(blocks: list[list[Piece]]) -> list[tuple[list[Piece], list[Piece]]]:
    """Each block that has two places or more, with all others to learn from."""
    pairs = []
    for test in blocks:
        train = [piece for other in blocks if other is not test for piece in other]
        if len({piece.place for piece in test}) > 1 and len({piece.place for piece in train}) > 1:
            pairs.append((train, test))
    if not pairs:
        raise CalibrationError(
            "too little to judge the calibration by: record every place for a minute or more"
        )
    return pairs


def _thinned(pieces: list[Piece]) -> list[Piece]:
    most = _JUDGED_PIECES_MAX // BLOCKS
    if len(pieces) <= most:
        return pieces
    return [pieces[i] for i in np.linspace(0, len(pieces) - 1, most).astype(int).tolist()]


def _learnt(floor: Floor, pieces: Sequence[Piece]) -> Calibration:
    """Offsets as means over places of means within a place, so that no place counts more."""
    offsets: dict[str, float] = {}
    spreads: dict[str, float] = {}
    warnings: list[str] = []
    for number, antenna in enumerate(floor.antennas):
        heard: dict[LocationId, list[NDArray[np.float32]]] = {}
        for piece in pieces:
            levels = piece.rssi_dbm[piece.antenna == number]
            if len(levels):
                heard.setdefault(piece.place, []).append(levels)
        name = f"{antenna.reader}/{antenna.port}"
        joined = {place: np.concatenate(levels) for place, levels in heard.items()}
        if sum(map(len, joined.values())) < _READS_PER_ANTENNA_MIN:
            warnings.append(f"antenna {name} heard too little to be calibrated; the mean is used")
            continue
        offsets[name] = float(np.mean([levels.mean() for levels in joined.values()]))
        spreads[name] = float(np.mean([levels.std() for levels in joined.values()]))
        own = joined.get(antenna.location)
        if own is None or own.mean() < offsets[name]:
            warnings.append(
                f"antenna {name} does not hear {antenna.location} louder than other places: "
                "check the floor file and the cables"
            )
    if not offsets:
        raise CalibrationError("no antenna of the floor heard enough labelled reads")
    return Calibration(floor_hash(floor), offsets, spreads, warnings=tuple(warnings))


def _played(
    floor: Floor, judged: list[_Block], settings: LocatingSettings, tuned: dict[str, float]
) -> list[Told]:
    return [
        played(floor, one.stream, settings, replace(one.learnt, tuned=tuned)) for one in judged
    ]


def _hits(judged: list[_Block], told: list[Told]) -> NDArray[np.bool_]:
    return np.concatenate([hits(one.stream, tell) for one, tell in zip(judged, told, strict=True)])


def _judged(
    floor: Floor, judged: list[_Block], settings: LocatingSettings, made: Calibration
) -> Calibration:
    """With the better way of moving, honest probabilities, and how good that is."""
    restful, lively = (_played(floor, judged, settings, way) for way in ({}, _LIVELY))
    gain = _hits(judged, lively).mean() - _hits(judged, restful).mean()
    told = lively if gain > _CLEARLY_BETTER else restful
    hit, belief = _hits(judged, told), np.concatenate([tell.belief for tell in told])
    sureness, bias = _honest(belief, hit)
    tuned = dict(_LIVELY) if told is lively else {}
    honest = replace(made, tuned=tuned, sureness=sureness, bias=bias)
    confidence = np.array([honest.confidence(one) for one in belief.tolist()])
    plain = [played(floor, one.stream, settings, None) for one in judged]
    loudest = [strongest_antenna(floor, one.stream) for one in judged]
    truth = [place for one in judged for place in one.stream.truth]
    quality = Quality(
        seconds=len(hit),
        accuracy=float(hit.mean()),
        accuracy_uncalibrated=float(_hits(judged, plain).mean()),
        strongest_antenna=float(_hits(judged, loudest).mean()),
        majority=max(truth.count(place) for place in set(truth)) / len(truth),
        accuracy_by_block=tuple(
            float(hits(one.stream, tell).mean()) for one, tell in zip(judged, told, strict=True)
        ),
        confusion=_confusion(truth, told),
        calibration_error=calibration_error(confidence, hit),
    )
    return replace(honest, quality=quality)


def _confusion(truth: list[LocationId], told: list[Told]) -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = {}
    answers = [place for tell in told for place in tell.place]
    for true, answer in zip(truth, answers, strict=True):
        row = table.setdefault(str(true), {})
        row[str(answer or "")] = row.get(str(answer or ""), 0) + 1
    return table


def _honest(belief: NDArray[np.float64], hit: NDArray[np.bool_]) -> tuple[float, float]:
    """Factor and addition on the log-odds with the least log-loss (Platt's scaling)."""
    bounded = np.clip(belief, 1e-6, 1 - 1e-6)
    odds = np.log(bounded / (1 - bounded))
    sign = np.where(hit, 1.0, -1.0)
    grid = [(factor, bias) for factor in _SURENESS.tolist() for bias in _BIASES.tolist()]
    losses = [np.logaddexp(0.0, -sign * (odds * a + b)).mean() for a, b in grid]
    return grid[int(np.argmin(losses))]
