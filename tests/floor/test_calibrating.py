"""Calibrating step by step: what may follow on what, what is recorded, what is used."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from edge.clock import PlayedClock
from edge.floor.alerts import Alerts
from edge.floor.board import Board
from edge.floor.calibrating import CalibratingParts, CalibrationBench, LearningError
from edge.floor.calibration_recording import Recording
from edge.floor.calibration_steps import (
    ALLOWED,
    Begin,
    ChooseTag,
    Discard,
    Here,
    Learn,
    Level,
    More,
    Moving,
    Stage,
    Step,
    Use,
)
from edge.floor.locating_desk import LocatingDesk
from edge.locating.calibration import Calibration, floor_hash
from edge.locating.locator import Locator
from edge.locating.recordings import read_reads_csv, read_truth_csv
from edge.model.ids import Epc, LocationId, RequestId
from edge.model.places import Floor
from edge.model.prompts import Answer
from tests.locating.conftest import epc_of, floor_of, reads_of
from tests.waiting import PATIENCE_S

TAG = Epc(epc_of(1))


@dataclass
class PlayedLearner:
    """Learns when it is told to."""

    answer: Calibration | LearningError
    go: threading.Event = field(default_factory=threading.Event)
    seen: list[Recording] = field(default_factory=list)

    def learn(self, recording: Recording) -> Calibration:
        self.seen.append(recording)
        assert self.go.wait(PATIENCE_S)
        if isinstance(self.answer, LearningError):
            raise self.answer
        return self.answer

    def cancel(self) -> None:
        self.go.set()


class Bench:
    """A bench before a played locator, a board, and a disk that can be full."""

    def __init__(self, folder: Path) -> None:
        self.floor: Floor = floor_of(("A", "zone", "north", 1), ("B", "zone", "south", 1))
        self.calibration = Calibration(
            floor_hash(self.floor), {"north/1": -60.0, "south/1": -64.0}, warnings=("look",)
        )
        self.clock = PlayedClock()
        self.board = Board()
        self.desk = LocatingDesk(self.floor, Alerts())
        self.locator = Locator(self.floor)
        self.learner = PlayedLearner(self.calibration)
        self.saved: list[Calibration] = []
        self.full = False
        self.folder = folder / "calibrations"
        self.keys = count()
        self.news = threading.Condition()
        self.bench = CalibrationBench(
            CalibratingParts(
                floor=self.floor,
                clock=self.clock,
                board=self.board,
                desk=self.desk,
                learner=self.learner,
                folder=self.folder,
                save=self.save,
                known=None,
            )
        )
        self.board.watch("calibration", self._tell)
        self.bench.start()
        self.loop_over = threading.Event()
        self.loop = threading.Thread(target=self._turn)
        self.loop.start()

    def _turn(self) -> None:
        while not self.loop_over.wait(0.005):
            self.desk.turn(self.locator, (), self.clock.now_us())

    def _tell(self, _topic: str) -> None:
        with self.news:
            self.news.notify_all()

    def save(self, calibration: Calibration) -> None:
        if self.full:
            raise OSError("no room")
        self.saved.append(calibration)

    def take(self, step: Step, key: str | None = None) -> Answer:
        return self.bench.take(RequestId(key or f"key-{next(self.keys)}"), step)

    def sheet(self) -> dict[str, object]:
        sheet = self.board.look("calibration")
        assert sheet is not None
        return dict(sheet.value)

    def wait_for(self, is_so: Callable[[dict[str, object]], bool]) -> dict[str, object]:
        with self.news:
            assert self.news.wait_for(lambda: is_so(self.sheet()), PATIENCE_S), self.sheet()
        return self.sheet()

    def hear(self, reader: str, level: float, reads: int, tag: int = 1) -> None:
        """The tag is read, a tenth of a second apart."""
        at_us = self.clock.now_us() + np.arange(1, reads + 1) * 100_000
        self.clock.advance_us(reads * 100_000)
        batch = reads_of(reader, np.full(reads, tag), np.ones(reads), np.full(reads, level), at_us)
        self.desk.watch.note((batch,))

    def learnt(self) -> None:
        """Up to a report on the page."""
        self.take(Begin(Level.GAIN))
        self.take(ChooseTag(TAG))
        self.take(Learn())
        self.learner.go.set()
        self.wait_for(lambda sheet: sheet["stage"] in {"learnt", "failed"})

    def stop(self) -> None:
        self.bench.stop()
        self.loop_over.set()
        self.loop.join()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    opened = Bench(tmp_path)
    yield opened
    opened.stop()


def places(sheet: dict[str, object]) -> dict[str, tuple[int, int]]:
    rows = sheet["places"]
    assert isinstance(rows, list)
    return {one["location"]: (one["held_s"], one["reads"]) for one in rows}


def test_reads_are_written_while_the_tag_is_held_at_a_place_and_only_then(bench: Bench) -> None:
    bench.take(Begin(Level.SURVEY))
    bench.take(ChooseTag(TAG))
    bench.hear("north", -40.0, 30)  # on its way
    bench.wait_for(lambda sheet: any(one["rssi_dbm"] for one in sheet["antennas"]))  # type: ignore[attr-defined]
    bench.take(Here(LocationId("A")))
    bench.hear("north", -50.0, 20)
    bench.wait_for(lambda sheet: places(sheet)["A"] == (2, 20))
    bench.hear("north", -50.0, 20)
    bench.wait_for(lambda sheet: places(sheet)["A"] == (4, 40))
    bench.take(Moving())
    bench.hear("south", -45.0, 30)
    bench.take(Here(LocationId("B")))
    bench.hear("south", -55.0, 20)
    bench.wait_for(lambda sheet: places(sheet)["B"] == (2, 20))

    (folder,) = bench.folder.iterdir()
    with (folder / "reads.csv").open() as lines:
        levels = np.concatenate([one.rssi_dbm for one in read_reads_csv(lines)])
    with (folder / "truth.csv").open() as lines:
        truths = read_truth_csv(lines)
    assert levels.tolist() == [-50.0] * 40 + [-55.0] * 20
    assert [(one.epc, one.location) for one in truths] == [(TAG, "A"), (TAG, "B")]


def test_a_place_where_the_tag_is_not_heard_is_not_held(bench: Bench) -> None:
    bench.take(Begin(Level.GAIN))
    bench.take(ChooseTag(TAG))
    bench.take(Here(LocationId("A")))
    bench.clock.advance_us(100_000_000)
    bench.hear("north", -50.0, 10)

    sheet = bench.wait_for(lambda sheet: places(sheet)["A"][1] == 10)

    assert places(sheet)["A"] == (2, 10)


def test_while_no_tag_is_chosen_the_loudest_are_offered(bench: Bench) -> None:
    bench.take(Begin(Level.GAIN))
    bench.hear("north", -70.0, 5, tag=2)
    bench.hear("south", -41.0, 5, tag=1)

    sheet = bench.wait_for(lambda sheet: len(sheet["nearby"]) == 2)  # type: ignore[arg-type]

    nearby = sheet["nearby"]
    assert isinstance(nearby, list)
    assert [one["epc"] for one in nearby] == [epc_of(1), epc_of(2)]


def test_what_was_learnt_is_used_only_when_a_person_says_so(bench: Bench) -> None:
    bench.learnt()
    assert bench.saved == []
    assert bench.sheet()["in_use"] is None
    assert bench.locator.drift() is None  # the locator has no calibration

    told = bench.take(Use())

    assert told.accepted
    assert bench.saved == [bench.calibration]
    assert bench.sheet()["stage"] == "used"
    assert bench.sheet()["loaded"] is True
    assert bench.locator.drift() is not None


def test_a_locator_that_does_not_answer_gets_it_at_the_next_start(bench: Bench) -> None:
    bench.learnt()
    bench.loop_over.set()
    bench.loop.join()

    told = bench.take(Use())

    assert told.accepted
    assert "next start" in told.text
    assert bench.sheet()["loaded"] is False
    assert bench.saved == [bench.calibration]


def test_a_full_disk_is_told_and_nothing_has_changed(bench: Bench) -> None:
    bench.learnt()
    bench.full = True

    told = bench.take(Use())

    assert (told.accepted, told.code) == (False, "calibration_disk")
    assert bench.sheet()["stage"] == "learnt"
    assert bench.locator.drift() is None


def test_nothing_learnt_is_told_with_the_reason_and_more_can_be_recorded(bench: Bench) -> None:
    bench.learner.answer = LearningError("fewer than two places; record more")
    bench.learnt()
    assert bench.sheet()["fault"] == "fewer than two places; record more"

    assert bench.take(More()).accepted
    assert bench.sheet()["stage"] == "recording"


def test_the_same_key_has_one_effect_and_another_step_with_it_is_refused(bench: Bench) -> None:
    first = bench.take(Begin(Level.GAIN), "one")
    again = bench.take(Begin(Level.GAIN), "one")
    other = bench.take(Discard(), "one")

    assert first == again
    assert len(list(bench.folder.iterdir())) == 1
    assert other.code == "key_reused"
    assert bench.sheet()["stage"] == "recording"


def test_what_is_learnt_after_it_was_discarded_goes_nowhere(bench: Bench) -> None:
    bench.take(Begin(Level.GAIN))
    bench.take(ChooseTag(TAG))
    bench.take(Learn())

    bench.take(Discard())  # ends the learner, which then answers late
    bench.clock.advance_us(1_000_000)
    bench.take(Begin(Level.SURVEY))
    bench.take(ChooseTag(TAG))
    bench.hear("north", -50.0, 3)
    sheet = bench.wait_for(lambda sheet: any(one["rssi_dbm"] for one in sheet["antennas"]))  # type: ignore[attr-defined]

    assert (sheet["stage"], sheet["report"]) == ("recording", None)


def test_a_place_that_no_antenna_covers_cannot_be_taught(bench: Bench) -> None:
    bench.take(Begin(Level.GAIN))
    assert bench.take(Here(LocationId("A"))).code == "calibration_no_tag"
    bench.take(ChooseTag(TAG))

    assert bench.take(Here(LocationId("MOON"))).code == "place_unknown"


def test_a_tag_that_was_left_behind_is_not_recorded_for_ever(bench: Bench) -> None:
    bench.take(Begin(Level.GAIN))
    bench.take(ChooseTag(TAG))
    bench.take(Here(LocationId("A")))

    bench.clock.advance_us(301_000_000)
    bench.wait_for(lambda sheet: sheet["here"] is None)


def test_no_step_is_taken_in_a_stage_that_does_not_know_it(bench: Bench) -> None:
    steps = [Begin(Level.GAIN), ChooseTag(TAG), Here(LocationId("A")), Moving(), Learn()]
    steps += [More(), Use(), Discard()]

    for step in steps:
        if type(step) not in ALLOWED[Stage.IDLE]:
            assert bench.take(step).code == "not_now", step
    assert bench.sheet()["stage"] == "idle"


def test_reads_of_several_readers_are_put_in_order_of_time(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "one")
    recording.reads_path.write_text("time_us,x\n30,c\n10,a\n20,b\n")

    recording.sort()

    assert recording.reads_path.read_text() == "time_us,x\n10,a\n20,b\n30,c\n"
