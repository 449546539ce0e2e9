"""Orders are cancelled and changed while they are picked; nothing of it is lost."""

from edge.model.events import OrderCancelled, OrderReceived
from edge.model.ids import OrderId, RequestId, ToteId
from edge.model.orders import OrderState
from edge.model.posted import StationScanned, TroubleReported, WorkWanted
from edge.model.prompts import Answer, PromptKind
from edge.rules import guiding
from tests.rules.deeds import scan
from tests.rules.small_floor import (
    ANNA,
    BIN_1,
    BIN_2,
    LI,
    MUG,
    MUG_GTIN,
    NOW_US,
    SHIRT,
    SHIRT_GTIN,
    STATION,
    SmallFloor,
    stocked,
)

O1, O2 = OrderId("O1"), OrderId("O2")


def finish(floor: SmallFloor) -> None:
    while (prompt := guiding.prompt(floor.state, LI)).kind is PromptKind.PICK:
        scan(floor, SHIRT_GTIN if prompt.sku == SHIRT else MUG_GTIN)
    scan(floor, STATION)


def shirts_in_bin_1(floor: SmallFloor) -> tuple[int, int]:
    stock = floor.state.stock[SHIRT, BIN_1]
    return stock.quantity, stock.reserved


def picking() -> SmallFloor:
    """Li has one of two shirts of O1 in the tote; the mug of O2 is still to come."""
    floor = stocked()
    floor.order("O1", (SHIRT, 2))
    floor.order("O2", (MUG, 1))
    floor.ready()
    floor.plan()
    while guiding.prompt(floor.state, LI).sku != SHIRT:
        scan(floor, MUG_GTIN)
    scan(floor, SHIRT_GTIN)
    return floor


def test_a_cancellation_in_mid_pick_turns_the_picker_back_to_the_place() -> None:
    floor = picking()
    before = guiding.prompt(floor.state, LI)

    answer = floor.order("O1", rev=2, wanted="cancelled")

    prompt = guiding.prompt(floor.state, LI)
    assert answer.code == "cancelled"
    assert (prompt.kind, prompt.location, prompt.sku) == (PromptKind.PUT_BACK, BIN_1, SHIRT)
    assert (prompt.quantity, prompt.tote_id) == (1, before.tote_id)
    assert shirts_in_bin_1(floor) == (4, 0)
    assert floor.state.orders[O1].state is OrderState.CANCELLED


def test_an_order_that_waits_is_cancelled_by_the_same_fact() -> None:
    floor = stocked()
    floor.order("O1", (SHIRT, 2))

    answer = floor.order("O1", rev=2, wanted="cancelled")

    assert (answer.code, floor.state.orders[O1].state) == ("cancelled", OrderState.CANCELLED)
    assert [one.rev for one in floor.facts if isinstance(one, OrderCancelled)] == [2]


def test_a_cancellation_that_overtakes_its_order_is_told_as_one() -> None:
    floor = stocked()

    answer = floor.order("O1", (SHIRT, 2), rev=2, wanted="cancelled")
    late = floor.order("O1", (SHIRT, 2))

    assert (answer.code, late.code) == ("cancelled", "done_already")
    assert [type(one) for one in floor.facts[-2:]] == [OrderReceived, OrderCancelled]
    assert floor.state.orders[O1].state is OrderState.CANCELLED


def test_a_scan_for_the_cancelled_prompt_changes_nothing() -> None:
    floor = picking()
    before = guiding.prompt(floor.state, LI)
    floor.order("O1", rev=2, wanted="cancelled")

    late = scan(floor, SHIRT_GTIN, prompt_id=before.prompt_id)

    assert late.code == "done_already"
    assert shirts_in_bin_1(floor) == (4, 0)


def test_what_is_put_back_is_stock_again_and_the_walk_goes_on() -> None:
    floor = picking()
    floor.order("O1", rev=2, wanted="cancelled")

    assert scan(floor, BIN_2).code == "place_wrong"
    assert scan(floor, MUG_GTIN).code == "wrong_item"
    assert scan(floor, BIN_1).code == "place_right"
    assert scan(floor, SHIRT_GTIN).code == "all_put"

    assert shirts_in_bin_1(floor) == (5, 0)
    assert guiding.prompt(floor.state, LI).order_id != O1
    assert floor.state.errands == {}


