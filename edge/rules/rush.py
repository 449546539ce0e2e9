"""Rush orders: what nobody is sure of is never the only hope of one.

An order in a rush whose goods lie in sure places for a part only, the rest in doubtful ones, waits
on `/orders` and says why. Each of those places is to be counted, or its tags found, first. It goes
by itself as soon as sure stock does for it, at once if a person lets it, and when nobody has
counted in time: then the picker looks. What more urgent orders in a rush want, and still wait for,
is theirs.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from math import inf

from edge.model.counts import TO_MAKE_SURE
from edge.model.doubts import doubt
from edge.model.events import CountWanted, Event, OrderReceived
from edge.model.goods import Lot, Stock
from edge.model.ids import LocationId, Sku
from edge.model.orders import Doubt, Order, OrderState
from edge.model.state import FloorState
from edge.model.work import Stop
from edge.rules.certainty import Certainty, Key, Why
from edge.rules.terms import Terms

DOUBTFUL = "doubtful_stock"


def is_rush(order: Order, terms: Terms) -> bool:
    """Whether it gets sure stock first and may join a walk that is under way."""
    return order.priority >= terms.rush_priority


def wants_sure(order: Order, terms: Terms) -> bool:
    """Whether only sure stock will do: it is in a rush, and nobody let it go with less."""
    return is_rush(order, terms) and DOUBTFUL not in order.accepted


def urgency(order: Order) -> tuple[int, float, int, str]:
    """Sorts orders: higher priority, then earlier cut-off, then longer waiting."""
    due_us = inf if order.due_us is None else float(order.due_us)
    return (-order.priority, due_us, order.received_us, order.order_id)


def certainty_of(state: FloorState) -> Certainty:
    """What is sure on the floor as it stands."""
    return Certainty(
        state.floor,
        state.seen,
        state.is_tagged,
        state.lots,
        doubtful_counts(state),
        state.outages,
    )


def doubtful_counts(state: FloorState) -> frozenset[Key]:
    """Articles and places of which a count, or a decision about one, waits."""
    counts = state.counts.items()
    return frozenset((sku, location) for (location, sku), count in counts if count.is_doubt)


def doubts(state: FloorState, terms: Terms, order: Order, now_us: int) -> Iterator[Doubt]:
    """For each article of which sure places do not hold enough: which are doubtful, and why."""
    if not wants_sure(order, terms):
        return
    certainty = certainty_of(state)
    for sku, quantity in _wanted(order).items():
        places = _places(state, sku, now_us)
        doubtful = {
            one.location: why
            for one in places
            if (why := certainty.doubt(one.sku, one.location)) is not None
        }
        sure = sum(one.free for one in places if one.location not in doubtful)
        if not doubtful or sum(one.free for one in places) < quantity:
            continue
        if sure - _wanted_before(state, terms, order, sku) < quantity:
            yield _told(sku, quantity, doubtful)


def _told(sku: Sku, quantity: int, doubtful: Mapping[LocationId, Why]) -> Doubt:
    """The doubt with the places that each reason speaks of."""
    named = {
        why.value: ", ".join(place for place, own in doubtful.items() if own is why)
        for why in sorted({*doubtful.values()})
    }
    form = next(iter(named)) if len(named) == 1 else "both"
    return doubt(DOUBTFUL, form, sku=sku, quantity=quantity, **named)


def held(state: FloorState, terms: Terms, now_us: int) -> list[Event]:
    """Orders in a rush that nothing sure is left for, since they were released."""
    found: list[Event] = []
    for order in state.orders.released_from(terms.rush_priority):
        told = tuple(doubts(state, terms, order, now_us))
        if told:
            found.append(OrderReceived(replace(order, state=OrderState.HELD, doubts=told)))
    return found


def waited_out(state: FloorState, terms: Terms, now_us: int) -> list[Event]:
    """Orders that go after all: nobody has counted for them in time, so the picker looks."""
    wait_us = round(terms.sure_wait_s * 1e6)
    found: list[Event] = []
    for order in state.orders.in_state(OrderState.HELD) if wait_us else ():
        skus = _wanted(order) if {one.code for one in order.doubts} == {DOUBTFUL} else ()
        asked = [one.at_us for (_, sku), one in state.counts.items() if sku in skus]
        if asked and now_us >= max(order.received_us, *asked) + wait_us:
            accepted = (*order.accepted, DOUBTFUL)
            gone = replace(order, state=OrderState.RELEASED, doubts=(), accepted=accepted)
            found.append(OrderReceived(gone))
    return found


def counts_wanted(state: FloorState, now_us: int) -> list[Event]:
    """The doubtful places that orders in a rush wait for, as far as nobody is to count them."""
    waiting = [
        order
        for order in state.orders.in_state(OrderState.HELD)
        if any(one.code == DOUBTFUL for one in order.doubts)
    ]
    if not waiting:
        return []
    certainty = certainty_of(state)
    skus = dict.fromkeys(sku for order in waiting for sku in _wanted(order))
    return [
        CountWanted(one.location, sku, TO_MAKE_SURE)
        for sku in skus
        for one in _places(state, sku, now_us)
        if (one.location, sku) not in state.counts and certainty.doubt(sku, one.location)
    ]


def is_unsure(state: FloorState, terms: Terms, order: Order, stops: Iterable[Stop]) -> bool:
    """Whether it wants sure stock only, and one of its stops is at a doubtful place."""
    if not wants_sure(order, terms):
        return False
    certainty = certainty_of(state)
    mine = (one for one in stops if one.order_id == order.order_id)
    return any(certainty.doubt(one.sku, one.location) for one in mine)


def _wanted(order: Order) -> Counter[Sku]:
    wanted: Counter[Sku] = Counter()
    for line in order.lines:
        if line.pack is None:
            wanted[line.sku] += line.quantity
    return wanted


def _places(state: FloorState, sku: Sku, now_us: int) -> list[Stock]:
    """Where pieces are that may be promised."""
    frozen = state.frozen
    return [
        one
        for one in state.stock.of(sku)
        if one.free > 0
        and one.location not in frozen
        and not state.lots.get((sku, one.location), Lot()).has_expired(now_us)
    ]


def _wanted_before(state: FloorState, terms: Terms, order: Order, sku: Sku) -> int:
    """Pieces that more urgent orders in a rush will be promised before this one."""
    return sum(
        _wanted(one)[sku]
        for one in state.orders.released_from(terms.rush_priority)
        if urgency(one) < urgency(order)
    )
