"""Review looks at an order in stages; what fails waits with its reason for a person."""

from dataclasses import replace

import pytest

from edge.model.events import OrderAmended, OrderReceived, OrderReleased
from edge.model.goods import Article, PackLevel
from edge.model.ids import Gtin, LineId, OrderId, RequestId, Sku
from edge.model.inputs import ArticlesListed, OrderSubmitted, PacksListed
from edge.model.orders import Order, OrderLine, OrderState
from edge.model.posted import HoldDecided, OrderAmendment
from edge.model.prompts import Answer
from edge.rules.terms import HoldRule, ReviewTerms
from tests.rules.small_floor import FLOOR, LI, MUG, NOW_US, SHIRT, TERMS, SmallFloor, stock_up

CASE = Gtin("19521234000010")
HOME = ("Ada Lovelace", "12 Analytical Way", "London")
HOUR_US = 3_600_000_000
STRICT = ReviewTerms(("carrier", "ship_to", "due_at"), duplicate_us=HOUR_US)


def reviewing(review: ReviewTerms) -> SmallFloor:
    return stock_up(SmallFloor(FLOOR, replace(TERMS, review=review)))


def stated(floor: SmallFloor, order_id: str, *lines: OrderLine, **more: object) -> Order:
    """The central system states an order; what it makes of it."""
    basis = OrderSubmitted(
        OrderId(order_id), 1, 0, None, "DHL", lines, "released", NOW_US, ship_to=HOME
    )
    floor.take(replace(basis, **more))  # type: ignore[arg-type] # fields by name
    return floor.state.orders[OrderId(order_id)]


def shirts(quantity: int = 1, pack: Gtin | None = None) -> OrderLine:
    return OrderLine(LineId("1"), SHIRT, quantity, pack)


def codes(order: Order) -> list[str]:
    return [one.code for one in order.doubts]


def amend(floor: SmallFloor, *quantities: tuple[str, int], **more: object) -> Answer:
    told = tuple((LineId(line), quantity) for line, quantity in quantities)
    basis = OrderAmendment(floor.number(), OrderId("O1"), LI, told, None, None, NOW_US)
    return floor.take(replace(basis, **more))  # type: ignore[arg-type] # fields by name


@pytest.mark.parametrize(
    ("missing", "code"),
    [({"carrier": ""}, "no_carrier"), ({"ship_to": ()}, "no_ship_to"), ({}, "no_due_at")],
)
def test_what_the_site_requires_of_an_order_and_it_does_not_bear_holds_it(
    missing: dict[str, object], code: str
) -> None:
    floor = reviewing(STRICT)
    due: dict[str, object] = {} if code == "no_due_at" else {"due_us": NOW_US + HOUR_US}

    assert codes(stated(floor, "O1", shirts(), **due, **missing)) == [code]


def test_the_same_goods_to_the_same_address_again_wait_for_a_person_and_the_first_goes_on() -> (
    None
):
    floor = reviewing(ReviewTerms(duplicate_us=HOUR_US))

    first = stated(floor, "O1", shirts())
    second = stated(floor, "O2", shirts(), at_us=NOW_US + HOUR_US - 1)

    assert first.state is OrderState.RELEASED
    assert codes(second) == ["duplicate"]
    assert "O1" in second.doubts[0].text


@pytest.mark.parametrize(
    "other",
    [
        {"at_us": NOW_US + HOUR_US},
        {"ship_to": ("Charles Babbage", "London")},
        {"ship_to": ()},
        {"lines": (shirts(2),)},
    ],
)
def test_another_time_address_or_quantity_makes_another_order(other: dict[str, object]) -> None:
    floor = reviewing(ReviewTerms(duplicate_us=HOUR_US))
    stated(floor, "O1", shirts())

    assert codes(stated(floor, "O2", shirts(), **other)) == []


def test_an_order_instead_of_a_cancelled_one_is_no_duplicate() -> None:
    floor = reviewing(ReviewTerms(duplicate_us=HOUR_US))
    stated(floor, "O1", shirts())
    stated(floor, "O1", shirts(), rev=2, wanted="cancelled")

    assert stated(floor, "O2", shirts()).state is OrderState.RELEASED


RULE = HoldRule("export", "customs papers", frozenset({SHIRT}), frozenset({"DHL"}), ("london",), 2)


@pytest.mark.parametrize(
    ("rule", "is_held"),
    [
        (RULE, True),
        (replace(RULE, skus=frozenset({MUG})), False),
        (replace(RULE, carriers=frozenset({"UPS"})), False),
        (replace(RULE, ship_to=("Oslo",)), False),
        (replace(RULE, pieces_min=3), False),
        (replace(RULE, priority_min=1), False),
    ],
)
def test_a_rule_holds_what_fits_every_condition_of_it(rule: HoldRule, is_held: bool) -> None:  # noqa: FBT001 - a table
    order = stated(reviewing(ReviewTerms(holds=(rule,))), "O1", shirts(2))

    assert codes(order) == (["hold_rule"] if is_held else [])
    assert [one.text for one in order.doubts] == (["export: customs papers"] if is_held else [])


