"""What a cart's antenna hears, against the totes on it: expected, missing, foreign, or beside."""

from dataclasses import replace

import pytest

from edge.gs1.epc import sgtin96_hex
from edge.model.events import ForeignItemSeen
from edge.model.ids import Badge, DeviceName, Epc, LocationId, RequestId
from edge.model.inputs import ItemLocated
from edge.model.places import Antenna, Location, LocationKind
from edge.model.posted import CodeScanned
from edge.model.presence import Arrived, Departed, Moved
from edge.rules import guiding
from tests.rules.deeds import heard, scan
from tests.rules.small_floor import (
    ANNA,
    BIN_1,
    BIN_2,
    CART,
    FLOOR,
    LI,
    MUG_GTIN,
    NOW_US,
    SHIRT,
    SHIRT_GTIN,
    SmallFloor,
    stock_up,
)

OTHER_CART = LocationId("cart-2")
MINE, HERS = (Epc(sgtin96_hex(SHIRT_GTIN, 7, number)) for number in range(2))


@pytest.fixture
def floor() -> SmallFloor:
    """Li and Anna with a cart each, two shirts for each of them; Anna's cart has heard one."""
    places = {**FLOOR.locations, OTHER_CART: Location(OTHER_CART, LocationKind.CART)}
    antennas = (*FLOOR.antennas, Antenna(DeviceName("reader-1"), 5, OTHER_CART))
    floor = stock_up(SmallFloor(replace(FLOOR, locations=places, antennas=antennas)))
    for order, badge, cart in (("O1", LI, CART), ("O2", ANNA, OTHER_CART)):
        floor.order(order, (SHIRT, 2))
        floor.ready(badge, cart)
        floor.plan()
    heard(floor, HERS, OTHER_CART)
    assert picked(floor, ANNA) == 1
    return floor


def picked(floor: SmallFloor, badge: Badge) -> int:
    return guiding.prompt(floor.state, badge).picked


def notice(floor: SmallFloor, badge: Badge = LI) -> str:
    return guiding.prompt(floor.state, badge).notice


def test_a_piece_in_another_pickers_tote_is_beside_and_neither_counted_nor_foreign(
    floor: SmallFloor,
) -> None:
    """Its article is wanted here, too: only the order context tells the two apart."""
    floor.take(ItemLocated(Moved(HERS, OTHER_CART, CART, 0.9, NOW_US), NOW_US))

    assert not [one for one in floor.facts if isinstance(one, ForeignItemSeen)]
    assert (picked(floor, LI), notice(floor)) == (0, "neighbour_item")
    assert (picked(floor, ANNA), notice(floor, ANNA)) == (1, "")


def test_a_piece_that_belongs_in_no_tote_is_foreign_though_a_neighbour_is_heard(
    floor: SmallFloor,
) -> None:
    floor.take(ItemLocated(Moved(HERS, OTHER_CART, CART, 0.9, NOW_US), NOW_US))
    heard(floor, Epc(sgtin96_hex(MUG_GTIN, 7, 1)), CART)

    assert isinstance(floor.facts[-1], ForeignItemSeen)
    assert notice(floor) == "foreign_item"
    assert guiding.prompt(floor.state, LI).notice_item == "Mug"


def test_a_foreign_piece_of_no_known_article_is_told_by_its_tag(floor: SmallFloor) -> None:
    stray = Epc("e2" * 12)
    heard(floor, stray, CART)

    prompt = guiding.prompt(floor.state, LI)
    assert (prompt.notice, prompt.notice_item) == ("foreign_item", stray)


@pytest.mark.parametrize("place", [BIN_1, LocationId("zone-a")])
def test_a_piece_that_is_back_on_its_shelf_is_wanted_again_and_the_picker_is_told(
    floor: SmallFloor, place: LocationId
) -> None:
    heard(floor, MINE, CART)
    before = guiding.prompt(floor.state, LI)

    floor.take(ItemLocated(Moved(MINE, CART, place, 0.97, NOW_US), NOW_US))

    after = guiding.prompt(floor.state, LI)
    assert (before.picked, after.picked, after.quantity) == (1, 0, 2)
    assert (after.location, after.notice) == (BIN_1, "undone")
    assert floor.facts[-1].type == "pick.undone"
    stock = floor.state.stock[SHIRT, BIN_1]
    assert stock.reserved == sum(
        stop.open_quantity for walk in floor.state.walks.values() for stop in walk.stops
    )

    # and taken once more it counts once
    floor.take(ItemLocated(Moved(MINE, place, CART, 0.97, NOW_US), NOW_US))
    assert guiding.prompt(floor.state, LI).picked == 1


