"""Work leaves a hand: by a person's word, or because a handheld is not heard any more."""

from edge.model.ids import Badge, OrderId, RequestId
from edge.model.inputs import HandheldSilent
from edge.model.orders import OrderState
from edge.model.posted import TroubleReported, WorkHandedOver
from edge.model.prompts import Answer, PromptKind
from edge.rules import guiding
from tests.rules.deeds import scan, seen_on_cart, tag
from tests.rules.small_floor import (
    ANNA,
    CART,
    LI,
    NOW_US,
    SHIRT,
    SHIRT_GTIN,
    STATION,
    SmallFloor,
)
from tests.rules.test_picking import at_work


def hand_over(floor: SmallFloor, holder: Badge = LI, to: Badge | None = None) -> Answer:
    return floor.take(WorkHandedOver(floor.number(), holder, holder, to, NOW_US))


def falls_silent(floor: SmallFloor, badge: Badge = LI) -> Answer:
    return floor.take(HandheldSilent(badge, NOW_US - 600_000_000, NOW_US))


def test_work_that_is_handed_over_goes_on_where_it_stood_in_another_hand() -> None:
    floor = at_work((SHIRT, 3))
    scan(floor, SHIRT_GTIN)
    floor.ready(ANNA)

    assert hand_over(floor, LI, ANNA).code == "work_handed_over"

    mine, hers = guiding.prompt(floor.state, LI), guiding.prompt(floor.state, ANNA)
    assert (mine.kind, mine.notice) == (PromptKind.WAIT, "not_at_work")
    assert (hers.kind, hers.picked, hers.quantity) == (PromptKind.PICK, 1, 2)
    assert (hers.notice, hers.totes) == ("taken_over", ("T0001",))
    assert floor.state.orders[OrderId("O1")].state is OrderState.PICKING


def test_a_silent_handheld_s_work_goes_to_whoever_is_free_next_before_any_new_walk() -> None:
    floor = at_work((SHIRT, 2))
    walk = guiding.prompt(floor.state, LI).walk_id

    assert falls_silent(floor).code == "work_returned"
    floor.order("O2", (SHIRT, 1))
    floor.ready(ANNA)

    assert guiding.prompt(floor.state, ANNA).walk_id == walk


def test_the_old_handheld_s_late_scans_are_refused_by_name_and_change_nothing() -> None:
    floor = at_work((SHIRT, 2))
    old = guiding.prompt(floor.state, LI).prompt_id
    falls_silent(floor)
    floor.ready(ANNA)
    before = (len(floor.facts), guiding.prompt(floor.state, ANNA))

    late = scan(floor, SHIRT_GTIN, LI, old)
    trouble = floor.take(TroubleReported(RequestId("t"), LI, old, "empty", NOW_US))

    assert (late.accepted, late.code, late.data["picker"]) == (False, "handed_over", ANNA)
    assert trouble.code == "handed_over"
    assert (len(floor.facts), guiding.prompt(floor.state, ANNA)) == before


def test_a_scan_from_before_is_stale_even_when_the_work_has_come_back_to_the_same_picker() -> None:
    floor = at_work((SHIRT, 2))
    old = guiding.prompt(floor.state, LI).prompt_id
    falls_silent(floor)
    floor.ready(LI)
    now = guiding.prompt(floor.state, LI)
    assert (now.kind, now.notice) == (PromptKind.PICK, "")

    assert scan(floor, SHIRT_GTIN, LI, old).code == "done_already"
    assert scan(floor, SHIRT_GTIN, LI, now.prompt_id).code == "picked"


def test_what_is_to_be_put_back_goes_over_with_the_walk() -> None:
    floor = at_work((SHIRT, 2))
    scan(floor, SHIRT_GTIN)
    floor.order("O1", (SHIRT, 1), rev=2, wanted="cancelled")
    old = guiding.prompt(floor.state, LI)
    assert old.kind is PromptKind.PUT_BACK
    floor.ready(ANNA)

    hand_over(floor, LI, ANNA)

    now = guiding.prompt(floor.state, ANNA)
    assert (now.kind, now.quantity) == (PromptKind.PUT_BACK, 1)
    assert scan(floor, SHIRT_GTIN, LI, old.prompt_id).code == "handed_over"
    assert scan(floor, SHIRT_GTIN, ANNA, now.prompt_id).code == "all_put"


def test_pieces_that_the_old_cart_saw_are_not_counted_again_on_the_new_one() -> None:
    floor = at_work((SHIRT, 2), cart=CART)
    seen_on_cart(floor, tag(1))
    hand_over(floor)
    floor.ready(ANNA, CART)

    seen_on_cart(floor, tag(1))

    assert guiding.prompt(floor.state, ANNA).picked == 1


def test_an_order_that_is_cancelled_while_nobody_has_it_in_hand_waits_for_its_put_back() -> None:
    floor = at_work((SHIRT, 2))
    scan(floor, SHIRT_GTIN)
    hand_over(floor)

    floor.order("O1", (SHIRT, 1), rev=2, wanted="cancelled")
    floor.ready(ANNA)

    assert guiding.prompt(floor.state, ANNA).kind is PromptKind.PUT_BACK


def test_work_goes_only_to_somebody_who_is_at_work_and_free() -> None:
    floor = at_work((SHIRT, 1))

    assert hand_over(floor, LI, ANNA).code == "picker_busy"
    assert hand_over(floor, ANNA).code == "nothing_to_do"
    assert guiding.prompt(floor.state, LI).kind is PromptKind.PICK


def test_a_silent_picker_without_work_is_given_none() -> None:
    floor = at_work((SHIRT, 1))
    scan(floor, SHIRT_GTIN)
    scan(floor, STATION)

    assert falls_silent(floor).code == "gone"
    assert falls_silent(floor).code == "noted"
    floor.order("O2", (SHIRT, 1))

    assert floor.plan() is None
