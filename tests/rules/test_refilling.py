"""A place that pickers take from is filled up from a place of reserve before it is empty."""

from dataclasses import replace

from edge.model.events import (
    CountWanted,
    FetchShort,
    PieceFetched,
    PiecePut,
    ReplenishmentWanted,
)
from edge.model.goods import Forward, Lot, PackLevel
from edge.model.ids import Gtin, LocationId, RequestId
from edge.model.inputs import (
    ForwardsListed,
    HandheldSilent,
    PacksListed,
    StockListed,
    StockStatement,
)
from edge.model.places import LocationKind
from edge.model.posted import TaskFinished, WorkHandedOver
from edge.model.prompts import Answer, PromptKind
from edge.model.tasks import Task, TaskKind
from edge.rules import guiding
from edge.rules.terms import TroubleTerms
from tests.rules.deeds import report, scan, tag
from tests.rules.small_floor import (
    ANNA,
    BIN_1,
    BIN_2,
    BIN_3,
    DOCK,
    FLOOR,
    LI,
    MUG,
    MUG_GTIN,
    NOW_US,
    SHIRT,
    SHIRT_GTIN,
    TERMS,
    SmallFloor,
    stock_up,
)

CASE = Gtin("19521234000010")
FETCHING = replace(
    TERMS,
    troubles={
        **TERMS.troubles,
        "empty": TroubleTerms(frozenset(PromptKind), TERMS.troubles["empty"].effects),
    },
)


def floor_where(minimum: int, maximum: int, place: LocationId = BIN_3) -> SmallFloor:
    """B-1 with 3 shirts is filled up from A-1, where 5 lie."""
    floor = stock_up(SmallFloor(FLOOR, FETCHING))
    fill_up(floor, minimum, maximum, place)
    return floor


def fill_up(
    floor: SmallFloor, minimum: int, maximum: int, place: LocationId, version: int = 1
) -> Answer:
    forward = Forward(place, SHIRT, minimum, maximum, version)
    return floor.take(ForwardsListed((forward,), NOW_US))


def stated(floor: SmallFloor, place: LocationId, quantity: int, version: int = 9) -> None:
    floor.take(StockListed((StockStatement(SHIRT, place, quantity, version),), NOW_US))


def wanted(floor: SmallFloor) -> list[tuple[LocationId, LocationId, int]]:
    found = (one for one in floor.facts if isinstance(one, ReplenishmentWanted))
    return [(one.from_location, one.to_location, one.quantity) for one in found]


def test_a_place_below_its_minimum_is_filled_up_to_its_maximum_from_another() -> None:
    floor = floor_where(4, 6)

    assert wanted(floor) == [(BIN_1, BIN_3, 3)]
    assert floor.state.stock[SHIRT, BIN_1].reserved == 3


def test_a_place_at_its_minimum_waits_and_what_is_on_the_way_counts() -> None:
    floor = floor_where(3, 6)
    assert wanted(floor) == []

    stated(floor, BIN_3, 2)
    stated(floor, BIN_3, 1, 10)

    assert wanted(floor) == [(BIN_1, BIN_3, 4)]


def test_no_more_is_asked_for_than_lies_in_reserve_and_the_rest_when_it_comes() -> None:
    floor = floor_where(4, 20)
    assert wanted(floor) == [(BIN_1, BIN_3, 5)]

    stated(floor, BIN_3, 0)
    stated(floor, BIN_2, 7)

    assert wanted(floor)[1:] == []
    fill_up(floor, 6, 20, BIN_3, version=2)
    assert wanted(floor)[1:] == [(BIN_2, BIN_3, 7)]


def test_what_expires_first_is_brought_first_and_no_other_forward_place_is_emptied() -> None:
    floor = stock_up(SmallFloor())
    stated(floor, BIN_2, 4)
    floor.state.lots[SHIRT, BIN_2] = Lot(NOW_US + 1, NOW_US)
    fill_up(floor, 1, 3, BIN_1)

    fill_up(floor, 4, 5, BIN_3)

    assert wanted(floor) == [(BIN_2, BIN_3, 2)]


def test_a_place_that_is_frozen_or_to_be_counted_gives_nothing_until_it_is_looked_at() -> None:
    floor = stock_up(SmallFloor())
    task = Task("freeze/A-1", TaskKind.FREEZE, "blocked", BIN_1, SHIRT, None, LI, NOW_US)
    floor.state.tasks[task.task_id] = task
    fill_up(floor, 4, 6, BIN_3)
    assert wanted(floor) == []

    floor.take(TaskFinished(RequestId("t"), LI, task.task_id, NOW_US))

    assert wanted(floor) == [(BIN_1, BIN_3, 3)]


