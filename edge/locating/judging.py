"""How good a calibration is: played on pieces of recordings that it was not learnt from.

Pieces of different places are strung together, so that the judged stream is full of changes: on a
stream without changes a method that never moves would look best.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drivers.reads import ReadBatch
from edge.locating.calibration import Calibration
from edge.locating.locator import Locator
from edge.locating.pieces import Piece
from edge.locating.settings import LocatingSettings
from edge.locating.slots import SLOTS
from edge.model.ids import Epc, LocationId
from edge.model.places import Floor

_EPC = Epc("00" * 12)
_START_US = 1_700_000_000_000_000
_TURN_US = 200_000
_TURNS_A_SECOND = 5
_BINS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """Pieces strung together.

    Attributes:
        time_us: from the start of the stream; antenna: index in the floor's list; rssi_dbm.
        truth: the place in each whole second.
    """

    time_us: NDArray[np.int64]
    antenna: NDArray[np.int64]
    rssi_dbm: NDArray[np.float32]
    truth: tuple[LocationId, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What a locator told at the end of each second.

    Attributes:
        place: None for unknown.
        probability: shape (5, seconds): of that place, then of the others; 0 for unknown.
    """

    place: tuple[LocationId | None, ...]
    probability: NDArray[np.float64]


def strung(pieces: Sequence[Piece]) -> Stream:
    """A stream that goes round the places, a piece of each in turn, as long as there are two."""
    waiting: dict[LocationId, list[Piece]] = {}
    for piece in pieces:
        waiting.setdefault(piece.place, []).append(piece)
    order: list[Piece] = []
    while sum(map(bool, waiting.values())) > 1 or (waiting and not order):
        order += [queue.pop(0) for queue in waiting.values() if queue]
    begins = np.cumsum([0, *(piece.length_us for piece in order)])
    seconds = np.arange(1, int(begins[-1] // 1_000_000) + 1) * 1_000_000
    which = np.minimum(np.searchsorted(begins, seconds, side="right") - 1, len(order) - 1)
    return Stream(
        time_us=np.concatenate(
            [piece.time_us + begin for piece, begin in zip(order, begins, strict=False)]
        ),
        antenna=np.concatenate([piece.antenna for piece in order]),
        rssi_dbm=np.concatenate([piece.rssi_dbm for piece in order]),
        truth=tuple(order[one].place for one in which.tolist()),
    )


def played(
    floor: Floor, stream: Stream, settings: LocatingSettings, calibration: Calibration | None
) -> Told:
    """What a locator tells of the stream, second by second."""
    locator = Locator(floor, settings, calibration)
    turns = len(stream.truth) * _TURNS_A_SECOND
    ends = np.searchsorted(stream.time_us, np.arange(1, turns + 1) * _TURN_US).tolist()
    places: list[LocationId | None] = []
    probabilities: list[list[float]] = []
    begin = 0
    for turn, end in enumerate(ends, 1):
        for batch in _batches(floor, stream, begin, end):
            locator.observe(batch)
        begin = end
        locator.turn(_START_US + turn * _TURN_US)
        if turn % _TURNS_A_SECOND == 0:
            place, probability = _now(locator)
            places.append(place)
            probabilities.append(probability)
    return Told(tuple(places), np.array(probabilities).reshape(-1, SLOTS + 1).T)


def strongest_antenna(floor: Floor, stream: Stream) -> Told:
    """The place of the antenna with the highest mean level in each second, else the last."""
    seconds, antennas = len(stream.truth), len(floor.antennas)
    cell = stream.time_us // 1_000_000 * antennas + stream.antenna
    cell = cell[cell < seconds * antennas]
    count = np.bincount(cell, minlength=seconds * antennas).reshape(seconds, antennas)
    total = np.bincount(cell, stream.rssi_dbm[: len(cell)], minlength=seconds * antennas)
    mean = np.where(count > 0, total.reshape(seconds, antennas) / np.maximum(count, 1), -np.inf)
    places: list[LocationId | None] = []
    for best, heard in zip(mean.argmax(axis=1).tolist(), count.sum(axis=1).tolist(), strict=True):
        last = places[-1] if places else None
        places.append(floor.antennas[best].location if heard else last)
    return Told(tuple(places), np.full((SLOTS + 1, seconds), np.nan))


def hits(stream: Stream, told: Told) -> NDArray[np.bool_]:
    """Whether each second's answer was right."""
    return np.array([a == b for a, b in zip(stream.truth, told.place, strict=True)], np.bool_)


def calibration_error(confidence: NDArray[np.float64], hit: NDArray[np.bool_]) -> float:
    """Mean distance between confidence and hit rate over ten bins, weighted by their answers."""
    if not len(hit):
        return 0.0
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    distance = np.bincount(bins, confidence - hit, minlength=_BINS)
    return float(np.abs(distance).sum() / len(hit))


def _now(locator: Locator) -> tuple[LocationId | None, list[float]]:
    found = locator.where(_EPC)
    if found is None or found.announced is None:
        return None, [0.0] * (SLOTS + 1)
    beliefs = dict(found.alternatives)
    if found.location is not None:
        beliefs[found.location] = found.probability
    told = beliefs.pop(found.announced, 0.0)
    return found.announced, [told, *beliefs.values(), *[0.0] * SLOTS][: SLOTS + 1]


def _batches(floor: Floor, stream: Stream, begin: int, end: int) -> list[ReadBatch]:
    by_reader: dict[str, list[int]] = {}
    for read in range(begin, end):
        reader = floor.antennas[int(stream.antenna[read])].reader
        by_reader.setdefault(reader, []).append(read)
    return [
        ReadBatch.of(
            reader,
            _START_US,
            [_EPC] * len(reads),
            [floor.antennas[int(stream.antenna[read])].port for read in reads],
            stream.rssi_dbm[reads].tolist(),
            seen_us=(_START_US + stream.time_us[reads]).tolist(),
        )
        for reader, reads in by_reader.items()
    ]