def test_the_tote_of_a_cancelled_order_is_not_given_out_while_pieces_lie_in_it() -> None:
    floor = picking()
    tote = guiding.prompt(floor.state, LI).tote_id
    floor.order("O1", rev=2, wanted="cancelled")

    assert tote not in floor.state.totes
    assert tote in floor.state.totes_in_use()


def test_a_walk_of_which_nothing_is_wanted_any_more_is_over() -> None:
    floor = stocked()
    floor.order("O1", (SHIRT, 2))
    floor.ready()
    floor.plan()

    floor.order("O1", rev=2, wanted="cancelled")

    assert floor.state.walks == {}
    assert guiding.prompt(floor.state, LI).kind is PromptKind.WAIT
    assert shirts_in_bin_1(floor) == (5, 0)


def test_a_piece_that_was_to_be_put_back_and_is_not_there_leaves_the_books() -> None:
    floor = picking()
    floor.order("O1", rev=2, wanted="cancelled")
    prompt = guiding.prompt(floor.state, LI)

    floor.take(TroubleReported(RequestId("t"), LI, prompt.prompt_id, "empty", NOW_US))

    assert floor.state.errands == {}
    assert shirts_in_bin_1(floor) == (4, 0)
    assert (BIN_1, SHIRT) in floor.state.counts


def dropped() -> SmallFloor:
    floor = stocked()
    floor.order("O1", (SHIRT, 2))
    floor.ready()
    floor.plan()
    finish(floor)
    return floor


def open_tote(floor: SmallFloor) -> Answer:
    return floor.take(StationScanned(floor.number(), STATION, None, ToteId("T0001"), NOW_US))


def test_a_tote_at_the_pack_station_whose_order_is_cancelled_is_brought_back_by_who_is_free() -> (
    None
):
    floor = dropped()
    open_tote(floor)

    floor.order("O1", rev=2, wanted="cancelled")

    assert floor.state.packs == {}
    assert guiding.prompt(floor.state, LI).kind is PromptKind.PUT_BACK
    assert guiding.prompt(floor.state, ANNA).kind is PromptKind.WAIT
    assert open_tote(floor).code == "order_cancelled"
    scan(floor, SHIRT_GTIN)
    scan(floor, SHIRT_GTIN)
    assert shirts_in_bin_1(floor) == (5, 0)


def test_a_smaller_revision_in_mid_pick_puts_back_what_is_too_much() -> None:
    floor = picking()

    answer = floor.order("O1", (MUG, 1), rev=2)

    assert answer.code == "changed"
    assert guiding.prompt(floor.state, LI).kind is PromptKind.PUT_BACK
    scan(floor, SHIRT_GTIN)
    assert shirts_in_bin_1(floor) == (5, 0)
    finish(floor)
    tote = next(one for one in floor.state.totes.values() if one.order_id == O1)
    assert [sku for sku, _ in tote.picked] == [MUG]


def test_a_larger_revision_in_mid_pick_adds_stops_to_the_walk() -> None:
    floor = picking()

    floor.order("O1", (SHIRT, 3), rev=2)

    assert guiding.prompt(floor.state, LI).kind is PromptKind.PICK
    finish(floor)
    tote = next(one for one in floor.state.totes.values() if one.order_id == O1)
    assert [sku for sku, _ in tote.picked] == [SHIRT] * 3
    assert floor.state.orders[O1].rev == 2


def test_a_revision_that_wants_more_than_lies_free_is_refused_as_a_whole() -> None:
    floor = picking()
    before = floor.state.walk_of(LI)

    answer = floor.order("O1", (SHIRT, 90), rev=2)

    assert answer.code == "too_late"
    assert "SHIRT" in answer.text
    assert floor.state.walk_of(LI) == before
    assert floor.state.orders[O1].lines[0].quantity == 2


def test_a_put_back_that_waits_goes_before_the_next_walk() -> None:
    floor = dropped()
    floor.take(WorkWanted(RequestId("rest"), LI, False, None, NOW_US))
    floor.order("O1", rev=2, wanted="cancelled")
    floor.order("O2", (MUG, 1))
    assert next(iter(floor.state.errands.values())).picker is None

    floor.ready(LI)
    floor.ready(ANNA)
    floor.plan()

    assert guiding.prompt(floor.state, LI).kind is PromptKind.PUT_BACK
    assert guiding.prompt(floor.state, ANNA).kind is PromptKind.PICK
