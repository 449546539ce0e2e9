"""Stock and articles: what the central system states and what people put away."""

from collections.abc import Iterable

from edge.model.events import (
    ArticleListed,
    ItemNamed,
    PackListed,
    PersonListed,
    StockPlaced,
    StockStated,
)
from edge.model.goods import Article
from edge.model.ids import Gtin, LocationId, Sku
from edge.model.inputs import (
    ArticlesListed,
    ItemsListed,
    PacksListed,
    PeopleListed,
    StockListed,
    StockStatement,
)
from edge.model.places import STORAGE_KINDS
from edge.model.posted import StockPutAway
from edge.model.state import FloorState
from edge.rules import ladder
from edge.rules.decision import Decision, accept, refuse
from edge.rules.identifying import article_of
from edge.rules.newest import newest
from edge.rules.not_known import set_aside


def articles_listed(state: FloorState, input_: ArticlesListed) -> Decision:
    """Newer versions of articles are taken; older and equal ones change nothing."""
    taken = newest(state.articles, ((one.sku, one) for one in input_.articles))
    events = [ArticleListed(article) for article in taken]
    return accept("listed", f"{len(events)} of {len(input_.articles)} articles were new", *events)


def names_given_anew(state: FloorState, articles: Iterable[Article]) -> dict[Gtin, Sku | None]:
    """GTINs whose tags belong to another article once these are taken, and to which mostly."""
    given: dict[Gtin, Sku | None] = {}
    left: dict[Gtin, Sku | None] = {}
    for article in articles:
        known = state.articles.get(article.sku)
        if known is not None and known.gtin == article.gtin:
            continue
        if article.gtin is not None:
            given[article.gtin] = article.sku
        if known is not None and known.gtin is not None:
            left[known.gtin] = None
    return left | given


def items_listed(state: FloorState, input_: ItemsListed) -> Decision:
    """Items that are somewhere bear the name that the articles give them now."""
    items = {item.epc: item for item in input_.items} | dict(state.items.items())
    events = [
        ItemNamed(
            item.epc,
            item.sku,
            sku,
            item.location,
            item.probability,
            item.since_us,
            item.seen_us,
        )
        for item in items.values()
        if item.location is not None and (sku := article_of(state, item.epc)) != item.sku
    ]
    return accept("listed", f"{len(events)} items were named anew", *events)


def packs_listed(state: FloorState, input_: PacksListed) -> Decision:
    """Newer versions of packs are taken; their article may become known later."""
    taken = newest(state.levels, ((one.gtin, one) for one in input_.levels))
    events = [PackListed(level) for level in taken]
    return accept("listed", f"{len(events)} of {len(input_.levels)} packs were new", *events)


def people_listed(state: FloorState, input_: PeopleListed) -> Decision:
    """Newer versions of people are taken; rights are not theirs to bring."""
    taken = newest(state.people, ((one.badge, one) for one in input_.people))
    events = [PersonListed(person) for person in taken]
    return accept("listed", f"{len(events)} of {len(input_.people)} people were new", *events)


def stock_listed(state: FloorState, input_: StockListed) -> Decision:
    """Newer statements are taken where the article is known and the place is one for stock."""
    known: list[StockStatement] = []
    unknown: list[tuple[Sku, LocationId]] = []
    for one in input_.statements:
        if one.sku in state.articles and _holds_stock(state, one.location):
            known.append(one)
        else:
            unknown.append((one.sku, one.location))
    taken = newest(state.stock, (((one.sku, one.location), one) for one in known))
    events = [
        StockStated(one.sku, one.location, one.quantity, one.version, one.expires_us, one.since_us)
        for one in taken
    ]
    return accept(
        "listed",
        f"{len(events)} of {len(input_.statements)} statements were new, {len(unknown)} name an "
        "article or place that is not known here",
        *events,
        *set_aside(state, "master/stock", unknown),
        unknown=len(unknown),
    )


def put_away(state: FloorState, input_: StockPutAway) -> Decision:
    """Pieces put into a place of storage."""
    if not _holds_stock(state, input_.location):
        return refuse("place_unknown", f"{input_.location} is no place for stock")
    if input_.sku not in state.articles:
        return refuse("article_unknown", f"there is no article {input_.sku}")
    if input_.quantity < 1:
        return refuse("invalid", f"{input_.quantity} pieces cannot be put away")
    return accept(
        "placed",
        f"{input_.quantity} x {input_.sku} in {input_.location}",
        StockPlaced(input_.sku, input_.location, input_.quantity, input_.epcs, input_.badge),
        *ladder.refilled(
            state, input_.sku, input_.location, input_.quantity, f"put there by {input_.badge}"
        ),
    )


def _holds_stock(state: FloorState, location: LocationId) -> bool:
    """Whether pieces may lie there to be picked; in quarantine or on a cart they may not."""
    return state.floor.kind_of(location) in STORAGE_KINDS
