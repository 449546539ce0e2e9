"""Totes of the picker's own choice, full ones, and orders that lie in several of them."""

from dataclasses import replace

from edge.model.events import ParcelClosed, ToteBound, ToteFilled
from edge.model.ids import OrderId, Sku, ToteId
from edge.model.orders import OrderState
from edge.model.posted import StationScanned
from edge.model.prompts import PromptKind
from edge.rules import gathering, guiding
from tests.rules.deeds import at_station, close, report, scan
from tests.rules.small_floor import (
    ANNA,
    LI,
    MUG,
    MUG_GTIN,
    NOW_US,
    PACKER,
    SHIRT,
    SHIRT_GTIN,
    STATION,
    TERMS,
    SmallFloor,
    stock_up,
)

FULL, FURTHER = ToteId("T0500"), ToteId("T0501")


def binding(*orders: tuple[tuple[Sku, int], ...], bind: bool = True) -> SmallFloor:
    """Li is ready, and the orders O1, O2, … are planned."""
    floor = stock_up(SmallFloor(terms=replace(TERMS, bind_totes=bind)))
    for number, lines in enumerate(orders, 1):
        floor.order(f"O{number}", *lines)
    floor.ready(LI)
    floor.plan()
    return floor


def split_order() -> SmallFloor:
    """Three shirts of O1, of which the last lies in a second tote; both stand at the station."""
    floor = binding(((SHIRT, 3),))
    scan(floor, FULL)
    scan(floor, SHIRT_GTIN)
    scan(floor, SHIRT_GTIN)
    report(floor, "tote_full")
    scan(floor, FURTHER)
    scan(floor, SHIRT_GTIN)
    scan(floor, STATION)
    return floor


def test_each_order_of_a_cart_gets_the_tote_that_the_picker_scans_before_the_first_pick() -> None:
    floor = binding(((SHIRT, 1),), ((SHIRT, 1), (MUG, 1)))
    first = guiding.prompt(floor.state, LI)

    answers = [scan(floor, FULL), scan(floor, FURTHER)]

    assert (first.kind, first.slot, first.stops) == (PromptKind.BIND, 1, 2)
    assert [one.code for one in answers] == ["tote_bound", "tote_bound"]
    assert [type(fact) for fact in floor.facts[-2:]] == [ToteBound, ToteBound]
    prompt = guiding.prompt(floor.state, LI)
    assert (prompt.kind, prompt.totes) == (PromptKind.PICK, (FULL, FURTHER))
    assert set(floor.state.totes) == {FULL, FURTHER}


def test_nothing_but_the_label_of_a_tote_is_bound() -> None:
    floor = binding(((SHIRT, 1),))
    before = len(floor.facts)

    answers = [scan(floor, code) for code in (SHIRT_GTIN, STATION, "T123", "hello")]

    assert {one.code for one in answers} == {"tote_wanted"}
    assert len(floor.facts) == before


def test_a_planned_name_is_no_label_where_the_site_s_totes_bear_others() -> None:
    floor = stock_up(SmallFloor(terms=replace(TERMS, bind_totes=True, tote_label="箱[0-9]{3}")))
    floor.order("O1", (SHIRT, 1))
    floor.ready(LI)
    floor.plan()
    planned = str(guiding.prompt(floor.state, LI).tote_id)

    assert (scan(floor, planned).code, scan(floor, "箱101").code) == ("tote_wanted", "tote_bound")


def test_a_label_is_the_same_with_the_sign_of_its_symbology() -> None:
    floor = binding(((SHIRT, 1),), ((SHIRT, 1), (MUG, 1)))
    planned = str(guiding.prompt(floor.state, LI).tote_id)

    answers = [scan(floor, f"]C0{code}") for code in (FULL, planned)]

    assert [one.code for one in answers] == ["tote_bound", "tote_bound"]
    assert guiding.prompt(floor.state, LI).totes[0] == FULL


def test_a_tote_that_has_an_order_is_refused_for_another_one() -> None:
    floor = binding(((SHIRT, 1),))
    scan(floor, FULL)
    floor.order("O2", (MUG, 1))
    floor.ready(ANNA)
    floor.plan()
    before = len(floor.facts)

    answer = scan(floor, FULL, ANNA)

    assert (answer.accepted, answer.code, answer.data["order_id"]) == (False, "tote_taken", "O1")
    assert len(floor.facts) == before


def test_a_label_that_was_only_planned_for_another_order_is_free_to_be_taken() -> None:
    floor = binding(((SHIRT, 1),), ((MUG, 1),))
    first, second = guiding.prompt(floor.state, LI).totes

    taken = scan(floor, second)
    rest = scan(floor, first)

    assert (taken.code, rest.code) == ("tote_bound", "tote_bound")
    assert {one.tote_id: one.order_id for one in floor.state.totes.values()} == {
        second: OrderId("O1"),
        first: OrderId("O2"),
    }


