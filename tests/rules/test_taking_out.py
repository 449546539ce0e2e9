"""An order is made smaller after it was picked: what is too much is taken out and brought back."""

import pytest

from edge.floor.views import pack_view, wall_view
from edge.model.events import OrderChanged, PiecesUnwanted
from edge.model.ids import OrderId
from edge.model.orders import OrderState
from edge.model.prompts import PromptKind
from edge.rules import guiding, packing, taking_out, walling
from tests.rules.deeds import at_station, close, report, seen_at_station, tag
from tests.rules.deeds import scan as pick
from tests.rules.small_floor import (
    BIN_1,
    LI,
    MUG,
    MUG_GTIN,
    SHIRT,
    SHIRT_GTIN,
    STATION,
    SmallFloor,
    stocked,
)
from tests.rules.test_packing import picked
from tests.rules.test_picking import at_work
from tests.rules.test_walling import SLOTS, WALL, at_wall, scan

O1 = OrderId("O1")


def made_smaller(floor: SmallFloor, *lines: tuple[str, int]) -> str:
    return floor.order("O1", *lines, rev=2).code  # type: ignore[arg-type]


def pieces_of(floor: SmallFloor) -> int:
    """All shirts: in stock, in totes and on their way back."""
    return (
        sum(one.quantity for one in floor.state.stock.of(SHIRT))
        + sum(sku == SHIRT for tote in floor.state.totes.values() for sku, _ in tote.picked)
        + sum(one.sku == SHIRT for it in floor.state.errands.values() for one in it.pieces)
    )


def test_the_packer_is_told_at_once_and_no_picker_is_sent_before_it_is_out() -> None:
    floor = picked(3)
    at_station(floor, "T0001")
    before = pieces_of(floor)

    assert made_smaller(floor, (SHIRT, 2)) == "changed"

    (told,) = pack_view(floor.state, STATION)["take_out"]  # type: ignore[misc]
    assert (told["sku"], told["quantity"], told["tote_id"]) == (SHIRT, 1, "T0001")  # type: ignore[index]
    assert packing.verdict(floor.state, STATION) == "take_out"
    assert guiding.prompt(floor.state, LI).kind is PromptKind.WAIT
    assert pieces_of(floor) == before


def test_what_is_taken_out_is_brought_back_and_the_rest_is_packed() -> None:
    floor = picked(3)
    at_station(floor, "T0001")
    made_smaller(floor, (SHIRT, 2))

    assert close(floor).code == "take_out"
    assert at_station(floor, SHIRT_GTIN).code == "taken_out"
    prompt = guiding.prompt(floor.state, LI)
    at_station(floor, SHIRT_GTIN)
    assert at_station(floor, SHIRT_GTIN).code == "complete"

    assert (prompt.kind, prompt.location) == (PromptKind.PUT_BACK, BIN_1)
    assert (prompt.notice, prompt.notice_location) == ("lies_at", STATION)
    closed = close(floor)
    assert (closed.code, closed.data["complete"]) == ("closed", True)
    assert pick(floor, SHIRT_GTIN).code == "all_put"
    assert floor.state.errands == {}


def test_a_check_that_had_counted_all_goes_on_with_what_is_left() -> None:
    floor = picked(2)
    at_station(floor, "T0001")
    at_station(floor, SHIRT_GTIN)
    at_station(floor, SHIRT_GTIN)

    made_smaller(floor, (SHIRT, 1))

    (pack,) = floor.state.packs.values()
    assert len(pack.checked) == 1
    assert at_station(floor, SHIRT_GTIN).code == "taken_out"
    assert packing.verdict(floor.state, STATION) == "match"


def picked_by_tag(quantity: int) -> SmallFloor:
    """Shirts whose labels name their tags, dropped at the pack station."""
    floor = at_work((SHIRT, quantity))
    for number in range(1, quantity + 1):
        pick(floor, tag(number))
    pick(floor, STATION)
    return floor


def test_the_tag_that_nobody_has_checked_yet_is_the_one_to_be_taken_out() -> None:
    floor = picked_by_tag(2)
    at_station(floor, "T0001")
    seen_at_station(floor, tag(1))

    made_smaller(floor, (SHIRT, 1))

    (inside,) = taking_out.inside(floor.state, STATION)
    assert inside.piece.unit.epc == tag(2)
    assert at_station(floor, tag(1)).code == "paired", "the right one is not laid aside"
    assert at_station(floor, tag(2)).code == "taken_out"
    seen_at_station(floor, tag(2))
    assert packing.verdict(floor.state, STATION) == "match", "it lies beside the box"


def test_a_tag_that_only_the_check_knew_goes_with_the_piece_that_is_taken_out() -> None:
    floor = picked(2)
    at_station(floor, "T0001")
    seen_at_station(floor, tag(1))
    seen_at_station(floor, tag(2))

    made_smaller(floor, (SHIRT, 1))

    (pack,) = floor.state.packs.values()
    (inside,) = taking_out.inside(floor.state, STATION)
    counted = {unit.epc for _, unit in pack.checked}
    assert counted | {inside.piece.unit.epc} == {tag(1), tag(2)}
    assert pack.strangers == ()


def test_a_piece_for_the_open_box_is_not_taken_for_one_of_the_tote_beside_it() -> None:
    floor = stocked()
    for order_id in ("O1", "O2"):
        floor.order(order_id, (SHIRT, 2))
    floor.ready()
    floor.plan()
    while guiding.prompt(floor.state, LI).kind is PromptKind.PICK:
        pick(floor, SHIRT_GTIN)
    pick(floor, STATION)
    totes = {one.order_id: one.tote_id for one in floor.state.totes.values()}
    made_smaller(floor, (SHIRT, 1))

    at_station(floor, totes[OrderId("O2")])

    assert at_station(floor, SHIRT_GTIN).code == "checked"
    assert at_station(floor, SHIRT_GTIN).code == "complete"
    assert close(floor).code == "closed"
    assert at_station(floor, SHIRT_GTIN).code == "taken_out", "no box is open"


