"""What a walk or a wave of batches is planned from; `reading_instances` tells how files spell it.

A hall has parallel aisles, walked along y, and two or more cross aisles, walked along x. All
lengths are in the unit of the file (metres on a configured floor). Whatever a file gets wrong is
said in one sentence that names the place and the cure; nothing unreasonable reaches a planner.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

Point = tuple[float, float]
"""x and y on the floor plan."""
Stop = tuple[int, float]
"""The index of an aisle in `aisle_x` and a y on it."""

Closed = tuple[int, float, float]
"""The index of an aisle, and the two y between which nobody can walk through it."""
OneWay = tuple[int, str]
"""The index of an aisle that is walked in one direction only: `up` is towards higher y."""

NEAR = 1e-9
"""Two coordinates this close, as a share of the hall's size, are one: 0.1 + 0.2 is 0.3."""
LEAST_CROSS_AISLES = 2
POINT_SIZE = 2
DIRECTIONS = ("up", "down")
CLOSED_SIZE = 3
LARGEST = 1e9
"""A coordinate; with larger ones sums of many would lose their small parts."""
SHOWN_CHARACTERS = 60
"""Of a wrong value, in the sentence about it."""


@dataclass(frozen=True, slots=True)
class RouteInstance:
    """One picker's errand.

    Attributes:
        aisle_x: where the aisles are, in any order.
        cross_y: where the cross aisles are, ascending, two or more.
        start: where the picker stands: on an aisle or on a cross aisle.
        end: where the walk ends; the start again for a round trip.
        stops: aisle index and y of every pick, between the outer cross aisles.
        blocked: parts of aisles that nobody can walk through; both ends can be stood at, and the
            cross aisles stay open.
        one_way: aisles that are walked `up` or `down` only, each named once.

    Raises:
        ValueError: a place that cannot be walked to; the sentence names it.
    """

    aisle_x: tuple[float, ...]
    cross_y: tuple[float, ...]
    start: Point
    end: Point
    stops: tuple[Stop, ...]
    blocked: tuple[Closed, ...] = ()
    one_way: tuple[OneWay, ...] = ()

    def __post_init__(self) -> None:
        check_hall(self.aisle_x, self.cross_y, self.start, self.end)
        check_stops(self.stops, self.aisle_x, self.cross_y, "stops")
        _check_closed(self.blocked, self.one_way, len(self.aisle_x))
        _check_open(self)


@dataclass(frozen=True, slots=True)
class BatchOrder:
    """One order of a wave: never split over batches.

    Attributes:
        id: unique in the wave.
        stops: aisle index and y of every item to pick.
    """

    id: str
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class BatchInstance:
    """A wave of orders that is to be walked in batches.

    Attributes:
        aisle_x, cross_y, start, end: the hall, as in `RouteInstance`.
        capacity: most stops of one batch, 1 or more.
        orders: none with more stops than the capacity.
        orders_max: most orders of one batch (places on the cart); None for no such bound.

    Raises:
        ValueError: a hall, stop or order that cannot be; the sentence names it.
    """

    aisle_x: tuple[float, ...]
    cross_y: tuple[float, ...]
    start: Point
    end: Point
    capacity: int
    orders: tuple[BatchOrder, ...]
    orders_max: int | None = None

    def __post_init__(self) -> None:
        check_hall(self.aisle_x, self.cross_y, self.start, self.end)
        if self.capacity < 1:
            raise ValueError(f"capacity is {self.capacity}: a batch needs room for one stop")
        if self.orders_max is not None and self.orders_max < 1:
            raise ValueError(f"orders_max is {self.orders_max}: a batch needs room for one order")
        seen: set[str] = set()
        for index, order in enumerate(self.orders):
            where = f"orders[{index}] ({order.id})"
            if order.id in seen:
                raise ValueError(f"{where}: the id stands twice; give each order its own")
            seen.add(order.id)
            if len(order.stops) > self.capacity:
                raise ValueError(
                    f"{where}: {len(order.stops)} stops are more than the capacity of "
                    f"{self.capacity}; raise the capacity or divide the order beforehand"
                )
            check_stops(order.stops, self.aisle_x, self.cross_y, f"{where}.stops")


def shown(found: object) -> str:
    """What was found, cut to what fits into a sentence."""
    text = repr(found)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


