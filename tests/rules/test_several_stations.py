"""An order of which one tote went to a put wall and another to a pack station finds together."""

from dataclasses import replace

import pytest

from edge.floor.views import pack_view, wall_view
from edge.model.ids import LocationId, OrderId, ToteId
from edge.model.orders import OrderState
from edge.model.prompts import PromptKind
from edge.rules import guiding
from tests.rules.deeds import close, report
from tests.rules.deeds import scan as pick
from tests.rules.small_floor import (
    LI,
    MUG,
    MUG_GTIN,
    SHIRT,
    SHIRT_GTIN,
    STATION,
    SmallFloor,
    stock_up,
)
from tests.rules.test_walling import WALL, WITH_WALL, scan

O1 = OrderId("O1")
FURTHER = ToteId("T0501")


def parted() -> SmallFloor:
    """One piece of O1 lies in a tote at the wall, beside O2's; the others in one elsewhere."""
    floor = stock_up(SmallFloor(WITH_WALL))
    floor.order("O1", (MUG, 1), (SHIRT, 2))
    floor.order("O2", (MUG, 1))
    floor.ready()
    floor.plan()
    while (prompt := guiding.prompt(floor.state, LI)).kind is PromptKind.PICK:
        held = [one for one in floor.state.totes.of_order(O1) if one.picked]
        if prompt.order_id == "O1" and prompt.sku == SHIRT and len(held) == 1 and held[0].picked:
            fill_up(floor)
        pick(floor, SHIRT_GTIN if prompt.sku == SHIRT else MUG_GTIN)
    pick(floor, WALL)
    tote = floor.state.totes[FURTHER]
    floor.state.totes[FURTHER] = replace(tote, station=STATION)
    return floor


def fill_up(floor: SmallFloor) -> None:
    report(floor, "tote_full")
    pick(floor, FURTHER)


def sort_all(floor: SmallFloor) -> LocationId:
    """All that lies at the wall is sorted; the slot of O1."""
    mine = LocationId("")
    for gtin in (SHIRT_GTIN, MUG_GTIN, MUG_GTIN):
        lit = scan(floor, gtin)
        if not lit.accepted:
            continue
        scan(floor, str(lit.data["slot"]))
        if lit.data["order_id"] == O1:
            mine = LocationId(str(lit.data["slot"]))
    return mine


def check_all(floor: SmallFloor) -> None:
    for gtin in (SHIRT_GTIN, SHIRT_GTIN, MUG_GTIN):
        assert scan(floor, gtin, STATION).accepted


def test_the_tote_at_the_station_waits_until_its_brother_at_the_wall_is_sorted() -> None:
    floor = parted()

    answer = scan(floor, FURTHER, STATION)

    assert (answer.code, answer.data["wall"]) == ("still_at_wall", WALL)
    assert floor.state.packs == {}


def test_the_wall_says_where_the_rest_of_a_sorted_order_is() -> None:
    floor = parted()
    slot = sort_all(floor)

    shown = wall_view(floor.state, WALL)["slots"]

    mine = next(one for one in shown if one["slot"] == slot)  # type: ignore[attr-defined] # plain values
    assert (mine["state"], mine["elsewhere"]) == ("complete", [FURTHER])


@pytest.mark.parametrize("first", ["the tote", "the slot"])
def test_tote_and_slot_of_one_order_find_together_whichever_is_scanned_first(first: str) -> None:
    floor = parted()
    slot = sort_all(floor)
    codes = (FURTHER, slot) if first == "the tote" else (slot, FURTHER)

    opened = scan(floor, codes[0], STATION)
    awaited = pack_view(floor.state, STATION)["awaited"]
    refused = close(floor)
    joined = scan(floor, codes[1], STATION)
    again = scan(floor, codes[1], STATION)
    check_all(floor)

    assert (opened.code, awaited) == ("opened", [codes[1]])
    assert (refused.code, refused.data["totes"]) == ("tote_missing", [codes[1]])
    assert (joined.code, joined.data["awaited"]) == ("tote_joined", [])
    assert not (again.accepted and again.code == "opened")
    assert slot not in floor.state.slots
    assert close(floor).code == "closed"
    assert floor.state.totes.of_order(O1) == []


def test_while_the_tote_alone_is_open_the_slot_keeps_its_order_and_takes_no_other() -> None:
    floor = parted()
    slot = sort_all(floor)
    scan(floor, FURTHER, STATION)

    lit = scan(floor, MUG_GTIN)

    assert floor.state.slots[slot].order_id == O1
    assert lit.code == "not_wanted" or lit.data["slot"] != slot
    assert pack_view(floor.state, STATION)["awaited"] == [slot]


def test_what_was_dropped_is_sorted_while_the_rest_of_its_order_is_still_picked() -> None:
    floor = parted()
    order = floor.state.orders[O1]
    floor.state.orders[O1] = replace(order, state=OrderState.PICKING)

    slot = sort_all(floor)

    shown = wall_view(floor.state, WALL)["slots"]
    mine = next(one for one in shown if one["slot"] == slot)  # type: ignore[attr-defined] # plain values
    assert (mine["state"], mine["put"], mine["expected"]) == ("filling", 1, 1)
    assert scan(floor, slot, STATION).code == "tote_not_here"


def test_a_packer_who_turned_to_another_order_finds_what_the_slot_had_held_again() -> None:
    floor = parted()
    slot = sort_all(floor)
    tote = floor.state.slots[slot].tote_id
    other = next(one for one in floor.state.slots.values() if one.slot != slot).slot
    scan(floor, slot, STATION)
    scan(floor, other, STATION)

    again = scan(floor, tote, STATION)

    assert again.code == "opened"
    assert {one.station for one in floor.state.totes.of_order(O1)} == {STATION}
