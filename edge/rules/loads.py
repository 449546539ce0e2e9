"""Loads: what a cart cannot carry together, whatever way it would save.

A walk's goods are weighed against the site's terms: pieces, volume and weight of a cart, and kinds
of goods that must not lie on one cart (as a site says in its configuration; an article's kind,
volume and weight are master data, and what nobody has told counts nothing). The search for short
ways knows none of this. What it puts together and a cart cannot carry is parted again, order by
order, each to the first part in which it fits; an order that is too much by itself goes alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from edge.model.goods import Article
from edge.model.ids import OrderId, Sku
from edge.rules.terms import Terms


@dataclass(frozen=True, slots=True)
class Load:
    """Goods on a cart.

    Attributes:
        pieces: how many.
        volume_ml, weight_g: of all of them.
        kinds: of goods.
    """

    pieces: int = 0
    volume_ml: int = 0
    weight_g: int = 0
    kinds: frozenset[str] = frozenset()

    def __add__(self, other: "Load") -> "Load":
        return Load(
            self.pieces + other.pieces,
            self.volume_ml + other.volume_ml,
            self.weight_g + other.weight_g,
            self.kinds | other.kinds,
        )


def load_of(articles: Mapping[Sku, Article], goods: Iterable[tuple[Sku, int]]) -> Load:
    """What so many pieces of articles make."""
    found = Load()
    for sku, pieces in goods:
        article = articles.get(sku)
        if article is None:
            found += Load(pieces)
        else:
            kinds = frozenset({article.kind}) if article.kind else frozenset[str]()
            found += Load(pieces, pieces * article.volume_ml, pieces * article.weight_g, kinds)
    return found


def too_much(terms: Terms, load: Load) -> str | None:
    """Why a cart cannot carry it, for people; None where it can."""
    if load.pieces > terms.pieces_per_walk:
        return f"more than {terms.pieces_per_walk} pieces"
    if terms.volume_ml_per_walk and load.volume_ml > terms.volume_ml_per_walk:
        return f"more than {terms.volume_ml_per_walk / 1000:g} l"
    if terms.weight_g_per_walk and load.weight_g > terms.weight_g_per_walk:
        return f"heavier than {terms.weight_g_per_walk / 1000:g} kg"
    apart = next((one for one in terms.apart if len(one & load.kinds) > 1), None)
    return f"{' and '.join(sorted(apart & load.kinds))} stay apart" if apart else None


def parted(
    terms: Terms, orders: Sequence[OrderId], loads: Mapping[OrderId, Load]
) -> list[list[OrderId]]:
    """Orders that were put together in parts that a cart can carry, each in the given order."""
    parts: list[tuple[list[OrderId], Load]] = []
    for order_id in orders:
        mine = loads[order_id]
        fitting = (
            at for at, (_, load) in enumerate(parts) if too_much(terms, load + mine) is None
        )
        at = next(fitting, None)
        if at is None:
            parts.append(([order_id], mine))
        else:
            names, load = parts[at]
            parts[at] = ([*names, order_id], load + mine)
    return [names for names, _ in parts]
