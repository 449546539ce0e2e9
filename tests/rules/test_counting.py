"""Counts: zero check, by hand, by radio; books change by a person's word only."""

import pytest

from edge.gs1.epc import sgtin96_hex
from edge.model.counts import CountMethod
from edge.model.events import CountMade
from edge.model.goods import PackLevel
from edge.model.ids import DeviceName, Epc, Gtin, LocationId, Sku
from edge.model.inputs import DeviceChanged, ItemLocated, PacksListed, StockListed, StockStatement
from edge.model.places import Antenna, Floor
from edge.model.posted import CountScanned, CountTold, SweepWanted, VarianceDecided
from edge.model.presence import Arrived
from edge.model.prompts import Answer, PromptKind
from edge.rules import guiding
from tests.rules.deeds import scan
from tests.rules.small_floor import (
    BIN_1,
    BIN_2,
    BIN_3,
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
    stocked,
)

ZONE = LocationId("zone-a")
HEARING_BIN_3 = Floor(
    FLOOR.locations,
    (*FLOOR.antennas, Antenna(DeviceName("reader-2"), 1, BIN_3)),
    FLOOR.aisle_x_m,
    FLOOR.cross_y_m,
)


def counted(floor: SmallFloor, quantity: int, sku: Sku = SHIRT) -> Answer:
    return floor.take(CountTold(floor.number(), LI, BIN_1, sku, quantity, NOW_US))


def decided(floor: SmallFloor, *, approve: bool) -> Answer:
    return floor.take(VarianceDecided(floor.number(), LI, BIN_1, SHIRT, approve, NOW_US))


def swept(floor: SmallFloor, place: LocationId) -> Answer:
    return floor.take(SweepWanted(floor.number(), LI, place, NOW_US))


def heard(floor: SmallFloor, place: LocationId, count: int) -> None:
    for serial in range(count):
        tag = Epc(sgtin96_hex(SHIRT_GTIN, 7, serial + 1))
        floor.take(ItemLocated(Arrived(tag, place, 0.9, NOW_US), NOW_US))


def books(floor: SmallFloor) -> int:
    return floor.state.stock[SHIRT, BIN_1].quantity


def test_a_count_that_agrees_is_a_fact_and_nothing_waits() -> None:
    floor = stocked()

    assert counted(floor, 5).code == "count_right"

    assert isinstance(floor.facts[-1], CountMade)
    assert floor.state.counts == {}


def test_a_variance_changes_nothing_until_a_supervisor_takes_it() -> None:
    floor = stocked()

    answer = counted(floor, 3)

    assert (answer.code, books(floor)) == ("variance", 5)
    assert decided(floor, approve=True).code == "variance_approved"
    assert books(floor) == 3
    assert floor.state.counts == {}


def test_a_variance_that_is_refused_leaves_the_books() -> None:
    floor = stocked()
    counted(floor, 3)

    assert decided(floor, approve=False).code == "variance_refused"

    assert books(floor) == 5
    assert decided(floor, approve=True).code == "no_variance"


def test_what_is_picked_between_count_and_decision_is_not_counted_twice() -> None:
    floor = stocked()
    floor.take(StockListed((StockStatement(SHIRT, BIN_3, 0, 2),), NOW_US))
    counted(floor, 4)
    floor.order("O1", (SHIRT, 2))
    floor.ready()
    floor.plan()
    for _ in range(2):
        scan(floor, SHIRT_GTIN)

    decided(floor, approve=True)

    assert books(floor) == 2


def test_what_is_promised_cannot_be_counted_away() -> None:
    floor = stocked()
    floor.take(StockListed((StockStatement(SHIRT, BIN_3, 0, 2),), NOW_US))
    floor.order("O1", (SHIRT, 4))
    floor.ready()
    floor.plan()
    counted(floor, 1)

    assert decided(floor, approve=True).code == "promised"
    assert books(floor) == 5


def test_the_central_system_s_word_about_the_place_ends_a_variance() -> None:
    floor = stocked()
    counted(floor, 3)

    floor.take(StockListed((StockStatement(SHIRT, BIN_1, 4, 2),), NOW_US))

    assert floor.state.counts == {}
    assert books(floor) == 4


