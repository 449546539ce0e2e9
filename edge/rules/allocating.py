"""Allocating: from which places the pieces of an order are to be taken.

An order is allocated whole or not at all. Among places with free stock, those where the radio
knows tagged pieces of the article go first; then the fullest, so that few stops are needed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from edge.model.goods import Stock
from edge.model.ids import LineId, LocationId, OrderId, Sku
from edge.model.orders import Order, OrderLine
from edge.model.places import Floor


@dataclass(frozen=True, slots=True)
class Allocation:
    """So many pieces of one line from one place."""

    order_id: OrderId
    line_id: LineId
    sku: Sku
    location: LocationId
    quantity: int


class FreeStock:
    """What may still be promised while orders are allocated one after the other.

    Args:
        stock: by the books.
        seen: how many tagged pieces of an article the radio knows in a place or its parents.
        floor: for the parents.
    """

    def __init__(
        self, stock: Iterable[Stock], seen: Mapping[tuple[Sku, LocationId], int], floor: Floor
    ) -> None:
        self._by_sku: dict[Sku, dict[LocationId, Stock]] = {}
        for one in stock:
            if one.free > 0:
                self._by_sku.setdefault(one.sku, {})[one.location] = one
        self._seen = seen
        self._floor = floor

    def allocate(self, order: Order) -> list[Allocation] | None:
        """Promise the whole order; None, and nothing promised, where it cannot be had."""
        promised: list[Allocation] = []
        for line in order.lines:
            found = self._line(order.order_id, line)
            if found is None:
                for one in promised:
                    self._promise(one, -one.quantity)
                return None
            promised.extend(found)
        return promised

    def _line(self, order_id: OrderId, line: OrderLine) -> list[Allocation] | None:
        places = self._by_sku.get(line.sku, {})
        if sum(one.free for one in places.values()) < line.quantity:
            return None
        wanted = line.quantity
        found: list[Allocation] = []
        for place in sorted(places.values(), key=self._preference):
            quantity = min(place.free, wanted)
            if quantity > 0:
                found.append(
                    Allocation(order_id, line.line_id, line.sku, place.location, quantity)
                )
                wanted -= quantity
        for one in found:
            self._promise(one, one.quantity)
        return found

    def _preference(self, stock: Stock) -> tuple[bool, int, str]:
        return (not self._is_seen(stock), -stock.free, stock.location)

    def _is_seen(self, stock: Stock) -> bool:
        location = self._floor.locations.get(stock.location)
        while location is not None:
            if self._seen.get((stock.sku, location.id), 0) > 0:
                return True
            location = self._floor.locations.get(location.parent) if location.parent else None
        return False

    def _promise(self, allocation: Allocation, quantity: int) -> None:
        places = self._by_sku[allocation.sku]
        known = places[allocation.location]
        places[allocation.location] = replace(known, reserved=known.reserved + quantity)
