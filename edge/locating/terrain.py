"""How loud each antenna hears a tag from each corner of each place.

A place is a square of cells. A tag that is carried about within a place goes from cell to cell, so
what it was heard like a second ago says in which corner it is, and that says how it may be heard
now (`treading`). The table is learnt from a walk that nobody measured (`mapping`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

CELLS_ALONG = 3
"""Cells along each edge of a place."""
CELLS = CELLS_ALONG**2
PACE_M = 0.6
"""Spread of where a tag is after a second, along each axis: people who look for something."""
_EDGE_M_MAX = 50.0

Doubles = NDArray[np.float64]
Table = tuple[tuple[tuple[float, ...], ...], ...]


def table_of(values: Doubles) -> Table:
    """An array of three dimensions as rows of rows."""
    return tuple(tuple(map(tuple, rows)) for rows in values.tolist())


@dataclass(frozen=True, slots=True)
class Terrain:
    """The table, in the survey's order of places and antennas.

    Attributes:
        edge_m: how long a place is along each axis, in the mean.
        level_db: by place, cell and antenna, the level above the antenna's offset.
        spread_db: the same, how far a read is off that.
        rate_per_s: the same, reads a second.
    """

    edge_m: float
    level_db: Table
    spread_db: Table
    rate_per_s: Table

    def fits(self, places: int, antennas: int) -> bool:
        """Whether all numbers are there and can be."""
        tables = [np.array(one) for one in (self.level_db, self.spread_db, self.rate_per_s)]
        fits = all(one.shape == (places, CELLS, antennas) for one in tables)
        fits &= 0.0 < self.edge_m <= _EDGE_M_MAX and all(np.isfinite(one).all() for one in tables)
        return bool(fits and (tables[1] > 0.0).all() and (tables[2] > 0.0).all())

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Self:
        """From a plain value as JSON gives it."""
        level, spread, rate = (
            tuple(tuple(tuple(map(float, row)) for row in rows) for rows in value[name])
            for name in ("level_db", "spread_db", "rate_per_s")
        )
        return cls(float(value["edge_m"]), level, spread, rate)

    def to_dict(self) -> dict[str, object]:
        """The reverse of `from_dict`."""
        return {
            "edge_m": self.edge_m,
            "level_db": _plain(self.level_db),
            "spread_db": _plain(self.spread_db),
            "rate_per_s": _plain(self.rate_per_s),
        }


def _plain(table: Table) -> list[list[list[float]]]:
    return [[list(row) for row in rows] for rows in table]


def cells_m(edge_m: float) -> Doubles:
    """Middles of the cells of a place about its own middle, shape (CELLS, 2)."""
    along = ((np.arange(CELLS_ALONG) + 0.5) / CELLS_ALONG - 0.5) * edge_m
    return np.stack(np.meshgrid(along, along, indexing="ij"), axis=-1).reshape(CELLS, 2)


def walked(edge_m: float, span_s: float) -> Doubles:
    """Where a tag is after so long, by where it was: rows sum up to 1; it stays in the place."""
    at = cells_m(edge_m)
    apart_m2 = ((at[:, np.newaxis] - at) ** 2).sum(axis=-1)
    share: Doubles = np.exp(-apart_m2 / (2.0 * PACE_M**2 * span_s))
    share /= share.sum(axis=1, keepdims=True)
    return share
