"""Taking plans: what the planner worked out on a snapshot becomes true only where it still can."""

from collections.abc import Mapping, Sequence

from edge.model.events import Event, WalkPlanned, WalkReplanned
from edge.model.ids import LineId, LocationId, Sku
from edge.model.inputs import PlanReady, WalkChange
from edge.model.orders import Order, OrderState
from edge.model.state import FloorState
from edge.model.work import Stop, Walk, WalkState
from edge.rules import rush
from edge.rules.decision import Decision, accept
from edge.rules.terms import Terms

Key = tuple[Sku, LocationId]


def ready(state: FloorState, terms: Terms, input_: PlanReady) -> Decision:
    """Take the walks that are still true: orders unchanged, stock free, totes unused."""
    events: list[Event] = []
    promised: dict[Key, int] = {}
    for change in input_.changes:
        if _change_is_true(state, terms, change, promised):
            events.append(_replanned(state, terms, change))
            _promise(promised, _joining(change))
    for together in _by_orders(input_.walks):
        stops = [stop for walk in together for stop in walk.stops]
        if _can_begin(state, terms, stops, promised):
            events.extend(map(WalkPlanned, together))
            _promise(promised, stops)
    offered = len(input_.walks) + len(input_.changes)
    return accept("planned", f"{len(events)} of {offered} walks are true", *events)


def _by_orders(walks: Sequence[Walk]) -> list[list[Walk]]:
    """Walks that have orders in common stand or fall together."""
    groups: list[list[Walk]] = []
    for walk in walks:
        mine = set(walk.orders)
        meeting = [one for one in groups if any(mine & set(other.orders) for other in one)]
        groups = [one for one in groups if one not in meeting]
        groups.append([*(other for one in meeting for other in one), walk])
    return groups


def _promise(promised: dict[Key, int], stops: Sequence[Stop]) -> None:
    for stop in stops:
        key = (stop.sku, stop.location)
        promised[key] = promised.get(key, 0) + stop.quantity


def _joining(change: WalkChange) -> tuple[Stop, ...]:
    return tuple(one for one in change.after if one.order_id in change.joined)


def _change_is_true(
    state: FloorState, terms: Terms, change: WalkChange, promised: Mapping[Key, int]
) -> bool:
    """Whether the picker still stands where the planner saw them, and the rest is as it was."""
    walk = state.walks.get(change.walk_id)
    if walk is None or walk.state is not WalkState.WALKING or walk.current is None:
        return False
    if change.totes[: len(walk.slots)] != walk.slots:
        return False
    if walk.current >= change.kept or walk.stops[change.kept :] != change.before:
        return False
    return _can_begin(state, terms, _joining(change), promised)


def _replanned(state: FloorState, terms: Terms, change: WalkChange) -> WalkReplanned:
    walk = state.walks[change.walk_id]
    return WalkReplanned(
        change.walk_id,
        (*walk.stops[: change.kept], *change.after),
        change.totes,
        change.length_m,
        change.joined,
        change.why,
        change.totes[len(walk.slots) :] if terms.bind_totes else (),
    )


def _can_begin(
    state: FloorState, terms: Terms, stops: Sequence[Stop], promised: Mapping[Key, int]
) -> bool:
    """Whether the stops' orders wait unchanged, their totes are unused and their stock free."""
    orders = dict.fromkeys(stop.order_id for stop in stops)
    if not all(_is_whole(state.orders.get(order_id), stops) for order_id in orders):
        return False
    if any(rush.is_unsure(state, terms, state.orders[one], stops) for one in orders):
        return False
    used, frozen = state.totes_given(), state.frozen
    if any(stop.tote_id in used or stop.location in frozen for stop in stops):
        return False
    wanted: dict[Key, int] = {}
    for stop in stops:
        key = (stop.sku, stop.location)
        wanted[key] = wanted.get(key, 0) + stop.quantity
    return all(
        (stock := state.stock.get(key)) is not None
        and stock.free >= quantity + promised.get(key, 0)
        for key, quantity in wanted.items()
    )


def _is_whole(order: Order | None, stops: Sequence[Stop]) -> bool:
    """Whether the order still waits and the stops pick just what its lines now ask for."""
    if order is None or order.state is not OrderState.RELEASED:
        return False
    wanted = {line.line_id: (line.sku, line.quantity) for line in order.lines}
    planned: dict[LineId, tuple[Sku, int]] = {}
    for stop in stops:
        if stop.order_id == order.order_id:
            _, quantity = planned.get(stop.line_id, (stop.sku, 0))
            planned[stop.line_id] = (stop.sku, quantity + stop.quantity)
    return wanted == planned
