"""From which places an order is picked: what expires first, then the oldest, then the nearest."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.model.goods import Lot, Stock
from edge.model.ids import DeviceName, LineId, LocationId, OrderId, Sku
from edge.model.orders import Order, OrderLine, OrderState
from edge.model.places import Antenna, Floor, Location, LocationKind
from edge.rules.allocating import FreeStock, Knowledge

NOW_US = 1_000
MILK = Sku("MILK")
NEAR, MIDDLE, FAR = LocationId("near"), LocationId("middle"), LocationId("far")
READER = DeviceName("reader-1")
FLOOR = Floor(
    {
        one: Location(one, LocationKind.BIN, None, x_m, 0.0)
        for one, x_m in ((FAR, 30.0), (MIDDLE, 20.0), (NEAR, 10.0))
    },
    antennas=tuple(Antenna(READER, port, one) for port, one in enumerate((NEAR, MIDDLE), 1)),
)


def taken(  # noqa: PLR0913 - what is known of three places
    pieces: int = 1,
    *,
    each: int = 5,
    rush: bool = False,
    lots: dict[LocationId, Lot] | None = None,
    seen: dict[LocationId, int] | None = None,
    uncounted: tuple[LocationId, ...] = (),
    silent: frozenset[DeviceName] = frozenset(),
) -> list[tuple[str, int]] | None:
    """The places in which so many pieces of milk are promised, all three holding `each`."""
    knowledge = Knowledge(
        FLOOR,
        {(MILK, one): count for one, count in (seen or {}).items()},
        {(MILK, one): lot for one, lot in (lots or {}).items()},
        frozenset((MILK, one) for one in uncounted),
        silent,
        NOW_US,
    )
    stock = FreeStock((Stock(MILK, one, each) for one in FLOOR.locations), knowledge, (0.0, 0.0))
    line = OrderLine(LineId("1"), MILK, pieces)
    order = Order(OrderId("O"), 1, 0, None, "DHL", (line,), OrderState.RELEASED, 0)
    found = stock.allocate(order, rush=rush)
    return None if found is None else [(one.location, one.quantity) for one in found]


def test_among_equals_the_nearest_place_is_asked() -> None:
    assert taken() == [(NEAR, 1)]


def test_what_expires_first_goes_first_however_far_it_lies() -> None:
    lots = {NEAR: Lot(expires_us=9_000), FAR: Lot(expires_us=5_000)}

    assert taken(7, lots=lots) == [(FAR, 5), (NEAR, 2)]


def test_of_equal_expiry_the_oldest_goes_first_and_what_nobody_dated_is_older() -> None:
    lots = {NEAR: Lot(9_000, 700), MIDDLE: Lot(9_000, 300), FAR: Lot(9_000)}

    assert taken(12, lots=lots) == [(FAR, 5), (MIDDLE, 5), (NEAR, 2)]


def test_what_has_expired_is_never_promised() -> None:
    lots = {NEAR: Lot(expires_us=NOW_US), MIDDLE: Lot(expires_us=NOW_US - 1)}

    assert taken(lots=lots) == [(FAR, 1)]
    assert taken(6, lots=lots) is None


def test_one_place_that_has_all_goes_before_a_nearer_one_that_has_some() -> None:
    stock = [Stock(MILK, NEAR, 2), Stock(MILK, FAR, 3)]
    knowledge = Knowledge(FLOOR, {}, {}, frozenset(), frozenset(), NOW_US)
    line = OrderLine(LineId("1"), MILK, 3)
    order = Order(OrderId("O"), 1, 0, None, "DHL", (line,), OrderState.RELEASED, 0)

    found = FreeStock(stock, knowledge, (0.0, 0.0)).allocate(order)

    assert found is not None
    assert [(one.location, one.quantity) for one in found] == [(FAR, 3)]


@pytest.mark.parametrize(
    ("seen", "uncounted", "silent", "first"),
    [
        ({MIDDLE: 3}, (), frozenset(), MIDDLE),  # near is heard, and no milk is heard there
        ({MIDDLE: 3}, (), frozenset({READER}), NEAR),  # who does not hear cannot doubt
        ({}, (), frozenset(), NEAR),  # milk has no tags at all
        ({}, (NEAR,), frozenset(), MIDDLE),  # somebody is to count it
    ],
)
def test_a_doubtful_place_is_asked_after_a_sure_one(
    seen: dict[LocationId, int],
    uncounted: tuple[LocationId, ...],
    silent: frozenset[DeviceName],
    first: LocationId,
) -> None:
    assert taken(seen=seen, uncounted=uncounted, silent=silent) == [(first, 1)]


def test_a_doubtful_place_is_not_a_rush_orders_only_hope_though_it_expires_first() -> None:
    doubt: dict[LocationId, Lot] = {NEAR: Lot(expires_us=5_000)}

    ordinary = taken(lots=doubt, uncounted=(NEAR,))
    rush = taken(lots=doubt, uncounted=(NEAR,), rush=True)

    assert (ordinary, rush) == ([(NEAR, 1)], [(MIDDLE, 1)])
    assert taken(12, uncounted=(NEAR,), rush=True) == [(MIDDLE, 5), (FAR, 5), (NEAR, 2)]


PLACES = st.fixed_dictionaries(
    {
        place: st.tuples(
            st.integers(0, 4), st.none() | st.integers(1, 4), st.booleans(), st.booleans()
        )
        for place in (NEAR, MIDDLE, FAR)
    }
)
"""Of each place: pieces, expiry, whether the radio hears any, whether a count of it waits."""


@given(places=PLACES, pieces=st.integers(1, 9), rush=st.booleans(), only_sure=st.booleans())
def test_a_doubtful_place_is_never_the_only_hope_of_a_rush_order_and_never_its_first(  # noqa: C901 - laws
    places: dict[LocationId, tuple[int, int | None, bool, bool]],
    pieces: int,
    rush: bool,  # noqa: FBT001 - drawn
    only_sure: bool,  # noqa: FBT001 - drawn
) -> None:
    stock = [Stock(MILK, place, held) for place, (held, *_) in places.items()]
    lots = {(MILK, place): Lot(days and NOW_US + days) for place, (_, days, *_) in places.items()}
    seen = {(MILK, place): int(is_seen) for place, (_, _, is_seen, _) in places.items()}
    uncounted = frozenset((MILK, place) for place, (*_, waits) in places.items() if waits)
    knowledge = Knowledge(FLOOR, seen, lots, uncounted, frozenset(), NOW_US)
    line = OrderLine(LineId("1"), MILK, pieces)
    order = Order(OrderId("O"), 1, 0, None, "DHL", (line,), OrderState.RELEASED, 0)

    free = FreeStock(stock, knowledge, (0.0, 0.0))
    found = free.allocate(order, rush=rush, only_sure=rush and only_sure)

    got = {one.location: one.quantity for one in found or ()}
    heard_elsewhere = any(seen.values())
    heard_here = {NEAR, MIDDLE}  # where an antenna is

    def is_doubtful(place: LocationId) -> bool:
        is_missed = heard_elsewhere and place in heard_here and not seen[MILK, place]
        return is_missed or (MILK, place) in uncounted

    def expiry(place: LocationId) -> float:
        return lots[MILK, place].expires_us or inf

    asked = [one for one in stock if not (rush and only_sure and is_doubtful(one.location))]
    assert (found is None) == (sum(one.quantity for one in asked) < pieces)
    assert {*got} <= {one.location for one in asked}, "a doubtful place was its only hope"
    if found is None:
        return

    for taken_from in got:
        for left in places:
            if got.get(left, 0) == places[left][0]:
                continue  # nothing is left there
            if rush and is_doubtful(taken_from):
                assert is_doubtful(left), "sure stock was left for a doubtful place"
            if not rush or is_doubtful(taken_from) == is_doubtful(left):
                assert expiry(taken_from) <= expiry(left), "what expires first was left"
