"""Progress: rates, the waves against their cut-offs, and the walks under way, as plain values."""

from edge.floor.board import Shown
from edge.floor.rates import Handled, Key, Rates
from edge.floor.views import Names
from edge.model.orders import Order, OrderState
from edge.model.state import FloorState
from edge.model.work import Walk
from edge.rules.waves import OpenWork, Pace, Wave, waves

WAVES_MAX = 12
WALKS_MAX = 60
WAITING = (OrderState.RELEASED, OrderState.PLANNED)


def rates_view(rates: Rates, names: Names, now_us: int) -> Shown:
    """Pieces a minute by picker, zone and station, and how many were wrong at packing."""
    per_minute = rates.pickers.per_minute(now_us)
    pickers = [
        {"badge": badge, "name": names.get(badge, badge), **figures}
        for badge, figures in _by_key(rates.pickers, now_us)
    ]
    return {
        "items_picked": rates.pickers.in_all.total(),
        "items_per_minute": round(sum(per_minute.values()), 1),
        "pickers": pickers,
        "zones": [{"zone": zone, **figures} for zone, figures in _by_key(rates.zones, now_us)],
        "stations": [
            {"station": station, **figures} for station, figures in _by_key(rates.stations, now_us)
        ],
        "checked": rates.checked,
        "strangers": rates.strangers,
    }


def _by_key(handled: Handled[Key], now_us: int) -> list[tuple[Key, dict[str, float]]]:
    per_minute = handled.per_minute(now_us)
    return [
        (key, {"items": items, "items_per_minute": round(per_minute.get(key, 0.0), 1)})
        for key, items in sorted(handled.in_all.items())
    ]


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
