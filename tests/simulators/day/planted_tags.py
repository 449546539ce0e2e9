"""Bugs to be planted in labels' tags, light barriers and lists of numbers (`planted`)."""
# ruff: noqa: ANN401 - what is replaced is handed through as it is

from typing import Any

import pytest

from drivers.tag_look import Steps, Tag, Work
from edge.cli import commission
from edge.gs1.epc import sscc_of
from edge.locating.portal_barriers import Barriers
from edge.model.ids import Epc
from edge.model.state import FloorState
from edge.rules import leaving
from edge.rules.commissioning import Job
from edge.rules.identifying import known_as, parcel_of
from simulators.day import day, list_maker, people
from simulators.day.flows import Flow
from tests.simulators.day.planted import bug


@bug("LabelIsHeeded", flows=(Flow.LABEL_TAGS,), orders=3)
def a_label_s_tag_is_nobody_s(patch: pytest.MonkeyPatch) -> None:
    def by_its_pieces(state: FloorState, epc: Epc) -> Any:
        return state.parcels.holding(known_as(state, epc))

    patch.setattr(leaving, "parcel_of", by_its_pieces)


@bug("LabelIsHeeded", flows=(Flow.LABEL_TAGS, Flow.PALLETS), orders=4, closing_s=900.0)
def a_pallet_s_label_is_nobody_s(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(leaving, "sscc_of", lambda _: None)
    patch.setattr(people, "_LINED_SHARE", 1.0)
    patch.setattr(people, "_TAGGED_SHARE", 0.0)


@bug("OutIsSaid", flows=(Flow.LABEL_TAGS,), orders=8, closing_s=900.0)
def a_label_s_tag_speaks_for_another_parcel(patch: pytest.MonkeyPatch) -> None:
    def another(state: FloorState, epc: Epc) -> Any:
        own = parcel_of(state, epc)
        standing = [one for one in state.parcels.values() if not one.shipped and one is not own]
        return standing[0] if standing and sscc_of(epc) is not None else own

    patch.setattr(leaving, "parcel_of", another)


@bug("GateIsTrue", flows=(Flow.GATE, Flow.LIGHT_BARRIERS), orders=16, closing_s=900.0)
def light_barriers_have_their_sides_exchanged(patch: pytest.MonkeyPatch) -> None:
    broken = Barriers.broken
    patch.setattr(Barriers, "broken", lambda it, side, at_ms: broken(it, 1 - side, at_ms))
    patch.setattr(day, "_DEAD_BEAM_SHARE", 0.0)


@bug("ListIsOnTags", flows=(Flow.NUMBER_LIST,), orders=6, closing_s=900.0)
def a_number_of_a_list_is_told_to_be_on_a_tag_and_is_not(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(commission, "write_epc", _done_without_a_word)


@bug("ListIsOnTags", flows=(Flow.NUMBER_LIST,), orders=6, closing_s=900.0)
def a_tag_of_a_list_is_told_to_be_locked_and_is_not(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(commission, "lock", _done_without_a_word)


@bug("ListIsOnTags", flows=(Flow.NUMBER_LIST,), orders=6, closing_s=1800.0)
def a_list_forgets_what_was_done_before_its_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(list_maker, "resume", lambda *_: None)
    patch.setattr(Job, "_is_listed", lambda *_: False)
    patch.setattr(list_maker, "_KILLED_SHARE", 1.0)


def _done_without_a_word(tag: Tag, *_: Any) -> Steps[Work]:
    yield from ()
    return Work("done", "done", tag=tag)
