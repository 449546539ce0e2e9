"""One connection to one reader: bytes and time in, bytes and events out; no socket, no thread.

Set-up is sllurp's (`steering`), one request at a time. An answer counts only if its type *and* its
id are those of the request that waits; keepalives, events and whatever else comes in between is
served and answers nothing. A device error is tried again once. A refused step asks the reader for
less and begins again on the same connection: without the vendor's fields, with the antennas that
it says it has, with its own settings. Tidying up is never fatal: deleting what is not there is
refused by many readers.

| phase      | ends with                                                  | limit            |
|------------|------------------------------------------------------------|------------------|
| GREETING   | the reader's event "connection attempt: success"           | request time-out |
| SETTING_UP | sllurp's state "inventorying"                              | request time-out |
| RUNNING    | silence, close event, bad header, or our `stop`            | silence          |
| CLOSING    | the reader's answer to CLOSE_CONNECTION                    | one second       |
| OVER       | never: a new connection gets a new session                 |                  |
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto

from drivers.llrp.answers import GREETINGS, longer, name_of, status_of
from drivers.llrp.definitions import MESSAGES
from drivers.llrp.framing import (
    CUSTOM_MESSAGE,
    ERROR_MESSAGE,
    KEEPALIVE,
    KEEPALIVE_ACK,
    READER_EVENT_NOTIFICATION,
    BadFrame,
    Frame,
    FrameSplitter,
    ReportRun,
)
from drivers.llrp.messages import BadMessageError, decode_frame
from drivers.llrp.outputs import Counters, Output, Over, Reads, Up
from drivers.llrp.reader_clock import ReaderClock, TimeKind
from drivers.llrp.reports import ReportDecoder
from drivers.llrp.settings import LlrpSettings
from drivers.llrp.steering import (
    INVENTORYING,
    SLLURP_ERRORS,
    Answer,
    Attempt,
    Steering,
)

_CLOSE_US = 1_000_000
_ERRORS_KEPT = 20
_IMPINJ = 25882
_ENABLE_EXTENSIONS_ANSWER = struct.pack("!IB", _IMPINJ, 22)
_HOLD_REPORTS = struct.pack("!HHB", 226, 5, 0x80)  # EventsAndReports: hold upon reconnect

_DEVICE_ERROR = 401  # "the reader has a fault": no judgement of what was asked
_GET_CAPABILITIES_RESPONSE = 11
_SET_READER_CONFIG = 3
_CLOSE_CONNECTION_RESPONSE = 4
_DELETE_RESPONSES = {31, 51}
_ROSPEC_RESPONSES = {30, 34}
# Answer to each request that sllurp sends; ENABLE_EVENTS_AND_REPORTS has none.
_RESPONSES = {1: 11, 2: 12, 3: 13, 20: 30, 21: 31, 24: 34, 41: 51, CUSTOM_MESSAGE: CUSTOM_MESSAGE}

_HEADER = struct.Struct("!HII")


class Phase(Enum):
    """Where a session stands."""

    GREETING = auto()
    SETTING_UP = auto()
    RUNNING = auto()
    CLOSING = auto()
    OVER = auto()


@dataclass(frozen=True, slots=True)
class _Waiting:
    """The request that waits for its answer."""

    answer: int
    message_id: int
    until_us: int


class Session:
    """One connection, from its first byte to its end.

    Attributes:
        phase: where it stands.
        attempt: how much is asked of the reader; begin the next session with it.
        counters: what went through.
        errors: the latest reasons for which something was refused or passed over.
    """

    def __init__(self, settings: LlrpSettings, attempt: Attempt, now_us: int) -> None:
        """Begin when the connection is there.

        Args:
            settings: how the reader is to be set up.
            attempt: how much of that is asked at first.
            now_us: monotonic microseconds.
        """
        self.phase = Phase.GREETING
        self.attempt = attempt
        self.counters = Counters()
        self.errors: list[str] = []
        self._settings = settings
        self._now_us = now_us
        self._heard_us = now_us
        self._limit_us = now_us + 1_000 * settings.request_timeout_ms
        self._splitter = FrameSplitter()
        self._clock = ReaderClock()
        self._decoder = ReportDecoder(settings.device, self._clock)
        self._out = bytearray()
        self._outputs: list[Output] = []
        self._waiting: _Waiting | None = None
        self._version = 1
        self._retried = False
        self._steering = self._new_steering()
        self._handlers: dict[int, Callable[[Frame, int], None]] = {
            KEEPALIVE: self._keepalive,
            READER_EVENT_NOTIFICATION: self._event,
            ERROR_MESSAGE: self._error_message,
            _CLOSE_CONNECTION_RESPONSE: self._closed,
        }

    def to_send(self) -> bytes:
        """Bytes for the reader since the last call."""
        out = bytes(self._out)
        self._out.clear()
        return out

    def receive(self, data: bytes, now_us: int, arrived_us: int) -> list[Output]:
        """Take bytes of the reader.

        Args:
            data: as received; never empty.
            now_us: monotonic microseconds.
            arrived_us: gateway UTC microseconds.
        """
        self._now_us = self._heard_us = now_us
        items = self._splitter.feed(data)
        self._reports([item for item in items if isinstance(item, ReportRun)], arrived_us)
        for item in items:
            if self.phase is Phase.OVER:
                break
            match item:
                case Frame():
                    self.counters.frames += 1
                    self._frame(item, arrived_us)
                case BadFrame():
                    self._end(f"broken stream at byte {item.offset}: {item.reason}")
                case ReportRun():
                    self.counters.frames += item.count
        return self._take()

    def tick(self, now_us: int) -> list[Output]:
        """Let time pass: requests without answer and silent readers are given up.

        Args:
            now_us: monotonic microseconds; a few times a second is often enough.
        """
        self._now_us = now_us
        match self.phase:
            case Phase.GREETING if now_us > self._limit_us:
                self._end("the reader did not greet: another client may be connected to it")
            case Phase.SETTING_UP if self._waiting is None and now_us > self._limit_us:
                self._end("the set-up came to a stop")
            case Phase.SETTING_UP if self._waiting and now_us > self._waiting.until_us:
                self._unanswered(self._waiting)
            case Phase.RUNNING if now_us - self._heard_us > self._settings.silence_us:
                silent_s = (now_us - self._heard_us) / 1e6
                self._end(f"no byte for {silent_s:.1f} s, not even the keepalive asked for")
            case Phase.CLOSING if now_us > self._limit_us:
                self._end("")
            case _:
                pass
        return self._take()

    def stop(self, now_us: int) -> list[Output]:
        """End cleanly: delete our specs and close; `Over` follows within a second.

        Args:
            now_us: monotonic microseconds.
        """
        self._now_us = now_us
        if self.phase in {Phase.SETTING_UP, Phase.RUNNING}:
            self._waiting = None
            self._limit_us = now_us + _CLOSE_US
            self.phase = Phase.CLOSING
            self._guarded(self._steering.close)
        else:
            self._end("")
        return self._take()

    def _take(self) -> list[Output]:
        outputs, self._outputs = self._outputs, []
        return outputs

    def _end(self, reason: str) -> None:
        if self.phase is not Phase.OVER:
            self.phase = Phase.OVER
            self._outputs.append(Over(reason))

    def _error(self, reason: str) -> None:
        self.counters.errors += 1
        self.errors = [*self.errors[1 - _ERRORS_KEPT :], reason]

    # -- what comes in

    def _reports(self, runs: list[ReportRun], arrived_us: int) -> None:
        if not runs:
            return
        batch, errors = self._decoder.decode(runs, arrived_us)
        for error in errors:
            self._error(f"report at byte {error.offset}: {error.reason}")
        self.counters.reads += len(batch)
        if len(batch):
            self._outputs.append(Reads(batch))

    def _frame(self, frame: Frame, arrived_us: int) -> None:
        self._version = frame.version
        handler = self._handlers.get(frame.type)
        if handler is not None:
            handler(frame, arrived_us)
        elif self._is_answer(frame):
            self._answer(frame)
        elif frame.type not in MESSAGES and frame.type != CUSTOM_MESSAGE:
            self._error(f"message of unknown type {frame.type} at byte {frame.offset}")

    def _keepalive(self, frame: Frame, _arrived_us: int) -> None:
        self.counters.keepalives += 1
        self._out += Frame(KEEPALIVE_ACK, frame.version, frame.message_id, b"", 0).whole

    def _closed(self, _frame: Frame, _arrived_us: int) -> None:
        self._end("" if self.phase is Phase.CLOSING else "the reader closed the connection")

    def _event(self, frame: Frame, arrived_us: int) -> None:
        try:
            data = decode_frame(frame).get("ReaderEventNotificationData", {})
        except BadMessageError as fault:
            self._error(f"event at byte {frame.offset}: {fault}")
            return
        for name, kind in (("UTCTimestamp", TimeKind.UTC), ("Uptime", TimeKind.UPTIME)):
            stamp = data.get(name)
            if isinstance(stamp, int) and stamp < 1 << 62:
                self._clock.heard(stamp, arrived_us, kind)
        if "ConnectionCloseEvent" in data:
            self._closed(frame, arrived_us)
        elif "ConnectionAttemptEvent" in data and self.phase is Phase.GREETING:
            self._greeted(data["ConnectionAttemptEvent"])

    def _greeted(self, status: object) -> None:
        if status != 0:
            self._end(GREETINGS.get(status, f"the reader refused the connection ({status})"))
            return
        self.phase = Phase.SETTING_UP
        self._steer(Answer("READER_EVENT_NOTIFICATION"))

    def _error_message(self, frame: Frame, _arrived_us: int) -> None:
        code, text = status_of(frame.body)
        self._error(f"ERROR_MESSAGE {code} {text}".rstrip())
        if self._waiting and frame.message_id == self._waiting.message_id:
            self._refused(self._waiting.answer, code, text)

    # -- set-up

    def _is_answer(self, frame: Frame) -> bool:
        waiting = self._waiting
        if waiting is None or (frame.type, frame.message_id) != (
            waiting.answer,
            waiting.message_id,
        ):
            return False
        custom = frame.type == CUSTOM_MESSAGE
        return not custom or frame.body.startswith(_ENABLE_EXTENSIONS_ANSWER)

    def _answer(self, frame: Frame) -> None:
        body = frame.body[5:] if frame.type == CUSTOM_MESSAGE else frame.body
        code, text = status_of(body)
        if code and frame.type not in _DELETE_RESPONSES:
            self._error(f"{name_of(frame.type)}: status {code} {text}".rstrip())
            self._refused(frame.type, code, text)
            return
        values = {}
        if frame.type == _GET_CAPABILITIES_RESPONSE:
            try:
                values = decode_frame(frame)
            except BadMessageError as fault:
                self._error(f"capabilities: {fault}")
        self._waiting = None
        self._steer(Answer(name_of(frame.type), values))

    def _refused(self, answer: int, code: int, text: str) -> None:
        """Ask for less, or give up where there is no less."""
        if code == _DEVICE_ERROR and not self._retried:
            self._retried = True
            self._begin_again(self.attempt)
            return
        less = self._less(answer)
        if less is None:
            self._end(f"the reader refuses {name_of(answer)}: status {code} {text}".rstrip())
        else:
            self._begin_again(less)

    def _unanswered(self, waiting: _Waiting) -> None:
        self._error(f"no answer: {name_of(waiting.answer)}")
        if waiting.answer == CUSTOM_MESSAGE:
            self._begin_again(replace(self.attempt, vendor=False))
        else:
            seconds = self._settings.request_timeout_ms / 1000
            self._end(f"no {name_of(waiting.answer)} within {seconds:g} s")

    def _less(self, answer: int) -> Attempt | None:
        attempt, told = self.attempt, self._steering.told
        beyond = any(port > told.antennas > 0 for port in self._settings.antennas)
        if answer == CUSTOM_MESSAGE:
            return replace(attempt, vendor=False)
        if answer not in _ROSPEC_RESPONSES:
            return None
        if beyond and not attempt.bounded:
            return replace(attempt, bounded=True)
        if attempt.vendor:
            return replace(attempt, vendor=False)
        return None if attempt.plain else replace(attempt, plain=True)

    def _begin_again(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self._waiting = None
        self._steering = self._new_steering(self._steering.last_msg_id)
        self._steer(Answer("READER_EVENT_NOTIFICATION"))

    def _new_steering(self, last_id: int = 0) -> Steering:
        steering = Steering(self._settings, self.attempt, self._write, self._entered)
        steering.last_msg_id = last_id  # a late answer to an earlier request must not fit
        return steering

    def _steer(self, answer: Answer) -> None:
        self._limit_us = self._now_us + 1_000 * self._settings.request_timeout_ms
        self._guarded(lambda: self._steering.handleMessage(answer))

    def _guarded(self, step: Callable[[], object]) -> None:
        try:
            step()
        except SLLURP_ERRORS as fault:
            self._end(f"set-up failed: {type(fault).__name__}: {fault}")

    def _entered(self, state: int) -> None:
        if state == INVENTORYING and self.phase is Phase.SETTING_UP:
            self.phase = Phase.RUNNING
            told = self._steering.told
            antennas = self._steering.antennas
            if antennas == (0,):
                antennas = tuple(range(1, told.antennas + 1))
            self._outputs.append(Up(told, self.attempt.vendor, self._version, antennas))

    def _write(self, request: bytes) -> None:
        head, _, message_id = _HEADER.unpack_from(request)
        kind = head & 0x3FF
        if kind == _SET_READER_CONFIG and self._steering.told.holds_reports:
            request = longer(request, _HOLD_REPORTS)
        self._out += request
        if kind in _RESPONSES and self.phase is Phase.SETTING_UP:
            until_us = self._now_us + 1_000 * self._settings.request_timeout_ms
            self._waiting = _Waiting(_RESPONSES[kind], message_id, until_us)
