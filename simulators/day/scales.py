"""Scales of a simulated day: what they show of a box, and what a packer types of that.

A scale has a step, an error at zero and another at each weighing; now and then something leans on
it. Pieces and cartons are not all alike. Whoever types mixes up digits or cartons as hands slip.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

CARTONS = {"S": 90, "L": 260}
"""Cartons and what they weigh empty, grams."""
_LARGE_FROM_G = 2_500
_STEP_G = 2
_ZERO_G = 3.0
_ERROR_G = 1.5
"""Standard deviations, as those below."""
_GOODS_SHARE = 0.003
_TARE_SHARE = 0.03
LEANS_SHARE = 0.02
_LEANS_G = (30, 400)


@dataclass(slots=True)
class Scales:
    """One scale at each pack station.

    Attributes:
        chance: for its errors and for who types.
        slip_share: weighings at which the wrong digits are typed, and at which the wrong carton.
    """

    chance: np.random.Generator
    slip_share: float
    _zero_g: dict[str, float] = field(default_factory=dict)

    def typed(
        self, station: str, goods_g: int, cartons: Sequence[dict[str, Any]]
    ) -> dict[str, Any]:
        """What a packer says of a box.

        Args:
            station: whose scale.
            goods_g: what the pieces in the box weigh.
            cartons: those that the screen offers, with their names.
        """
        names = [str(one["name"]) for one in cartons]
        right = "L" if goods_g >= _LARGE_FROM_G else "S"
        shown_g = self._shown_g(station, goods_g, CARTONS[right])
        mixed_up, wrong_carton = self.chance.random(2) < self.slip_share
        others = [name for name in names if name != right]
        return {
            "weight_g": _mixed_up(shown_g) if mixed_up else shown_g,
            "carton": others[0] if wrong_carton and others else right,
        }

    def _shown_g(self, station: str, goods_g: int, tare_g: int) -> int:
        chance = self.chance
        if station not in self._zero_g:
            self._zero_g[station] = float(chance.normal(0.0, _ZERO_G))
        goods = goods_g * chance.normal(1.0, _GOODS_SHARE)
        tare = tare_g * chance.normal(1.0, _TARE_SHARE)
        error_g = self._zero_g[station] + chance.normal(0.0, _ERROR_G)
        leaning_g = chance.uniform(*_LEANS_G) if chance.random() < LEANS_SHARE else 0.0
        return max(1, _STEP_G * round((goods + tare + error_g + leaning_g) / _STEP_G))


def _mixed_up(weight_g: int) -> int:
    """The first two digits in the wrong order; a digit too many where they are the same."""
    digits = str(weight_g)
    mixed = int(digits[1::-1] + digits[2:])
    return mixed if mixed not in {0, weight_g} else 10 * weight_g
