"""A tote is checked piece by piece; what does not match does not leave."""

from edge.floor.orders_picture import OrdersPicture
from edge.model.boxes import BoxPlace, BoxVerdict
from edge.model.events import DeviceLost
from edge.model.ids import DeviceName, Epc, OrderId, RequestId
from edge.model.inputs import BoxJudged, ItemLocated, StockListed, StockStatement
from edge.model.orders import OrderState
from edge.model.posted import ParcelDispatched
from edge.model.presence import Moved
from edge.rules import packing
from tests.rules.deeds import at_station, close, scan, seen_at_station, tag
from tests.rules.small_floor import (
    BIN_1,
    BIN_3,
    DOCK,
    LI,
    MUG,
    MUG_GTIN,
    NOW_US,
    PACKER,
    SHIRT,
    SHIRT_GTIN,
    STATION,
    SmallFloor,
)
from tests.rules.test_picking import at_work


def picked(quantity: int) -> SmallFloor:
    floor = at_work((SHIRT, quantity))
    for _ in range(quantity):
        scan(floor, SHIRT_GTIN)
    scan(floor, STATION)
    return floor


def test_pieces_are_matched_by_tag_or_barcode_and_the_parcel_gets_its_number() -> None:
    floor = picked(2)

    assert at_station(floor, "T0001").code == "opened"
    seen_at_station(floor, tag(1))
    assert packing.verdict(floor.state, STATION) == "checking"
    seen_at_station(floor, tag(2))
    assert packing.verdict(floor.state, STATION) == "match"
    answer = close(floor)

    assert (answer.code, answer.data["complete"]) == ("closed", True)
    assert len(str(answer.data["sscc"])) == 18
    assert floor.state.orders[OrderId("O1")].state is OrderState.PACKED


def test_what_was_picked_for_an_order_is_told_when_it_lies_in_a_parcel_too() -> None:
    floor = picked(2)
    picture = OrdersPicture()
    before = picture.drawn(floor.state)["orders"]
    at_station(floor, "T0001")
    seen_at_station(floor, tag(1))
    seen_at_station(floor, tag(2))

    close(floor)

    after = picture.drawn(floor.state)["orders"]
    told = [(order["state"], order["lines"][0]["picked"]) for order in (*before, *after)]
    assert told == [("picked", 2), ("packed", 2)]


def test_a_parcel_with_missing_pieces_closes_only_with_consent() -> None:
    floor = picked(2)
    at_station(floor, "T0001")
    at_station(floor, SHIRT_GTIN)

    assert close(floor).code == "missing"
    answer = close(floor, partial=True)

    assert (answer.code, answer.data["complete"]) == ("closed", False)


def test_a_scan_of_what_the_radio_had_checked_is_that_piece_also_when_its_reader_is_gone() -> None:
    floor = picked(2)
    at_station(floor, "T0001")
    seen_at_station(floor, tag(1))
    floor.take_fact(DeviceLost(DeviceName("reader-1"), NOW_US, "the cable is out", (STATION,)))

    first = at_station(floor, SHIRT_GTIN)
    after_one = packing.verdict(floor.state, STATION)
    second = at_station(floor, SHIRT_GTIN)
    third = at_station(floor, SHIRT_GTIN)

    assert (first.code, after_one) == ("paired", "checking")
    assert (second.code, third.code) == ("complete", "not_wanted")


def test_the_place_of_a_piece_that_is_missing_in_its_parcel_is_to_be_counted() -> None:
    floor = picked(2)
    at_station(floor, "T0001")
    at_station(floor, SHIRT_GTIN)

    close(floor, partial=True)

    assert [(one.location, one.sku, one.reason) for one in floor.state.counts.values()] == [
        (BIN_1, SHIRT, "lost")
    ]


def test_nothing_is_counted_for_a_parcel_that_is_complete() -> None:
    floor = picked(1)
    at_station(floor, "T0001")
    at_station(floor, SHIRT_GTIN)

    close(floor)

    assert not floor.state.counts


def test_a_stranger_at_the_station_must_leave_before_the_parcel_closes() -> None:
    floor = picked(1)
    stranger = tag(99, MUG_GTIN)
    at_station(floor, "T0001")
    seen_at_station(floor, tag(1))
    seen_at_station(floor, stranger)

    assert packing.verdict(floor.state, STATION) == "extra"
    assert close(floor).code == "extra"
    floor.take(ItemLocated(Moved(stranger, STATION, DOCK, 0.9, NOW_US), NOW_US))

    assert close(floor).code == "closed"


