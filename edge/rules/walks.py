"""From orders with places on the floor to walks with a cart: what the planner of the day asks for.

Places come from the floor plan, where a bin lies beside its aisle and a station beside a cross
aisle; a walk goes on the aisles. So each place is first brought to the nearest point that can be
walked to.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge.rules.batching import Effort, orders_together, walk_of
from edge.rules.instances import BatchInstance, BatchOrder, Point, RouteInstance, Stop
from edge.rules.lengths import Lengths
from edge.rules.routing import shortest_route


@dataclass(frozen=True, slots=True)
class Walkways:
    """Where a floor can be walked, and where walks begin and end.

    Attributes:
        aisle_x_m: the aisles' x, at least one.
        cross_y_m: the cross aisles' y, ascending, at least two.
        start, end: of every walk, in metres, anywhere near an aisle or cross aisle.
    """

    aisle_x_m: tuple[float, ...]
    cross_y_m: tuple[float, ...]
    start: Point
    end: Point


@dataclass(frozen=True, slots=True)
class Cart:
    """What one walk can hold.

    Attributes:
        orders: most orders (totes), 1 or more.
        stops: most stops, 1 or more; an order with more is walked alone.
    """

    orders: int
    stops: int


@dataclass(frozen=True, slots=True)
class PlaceToPick:
    """A stop with its name.

    Attributes:
        id: comes back in the walk; one place may have several.
        x_m, y_m: where on the floor plan.
    """

    id: str
    x_m: float
    y_m: float


@dataclass(frozen=True, slots=True)
class OrderToWalk:
    """An order with its stops.

    Attributes:
        id: unique among the orders that are planned together.
        stops: what is to be picked for it.
    """

    id: str
    stops: tuple[PlaceToPick, ...]


@dataclass(frozen=True, slots=True)
class PlannedWalk:
    """One walk with a cart.

    Attributes:
        orders: ids, in the order given.
        stops: order id and stop id, in walking order.
        length_m: of the shortest walk.
        path: its corners and stops.
        alone_m: of the ways together if each order were walked by itself; 0 while not reckoned.
        parted_by: why orders that would go well together are not in it; empty where none are.
    """

    orders: tuple[str, ...]
    stops: tuple[tuple[str, str], ...]
    length_m: float
    path: tuple[Point, ...]
    alone_m: float = 0.0
    parted_by: str = ""


def plan_walks(
    orders: Sequence[OrderToWalk],
    walkways: Walkways,
    cart: Cart,
    chance: np.random.Generator,
    effort: Effort,
) -> tuple[PlannedWalk, ...]:
    """Walks that together pick all orders and are short.

    Args:
        orders: each walked whole.
        walkways: where.
        cart: how much one walk holds.
        chance: decides where the search for short walks looks.
        effort: how long it looks; with rounds alone the plan depends on the seed alone.

    Raises:
        ValueError: the floor cannot be walked, a cart holds nothing, or an id stands twice.
    """
    too_big = [order for order in orders if len(order.stops) > cart.stops]
    shared = [order for order in orders if len(order.stops) <= cart.stops]
    walks = [_walk(_instance([order], walkways, cart), [order]) for order in too_big]
    wave = _instance(shared, walkways, cart)
    by_id = {order.id: order for order in shared}
    walks += [
        _walk(wave, [by_id[name] for name in batch])
        for batch in orders_together(wave, chance, effort)
    ]
    place = {order.id: index for index, order in enumerate(orders)}
    return tuple(sorted(walks, key=lambda walk: place[walk.orders[0]]))


def walk_together(orders: Sequence[OrderToWalk], walkways: Walkways) -> PlannedWalk:
    """The shortest walk that picks just these orders."""
    return _walk(_instance(orders, walkways, Cart(len(orders), 1)), orders)


def alone_m(orders: Sequence[OrderToWalk], walkways: Walkways) -> dict[str, float]:
    """How long the way is if each of these orders is walked by itself, to some centimetres."""
    if not orders:
        return {}
    wave = _instance(orders, walkways, Cart(1, 1))
    points = [[(wave.aisle_x[aisle], y) for aisle, y in order.stops] for order in wave.orders]
    lengths = Lengths(wave, [[], *points]).with_each([[]], len(orders) + 1)[0, 1:]
    return {order.id: float(one) for order, one in zip(orders, lengths, strict=True)}


def rest_of_walk(
    walkways: Walkways, here: tuple[float, float], places: Sequence[PlaceToPick]
) -> tuple[tuple[str, ...], float]:
    """The shortest way on from where somebody stands: the places in order, and its length.

    Args:
        walkways: where; the walk ends at its end.
        here: where the picker stands, anywhere near an aisle or cross aisle.
        places: still to be visited.
    """
    route = shortest_route(
        RouteInstance(
            walkways.aisle_x_m,
            walkways.cross_y_m,
            walkable(walkways, here),
            walkable(walkways, walkways.end),
            tuple(_stop(walkways, place) for place in places),
        )
    )
    return tuple(places[index].id for index in route.stops), route.length


def aisles_of(walkways: Walkways, places: Sequence[PlaceToPick]) -> tuple[int, ...]:
    """The aisles from which some places are reached, by number from 1, ascending."""
    return tuple(sorted({_stop(walkways, place)[0] + 1 for place in places}))


def _instance(orders: Sequence[OrderToWalk], walkways: Walkways, cart: Cart) -> BatchInstance:
    largest = max((len(order.stops) for order in orders), default=0)
    return BatchInstance(
        aisle_x=walkways.aisle_x_m,
        cross_y=walkways.cross_y_m,
        start=walkable(walkways, walkways.start),
        end=walkable(walkways, walkways.end),
        capacity=max(cart.stops, largest),
        orders=tuple(
            BatchOrder(order.id, tuple(_stop(walkways, stop) for stop in order.stops))
            for order in orders
        ),
        orders_max=cart.orders,
    )


def _walk(instance: BatchInstance, orders: Sequence[OrderToWalk]) -> PlannedWalk:
    """The walk of some orders, which stand in the sequence of the instance."""
    names = [order.id for order in orders]
    route = walk_of(instance, [order for order in instance.orders if order.id in names])
    stops = [(order.id, stop.id) for order in orders for stop in order.stops]
    return PlannedWalk(
        orders=tuple(order.id for order in orders),
        stops=tuple(stops[index] for index in route.stops),
        length_m=route.length,
        path=route.path,
    )


def walkable(walkways: Walkways, point: Point) -> Point:
    """The nearest point on an aisle or a cross aisle."""
    x, y = point
    low, high = walkways.cross_y_m[0], walkways.cross_y_m[-1]
    aisle = min(walkways.aisle_x_m, key=lambda at: abs(at - x))
    cross = min(walkways.cross_y_m, key=lambda at: abs(at - y))
    on_aisle = aisle, min(max(y, low), high)
    on_cross = x, cross
    return min(on_cross, on_aisle, key=lambda at: abs(at[0] - x) + abs(at[1] - y))


def _stop(walkways: Walkways, place: PlaceToPick) -> Stop:
    low, high = walkways.cross_y_m[0], walkways.cross_y_m[-1]
    aisles = range(len(walkways.aisle_x_m))
    nearest = min(aisles, key=lambda index: abs(walkways.aisle_x_m[index] - place.x_m))
    return nearest, min(max(place.y_m, low), high)