def test_the_label_of_another_tote_of_the_cart_is_the_wrong_one_for_a_piece() -> None:
    floor = binding(((SHIRT, 1),), ((MUG, 1),))
    scan(floor, FULL)
    scan(floor, FURTHER)
    prompt = guiding.prompt(floor.state, LI)
    other = next(one for one in prompt.totes if one != prompt.tote_id)

    wrong, right = scan(floor, other), scan(floor, str(prompt.tote_id))

    assert (wrong.code, right.code) == ("tote_wrong", "tote_right")
    assert (wrong.data["tote_id"], wrong.data["slot"]) == (prompt.tote_id, prompt.slot)


def test_what_a_full_tote_does_not_hold_goes_into_a_further_one_of_the_same_order() -> None:
    floor = binding(((SHIRT, 3), (MUG, 1)), bind=False)
    scan(floor, SHIRT_GTIN)

    answer = report(floor, "tote_full")

    assert answer.code == "tote_full"
    assert isinstance(floor.facts[-1], ToteFilled)
    assert guiding.prompt(floor.state, LI).kind is PromptKind.BIND  # a person takes it by hand
    scan(floor, FURTHER)
    prompt = guiding.prompt(floor.state, LI)
    assert (prompt.kind, prompt.quantity, prompt.tote_id) == (PromptKind.PICK, 2, FURTHER)
    for code in (SHIRT_GTIN, SHIRT_GTIN, MUG_GTIN):
        scan(floor, code)
    held = [len(one.picked) for one in floor.state.totes.of_order(OrderId("O1"))]
    assert held == [1, 3]


def test_an_empty_tote_cannot_be_full() -> None:
    floor = binding(((SHIRT, 1),), bind=False)

    assert report(floor, "tote_full").code == "tote_empty"


def test_the_parcel_waits_until_every_tote_of_its_order_is_at_the_station() -> None:
    floor = split_order()
    opened = at_station(floor, FULL)
    for _ in range(2):
        at_station(floor, SHIRT_GTIN)

    refused = close(floor)
    joined = at_station(floor, FURTHER)
    at_station(floor, SHIRT_GTIN)
    closed = close(floor)

    assert (opened.code, refused.code) == ("opened", "tote_missing")
    assert refused.data["totes"] == [FURTHER]
    assert (joined.code, joined.data["awaited"]) == ("tote_joined", [])
    assert closed.code == "closed"
    fact = floor.facts[-1]
    assert isinstance(fact, ParcelClosed)
    assert (fact.tote_id, fact.more_totes, fact.parcel.complete) == (FULL, (FURTHER,), True)
    assert not floor.state.totes


def test_a_check_of_several_totes_begins_anew_with_all_that_are_here() -> None:
    floor = split_order()
    at_station(floor, FULL)

    def scanned_anew(code: str) -> str:
        request = floor.number()
        return floor.take(StationScanned(request, STATION, PACKER, code, NOW_US, anew=True)).code

    codes = [scanned_anew(FURTHER)]
    at_station(floor, SHIRT_GTIN)
    codes.append(scanned_anew(FURTHER))

    pack = floor.state.packs[STATION]
    assert codes == ["tote_joined", "opened"]
    assert (pack.tote_id, pack.more, pack.checked) == (FULL, (FURTHER,), ())


def test_a_parcel_can_be_closed_without_a_tote_that_is_lost_by_the_packer_s_consent_only() -> None:
    floor = split_order()
    at_station(floor, FURTHER)
    at_station(floor, SHIRT_GTIN)

    assert close(floor).code == "tote_missing"
    assert close(floor, partial=True).code == "closed"
    parcel = next(iter(floor.state.parcels.values()))
    assert (len(parcel.contents), parcel.complete) == (1, False)
    assert not floor.state.totes


def test_another_order_s_tote_does_not_join_the_one_that_is_open() -> None:
    floor = split_order()
    floor.order("O2", (MUG, 1))
    floor.ready(LI)
    floor.plan()
    for code in ("T0900", MUG_GTIN, STATION):
        scan(floor, code)
    at_station(floor, FULL)

    answer = at_station(floor, "T0900")

    assert answer.code == "opened"  # as before: the packer has turned to another order
    pack = floor.state.packs[STATION]
    assert (pack.order_id, gathering.awaited(floor.state, pack)) == ("O2", [])


def test_a_cancelled_order_is_put_back_out_of_each_of_its_totes() -> None:
    floor = split_order()

    floor.order("O1", (SHIRT, 3), rev=2, wanted="cancelled")
    totes = []
    while (prompt := guiding.prompt(floor.state, LI)).kind is PromptKind.PUT_BACK:
        totes.append(prompt.tote_id)
        scan(floor, SHIRT_GTIN)

    assert totes == [FULL, FULL, FURTHER]
    assert floor.state.orders[OrderId("O1")].state is OrderState.CANCELLED
    assert sum(one.quantity for one in floor.state.stock.of(SHIRT)) == 8
