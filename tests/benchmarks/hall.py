"""A hall with bins, articles and orders, for benchmarks that need work to do."""

import numpy as np

from edge.gs1.digits import check_digit
from edge.model.goods import Article, Stock
from edge.model.ids import Gtin, LineId, LocationId, OrderId, Sku
from edge.model.orders import OrderLine
from edge.model.places import Floor, Location, LocationKind

AISLES = 10
BINS_AN_AISLE = 40
AISLE_M = 4.0
BIN_M = 1.5
STATION = LocationId("pack-1")
STOCK = 100_000


def hall() -> Floor:
    """Ten aisles of forty bins between three cross aisles, one pack station."""
    depth_m = BINS_AN_AISLE * BIN_M
    bins = [
        Location(
            LocationId(f"A{aisle:02}-{place:02}"),
            LocationKind.BIN,
            None,
            AISLE_M * aisle,
            BIN_M * (place + 0.5),
        )
        for aisle in range(AISLES)
        for place in range(BINS_AN_AISLE)
    ]
    station = Location(STATION, LocationKind.STATION, None, 0.0, 0.0)
    return Floor(
        locations={one.id: one for one in (station, *bins)},
        antennas=(),
        aisle_x_m=tuple(AISLE_M * aisle for aisle in range(AISLES)),
        cross_y_m=(0.0, depth_m / 2, depth_m),
    )


def articles(count: int) -> list[Article]:
    """Articles with GTINs."""
    bodies = [f"0952123{number:06}" for number in range(count)]
    return [
        Article(Sku(f"S{number:04}"), Gtin(body + str(check_digit(body))), f"Article {number}")
        for number, body in enumerate(bodies)
    ]


def stock(floor: Floor, goods: list[Article]) -> list[Stock]:
    """Each article in a bin of its own."""
    bins = [one.id for one in floor.locations.values() if one.kind is LocationKind.BIN]
    return [Stock(article.sku, place, STOCK) for article, place in zip(goods, bins, strict=False)]


def orders(
    count: int, lines: int, goods: list[Article]
) -> list[tuple[OrderId, tuple[OrderLine, ...]]]:
    """Orders of single pieces of random articles."""
    chance = np.random.default_rng(1)
    return [
        (
            OrderId(f"O{number:05}"),
            tuple(
                OrderLine(LineId(str(line)), goods[int(index)].sku, 1)
                for line, index in enumerate(chance.choice(len(goods), lines, replace=False), 1)
            ),
        )
        for number in range(count)
    ]
