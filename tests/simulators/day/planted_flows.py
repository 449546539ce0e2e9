"""Bugs to be planted in what some warehouses do besides (`planted`)."""
# ruff: noqa: ANN401 - what is replaced is handed through as it is

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from drivers import tag_work
from drivers.tag_look import Steps, Tag, Work
from edge.floor import loop
from edge.locating import portals
from edge.locating.portals import PortalSettings, PortalWatch
from edge.model import sorting
from edge.model.events import OrderReleased
from edge.model.ids import Badge
from edge.model.orders import OrderState
from edge.model.pallets import PalletState
from edge.model.passages import Direction
from edge.model.state import FloorState
from edge.model.tag_work import SetPassword
from edge.rules import (
    dispatching,
    leaving,
    passing,
    refilling,
    review,
    sensing,
    tagging,
    too_many,
    verifying,
    walling,
    weighing,
)
from edge.rules.decision import accept
from edge.rules.weighing import Weighed
from edge.web.confirmations import Confirmations
from simulators.day import assortment, dispatcher, driver, labeller, leader, scales
from simulators.day.day_packer import DayPacker
from simulators.day.dispatcher import Dispatcher
from simulators.day.flows import Flow
from simulators.hall import DOCK
from tests.simulators.day.planted import bug


@bug("SlotIsItsOrder", flows=(Flow.WALL,), orders=4)
def an_order_gets_slot_after_slot(patch: pytest.MonkeyPatch) -> None:
    def free(state: FloorState, wall: Any, _: Any) -> Any:
        return next((one for one in walling.slots_of(state, wall) if one not in state.slots), None)

    patch.setattr(walling, "_slot_for", free)


@bug("SlotIsItsOrder", flows=(Flow.WALL,), seed=2, orders=8, cancelled=0.6, closing_s=600.0)
def a_cancelled_order_s_slot_is_free_at_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sorting, "to_empty", lambda *_: None)


