"""What a cart hears too much is asked about at the pack station, whether that has ears or not."""

from dataclasses import replace

import pytest

from edge.model.ids import Epc
from edge.model.inputs import ItemLocated
from edge.model.presence import Moved
from edge.rules import guiding, packing
from tests.rules.deeds import at_station, close, heard, scan, seen_at_station, tag
from tests.rules.small_floor import (
    ANNA,
    BIN_1,
    CART,
    FLOOR,
    LI,
    MUG,
    MUG_GTIN,
    NOW_US,
    SHIRT,
    SHIRT_GTIN,
    STATION,
    SmallFloor,
    stock_up,
)

BARE = replace(FLOOR, antennas=tuple(one for one in FLOOR.antennas if one.location != STATION))


def on_cart(floor: SmallFloor, *tags: Epc) -> SmallFloor:
    """One shirt is ordered; these tags come onto the cart."""
    stock_up(floor).order("O1", (SHIRT, 1))
    floor.ready(LI, CART)
    floor.plan()
    for epc in tags:
        heard(floor, epc, CART)
    return floor


@pytest.fixture
def two_for_one() -> SmallFloor:
    """The second shirt's tag was heard on the cart, and the tote stands at a bare station."""
    floor = on_cart(SmallFloor(BARE), tag(1), tag(2))
    scan(floor, STATION)
    return floor


def test_the_packer_of_a_station_without_antennas_is_asked_for_the_second_piece(
    two_for_one: SmallFloor,
) -> None:
    assert at_station(two_for_one, "T0001").code == "opened"
    assert packing.verdict(two_for_one.state, STATION) == "extra"
    assert at_station(two_for_one, SHIRT_GTIN).code == "complete"

    answer = close(two_for_one)

    assert (answer.code, answer.data["epcs"]) == ("extra", [tag(2)])
    closed = close(two_for_one, partial=True)
    assert (closed.code, closed.data["complete"]) == ("closed", True)


def test_a_second_piece_that_is_heard_on_its_shelf_again_is_not_asked_for(
    two_for_one: SmallFloor,
) -> None:
    at_station(two_for_one, "T0001")
    at_station(two_for_one, SHIRT_GTIN)

    two_for_one.take(ItemLocated(Moved(tag(2), CART, BIN_1, 0.97, NOW_US), NOW_US))

    assert packing.verdict(two_for_one.state, STATION) == "match"


def test_a_second_piece_that_was_found_before_the_tote_was_opened_is_not_asked_for(
    two_for_one: SmallFloor,
) -> None:
    two_for_one.take(ItemLocated(Moved(tag(2), CART, BIN_1, 0.97, NOW_US), NOW_US))

    at_station(two_for_one, "T0001")
    at_station(two_for_one, SHIRT_GTIN)

    assert packing.verdict(two_for_one.state, STATION) == "match"


def test_a_tag_that_the_station_does_not_hear_is_asked_for_because_the_cart_did() -> None:
    floor = on_cart(SmallFloor(), tag(1), tag(2))
    scan(floor, STATION)
    at_station(floor, "T0001")

    seen_at_station(floor, tag(1))

    assert packing.verdict(floor.state, STATION) == "extra"
    assert floor.state.packs[STATION].strangers == (tag(2),)


def test_a_second_piece_is_asked_for_though_a_neighbour_has_one_told_by_barcode() -> None:
    # given a second shirt that is heard on the cart, and a neighbour who scans a shirt after that
    floor = on_cart(SmallFloor(BARE), tag(1), tag(2))
    floor.order("O2", (SHIRT, 1), (MUG, 1))
    floor.ready(ANNA)
    floor.plan()
    hers = guiding.prompt(floor.state, ANNA)
    scan(floor, hers.location, ANNA, hers.prompt_id)
    scan(floor, SHIRT_GTIN, ANNA, hers.prompt_id)
    assert [unit.epc for stop in floor.state.walk_of(ANNA).stops for unit in stop.units] == [None]
    # when the totes are dropped while the neighbour still walks
    scan(floor, STATION)
    # then the packer is asked for the second one
    assert at_station(floor, "T0001").code == "opened"
    assert packing.verdict(floor.state, STATION) == "extra"


def test_an_article_that_nobody_wants_may_lie_in_any_tote_and_one_that_was_picked_in_its_own() -> (
    None
):
    floor = stock_up(SmallFloor())
    floor.order("O1", (SHIRT, 1))
    floor.order("O2", (MUG, 1))
    floor.ready(LI, CART)
    floor.plan()
    mugs = [tag(number, MUG_GTIN) for number in (1, 2)]
    for epc in (tag(1), mugs[0], mugs[1]):
        heard(floor, epc, CART)
    scan(floor, STATION)

    held = {tote.picked[0][0]: tote.extras for tote in floor.state.totes.values()}
    assert held == {SHIRT: (), MUG: (mugs[1],)}


def test_nothing_is_asked_where_the_cart_hears_only_what_was_picked() -> None:
    floor = on_cart(SmallFloor(), tag(1))
    scan(floor, STATION)

    assert [tote.extras for tote in floor.state.totes.values()] == [()]