def test_tags_that_lay_at_the_station_before_the_tote_was_opened_count() -> None:
    floor = picked(1)
    seen_at_station(floor, tag(1))

    at_station(floor, "T0001")

    assert packing.verdict(floor.state, STATION) == "match"


def test_a_piece_of_another_article_is_not_wanted() -> None:
    floor = picked(1)
    at_station(floor, "T0001")

    answer = at_station(floor, MUG_GTIN)

    assert (answer.accepted, answer.code) == (False, "not_wanted")


def test_a_tote_that_is_still_being_picked_cannot_be_packed() -> None:
    floor = at_work((SHIRT, 1))

    assert at_station(floor, "T0001").code == "tote_not_here"


def test_a_parcel_is_shipped_when_a_tag_of_it_is_at_the_portal_and_only_once() -> None:
    floor = picked(1)
    at_station(floor, "T0001")
    seen_at_station(floor, tag(1))
    sscc = str(close(floor).data["sscc"])

    floor.take(ItemLocated(Moved(tag(1), STATION, DOCK, 0.9, NOW_US), NOW_US))
    again = floor.take(
        ParcelDispatched(RequestId("d"), PACKER, sscc, DOCK, NOW_US)  # type: ignore[arg-type]
    )

    assert again.code == "shipped_already"
    assert floor.state.orders[OrderId("O1")].state is OrderState.SHIPPED


def test_a_very_piece_of_another_order_is_not_wanted() -> None:
    floor = at_work((SHIRT, 1))
    scan(floor, tag(1))
    scan(floor, STATION)
    floor.order("O2", (SHIRT, 1))
    floor.plan()
    scan(floor, tag(2))
    scan(floor, STATION)
    at_station(floor, "T0001")

    assert at_station(floor, tag(2)).code == "not_wanted"
    assert at_station(floor, tag(1)).code == "complete"


def test_a_picked_tag_that_is_missing_is_not_made_good_by_another_of_its_article() -> None:
    # given: two pieces whose tags are known since they were picked
    floor = at_work((SHIRT, 2))
    for number in (1, 2):
        scan(floor, tag(number))
    scan(floor, STATION)
    at_station(floor, "T0001")

    # when: the station hears one of them, and a third piece of the article
    seen_at_station(floor, tag(1))
    seen_at_station(floor, tag(3))

    # then: that is no match, until the right one is there and the third is gone
    assert close(floor).code == "extra"
    seen_at_station(floor, tag(2))
    assert packing.verdict(floor.state, STATION) == "extra"
    floor.take(ItemLocated(Moved(tag(3), STATION, DOCK, 0.9, NOW_US), NOW_US))
    assert packing.verdict(floor.state, STATION) == "match"


def test_a_piece_that_came_back_and_is_picked_again_is_checked_by_its_tag() -> None:
    floor = picked(1)
    at_station(floor, "T0001")
    seen_at_station(floor, tag(1))
    close(floor)
    floor.take(ItemLocated(Moved(tag(1), STATION, DOCK, 0.9, NOW_US), NOW_US))
    floor.order("O2", (SHIRT, 1))
    floor.plan()
    scan(floor, tag(1))
    scan(floor, STATION)
    at_station(floor, "T0001")

    floor.take(ItemLocated(Moved(tag(1), DOCK, STATION, 0.9, NOW_US), NOW_US))

    assert packing.verdict(floor.state, STATION) == "match"


def test_nobody_is_left_waiting_when_the_picker_of_another_walk_is_ready() -> None:
    floor = picked(1)
    floor.order("O2", (SHIRT, 1))

    planned = floor.plan()

    assert planned is not None
    assert floor.state.walk_of(LI) is not None


