"""Counting: what lies in a place, against the books; a variance waits until a person settles it.

Three ways lead to a count: a picker who took the last piece scans the place that should be empty
(zero check), a person counts, or the radio is asked what it hears in a place (sweep). An antenna
that hears a whole zone cannot tell its bins apart: where it disagrees with their books together,
they are to be counted by hand.
"""

from collections import Counter
from collections.abc import Iterator

from edge.model.counts import CountMethod
from edge.model.events import CountMade, CountWanted, Event, VarianceSettled
from edge.model.goods import Stock
from edge.model.ids import Badge, LocationId, Sku
from edge.model.places import STORAGE_KINDS
from edge.model.posted import CountScanned, CountTold, SweepWanted, VarianceDecided
from edge.model.state import FloorState
from edge.model.work import Walk
from edge.rules import notices, too_many
from edge.rules.decision import Decision, accept, refuse
from edge.rules.identifying import Piece, Place, Unknown, identify

ARTICLES_SHOWN_MAX = 100
"""Of one place, on the page of somebody who counts it; any other is scanned there."""


def scanned(state: FloorState, input_: CountScanned) -> Decision:
    """Which place is counted, or which piece was found in it; nothing is booked by a scan.

    The numbers of the books are not told: whoever knows them counts what they say.
    """
    named = identify(state, input_.code)
    if isinstance(named, Piece):
        name = state.articles[named.sku].name
        return accept(
            "count_piece",
            f"{named.quantity} x {named.sku}",
            sku=named.sku,
            name=name,
            quantity=named.quantity,
            epc=named.epc,
        )
    if not isinstance(named, Place):
        why = named.why if isinstance(named, Unknown) else "neither a place nor a piece"
        return refuse("unknown_code", why)
    if state.floor.kind_of(named.location) not in STORAGE_KINDS:
        return refuse("place_unknown", f"{named.location} is no place for stock")
    return accept(
        "count_place",
        f"count {named.location}",
        location=named.location,
        articles=_known_in(state, named.location),
        radio=any(one.location == named.location for one in state.floor.antennas),
    )


def _known_in(state: FloorState, place: LocationId) -> list[dict[str, str]]:
    """What lies in a place by the books, and what is to be counted there."""
    booked = {one.sku for one in state.stock.values() if one.location == place and one.quantity}
    wanted = {sku for location, sku in state.counts if location == place}
    known = sorted((booked | wanted) & state.articles.keys())[:ARTICLES_SHOWN_MAX]
    return [{"sku": sku, "name": state.articles[sku].name} for sku in known]


def found_empty(state: FloorState, walk: Walk, badge: Badge) -> Decision:
    """The picker scans the place whose last piece was just taken: it is empty indeed."""
    index = notices.to_check_empty(state, walk)
    if index is None:
        return refuse("done_already", "this place needs no look")
    stop = walk.stops[index]
    return accept(
        "found_empty",
        f"{stop.location} is empty, as the books say",
        CountMade(stop.location, stop.sku, 0, 0, CountMethod.ZERO, badge, walk.walk_id, index),
    )


def told(state: FloorState, input_: CountTold) -> Decision:
    """A person has counted an article in a place."""
    if state.floor.kind_of(input_.location) not in STORAGE_KINDS:
        return refuse("place_unknown", f"{input_.location} is no place for stock")
    if input_.sku not in state.articles:
        return refuse("article_unknown", f"there is no article {input_.sku}")
    if input_.quantity < 0:
        return refuse("invalid", f"{input_.quantity} pieces cannot lie there")
    made = CountMade(
        input_.location,
        input_.sku,
        _books(state, input_.sku, input_.location).quantity,
        input_.quantity,
        CountMethod.HAND,
        input_.badge,
    )
    over = too_many.counted(state, made.sku)
    if made.counted == made.expected:
        told = f"{made.counted} x {made.sku}, as the books say"
        return accept("count_right", told, made, *over)
    return accept(
        "variance",
        f"{made.counted} x {made.sku}, the books say {made.expected}: a supervisor decides",
        made,
        *over,
        expected=made.expected,
        counted=made.counted,
    )


def swept(state: FloorState, input_: SweepWanted) -> Decision:
    """What the radio hears in a place against the books; a silent reader says nothing."""
    place = input_.location
    readers = {one.reader for one in state.floor.antennas if one.location == place}
    if state.floor.kind_of(place) not in STORAGE_KINDS or not readers:
        return refuse("not_heard", f"no antenna hears just {place}; sweep the zone, or count it")
    silent = sorted(readers & state.outages.keys())
    if silent:
        return refuse("reader_silent", f"{', '.join(silent)} does not answer: nothing is known")
    stock = [one for one in state.stock.values() if state.floor.is_within(one.location, place)]
    heard: Counter[Sku] = Counter()
    for (sku, location), quantity in state.seen.items():
        if state.floor.is_within(location, place):
            heard[sku] += quantity
    events = tuple(_judged(stock, heard, input_))
    differing = {event.sku for event in events if _differs(event)}
    return accept(
        "swept",
        f"{place}: {len(differing)} articles differ from the books",
        *events,
        differing=sorted(differing),
    )


def _differs(event: CountMade | CountWanted) -> bool:
    return isinstance(event, CountWanted) or event.counted != event.expected


def _judged(
    stock: list[Stock], heard: Counter[Sku], input_: SweepWanted
) -> Iterator[CountMade | CountWanted]:
    books: Counter[Sku] = Counter()
    for one in stock:
        books[one.sku] += one.quantity
    for sku in sorted({*books, *heard}):
        if not books[sku] and not heard[sku]:
            continue
        places = [one.location for one in stock if one.sku == sku and one.quantity > 0]
        if set(places) <= {input_.location}:
            yield CountMade(
                input_.location, sku, books[sku], heard[sku], CountMethod.RADIO, input_.badge
            )
        elif books[sku] != heard[sku]:
            yield from (CountWanted(place, sku, "radio") for place in places)


def decided(state: FloorState, input_: VarianceDecided) -> Decision:
    """A supervisor settles a variance; what is promised to pickers cannot be counted away."""
    count = state.counts.get((input_.location, input_.sku))
    variance = count.variance if count is not None else None
    if variance is None:
        return refuse("no_variance", f"nothing waits for {input_.sku} in {input_.location}")
    books = _books(state, input_.sku, input_.location)
    if not input_.approve:
        return accept("variance_refused", "the books stay", _settled(input_, books, 0))
    if books.quantity + variance < books.reserved:
        return refuse(
            "promised",
            f"{books.reserved} x {books.sku} in {books.location} are promised to pickers; "
            "decide when they have been there, or cancel what cannot be picked",
        )
    return accept(
        "variance_approved",
        f"{books.quantity + variance} x {books.sku} in {books.location}",
        _settled(input_, books, variance),
    )


def _settled(input_: VarianceDecided, books: Stock, variance: int) -> Event:
    return VarianceSettled(
        input_.location,
        input_.sku,
        variance,
        books.quantity + variance,
        input_.approve,
        input_.badge,
    )


def _books(state: FloorState, sku: Sku, location: LocationId) -> Stock:
    return state.stock.get((sku, location), Stock(sku, location))
