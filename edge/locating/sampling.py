"""Labelled pieces as the tag table would have held their evidence, five times a second."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.locating.pieces import Piece
from edge.locating.slots import LOUDER_DB, SLOTS
from edge.locating.survey import HEARD_WEIGHT
from edge.model.ids import LocationId

SAMPLES_A_SECOND = 5.0
_GRID_S = 0.1
_SAMPLE_EVERY = 2
_FIRST = 10
"""The first second of a piece fills the memory."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Evidence in rows, each piece's in order of time.

    Attributes:
        piece: which piece; place: number of its place.
        weight: by antenna, decayed reads.
        level: by antenna, dB above its offset; 0 where nothing was heard.
        heard: by antenna, whether a tag's slots would have it.
    """

    piece: NDArray[np.int64]
    place: NDArray[np.int64]
    weight: Doubles
    level: Doubles
    heard: NDArray[np.bool_]


def sampled(
    pieces: Sequence[Piece],
    places: Sequence[LocationId],
    offset_dbm: Doubles,
    window_s: float,
) -> Samples:
    """Samples of pieces.

    Args:
        pieces: labelled reads.
        places: by number.
        offset_dbm: by antenna.
        window_s: memory of the evidence.
    """
    number = {place: row for row, place in enumerate(places)}
    antennas = len(offset_dbm)
    nothing = np.zeros((0, antennas))
    found = [(nothing, nothing), *(_faded(piece, antennas, window_s) for piece in pieces)]
    rows = [0, *(number[piece.place] for piece in pieces)]
    lengths = [len(one[0]) for one in found]
    weight = np.concatenate([one[0] for one in found])
    level_dbm = np.concatenate([one[1] for one in found]) / np.maximum(weight, 1e-9)
    level = level_dbm - offset_dbm
    heard = weight > HEARD_WEIGHT
    if antennas > SLOTS:
        loudness = np.where(
            heard, np.log(np.maximum(weight, 1e-9)) + level_dbm / LOUDER_DB, -np.inf
        )
        heard &= loudness >= np.sort(loudness, axis=1)[:, [-SLOTS]]
    return Samples(
        np.repeat(np.arange(len(found)), lengths),
        np.repeat(rows, lengths),
        weight,
        np.where(heard, level, 0.0),
        heard,
    )


def _faded(piece: Piece, antennas: int, window_s: float) -> tuple[Doubles, Doubles]:
    """Decayed reads and decayed sums of levels by antenna, at every sample after the first."""
    steps = int(piece.length_us / 1e6 / _GRID_S)
    cell = (piece.time_us / 1e6 / _GRID_S).astype(np.int64) * antennas + piece.antenna
    size = (steps + 1) * antennas
    count = np.bincount(cell, minlength=size)[:size].reshape(-1, antennas).astype(np.float64)
    summed = np.bincount(cell, piece.rssi_dbm, size).astype(np.float64)
    total = summed[:size].reshape(-1, antennas)
    fade = np.exp(-_GRID_S / window_s)
    for step in range(1, len(count)):
        count[step] += count[step - 1] * fade
        total[step] += total[step - 1] * fade
    chosen = slice(_FIRST, steps, _SAMPLE_EVERY)
    return count[chosen], total[chosen]
