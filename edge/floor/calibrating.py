"""Calibrating: a person is led from a first tag to a calibration in use, one step after the other.

One thread looks five times a second at what was heard of the tag, writes it down while the tag is
held at a place, and shows the live picture. Learning runs in a program of its own, for it takes
many seconds of a core. Nothing changes how items are located before a person says `Use`.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import TimeoutError as NotAnsweredError
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from edge.clock import Clock
from edge.floor.board import Board, Shown
from edge.floor.calibration_picture import Picture
from edge.floor.calibration_recording import READS_MAX, Recording
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
from edge.floor.enquiries import ANSWER_S_MAX, EnquiriesFullError
from edge.floor.locating_desk import LocatingDesk
from edge.floor.watching import WatchedRead
from edge.locating.calibration import Calibration
from edge.model.ids import Epc, LocationId, RequestId
from edge.model.places import Floor
from edge.model.prompts import Answer
from edge.model.sentences import recognised, sentence

LOOK_S = 0.2
PLACE_US_MAX = 300_000_000
"""A tag that was left at a place is recorded no longer than this."""
GAP_US_MAX = 2_000_000
"""A silence up to this counts as time at the place."""
ANSWERS_KEPT = 500
TOPIC = "calibration"


class LearningError(Exception):
    """Nothing could be learnt; the sentence says why, and what to do."""


class Learner(Protocol):
    """Learns from a recording, in a program of its own."""

    def learn(self, recording: Recording) -> Calibration:
        """What was learnt; blocks.

        Raises:
            LearningError: nothing was.
        """
        ...

    def cancel(self) -> None:
        """End the learning at hand, if any."""
        ...


@dataclass(frozen=True, slots=True)
class CalibratingParts:
    """What the bench works with.

    Attributes:
        folder: each recording gets a folder of its own in it.
        save: keeps a calibration for the next start; raises `OSError` where it cannot.
        known: the quality of the calibration in use; None without one.
    """

    floor: Floor
    clock: Clock
    board: Board
    desk: LocatingDesk
    learner: Learner
    folder: Path
    save: Callable[[Calibration], None]
    known: Calibration | None


class CalibrationBench:
    """Thread-safe: pages take steps, one thread records and learns."""

    def __init__(self, parts: CalibratingParts) -> None:
        self._parts = parts
        self._answers: OrderedDict[RequestId, tuple[Step, Answer]] = OrderedDict()
        self._changed = threading.Condition(threading.RLock())
        self._stopping = False
        self._stage = Stage.IDLE
        self._level = Level.GAIN
        self._epc: Epc | None = None
        self._here: LocationId | None = None
        self._here_us = 0
        self._counted_us = 0
        self._picture = Picture(parts.floor)
        self._recording: Recording | None = None
        self._learnt: Calibration | None = None
        self._in_use = parts.known
        self._loaded = True
        self._fault = ""
        self._thread = threading.Thread(target=self._run, name="calibration", daemon=True)

    def start(self) -> None:
        """Begin to wait for somebody who calibrates."""
        self._show()
        self._thread.start()

    def stop(self) -> None:
        """End, with what is being learnt."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._parts.learner.cancel()
        if self._thread.is_alive():
            self._thread.join(3)

    def take(self, request_id: RequestId, step: Step) -> Answer:
        """Take a step; the same id again has no second effect and gets the same answer."""
        with self._changed:
            known = self._answers.get(request_id)
            if known is not None:
                same = known[0] == step
                return known[1] if same else _no("key_reused", "make a new key for each step")
            answer = self._taken(step)
            self._answers[request_id] = (step, answer)
            if len(self._answers) > ANSWERS_KEPT:
                self._answers.popitem(last=False)
            self._show()
            self._changed.notify_all()
            return answer

    def _taken(self, step: Step) -> Answer:
        if type(step) not in ALLOWED[self._stage]:
            return _no("not_now", f"this cannot be done while the calibration is {self._stage}")
        match step:
            case Begin():
                return self._begin(step.level)
            case ChooseTag() | Here() | Moving() | More():
                return self._recorded(step)
            case Learn():
                return self._start_learning()
            case Use():
                return self._use()
            case Discard():
                return self._discard()

    def _recorded(self, step: ChooseTag | Here | Moving | More) -> Answer:
        match step:
            case ChooseTag():
                return self._choose(step.epc)
            case Here():
                return self._hold(step.location)
            case Moving():
                self._here = None
                return _yes("calibration_moving", "what is read now belongs to no place")
            case More():
                self._to_recording()
                return _yes("calibration_more", "go on recording")

    def _begin(self, level: Level) -> Answer:
        now_us = self._parts.clock.now_us()
        try:
            self._recording = Recording(self._parts.folder / str(now_us))
        except OSError as error:
            return _no("calibration_disk", sentence("not_recorded", error=error))
        self._level, self._learnt, self._fault = level, None, ""
        self._picture = Picture(self._parts.floor)
        self._epc = self._here = None
        self._to_recording()
        return _yes("calibration_begun", "choose a tag")

    def _to_recording(self) -> None:
        self._stage, self._here = Stage.RECORDING, None
        self._parts.desk.watch.watch(self._epc)

    def _choose(self, epc: Epc) -> Answer:
        self._epc, self._here = epc, None
        self._picture.another_tag()
        self._parts.desk.watch.watch(epc)
        return _yes("calibration_tag", f"reads of {epc} are recorded")

    def _hold(self, location: LocationId) -> Answer:
        if self._epc is None or self._recording is None:
            return _no("calibration_no_tag", "choose a tag first")
        if location not in self._picture.places:
            return _no("place_unknown", f"no antenna covers {location}")
        now_us = self._parts.clock.now_us()
        try:
            self._recording.truth(now_us, self._epc, location)
        except OSError as error:
            return _no("calibration_disk", f"the recording cannot be written: {error}")
        self._here, self._here_us, self._counted_us = location, now_us, now_us
        return _yes("calibration_here", f"the tag is at {location}")

    def _start_learning(self) -> Answer:
        self._here = None
        self._parts.desk.watch.end()
        self._stage = Stage.LEARNING
        return _yes("calibration_learning", "this takes up to some minutes")

    def _use(self) -> Answer:
        if self._learnt is None:
            return _no("not_now", "nothing has been learnt")
        try:
            self._parts.save(self._learnt)
        except OSError as error:
            return _no("calibration_disk", f"the calibration cannot be written: {error}")
        self._loaded = self._adopted(self._learnt)
        self._in_use, self._stage = self._learnt, Stage.USED
        when = "now" if self._loaded else "from the next start on"
        return _yes("calibration_used", f"items are located with it {when}")

    def _adopted(self, calibration: Calibration) -> bool:
        """Whether the floor loop took it at once; else it is there at the next start."""
        try:
            self._parts.desk.enquiries.adopt(calibration).result(ANSWER_S_MAX)
        except (EnquiriesFullError, NotAnsweredError):
            return False
        return True

    def _discard(self) -> Answer:
        self._parts.learner.cancel()
        self._parts.desk.watch.end()
        self._stage, self._recording, self._learnt = Stage.IDLE, None, None
        self._epc, self._here, self._fault = None, None, ""
        return _yes("calibration_discarded", "everything is as it was")

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._stopping:
                    return
                if self._stage is not Stage.LEARNING:
                    self._changed.wait(LOOK_S if self._stage is Stage.RECORDING else None)
                recording = self._recording
                if self._stage is Stage.RECORDING:
                    self._record()
            if self._stage is Stage.LEARNING and recording is not None:
                self._learn(recording)

    def _record(self) -> None:
        now_us = self._parts.clock.now_us()
        reads = self._parts.desk.watch.take()
        self._picture.hear(reads, now_us, self._epc)
        if self._here is not None and self._recording is not None:
            own = [one for one in reads if one.epc == self._epc and one.at_us > self._here_us]
            try:
                self._recording.reads(own)
            except OSError as error:
                self._fault, self._here = f"the recording cannot be written: {error}", None
            else:
                self._count(own, now_us)
        self._show()

    def _count(self, own: list[WatchedRead], now_us: int) -> None:
        """The tag was held on, until it was left there for too long or nothing more fits.

        Time counts only while the tag is heard: silence teaches nothing.
        """
        if self._here is None:
            return
        if own:
            self._picture.hold(self._here, min(now_us - self._counted_us, GAP_US_MAX), len(own))
            self._counted_us = now_us
        is_full = self._recording is not None and self._recording.count >= READS_MAX
        if now_us - self._here_us >= PLACE_US_MAX or is_full:
            self._here = None

    def _learn(self, recording: Recording) -> None:
        learnt: Calibration | None = None
        fault = ""
        try:
            recording.sort()
            learnt = self._parts.learner.learn(recording)
        except (LearningError, OSError) as error:
            fault = str(error)
        with self._changed:
            if self._stage is not Stage.LEARNING or self._recording is not recording:
                return  # it was discarded meanwhile
            self._learnt, self._fault = learnt, fault
            self._stage = Stage.LEARNT if learnt is not None else Stage.FAILED
            self._show()

    def _show(self) -> None:
        now_us = self._parts.clock.now_us()
        self._parts.board.show(
            TOPIC,
            {
                "stage": self._stage.value,
                "level": self._level.value,
                "epc": self._epc,
                "here": self._here,
                "fault": self._fault,
                "fault_said": recognised(self._fault),
                "folder": str(self._recording.folder) if self._recording else None,
                **self._picture.shown(now_us),
                "report": report_view(self._learnt),
                "in_use": report_view(self._in_use),
                "loaded": self._loaded,
            },
        )


def report_view(calibration: Calibration | None) -> Shown | None:
    """How good a calibration proved, as plain JSON values."""
    if calibration is None:
        return None
    told = calibration.to_dict()
    return {
        "level": "survey" if told.get("survey") else "gain",
        "antennas": len(calibration.offset_dbm),
        "offset_dbm": told["offset_dbm"],
        "quality": told["quality"],
        "warnings": told["warnings"],
        "warnings_said": [recognised(one) for one in calibration.warnings],
    }


def _yes(code: str, text: str) -> Answer:
    return Answer(accepted=True, code=code, text=text)


def _no(code: str, text: str) -> Answer:
    return Answer(accepted=False, code=code, text=text)
