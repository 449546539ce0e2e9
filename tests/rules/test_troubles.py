"""What people report instead of doing as prompted, and what really follows."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from edge.gs1.epc import sgtin96_hex
from edge.model.events import (
    CountWanted,
    Event,
    StopRerouted,
    StopShort,
    StopSought,
    TaskOpened,
    TroubleRecorded,
)
from edge.model.ids import Epc, LocationId, OrderId, RequestId
from edge.model.inputs import ItemLocated
from edge.model.orders import OrderState
from edge.model.posted import ParcelWanted, StationScanned, TaskFinished
from edge.model.presence import Arrived
from edge.model.prompts import Answer, PromptKind
from edge.rules import guiding
from tests.rules.deeds import report, scan
from tests.rules.small_floor import (
    BIN_1,
    BIN_2,
    BIN_3,
    LI,
    MUG,
    MUG_GTIN,
    NOW_US,
    SHIRT,
    SHIRT_GTIN,
    STATION,
    SmallFloor,
)
from tests.rules.test_picking import at_work

ZONE = LocationId("zone-a")


def heard_in_zone(floor: SmallFloor, gtin: str, *serials: int) -> None:
    for serial in serials:
        epc = Epc(sgtin96_hex(gtin, 7, serial))
        floor.take(ItemLocated(Arrived(epc, ZONE, 0.9, NOW_US), NOW_US))


def finish(floor: SmallFloor, task_id: str) -> Answer:
    return floor.take(TaskFinished(floor.number(), LI, task_id, NOW_US))


def kinds_of(facts: Sequence[Event]) -> list[type[Event]]:
    return [type(one) for one in facts]


def test_a_trouble_is_taken_only_at_the_prompts_it_is_meant_for() -> None:
    floor = at_work((SHIRT, 1))
    scan(floor, SHIRT_GTIN)
    assert guiding.prompt(floor.state, LI).kind is PromptKind.DROP

    assert report(floor, "empty").code == "not_allowed"
    assert report(floor, "safety_stop").code == "noted"


def test_each_rung_of_a_missing_piece_is_a_fact_of_its_own_and_in_order() -> None:
    floor = at_work((SHIRT, 2))
    heard_in_zone(floor, SHIRT_GTIN, 1)
    begun = len(floor.facts)

    assert report(floor, "empty").code == "look_again"
    prompt = guiding.prompt(floor.state, LI)
    assert (prompt.location, prompt.notice, prompt.notice_location) == (
        BIN_1,
        "look_near",
        ZONE,
    )
    assert report(floor, "empty").code == "rerouted"
    assert guiding.prompt(floor.state, LI).location == BIN_3
    assert report(floor, "empty").code == "short"

    rungs = (StopSought, StopRerouted, StopShort)
    steps = [one for one in kinds_of(floor.facts[begun:]) if one in rungs]
    assert steps == [StopSought, StopShort, StopRerouted, StopShort]


def test_tags_that_other_bins_of_the_zone_explain_send_nobody_to_look_again() -> None:
    floor = at_work((MUG, 1))  # the mugs' bin A-2 lies in the zone, the shirts' A-1 too
    heard_in_zone(floor, SHIRT_GTIN, 1, 2, 3)

    assert report(floor, "empty").code == "short"


def test_a_place_that_is_looked_at_again_is_picked_as_before_when_the_piece_is_found() -> None:
    floor = at_work((MUG, 1))
    heard_in_zone(floor, MUG_GTIN, 1)
    report(floor, "empty")

    assert scan(floor, MUG_GTIN).code == "walk_done"
    assert floor.state.stock[MUG, BIN_2].quantity == 3


def test_a_blocked_bin_keeps_its_stock_and_nothing_is_promised_from_it_until_it_is_free() -> None:
    floor = at_work((MUG, 1))

    assert report(floor, "blocked").code == "short"
    scan(floor, STATION)

    stock = floor.state.stock[MUG, BIN_2]
    assert (stock.quantity, stock.reserved) == (4, 0)
    assert CountWanted not in kinds_of(floor.facts)
    assert floor.state.orders[OrderId("O1")].state is OrderState.HELD
    assert floor.order("O2", (MUG, 1)).accepted
    assert floor.state.orders[OrderId("O2")].state is OrderState.HELD

    assert finish(floor, f"freeze/{BIN_2}").code == "task_done"

    assert floor.state.orders[OrderId("O2")].state is OrderState.RELEASED
    assert floor.plan() is not None
    assert guiding.prompt(floor.state, LI).location == BIN_2


def test_a_plan_that_was_made_before_a_place_was_frozen_is_not_taken() -> None:
    floor = at_work((MUG, 1))
    report(floor, "blocked")
    planned = len(floor.state.walks)
    floor.order("O2", (SHIRT, 1), (MUG, 1))

    floor.plan()

    assert len(floor.state.walks) == planned
    for walk in floor.state.walks.values():
        assert all(stop.location != BIN_2 for stop in walk.stops if stop.open_quantity)


def test_a_blocked_bin_sends_the_picker_to_no_frozen_place_either() -> None:
    floor = at_work((SHIRT, 1))
    report(floor, "blocked")
    assert guiding.prompt(floor.state, LI).location == BIN_3

    report(floor, "blocked")

    assert guiding.prompt(floor.state, LI).kind is PromptKind.DROP


def test_the_same_report_again_makes_no_second_task() -> None:
    floor = at_work((SHIRT, 2))

    for _ in range(2):
        assert report(floor, "tag_unreadable").code == "noted"

    assert len(floor.state.tasks) == 1
    assert kinds_of(floor.facts).count(TaskOpened) == 1


def test_an_unreadable_tag_leaves_the_stop_and_a_task_to_make_it_anew() -> None:
    floor = at_work((SHIRT, 2))
    before = guiding.prompt(floor.state, LI)

    assert report(floor, "tag_unreadable").code == "noted"

    assert guiding.prompt(floor.state, LI) == before
    (task,) = floor.state.tasks.values()
    assert (task.kind, task.location, task.sku) == ("retag", BIN_1, SHIRT)
    assert finish(floor, task.task_id).code == "task_done"
    assert finish(floor, task.task_id).code == "done_already"


def test_extra_pieces_are_counted_and_the_pick_goes_on() -> None:
    floor = at_work((SHIRT, 2))

    report(floor, "extra_found")

    assert floor.state.counts[BIN_1, SHIRT].reason == "extra_found"
    assert guiding.prompt(floor.state, LI).quantity == 2


def test_a_stop_for_later_comes_again_at_the_end_and_the_last_one_cannot_wait() -> None:
    floor = at_work((SHIRT, 2), (MUG, 1))
    first = guiding.prompt(floor.state, LI)
    code = {SHIRT: SHIRT_GTIN, MUG: MUG_GTIN}
    assert first.sku is not None

    assert report(floor, "later").code == "postponed"
    second = guiding.prompt(floor.state, LI)
    assert second.sku is not None
    assert second.sku != first.sku
    assert scan(floor, code[first.sku], prompt_id=first.prompt_id).code == "done_already"
    while guiding.prompt(floor.state, LI).sku == second.sku:
        assert scan(floor, code[second.sku]).accepted
    again = guiding.prompt(floor.state, LI)

    assert (again.sku, again.location, again.quantity) == (
        first.sku,
        first.location,
        first.quantity,
    )
    assert report(floor, "later").code == "last_stop"
    for _ in range(again.quantity):
        assert scan(floor, code[first.sku]).accepted
    assert guiding.prompt(floor.state, LI).kind is PromptKind.DROP


def test_a_stop_that_was_begun_and_postponed_keeps_what_was_picked() -> None:
    floor = at_work((SHIRT, 2), (MUG, 2))
    first = guiding.prompt(floor.state, LI)
    codes = {SHIRT: SHIRT_GTIN, MUG: MUG_GTIN}
    assert first.sku is not None
    scan(floor, codes[first.sku])

    assert report(floor, "later").code == "postponed"

    tote = next(iter(floor.state.totes.values()))
    assert [sku for sku, _ in tote.picked] == [first.sku]
    while (prompt := guiding.prompt(floor.state, LI)).sku:
        assert scan(floor, codes[prompt.sku]).accepted
    assert len(floor.state.totes[tote.tote_id].picked) == 4


def test_an_order_whose_batch_was_refused_is_not_packed_before_a_person_decides() -> None:
    floor = at_work((SHIRT, 1), (MUG, 1))
    while guiding.prompt(floor.state, LI).sku != MUG:
        scan(floor, SHIRT_GTIN)
    report(floor, "lot_refused")
    while guiding.prompt(floor.state, LI).kind is PromptKind.PICK:
        scan(floor, SHIRT_GTIN)
    scan(floor, STATION)
    floor.take(StationScanned(RequestId("r1"), STATION, LI, "T0001", NOW_US))
    floor.take(StationScanned(RequestId("r2"), STATION, LI, SHIRT_GTIN, NOW_US))
    close = ParcelWanted(RequestId("r3"), STATION, LI, True, NOW_US)

    assert floor.take(close).code == "order_held"
    assert finish(floor, "hold/O1").accepted
    assert floor.take(close).code == "closed"


def test_every_report_is_recorded_first_of_all_that_follows_from_it() -> None:
    floor = at_work((SHIRT, 1))
    begun = len(floor.facts)

    report(floor, "blocked")

    facts = kinds_of(floor.facts[begun:])
    assert facts[0] is TroubleRecorded
    assert all(one is not TroubleRecorded for one, _ in pairwise(facts[1:]))


SHORT = {"emp": "empty", "空": "empty", "later": "later"}


@pytest.mark.parametrize("code", ["EMP", "emp ", "\uff25\uff2d\uff30", "空"])
def test_a_short_code_reports_as_a_tap_does_in_either_language(code: str) -> None:
    floor = at_work((SHIRT, 2))
    floor.terms = replace(floor.terms, short_codes=SHORT)

    answer = scan(floor, code)

    assert answer.code == "rerouted"
    assert any(isinstance(one, TroubleRecorded) and one.code == "empty" for one in floor.facts)


def test_a_short_code_that_is_an_article_too_means_the_article() -> None:
    floor = at_work((SHIRT, 2))
    floor.terms = replace(floor.terms, short_codes={"shirt": "empty", "later": "later"})

    assert scan(floor, SHIRT).code == "picked"
    assert scan(floor, "later").code == "last_stop"
    assert scan(floor, "EMP").code == "unknown_code"
