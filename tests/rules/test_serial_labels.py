"""A label with a serial number names one very piece, the same as its tag: it counts once."""

import pytest

from edge.gs1.epc import describe, sgtin96_hex
from edge.gs1.items import epc_of, epcs_of
from edge.model.events import ForeignItemSeen, PiecePicked
from edge.model.ids import Epc, OrderId
from edge.model.inputs import ItemLocated
from edge.model.orders import OrderState
from edge.model.presence import Moved
from edge.rules import guiding, packing
from tests.rules.deeds import at_station, close, scan, seen_at_station, seen_on_cart
from tests.rules.small_floor import CART, DOCK, LI, NOW_US, SHIRT, SHIRT_GTIN, STATION, SmallFloor
from tests.rules.test_picking import at_work

LABEL = f"]d201{SHIRT_GTIN}21A7"
NUMBERED = f"]C101{SHIRT_GTIN}2117"
FORMS = (
    f"01{SHIRT_GTIN}2117",
    f"(01){SHIRT_GTIN}(21)17",
    f"]Q301{SHIRT_GTIN}2117\x1d10L1",
    f"01{SHIRT_GTIN}2117{{GS}}10L1",
    f"https://example.com/01/{SHIRT_GTIN}/21/17",
    "urn:epc:id:sgtin:9521234.000001.17",
    "urn:epc:tag:sgtin-96:1.9521234.000001.17",
    sgtin96_hex(SHIRT_GTIN, 7, 17),
    sgtin96_hex(SHIRT_GTIN, 9, 17, filter_value=3),
)


def counted(floor: SmallFloor) -> int:
    return guiding.prompt(floor.state, LI).picked


def test_the_same_label_scanned_twice_is_one_piece() -> None:
    floor = at_work((SHIRT, 3))

    first, again, other = scan(floor, LABEL), scan(floor, LABEL), scan(floor, NUMBERED)

    assert (first.code, again.code, other.code) == ("picked", "done_already", "picked")
    assert counted(floor) == 2


@pytest.mark.parametrize("form", FORMS)
def test_a_piece_is_the_same_in_every_form_of_its_number(form: str) -> None:
    floor = at_work((SHIRT, 2))
    scan(floor, NUMBERED)

    assert scan(floor, form).code == "done_already"


@pytest.mark.parametrize("form", FORMS)
def test_a_label_is_the_second_sign_of_its_own_tag_and_of_no_other(form: str) -> None:
    floor = at_work((SHIRT, 3), cart=CART)
    seen_on_cart(floor, Epc(sgtin96_hex(SHIRT_GTIN, 7, 18)))
    seen_on_cart(floor, Epc(sgtin96_hex(SHIRT_GTIN, 8, 17, filter_value=0)))

    assert scan(floor, form).code == "paired"
    assert scan(floor, form).code == "done_already"
    assert counted(floor) == 2


@pytest.mark.parametrize("tag", epcs_of(SHIRT_GTIN, "17")[::13])
def test_a_tag_of_any_writing_is_the_piece_whose_label_was_scanned(tag: Epc) -> None:
    floor = at_work((SHIRT, 2), cart=CART)
    scan(floor, NUMBERED)

    seen_on_cart(floor, tag)

    assert counted(floor) == 1
    assert not any(isinstance(one, ForeignItemSeen) for one in floor.facts)
    assert guiding.prompt(floor.state, LI).notice == ""


def test_a_labelled_piece_is_told_to_the_central_system_by_its_tags_name() -> None:
    floor = at_work((SHIRT, 2))

    scan(floor, LABEL)

    (told,) = [one for one in floor.facts if isinstance(one, PiecePicked)]
    assert told.unit.epc == epc_of(SHIRT_GTIN, "A7")
    assert describe(told.unit.epc).pure_identity == "urn:epc:id:sgtin:9521234.000001.A7"


def test_a_labelled_piece_is_checked_at_the_station_and_leaves_by_its_tag() -> None:
    tag = Epc(sgtin96_hex(SHIRT_GTIN, 10, 17, filter_value=2))
    floor = at_work((SHIRT, 1))
    scan(floor, NUMBERED)
    scan(floor, STATION)
    at_station(floor, "T0001")

    seen_at_station(floor, tag)
    assert at_station(floor, NUMBERED).code == "paired"
    assert packing.verdict(floor.state, STATION) == "match"
    close(floor)
    floor.take(ItemLocated(Moved(tag, STATION, DOCK, 0.9, NOW_US), NOW_US))

    assert floor.state.orders[OrderId("O1")].state is OrderState.SHIPPED


def test_the_label_of_a_piece_in_another_orders_tote_is_not_taken() -> None:
    floor = at_work((SHIRT, 1))
    scan(floor, sgtin96_hex(SHIRT_GTIN, 8, 17, filter_value=5))
    scan(floor, STATION)
    floor.order("O2", (SHIRT, 1))
    floor.plan()

    assert scan(floor, NUMBERED).code == "done_already"
    assert counted(floor) == 0


def test_a_stranger_whose_label_is_scanned_is_a_stranger_no_more() -> None:
    tag = Epc(sgtin96_hex(SHIRT_GTIN, 8, 17, filter_value=5))
    floor = at_work((SHIRT, 1))
    scan(floor, NUMBERED)
    scan(floor, STATION)
    seen_at_station(floor, tag)
    at_station(floor, "T0001")

    assert packing.verdict(floor.state, STATION) == "match"


def test_a_label_of_the_house_is_known_with_its_symbology_in_front() -> None:
    floor = at_work((SHIRT, 1))
    scan(floor, SHIRT_GTIN)

    assert scan(floor, f"]C0{STATION}").code == "dropped"
    assert at_station(floor, "]Q1T0001").code == "opened"