@bug("WrongDoorHolds", flows=(Flow.DOORS,), orders=4)
def every_carrier_loads_at_every_door(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(leaving, "may_not_leave", lambda *_: False)
    patch.setattr(dispatching, "may_not_leave", lambda *_: False)
    patch.setattr(Dispatcher, "_door_of", lambda *_: DOCK)


@bug("TooManyIsTrue", orders=4)
def what_lies_in_its_parcel_is_said_to_be_too_many(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(too_many, "_is_stray", lambda *_: True)
    patch.setattr(too_many, "_unheard", lambda *_: -1)


@bug("PalletIsOne", flows=(Flow.PALLETS,), orders=4, closing_s=900.0)
def parcels_leave_a_pallet_one_by_one(patch: pytest.MonkeyPatch) -> None:
    seen = leaving._seen

    def one(state: FloorState, terms: Any, pallet: Any, sscc: Any, portal: Any) -> Any:
        if pallet.state is PalletState.CLOSED and sscc in pallet.parcels:
            return [leaving._shipped(state.parcels[sscc], portal, None)]
        return seen(state, terms, pallet, sscc, portal)

    patch.setattr(leaving, "_seen", one)


@bug("ListIsTrue", flows=(Flow.DOORS,), orders=6)
def what_stands_here_is_handed_over(patch: pytest.MonkeyPatch) -> None:
    manifests = dispatching.manifests

    def all_of(state: FloorState) -> Any:
        for one in manifests(state):
            yield replace(one, loaded=(*one.loaded, *one.missing), missing=())

    patch.setattr(dispatching, "manifests", all_of)
    patch.setattr(dispatcher, "_EARLY_SHARE", 1.0)
    patch.setattr(dispatcher, "_LISTS_S", 5.0)


@bug("WorkIsInOneHand", flows=(Flow.HAND_OVER,))
def somebody_else_is_said_to_have_picked(patch: pytest.MonkeyPatch) -> None:
    picked = verifying._picked
    patch.setattr(verifying, "_picked", lambda *args: replace(picked(*args), badge=Badge("1009")))


@bug("HeldIsAsked", flows=(Flow.HOLDS,), orders=6)
def what_is_held_goes_by_itself(patch: pytest.MonkeyPatch) -> None:
    def let_go(state: FloorState, *_: Any) -> list[Any]:
        held = state.orders.in_state(OrderState.HELD)
        return [OrderReleased(one.order_id, None) for one in held]

    patch.setattr(review, "resolved", let_go)


@bug("RefillFits", flows=(Flow.RESERVE,), orders=8)
def a_place_is_filled_beyond_its_maximum(patch: pytest.MonkeyPatch) -> None:
    lacking = refilling._lacking
    patch.setattr(assortment, "_LACKING", 0)
    patch.setattr(refilling, "_lacking", lambda *args: 3 * lacking(*args))


@bug("OutIsSaid", flows=(Flow.GATE,), orders=3)
def a_gate_is_taken_for_a_portal_without_sides(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sensing, "tag_at_portal", leaving.tag_went_out)


@bug("GateIsTrue", flows=(Flow.GATE,), orders=3)
def what_turned_back_at_a_gate_went_out(patch: pytest.MonkeyPatch) -> None:
    judged = passing.judged

    def out(state: FloorState, terms: Any, input_: Any) -> Any:
        passage = input_.passage
        if passage.direction is Direction.TURNED_BACK:
            input_ = replace(input_, passage=replace(passage, direction=Direction.OUT))
        return judged(state, terms, input_)

    patch.setattr(passing, "judged", out)
    patch.setattr(driver, "_BACK_SHARE", 1.0)
    patch.setattr(dispatcher, "_BACK_SHARE", 1.0)


@bug("GateIsTrue", flows=(Flow.GATE,), orders=3)
def a_gate_has_its_sides_exchanged(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(portals, "_SIDES", {"in": portals.OUTSIDE, "out": portals.INSIDE})


@bug("GateIsTrue", flows=(Flow.GATE,), orders=6, seed=2)
def nobody_is_asked_what_a_gate_does_not_know(patch: pytest.MonkeyPatch) -> None:
    unsure = partial(PortalWatch, settings=PortalSettings(answer_at=0.9999))
    patch.setattr(loop, "PortalWatch", unsure)
    patch.setattr(passing, "_asked", lambda *_: [])


@bug("TagWorkIsTrue", flows=(Flow.TAG_WORK,), orders=6)
def what_became_of_work_on_a_tag_is_not_told(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tagging, "ended", lambda *_: accept("done", "and kept to oneself"))
    patch.setattr(leader, "_TAG_SHARE", 1.0)


@bug("TagWorkIsTrue", flows=(Flow.TAG_WORK,), orders=4)
def words_are_told_to_be_written_that_are_not(patch: pytest.MonkeyPatch) -> None:
    def written(tag: Tag, *_: Any, **__: Any) -> Steps[Work]:
        yield from ()
        return Work("done", "written and read back", tag=tag)

    patch.setattr(tag_work, "write", written)
    patch.setattr(leader, "_TAG_SHARE", 1.0)


@bug("NumbersAreTrue", flows=(Flow.LABELS,), orders=4)
def a_number_is_told_to_be_written_that_is_not(patch: pytest.MonkeyPatch) -> None:
    def written(tag: Tag, epc: str, *_: Any, **__: Any) -> Steps[Work]:
        yield from ()
        return Work("done", "written and read back", tag=replace(tag, epc=epc))

    patch.setattr(tag_work, "write_epc", written)


@bug("NumbersAreTrue", flows=(Flow.LABELS,), orders=4)
def a_tag_is_told_to_be_locked_that_is_not(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tag_work, "lock", _done_without_a_word)
    patch.setattr(labeller, "_KILLED_SHARE", 0.0)


@bug("NumbersAreTrue", flows=(Flow.LABELS,), orders=4)
def a_tag_is_told_to_be_killed_that_is_not(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tag_work, "kill", _done_without_a_word)
    patch.setattr(labeller, "_KILLED_SHARE", 1.0)


def _done_without_a_word(tag: Tag, *_: Any) -> Steps[Work]:
    yield from ()
    return Work("done", "done", tag=tag)


@bug("NumbersAreTrue", flows=(Flow.LABELS,), orders=4)
def a_fact_tells_a_password(patch: pytest.MonkeyPatch) -> None:
    task = tagging._task

    def telling(order: Any) -> Any:
        kind, what = task(order)
        return kind, f"{what}, {order.new:08x}" if isinstance(order, SetPassword) else what

    patch.setattr(tagging, "_task", telling)


@bug("WeightIsTold", flows=(Flow.WEIGHING,))
def what_weighs_wrong_goes_all_the_same(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(weighing, "_off_g_max", lambda *_: 1_000_000)
    patch.setattr(scales, "LEANS_SHARE", 1.0)


@bug("WeightIsTold", flows=(Flow.WEIGHING,))
def nobody_is_asked_for_a_weight(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(weighing, "weighed", lambda *_: Weighed(None))


@bug("WeightIsTold", flows=(Flow.WEIGHING,))
def an_invented_word_lets_a_parcel_go(patch: pytest.MonkeyPatch) -> None:
    async def invented(_: DayPacker) -> str:
        return "open sesame"

    patch.setattr(Confirmations, "given_us", lambda it, *_: it._clock.now_us())
    patch.setattr(DayPacker, "_word_of_leader", invented)
    patch.setattr(scales, "LEANS_SHARE", 1.0)
