"""Work on tags and UHF modules on a simulated day: with the product's drivers, byte for byte."""

from pathlib import Path

from edge.model.events import PieceChecked, TagWorkEnded
from edge.model.tag_work import TagTask
from simulators.day.command import day_report, quiet
from simulators.day.flows import Flow
from simulators.day.grounds import GATE_READER
from simulators.day.plan import Faults, Story
from simulators.day.playing import played
from simulators.day.timetable import Entry, Kind, timetable
from simulators.hall import BARE_STATION


def test_what_a_leader_has_written_into_a_tag_stands_there(tmp_path: Path) -> None:
    quiet()
    # given a leader who writes into tags that lie before an antenna
    day, judge = played(Story(3, 6, flows=(Flow.TAG_WORK,)), None, tmp_path)
    # then words were written, and each tag holds the last ones of those told of it
    ended = [one.event for one in judge.facts if isinstance(one.event, TagWorkEnded)]
    done = [one for one in ended if one.result.code == "done" and one.task is TagTask.WRITE]
    words = {str(one.result.epc): one.what.split()[1] for one in done}
    assert words
    assert {epc: day.user_memory(epc)[:4].hex() for epc in words} == words
    assert judge.broken == []


def test_a_module_hears_what_is_packed_at_the_station_that_has_no_reader() -> None:
    quiet()

    def heard(flows: tuple[Flow, ...]) -> set[bool]:
        _, judge = day_report(Story(3, 6, flows=flows), None)
        assert judge.broken == []
        checked = [one.event for one in judge.facts if isinstance(one.event, PieceChecked)]
        return {
            one.unit.epc is not None for one in checked if one.station == BARE_STATION and one.unit
        }

    assert heard(()) == {False}
    assert True in heard((Flow.UHF,))


def test_a_day_goes_on_without_its_module(tmp_path: Path) -> None:
    quiet()
    # given a module that is pulled in the middle of the work and comes back much later
    cut = [Entry(0, 30.0, Kind.MODULE_CUT, 200.0)]
    # when the day is played
    _, judge = played(Story(3, 4, flows=(Flow.UHF,)), None, tmp_path, cut)
    # then nothing breaks
    assert judge.broken == []


def test_modules_fail_only_where_there_are_some() -> None:
    def kinds(flows: tuple[Flow, ...]) -> set[Kind]:
        days = [timetable(Story(seed, 8, Faults.HEAVY), 900.0, flows) for seed in range(40)]
        return {entry.kind for day in days for entry in day}

    assert not kinds(()) & {Kind.MODULE_CUT, Kind.MODULE_FAULT}
    assert {Kind.MODULE_CUT, Kind.MODULE_FAULT} <= kinds((Flow.UHF,))


def test_the_reader_of_a_gate_fails_only_where_there_is_one() -> None:
    def named(flows: tuple[Flow, ...]) -> set[str]:
        days = [timetable(Story(seed, 8, Faults.HEAVY), 900.0, flows) for seed in range(40)]
        return {entry.what.partition("/")[0] for day in days for entry in day}

    assert GATE_READER not in named(())
    assert GATE_READER in named((Flow.GATE,))