def emptied() -> SmallFloor:
    """Li has taken all four mugs out of A-2 and is to bring them to the station."""
    floor = stocked()
    floor.order("O1", (MUG, 4))
    floor.ready()
    floor.plan()
    for _ in range(4):
        scan(floor, MUG_GTIN)
    return floor


def test_a_place_that_should_be_empty_is_checked_by_one_scan_of_its_label() -> None:
    floor = emptied()
    prompt = guiding.prompt(floor.state, LI)
    assert (prompt.kind, prompt.notice) == (PromptKind.DROP, "zero_check")
    assert prompt.notice_location == BIN_2

    assert scan(floor, BIN_2).code == "found_empty"

    fact = floor.facts[-1]
    assert isinstance(fact, CountMade)
    assert (fact.method, fact.counted, fact.expected) == (CountMethod.ZERO, 0, 0)
    assert guiding.prompt(floor.state, LI).notice == ""
    assert scan(floor, BIN_2).code == "place_wrong"


def test_a_zero_check_may_be_passed_over() -> None:
    floor = emptied()

    assert scan(floor, STATION).code == "dropped"


def test_a_sweep_compares_what_the_radio_hears_with_the_books() -> None:
    floor = stock_up(SmallFloor(HEARING_BIN_3))
    heard(floor, BIN_3, 2)

    answer = swept(floor, BIN_3)

    assert (answer.code, answer.data["differing"]) == ("swept", [SHIRT])
    count = floor.state.counts[BIN_3, SHIRT]
    assert (count.expected, count.counted, count.variance) == (3, 2, -1)
    assert floor.state.stock[SHIRT, BIN_3].quantity == 3


def test_a_zone_in_which_the_radio_hears_too_few_asks_for_its_bins_to_be_counted() -> None:
    floor = stocked()
    heard(floor, ZONE, 5)

    assert swept(floor, ZONE).data["differing"] == [MUG]

    assert list(floor.state.counts) == [(BIN_2, MUG)]
    assert floor.state.counts[BIN_2, MUG].variance is None


def test_a_silent_reader_says_nothing_of_a_place() -> None:
    floor = stocked()
    floor.take(DeviceChanged(DeviceName("reader-1"), False, "pulled", NOW_US, NOW_US))

    assert swept(floor, ZONE).code == "reader_silent"
    assert floor.state.counts == {}


@pytest.mark.parametrize("place", [BIN_1, STATION, LocationId("nowhere")])
def test_a_place_without_an_antenna_of_its_own_cannot_be_swept(place: LocationId) -> None:
    assert swept(stocked(), place).code == "not_heard"


def test_a_count_of_nothing_known_is_refused() -> None:
    floor = stocked()

    assert counted(floor, 1, Sku("NOBODY")).code == "article_unknown"
    assert counted(floor, -1).code == "invalid"
    assert floor.take(CountTold(floor.number(), LI, STATION, SHIRT, 1, NOW_US)).code == (
        "place_unknown"
    )


def scanned(floor: SmallFloor, code: str) -> Answer:
    return floor.take(CountScanned(floor.number(), LI, code, NOW_US))


def test_a_scanned_place_names_what_may_lie_there_but_not_how_much() -> None:
    floor = stocked()

    answer = scanned(floor, BIN_1)

    assert answer.code == "count_place"
    assert answer.data["location"] == BIN_1
    articles = answer.data["articles"]
    assert isinstance(articles, list)
    assert {"sku": SHIRT, "name": floor.state.articles[SHIRT].name} in articles
    assert "quantity" not in str(answer.data)


def test_a_scanned_piece_counts_one_and_a_case_all_its_pieces() -> None:
    floor = stocked()
    case = Gtin("10614141000415")
    floor.take(PacksListed((PackLevel(case, SHIRT, 12),), NOW_US))

    assert scanned(floor, SHIRT_GTIN).data["quantity"] == 1
    assert scanned(floor, case).data == {
        "sku": SHIRT,
        "name": floor.state.articles[SHIRT].name,
        "quantity": 12,
        "epc": None,
    }


@pytest.mark.parametrize(
    ("code", "why"), [(STATION, "place_unknown"), ("nonsense", "unknown_code")]
)
def test_what_is_no_place_for_stock_is_not_counted(code: str, why: str) -> None:
    answer = scanned(stocked(), code)

    assert (answer.accepted, answer.code) == (False, why)
