"""What a walk through the floor taught: how loud and how often each antenna hears each place.

The survey is additive: what speaks for a place is the sum, over antennas, of a curve of the level
there, a term for how often it heard the tag, and a term for its silence. So one table serves every
kind of lesson that `surveying` draws from the recordings, whatever their number.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

TERMS = 6
"""Numbers by place and antenna: constant, per dB, per dB², per root of decayed reads, for silence
(all in nats), and the level expected there, in dB above the antenna's offset."""
CONSTANT, PER_DB, PER_DB2, PER_ROOT, SILENCE, EXPECTED = range(TERMS)
HEARD_WEIGHT = 0.15
"""An antenna with less decayed weight than this is silent: its last read is a second old."""
_RATE_SPAN = np.float32(4.0)

Rows = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """The table, by names.

    Attributes:
        places: location ids of the rows.
        antennas: "reader/port" of the columns.
        terms: for each place, for each antenna, `TERMS` numbers.
        bias: by place, nats.
        root_reads: by antenna, the mean root of decayed reads while it was learnt.
    """

    places: tuple[str, ...]
    antennas: tuple[str, ...]
    terms: tuple[Rows, ...]
    bias: tuple[float, ...]
    root_reads: tuple[float, ...]

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
        if not all(map(math.isfinite, (*self.bias, *self.root_reads))):
            raise ValueError("the survey's table has holes")

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Self:
        """From a plain value as JSON gives it."""
        return cls(
            places=tuple(map(str, value["places"])),
            antennas=tuple(map(str, value["antennas"])),
            terms=tuple(
                tuple(tuple(map(float, terms)) for terms in row) for row in value["terms"]
            ),
            bias=tuple(map(float, value["bias"])),
            root_reads=tuple(map(float, value["root_reads"])),
        )

    def to_dict(self) -> dict[str, object]:
        """The reverse of `from_dict`."""
        return {
            "places": list(self.places),
            "antennas": list(self.antennas),
            "terms": [[list(terms) for terms in row] for row in self.terms],
            "bias": list(self.bias),
            "root_reads": list(self.root_reads),
        }


def silence_tells(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much silence tells of a tag with this decayed weight over all antennas, 0 to 1.

    A tag read once in seconds is silent nearly everywhere, wherever it is.
    """
    tells: NDArray[np.float32] = np.clip((weight - np.float32(1.0)) / _RATE_SPAN, 0.0, 1.0)
    return tells
