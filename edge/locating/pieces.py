"""What recordings are cut into, to learn from and to be judged on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.model.ids import LocationId


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A stretch of one item's reads at one place; times in microseconds from its start."""

    place: LocationId
    length_us: int
    time_us: NDArray[np.int64]
    antenna: NDArray[np.int64]
    rssi_dbm: NDArray[np.float32]
