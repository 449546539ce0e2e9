"""Replanning: walks under way go on by the shortest way from where their picker stands.

What was added to a walk where it came up, another place for missing pieces or more of a changed
order, is put into the best order. An order in a rush, while nobody is free to begin it, joins the
walk that becomes the least longer by it. The stop at hand and all before it stay as they are, for
a picker looks at it; what comes after it nobody has seen. What a picker put off stays last.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from edge.model.ids import LocationId, OrderId, ToteId, WalkId
from edge.model.inputs import WalkChange
from edge.model.places import Floor
from edge.model.work import Stop, Walk
from edge.rules import legs
from edge.rules.allocating import Allocation
from edge.rules.instances import Point
from edge.rules.loads import Load, load_of, too_much
from edge.rules.rush import is_rush, urgency, wants_sure
from edge.rules.snapshots import (
    Snapshot,
    free_stock,
    free_totes,
    is_walkable,
    stop_of,
    walkways_of,
)
from edge.rules.walks import PlaceToPick, Walkways, rest_of_walk


@dataclass(frozen=True, slots=True)
class _Course:
    """How a walk goes on.

    Attributes:
        after: the stops after the one at hand, in walking order.
        rest_m: the way from the stop at hand past them to the end.
    """

    walk: Walk
    totes: tuple[ToteId, ...]
    after: tuple[Stop, ...]
    rest_m: float
    joined: tuple[OrderId, ...] = ()


def changes(snapshot: Snapshot) -> tuple[WalkChange, ...]:
    """How the walks under way had better go on; none for a walk that is well as it is."""
    if not is_walkable(snapshot.floor):
        return ()
    courses = {walk.walk_id: _course(snapshot.floor, walk) for walk in snapshot.running}
    if not snapshot.idle:
        _join(snapshot, courses)
    return tuple(
        _change(course) for course in courses.values() if course.joined or course.walk.to_replan
    )


def _join(snapshot: Snapshot, courses: dict[WalkId, _Course]) -> None:
    """Give each order in a rush to the walk that becomes the least longer."""
    stock, totes = free_stock(snapshot), free_totes(snapshot.totes_used)
    rush = [order for order in snapshot.orders if is_rush(order, snapshot.terms)]
    for order in sorted(rush, key=urgency):
        only_sure = wants_sure(order, snapshot.terms)
        found = stock.allocate(order, rush=True, only_sure=only_sure)
        if not found:
            continue
        tote_id = next(totes)
        longer = [
            (course.rest_m - courses[name].rest_m, name, course)
            for name, course in _joinings(snapshot, courses, found, tote_id)
        ]
        if longer:
            _, name, course = min(longer, key=lambda one: one[:2])
            courses[name] = course


def _joinings(
    snapshot: Snapshot,
    courses: Mapping[WalkId, _Course],
    found: Sequence[Allocation],
    tote_id: ToteId,
) -> Iterator[tuple[WalkId, _Course]]:
    """Each walk with room, as it would go on with the order."""
    more = tuple(stop_of(one, tote_id) for one in found)
    mine = _load(snapshot, more)
    for name, course in courses.items():
        held = _load(snapshot, (*course.walk.stops[: _kept(course.walk)], *course.after))
        fits = too_much(snapshot.terms, held + mine) is None and _is_of_leg(snapshot, course, more)
        if fits and len(course.totes) < snapshot.terms.orders_per_walk:
            yield (
                name,
                _course(
                    snapshot.floor,
                    course.walk,
                    (*course.after, *more),
                    (*course.totes, tote_id),
                    (*course.joined, found[0].order_id),
                ),
            )


def _is_of_leg(snapshot: Snapshot, course: _Course, more: Sequence[Stop]) -> bool:
    """Whether all of an order is picked by the leg that a walk is part of."""
    terms, here = snapshot.terms, course.walk.stops[_kept(course.walk) - 1]
    own = legs.leg_of(snapshot.floor, terms, here.location)
    return all(legs.leg_of(snapshot.floor, terms, one.location) == own for one in more)


def _load(snapshot: Snapshot, stops: Sequence[Stop]) -> Load:
    return load_of(snapshot.articles, ((one.sku, one.quantity) for one in stops))


def _kept(walk: Walk) -> int:
    """How many stops stay: those that were begun or seen."""
    return (walk.current or 0) + 1


def _course(
    floor: Floor,
    walk: Walk,
    after: tuple[Stop, ...] | None = None,
    totes: tuple[ToteId, ...] | None = None,
    joined: tuple[OrderId, ...] = (),
) -> _Course:
    """The shortest way on; stops of which nothing is open any more come first."""
    stops = walk.stops[_kept(walk) :] if after is None else after
    done = tuple(one for one in stops if one.open_quantity == 0)
    left = tuple(one for one in stops if one.open_quantity > 0)
    late = tuple(one for one in left if _is_postponed(walk, one))
    soon = tuple(one for one in left if one not in late)
    here = floor.locations[walk.stops[_kept(walk) - 1].location]
    ordered, rest_m = _legs(floor, (here.x_m, here.y_m), soon, late)
    return _Course(walk, totes or walk.slots, (*done, *ordered), rest_m, joined)


def _is_postponed(walk: Walk, stop: Stop) -> bool:
    """Whether the picker put it off: an earlier stop for the same line at the same place is done.

    It had a reason, such as a blocked aisle, that the shortest way does not know.
    """
    earlier = walk.stops[: walk.stops.index(stop)] if stop in walk.stops else ()
    line = (stop.order_id, stop.line_id, stop.location)
    return any((one.order_id, one.line_id, one.location) == line for one in earlier)


def _legs(
    floor: Floor, here: Point, soon: tuple[Stop, ...], late: tuple[Stop, ...]
) -> tuple[tuple[Stop, ...], float]:
    """All that was not put off by the shortest way, then what was: in order, and its length."""
    ways = walkways_of(floor)
    if not late:
        return _leg(floor, ways, here, soon)
    turn = floor.locations[late[0].location]
    between = (turn.x_m, turn.y_m)
    first, first_m = _leg(floor, replace(ways, end=between), here, soon)
    last, last_m = _leg(floor, ways, between, late)
    return (*first, *last), first_m + last_m


def _leg(
    floor: Floor, ways: Walkways, here: Point, stops: tuple[Stop, ...]
) -> tuple[tuple[Stop, ...], float]:
    order, length_m = rest_of_walk(
        ways, here, [_place(floor, index, one.location) for index, one in enumerate(stops)]
    )
    return tuple(stops[int(index)] for index in order), length_m


def _place(floor: Floor, index: int, location: LocationId) -> PlaceToPick:
    place = floor.locations[location]
    return PlaceToPick(str(index), place.x_m, place.y_m)


def _change(course: _Course) -> WalkChange:
    walk, kept = course.walk, _kept(course.walk)
    here = walk.stops[kept - 1].location
    joined = f"; {', '.join(course.joined)} joins in a rush" if course.joined else ""
    return WalkChange(
        walk_id=walk.walk_id,
        kept=kept,
        before=walk.stops[kept:],
        after=course.after,
        totes=course.totes,
        length_m=course.rest_m,
        joined=course.joined,
        why=f"{course.rest_m:.0f} m to go from {here}{joined}",
    )
