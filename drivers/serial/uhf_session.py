"""The talk with one UHF module: who are you, keep this law, read; no port, no thread, no clock.

The steps stand in one table and are taken in order, each when the one before was answered:
stop (it may still run from before), identity, region set and read back, power set and read back,
start. Region and power are law, so a module that does not keep what was asked is not started.
A module that falls silent while it reads may have been switched off and on, and then it has
forgotten region and power: the whole talk begins again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from drivers.serial.uhf_frames import (
    NO_TAG,
    OTHER_MARKS,
    REGION_CODES,
    USUAL_MARKS,
    Command,
    Frame,
    FrameCounters,
    FrameCutter,
    Information,
    Kind,
    Region,
    Tag,
    frame_bytes,
    power_data,
    start_inventory,
    tag_of,
)

ANSWER_US = 400_000
"""How long an answer may take; a module needs some 10 ms, a network in between some more."""
SILENCE_US = 1_000_000
"""A module that reads says something in every round, about every 30 ms, tag or no tag."""
BROKEN_OFF_US = 200_000
"""What waits for the rest of its frame for so long was none: the longest takes 45 ms."""
_TRIES = 4  # two with each pair of marks


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the module is to be set up.

    Attributes:
        region: whose law it keeps; None leaves its own.
        power_dbm: transmit power; None leaves its own.
    """

    region: Region | None = None
    power_dbm: float | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """What a module says of itself; empty where it does not."""

    hardware: str = ""
    firmware: str = ""
    manufacturer: str = ""


class Trouble(Enum):
    """Why a talk ended."""

    SILENT = auto()
    """The module does not answer: try again soon."""
    REFUSED = auto()
    """The module does not keep what was asked: a person must act."""


@dataclass(slots=True)
class Outcome:
    """What follows from bytes and from time that went by.

    Attributes:
        send: to be written now.
        tags: heard, in order.
        started: the module has begun to read.
        trouble: the talk has ended, `reason` tells why and how to mend it.
    """

    send: bytes = b""
    tags: list[Tag] = field(default_factory=list)
    started: bool = False
    trouble: Trouble | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Step:
    """One question and what its answer means.

    Attributes:
        command: asked; the answer comes under the same.
        data: sent with it.
        take: what the answer's data say: empty where all is well, else what is wrong.
        optional: a module may leave it unanswered or refuse it; asked once.
    """

    command: Command
    data: bytes = b""
    take: Callable[[bytes], str] = lambda _: ""
    optional: bool = False