def check_hall(
    aisle_x: Sequence[float], cross_y: Sequence[float], start: Point, end: Point
) -> None:
    """Raise a ValueError unless the hall can be walked and holds both ends of the walk."""
    if not aisle_x:
        raise ValueError("aisle_x is empty: name one aisle or more")
    if len(cross_y) < LEAST_CROSS_AISLES:
        raise ValueError(f"cross_y has {len(cross_y)} cross aisles: two or more are needed")
    _check_finite("aisle_x", aisle_x)
    _check_finite("cross_y", cross_y)
    for index in range(1, len(cross_y)):
        if cross_y[index] <= cross_y[index - 1]:
            raise ValueError(
                f"cross_y[{index}] is {cross_y[index]}, not above {cross_y[index - 1]}: "
                "list the cross aisles in ascending order, each once"
            )
    for name, point in (("start", start), ("end", end)):
        settled(name, point, aisle_x, cross_y)


def _check_finite(name: str, values: Sequence[float]) -> None:
    for index, value in enumerate(values):
        if not isfinite(value):
            raise ValueError(f"{name}[{index}] is {value}: a finite number is needed")


def settled(name: str, point: Point, aisle_x: Sequence[float], cross_y: Sequence[float]) -> Point:
    """A point of the walk with rounding noise removed, so that equal places are equal.

    Raises:
        ValueError: it lies neither on an aisle nor on a cross aisle.
    """
    size = max(abs(value) for value in (*aisle_x, *cross_y, 1.0))
    x = next((aisle for aisle in aisle_x if abs(aisle - point[0]) <= NEAR * size), None)
    y = next((cross for cross in cross_y if abs(cross - point[1]) <= NEAR * size), None)
    on_aisle = x is not None and cross_y[0] <= point[1] <= cross_y[-1]
    if not (isfinite(point[0]) and isfinite(point[1])) or (y is None and not on_aisle):
        raise ValueError(
            f"{name} is [{point[0]}, {point[1]}], neither on an aisle nor on a cross aisle: "
            "move it to an x of aisle_x (between the outer cross aisles) or to a y of cross_y"
        )
    return point[0] if x is None else x, point[1] if y is None else y


def check_stops(
    stops: Sequence[Stop], aisle_x: Sequence[float], cross_y: Sequence[float], where: str
) -> None:
    """Raise a ValueError unless every stop lies on an aisle between the outer cross aisles."""
    for index, (aisle, y) in enumerate(stops):
        if not 0 <= aisle < len(aisle_x):
            raise ValueError(
                f"{where}[{index}] names aisle {aisle}: there are aisles 0 to {len(aisle_x) - 1}"
            )
        if not cross_y[0] <= y <= cross_y[-1]:
            raise ValueError(
                f"{where}[{index}] has y {y}: stops lie between the outer cross aisles, "
                f"{cross_y[0]} to {cross_y[-1]}"
            )


def _check_closed(blocked: Sequence[Closed], one_way: Sequence[OneWay], aisles: int) -> None:
    for index, (aisle, low, high) in enumerate(blocked):
        if not 0 <= aisle < aisles:
            raise ValueError(f"blocked[{index}] names aisle {aisle}: there are 0 to {aisles - 1}")
        if not low < high:
            raise ValueError(f"blocked[{index}] goes from {low} to {high}: put the lower y first")
    named: set[int] = set()
    for index, (aisle, way) in enumerate(one_way):
        if not 0 <= aisle < aisles:
            raise ValueError(f"one_way[{index}] names aisle {aisle}: there are 0 to {aisles - 1}")
        if way not in DIRECTIONS:
            raise ValueError(f'one_way[{index}] says {shown(way)}: "up" or "down" is needed')
        if aisle in named:
            raise ValueError(f"one_way[{index}] names aisle {aisle} again: keep one")
        named.add(aisle)


def _check_open(instance: RouteInstance) -> None:
    """Raise a ValueError where the walk would have to stand inside a blocked part."""
    standing = [
        (f"stops[{index}]", instance.aisle_x[aisle], y)
        for index, (aisle, y) in enumerate(instance.stops)
    ]
    standing += [("start", *instance.start), ("end", *instance.end)]
    for aisle, low, high in instance.blocked:
        for name, x, y in standing:
            inside = x == instance.aisle_x[aisle] and low < y < high
            if inside and y not in instance.cross_y:
                raise ValueError(
                    f"{name} lies in the blocked part of aisle {aisle}, from {low} to {high}: "
                    "leave it out or unblock the aisle"
                )
