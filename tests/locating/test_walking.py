"""Items are carried along aisles; a reflection through a rack does not carry them anywhere."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from edge.locating.locator import Locator
from edge.locating.walking import walking_m
from edge.model.ids import DeviceName, Epc, LocationId
from edge.model.places import Antenna, Floor, Location, LocationKind
from edge.model.presence import Moved, PresenceChange
from tests.locating.conftest import epc_of, reads_of

START_US = 1_700_000_000_000_000
TURN_S = 0.1
EAST, WEST = LocationId("east"), LocationId("west")
CROSSING = LocationId("crossing")
PLACES = ((EAST, 2.0, 15.0), (WEST, 6.0, 15.0), (CROSSING, 4.0, 0.0))
"""Two shelves that stand back to back in the middle of two aisles, and the cross aisle."""

TAGS = 20
REST_S = 20.0
"""How long they lie before anything happens."""

Levels = Callable[[float], dict[LocationId, float]]
"""What the antenna of each place hears of a tag at a time in seconds since the rest was over."""


def hall(*, with_aisles: bool, with_crossing: bool = True) -> Floor:
    """The crossing may be without an antenna."""
    places = {
        name: Location(name, LocationKind.SHELF, x_m=x, y_m=y, width_m=1.0, depth_m=1.0)
        for name, x, y in PLACES
    }
    antennas = tuple(
        Antenna(DeviceName("r"), port, name)
        for port, (name, *_) in enumerate(PLACES, 1)
        if with_crossing or name != CROSSING
    )
    floor = Floor(places, antennas)
    return replace(floor, aisle_x_m=(2.0, 6.0), cross_y_m=(0.0, 30.0)) if with_aisles else floor


class Played:
    """A locator that hears tags ten times a second by each antenna that can; 3 dB of noise."""

    def __init__(self, floor: Floor, seed: int) -> None:
        self.locator = Locator(floor)
        self._ports = {antenna.location: antenna.port for antenna in floor.antennas}
        self._chance = np.random.default_rng(seed)
        self._turns = 0

    def play(self, levels: Levels, until_s: float) -> Iterator[tuple[float, PresenceChange]]:
        """Changes with their time, both in seconds since the rest was over."""
        while (clock_s := self._turns * TURN_S - REST_S) < until_s:
            heard = {at: level for at, level in levels(clock_s).items() if at in self._ports}
            now_us = START_US + round(self._turns * TURN_S * 1e6)
            tag, at = np.divmod(np.arange(TAGS * len(heard)), len(heard))
            rssi_dbm = np.array([*heard.values()])[at] + self._chance.normal(0.0, 3.0, len(at))
            ports = np.array([self._ports[place] for place in heard])[at]
            seen_us = np.full(len(at), now_us)
            self.locator.observe(reads_of("r", tag, ports, np.round(rssi_dbm), seen_us))
            yield from ((clock_s, one) for one in self.locator.turn(now_us))
            self._turns += 1


def heard_from(x: float, y: float) -> dict[LocationId, float]:
    """Levels by distance; the rack between the aisles takes 12 dB."""
    levels = {}
    for place, at_x, at_y in PLACES:
        behind = 12.0 if abs(at_x - x) > 2.5 and min(at_y, y) > 2.0 else 0.0
        apart = np.hypot(at_x - x, at_y - y)
        levels[place] = -50.0 - 25.0 * np.log10(max(apart, 1.0)) - behind
    return {place: level for place, level in levels.items() if level > -80.0}


def reflected(clock_s: float) -> dict[LocationId, float]:
    """At rest, but for four seconds a truck hides it from its own antenna and mirrors it."""
    mirrored = {EAST: -48.0, WEST: -72.0}
    return mirrored if 0.0 <= clock_s < 4.0 else heard_from(6.0, 15.0)


def walked(clock_s: float) -> dict[LocationId, float]:
    """Carried at 1.5 m/s down the west aisle, across and up the east one, 34 m."""
    gone_m = min(max(clock_s, 0.0) * 1.5, 34.0)
    if gone_m < 15.0:
        return heard_from(6.0, 15.0 - gone_m)
    if gone_m < 19.0:
        return heard_from(6.0 - (gone_m - 15.0), 0.0)
    return heard_from(2.0, gone_m - 19.0)


def moves(floor: Floor, levels: Levels, until_s: float, seed: int) -> list[tuple[float, Moved]]:
    played = Played(floor, seed).play(levels, until_s)
    return [(clock_s, one) for clock_s, one in played if isinstance(one, Moved)]


def test_a_reflection_does_not_carry_items_through_a_rack() -> None:
    """The same reads on a floor without aisles show that only the walk holds them back."""
    seed = 7
    assert not moves(hall(with_aisles=True), reflected, 30.0, seed), f"seed {seed}"
    jumped = {one.epc for _, one in moves(hall(with_aisles=False), reflected, 30.0, seed)}
    assert len(jumped) == TAGS, f"seed {seed}"


def test_a_true_walk_to_the_other_aisle_is_told_as_soon_and_by_way_of_the_crossing() -> None:
    seed, arrived_s = 8, {}
    for with_aisles in (True, False):
        told = moves(hall(with_aisles=with_aisles), walked, 45.0, seed)
        last = {one.epc: (clock_s, one.to_location) for clock_s, one in told}
        assert {place for _, place in last.values()} == {EAST}, f"seed {seed}"
        arrived_s[with_aisles] = np.median([clock_s for clock_s, _ in last.values()])
        if with_aisles:
            assert len(last) == TAGS, f"seed {seed}"
            ways = {(one.from_location, one.to_location) for _, one in told}
            assert ways == {(WEST, CROSSING), (CROSSING, EAST)}, f"seed {seed}"
    assert arrived_s[True] <= arrived_s[False] + 0.2, f"seed {seed}"


def test_a_walk_past_no_antenna_is_told_within_three_seconds_of_putting_down() -> None:
    """It takes 22.7 s; out of the west antenna's sight nobody hears it for a part of the way."""
    seed = 10
    told = moves(hall(with_aisles=True, with_crossing=False), walked, 45.0, seed)
    assert [one.to_location for _, one in told] == [EAST] * TAGS, f"seed {seed}"
    assert max(clock_s for clock_s, _ in told) <= 34.0 / 1.5 + 3.0, f"seed {seed}"


