"""The wide views are drawn when something has happened, and seldom where drawing takes long."""

from typing_extensions import override

from edge.clock import PlayedClock
from edge.floor.alerts import Alerts
from edge.floor.board import Board, Shown
from edge.floor.rates import Rates
from edge.floor.showing import WIDE_VIEW_US, Showing
from edge.model.events import ArticleListed, Event, ItemArrived, OrderReceived
from edge.model.goods import Article
from edge.model.ids import Epc, OrderId, Sku
from edge.model.state import FloorState
from tests.rules.small_floor import ANNA, FLOOR, LI, MUG, MUG_GTIN, STATION, stocked


class SlowBoard(Board):
    """A board on which drawing the floor takes a second; tells what was put on it."""

    def __init__(self, clock: PlayedClock) -> None:
        super().__init__()
        self.clock = clock
        self.drawn: list[str] = []

    @override
    def show(self, topic: str, value: Shown) -> None:
        self.drawn.append(topic)
        if topic == "floor":
            self.clock.advance_us(1_000_000)
        super().show(topic, value)


def test_a_floor_on_which_nothing_happened_is_not_drawn_again() -> None:
    clock = PlayedClock()
    board = SlowBoard(clock)
    showing, state = Showing(board, Rates(0), Alerts(), dict, {}), FloorState(FLOOR)

    showing.wide(state, clock)
    board.drawn.clear()
    clock.advance_us(60_000_000)
    showing.wide(state, clock)

    assert board.drawn == ["board"]


def test_a_floor_that_takes_long_is_drawn_seldom_and_stations_every_time() -> None:
    clock = PlayedClock()
    board = SlowBoard(clock)
    showing, state = Showing(board, Rates(0), Alerts(), dict, {}), FloorState(FLOOR)
    showing.wide(state, clock)
    board.drawn.clear()

    for _ in range(20):
        showing.near(state)
        clock.advance_us(WIDE_VIEW_US)
        showing.wide(state, clock)

    assert board.drawn.count("floor") == 0
    assert board.drawn.count(f"pack/{STATION}") == 20
    clock.advance_us(2_000_000)
    showing.wide(state, clock)
    assert board.drawn.count("floor") == 1


def test_goods_that_come_and_go_draw_the_floor_and_no_order() -> None:
    clock = PlayedClock()
    board = Board()
    showing, floor = Showing(board, Rates(0), Alerts(), dict, {}), stocked()

    def happen(event: Event) -> set[str]:
        before = {topic: board.look(topic) for topic in ("floor", "orders", "articles")}
        floor.apply(event)
        showing.note(event, clock.now_us())
        showing.near(floor.state)
        clock.advance_us(WIDE_VIEW_US)
        showing.wide(floor.state, clock)
        return {topic for topic, sheet in before.items() if board.look(topic) is not sheet}

    happen(ArticleListed(Article(MUG, None, "Mug")))
    assert happen(ItemArrived(Epc("3034aa"), MUG, STATION, 0.9)) == {"floor"}
    assert happen(ArticleListed(Article(MUG, None, "Cup"))) >= {"articles"}


def test_an_article_is_up_as_soon_as_it_is_committed_and_beside_those_before() -> None:
    """A fact about it may be told to the central system at once, with the class of its GTIN."""
    board, clock = Board(), PlayedClock()
    showing, floor = Showing(board, Rates(0), Alerts(), dict, {}), stocked()
    showing.wide(floor.state, clock)
    before = board.look("articles")
    assert before is not None

    for gtin in (None, MUG_GTIN):  # the second in the same breath, long before a view is due
        event = ArticleListed(Article(Sku("NEW"), gtin, "New"))
        floor.apply(event)
        showing.note(event, clock.now_us())
        showing.articles()

    after = board.look("articles")
    assert after is not None
    assert after.value == {**before.value, "NEW": {"name": "New", "gtin": MUG_GTIN}}


def test_an_order_whose_article_got_another_name_is_drawn_with_it() -> None:
    clock, board, floor = PlayedClock(), Board(), stocked()
    showing = Showing(board, Rates(0), Alerts(), dict, {})
    floor.order("first", (MUG, 1))
    showing.wide(floor.state, clock)

    event = ArticleListed(Article(MUG, None, "Cup"))
    floor.apply(event)
    showing.note(event, clock.now_us())
    clock.advance_us(WIDE_VIEW_US)
    showing.wide(floor.state, clock)

    orders = board.look("orders")
    assert orders is not None
    assert [line["name"] for one in orders.value["orders"] for line in one["lines"]] == ["Cup"]


def test_a_scan_draws_no_article_again() -> None:
    clock, floor = PlayedClock(), stocked()
    board = SlowBoard(clock)
    showing = Showing(board, Rates(0), Alerts(), dict, {})
    showing.wide(floor.state, clock)
    board.drawn.clear()

    floor.order("first", (MUG, 1))
    showing.note(OrderReceived(floor.state.orders[OrderId("first")]), clock.now_us())
    clock.advance_us(60_000_000)
    showing.wide(floor.state, clock)

    assert board.drawn == ["orders", "board"]


def test_a_scan_of_one_picker_puts_no_other_prompt_into_words_again() -> None:
    clock, floor = PlayedClock(), stocked()
    floor.order("first", (MUG, 1))
    floor.ready(LI)
    floor.ready(ANNA)
    board = SlowBoard(clock)
    showing = Showing(board, Rates(0), Alerts(), dict, {})
    showing.near(floor.state)
    board.drawn.clear()

    floor.plan()
    showing.near(floor.state)

    assert f"prompt/{LI}" in board.drawn
    assert f"prompt/{ANNA}" not in board.drawn