def test_a_packer_who_sees_that_it_does_not_lie_in_the_box_may_close_it() -> None:
    floor = picked(2)
    at_station(floor, "T0001")
    at_station(floor, SHIRT_GTIN)
    made_smaller(floor, (SHIRT, 1))

    assert close(floor, partial=True).code == "take_out", "who consents to less did not look"
    assert close(floor, partial=True, looked=True).code == "closed"

    (errand,) = floor.state.errands.values()
    assert (errand.to_take_out, errand.tote_id, errand.place) == ((), None, STATION)
    assert guiding.prompt(floor.state, LI).kind is PromptKind.PUT_BACK


def test_at_the_wall_a_slot_is_complete_only_when_what_is_not_wanted_is_out() -> None:
    floor = at_wall(((SHIRT, 2), (MUG, 1)), ((MUG, 1),))
    for code in (SHIRT_GTIN, SHIRT_GTIN):
        scan(floor, code)
        scan(floor, SLOTS[0])

    assert made_smaller(floor, (SHIRT, 1), (MUG, 1)) == "changed"
    scan(floor, MUG_GTIN)
    lit = walling.in_hand(floor.state, WALL)
    assert lit is not None
    assert scan(floor, lit.slot).code == "put"

    (told,) = wall_view(floor.state, WALL)["take_out"]  # type: ignore[misc]
    assert (told["sku"], told["slot"]) == (SHIRT, SLOTS[0])  # type: ignore[index]
    assert at_station(floor, SLOTS[0]).code == "still_at_wall"
    assert scan(floor, SHIRT_GTIN).code == "taken_out"
    assert at_station(floor, SLOTS[0]).code == "opened"


def test_a_piece_in_hand_at_the_wall_that_is_wanted_no_more_is_laid_aside() -> None:
    floor = at_wall(((SHIRT, 1), (MUG, 1)), ((MUG, 1),))
    scan(floor, SHIRT_GTIN)

    made_smaller(floor, (MUG, 1))

    assert walling.in_hand(floor.state, WALL) is None
    assert scan(floor, SHIRT_GTIN).code == "taken_out"


def test_a_tote_of_which_nothing_is_wanted_is_brought_back_as_a_whole() -> None:
    floor = at_wall(((SHIRT, 1), (MUG, 1)), ((MUG, 1),))
    before = pieces_of(floor)
    made_smaller(floor, (MUG, 1))
    assert floor.order("O1", rev=3, wanted="cancelled").code == "cancelled"

    errands = list(floor.state.errands.values())

    assert [len(one.pieces) for one in errands] == [2]
    assert errands[0].to_take_out == ()
    assert pieces_of(floor) == before
    assert guiding.prompt(floor.state, LI).kind is PromptKind.PUT_BACK


def test_more_than_was_picked_is_refused_and_nothing_changes() -> None:
    floor = picked(2)
    before = dict(floor.state.totes)

    answer = floor.order("O1", (SHIRT, 3), rev=2)

    assert (answer.code, floor.state.totes) == ("too_late", before)
    assert "than was picked" in answer.text


def test_another_carrier_is_taken_until_the_parcel_is_closed() -> None:
    floor = picked(1)

    assert made_smaller(floor, (SHIRT, 1)) == "changed"

    assert isinstance(floor.facts[-1], OrderChanged)
    assert not any(isinstance(one, PiecesUnwanted) for one in floor.facts)
    at_station(floor, "T0001")
    at_station(floor, SHIRT_GTIN)
    close(floor)
    assert made_smaller(floor, (SHIRT, 1)) == "done_already"
    assert floor.order("O1", (SHIRT, 1), rev=3).code == "too_late"


@pytest.mark.parametrize("opened", [False, True])
def test_an_order_of_which_nothing_that_was_picked_is_wanted_waits(*, opened: bool) -> None:
    """The mug was nowhere, and the shirt is wanted no more."""
    floor = at_work((SHIRT, 1), (MUG, 1))
    while (prompt := guiding.prompt(floor.state, LI)).kind is PromptKind.PICK:
        pick(floor, SHIRT_GTIN) if prompt.sku == SHIRT else report(floor, "empty")
    pick(floor, STATION)
    if opened:
        at_station(floor, "T0001")

    assert made_smaller(floor, (MUG, 1)) == "changed"

    assert floor.state.orders[O1].state is OrderState.HELD
    assert (floor.state.packs, dict(floor.state.totes)) == ({}, {})
    prompt = guiding.prompt(floor.state, LI)
    assert (prompt.kind, prompt.tote_id) == (PromptKind.PUT_BACK, "T0001")


def test_what_was_taken_out_before_is_not_asked_for_again_when_the_order_is_cancelled() -> None:
    floor = picked(3)
    at_station(floor, "T0001")
    made_smaller(floor, (SHIRT, 1))
    at_station(floor, SHIRT_GTIN)

    floor.order("O1", rev=3, wanted="cancelled")

    errands = sorted(floor.state.errands.values(), key=lambda one: one.tote_id or "")
    assert [(one.tote_id, len(one.pieces)) for one in errands] == [(None, 1), ("T0001", 2)]
    assert all(one.to_take_out == () for one in errands)