def test_while_it_cannot_have_got_there_an_item_is_on_the_way_and_not_there() -> None:
    """Two seconds into the reflection the belief is nowhere rather than behind the rack."""
    floor = hall(with_aisles=True)
    played = Played(floor, 9)
    assert len(list(played.play(reflected, 2.0))) == TAGS  # arrived, each once
    found = played.locator.where(Epc(epc_of(0)))
    assert found is not None
    assert found.announced == WEST
    assert found.location is None
    assert found.alternatives[-1][0] == EAST  # the least likely of all


def test_the_walk_between_shelves_back_to_back_leads_round_the_rack() -> None:
    walk = walking_m(hall(with_aisles=True), (EAST, WEST, CROSSING))
    # Down 15 m, across 4 m, up 15 m, less half a metre at each end.
    assert walk[0, 1] == walk[1, 0] == pytest.approx(33.0)
    assert walk[0, 2] == pytest.approx(15.0 + 2.0 - 1.0)
    assert (np.diag(walk) == 0.0).all()


def test_nothing_is_out_of_reach_where_the_floor_has_no_aisles_or_a_place_no_position() -> None:
    assert np.isnan(walking_m(hall(with_aisles=False), (EAST, WEST))).all()
    floor = hall(with_aisles=True)
    cart = Location(LocationId("cart-1"), LocationKind.CART, x_m=2.0, y_m=3.0)
    unplaced = Location(LocationId("pack-1"), LocationKind.STATION)
    floor = replace(floor, locations={**floor.locations, cart.id: cart, unplaced.id: unplaced})
    walk = walking_m(floor, (EAST, cart.id, unplaced.id))
    assert np.isnan(walk[0, 1:]).all()
