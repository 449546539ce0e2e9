"""What the simulated warehouse sells and where it lies in the morning: a function of the seed.

Every process that asks with the same seed gets the same articles, shelves and tags, so that the
central system, the readers and the people agree without a word between them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from simulators.codes import gtin_13, sgtin_96
from simulators.hall import Hall, standard_hall

COMPANY_PREFIX = "9521234"
"""GS1 keeps prefix 952 for demonstrations: no such goods are in any shop."""
ARTICLES = 120
TWO_PLACES = 20
"""So many of the best sellers lie in two bins."""
_ZIPF = 0.8
"""Popularity falls as rank to this power: a fifth of the articles makes half of the sales."""
_KINDS = (
    ("Cotton T-shirt", ("white", "black", "navy")),
    ("Hooded sweatshirt", ("grey", "navy", "green")),
    ("Running socks", ("S", "M", "L")),
    ("Denim jeans", ("30/32", "32/32", "34/34")),
    ("Rain jacket", ("S", "M", "L")),
    ("Wool beanie", ("red", "charcoal", "mustard")),
    ("Leather belt", ("85 cm", "95 cm", "105 cm")),
    ("Canvas tote bag", ("natural", "black", "blue")),
    ("Trail backpack 20 l", ("grey", "orange", "olive")),
    ("Stainless bottle", ("500 ml", "750 ml", "1 l")),
    ("Enamel mug", ("white", "blue", "forest")),
    ("Chef's knife", ("16 cm", "20 cm", "24 cm")),
    ("Cutting board, beech", ("small", "medium", "large")),
    ("Linen tea towel", ("striped", "plain", "checked")),
    ("Coffee beans 500 g", ("espresso", "filter", "decaf")),
    ("Green tea 100 g", ("sencha", "jasmine", "genmaicha")),
    ("Dark chocolate 100 g", ("70 %", "85 %", "sea salt")),
    ("Notebook A5", ("ruled", "dotted", "blank")),
    ("Gel pen, 5 pieces", ("blue", "black", "mixed")),
    ("Desk lamp", ("white", "black", "brass")),
    ("USB-C cable", ("0.5 m", "1 m", "2 m")),
    ("Wall charger", ("20 W", "45 W", "65 W")),
    ("Power bank", ("5 Ah", "10 Ah", "20 Ah")),
    ("In-ear headphones", ("black", "white", "mint")),
    ("Phone case", ("clear", "black", "sand")),
    ("LED bulb E27", ("4 W", "8 W", "11 W")),
    ("AA batteries", ("4 pieces", "8 pieces", "20 pieces")),
    ("Hand cream 75 ml", ("almond", "olive", "unscented")),
    ("Bar soap", ("lavender", "cedar", "citrus")),
    ("Bamboo toothbrush", ("soft", "medium", "child")),
    ("Beach towel", ("sand", "coral", "lagoon")),
    ("Yoga mat", ("4 mm", "6 mm", "8 mm")),
    ("Skipping rope", ("2.4 m", "2.7 m", "3.0 m")),
    ("Cycling gloves", ("S", "M", "L")),
    ("Bike light", ("front", "rear", "set")),
    ("Puzzle", ("500 pieces", "1000 pieces", "2000 pieces")),
    ("Playing cards", ("bridge", "poker", "tarot")),
    ("Wooden train", ("red", "blue", "freight")),
    ("Plant pot", ("12 cm", "16 cm", "22 cm")),
    ("Garden gloves", ("S", "M", "L")),
)


@dataclass(frozen=True, slots=True)
class Article:
    """One article: `gtin_13` is what its barcode says, `popularity` its share of the sales."""

    sku: str
    gtin_13: str
    name: str
    popularity: float

    @property
    def gtin_14(self) -> str:
        """The same number padded to 14 digits, as tags and messages carry it."""
        return "0" + self.gtin_13

    @property
    def weight_g(self) -> int:
        """Of one piece, 50 to 1,999 g: the same each time, and another for the article beside."""
        return 50 + int(self.gtin_13[7:12]) * 577 % 1950

    def epc(self, serial: int) -> str:
        """The tag of the piece with this serial number, 24 hex digits."""
        return sgtin_96(self.gtin_14, len(COMPANY_PREFIX), serial)


@dataclass(frozen=True, slots=True)
class Placement:
    """So many pieces of an article in a bin when the day begins."""

    sku: str
    location: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Articles by SKU, the hall that they lie in, and how many lie where."""

    seed: int
    hall: Hall
    articles: Mapping[str, Article]
    placements: tuple[Placement, ...]

    def first_items(self) -> list[tuple[str, str, str]]:
        """The tagged pieces when the day begins: EPC, SKU and bin, serials counted by article."""
        items: list[tuple[str, str, str]] = []
        used = dict.fromkeys(self.articles, 0)
        for placement in self.placements:
            article = self.articles[placement.sku]
            for _ in range(placement.quantity):
                used[article.sku] += 1
                items.append((article.epc(used[article.sku]), article.sku, placement.location))
        return items

    def as_json(self) -> dict[str, Any]:
        """Articles and placements as plain values, for people and other programs."""
        return {
            "seed": self.seed,
            "articles": [
                {"sku": a.sku, "gtin": a.gtin_14, "name": a.name, "popularity": a.popularity}
                for a in self.articles.values()
            ],
            "stock": [
                {"sku": p.sku, "location": p.location, "quantity": p.quantity}
                for p in self.placements
            ],
        }


def make_catalogue(seed: int, articles: int = ARTICLES) -> Catalogue:
    """The warehouse of this seed.

    Raises:
        ValueError: more articles than there are names.
    """
    names = [f"{kind} {variant}" for variant, kind in _variants()]
    if not 0 < articles <= len(names):
        raise ValueError(f"between 1 and {len(names)} articles, not {articles}")
    chance = np.random.default_rng([seed, 1])
    shares = np.arange(1, articles + 1) ** -_ZIPF
    shares /= shares.sum()
    ranks = chance.permutation(articles)
    listed = [
        Article(
            f"S{1000 + number}",
            gtin_13(COMPANY_PREFIX, 1000 + number),
            names[number],
            round(float(shares[ranks[number]]), 6),
        )
        for number in range(articles)
    ]
    hall = standard_hall()
    return Catalogue(seed, hall, {a.sku: a for a in listed}, _place(listed, hall, chance))


def _variants() -> list[tuple[str, str]]:
    return [(variants[i], kind) for i, (kind, variants) in product(range(3), _KINDS)]


def _place(
    articles: list[Article], hall: Hall, chance: np.random.Generator
) -> tuple[Placement, ...]:
    """Spread the articles over all bins in turn; best sellers lie in two bins."""
    ranked = sorted(articles, key=lambda article: -article.popularity)
    bins = [hall.bins[i] for i in chance.permutation(len(hall.bins))]
    wanted = [*ranked, *ranked[:TWO_PLACES]]
    return tuple(
        Placement(article.sku, bins[i % len(bins)], _first_quantity(article, chance))
        for i, article in enumerate(wanted)
    )


def _first_quantity(article: Article, chance: np.random.Generator) -> int:
    return min(16, 5 + round(article.popularity * 250)) + int(chance.integers(0, 3))