@pytest.mark.parametrize(
    ("place", "probability"), [(BIN_2, 0.99), (BIN_1, 0.6)], ids=["elsewhere", "unsure"]
)
def test_a_piece_that_is_heard_elsewhere_or_not_surely_stays_picked(
    floor: SmallFloor, place: LocationId, probability: float
) -> None:
    heard(floor, MINE, CART)

    floor.take(ItemLocated(Moved(MINE, CART, place, probability, NOW_US), NOW_US))

    assert guiding.prompt(floor.state, LI).picked == 1


def test_a_piece_that_somebody_scanned_is_not_taken_back_by_the_radio(floor: SmallFloor) -> None:
    heard(floor, MINE, CART)
    prompt = guiding.prompt(floor.state, LI)
    code = CodeScanned(RequestId("again"), LI, prompt.prompt_id, SHIRT_GTIN, NOW_US)
    floor.take(code)

    floor.take(ItemLocated(Moved(MINE, CART, BIN_1, 0.99, NOW_US), NOW_US))

    assert guiding.prompt(floor.state, LI).picked == 1


def test_a_shelf_that_a_cart_passes_is_no_stranger_on_it(floor: SmallFloor) -> None:
    """The radio is not sure; what is expected is believed all the same."""
    floor.take(ItemLocated(Arrived(Epc(sgtin96_hex(MUG_GTIN, 7, 1)), CART, 0.65, NOW_US), NOW_US))
    assert notice(floor) == ""

    floor.take(ItemLocated(Arrived(MINE, CART, 0.65, NOW_US), NOW_US))
    assert (picked(floor, LI), notice(floor)) == (1, "")


def test_a_tag_that_may_be_a_neighbours_scanned_piece_is_no_stranger(floor: SmallFloor) -> None:
    # given: Anna has scanned her second shirt, whose tag nobody has seen; Li has his two
    hers = guiding.prompt(floor.state, ANNA)
    scan(floor, SHIRT_GTIN, ANNA, hers.prompt_id)
    scan(floor, SHIRT_GTIN, ANNA, hers.prompt_id)
    third = Epc(sgtin96_hex(SHIRT_GTIN, 7, 9))
    for epc in (MINE, Epc(sgtin96_hex(SHIRT_GTIN, 7, 8))):
        heard(floor, epc, CART)

    # when: one more shirt is heard from Li's cart
    heard(floor, third, CART)

    # then: it may be hers; a mug can not
    assert not [one for one in floor.facts if isinstance(one, ForeignItemSeen)]
    heard(floor, Epc(sgtin96_hex(MUG_GTIN, 7, 1)), CART)
    assert isinstance(floor.facts[-1], ForeignItemSeen)


def test_a_piece_that_only_the_radio_counted_is_missing_when_it_is_no_longer_heard(
    floor: SmallFloor,
) -> None:
    heard(floor, MINE, CART)
    assert (picked(floor, LI), notice(floor)) == (1, "")

    floor.take(ItemLocated(Departed(MINE, CART, NOW_US, NOW_US), NOW_US))
    assert (picked(floor, LI), notice(floor)) == (1, "missing_item")

    heard(floor, MINE, CART)
    assert notice(floor) == ""


def test_a_piece_that_a_person_scanned_is_not_missed_by_the_radio(floor: SmallFloor) -> None:
    """A tag that metal hides is read now and then only; the scan is enough."""
    heard(floor, MINE, CART)
    scan(floor, SHIRT_GTIN)

    floor.take(ItemLocated(Departed(MINE, CART, NOW_US, NOW_US), NOW_US))

    assert notice(floor) == ""
