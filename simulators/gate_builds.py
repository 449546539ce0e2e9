"""How gates are put up: where their antennas stand, how far they hear, how often they read."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_OVERHEAD = 0.25
"""Share of the varied gates whose antennas hang from above."""
_NO_PATTERN = 1.0
"""Exponent below which an antenna hears much the same on all sides: then distance must tell."""


@dataclass(frozen=True, slots=True)
class Build:
    """How a gate was put up; no two are alike.

    Odd ports are inside and look inwards, even ports are outside and look outwards.

    Attributes:
        half_width_m: from the middle of the way to the posts.
        apart_m: from the gate's line to the antennas of a side.
        turned_rad: how far the antennas look away from the line, towards their side.
        sensitivity_dbm: of the reader with these cables; less power makes it deafer alike.
        exponent: how fast the level falls with distance.
        antennas: 2 to 4; a third stands inside.
        height_m: of the antennas.
        downwards: how far they look down: part of a unit vector before it is normalised.
        beam: exponent of the pattern, there and back; with 3 half is left at 36 degrees, with 0
            an antenna hears alike on all sides.
        back_db: behind itself an antenna hears this much of what it hears before itself.
        shadowing_db: spread of the level from spot to spot.
        reads_per_s_most: of all tags together.
        reads_per_s_of_one: of a tag that is alone and loud.
        dwell_us: how long the reader stays on an antenna.
    """

    half_width_m: float = 1.6
    apart_m: float = 0.3
    turned_rad: float = 0.7
    sensitivity_dbm: float = -68.0
    exponent: float = 2.0
    antennas: int = 4
    height_m: float = 1.6
    downwards: float = 0.2
    beam: float = 3.0
    back_db: float = -22.0
    shadowing_db: float = 2.5
    reads_per_s_most: float = 400.0
    reads_per_s_of_one: float = 30.0
    dwell_us: int = 50_000

    @classmethod
    def seeded(cls, chance: np.random.Generator) -> "Build":
        """One as a site might have it."""
        return cls(
            half_width_m=chance.uniform(1.2, 2.0),
            apart_m=chance.uniform(0.1, 0.8),
            turned_rad=chance.uniform(0.4, 1.0),
            sensitivity_dbm=chance.uniform(-70.0, -65.0),
            exponent=chance.uniform(1.8, 2.3),
            antennas=2 * int(chance.integers(1, 3)),
        )

    @classmethod
    def varied(cls, chance: np.random.Generator) -> "Build":
        """One as nobody foresaw it: wide or narrow, loud or faint, from above, read seldom."""
        overhead = chance.random() < _OVERHEAD
        beam = float(chance.uniform(0.0, 4.0))
        return cls(
            half_width_m=chance.uniform(0.3, 1.0) if overhead else chance.uniform(0.9, 2.5),
            apart_m=chance.uniform(0.1 if beam > _NO_PATTERN else 0.6, 2.0),
            turned_rad=chance.uniform(0.2, 1.2),
            sensitivity_dbm=chance.uniform(-74.0, -62.0),
            exponent=chance.uniform(1.6, 2.4),
            antennas=int(chance.integers(2, 5)),
            height_m=chance.uniform(2.4, 3.2) if overhead else chance.uniform(0.8, 2.0),
            downwards=1.5 if overhead else 0.2,
            beam=beam,
            back_db=chance.uniform(-25.0, -8.0),
            shadowing_db=chance.uniform(1.0, 3.5),
            reads_per_s_most=float(np.exp(chance.uniform(np.log(80.0), np.log(600.0)))),
            reads_per_s_of_one=float(np.exp(chance.uniform(np.log(6.0), np.log(40.0)))),
            dwell_us=int(chance.uniform(20e3, 200e3)),
        )

    @property
    def ports(self) -> range:
        """Of its antennas."""
        return range(1, self.antennas + 1)

    def site(self, port: int) -> tuple[Floats, Floats]:
        """Place of an antenna and the direction that it looks in, each shape (3,)."""
        outwards = 1.0 if port % 2 == 0 else -1.0
        left = 1.0 if port <= 2 else -1.0  # noqa: PLR2004 - the first of each side stands left
        at = np.array([outwards * self.apart_m, left * self.half_width_m, self.height_m])
        looks = np.array(
            [
                outwards * np.sin(self.turned_rad),
                -left * np.cos(self.turned_rad),
                -self.downwards,
            ]
        )
        return at, looks / np.sqrt((looks**2).sum())