def test_a_picker_takes_pieces_out_brings_them_and_they_can_be_picked_there() -> None:
    floor = floor_where(4, 5)
    floor.ready()
    prompt = guiding.prompt(floor.state, LI)
    assert (prompt.kind, prompt.location, prompt.quantity) == (PromptKind.FETCH, BIN_1, 2)

    codes = [scan(floor, one).code for one in (BIN_1, SHIRT_GTIN, tag(1))]
    there = guiding.prompt(floor.state, LI)
    codes += [scan(floor, one).code for one in (BIN_1, BIN_3, SHIRT_GTIN, tag(1))]

    assert codes[:3] == ["place_right", "fetched", "all_fetched"]
    assert codes[3:] == ["place_wrong", "place_right", "put", "all_put"]
    assert (there.kind, there.location, there.quantity) == (PromptKind.REFILL, BIN_3, 2)
    assert floor.state.stock[SHIRT, BIN_1].quantity == 3
    assert floor.state.stock[SHIRT, BIN_1].reserved == 0
    assert floor.state.stock[SHIRT, BIN_3].quantity == 5
    assert floor.state.errands == {}
    assert sum(isinstance(one, PieceFetched) for one in floor.facts) == 2
    assert sum(isinstance(one, PiecePut) for one in floor.facts) == 2


def test_a_case_is_taken_out_and_put_whole_or_not_at_all() -> None:
    floor = floor_where(4, 5)
    floor.take(PacksListed((PackLevel(CASE, SHIRT, 2, 1),), NOW_US))
    floor.ready()

    codes = [scan(floor, CASE).code, scan(floor, CASE).code]

    assert codes == ["all_fetched", "all_put"]
    assert floor.state.stock[SHIRT, BIN_3].quantity == 5
    fill_up(floor, 6, 6, BIN_3, version=2)
    assert scan(floor, CASE).code == "case_too_large"


def test_wrong_things_are_refused_at_the_reserve_and_nothing_is_taken() -> None:
    floor = floor_where(4, 5)
    floor.ready()

    codes = [scan(floor, one).code for one in (MUG_GTIN, BIN_2, "hello", "T0001")]
    scan(floor, tag(1))

    assert codes == ["wrong_item", "place_wrong", "unknown_code", "unknown_code"]
    assert scan(floor, tag(1)).code == "not_wanted", "one piece is taken once"


def test_what_is_not_in_the_reserve_is_given_up_counted_and_what_was_taken_is_brought() -> None:
    floor = floor_where(4, 6)
    floor.ready()
    scan(floor, SHIRT_GTIN)

    answer = report(floor, "empty")

    assert answer.code == "short"
    assert any(isinstance(one, FetchShort) and one.quantity == 2 for one in floor.facts)
    assert any(isinstance(one, CountWanted) and one.location == BIN_1 for one in floor.facts)
    assert guiding.prompt(floor.state, LI).kind is PromptKind.REFILL
    scan(floor, SHIRT_GTIN)
    assert floor.state.errands == {}
    assert floor.state.stock[SHIRT, BIN_1].reserved == 0
    assert len(wanted(floor)) == 1, "a place that is to be counted is not asked again"


def left_walk(lines: int) -> SmallFloor:
    """A walk that nobody has in hand, and an order that waits for so many shirts."""
    floor = stock_up(SmallFloor(FLOOR, FETCHING))
    floor.ready()
    floor.order("O1", (MUG, 1))
    floor.plan()
    floor.take(HandheldSilent(LI, NOW_US - 1, NOW_US))
    floor.order("O2", (SHIRT, lines))
    fill_up(floor, 4, 6, BIN_3)
    return floor


def test_a_refill_that_orders_wait_for_goes_before_a_walk_and_any_other_after_it() -> None:
    calm, pressing = left_walk(1), left_walk(4)

    calm.ready()
    pressing.ready()

    assert guiding.prompt(calm.state, LI).kind is PromptKind.PICK
    assert guiding.prompt(pressing.state, LI).kind is PromptKind.FETCH


def test_a_refill_goes_on_in_another_hand_and_old_prompts_are_over() -> None:
    floor = floor_where(4, 6)
    floor.ready()
    old = guiding.prompt(floor.state, LI).prompt_id
    scan(floor, SHIRT_GTIN)
    floor.ready(ANNA)

    floor.take(WorkHandedOver(RequestId("h"), LI, LI, ANNA, NOW_US))

    prompt = guiding.prompt(floor.state, ANNA)
    assert (prompt.kind, prompt.quantity, prompt.picked) == (PromptKind.FETCH, 2, 1)
    late = scan(floor, SHIRT_GTIN, prompt_id=old)
    assert late.code in {"handed_over", "nothing_to_do"}


def test_only_places_for_stock_are_filled_up_and_older_words_change_nothing() -> None:
    floor = floor_where(0, 6)

    fill_up(floor, 1, 2, DOCK)
    fill_up(floor, 9, 9, BIN_3, version=1)

    assert FLOOR.kind_of(DOCK) is LocationKind.PORTAL
    assert list(floor.state.forwards) == [(BIN_3, SHIRT)]
    assert wanted(floor) == []
