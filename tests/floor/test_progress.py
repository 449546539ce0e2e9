"""The board tells what leaves when, whether it will be ready, and why walks are as they are."""

from dataclasses import replace

from edge.floor.progress import rates_view, walks_view, waves_view
from edge.floor.rates import LINES_MIN, WINDOW_US, Rates
from edge.model.events import PieceChecked, PiecePicked, StrangerSeen
from edge.model.ids import Epc, LineId, OrderId, ToteId, WalkId
from edge.model.work import Unit
from edge.rules.waves import Pace
from tests.rules.small_floor import (
    ANNA,
    BIN_1,
    LI,
    MUG,
    NOW_US,
    SHIRT,
    STATION,
    SmallFloor,
    stocked,
)

PACE = Pace(pickers=1, line_s=60.0, ready_before_s=0.0)


def floor_with_work() -> SmallFloor:
    """Li picks a shirt and a mug; another order of one line waits."""
    floor = stocked()
    floor.order("begun", (SHIRT, 1), (MUG, 1))
    floor.ready(LI)
    floor.plan()
    floor.order("waiting", (SHIRT, 1))
    return floor


def test_what_is_left_to_pick_counts_until_it_is_picked() -> None:
    (wave,) = waves_view(floor_with_work().state, PACE, NOW_US)

    assert (wave["orders"], wave["lines"]) == (2, 3)
    assert wave["picked_us"] == NOW_US + 180_000_000
    assert wave["standing"] == "well"


def test_a_walk_tells_who_walks_it_and_what_it_saves() -> None:
    floor = stocked()
    floor.order("first", (SHIRT, 1))
    floor.order("second", (MUG, 1))
    floor.ready(LI)
    floor.plan()

    (walk,) = walks_view(floor.state, {LI: "Li Wei"})

    assert (walk["name"], walk["orders"], walk["done"], walk["stops"]) == ("Li Wei", 2, 0, 2)
    assert int(str(walk["saved_m"])) > 0


def picked(stop: int, badge: str = LI) -> PiecePicked:
    return PiecePicked(
        WalkId("W"),
        stop,
        LI if badge == LI else ANNA,
        OrderId("O"),
        LineId("1"),
        SHIRT,
        BIN_1,
        ToteId("T"),
        Unit(None, scanned=True),
    )


def test_the_forecast_goes_by_the_pace_that_is_measured_once_there_is_enough() -> None:
    rates = Rates(0, line_s=20.0)
    for stop in range(LINES_MIN - 1):
        rates.note(picked(stop), stop)
        rates.note(picked(stop), stop)  # a second piece of a line is no second line
    assert rates.pace(2, WINDOW_US).line_s == 20.0

    rates.note(picked(LINES_MIN), LINES_MIN)

    # two pickers did twenty lines in five minutes
    assert rates.pace(2, WINDOW_US).line_s == 300 * 2 / LINES_MIN


def test_pieces_a_minute_are_told_for_each_picker_zone_and_station() -> None:
    rates = Rates(0, floor=stocked().state.floor)
    for _ in range(10):
        rates.note(picked(1), WINDOW_US)
    rates.note(picked(1, ANNA), WINDOW_US)
    once = PieceChecked(STATION, SHIRT, Unit(None, scanned=True), None)
    rates.note(once, WINDOW_US)
    rates.note(replace(once, before=once.unit), WINDOW_US)  # the same piece, its tag was read
    rates.note(StrangerSeen(STATION, Epc("30" * 12), None, None), WINDOW_US)

    told = rates_view(rates, {LI: "Li Wei"}, WINDOW_US)

    assert told["items_picked"] == 11
    assert told["items_per_minute"] == 2.2
    assert told["pickers"] == [
        {"badge": LI, "name": "Li Wei", "items": 10, "items_per_minute": 2.0},
        {"badge": ANNA, "name": ANNA, "items": 1, "items_per_minute": 0.2},
    ]
    assert told["zones"] == [{"zone": "zone-a", "items": 11, "items_per_minute": 2.2}]
    assert told["stations"] == [{"station": STATION, "items": 1, "items_per_minute": 0.2}]
    assert (told["checked"], told["strangers"]) == (1, 1)


def test_what_lies_more_than_five_minutes_back_counts_in_all_but_no_more_a_minute() -> None:
    rates = Rates(0)
    rates.note(picked(1), 1)

    told = rates_view(rates, {}, WINDOW_US + 2)

    assert (told["items_picked"], told["items_per_minute"]) == (1, 0.0)
    assert told["zones"] == []  # without a plan
