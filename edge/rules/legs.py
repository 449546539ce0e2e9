"""Legs: which zones pick their share of an order by themselves, at the same time as the others.

A zone with the strategy `zone` or a `discrete` of its own is a leg: its share of each order is
walked there, in totes of its own, while other legs are under way; the totes meet at the put wall
or the pack station. All other zones, and what lies in none, are walked together as one leg.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from edge.model.ids import LocationId, OrderId
from edge.model.places import Floor
from edge.model.state import FloorState
from edge.rules.allocating import Allocation
from edge.rules.terms import Strategy, Terms
from edge.rules.zones import zone_at_hand, zone_of

Zones = Mapping[LocationId | None, int]
"""How many of something in each zone; None for pickers who work everywhere."""


class Leg(NamedTuple):
    """What is walked together.

    Attributes:
        zone: whose share it is; None for all that is no zone's own.
        strategy: how.
    """

    zone: LocationId | None
    strategy: Strategy


def leg_of(floor: Floor, terms: Terms, location: LocationId) -> Leg:
    """The leg that a place belongs to."""
    zone = zone_of(floor, location)
    own = terms.zone_strategies.get(zone) if zone is not None else None
    strategy = own or terms.strategy
    if zone is None or (strategy is not Strategy.ZONE and own is not Strategy.DISCRETE):
        return Leg(None, _together(terms))
    return Leg(zone, strategy)


def _together(terms: Terms) -> Strategy:
    """How what is no zone's own is walked."""
    used = {terms.strategy, *terms.zone_strategies.values()}
    if Strategy.PICK_AND_PASS in used:
        return Strategy.PICK_AND_PASS
    return Strategy.BATCH if terms.strategy is Strategy.ZONE else terms.strategy


def parted(
    floor: Floor, terms: Terms, allocated: Mapping[OrderId, Sequence[Allocation]]
) -> dict[Leg, dict[OrderId, list[Allocation]]]:
    """What each leg has of each order."""
    found: dict[Leg, dict[OrderId, list[Allocation]]] = {}
    for order_id, allocations in allocated.items():
        for one in allocations:
            leg = leg_of(floor, terms, one.location)
            found.setdefault(leg, {}).setdefault(order_id, []).append(one)
    return found


def idle(state: FloorState, free: Counter[LocationId | None]) -> Zones:
    """Of how many free pickers no walk waits, zone by zone.

    A picker with a zone is served by its walks only; one without by any that its own leave.
    """
    waiting = Counter(zone_at_hand(state, one) for one in state.open_walks() if one.picker is None)
    own = {zone: count - waiting[zone] for zone, count in free.items() if zone is not None}
    left = waiting.total() - sum(min(free[zone], waiting[zone]) for zone in own)
    everywhere: list[tuple[LocationId | None, int]] = [(None, free[None] - left)]
    return {zone: count for zone, count in (*own.items(), *everywhere) if count > 0}


def wants(floor: Floor, zones: Collection[LocationId | None], found: Sequence[Allocation]) -> bool:
    """Whether something of an order is picked where somebody waits for work.

    What lies in no zone is anybody's (`zones.taker_of`).
    """
    if None in zones:
        return True
    places = [zone_of(floor, one.location) for one in found] if zones else []
    return any(zone is None or zone in zones for zone in places)
