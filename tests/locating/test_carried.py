from collections.abc import Callable

import numpy as np
import pytest

from edge.model.places import Floor
from tests.locating.test_locator import TAG, Played


@pytest.mark.parametrize("seed", range(4))
def test_an_item_that_was_carried_far_is_believed_where_it_lies_now(
    make_floor: Callable[..., Floor], seed: int
) -> None:
    """What an antenna that is now far from it hears is new, and speaks for no other place."""
    shelves = ("shelf-a", "shelf", "north", 1), ("shelf-b", "shelf", "north", 2)
    played = Played(make_floor(*shelves, ("shelf-c", "shelf", "south", 1)))
    chance = np.random.default_rng(seed)

    def lie(near: int, span_s: float) -> None:
        ports = (("north", 1, 1), ("north", 2, 2), ("south", 1, 3))
        for _ in played.run(span_s):
            for reader, port, place in ports:
                if chance.random() < 0.12:
                    rssi_dbm = -40.0 - 13.5 * abs(place - near) + chance.normal(0, 3)
                    played.hear(TAG, port, rssi_dbm, reader)

    lie(3, 30)
    lie(1, 60)

    found = played.locator.where(TAG)
    assert found is not None
    assert (found.announced, found.location) == ("shelf-a", "shelf-a")
    assert found.probability > 0.9
