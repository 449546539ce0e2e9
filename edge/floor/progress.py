"""Progress: the waves against their cut-offs, and the walks under way, as plain values."""

from edge.floor.board import Shown
from edge.floor.views import Names
from edge.model.orders import Order, OrderState
from edge.model.state import FloorState
from edge.model.work import Walk
from edge.rules.waves import OpenWork, Pace, Wave, waves

WAVES_MAX = 12
WALKS_MAX = 60
WAITING = (OrderState.RELEASED, OrderState.PLANNED)


def waves_view(state: FloorState, pace: Pace, now_us: int) -> list[Shown]:
    """What is still to be picked for each cut-off, the earliest first, and the forecast."""
    work = [
        OpenWork(order.order_id, order.due_us, order.carrier, len(order.lines))
        for one in WAITING
        for order in state.orders.in_state(one)
    ]
    work += _begun(state)
    return [_wave_view(wave, now_us) for wave in waves(work, pace, now_us)[:WAVES_MAX]]


def _begun(state: FloorState) -> list[OpenWork]:
    lines: dict[str, int] = {}
    for walk in state.open_walks():
        for stop in walk.stops:
            lines[stop.order_id] = lines.get(stop.order_id, 0) + (stop.open_quantity > 0)
    picking = state.orders.in_state(OrderState.PICKING)
    return [
        OpenWork(one.order_id, one.due_us, one.carrier, lines.get(one.order_id, 0))
        for one in picking
    ]


def _wave_view(wave: Wave, now_us: int) -> Shown:
    standing = "late" if wave.is_late else "tight" if wave.is_tight(now_us) else "well"
    return {
        "due_us": wave.due_us,
        "carriers": [one for one in wave.carriers if one],
        "orders": len(wave.orders),
        "lines": wave.lines,
        "begin_us": wave.begin_us,
        "picked_us": wave.picked_us,
        "standing": standing,
    }


def walks_view(state: FloorState, names: Names) -> list[Shown]:
    """Why each walk's orders go together, and how far it has come."""
    return [
        _walk_view(state, walk, names)
        for _, walk in zip(range(WALKS_MAX), state.open_walks(), strict=False)
    ]


def _walk_view(state: FloorState, walk: Walk, names: Names) -> Shown:
    orders: list[Order] = [state.orders[one] for one in walk.orders]
    dues = [one.due_us for one in orders if one.due_us is not None]
    return {
        "walk_id": walk.walk_id,
        "name": names.get(walk.picker, walk.picker) if walk.picker else "",
        "orders": len(orders),
        "stops": len(walk.stops),
        "done": sum(stop.open_quantity == 0 for stop in walk.stops),
        "length_m": round(walk.length_m),
        "saved_m": max(0, round(walk.alone_m - walk.length_m)),
        "due_us": min(dues, default=None),
    }
