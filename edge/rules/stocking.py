"""Stock and articles: what the central system states and what people put away."""

from edge.model.events import ArticleListed, StockPlaced, StockStated
from edge.model.inputs import ArticlesListed, StockListed, StockPutAway
from edge.model.places import STORAGE_KINDS
from edge.model.state import FloorState
from edge.rules.decision import Decision, accept, refuse


def articles_listed(state: FloorState, input_: ArticlesListed) -> Decision:
    """Newer versions of articles are taken; older and equal ones change nothing."""
    events = [
        ArticleListed(article)
        for article in input_.articles
        if (known := state.articles.get(article.sku)) is None or article.version > known.version
    ]
    return accept("listed", f"{len(events)} of {len(input_.articles)} articles were new", *events)


def stock_listed(state: FloorState, input_: StockListed) -> Decision:
    """Newer statements of stock are taken where the place and the article exist."""
    events = []
    unknown = 0
    for one in input_.statements:
        if one.sku not in state.articles or one.location not in state.floor.locations:
            unknown += 1
            continue
        known = state.stock.get((one.sku, one.location))
        if known is None or one.version > known.version:
            events.append(StockStated(one.sku, one.location, one.quantity, one.version))
    return accept(
        "listed",
        f"{len(events)} of {len(input_.statements)} statements were new, {unknown} name an "
        "article or place that is not known here",
        *events,
        unknown=unknown,
    )


def put_away(state: FloorState, input_: StockPutAway) -> Decision:
    """Pieces put into a place of storage."""
    if state.floor.kind_of(input_.location) not in STORAGE_KINDS:
        return refuse("place_unknown", f"{input_.location} is no place for stock")
    if input_.sku not in state.articles:
        return refuse("article_unknown", f"there is no article {input_.sku}")
    if input_.quantity < 1:
        return refuse("invalid", f"{input_.quantity} pieces cannot be put away")
    return accept(
        "placed",
        f"{input_.quantity} x {input_.sku} in {input_.location}",
        StockPlaced(input_.sku, input_.location, input_.quantity, input_.epcs, input_.badge),
    )
