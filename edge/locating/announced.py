"""What is announced of tags that were read, before it is put into words."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.locating.epcs import Rows
from edge.locating.slots import Ints, Ports


@dataclass(frozen=True, slots=True, eq=False)
class Announced:
    """k tags of which something is told; the table is in step with it.

    Attributes:
        rows: of the tags.
        tellings: what is told of each.
        best, before: where they are and where they were; `NO_PLACE` for nowhere.
        since_s: UTC seconds since when they were there before.
        at_ms: when they were read.
        probability: how sure the place is.
        departed: whether they had departed.
    """

    rows: Rows
    tellings: NDArray[np.uint8]
    best: Ports
    before: Ports
    since_s: NDArray[np.uint32]
    at_ms: Ints
    probability: NDArray[np.float64]
    departed: NDArray[np.bool_]
