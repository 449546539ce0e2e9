"""The laws are laws only if they are broken by what they forbid: a bug is planted, a law says so.

Each story is played twice: with the product as it is, which keeps every law, and with one bug.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from inspect import getmembers

import pytest
from hypothesis.stateful import INVARIANT_MARKER

from edge.model.errands import Errand
from edge.model.ids import Badge, LocationId, OrderId, ToteId
from edge.model.prompts import Prompt
from edge.model.state import FloorState
from edge.rules import guiding, putting, walling
from tests.rules.laws_floor import SLOTS, WALL
from tests.rules.small_floor import ANNA, LI, MUG, SHIRT, SHIRT_GTIN, STATION, TERMS
from tests.rules.test_laws import Laws

Story = Callable[[Laws], Iterator[None]]
Plant = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Bug:
    """What is wrong, a story in which it matters, and what the law that finds it calls it."""

    plant: Plant
    story: Story
    law: str


def no_place_is_frozen(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(FloorState, "frozen", property(lambda _: frozenset[LocationId]()))


def every_hand_has_the_same_prompts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(guiding, "held_name", lambda name, _: name)


def every_hand_has_the_same_errand(patch: pytest.MonkeyPatch) -> None:
    known = putting.prompt

    def prompt(state: FloorState, badge: Badge, errand: Errand) -> Prompt:
        name = f"{errand.errand_id}/{errand.done}"
        return replace(known(state, badge, errand), prompt_id=name)

    patch.setattr(putting, "prompt", prompt)


def unsorted_totes_are_packed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(walling, "unsorted_at", lambda _, __: None)


def an_order_gets_slot_after_slot(patch: pytest.MonkeyPatch) -> None:
    def slot_for(state: FloorState, _: LocationId, __: ToteId) -> LocationId | None:
        return next((one for one in SLOTS if one not in state.slots), None)

    patch.setattr(walling, "_slot_for", slot_for)


def what_lies_in_a_slot_is_still_unsorted(patch: pytest.MonkeyPatch) -> None:
    def unsorted_of(state: FloorState, order_id: OrderId, _: LocationId) -> list[object]:
        return [piece for tote in state.totes.of_order(order_id) for piece in tote.picked]

    patch.setattr(walling, "unsorted_of", unsorted_of)


def a_held_order_is_packed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(FloorState, "is_held", lambda _, __: False)


def a_place_is_blocked(laws: Laws) -> Iterator[None]:
    """Nobody gets to the shirts in A-1, and the next order wants some."""
    laws.picker_gets_work(LI, None)
    laws.picker_reports_trouble(LI, "blocked")
    yield
    laws.order_comes_or_changes(OrderId("O3"), [(SHIRT, 1)], "released", 0)
    laws.picker_gets_work(ANNA, None)
    yield


def a_place_is_blocked_and_the_order_wants_more(laws: Laws) -> Iterator[None]:
    """The rest of what is free lies behind the fallen pallet."""
    laws.picker_gets_work(LI, None)
    laws.picker_reports_trouble(LI, "blocked")
    yield
    laws.order_in_hand_is_cancelled_or_changed(LI, [(SHIRT, 6), (MUG, 1)], False, False)
    yield


def a_place_is_blocked_and_an_order_is_in_a_rush(laws: Laws) -> Iterator[None]:
    laws.picker_gets_work(LI, None)
    laws.picker_reports_trouble(LI, "blocked")
    yield
    laws.order_comes_or_changes(OrderId("O3"), [(SHIRT, 1)], "released", TERMS.rush_priority)
    laws.planner_looks()
    laws.planner_answers()
    yield


def work_goes_from_hand_to_hand(laws: Laws) -> Iterator[None]:
    laws.picker_gets_work(LI, None)
    yield
    laws.work_leaves_a_hand(LI, "silent", False)
    laws.picker_comes_back(ANNA, None)
    yield


def pieces_to_put_back_go_from_hand_to_hand(laws: Laws) -> Iterator[None]:
    laws.picker_gets_work(LI, None)
    laws.as_prompted(LI)
    laws.order_in_hand_is_cancelled_or_changed(LI, [(SHIRT, 1)], True, False)
    yield
    laws.work_leaves_a_hand(LI, "silent", False)
    laws.picker_comes_back(ANNA, None)
    yield


def totes_are_dropped_at_the_wall(laws: Laws) -> Iterator[None]:
    laws.picker_gets_work(LI, None)
    laws.totes_go_to_the_wall_or_not(True)
    laws.picker_finishes(LI)
    assert {one.station for one in laws.state.totes.values()} == {WALL}
    yield


def an_unsorted_tote_is_packed(laws: Laws) -> Iterator[None]:
    yield from totes_are_dropped_at_the_wall(laws)
    laws.tote_is_opened(STATION, 0)
    yield


def pieces_are_sorted(laws: Laws) -> Iterator[None]:
    yield from totes_are_dropped_at_the_wall(laws)
    for _ in range(4):
        laws.at_the_wall(SHIRT_GTIN)
        yield
        laws.lit_slot_is_scanned()
        yield


def a_lot_is_refused(laws: Laws) -> Iterator[None]:
    """The picker would not take it, and a supervisor has not decided yet."""
    laws.picker_gets_work(LI, None)
    laws.as_prompted(LI)
    laws.picker_reports_trouble(LI, "lot_refused")
    laws.picker_finishes(LI)
    yield
    for number in range(2):
        laws.tote_is_opened(STATION, number)
        laws.missing_pieces_are_checked(STATION, [0, 0])
        laws.parcel_is_closed(STATION, True, True)
        yield


BUGS = (
    Bug(no_place_is_frozen, a_place_is_blocked, "frozen"),
    Bug(no_place_is_frozen, a_place_is_blocked_and_the_order_wants_more, "frozen"),
    Bug(no_place_is_frozen, a_place_is_blocked_and_an_order_is_in_a_rush, "frozen"),
    Bug(every_hand_has_the_same_prompts, work_goes_from_hand_to_hand, "shown"),
    Bug(every_hand_has_the_same_errand, pieces_to_put_back_go_from_hand_to_hand, "shown"),
    Bug(unsorted_totes_are_packed, an_unsorted_tote_is_packed, "is_sorted"),
    Bug(an_order_gets_slot_after_slot, pieces_are_sorted, "slots"),
    Bug(what_lies_in_a_slot_is_still_unsorted, pieces_are_sorted, "in_slot"),
    Bug(a_held_order_is_packed, a_lot_is_refused, "held"),
)


LAWS = [one for _, one in getmembers(Laws) if hasattr(one, INVARIANT_MARKER)]


def named(bug: Bug) -> str:
    return f"{bug.plant.__name__}-{bug.story.__name__}"


@contextmanager
def a_law_is_broken(about: str) -> Iterator[None]:
    with pytest.raises(AssertionError) as broken:
        yield
    last = broken.traceback[-1].statement
    assert about in str(last), f"another line found it: {last}"


def tell(story: Story) -> None:
    laws = Laws()
    for _ in story(laws):
        for law in LAWS:
            law(laws)


@pytest.mark.parametrize("bug", BUGS, ids=named)
def test_the_law_finds_the_bug_that_is_planted_and_none_where_there_is_none(
    bug: Bug, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(bug.story)
    bug.plant(monkeypatch)

    with a_law_is_broken(bug.law):
        tell(bug.story)
