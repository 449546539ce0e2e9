"""The floor as a hall to walk in: where each place is reached from."""

from edge.model.ids import LocationId
from edge.model.places import Floor, LocationKind
from edge.rules.instances import Point, Stop

CROSS_AISLES_MIN = 2


def is_walkable(floor: Floor) -> bool:
    """Whether the floor file says enough to plan walks."""
    return bool(floor.aisle_x_m) and len(floor.cross_y_m) >= CROSS_AISLES_MIN


def stop_at(floor: Floor, location: LocationId) -> Stop:
    """The aisle and the y from which a place is reached: the nearest aisle, at its height."""
    place = floor.locations[location]
    aisle = min(range(len(floor.aisle_x_m)), key=lambda i: abs(floor.aisle_x_m[i] - place.x_m))
    return aisle, min(max(place.y_m, floor.cross_y_m[0]), floor.cross_y_m[-1])


def base(floor: Floor) -> Point:
    """Where walks begin and end: on the cross aisle nearest to the first pack station."""
    station = next(
        (one for one in floor.locations.values() if one.kind is LocationKind.STATION), None
    )
    if station is None:
        return floor.aisle_x_m[0], floor.cross_y_m[0]
    y_m = min(floor.cross_y_m, key=lambda one: abs(one - station.y_m))
    x_m = min(max(station.x_m, floor.aisle_x_m[0]), floor.aisle_x_m[-1])
    return x_m, y_m
