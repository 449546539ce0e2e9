"""Missing pieces: one rung after the other, each told with its reason, at last a back-order."""

from dataclasses import replace

from edge.model.events import (
    BackOrdered,
    Event,
    StopRefilled,
    StopRerouted,
    StopShort,
    StopSubstituted,
    SubstituteOffered,
    SurplusAwaited,
)
from edge.model.ids import Badge, OrderId, Sku
from edge.model.inputs import StockListed, StockStatement
from edge.model.posted import ParcelWanted, StationScanned
from edge.model.prompts import Answer, PromptKind
from edge.rules import guiding
from edge.rules.terms import Rung
from tests.rules.deeds import report, scan
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
    TERMS,
    SmallFloor,
    stock_up,
)

WITH_RULE = replace(TERMS, substitutes={MUG: (SHIRT,)})


def mugs_wanted(
    *lines: tuple[Sku, int], terms: object = WITH_RULE, substitution: bool = True
) -> SmallFloor:
    """Li walks for an order of mugs, which lie in one place only."""
    floor = stock_up(SmallFloor(terms=terms))  # type: ignore[arg-type] # terms of a test
    floor.order("O1", *lines, substitution=substitution)
    floor.ready(LI)
    floor.plan()
    while guiding.prompt(floor.state, LI).sku != MUG:
        scan(floor, SHIRT_GTIN)
    return floor


def told(floor: SmallFloor, kind: type[Event]) -> list[Event]:
    return [fact for fact in floor.facts if isinstance(fact, kind)]


def pack(floor: SmallFloor, *codes: str) -> Answer:
    for code in ("T0001", *codes):
        floor.take(StationScanned(floor.number(), STATION, Badge("2001"), code, NOW_US))
    wanted = ParcelWanted(floor.number(), STATION, Badge("2001"), False, NOW_US)
    return floor.take(wanted)


def test_where_no_place_has_any_the_substitute_of_the_rule_is_fetched() -> None:
    floor = mugs_wanted((MUG, 2))
    scan(floor, MUG_GTIN)

    answer = report(floor, "empty")

    assert (answer.code, answer.data["sku"]) == ("substituted", SHIRT)
    (fact,) = told(floor, StopSubstituted)
    assert isinstance(fact, StopSubstituted)
    assert (fact.sku, fact.by, fact.quantity) == (MUG, SHIRT, 1)
    assert fact.why == "empty; rule: SHIRT for MUG"
    prompt = guiding.prompt(floor.state, LI)
    assert (prompt.sku, prompt.location, prompt.notice) == (SHIRT, BIN_1, "substitute")
    assert prompt.instead_of == "Mug"
    scan(floor, SHIRT_GTIN)
    scan(floor, STATION)
    assert not told(floor, BackOrdered)
    assert pack(floor, MUG_GTIN, SHIRT_GTIN).code == "closed"
    assert next(iter(floor.state.parcels.values())).complete


def test_a_customer_who_takes_no_substitute_gets_none_and_the_rest_is_back_ordered() -> None:
    floor = mugs_wanted((MUG, 2), substitution=False)
    scan(floor, MUG_GTIN)

    assert report(floor, "empty").code == "short"
    scan(floor, STATION)

    (fact,) = told(floor, BackOrdered)
    assert isinstance(fact, BackOrdered)
    assert (fact.order_id, fact.line_id, fact.sku, fact.quantity) == ("O1", "1", MUG, 1)
    assert pack(floor, MUG_GTIN).code == "closed"
    assert not next(iter(floor.state.parcels.values())).complete


def test_a_site_that_ships_no_partial_orders_lets_the_parcel_wait_for_a_person() -> None:
    floor = mugs_wanted((MUG, 2), terms=replace(TERMS, ship_partial=False))
    scan(floor, MUG_GTIN)
    report(floor, "empty")
    scan(floor, STATION)

    assert floor.state.is_held(OrderId("O1"))
    assert pack(floor, MUG_GTIN).code == "order_held"


def test_a_rung_that_a_site_does_not_have_is_not_tried() -> None:
    floor = mugs_wanted((MUG, 2), terms=replace(WITH_RULE, ladder=(Rung.OTHER_PLACE,)))

    assert report(floor, "empty").code == "short"
    assert not told(floor, StopSubstituted)


def test_other_places_go_before_a_substitute() -> None:
    floor = mugs_wanted((MUG, 2))
    floor.take(StockListed((StockStatement(MUG, BIN_1, 1, 9),), NOW_US))

    report(floor, "empty")

    assert [(type(fact), fact.quantity) for fact in floor.facts[-2:]] == [  # type: ignore[attr-defined]
        (StopRerouted, 1),
        (StopSubstituted, 1),
    ]


def test_what_a_colleague_puts_back_in_time_is_picked_at_the_walk_s_end() -> None:
    # given: Anna carries a mug of a cancelled order back, and Li finds none at its place
    floor = stock_up(SmallFloor())
    floor.order("O9", (MUG, 1))
    floor.ready(ANNA)
    floor.plan()
    scan(floor, MUG_GTIN, ANNA)
    floor.order("O9", (MUG, 1), rev=2, wanted="cancelled")
    floor.order("O1", (MUG, 1), (SHIRT, 1))
    floor.ready(LI)
    floor.plan()
    while guiding.prompt(floor.state, LI).sku != MUG:
        report(floor, "later")

    # when
    answer = report(floor, "empty")
    scan(floor, MUG_GTIN, ANNA)
    scan(floor, SHIRT_GTIN)

    # then
    assert answer.code == "surplus"
    assert len(told(floor, SurplusAwaited)) == 1
    (fact,) = told(floor, StopRefilled)
    assert isinstance(fact, StopRefilled)
    assert (fact.location, fact.quantity, fact.why) == (BIN_2, 1, "put there by 1002")
    assert guiding.prompt(floor.state, LI).sku == MUG
    scan(floor, MUG_GTIN)
    scan(floor, STATION)
    assert not told(floor, BackOrdered)


def test_another_valid_article_in_the_place_warns_first_and_is_taken_by_a_second_scan() -> None:
    floor = mugs_wanted((MUG, 2))
    floor.take(StockListed((StockStatement(SHIRT, BIN_2, 1, 9),), NOW_US))

    first = scan(floor, SHIRT_GTIN)
    second = scan(floor, SHIRT_GTIN)

    assert (first.accepted, first.code) == (False, "substitute_offered")
    assert len(told(floor, SubstituteOffered)) == 1
    assert (second.accepted, second.code) == (True, "substituted")
    assert floor.state.stock[SHIRT, BIN_2].quantity == 0
    prompt = guiding.prompt(floor.state, LI)
    assert (prompt.kind, prompt.sku, prompt.quantity) == (PromptKind.PICK, MUG, 1)
    assert scan(floor, SHIRT_GTIN).code == "wrong_item"  # there is no other one here
    assert not told(floor, StopShort)


def test_a_substitute_that_does_not_lie_here_is_the_wrong_item_however_often_it_is_scanned() -> (
    None
):
    floor = mugs_wanted((MUG, 1))

    assert [scan(floor, SHIRT_GTIN).code for _ in range(3)] == ["wrong_item"] * 3