def test_every_reason_is_told_at_once() -> None:
    floor = reviewing(replace(STRICT, holds=(HoldRule("all", "see", pieces_min=1),)))

    order = stated(floor, "O1", shirts(2000), carrier="", wanted="held")

    assert codes(order) == [
        "held_by_central",
        "large_quantity",
        "no_carrier",
        "no_due_at",
        "hold_rule",
        "no_stock",
    ]


def test_a_line_of_cases_is_told_in_pieces_and_an_unknown_case_waits_for_master_data() -> None:
    floor = reviewing(ReviewTerms())
    waiting = stated(floor, "O1", shirts(2, CASE))
    refused = floor.take(HoldDecided(RequestId("r"), OrderId("O1"), LI, True, NOW_US))

    floor.take(PacksListed((PackLevel(CASE, SHIRT, 3, 1),), NOW_US))

    assert (codes(waiting), refused.code) == (["unknown_pack"], "invalid")
    order = floor.state.orders[OrderId("O1")]
    assert (order.state, order.lines) == (OrderState.RELEASED, (shirts(6),))
    assert isinstance(floor.facts[-1], OrderReceived)
    assert stated(floor, "O2", shirts(1, CASE)).lines == (shirts(3),)


def test_a_pack_of_another_article_is_no_pack_of_this_one() -> None:
    floor = reviewing(ReviewTerms())
    floor.take(PacksListed((PackLevel(CASE, MUG, 3, 1),), NOW_US))

    assert codes(stated(floor, "O1", shirts(1, CASE))) == ["unknown_pack"]


def test_an_article_that_becomes_known_shows_what_else_speaks_against_the_order() -> None:
    floor = reviewing(ReviewTerms())
    order = stated(floor, "O1", OrderLine(LineId("1"), Sku("HAT"), 2000))
    assert codes(order) == ["unknown_sku"]

    floor.take(ArticlesListed((Article(Sku("HAT"), None, "Hat"),), NOW_US))

    assert codes(floor.state.orders[OrderId("O1")]) == ["large_quantity", "no_stock"]
    assert not any(isinstance(one, OrderReleased) for one in floor.facts)


def test_a_person_changes_a_held_order_and_it_goes_when_nothing_speaks_against_it() -> None:
    floor = reviewing(STRICT)
    stated(floor, "O1", shirts(2000), due_us=NOW_US + HOUR_US, carrier="")

    first = amend(floor, ("1", 2))
    second = amend(floor, carrier="UPS")

    assert (first.code, second.code) == ("amended_held", "amended_released")
    order = floor.state.orders[OrderId("O1")]
    assert (order.carrier, order.lines, order.rev) == ("UPS", (shirts(2),), 1)
    assert floor.facts[-1] == OrderAmended(order, LI), "who changed it stands in the journal"


def test_what_the_central_system_holds_stays_held_when_a_person_changes_it() -> None:
    floor = reviewing(ReviewTerms())
    stated(floor, "O1", shirts(2), wanted="held")

    assert amend(floor, ("1", 1)).code == "amended_held"
    assert codes(floor.state.orders[OrderId("O1")]) == ["held_by_central"]


def test_a_line_of_nothing_is_left_out_and_an_order_of_nothing_is_refused() -> None:
    floor = reviewing(ReviewTerms())
    mugs = OrderLine(LineId("2"), MUG, 1)
    stated(floor, "O1", shirts(2000), mugs)

    nothing = amend(floor, ("1", 0), ("2", 0))
    unknown = amend(floor, ("3", 1))
    some = amend(floor, ("1", 0))

    assert (nothing.code, unknown.code, some.code) == ("invalid", "invalid", "amended_released")
    assert floor.state.orders[OrderId("O1")].lines == (mugs,)
    assert amend(floor, order_id=OrderId("?")).code == "order_unknown"


def test_a_released_order_is_changed_while_it_waits_and_not_once_it_is_walked() -> None:
    floor = reviewing(ReviewTerms())
    stated(floor, "O1", shirts(2), due_us=NOW_US + HOUR_US)

    more = amend(floor, added=((MUG, 1), (MUG, 2)), due_us=NOW_US + 2 * HOUR_US)
    order = floor.state.orders[OrderId("O1")]
    mugs = tuple(OrderLine(LineId(f"added-{one}"), MUG, one) for one in (1, 2))
    assert (more.code, order.lines, order.due_us) == (
        "amended_released",
        (shirts(2), *mugs),
        NOW_US + 2 * HOUR_US,
    )
    again = amend(floor, ("added-1", 0), added=((MUG, 1),), due_us=0)
    order = floor.state.orders[OrderId("O1")]
    assert (again.code, order.due_us) == ("amended_released", None)
    assert [one.line_id for one in order.lines] == ["1", "added-2", "added-3"]
    unheard_of = amend(floor, added=((Sku("?"), 1),))
    assert unheard_of.code == "amended_held", "a line that nobody can pick holds it"

    assert amend(floor, ("added-1", 0)).code == "amended_released"
    floor.ready()
    floor.plan()
    assert amend(floor, ("1", 1)).code == "too_late"


def test_the_central_system_s_next_revision_replaces_what_a_person_changed() -> None:
    floor = reviewing(ReviewTerms())
    stated(floor, "O1", shirts(2), wanted="held")
    amend(floor, ("1", 1))

    order = stated(floor, "O1", shirts(3), rev=2)

    assert (order.lines, order.state) == ((shirts(3),), OrderState.RELEASED)
