"""A failing day is told as the shortest story that still fails."""

from dataclasses import replace

from simulators.day.flows import Flow
from simulators.day.plan import Faults, Story
from simulators.day.shrinking import shortest

STORY = Story(7, 24, Faults.HEAVY, pickers=4)
ENTRIES = tuple(range(12))


def test_only_what_the_failure_needs_is_left() -> None:
    # given a day that breaks by two of twelve faults, with two pickers and five orders at least
    def breaks(story: Story) -> bool:
        return {3, 8} <= set(story.kept or ()) and story.pickers >= 2 and story.orders >= 5

    # then just those are left
    found = shortest(STORY, ENTRIES, breaks)
    assert (found.kept, found.pickers, found.orders) == ((3, 8), 2, 5)
    assert found.command() == (
        "warehouse-sim day --seed 7 --orders 5 --faults heavy --pickers 2 --keep 3,8"
    )


def test_a_warehouse_does_no_more_besides_than_the_failure_needs() -> None:
    # given a warehouse with a wall and doors, of which the failure needs the doors
    story = replace(STORY, flows=(Flow.WALL, Flow.DOORS))
    found = shortest(story, ENTRIES, lambda one: Flow.DOORS in (one.flows or ()))
    # then those are left, and named in the command
    assert found.flows == (Flow.DOORS,)
    assert found.command().endswith("--flows doors --keep none")


def test_a_day_that_needs_no_fault_is_told_without_any() -> None:
    found = shortest(STORY, ENTRIES, lambda _: True)
    assert (found.kept, found.pickers, found.orders) == ((), 1, 1)
    assert found.command().endswith("--keep none")


def test_no_more_days_are_played_than_allowed() -> None:
    played: list[Story] = []

    def breaks(story: Story) -> bool:
        played.append(story)
        return False

    assert shortest(STORY, ENTRIES, breaks, tries_max=9).kept == ENTRIES
    assert len(played) == 9
