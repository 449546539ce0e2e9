"""Work on tags: a fact before, a fact after, one thing at a time, and no password anywhere."""

from dataclasses import replace

import pytest

from edge.model.applying import TAG_JOBS_KEPT, apply
from edge.model.events import DeviceLost, Event, TagKilled, TagWorkBegun, TagWorkEnded, TagWritten
from edge.model.ids import DeviceName, Epc, RequestId
from edge.model.inputs import TagWorkOver
from edge.model.posted import TagWorkWanted
from edge.model.state import FloorState
from edge.model.tag_work import (
    Kill,
    LockFields,
    ReadWords,
    SetPassword,
    TagOrder,
    TagResult,
    WriteEpc,
    WriteWords,
)
from edge.rules.decide import decide
from edge.rules.decision import Decision
from tests.rules.small_floor import FLOOR, LI, TERMS

GATE = DeviceName("gate")
OLD, NEW = Epc("e28011602000"), Epc("30340242201d8840009efdf7")
TID = "e28011602000700012345678"
SECRET = 0x9ABCDEF1
WRITE = WriteEpc(NEW, SECRET)
DONE = TagResult("done", "written and read back", TID, OLD, NEW)


def wanted(order: TagOrder = WRITE, name: str = "R-1", at_us: int = 5) -> TagWorkWanted:
    return TagWorkWanted(RequestId(name), LI, GATE, None, TID, 0, order, at_us)


def taken(state: FloorState, input_: TagWorkWanted | TagWorkOver) -> Decision:
    """Decide and apply."""
    decision = decide(state, TERMS, input_)
    for event in decision.events:
        apply(state, event, input_.at_us)
    return decision


def over(result: TagResult = DONE, name: str = "R-1") -> TagWorkOver:
    return TagWorkOver(RequestId(name), result, 9)


def kinds(decision: Decision) -> list[type[Event]]:
    return [type(event) for event in decision.events]


def test_a_tag_that_is_written_is_told_before_and_after() -> None:
    state = FloorState(FLOOR)
    begun = taken(state, wanted())
    ended = taken(state, over())

    assert begun.answer.code == "begun"
    assert kinds(begun) == [TagWorkBegun]
    assert kinds(ended) == [TagWorkEnded, TagWritten]
    assert ended.events[1] == TagWritten(NEW, OLD, TID, LI)
    assert state.tag_jobs[RequestId("R-1")].result == DONE


def test_no_fact_and_no_words_hold_a_password() -> None:
    orders: tuple[TagOrder, ...] = (
        ReadWords("user", 0, 4, SECRET),
        WRITE,
        WriteWords(0, "cafe", SECRET),
        LockFields(("epc",), "lock", SECRET),
        SetPassword("kill", SECRET, SECRET),
        Kill(SECRET, 1),
    )
    for order in orders:
        decision = decide(FloorState(FLOOR), TERMS, wanted(order))
        told = f"{wanted(order)!r} {decision!r}"
        assert str(SECRET) not in told
        assert f"{SECRET:08x}" not in told


@pytest.mark.parametrize("confirmed_us", [None, 5 - 61_000_000, 6])
def test_a_tag_is_not_killed_on_a_word_of_nobody_or_one_that_is_over(
    confirmed_us: int | None,
) -> None:
    decision = taken(FloorState(FLOOR), wanted(Kill(SECRET, confirmed_us)))

    assert (decision.answer.code, decision.events) == ("not_confirmed", ())


def test_one_reader_does_one_thing_at_a_time_and_a_dead_one_nothing() -> None:
    state = FloorState(FLOOR)
    taken(state, wanted())
    assert taken(state, wanted(name="R-2")).answer.code == "reader_busy"
    other = replace(wanted(name="R-2"), reader=DeviceName("desk"))
    assert taken(state, other).answer.code == "begun"
    taken(state, over())
    assert taken(state, wanted(name="R-3")).answer.code == "begun"
    taken(state, over(name="R-3"))
    apply(state, DeviceLost(GATE, 1, "silent", ()), 1)
    assert taken(state, wanted(name="R-4")).answer.code == "reader_down"


def test_only_what_was_seen_brings_a_number_into_the_world_or_out_of_it() -> None:
    endings: dict[TagOrder, tuple[TagResult, list[type[Event]]]] = {
        WRITE: (replace(DONE, code="unknown", epc=None), [TagWorkEnded]),
        ReadWords("tid", 0, 6): (replace(DONE, epc=OLD), [TagWorkEnded]),
        Kill(SECRET, 1): (replace(DONE, epc=OLD), [TagWorkEnded, TagKilled]),
        WriteEpc(OLD): (replace(DONE, epc=OLD), [TagWorkEnded]),
    }
    for order, (result, told) in endings.items():
        state = FloorState(FLOOR)
        taken(state, wanted(order))
        assert kinds(taken(state, over(result))) == told, order


def test_an_ending_that_comes_twice_or_for_nobody_changes_nothing() -> None:
    state = FloorState(FLOOR)
    assert kinds(taken(state, over())) == []
    taken(state, wanted())
    taken(state, over())
    assert kinds(taken(state, over(replace(DONE, code="unknown")))) == []
    assert state.tag_jobs[RequestId("R-1")].result == DONE


def test_the_latest_are_kept_and_what_is_in_hand_always() -> None:
    state = FloorState(FLOOR)
    desk = replace(wanted(name="held", at_us=1), reader=DeviceName("desk"))
    taken(state, desk)
    for number in range(TAG_JOBS_KEPT + 5):
        taken(state, wanted(name=f"R-{number}", at_us=10 + number))
        taken(state, over(name=f"R-{number}"))
    assert len(state.tag_jobs) == TAG_JOBS_KEPT + 1
    assert RequestId("held") in state.tag_jobs
    assert RequestId("R-4") not in state.tag_jobs
    assert RequestId("R-5") in state.tag_jobs
