"""Cases: the GTIN of a pack above the single piece counts the pieces that are in it."""

from collections import Counter

from edge.model.goods import PackLevel
from edge.model.ids import Gtin, Sku, ToteId
from edge.model.inputs import PacksListed
from edge.model.work import Unit
from tests.rules.deeds import at_station, scan, seen_on_cart, tag
from tests.rules.small_floor import BIN_1, CART, NOW_US, SHIRT, SHIRT_GTIN, STATION, SmallFloor
from tests.rules.test_picking import at_work

CASE_GTIN = Gtin("19521234000010")


def listed_case(floor: SmallFloor, quantity: int) -> None:
    level = PackLevel(CASE_GTIN, SHIRT, quantity)
    floor.take(PacksListed((level,), NOW_US))


def test_a_scanned_case_counts_all_its_pieces_in_picking_and_packing() -> None:
    floor = at_work((SHIRT, 5))
    listed_case(floor, 4)

    case = scan(floor, CASE_GTIN)
    assert (case.code, case.data["picked"]) == ("picked", 4)
    assert floor.state.stock[SHIRT, BIN_1].quantity == 1
    assert scan(floor, CASE_GTIN).code == "case_too_large"
    assert scan(floor, SHIRT_GTIN).code == "walk_done"
    scan(floor, STATION)
    at_station(floor, "T0001")

    assert at_station(floor, CASE_GTIN).code == "checked"
    assert at_station(floor, CASE_GTIN).code == "case_too_large"
    assert at_station(floor, SHIRT_GTIN).code == "complete"


def test_a_case_of_an_unknown_article_is_refused_and_an_older_statement_changes_nothing() -> None:
    floor = at_work((SHIRT, 2))
    nobodys = PackLevel(CASE_GTIN, Sku("NOBODY"), 2, version=2)
    floor.take(PacksListed((nobodys,), NOW_US))

    assert "no known article" in scan(floor, CASE_GTIN).text
    listed_case(floor, 2)
    assert floor.state.levels[CASE_GTIN] == nobodys


def test_the_scan_of_a_case_pairs_what_the_radio_had_counted() -> None:
    floor = at_work((SHIRT, 3), cart=CART)
    listed_case(floor, 3)
    seen_on_cart(floor, tag(1))

    scan(floor, CASE_GTIN)

    units = Counter(unit for _, unit in floor.state.totes[ToteId("T0001")].picked)
    assert units == {Unit(tag(1), scanned=True): 1, Unit(None, scanned=True): 2}
