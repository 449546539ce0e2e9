"""Stock and articles as they are stated: the newest version counts, in places that hold stock."""

from edge.floor.views import people_view
from edge.model.events import MessageSetAside
from edge.model.goods import Article, Forward
from edge.model.ids import LocationId, Sku
from edge.model.inputs import (
    ArticlesListed,
    ForwardsListed,
    PeopleListed,
    StockListed,
    StockStatement,
)
from edge.model.work import ListedPerson
from tests.rules.small_floor import (
    BIN_1,
    CART,
    LI,
    MUG,
    MUG_GTIN,
    NOW_US,
    SHIRT,
    SmallFloor,
    stocked,
)


def state_stock(*statements: tuple[LocationId, int, int]) -> StockListed:
    return StockListed(
        tuple(StockStatement(SHIRT, place, quantity, v) for place, quantity, v in statements),
        NOW_US,
    )


def test_of_two_statements_in_one_list_the_newer_counts_whatever_their_order() -> None:
    floor = stocked()

    floor.take(state_stock((BIN_1, 9, 3), (BIN_1, 2, 2)))

    assert (floor.state.stock[SHIRT, BIN_1].quantity) == 9
    assert floor.state.stock[SHIRT, BIN_1].version == 3


def test_of_two_versions_of_an_article_in_one_list_the_newer_counts() -> None:
    floor = stocked()

    floor.take(
        ArticlesListed(
            (Article(MUG, MUG_GTIN, "New", 3), Article(MUG, MUG_GTIN, "Old", 2)), NOW_US
        )
    )

    assert floor.state.articles[MUG].name == "New"


def test_stock_on_a_cart_is_not_taken_for_stock_to_pick() -> None:
    floor = stocked()

    answer = floor.take(state_stock((CART, 9, 3), (LocationId("nowhere"), 1, 1)))

    assert answer.data["unknown"] == 2
    assert (SHIRT, CART) not in floor.state.stock


def test_stock_that_names_what_is_not_known_is_told_with_its_remedy_in_one_fact() -> None:
    floor = stocked()
    late, nowhere = Sku("LATE"), LocationId("nowhere")

    floor.take(
        StockListed(
            (
                StockStatement(SHIRT, BIN_1, 9, 3),
                StockStatement(late, BIN_1, 1, 1),
                *(StockStatement(SHIRT, nowhere, 1, version) for version in range(30)),
            ),
            NOW_US,
        )
    )

    assert floor.state.stock[SHIRT, BIN_1].quantity == 9, "what is known is taken"
    (told,) = (fact for fact in floor.facts if isinstance(fact, MessageSetAside))
    assert told.topic == "master/stock"
    assert told.reason == (
        "LATE: no such article yet; send master/items first, then this again; "
        "nowhere: no place for stock in the floor file; write it there, or name another"
    )
    assert '{"sku": "LATE", "location": "bin-1"}' in told.excerpt.replace(BIN_1, "bin-1")
    assert len(told.excerpt) <= 500


def test_a_place_to_be_filled_that_the_floor_does_not_have_is_told() -> None:
    floor = stocked()

    floor.take(ForwardsListed((Forward(CART, SHIRT, 1, 5, 1),), NOW_US))

    (told,) = (fact for fact in floor.facts if isinstance(fact, MessageSetAside))
    assert told.topic == "master/places"
    assert told.reason.startswith(f"{CART}: no place for stock")


def test_less_than_is_promised_is_never_stated() -> None:
    floor = stocked()
    floor.order("O1", (SHIRT, 5))
    floor.ready()
    floor.plan()

    floor.take(state_stock((BIN_1, 1, 2)))

    stock = floor.state.stock[SHIRT, BIN_1]
    assert stock.quantity == stock.reserved == 5


def test_a_person_is_taken_in_a_newer_version_only() -> None:
    floor = SmallFloor()
    gone = ListedPerson(LI, "Li Wei", "picker", active=False, version=2)

    floor.take(PeopleListed((ListedPerson(LI, "Li", "picker"), gone), NOW_US))
    floor.take(PeopleListed((ListedPerson(LI, "Li", "picker"),), NOW_US))

    assert floor.state.people[LI] == gone
    assert people_view(floor.state) == {LI: {"name": "Li Wei", "active": False}}
    assert len(floor.facts) == 1