class UhfSession:
    """Talks with one module; one for each time that its port is opened.

    Args:
        wanted: how the module is to be set up.
        counters: that go on from an earlier session.
    """

    def __init__(self, wanted: Wanted, counters: FrameCounters | None = None) -> None:
        self.identity = Identity()
        self._wanted = wanted
        self._marks = USUAL_MARKS
        self._cutter = FrameCutter(self._marks)
        self._cutter.counters = counters or FrameCounters()
        self._steps = self._table()
        self._at = 0
        self._tries = 0
        self._asked_us = 0
        self._heard_us = 0

    @property
    def counters(self) -> FrameCounters:
        """What the module sent so far."""
        return self._cutter.counters

    @property
    def reading(self) -> bool:
        """Whether the module is set up and reads."""
        return self._at == len(self._steps)

    def begin(self, now_us: int) -> bytes:
        """The first question.

        Args:
            now_us: monotonic microseconds.
        """
        self._at = self._tries = 0
        self._cutter.reset()
        return self._ask(now_us)

    def farewell(self) -> bytes:
        """What leaves the module quiet."""
        return frame_bytes(Kind.COMMAND, Command.STOP, marks=self._marks)

    def received(self, data: bytes, now_us: int) -> Outcome:
        """Bytes came, or for a while none did.

        Args:
            data: as received; may be empty.
            now_us: monotonic microseconds.
        """
        outcome = Outcome()
        frames: list[Frame] = []
        if data:
            frames = self._cutter.feed(data)
        elif now_us - self._heard_us >= BROKEN_OFF_US:
            frames = self._cutter.idle()
        if data:
            self._heard_us = now_us
        for frame in frames:
            self._take(frame, now_us, outcome)
        if outcome.trouble is None:
            self._watch(now_us, outcome)
        return outcome

    def _take(self, frame: Frame, now_us: int, outcome: Outcome) -> None:
        if self.reading:
            self._asked_us = now_us  # any good frame is a sign of life
        if frame.kind == Kind.NOTIFICATION:
            self._hear(frame, outcome)
        elif frame.kind == Kind.RESPONSE and not self.reading:
            self._answer(frame, now_us, outcome)

    def _hear(self, frame: Frame, outcome: Outcome) -> None:
        if frame.command not in {Command.INVENTORY_ONCE, Command.INVENTORY}:
            return
        tag = tag_of(frame)
        if tag is None:
            self.counters.wrong_tag += 1
        elif self.reading:  # before, it reads at a power and a region that nobody has set
            outcome.tags.append(tag)

    def _answer(self, frame: Frame, now_us: int, outcome: Outcome) -> None:
        step = self._steps[self._at]
        if frame.command == step.command:
            wrong = step.take(frame.data)
        elif frame.command == Command.FAILED and not _is_leftover(frame, step):
            code = frame.data[:1].hex() or "none"
            wrong = "" if step.optional else f"it refuses {step.command.name}, error 0x{code}"
        else:
            return
        if wrong:
            outcome.trouble, outcome.reason = Trouble.REFUSED, wrong
        else:
            self._next(now_us, outcome)

    def _next(self, now_us: int, outcome: Outcome) -> None:
        self._at += 1
        self._tries = 0
        if self.reading:
            self._asked_us = now_us
            outcome.started = True
            outcome.send += start_inventory(self._marks)
        else:
            outcome.send += self._ask(now_us)

    def _watch(self, now_us: int, outcome: Outcome) -> None:
        """Time went by: ask again, begin again, or give up."""
        waited_us = now_us - self._asked_us
        if self.reading:
            if waited_us >= SILENCE_US:
                outcome.send += self.begin(now_us)
        elif waited_us >= ANSWER_US:
            if self._steps[self._at].optional:
                self._next(now_us, outcome)
            elif self._tries < _TRIES:
                outcome.send += self._ask(now_us)
            else:
                outcome.trouble = Trouble.SILENT
                outcome.reason = (
                    f"the module does not answer {self._steps[self._at].command.name}: look at "
                    "its power supply and the baud rate, and that it is of the M100/R200 family"
                )

    def _ask(self, now_us: int) -> bytes:
        """The question of this step; the first one tries both pairs of marks in turn."""
        if self._at == 0 and self._tries:
            self._marks = OTHER_MARKS if self._marks == USUAL_MARKS else USUAL_MARKS
            self._cutter.reset(self._marks)
        self._tries += 1
        self._asked_us = now_us
        step = self._steps[self._at]
        return frame_bytes(Kind.COMMAND, step.command, step.data, self._marks)

    def _table(self) -> tuple[_Step, ...]:
        region, power_dbm = self._wanted.region, self._wanted.power_dbm
        steps = [_Step(Command.STOP)]
        steps += [
            _Step(Command.INFORMATION, bytes((one,)), self._introduced, optional=True)
            for one in Information
        ]
        if region is not None:
            steps.append(_Step(Command.SET_REGION, bytes((REGION_CODES[region],)), _granted))
        steps.append(_Step(Command.GET_REGION, take=self._region_told))
        if power_dbm is not None:
            steps.append(_Step(Command.SET_POWER, power_data(power_dbm), _granted))
        steps.append(_Step(Command.GET_POWER, take=self._power_told))
        return tuple(steps)

    def _introduced(self, data: bytes) -> str:
        text = data[1:].decode("ascii", "replace").strip(" \0")
        names = {
            Information.HARDWARE: "hardware",
            Information.FIRMWARE: "firmware",
            Information.MANUFACTURER: "manufacturer",
        }
        if data and data[0] in names:
            self.identity = replace(self.identity, **{names[Information(data[0])]: text})
        return ""

    def _region_told(self, data: bytes) -> str:
        region = self._wanted.region
        if region is None or data == bytes((REGION_CODES[region],)):
            return ""
        told = {code: name.value for name, code in REGION_CODES.items()}
        got = told.get(data[0], f"number {data[0]}") if data else "nothing"
        return (
            f"region {region.value} was set, but it keeps {got}: not started, because it would "
            "break the law; correct `region`, or take a module that is made for it"
        )

    def _power_told(self, data: bytes) -> str:
        power_dbm = self._wanted.power_dbm
        if power_dbm is None or data == power_data(power_dbm):
            return ""
        got = int.from_bytes(data, "big") / 100
        return (
            f"{power_dbm:g} dBm was set, but it sends with {got:g} dBm: not started; write "
            f"power_dbm = {got:g} if that is allowed where it hangs"
        )


def _granted(data: bytes) -> str:
    """A setting's answer is one byte, 0 where it was taken."""
    return "" if data[:1] == b"\0" else f"it refuses a setting, answer 0x{data.hex()}"


def _is_leftover(frame: Frame, step: _Step) -> bool:
    """Whether a failure belongs to the rounds before the stop, not to the question."""
    return step.command == Command.STOP or frame.data[:1] == bytes((NO_TAG,))
