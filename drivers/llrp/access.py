"""The access engine: one access after the other on one connection; bytes in, bytes out.

Reading goes on all the while: an AccessSpec is worked off on tags that the ROSpec reads anyhow.

| state    | waits for                        | then                                            |
|----------|----------------------------------|-------------------------------------------------|
| IDLE     | an access                        | delete every AccessSpec: CLEARING               |
| CLEARING | DELETE_ACCESSSPEC_RESPONSE       | add ours: ADDING                                |
| ADDING   | ADD_ACCESSSPEC_RESPONSE          | enable it: ENABLING                             |
| ENABLING | ENABLE_ACCESSSPEC_RESPONSE       | WORKING                                         |
| WORKING  | results, or the end of the time  | delete it: ENDING                               |
| ENDING   | DELETE_ACCESSSPEC_RESPONSE       | with results IDLE, without: FLUSHING            |
| FLUSHING | results, for half a second       | IDLE                                            |

Every access begins with deleting: what an earlier connection left behind must not write any more
once somebody looks what it has done. Every wait for an answer has the request's limit. From
ENABLING on, an end without answer means that it is not known what was done; before that nothing
was. Answers count by type and id; results by the type and number of their operation, which no
other access of this connection has. Deleting what is not there is refused by many readers and
means nothing.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum, auto

from drivers.llrp.access_frames import (
    ADD_ACCESSSPEC,
    DELETE_ACCESSSPEC,
    ENABLE_ACCESSSPEC,
    GET_REPORT,
    RESPONSES,
    accessspec,
    answers,
    expected,
    request,
)
from drivers.llrp.answers import name_of, status_of, versioned
from drivers.llrp.framing import Frame, ReportRun
from drivers.tags import Access, AccessReport, End, TagAnswer

_FIRST_ID = 0x4000_0000  # far from the ids of the set-up, which count from 1
_SPEC_ID = 1
_ALL = 0
_OPERATIONS = 0xFFFF  # numbers that an OpSpecID can have
_WAITING_MOST = 16
_FLUSH_US = 500_000
_POLL_US = 250_000  # asks a reader that gathers its reports


class State(Enum):
    """Where the engine stands."""

    IDLE = auto()
    CLEARING = auto()
    ADDING = auto()
    ENABLING = auto()
    WORKING = auto()
    ENDING = auto()
    FLUSHING = auto()


_HEARS = {State.ENABLING, State.WORKING, State.ENDING, State.FLUSHING}
"""States in which results may come; in these, the operations may have been done."""


@dataclass(slots=True)
class _Job:
    """The access in hand."""

    number: int
    access: Access
    first_operation: int
    pattern: re.Pattern[bytes]
    found: list[TagAnswer] = field(default_factory=list)
    refusal: str = ""


class AccessEngine:
    """Accesses of one connection.

    Args:
        request_timeout_us: limit for each answer.
        gathers: the reader keeps reports back, so it has to be asked for them.
        now_us: monotonic microseconds.
        error: told each refusal in one sentence.

    Attributes:
        state: where it stands.
        unsettled: the connection was lost while an AccessSpec may still be worked off.
    """

    def __init__(
        self,
        request_timeout_us: int,
        *,
        gathers: bool,
        now_us: int,
        error: Callable[[str], None],
    ) -> None:
        self.state = State.IDLE
        self.unsettled = False
        self._timeout_us = request_timeout_us
        self._gathers = gathers
        self._error = error
        self._waiting: deque[tuple[int, Access]] = deque()
        self._reports: list[tuple[int, AccessReport]] = []
        self._job: _Job | None = None
        self._out: list[bytes] = []
        self._last_id = _FIRST_ID
        self._answer = (0, 0)
        self._until_us = 0
        self._poll_us = 0
        # Results that a reader held back from before must not fit: begin anywhere.
        self._operation = now_us // 1000 % _OPERATIONS

    def take(self) -> list[tuple[int, AccessReport]]:
        """Accesses that have ended since the last call, by their numbers."""
        reports, self._reports = self._reports, []
        return reports

    def to_send(self, version: int) -> bytes:
        """Requests since the last call, with the version of the connection in their headers."""
        requests, self._out = self._out, []
        return b"".join(versioned(one, version) for one in requests)

    def begin(self, number: int, access: Access, now_us: int) -> None:
        """Do it as soon as what came before has ended.

        Args:
            number: names it in `take`.
            access: what is to be done.
            now_us: monotonic microseconds.
        """
        if len(self._waiting) >= _WAITING_MOST:
            reason = f"{_WAITING_MOST} operations wait for this reader already; try again later"
            self._reports.append((number, AccessReport(End.REFUSED, reason=reason)))
            return
        self._waiting.append((number, access))
        self._next(now_us)

    def lost(self, reason: str) -> None:
        """The connection is over: nothing more can be done or learned on it."""
        job, self._job = self._job, None
        if job is not None:
            self.unsettled = self.state in _HEARS
            self._reports.append((job.number, self._verdict(job, reason)))
        self.state = State.IDLE
        for number, _ in self._waiting:
            self._reports.append((number, AccessReport(End.REFUSED, reason=reason)))
        self._waiting.clear()

    def clear(self) -> None:
        """Let the reader forget what an earlier connection has left; each access does so too."""
        self._out.append(request(DELETE_ACCESSSPEC, self._new_id(), _number(_ALL)))

    def stop(self) -> None:
        """End what is in hand, and leave nothing behind that could still be done."""
        if self._job is not None:
            self.clear()
        self.lost("the gateway closes its connection to the reader")

    def tick(self, now_us: int) -> None:
        """Let time pass."""
        job = self._job
        if job is None:
            return
        if self.state is State.WORKING and self._gathers and now_us > self._poll_us:
            self._poll_us = now_us + _POLL_US
            self._out.append(request(GET_REPORT, self._new_id()))
        if now_us <= self._until_us:
            return
        if self.state is State.WORKING:
            self._go(State.ENDING, DELETE_ACCESSSPEC, _number(_SPEC_ID), now_us)
        elif self.state is State.FLUSHING:
            self._over(job, AccessReport(End.ABSENT), now_us)
        else:
            reason = f"no {name_of(self._answer[0])} within {self._timeout_us / 1e6:g} s"
            self._error(reason)
            self._over(job, self._verdict(job, reason), now_us)

    # -- what comes in

    def is_answer(self, frame: Frame) -> bool:
        """Whether the request that waits is answered by this message."""
        return self._job is not None and (frame.type, frame.message_id) == self._answer

    def answer(self, frame: Frame, now_us: int) -> None:
        """Take a message for which `is_answer` holds."""
        code, text = status_of(frame.body)
        self._answered(code, text, now_us)

    def error_message(self, message_id: int, code: int, text: str, now_us: int) -> None:
        """Take an ERROR_MESSAGE, which may be about the request that waits."""
        if self._job is not None and message_id == self._answer[1]:
            self._answered(code or -1, text, now_us)

    def reports(self, runs: Iterable[ReportRun], now_us: int) -> None:
        """Look for results in tag reports."""
        job = self._job
        if job is None or self.state not in _HEARS:
            return
        for run in runs:
            if job.pattern.search(run.data):
                job.found += answers(run, job.first_operation, job.access)
        if not job.found:
            return
        if self.state is State.FLUSHING:
            self._over(job, AccessReport(End.ANSWERED, tuple(job.found)), now_us)
        elif self.state is State.WORKING and not job.access.every:
            self._go(State.ENDING, DELETE_ACCESSSPEC, _number(_SPEC_ID), now_us)

    # -- from state to state

    def _answered(self, code: int, text: str, now_us: int) -> None:
        job = self._job
        if job is None:
            return
        self._answer = (0, 0)
        refused = f"status {code} {text}".rstrip() if code else ""
        match self.state:
            case State.CLEARING:
                spec = accessspec(_SPEC_ID, job.first_operation, job.access)
                self._go(State.ADDING, ADD_ACCESSSPEC, spec, now_us)
            case State.ADDING if refused:
                self._refused(job, refused, now_us)
            case State.ADDING:
                self._go(State.ENABLING, ENABLE_ACCESSSPEC, _number(_SPEC_ID), now_us)
            case State.ENABLING if refused:
                self._refused(job, refused, now_us)
            case State.ENABLING:
                self._work(job, now_us)
            case State.ENDING:
                self._ended(job, now_us)
            case _:
                pass

    def _work(self, job: _Job, now_us: int) -> None:
        if job.found and not job.access.every:  # it was quicker than its answer
            self._go(State.ENDING, DELETE_ACCESSSPEC, _number(_SPEC_ID), now_us)
            return
        self.state = State.WORKING
        self._until_us = now_us + 1_000 * job.access.wait_ms
        self._poll_us = now_us + _POLL_US

    def _ended(self, job: _Job, now_us: int) -> None:
        if job.found:
            self._over(job, AccessReport(End.ANSWERED, tuple(job.found)), now_us)
            return
        self.state = State.FLUSHING
        self._until_us = now_us + _FLUSH_US
        self._out.append(request(GET_REPORT, self._new_id()))

    def _refused(self, job: _Job, refused: str, now_us: int) -> None:
        reason = f"the reader refuses the operation: {refused}"
        self._error(reason)
        self._over(job, AccessReport(End.REFUSED, reason=reason), now_us)

    def _verdict(self, job: _Job, reason: str) -> AccessReport:
        """What an end before its time means."""
        if job.found:
            return AccessReport(End.ANSWERED, tuple(job.found))
        end = End.UNKNOWN if self.state in _HEARS else End.REFUSED
        return AccessReport(end, reason=reason)

    def _over(self, job: _Job, report: AccessReport, now_us: int) -> None:
        self._reports.append((job.number, report))
        self._job = None
        self._answer = (0, 0)
        self.state = State.IDLE
        self._next(now_us)

    def _next(self, now_us: int) -> None:
        if self._job is not None or not self._waiting:
            return
        number, access = self._waiting.popleft()
        first = self._numbers(len(access.operations))
        self._job = _Job(number, access, first, expected(first, access))
        self._go(State.CLEARING, DELETE_ACCESSSPEC, _number(_ALL), now_us)

    def _go(self, state: State, kind: int, body: bytes, now_us: int) -> None:
        self.state = state
        message_id = self._new_id()
        self._answer = (RESPONSES[kind], message_id)
        self._until_us = now_us + self._timeout_us
        self._out.append(request(kind, message_id, body))

    def _new_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _numbers(self, count: int) -> int:
        """The first of so many OpSpecIDs that follow each other; 0 is none."""
        first = self._operation + 1
        if first + count > _OPERATIONS:
            first = 1
        self._operation = first + count - 1
        return first


def _number(spec_id: int) -> bytes:
    return spec_id.to_bytes(4, "big")
