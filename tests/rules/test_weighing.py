"""A parcel that weighs other than its contents should is looked into once more."""

from dataclasses import replace

import pytest

from edge.floor.answering import print_of
from edge.model.events import ParcelClosed
from edge.model.goods import Article
from edge.model.ids import Badge, OrderId, RequestId
from edge.model.inputs import ArticlesListed, ItemLocated
from edge.model.orders import OrderState
from edge.model.posted import ParcelWanted, StationScanned
from edge.model.presence import Departed
from edge.model.prompts import Answer
from edge.model.weights import Accepted, ParcelWeight, Weighing, WeightReason
from edge.rules.terms import Weigh
from tests.rules.deeds import at_station, tag
from tests.rules.deeds import seen_at_station as seen
from tests.rules.small_floor import NOW_US, PACKER, SHIRT, SHIRT_GTIN, STATION, SmallFloor
from tests.rules.test_packing import picked

BOSS = Badge("9001")


def ready(weigh: Weigh = Weigh.KNOWN, shirt_g: int = 250, **cartons: int) -> SmallFloor:
    """Two shirts of 250 g are checked and may be closed; 20 g or 2 % off are allowed."""
    floor = picked(2)
    floor.terms = replace(floor.terms, weigh=weigh, cartons=cartons)
    article = Article(SHIRT, SHIRT_GTIN, "Shirt", version=2, weight_g=shirt_g)
    floor.take(ArticlesListed((article,), NOW_US))
    at_station(floor, "T0001")
    seen(floor, tag(1))
    seen(floor, tag(2))
    return floor


def close(floor: SmallFloor, weighing: Weighing | None = None, *, partial: bool = False) -> Answer:
    return floor.take(
        ParcelWanted(floor.number(), STATION, PACKER, partial, NOW_US, False, weighing)
    )


def accepted(reason: WeightReason, given_us: int | None = NOW_US - 59_000_000) -> Accepted:
    """The word of a supervisor, in its last second where nothing else is said."""
    return Accepted(BOSS, reason, given_us)


def kept(floor: SmallFloor) -> ParcelWeight | None:
    closed = [one for one in floor.facts if isinstance(one, ParcelClosed)]
    assert len(closed) == 1
    return closed[0].parcel.weight


def test_a_site_that_does_not_weigh_closes_as_ever() -> None:
    floor = ready(Weigh.OFF)

    assert close(floor).code == "closed"
    assert kept(floor) is None


def test_what_should_weigh_so_much_is_put_on_the_scale_before_it_is_closed() -> None:
    floor = ready(M=180)

    asked = close(floor)
    answer = close(floor, Weighing(690))

    assert (asked.accepted, asked.code) == (False, "weigh")
    assert answer.code == "closed"
    assert answer.data["weight_g"] == 690
    assert kept(floor) == ParcelWeight(690, 2 * 250 + 180, "M")
    assert floor.state.orders[OrderId("O1")].state is OrderState.PACKED


def test_what_is_checked_and_not_in_the_box_comes_to_light_when_all_is_checked_anew() -> None:
    # given a parcel that is too light, for one of its two checked pieces was taken out again
    floor = ready(M=180)
    floor.take(ItemLocated(Departed(tag(2), STATION, NOW_US, NOW_US), NOW_US))
    assert close(floor, Weighing(430)).code == "weight_off"
    # when the packer has all of it checked once more, and one piece is heard in it
    again = StationScanned(floor.number(), STATION, PACKER, "T0001", NOW_US + 1, anew=True)
    assert floor.take(again).code == "opened"
    missing = close(floor)
    answer = close(floor, Weighing(430), partial=True)
    # then one is missing, and the parcel weighs what is told of it
    assert missing.code == "missing"
    assert answer.code == "closed"
    assert kept(floor) == ParcelWeight(430, 250 + 180, "M")


def test_before_it_is_weighed_nobody_is_told_what_it_should_weigh() -> None:
    asked = close(ready(M=180))

    assert asked.data == {"cartons": [{"name": "M", "tare_g": 180}]}


@pytest.mark.parametrize(("shirt_g", "off_g"), [(250, 20), (5000, 204)])
def test_the_larger_of_the_two_tolerances_counts(shirt_g: int, off_g: int) -> None:
    right_g = 2 * shirt_g + 180 + off_g

    for weight_g, code in ((right_g, "closed"), (right_g + 1, "weight_off")):
        assert close(ready(shirt_g=shirt_g, M=180), Weighing(weight_g)).code == code
        lighter_g = 2 * (2 * shirt_g + 180) - weight_g
        assert close(ready(shirt_g=shirt_g, M=180), Weighing(lighter_g)).code == code


def test_a_parcel_that_is_a_shirt_too_heavy_is_not_closed_until_it_is_right() -> None:
    floor = ready()

    off = close(floor, Weighing(750))
    right = close(floor, Weighing(500))

    assert off.code == "weight_off"
    assert off.data == {"measured_g": 750, "expected_g": 500, "off_g_max": 20}
    assert right.code == "closed"
    assert kept(floor) == ParcelWeight(500, 500)


def test_a_supervisor_lets_it_go_with_a_reason_that_is_kept() -> None:
    floor = ready()

    answer = close(floor, Weighing(560, "", accepted(WeightReason.ARTICLE_WEIGHT)))

    assert answer.code == "closed"
    assert kept(floor) == ParcelWeight(560, 500, "", BOSS, WeightReason.ARTICLE_WEIGHT)


@pytest.mark.parametrize("given_us", [None, NOW_US - 61_000_000, NOW_US + 1])
def test_a_word_of_nobody_and_one_that_is_over_let_no_parcel_go(given_us: int | None) -> None:
    floor = ready()

    answer = close(floor, Weighing(560, "", accepted(WeightReason.SCALE, given_us)))

    assert (answer.accepted, answer.code) == (False, "not_confirmed")


def test_a_closing_that_is_repeated_when_its_word_is_over_is_the_same_request_still() -> None:
    """So it is told what became of it, and not that its word is over."""
    weighing = Weighing(560, "", accepted(WeightReason.SCALE))
    first = ParcelWanted(RequestId("r"), STATION, PACKER, False, NOW_US, False, weighing)

    assert print_of(replace(first, at_us=NOW_US + 61_000_000)) == print_of(first)


def test_whoever_is_named_for_a_parcel_that_weighs_what_it_should_is_not_kept() -> None:
    floor = ready()

    close(floor, Weighing(505, "", accepted(WeightReason.SCALE)))

    assert kept(floor) == ParcelWeight(505, 500)


def test_with_several_cartons_the_packer_says_which() -> None:
    floor = ready(S=90, L=400)

    without = close(floor, Weighing(900))
    unknown = close(floor, Weighing(900, "XL"))
    answer = close(floor, Weighing(900, "L"))

    assert without.code == unknown.code == "weigh"
    assert answer.code == "closed"
    assert kept(floor) == ParcelWeight(900, 900, "L")


def test_of_pieces_whose_weight_nobody_has_told_nothing_is_expected() -> None:
    known, always = ready(shirt_g=0), ready(Weigh.ALWAYS, shirt_g=0)

    assert close(known).code == "closed"
    assert kept(known) is None
    assert close(always).code == "weigh"
    assert close(always, Weighing(7_000)).code == "closed"
    assert kept(always) == ParcelWeight(7_000, None)
