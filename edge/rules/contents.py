"""What orders and batches ask of a hall, as columns of numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from math import inf

import numpy as np
from numpy.typing import NDArray

from edge.rules.hall import Hall
from edge.rules.instances import Point

MOST_HEIGHTS = 64
"""With more places in one stretch, its widest gap is known to a sixty-fourth of the stretch."""

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
FAR = np.float32(inf)


@dataclass(frozen=True, slots=True)
class Content:
    """What some batches ask of the hall, one column each, always last.

    Attributes:
        highest, lowest: of the stops within each stretch, from its lower end; 0 and inf without.
        inside: rows of rising stops within each stretch, from its lower end; 0 where none is.
        asked: whether a stop is at each crossing.
        is_blank: whether there is nothing to walk for.
    """

    highest: Floats
    lowest: Floats
    inside: Floats
    asked: Flags
    is_blank: Flags

    def merged(self, batches: Sequence[Sequence[int]]) -> "Content":
        """The content of batches made of these columns; the first column asks for nothing."""
        columns = np.array([column for batch in batches for column in (0, *batch)], np.intp)
        starts = np.cumsum([0, *(1 + len(batch) for batch in batches[:-1])])
        return Content(
            np.maximum.reduceat(self.highest[:, columns], starts, axis=-1),
            np.minimum.reduceat(self.lowest[:, columns], starts, axis=-1),
            np.maximum.reduceat(self.inside[..., columns], starts, axis=-1),
            np.logical_or.reduceat(self.asked[:, columns], starts, axis=-1),
            np.logical_and.reduceat(self.is_blank[columns], starts),
        )

    def some(self, first: int, end: int) -> "Content":
        """The columns from the first up to the end."""
        return Content(
            self.highest[:, first:end],
            self.lowest[:, first:end],
            self.inside[..., first:end],
            self.asked[:, first:end],
            self.is_blank[first:end],
        )

    def absorb(self, kept: int, lost: int) -> None:
        """The column `kept` asks for what `lost` asks for as well, from now on."""
        for most in (self.highest, self.inside, self.asked):
            np.maximum(most[..., kept], most[..., lost], out=most[..., kept])
        np.minimum(self.lowest[:, kept], self.lowest[:, lost], out=self.lowest[:, kept])
        self.is_blank[kept] &= self.is_blank[lost]

    def in_one_piece(self) -> "Content":
        """The same, each row behind the one before, as compiled code reads it."""
        return Content(
            np.ascontiguousarray(self.highest),
            np.ascontiguousarray(self.lowest),
            np.ascontiguousarray(self.inside),
            np.ascontiguousarray(self.asked),
            self.is_blank,
        )


def content_of(hall: Hall, orders: Sequence[Sequence[Point]]) -> Content:
    """What each order asks of the hall."""
    stretches = [
        (aisle.x, low.y, high.y)
        for aisle in hall.aisles
        for low, high in pairwise(aisle.crossings)
    ]
    crossings = [(aisle.x, at.y) for aisle in hall.aisles for at in aisle.crossings]
    rows = [_heights(stretch, orders) for stretch in stretches]
    deepest = 1 + max((row for row, _, _ in chain.from_iterable(rows)), default=0)
    inside = np.zeros((deepest, len(stretches), len(orders)), np.float32)
    lowest = np.full(inside.shape[1:], FAR, np.float32)
    for index, of_stretch in enumerate(rows):
        for row, order, height in of_stretch:
            inside[row, index, order] = max(inside[row, index, order], height)
            lowest[index, order] = min(lowest[index, order], height)
    asked = np.array([[place in order for order in orders] for place in crossings])
    return Content(inside.max(0), lowest, inside, asked, np.array([not order for order in orders]))


def _heights(
    stretch: tuple[float, float, float], orders: Sequence[Sequence[Point]]
) -> list[tuple[int, int, float]]:
    """For each stop within the stretch its row, its order and its height over the lower end."""
    x, low, high = stretch
    found = [
        (order, y - low)
        for order, points in enumerate(orders)
        for at, y in points
        if at == x and low < y < high
    ]
    ranked = sorted({height for _, height in found})
    if len(ranked) > MOST_HEIGHTS:
        part = (high - low) / MOST_HEIGHTS
        return [(int(height / part), order, height) for order, height in found]
    row = {height: index for index, height in enumerate(ranked)}
    return [(row[height], order, height) for order, height in found]
