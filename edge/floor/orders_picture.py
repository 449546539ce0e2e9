"""The picture of the orders that are open, with what is picked of each.

It is drawn a few times a second while people pick, and a scan changes one order of five hundred:
the rows of the others are taken from the last drawing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from itertools import chain

from edge.floor.board import Shown
from edge.floor.views import name_of
from edge.model.ids import OrderId, Sku
from edge.model.orders import Order, OrderState
from edge.model.state import FloorState
from edge.model.work import Parcel, Tote

SHOWN_ORDERS_MAX = 500
FINISHED = frozenset({OrderState.SHIPPED, OrderState.CANCELLED})
_Basis = tuple[Order, tuple[Tote, ...], tuple[Parcel, ...]]
"""All that an order's row tells of, but the names of articles."""


class OrdersPicture:
    """Of one floor; used by the floor loop only."""

    def __init__(self) -> None:
        self._rows: dict[OrderId, tuple[_Basis, Shown]] = {}

    def renamed(self) -> None:
        """An article may be called otherwise: every row is drawn anew."""
        self._rows = {}

    def drawn(self, state: FloorState) -> Shown:
        """Orders that are open, those that wait for a decision first."""
        shown: list[Order] = []
        for one in OrderState:  # held comes first in the life of an order
            if one not in FINISHED and len(shown) < SHOWN_ORDERS_MAX:
                shown.extend(state.orders.in_state(one)[: SHOWN_ORDERS_MAX - len(shown)])
        self._rows = {one.order_id: self._row(state, one) for one in shown}
        return {
            "orders": [row for _, row in self._rows.values()],
            "open": sum(state.orders.count(one) for one in OrderState if one not in FINISHED),
        }

    def _row(self, state: FloorState, order: Order) -> tuple[_Basis, Shown]:
        totes = tuple(state.totes.of_order(order.order_id))
        basis = order, totes, tuple(state.parcels.of_order(order.order_id))
        drawn = self._rows.get(order.order_id)
        if drawn is not None and drawn[0] == basis:
            return drawn
        return basis, _order_view(state, *basis)


def _order_view(
    state: FloorState, order: Order, totes: Sequence[Tote], parcels: Sequence[Parcel]
) -> Shown:
    picked = _picked(totes, parcels)
    return {
        "order_id": order.order_id,
        "rev": order.rev,
        "state": order.state.value,
        "priority": order.priority,
        "due_us": order.due_us,
        "carrier": order.carrier,
        "ship_to": list(order.ship_to),
        "received_us": order.received_us,
        "doubts": [asdict(doubt) for doubt in order.doubts],
        "lines": [
            {
                "line_id": line.line_id,
                "sku": line.sku,
                "name": name_of(state, line.sku),
                "quantity": line.quantity,
                "picked": min(line.quantity, picked[line.sku]),
            }
            for line in order.lines
        ],
    }


def _picked(totes: Sequence[Tote], parcels: Sequence[Parcel]) -> Counter[Sku]:
    """Pieces of an order by article, whether they lie in its totes still or in its parcels."""
    units = chain((tote.picked for tote in totes), (parcel.contents for parcel in parcels))
    return Counter(sku for sku, _ in chain.from_iterable(units))
