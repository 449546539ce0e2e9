"""Snapshots: the copy of the floor that plans are made from, and what plans are made with.

The planner's thread sees nothing else; the floor goes on changing meanwhile.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from edge.model.goods import Article, Stock
from edge.model.ids import LocationId, Sku, ToteId
from edge.model.inputs import WalkChange
from edge.model.orders import Order, OrderState
from edge.model.places import Floor, LocationKind
from edge.model.state import FloorState
from edge.model.work import Stop, Walk, WalkState
from edge.rules import guiding, putting
from edge.rules.allocating import Allocation, FreeStock, Knowledge
from edge.rules.instances import Point
from edge.rules.rush import doubtful_counts, is_rush
from edge.rules.terms import Terms
from edge.rules.walks import Walkways

TOTES = 9999
CROSS_AISLES_MIN = 2


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a plan is made from; a copy that the floor goes on changing without.

    Attributes:
        orders: released, in any order.
        stock: by the books.
        knowledge: what is known of it besides, and the floor.
        totes_used: labels that are on the floor now, empty ones on carts too.
        walks_wanted: how many pickers wait.
        waiting_in: the zones in which they do; None where they work everywhere.
        running: walks under way with a stop at hand.
        idle: how many have no work at all.
        pickers: who are at work.
        articles: those of the orders and of the walks under way.
    """

    orders: tuple[Order, ...]
    stock: tuple[Stock, ...]
    knowledge: Knowledge
    totes_used: frozenset[ToteId]
    walks_wanted: int
    terms: Terms
    running: tuple[Walk, ...] = ()
    pickers: int = 1
    idle: int = 0
    articles: Mapping[Sku, Article] = field(default_factory=dict)
    waiting_in: frozenset[LocationId | None] = frozenset({None})

    @property
    def floor(self) -> Floor:
        """Where everything is."""
        return self.knowledge.floor


def snapshot(state: FloorState, terms: Terms, now_us: int) -> Snapshot | None:
    """What to plan now; None where nobody waits for work and no walk is to be mended."""
    wanted = guiding.walks_wanted(state, terms)
    released = state.orders.in_state(OrderState.RELEASED)
    running = tuple(
        walk
        for walk in state.open_walks()
        if walk.state is WalkState.WALKING and walk.current is not None
    )
    if not (wanted and released) and not _is_to_mend(running, released, terms):
        return None
    frozen = state.frozen
    return Snapshot(
        orders=tuple(released),
        stock=tuple(one for one in state.stock.values() if one.location not in frozen),
        knowledge=knowledge_of(state, now_us),
        totes_used=state.totes_given(),
        walks_wanted=sum(wanted.values()),
        waiting_in=frozenset(wanted),
        terms=terms,
        running=running,
        idle=len(putting.free_pickers(state)),
        pickers=sum(one.ready for one in state.pickers.values()),
        articles=_articles(state, released, running),
    )


def _articles(
    state: FloorState, orders: Sequence[Order], running: Sequence[Walk]
) -> dict[Sku, Article]:
    skus = {line.sku for order in orders for line in order.lines}
    skus |= {stop.sku for walk in running for stop in walk.stops}
    return {sku: state.articles[sku] for sku in skus if sku in state.articles}


def knowledge_of(state: FloorState, now_us: int) -> Knowledge:
    """What is known of the stock besides the books."""
    return Knowledge(
        floor=state.floor,
        seen=dict(state.seen),
        lots=dict(state.lots),
        uncounted=doubtful_counts(state),
        silent=frozenset(state.outages),
        now_us=now_us,
    )


def without(snapshot_: Snapshot, changes: Sequence[WalkChange]) -> Snapshot:
    """What is left to plan when some orders have joined walks that are under way."""
    joined = {order_id for change in changes for order_id in change.joined}
    return replace(
        snapshot_,
        orders=tuple(one for one in snapshot_.orders if one.order_id not in joined),
        totes_used=snapshot_.totes_used.union(*(change.totes for change in changes)),
    )


def has_room(walk: Walk, terms: Terms) -> bool:
    """Whether another tote can stand on the cart."""
    return len(walk.slots) < terms.orders_per_walk


def _is_to_mend(running: Sequence[Walk], released: Sequence[Order], terms: Terms) -> bool:
    """Whether a walk has stops where they came up, or could take an order that is in a rush."""
    if any(walk.to_replan for walk in running):
        return True
    return any(has_room(walk, terms) for walk in running) and any(
        is_rush(order, terms) for order in released
    )


def free_stock(snapshot_: Snapshot) -> FreeStock:
    """What may be promised; the nearest place is the nearest to where walks begin."""
    return FreeStock(snapshot_.stock, snapshot_.knowledge, base_of(snapshot_.floor))


def is_walkable(floor: Floor) -> bool:
    """Whether the floor file names aisles to plan walks on."""
    return bool(floor.aisle_x_m) and len(floor.cross_y_m) >= CROSS_AISLES_MIN


def walkways_of(floor: Floor) -> Walkways:
    """Where a floor can be walked; walks begin and end at its base."""
    base = base_of(floor)
    return Walkways(floor.aisle_x_m, floor.cross_y_m, base, base)


def base_of(floor: Floor) -> Point:
    """Where walks begin and end: the first pack station, else the first corner of the hall."""
    stations = floor.places_of(LocationKind.STATION)
    if not stations:
        return (floor.aisle_x_m[0], floor.cross_y_m[0]) if is_walkable(floor) else (0.0, 0.0)
    station = floor.locations[stations[0]]
    return station.x_m, station.y_m


def stop_of(allocation: Allocation, tote_id: ToteId) -> Stop:
    """The halt at which allocated pieces are picked into a tote."""
    return Stop(
        location=allocation.location,
        sku=allocation.sku,
        quantity=allocation.quantity,
        order_id=allocation.order_id,
        line_id=allocation.line_id,
        tote_id=tote_id,
    )


def free_totes(used: frozenset[ToteId]) -> Iterator[ToteId]:
    """Labels of totes that are not on the floor."""
    for number in range(1, TOTES + 1):
        tote_id = ToteId(f"T{number:04d}")
        if tote_id not in used:
            yield tote_id
