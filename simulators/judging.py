"""What really left, judged by what was ordered: bookkeeping that trusts nobody's word.

The ledger of the world says what was physically in each parcel. An order's pieces are wrong as far
as they exceed what its lines ask for, and missing as far as they fall short of it once it left.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from simulators.things import Departure

Wanted = Mapping[str, Mapping[str, int]]
"""Order id to SKU to pieces."""


def wanted_of(orders: Iterable[Mapping[str, Any]]) -> dict[str, Counter[str]]:
    """What each order asks for, from orders as they go over the wire."""
    wanted: dict[str, Counter[str]] = {}
    for order in orders:
        lines = wanted.setdefault(str(order["order_id"]), Counter())
        for line in order["lines"]:
            lines[str(line["sku"])] += int(line["quantity"])
    return wanted


def judge(ledger: Iterable[Departure], wanted: Wanted) -> dict[str, int]:
    """The verdict in pieces.

    Returns:
        `parcels` and `items` that left, `orders` that they were for, `wrong_items` that nobody
        asked for, `missing_items` that orders with a parcel still lack, `unknown_orders` that
        nobody sent (their pieces are all wrong), `wrong_orders` with at least one wrong piece.
    """
    left: dict[str, Counter[str]] = {}
    parcels = 0
    for departure in ledger:
        parcels += 1
        left.setdefault(departure.order_id, Counter()).update(sku for _, sku in departure.pieces)
    wrong = {order: inside - Counter(wanted.get(order, {})) for order, inside in left.items()}
    missing = [Counter(wanted.get(order, {})) - inside for order, inside in left.items()]
    return {
        "parcels": parcels,
        "items": sum(inside.total() for inside in left.values()),
        "orders": len(left),
        "wrong_items": sum(pieces.total() for pieces in wrong.values()),
        "wrong_orders": sum(1 for pieces in wrong.values() if pieces),
        "missing_items": sum(pieces.total() for pieces in missing),
        "unknown_orders": sum(1 for order in left if order not in wanted),
    }
