"""What the central system asks for: articles, stock and orders, as a function of the seed.

Popular articles are ordered more often, most lines want one piece. Nothing is ordered that the
books do not hold: what lay there in the morning, plus what was put away, minus what was ordered.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from simulators.catalogue import Catalogue

_LINES = ((1, 2, 3, 4), (0.45, 0.30, 0.17, 0.08))
_QUANTITIES = ((1, 2, 3), (0.72, 0.20, 0.08))
_CARRIERS = ("Northpost", "Parcelline", "Swiftvan")
_RUSH_SHARE = 0.1
_MORE_SHARE = 0.5


class OrderMaker:
    """Makes one order after another for one catalogue.

    Args:
        catalogue: what there is to sell.
        token: begins every order id, so that two centres never use the same.
    """

    def __init__(self, catalogue: Catalogue, token: str) -> None:
        self._catalogue = catalogue
        self._token = token
        self._free = dict.fromkeys(catalogue.articles, 0)
        self.deliver()

    def deliver(self) -> None:
        """The morning's stock arrives, or the same goods once more."""
        for placement in self._catalogue.placements:
            self._free[placement.sku] += placement.quantity

    def put_away(self, sku: str, quantity: int) -> None:
        """Pieces came into the warehouse."""
        if sku in self._free:
            self._free[sku] += quantity

    def ordered(self, lines: Iterable[dict[str, Any]]) -> None:
        """Pieces are promised to an order."""
        for line in lines:
            self._free[line["sku"]] -= line["quantity"]

    def make(self, number: int, due_at: str) -> dict[str, Any] | None:
        """The order with this number, as it goes over the wire.

        Args:
            number: from 1; with the seed and the stock it settles what is ordered.
            due_at: when its carrier leaves, RFC 3339.

        Returns:
            None where too little is left to sell.
        """
        chance = np.random.default_rng([self._catalogue.seed, 2, number])
        lines = self._lines(chance)
        if not lines:
            return None
        self.ordered(lines)
        return {
            "order_id": f"{self._token}-{number:05d}",
            "rev": 1,
            "priority": 5 if chance.random() < _RUSH_SHARE else 0,
            "due_at": due_at,
            "carrier": _CARRIERS[int(chance.integers(len(_CARRIERS)))],
            "lines": lines,
            "state": "released",
        }

    def changed(self, order: dict[str, Any], chance: np.random.Generator) -> dict[str, Any]:
        """The order's next revision: a piece more or fewer of one line, now and then in a rush.

        What is no longer wanted is not sold again.
        """
        lines = [dict(line) for line in order["lines"]]
        line = lines[int(chance.integers(len(lines)))]
        more, rush = chance.random(2)
        if more < _MORE_SHARE and self._free[line["sku"]] > 0:
            self._free[line["sku"]] -= 1
            line["quantity"] += 1
        elif len(lines) > 1 or line["quantity"] > 1:
            line["quantity"] -= 1
        return order | {
            "rev": order["rev"] + 1,
            "priority": 5 if rush < _RUSH_SHARE else order["priority"],
            "lines": [one for one in lines if one["quantity"] > 0],
        }

    def _lines(self, chance: np.random.Generator) -> list[dict[str, Any]]:
        wanted = int(chance.choice(_LINES[0], p=_LINES[1]))
        held = [a for a in self._catalogue.articles.values() if self._free[a.sku] > 0]
        if len(held) < wanted:
            return []
        shares = np.array([article.popularity for article in held])
        chosen = chance.choice(len(held), size=wanted, replace=False, p=shares / shares.sum())
        quantities = chance.choice(_QUANTITIES[0], size=wanted, p=_QUANTITIES[1])
        return [
            {
                "line_id": str(place),
                "sku": held[which].sku,
                "quantity": min(int(quantity), self._free[held[which].sku]),
            }
            for place, (which, quantity) in enumerate(zip(chosen, quantities, strict=True), 1)
        ]


def master_items(catalogue: Catalogue) -> list[dict[str, Any]]:
    """The articles as the message `master/items`."""
    return [
        {"sku": a.sku, "gtin": a.gtin_14, "name": a.name, "version": 1, "weight_g": a.weight_g}
        for a in catalogue.articles.values()
    ]


def master_stock(catalogue: Catalogue, deliveries: int = 1) -> list[dict[str, Any]]:
    """The stock by the books as the message `master/stock`; a second time it changes nothing.

    Args:
        catalogue: what lies where in the morning.
        deliveries: how often these goods have arrived; also the version of the statement.
    """
    return [
        {
            "sku": placed.sku,
            "location": placed.location,
            "quantity": placed.quantity * deliveries,
            "version": deliveries,
        }
        for placed in catalogue.placements
    ]
