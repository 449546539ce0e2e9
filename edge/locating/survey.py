"""What a walk through the floor taught: how loud and how often each antenna hears each place.

The survey is additive: what speaks for a place is the sum, over antennas, of a curve of the level
there, a term for how often it heard the tag, and a term for its silence. So one table serves every
kind of lesson that `surveying` draws from the recordings, whatever their number. What antennas
tell only together is said by a small hidden layer beside the table, where one was learnt.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from edge.locating.terrain import Terrain

TERMS = 6
"""Numbers by place and antenna: constant, per dB, per dB², per root of decayed reads, for silence
(all in nats), and the level expected there, in dB above the antenna's offset."""
CONSTANT, PER_DB, PER_DB2, PER_ROOT, SILENCE, EXPECTED = range(TERMS)
HEARD_WEIGHT = 0.15
"""An antenna with less decayed weight than this is silent: its last read is a second old."""
LEVEL_BOUNDS_DB = (-15.0, 25.0)
"""The curves are trusted no further than this."""
INPUTS = 4
"""Numbers by antenna into the hidden layer: 1, level, its square, root of decayed reads."""
_RATE_SPAN = np.float32(4.0)

Rows = tuple[tuple[float, ...], ...]


def table_of(values: NDArray[np.float64]) -> Rows:
    """A matrix as rows."""
    return tuple(map(tuple, values.tolist()))


@dataclass(frozen=True, slots=True)
class Hidden:
    """Units of hyperbolic tangents over what all antennas heard together.

    Attributes:
        inputs: for each antenna, `INPUTS` rows of weights, one for each unit.
        bias: by unit.
        outputs: for each place, what each unit says for it, nats.
    """

    inputs: tuple[Rows, ...]
    bias: tuple[float, ...]
    outputs: Rows

    def fits(self, places: int, antennas: int) -> bool:
        """Whether all numbers are there and finite."""
        units = len(self.bias)
        inputs, outputs = np.array(self.inputs, np.float64), np.array(self.outputs, np.float64)
        fits = inputs.shape == (antennas, INPUTS, units) and outputs.shape == (places, units)
        finite = np.isfinite(inputs).all() and np.isfinite(outputs).all()
        return bool(fits and finite and all(map(math.isfinite, self.bias)))

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Self:
        """From a plain value as JSON gives it."""
        return cls(
            inputs=tuple(_rows(rows) for rows in value["inputs"]),
            bias=tuple(map(float, value["bias"])),
            outputs=_rows(value["outputs"]),
        )

    def to_dict(self) -> dict[str, object]:
        """The reverse of `from_dict`."""
        return {
            "inputs": [[list(row) for row in rows] for rows in self.inputs],
            "bias": list(self.bias),
            "outputs": [list(row) for row in self.outputs],
        }


def _rows(value: Iterable[Iterable[Any]]) -> Rows:
    return tuple(tuple(map(float, row)) for row in value)


@dataclass(frozen=True, slots=True)
class Survey:
    """The table, by names.

    Attributes:
        places: location ids of the rows.
        antennas: "reader/port" of the columns.
        terms: for each place, for each antenna, `TERMS` numbers.
        bias: by place, nats.
        root_reads: by antenna, the mean root of decayed reads while it was learnt.
        hidden: None where nothing was learnt of antennas together.
        terrain: None where nothing was learnt of the corners of places.
    """

    places: tuple[str, ...]
    antennas: tuple[str, ...]
    terms: tuple[Rows, ...]
    bias: tuple[float, ...]
    root_reads: tuple[float, ...]
    hidden: Hidden | None = None
    terrain: Terrain | None = None

    def __post_init__(self) -> None:
        """Refuses a table with holes.

        Raises:
            ValueError: a size does not fit, or a number is not finite.
        """
        table = np.array(self.terms, np.float64)
        fits = table.shape == (len(self.places), len(self.antennas), TERMS)
        fits &= len(self.bias) == len(self.places) and len(self.root_reads) == len(self.antennas)
        if not fits or not np.isfinite(table).all():
            raise ValueError("the survey's table has holes")
        parts = (part for part in (self.hidden, self.terrain) if part is not None)
        fits = all(part.fits(len(self.places), len(self.antennas)) for part in parts)
        if not fits or not all(map(math.isfinite, (*self.bias, *self.root_reads))):
            raise ValueError("the survey's table has holes")

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Self:
        """From a plain value as JSON gives it; older ones have no hidden layer and no terrain."""
        hidden, terrain = value.get("hidden"), value.get("terrain")
        return cls(
            places=tuple(map(str, value["places"])),
            antennas=tuple(map(str, value["antennas"])),
            terms=tuple(_rows(row) for row in value["terms"]),
            bias=tuple(map(float, value["bias"])),
            root_reads=tuple(map(float, value["root_reads"])),
            hidden=None if hidden is None else Hidden.from_dict(hidden),
            terrain=None if terrain is None else Terrain.from_dict(terrain),
        )

    def to_dict(self) -> dict[str, object]:
        """The reverse of `from_dict`."""
        return {
            "places": list(self.places),
            "antennas": list(self.antennas),
            "terms": [[list(terms) for terms in row] for row in self.terms],
            "bias": list(self.bias),
            "root_reads": list(self.root_reads),
            "hidden": None if self.hidden is None else self.hidden.to_dict(),
            "terrain": None if self.terrain is None else self.terrain.to_dict(),
        }


def silence_tells(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much silence tells of a tag with this decayed weight over all antennas, 0 to 1.

    A tag read once in seconds is silent nearly everywhere, wherever it is.
    """
    tells: NDArray[np.float32] = np.clip((weight - np.float32(1.0)) / _RATE_SPAN, 0.0, 1.0)
    return tells
