"""Changing: a newer revision of an order that is being picked, in one walk or several, or picked.

Pieces in totes count first, those that stand at a wall or a station before all others, then what
is promised, then what was given up as missing; what is too much is put back, is taken out of its
tote (`taking_out`), or is no longer promised. What is wanted beyond that must lie free somewhere,
and becomes stops at the end of the walk of its zone; if it does not, or there is no walk any more,
the change is refused as a whole.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from edge.model.errands import Carried
from edge.model.events import OrderChanged, OrderChangeRefused
from edge.model.ids import LineId, LocationId, OrderId, Sku, ToteId, WalkId
from edge.model.inputs import OrderSubmitted
from edge.model.orders import Order, OrderLine
from edge.model.state import FloorState
from edge.model.work import Stop, Tote, Walk
from edge.rules import allocating, review, rush, substituting, taking_out
from edge.rules.decision import Decision, accept, refuse
from edge.rules.terms import Terms
from edge.rules.zones import zone_of


def changed(state: FloorState, terms: Terms, input_: OrderSubmitted, order: Order) -> Decision:
    """Follow a newer revision while its pieces are being picked, all of it or nothing."""
    lines = review.in_pieces(state, input_.lines) or order.lines
    following = replace(
        order,
        rev=input_.rev,
        priority=input_.priority,
        due_us=input_.due_us,
        carrier=input_.carrier,
        lines=lines,
        ship_to=input_.ship_to,
    )
    doubts = review.doubts(state, terms, following, input_.at_us, held=False)
    blocking = [doubt for doubt in doubts if doubt.code not in {"no_stock", rush.DOUBTFUL}]
    if blocking:
        return _refused(order, input_.rev, blocking[0].text)
    walks = [one for one in state.open_walks() if order.order_id in one.orders]
    standing = _standing(state, walks, order)
    inside = Counter(sku for tote in standing for sku, _ in tote.picked)
    stays = inside & substituting.wanted_as_picked(following, inside)
    kept = _kept(walks, order, lines, substituting.as_asked(following, stays))
    added = _added(state, walks, kept, order.order_id, input_.at_us) if walks else []
    lacking = kept.more - Counter(one.sku for _, one in added for _ in range(one.quantity))
    if not walks:
        lacking -= _wanted(order.lines) - substituting.as_asked(order, inside)  # missed before
    if lacking:
        told = ", ".join(f"{quantity} x {sku}" for sku, quantity in sorted(lacking.items()))
        why = "more is wanted than lies free" if walks else "more is wanted than was picked"
        return _refused(order, input_.rev, f"{why}: {told}")
    out = taking_out.unwanted(state, following, standing, inside - stays)
    if out is None:
        return _refused(order, input_.rev, "the floor file names no place for what is put back")
    return accept(
        "changed",
        f"order {order.order_id} is changed, {kept.surplus_count} pieces are to be put back, "
        f"{sum(len(one.pieces) for one in out)} to be taken out",
        *(_events(following, walks, kept, added) if walks else [_told(following)]),
        *out,
    )


def _told(following: Order) -> OrderChanged:
    """The order as it is now, where nobody walks for it any more."""
    return OrderChanged(following, None, None, (), ())


def _events(
    following: Order, walks: Sequence[Walk], kept: "_Kept", added: Sequence[tuple[WalkId, Stop]]
) -> Iterator[OrderChanged]:
    """One for each walk that goes on otherwise; where none does, one that tells the new lines."""
    order_id = following.order_id
    told = False
    for walk in walks:
        stops = (
            *kept.stops[walk.walk_id],
            *(one for where, one in added if where == walk.walk_id),
        )
        is_last = walk is walks[-1]
        if stops != walk.stops or (is_last and not told):
            told = True
            tote_id = next(one.tote_id for one in walk.stops if one.order_id == order_id)
            surplus = tuple(kept.surplus[walk.walk_id])
            yield OrderChanged(following, walk.walk_id, tote_id, stops, surplus)


def _standing(state: FloorState, walks: Sequence[Walk], order: Order) -> list[Tote]:
    """The order's totes that stand at a wall or a station already."""
    carried = {tote_id for walk in walks for tote_id in walk.slots}
    return [one for one in state.totes.of_order(order.order_id) if one.tote_id not in carried]


def _wanted(lines: Iterable[OrderLine]) -> Counter[Sku]:
    wanted: Counter[Sku] = Counter()
    for line in lines:
        wanted[line.sku] += line.quantity
    return wanted


