"""Allocating: from which places the pieces of an order are to be taken.

An order is allocated whole or not at all. What has expired is never promised. What expires first
goes first, then what lies here longest. Among equals a place that is surely right goes before a
doubtful one, one that has all the pieces before one that has some, the nearest before a farther
one. For an order in a rush certainty goes before everything else, and since such orders are
allocated first, sure stock is theirs: a doubtful place is asked only for what no sure one has.

A place is doubtful while a count of it is wanted or a variance waits for a decision, and while the
radio, which knows tagged pieces of the article elsewhere, hears none of them where an antenna that
answers covers the place.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import inf

from edge.model.goods import Lot, Stock
from edge.model.ids import DeviceName, LineId, LocationId, OrderId, Sku
from edge.model.orders import Order, OrderLine
from edge.model.places import Floor
from edge.rules.certainty import Certainty, Key


@dataclass(frozen=True, slots=True)
class Allocation:
    """So many pieces of one line from one place.

    Attributes:
        doubtful: whether they may well not be there.
    """

    order_id: OrderId
    line_id: LineId
    sku: Sku
    location: LocationId
    quantity: int
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of the stock besides the books.

    Attributes:
        floor: for the places' parents, antennas and distances.
        seen: how many tagged pieces of an article the radio knows in a place or its parents.
        lots: how old the stock is, where anybody has told.
        uncounted: articles and places that wait for a count or for a decision about one.
        silent: readers that do not answer.
        now_us: for what has expired, UTC microseconds.
    """

    floor: Floor
    seen: Mapping[Key, int]
    lots: Mapping[Key, Lot]
    uncounted: frozenset[Key]
    silent: frozenset[DeviceName]
    now_us: int


def by_age(stock: Iterable[Stock], lots: Mapping[Key, Lot], now_us: int) -> list[Stock]:
    """Places to take more of an article from while a walk is under way.

    What has expired is left out. What expires first goes first, then what lies here longest, as
    in a plan; among equals the place with most free pieces, for it needs the fewest stops.
    """

    def lot(one: Stock) -> Lot:
        return lots.get((one.sku, one.location), Lot())

    return sorted(
        (one for one in stock if not lot(one).has_expired(now_us)),
        key=lambda one: (*_age(lot(one)), -one.free, one.location),
    )


def _age(lot: Lot) -> tuple[float, int]:
    """What goes first is smaller; what lay here before anybody told is older."""
    return inf if lot.expires_us is None else lot.expires_us, lot.since_us or 0


class FreeStock:
    """What may still be promised while orders are allocated one after the other.

    Args:
        stock: by the books.
        knowledge: what is known of it besides.
        base: where walks begin; the nearest place is the nearest to it.
    """

    def __init__(
        self, stock: Iterable[Stock], knowledge: Knowledge, base: tuple[float, float]
    ) -> None:
        self._by_sku: dict[Sku, dict[LocationId, Stock]] = {}
        for one in stock:
            if one.free > 0:
                self._by_sku.setdefault(one.sku, {})[one.location] = one
        self._known = knowledge
        self._base = base
        tagged = {sku for (sku, _), count in knowledge.seen.items() if count > 0}
        self._certainty = Certainty(
            knowledge.floor,
            knowledge.seen,
            tagged.__contains__,
            knowledge.lots,
            knowledge.uncounted,
            knowledge.silent,
        )

    def allocate(
        self, order: Order, *, rush: bool = False, only_sure: bool = False
    ) -> list[Allocation] | None:
        """Promise the whole order; None, and nothing promised, where it cannot be had.

        Args:
            order: in pieces.
            rush: sure places go before all others, whatever expires first.
            only_sure: doubtful places are not asked at all.
        """
        promised: list[Allocation] = []
        for line in order.lines:
            places = [
                one
                for one in self._by_sku.get(line.sku, {}).values()
                if not self._is_expired(one) and not (only_sure and self._is_doubtful(one))
            ]
            found = self._line(order.order_id, line, places, rush=rush)
            if found is None:
                for one in promised:
                    self._promise(one, -one.quantity)
                return None
            promised.extend(found)
        return promised

    def _line(
        self, order_id: OrderId, line: OrderLine, places: list[Stock], *, rush: bool
    ) -> list[Allocation] | None:
        if sum(one.free for one in places) < line.quantity:
            return None
        wanted = line.quantity
        found: list[Allocation] = []
        for place in sorted(places, key=lambda one: self._preference(one, line, rush=rush)):
            quantity = min(place.free, wanted)
            if quantity > 0:
                found.append(
                    Allocation(
                        order_id,
                        line.line_id,
                        line.sku,
                        place.location,
                        quantity,
                        self._is_doubtful(place),
                    )
                )
                wanted -= quantity
        for one in found:
            self._promise(one, one.quantity)
        return found

    def _preference(self, stock: Stock, line: OrderLine, *, rush: bool) -> tuple[object, ...]:
        lot = self._known.lots.get((stock.sku, stock.location), Lot())
        doubtful = self._is_doubtful(stock)
        return (
            rush and doubtful,
            *_age(lot),
            doubtful,
            stock.free < line.quantity,
            self._distance_m(stock.location),
            stock.location,
        )

    def _is_expired(self, stock: Stock) -> bool:
        lot = self._known.lots.get((stock.sku, stock.location), Lot())
        return lot.has_expired(self._known.now_us)

    def _distance_m(self, location: LocationId) -> float:
        place = self._known.floor.locations.get(location)
        return abs(place.x_m - self._base[0]) + abs(place.y_m - self._base[1]) if place else inf

    def _is_doubtful(self, stock: Stock) -> bool:
        return self._certainty.doubt(stock.sku, stock.location) is not None

    def _promise(self, allocation: Allocation, quantity: int) -> None:
        places = self._by_sku[allocation.sku]
        known = places[allocation.location]
        places[allocation.location] = replace(known, reserved=known.reserved + quantity)
