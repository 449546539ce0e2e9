"""Where more antennas hear an item than it has slots for, the loudest tell where it is."""

from collections.abc import Callable

import numpy as np

from edge.model.ids import Epc
from edge.model.places import Floor
from tests.locating.test_locator import Played

RIGHT_AMONG_TWELVE = 0.65
"""Before loudness chose the slots it was 0.48, and is 0.75."""


def test_where_twelve_antennas_hear_every_item_its_own_is_found_among_them(
    make_floor: Callable[..., Floor],
) -> None:
    shelves = [(f"shelf-{port}", "shelf", "north", port) for port in range(1, 13)]
    played = Played(make_floor(*shelves))
    chance = np.random.default_rng(7)
    items = {Epc(f"{number:024x}"): 1 + number % 12 for number in range(12)}
    right = 0

    for at_s in played.run(90):
        for epc, first in items.items():
            own = (first + round(at_s) // 30 * 5) % 12 + 1
            port = int(chance.integers(1, 13))
            played.hear(epc, port, -60.0 + 6.0 * (port == own) + chance.normal(0.0, 2.0))
            found = played.locator.where(epc)
            right += found is not None and found.announced == f"shelf-{own}"

    assert right / (900 * len(items)) > RIGHT_AMONG_TWELVE
