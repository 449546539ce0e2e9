"""Labels with tags, light barriers and lists of numbers on a simulated day."""

from pathlib import Path

import numpy as np
import pytest

from edge.clock import PlayedClock
from edge.locating.portal_barriers import Barriers
from edge.model.events import PalletDeparted, ParcelShipped
from simulators.codes import sgtin_96
from simulators.day import day as day_module
from simulators.day import list_maker, people
from simulators.day.command import quiet
from simulators.day.flows import Flow
from simulators.day.gate import Beams, Gate
from simulators.day.grounds import BARRIERS
from simulators.day.kernel import at_once, play
from simulators.day.plan import Story
from simulators.day.playing import played
from simulators.gate import Manner

EPCS = [sgtin_96("09521234000013", 7, serial) for serial in (1, 2)]


def test_parcels_out_of_which_nothing_is_heard_leave_by_their_labels(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    quiet()
    # given parcels that are lined, each with a tag in its label
    monkeypatch.setattr(people, "_LINED_SHARE", 1.0)
    monkeypatch.setattr(people, "_TAGGED_SHARE", 1.0)
    # when a day without faults is played
    _, judge = played(Story(3, 4, flows=(Flow.LABEL_TAGS,)), None, tmp_path)
    # then hardly one leaves by a person's word
    left = [one.event for one in judge.facts if isinstance(one.event, ParcelShipped)]
    assert sum(one.by is None for one in left) > len(left) / 2
    assert judge.broken == []


def test_a_pallet_leaves_by_its_own_label(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    quiet()
    # given lined parcels without tags on pallets whose labels have one
    monkeypatch.setattr(people, "_LINED_SHARE", 1.0)
    monkeypatch.setattr(people, "_TAGGED_SHARE", 0.0)
    # when a day without faults is played
    flows = (Flow.LABEL_TAGS, Flow.PALLETS)
    _, judge = played(Story(3, 4, flows=flows), None, tmp_path)
    # then they leave by it, with all parcels
    gone = [one.event for one in judge.facts if isinstance(one.event, PalletDeparted)]
    assert any(one.by is None for one in gone)
    assert judge.broken == []


def test_who_walks_out_breaks_the_inner_beam_first_and_a_dead_one_never() -> None:
    clock = PlayedClock(1_000_000_000_000)
    gate = Gate(5, np.random.default_rng(5), clock.now_us)
    told: list[tuple[int, bool]] = []
    gate.beams = Beams(BARRIERS, lambda port, high: told.append((port, high)))
    # given beams of which the outer one's input is high while nothing is in it
    assert told == [(1, False), (2, True)]
    # when somebody walks out
    play(clock, gate.go(Manner.OUT, EPCS), at_once)
    # then the inner one is broken first
    broken = [one for one in told[2:] if one in {(1, True), (2, False)}]
    assert broken == [(1, True), (2, False)]
    # and nothing is told of one that is dead
    gate.beams.works = (True, False)
    del told[:]
    play(clock, gate.go(Manner.OUT, EPCS), at_once)
    assert {port for port, _ in told} == {1}


def test_where_light_barriers_stand_the_gateway_is_told_of_each_beam(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    quiet()
    monkeypatch.setattr(day_module, "_DEAD_BEAM_SHARE", 0.0)
    # given somebody who listens to what the portal is told
    heard: list[int] = []
    broken = Barriers.broken
    monkeypatch.setattr(
        Barriers,
        "broken",
        lambda it, side, at_ms: (heard.append(side), broken(it, side, at_ms)),
    )
    # when a day is played on which things are driven out
    flows = (Flow.GATE, Flow.LIGHT_BARRIERS)
    _, judge = played(Story(3, 2, flows=flows), None, tmp_path)
    # then both beams were broken
    assert set(heard) == {0, 1}
    assert judge.broken == []


def test_a_list_gets_onto_its_tags_though_the_command_ends_again_and_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    quiet()
    monkeypatch.setattr(list_maker, "_KILLED_SHARE", 1.0)
    monkeypatch.setattr(list_maker, "_FAULTY_SHARE", 0.0)
    # given a day on which the command is killed again and again
    day, judge = played(Story(3, 6, flows=(Flow.NUMBER_LIST,)), None, tmp_path)
    # then each list was begun several times, and every number is locked on its tag
    assert judge.broken == []
    (run, *_) = day.shift.lists
    steps = [note["step"] for note in run.notes]
    assert steps.count("begun") > 1
    assert steps.count("locked") == len(set(run.epcs) - run.borne)
