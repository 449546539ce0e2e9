"""Waves: what is due together, when it has to be begun, and whether it will be out in time."""

from edge.model.ids import OrderId
from edge.rules.waves import OpenWork, Pace, Wave, waves

SECOND = 1_000_000
PACE = Pace(pickers=2, line_s=20.0, ready_before_s=60.0)
"""Ten seconds a line with both pickers."""


def work(name: str, lines: int, due_s: int | None, carrier: str = "DHL") -> OpenWork:
    due_us = None if due_s is None else due_s * SECOND
    return OpenWork(OrderId(name), due_us, carrier, lines)


def test_orders_of_one_cut_off_are_one_wave_and_the_earliest_comes_first() -> None:
    found = waves(
        [work("late", 3, 900), work("any", 1, None), work("a", 2, 600), work("b", 4, 600, "UPS")],
        PACE,
        0,
    )

    assert [one.orders for one in found] == [("a", "b"), ("late",), ("any",)]
    assert found[0].carriers == ("DHL", "UPS")
    assert found[0].lines == 6


def test_a_wave_is_begun_so_that_it_and_every_later_one_are_ready_for_packing() -> None:
    """The second wave takes 500 s and is to be ready at 840 s: the first has to end at 340 s."""
    first, second = waves([work("a", 10, 600), work("b", 50, 900)], PACE, 0)

    assert second.begin_us == (900 - 60 - 500) * SECOND
    assert first.begin_us == (340 - 100) * SECOND
    assert not first.is_tight(239 * SECOND)
    assert first.is_tight(240 * SECOND)


def test_the_forecast_goes_wave_after_wave_from_now() -> None:
    found = waves([work("a", 10, 600), work("b", 90, 900), work("c", 1, None)], PACE, 0)

    assert [one.picked_us // SECOND for one in found] == [100, 1000, 1010]
    assert [one.is_late for one in found] == [False, True, False]


def test_orders_without_a_cut_off_press_nobody() -> None:
    (only,) = waves([work("a", 10_000, None)], PACE, 0)

    assert isinstance(only, Wave)
    assert (only.begin_us, only.is_late, only.is_tight(10**15)) == (None, False, False)