def test_one_more_of_what_is_wanted_is_asked_about_though_it_may_be_a_neighbours() -> None:
    # given: two totes at the station, each with a shirt whose tag nobody has told
    floor = picked(1)
    for order, sku, gtin in (("O2", SHIRT, SHIRT_GTIN), ("O3", MUG, MUG_GTIN)):
        floor.order(order, (sku, 1))
        floor.plan()
        scan(floor, gtin)
        scan(floor, STATION)
    at_station(floor, "T0001")

    # when: the first one is checked, and the antenna hears a second shirt, and a mug
    seen_at_station(floor, tag(1))
    seen_at_station(floor, tag(2))
    seen_at_station(floor, tag(3, MUG_GTIN))

    # then: the shirt may be one too many in this tote; the mug is its neighbour's
    assert close(floor).data["epcs"] == [tag(2)]
    judged(floor, tag(2), BoxPlace.BESIDE)
    assert close(floor).code == "closed"


def judged(floor: SmallFloor, epc: Epc, place: BoxPlace) -> None:
    probability = {BoxPlace.INSIDE: 0.98, BoxPlace.BESIDE: 0.02, BoxPlace.UNSURE: 0.5}[place]
    floor.take(BoxJudged(BoxVerdict(STATION, epc, place, probability, 8), NOW_US))


def test_a_stranger_that_surely_lies_beside_the_box_does_not_bar_the_parcel() -> None:
    floor = picked(1)
    stranger = tag(99, MUG_GTIN)
    at_station(floor, "T0001")
    seen_at_station(floor, tag(1))
    seen_at_station(floor, stranger)
    assert packing.verdict(floor.state, STATION) == "extra"

    judged(floor, stranger, BoxPlace.BESIDE)

    assert packing.verdict(floor.state, STATION) == "match"
    assert close(floor).code == "closed"


def test_the_packer_is_asked_about_a_stranger_that_may_lie_in_the_box() -> None:
    floor = picked(1)
    stranger = tag(99, MUG_GTIN)
    at_station(floor, "T0001")
    seen_at_station(floor, tag(1))
    seen_at_station(floor, stranger)
    judged(floor, stranger, BoxPlace.BESIDE)

    judged(floor, stranger, BoxPlace.UNSURE)

    assert packing.verdict(floor.state, STATION) == "extra"
    assert close(floor).code == "extra"


def test_a_wanted_piece_that_lies_beside_the_box_is_missing_until_it_is_put_in() -> None:
    floor = picked(2)
    at_station(floor, "T0001")
    judged(floor, tag(2), BoxPlace.BESIDE)
    seen_at_station(floor, tag(1))
    seen_at_station(floor, tag(2))
    before = (packing.verdict(floor.state, STATION), close(floor).code)

    judged(floor, tag(2), BoxPlace.INSIDE)

    assert before == ("checking", "missing")
    assert packing.verdict(floor.state, STATION) == "match"


def test_a_checked_piece_stays_checked_whatever_lies_on_it_later() -> None:
    floor = picked(1)
    at_station(floor, "T0001")
    seen_at_station(floor, tag(1))

    judged(floor, tag(1), BoxPlace.BESIDE)

    assert packing.verdict(floor.state, STATION) == "match"


def test_what_an_antenna_says_without_an_open_box_is_no_fact() -> None:
    floor = picked(1)
    before = len(floor.facts)

    judged(floor, tag(1), BoxPlace.BESIDE)

    assert len(floor.facts) == before


def test_a_tote_whose_pieces_are_all_lost_is_closed_and_its_order_waits_for_stock_again() -> None:
    floor = picked(2)
    at_station(floor, "T0001")

    assert close(floor).code == "missing"
    assert close(floor, partial=True).code == "given_up"

    assert (floor.state.totes, floor.state.packs, floor.state.parcels) == ({}, {}, {})
    order = floor.state.orders[OrderId("O1")]
    assert order.state is OrderState.RELEASED  # there is more of it, so it is picked anew
    assert list(floor.state.counts) == [(BIN_1, SHIRT)]


def test_an_order_that_was_lost_with_the_last_of_its_stock_is_held() -> None:
    floor = picked(2)
    versions = ((BIN_1, 2), (BIN_3, 2))
    floor.take(
        StockListed(
            tuple(StockStatement(SHIRT, place, 0, version) for place, version in versions), NOW_US
        )
    )
    at_station(floor, "T0001")

    close(floor, partial=True)

    order = floor.state.orders[OrderId("O1")]
    assert (order.state, order.doubts[0].code) == (OrderState.HELD, "no_stock")
