"""Notices: what a picker should know besides the prompt, the most pressing one of all."""

from dataclasses import dataclass

from edge.model.ids import LocationId
from edge.model.state import FloorState
from edge.model.work import Walk
from edge.rules import hearing


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told beside a prompt.

    Attributes:
        code: as `Prompt.notice`; empty for nothing.
        location: the place that it is about.
        item: the piece that it is about: the name of its article, else its tag.
    """

    code: str = ""
    location: LocationId | None = None
    item: str = ""


def notice_of(state: FloorState, walk: Walk) -> Notice:
    """What whoever walks should know now."""
    stop = walk.stops[walk.current] if walk.current is not None else None
    if stop is not None and stop.heard_at is not None:
        return Notice("look_near", stop.heard_at)
    if stop is not None and stop.undone:
        return Notice("undone")
    emptied = to_check_empty(state, walk)
    if emptied is not None:
        return Notice("zero_check", walk.stops[emptied].location)
    heard = _heard(state, walk)
    if heard is not None:
        return heard
    if stop is not None and stop.instead_of is not None:
        return Notice("substitute")
    taken_over = walk.picker_before not in {None, walk.picker}
    began = any(stop.units for stop in walk.stops)
    return Notice("taken_over") if taken_over and began else Notice()


def _heard(state: FloorState, walk: Walk) -> Notice | None:
    """What the cart's antenna hears that it should not, or the reverse."""
    if walk.cart is None or not hearing.has_antenna(state, walk.cart):
        return None
    found = hearing.stranger_on(state, walk)
    if found is not None:
        epc, heard = found
        article = state.articles.get(heard.sku) if heard.sku is not None else None
        return Notice("foreign_item", item=(article.name or article.sku) if article else epc)
    if hearing.misses_piece(state, walk):
        return Notice("missing_item")
    return Notice("neighbour_item") if hearing.hears_neighbour(state, walk) else None


def to_check_empty(state: FloorState, walk: Walk) -> int | None:
    """The stop that was done last, where its place should be empty now and nobody looked yet.

    A free count: whoever just took the last piece sees the place (zero check).
    """
    current = walk.current
    before = range(current if current is not None else len(walk.stops))
    done = next((i for i in reversed(before) if walk.stops[i].units), None)
    if done is None or walk.stops[done].checked_empty:
        return None
    stop = walk.stops[done]
    counted = state.counts.get((stop.location, stop.sku))
    if counted is not None or state.stock[stop.sku, stop.location].quantity > 0:
        return None
    return done