def _refused(order: Order, rev: int, why: str) -> Decision:
    reason = f"rev {rev} came when the order was {order.state.value} already: {why}"
    return refuse("too_late", reason, OrderChangeRefused(order.order_id, rev, reason))


@dataclass(frozen=True, slots=True)
class _Kept:
    """What stays as it is.

    Attributes:
        stops: of each walk, as they stay.
        surplus: of each walk, the pieces that are too many.
        more: what is wanted beyond.
        names: the lines of each article.
    """

    stops: dict[WalkId, list[Stop]]
    surplus: dict[WalkId, list[Carried]]
    more: Counter[Sku]
    names: dict[Sku, list[LineId]]

    @property
    def surplus_count(self) -> int:
        """How many pieces are too many."""
        return sum(len(pieces) for pieces in self.surplus.values())


def _kept(
    walks: Sequence[Walk], order: Order, lines: tuple[OrderLine, ...], done: Counter[Sku]
) -> _Kept:
    """All walks' pieces count first, then what they are promised, then what they have missed."""
    wanted = _wanted(lines)
    wanted.subtract(done)
    names = _line_names(lines)
    kept = _Kept(
        {walk.walk_id: list(walk.stops) for walk in walks},
        {walk.walk_id: [] for walk in walks},
        wanted,
        names,
    )
    mine = [
        (walk.walk_id, index)
        for walk in walks
        for index, stop in enumerate(walk.stops)
        if stop.order_id == order.order_id
    ]
    units: list[int] = []
    for walk_id, index in mine:
        stop = kept.stops[walk_id][index]
        units.append(min(len(stop.units), wanted[_asked(stop)]))
        wanted[_asked(stop)] -= units[-1]
        kept.surplus[walk_id] += [
            Carried(stop.sku, unit, stop.location) for unit in stop.units[units[-1] :]
        ]
    for (walk_id, index), left in zip(mine, units, strict=True):
        stop = kept.stops[walk_id][index]
        promised = min(stop.open_quantity, wanted[_asked(stop)])
        missing = min(stop.missing, wanted[_asked(stop)] - promised)
        wanted[_asked(stop)] -= promised + missing
        kept.stops[walk_id][index] = replace(
            stop,
            quantity=left + promised + missing,
            units=stop.units[:left],
            missing=missing,
            line_id=_line_of(stop, names),
        )
    return replace(kept, more=+wanted)


def _asked(stop: Stop) -> Sku:
    """The article that the order asks for, whatever is picked instead."""
    return stop.instead_of or stop.sku


def _line_names(lines: tuple[OrderLine, ...]) -> dict[Sku, list[LineId]]:
    names: dict[Sku, list[LineId]] = {}
    for line in lines:
        names.setdefault(line.sku, []).append(line.line_id)
    return names


def _line_of(stop: Stop, names: dict[Sku, list[LineId]]) -> LineId:
    """The line that a stop picks for; a newer revision may have named its lines anew."""
    known = names.get(_asked(stop), [stop.line_id])
    return stop.line_id if stop.line_id in known else known[0]


def _added(
    state: FloorState, walks: Sequence[Walk], kept: _Kept, order_id: OrderId, now_us: int
) -> list[tuple[WalkId, Stop]]:
    """Stops for what is wanted beyond, oldest first as in a plan, in the walk of their zone."""
    found: list[tuple[WalkId, Stop]] = []
    for sku, quantity in kept.more.items():
        left = quantity
        for stock in allocating.by_age(state.stock.of(sku), state.lots, now_us):
            taken = min(left, stock.free)
            if taken > 0 and stock.location not in state.frozen:
                left -= taken
                walk, tote_id = _walk_for(state, walks, order_id, stock.location)
                line_id = kept.names[sku][0]
                stop = Stop(stock.location, sku, taken, order_id, line_id, tote_id)
                found.append((walk.walk_id, stop))
    return found


def _walk_for(
    state: FloorState, walks: Sequence[Walk], order_id: OrderId, location: LocationId
) -> tuple[Walk, ToteId]:
    """Who picks in the zone of a place; else the first, who hands over or goes there alone."""
    zone = zone_of(state.floor, location)
    mine = [(walk, one) for walk in walks for one in walk.stops if one.order_id == order_id]
    walk, like = next(
        ((walk, one) for walk, one in mine if zone_of(state.floor, one.location) == zone), mine[0]
    )
    return walk, like.tote_id
