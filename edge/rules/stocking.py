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
from edge.model.goods import Article, PackLevel
from edge.model.ids import Badge, Gtin, LocationId, Sku
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
from edge.model.work import ListedPerson
from edge.rules import ladder
from edge.rules.decision import Decision, accept, refuse
from edge.rules.identifying import article_of
from edge.rules.not_known import set_aside


def articles_listed(state: FloorState, input_: ArticlesListed) -> Decision:
    """Newer versions of articles are taken; older and equal ones change nothing."""
    newest: dict[Sku, Article] = {}
    for article in input_.articles:
        known = newest.get(article.sku) or state.articles.get(article.sku)
        if known is None or article.version > known.version:
            newest[article.sku] = article
    events = [ArticleListed(article) for article in newest.values()]
    return accept("listed", f"{len(events)} of {len(input_.articles)} articles were new", *events)


def gtins_named_anew(state: FloorState, articles: Iterable[Article]) -> set[Gtin]:
    """The GTINs whose tags may belong to another article once these are taken."""
    touched: set[Gtin | None] = set()
    for article in articles:
        known = state.articles.get(article.sku)
        if known is None or known.gtin != article.gtin:
            touched |= {article.gtin, known.gtin if known else None}
    return {gtin for gtin in touched if gtin is not None}


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
    newest: dict[Gtin, PackLevel] = {}
    for level in input_.levels:
        known = newest.get(level.gtin) or state.levels.get(level.gtin)
        if known is None or level.version > known.version:
            newest[level.gtin] = level
    events = [PackListed(level) for level in newest.values()]
    return accept("listed", f"{len(events)} of {len(input_.levels)} packs were new", *events)


def people_listed(state: FloorState, input_: PeopleListed) -> Decision:
    """Newer versions of people are taken; rights are not theirs to bring."""
    newest: dict[Badge, ListedPerson] = {}
    for person in input_.people:
        known = newest.get(person.badge) or state.people.get(person.badge)
        if known is None or person.version > known.version:
            newest[person.badge] = person
    events = [PersonListed(person) for person in newest.values()]
    return accept("listed", f"{len(events)} of {len(input_.people)} people were new", *events)


def stock_listed(state: FloorState, input_: StockListed) -> Decision:
    """Newer statements are taken where the article is known and the place is one for stock."""
    newest: dict[tuple[Sku, LocationId], StockStatement] = {}
    unknown: list[tuple[Sku, LocationId]] = []
    for one in input_.statements:
        key = one.sku, one.location
        if one.sku not in state.articles or not _holds_stock(state, one.location):
            unknown.append(key)
            continue
        known = newest.get(key) or state.stock.get(key)
        if known is None or one.version > known.version:
            newest[key] = one
    events = [
        StockStated(one.sku, one.location, one.quantity, one.version, one.expires_us, one.since_us)
        for one in newest.values()
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
