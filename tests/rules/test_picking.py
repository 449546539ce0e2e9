"""From the order to the dropped tote: prompts, scans, tags, troubles."""

from edge.model.events import CountWanted, ForeignItemSeen, PieceConfirmed, StopRerouted
from edge.model.ids import LocationId, OrderId
from edge.model.orders import OrderState
from edge.model.prompts import PromptKind
from edge.rules import guiding
from tests.rules.deeds import report, scan, seen_on_cart, tag
from tests.rules.small_floor import (
    ANNA,
    BIN_1,
    BIN_3,
    CART,
    LI,
    MUG,
    MUG_GTIN,
    SHIRT,
    SHIRT_GTIN,
    STATION,
    SmallFloor,
    stocked,
)


def at_work(*lines: tuple[str, int], cart: LocationId | None = None) -> SmallFloor:
    floor = stocked()
    floor.order("O1", *lines)  # type: ignore[arg-type] # test words for articles
    floor.ready(LI, cart)
    floor.plan()
    return floor


def test_a_ready_picker_is_prompted_with_place_article_quantity_and_tote() -> None:
    floor = at_work((SHIRT, 2))

    prompt = guiding.prompt(floor.state, LI)

    assert (prompt.kind, prompt.location, prompt.sku, prompt.quantity) == (
        PromptKind.PICK,
        BIN_1,
        SHIRT,
        2,
    )
    assert (prompt.tote_id, prompt.name, prompt.stop, prompt.stops) == ("T0001", "Shirt", 1, 1)


def test_each_scan_counts_one_piece_and_takes_it_from_the_stock() -> None:
    floor = at_work((SHIRT, 2))

    first = scan(floor, SHIRT_GTIN)
    last = scan(floor, SHIRT_GTIN)

    assert (first.code, last.code) == ("picked", "walk_done")
    stock = floor.state.stock[SHIRT, BIN_1]
    assert (stock.quantity, stock.reserved) == (3, 0)
    assert guiding.prompt(floor.state, LI).kind is PromptKind.DROP


def test_a_wrong_article_is_refused_and_changes_nothing() -> None:
    floor = at_work((SHIRT, 2))
    before = (len(floor.facts), guiding.prompt(floor.state, LI))

    answer = scan(floor, MUG_GTIN)

    assert (answer.accepted, answer.code) == (False, "wrong_item")
    assert answer.data["scanned_sku"] == MUG
    assert (len(floor.facts), guiding.prompt(floor.state, LI)) == before


def test_a_code_that_nobody_knows_is_refused() -> None:
    floor = at_work((SHIRT, 1))

    assert scan(floor, "hello").code == "unknown_code"
    assert scan(floor, "4006381333932").code == "unknown_code"  # a wrong check digit


def test_a_scan_for_a_prompt_that_is_over_has_no_effect() -> None:
    floor = at_work((SHIRT, 1))
    old = guiding.prompt(floor.state, LI).prompt_id
    scan(floor, SHIRT_GTIN)

    assert scan(floor, SHIRT_GTIN, prompt_id=old).code == "done_already"


def test_the_expected_tag_on_the_cart_confirms_the_pick_without_a_scan() -> None:
    floor = at_work((SHIRT, 2), cart=CART)

    seen_on_cart(floor, tag(1))
    assert guiding.prompt(floor.state, LI).picked == 1
    seen_on_cart(floor, tag(2))

    assert guiding.prompt(floor.state, LI).kind is PromptKind.DROP


def test_a_piece_that_is_seen_and_scanned_counts_once() -> None:
    floor = at_work((SHIRT, 2), cart=CART)

    seen_on_cart(floor, tag(1))
    answer = scan(floor, SHIRT_GTIN)

    assert answer.code == "paired"
    assert isinstance(floor.facts[-1], PieceConfirmed)
    assert guiding.prompt(floor.state, LI).picked == 1


def test_a_foreign_tag_on_the_cart_is_told_and_counts_nothing() -> None:
    floor = at_work((SHIRT, 1), cart=CART)

    seen_on_cart(floor, tag(7, MUG_GTIN))

    assert isinstance(floor.facts[-1], ForeignItemSeen)
    prompt = guiding.prompt(floor.state, LI)
    assert (prompt.picked, prompt.notice) == (0, "foreign_item")


def test_the_tags_of_pieces_in_the_totes_are_nothing_to_notice() -> None:
    floor = at_work((SHIRT, 2), cart=CART)

    seen_on_cart(floor, tag(1))

    assert guiding.prompt(floor.state, LI).notice == ""


def test_an_empty_bin_sends_the_picker_to_another_place_and_asks_for_a_count() -> None:
    floor = at_work((SHIRT, 2))
    scan(floor, SHIRT_GTIN)

    answer = report(floor, "empty")

    assert answer.code == "rerouted"
    prompt = guiding.prompt(floor.state, LI)
    assert (prompt.location, prompt.quantity) == (BIN_3, 1)
    kinds = [type(event) for event in floor.facts[-4:]]
    assert CountWanted in kinds
    assert StopRerouted in kinds
    assert floor.state.stock[SHIRT, BIN_1].quantity == 0


def test_an_order_of_which_nothing_is_found_waits_for_stock() -> None:
    floor = at_work((MUG, 1))

    assert report(floor, "empty").code == "short"
    scan(floor, STATION)

    order = floor.state.orders[OrderId("O1")]
    assert (order.state, order.doubts[0].code) == (OrderState.HELD, "no_stock")
    assert not floor.state.totes


def test_the_totes_are_dropped_at_a_pack_station_only() -> None:
    floor = at_work((SHIRT, 1))
    scan(floor, SHIRT_GTIN)

    wrong = scan(floor, BIN_1)
    right = scan(floor, STATION)

    assert (wrong.code, right.code) == ("place_wrong", "dropped")
    assert floor.state.orders[OrderId("O1")].state is OrderState.PICKED
    assert guiding.prompt(floor.state, LI).kind is PromptKind.WAIT


def test_two_pickers_never_hold_one_cart_and_nobody_leaves_in_mid_walk() -> None:
    floor = at_work((SHIRT, 1), cart=CART)

    assert floor.ready(ANNA, CART).code == "cart_taken"
    assert floor.ready(ANNA, BIN_1).code == "cart_unknown"
    assert floor.ready(LI, None).code == "work_in_hand"


def test_a_very_piece_that_was_counted_at_one_stop_does_not_count_at_the_next() -> None:
    floor = at_work((SHIRT, 6))
    first = guiding.prompt(floor.state, LI)
    for number in range(first.quantity):
        scan(floor, tag(number))

    again = scan(floor, tag(0))

    now = guiding.prompt(floor.state, LI)
    assert (again.accepted, again.code) == (False, "done_already")
    assert (now.stop, now.picked) == (first.stop + 1, 0)


def test_a_tag_of_another_tote_on_the_cart_is_foreign_though_its_article_is_wanted() -> None:
    floor = at_work((SHIRT, 1), cart=CART)
    seen_on_cart(floor, tag(1))
    scan(floor, STATION)
    floor.order("O2", (SHIRT, 1))
    floor.plan()

    seen_on_cart(floor, tag(1))

    assert isinstance(floor.facts[-1], ForeignItemSeen)
    prompt = guiding.prompt(floor.state, LI)
    assert (prompt.picked, prompt.notice) == (0, "")  # its tote stands beside, at the station
