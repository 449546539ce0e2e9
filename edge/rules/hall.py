"""A hall as the sweep sees it: aisles in order of x, each with its crossings and stretches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from edge.rules.instances import Closed, Point, Stop, settled


@dataclass(frozen=True, slots=True)
class Crossing:
    """A place on an aisle where the walk may turn.

    Attributes:
        y: where.
        on_cross: whether it lies on a cross aisle; else only the start or the end is there.
        odd: whether the walk starts or ends here without doing both.
        needed: whether the walk starts or ends here.
    """

    y: float
    on_cross: bool
    odd: bool
    needed: bool


@dataclass(frozen=True, slots=True)
class Aisle:
    """One aisle of the sweep, or a place between aisles where the walk starts or ends.

    Attributes:
        x: where.
        crossings: ascending; the cross aisles and a start or end between them.
        passable: for each stretch between neighbouring crossings whether it can be walked.
        closed: for each stretch the lowest and the highest y of what is blocked in it; None where
            nothing is.
    """

    x: float
    crossings: tuple[Crossing, ...]
    passable: tuple[bool, ...]
    closed: tuple[tuple[float, float] | None, ...]

    def has_own_crossings(self) -> bool:
        """Whether entering it changes more than the place: a start or an end is here."""
        return any(crossing.odd or not crossing.on_cross for crossing in self.crossings)


@dataclass(frozen=True, slots=True)
class Hall:
    """The part of a hall that walks to some stops can need.

    Attributes:
        aisles: ascending in x.
        cross_aisles: how many cross aisles there are.
        start, end: both ends of the walk, with rounding noise removed.
    """

    aisles: tuple[Aisle, ...]
    cross_aisles: int
    start: Point
    end: Point


def hall_for(
    aisle_x: Sequence[float],
    cross_y: Sequence[float],
    ends: tuple[Point, Point],
    stops: Iterable[Stop],
    blocked: Sequence[Closed] = (),
) -> Hall:
    """The hall between the outermost places that a walk to the stops must reach.

    Going further out cannot pay: whatever is walked there, the outermost aisle offers as well. Not
    so where something is blocked: then the whole hall is looked at.
    """
    start = settled("start", ends[0], aisle_x, cross_y)
    end = settled("end", ends[1], aisle_x, cross_y)
    real = sorted(set(aisle_x))
    used = {start[0], end[0], *(aisle_x[aisle] for aisle, _ in stops), *(real if blocked else ())}
    left = max((x for x in real if x <= min(used)), default=min(used))
    right = min((x for x in real if x >= max(used)), default=max(used))
    places = sorted({x for x in real if left <= x <= right} | {start[0], end[0]})
    known = frozenset(real)
    closed = [(aisle_x[aisle], low, high) for aisle, low, high in blocked]
    return Hall(
        tuple(
            _aisle(
                x,
                cross_y,
                (start, end),
                [(low, high) for at, low, high in closed if at == x],
                is_real=x in known,
            )
            for x in places
        ),
        len(cross_y),
        start,
        end,
    )


def _aisle(
    x: float,
    cross_y: Sequence[float],
    ends: tuple[Point, Point],
    closed: Sequence[tuple[float, float]],
    *,
    is_real: bool,
) -> Aisle:
    start, end = ends
    heights = sorted({*cross_y, *(y for at, y in ends if at == x)})
    crossings = tuple(
        Crossing(
            y=y,
            on_cross=y in cross_y,
            odd=((x, y) == start) != ((x, y) == end),
            needed=(x, y) in ends,
        )
        for y in heights
    )
    return Aisle(
        x,
        crossings,
        (is_real,) * (len(crossings) - 1),
        tuple(_closed_between(closed, low, high) for low, high in pairwise(heights)),
    )


def _closed_between(
    closed: Sequence[tuple[float, float]], bottom: float, top: float
) -> tuple[float, float] | None:
    """What is blocked of a stretch, as one part: between two of them nobody comes anyway."""
    parts = [
        (max(low, bottom), min(high, top)) for low, high in closed if low < top and high > bottom
    ]
    return (min(low for low, _ in parts), max(high for _, high in parts)) if parts else None
