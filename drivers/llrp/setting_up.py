"""The talk that sets a reader up: one request at a time, and less is asked where it refuses.

Set-up is sllurp's (`steering`). An answer counts only if its type *and* its id are those of the
request that waits. A device error is tried again once. A refused step asks the reader for less and
begins again on the same connection: without the vendor's fields, with the antennas that it says it
has, with its own settings. On a reader that ran before the link was lost, a ROSpec that is still
ours runs on, so that nothing is missed and what was held comes first. Tidying up is never fatal:
deleting what is not there is refused by many readers.

| refused or unanswered                      | asked next                               |
|--------------------------------------------|------------------------------------------|
| vendor's extensions                        | all but the vendor's fields              |
| ROSpec with antennas beyond the reader's   | the antennas that it has                 |
| ROSpec with the vendor's fields            | all but the vendor's fields              |
| ROSpec with power, mode and session        | the reader's own settings                |
| LLRP 1.1                                   | 1.0.1                                    |
| the ROSpecs that are there                 | deleting them and adding ours            |
| anything by a device error, for once       | the same                                 |
| anything else                              | nothing: the connection is given up      |
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from drivers.llrp.answers import longer, name_of, status_of, versioned
from drivers.llrp.framing import CUSTOM_MESSAGE, Frame
from drivers.llrp.messages import BadMessageError, decode_frame
from drivers.llrp.settings import LlrpSettings
from drivers.llrp.steering import (
    INVENTORYING,
    SLLURP_ERRORS,
    Answer,
    Attempt,
    Capabilities,
    Steering,
)

_IMPINJ = 25882
_ENABLE_EXTENSIONS_ANSWER = struct.pack("!IB", _IMPINJ, 22)
_HOLD_REPORTS = struct.pack("!HHB", 226, 5, 0x80)  # EventsAndReports: hold upon reconnect

_DEVICE_ERROR = 401  # "the reader has a fault": no judgement of what was asked
_GET_CAPABILITIES_RESPONSE = 11
_SET_READER_CONFIG = 3
_DELETE_RESPONSES = {31, 51}
_ROSPEC_RESPONSES = {30, 34}
# Answer to each request that sllurp sends; ENABLE_EVENTS_AND_REPORTS has none.
_RESPONSES = {1: 11, 2: 12, 3: 13, 20: 30, 21: 31, 24: 34, 41: 51, CUSTOM_MESSAGE: CUSTOM_MESSAGE}
_RESPONSES |= {26: 36, 46: 56, 47: 57}  # and to those that are ours
_SOON = {26, 46, 47}  # questions that can go unanswered: the way back must not wait for them
_SOON_US = 1_500_000
_GET_ROSPECS_RESPONSE = 36
_GET_SUPPORTED_VERSION = 46
_SET_PROTOCOL_VERSION = 47
_GET_SUPPORTED_VERSION_RESPONSE = 56
_SET_PROTOCOL_VERSION_RESPONSE = 57
_VERSION_RESPONSES = {_GET_SUPPORTED_VERSION_RESPONSE, _SET_PROTOCOL_VERSION_RESPONSE}
# Where the status stands if not at the beginning: behind vendor and subtype, behind two versions.
_STATUS_AT = {CUSTOM_MESSAGE: 5, _GET_SUPPORTED_VERSION_RESPONSE: 2}
_LLRP_1_1 = 2
# What is done without where it is refused or never answered.
_OPTIONAL = {
    CUSTOM_MESSAGE: {"vendor": False},
    _GET_ROSPECS_RESPONSE: {"ran": False},
    _GET_SUPPORTED_VERSION_RESPONSE: {"newer": False},
    _SET_PROTOCOL_VERSION_RESPONSE: {"newer": False},
}

_HEADER = struct.Struct("!HII")


@dataclass(frozen=True, slots=True)
class _Waiting:
    """The request that waits for its answer."""

    answer: int
    message_id: int
    until_us: int


class SetUp:
    """The set-up of one connection.

    Attributes:
        attempt: how much is asked by now; begin the next connection with it.
        running: the reader has taken everything and reads.
        failure: why it is given up, in one sentence; empty while it is not.
    """

    def __init__(
        self, settings: LlrpSettings, attempt: Attempt, error: Callable[[str], None]
    ) -> None:
        """Start before the reader's greeting.

        Args:
            settings: how the reader is to be set up.
            attempt: how much of that is asked at first.
            error: told each refusal in one sentence, also those that are got over.
        """
        self.attempt = attempt
        self.running = False
        self.failure = ""
        self._settings = settings
        self._error = error
        self._now_us = 0
        self._limit_us = 0
        self._out = bytearray()
        self._waiting: _Waiting | None = None
        self._retried = False
        self._ending = False
        self._version = 1
        self._steering = self._new_steering()

    @property
    def told(self) -> Capabilities:
        """What the reader says of itself."""
        return self._steering.told

    @property
    def antennas(self) -> tuple[int, ...]:
        """Ports that it reads on."""
        antennas = self._steering.antennas
        return antennas if antennas != (0,) else tuple(range(1, self.told.antennas + 1))

    def to_send(self) -> bytes:
        """Requests since the last call."""
        out = bytes(self._out)
        self._out.clear()
        return out

    def begin(self, now_us: int) -> None:
        """The reader has greeted."""
        self._now_us = now_us
        if self._settings.version != "1.0.1" and self.attempt.newer:
            # Until it is answered, for good: some readers close the connection at such a header.
            self.attempt = replace(self.attempt, newer=False)
            self._ask_version(_GET_SUPPORTED_VERSION, b"")
        else:
            self._steer(Answer("READER_EVENT_NOTIFICATION"))

    def tick(self, now_us: int) -> None:
        """Let time pass: a request without answer is given up."""
        self._now_us = now_us
        waiting = self._waiting
        if waiting is None and now_us > self._limit_us:
            self.failure = "the set-up came to a stop"
        elif waiting is not None and now_us > waiting.until_us:
            self._unanswered(waiting)

    def close(self) -> None:
        """Write the requests of a clean end; their answers are not waited for here."""
        self._waiting = None
        self._ending = True
        self._guarded(self._steering.close)

    def is_answer(self, frame: Frame) -> bool:
        """Whether the request that waits is answered by this message."""
        waiting = self._waiting
        if waiting is None or (frame.type, frame.message_id) != (
            waiting.answer,
            waiting.message_id,
        ):
            return False
        custom = frame.type == CUSTOM_MESSAGE
        return not custom or frame.body.startswith(_ENABLE_EXTENSIONS_ANSWER)

    def answer(self, frame: Frame, now_us: int) -> None:
        """Take a message for which `is_answer` holds."""
        self._now_us = now_us
        body = frame.body[_STATUS_AT.get(frame.type, 0) :]
        code, text = status_of(body)
        if code and frame.type not in _DELETE_RESPONSES:
            self._error(f"{name_of(frame.type)}: status {code} {text}".rstrip())
            self._refused(frame.type, code, text)
            return
        self._waiting = None
        if frame.type in _VERSION_RESPONSES:
            self._version_answer(frame)
        elif frame.type == _GET_ROSPECS_RESPONSE:
            rospecs = body[int.from_bytes(body[2:4], "big") :]
            self._guarded(lambda: self._steering.found(rospecs))
        else:
            self._steer(Answer(name_of(frame.type), self._values(frame)))

    def _values(self, frame: Frame) -> dict[str, Any]:
        if frame.type != _GET_CAPABILITIES_RESPONSE:
            return {}
        try:
            return decode_frame(frame)
        except BadMessageError as fault:
            self._error(f"capabilities: {fault}")
            return {}

    def error_message(self, message_id: int, code: int, text: str, now_us: int) -> None:
        """Take an ERROR_MESSAGE, which may be about the request that waits."""
        self._now_us = now_us
        if self._waiting and message_id == self._waiting.message_id:
            self._refused(self._waiting.answer, code, text)

    # -- LLRP 1.1

    def _ask_version(self, kind: int, body: bytes) -> None:
        """Both requests have version 2 in their header, whatever is spoken (LLRP 1.1, 9.1)."""
        self._limit_us = self._now_us + 1_000 * self._settings.request_timeout_ms
        self._steering.last_msg_id += 1
        head = _LLRP_1_1 << 10 | kind
        size = _HEADER.size + len(body)
        self._request(_HEADER.pack(head, size, self._steering.last_msg_id) + body)

    def _version_answer(self, frame: Frame) -> None:
        supported = frame.body[1]  # behind CurrentVersion
        if frame.type == _GET_SUPPORTED_VERSION_RESPONSE and supported >= _LLRP_1_1:
            self._ask_version(_SET_PROTOCOL_VERSION, bytes([_LLRP_1_1]))
            return
        if frame.type == _SET_PROTOCOL_VERSION_RESPONSE:
            self._version = _LLRP_1_1
            self.attempt = replace(self.attempt, newer=True)
        self._begin_again(self.attempt)

    # -- asking for less

    def _refused(self, answer: int, code: int, text: str) -> None:
        """Ask for less, or give up where there is no less."""
        if code == _DEVICE_ERROR and not self._retried:
            self._retried = True
            self._begin_again(self.attempt)
            return
        less = self._less(answer)
        if less is None:
            self.failure = f"the reader refuses {name_of(answer)}: status {code} {text}".rstrip()
        else:
            self._begin_again(less)

    def _unanswered(self, waiting: _Waiting) -> None:
        self._error(f"no answer: {name_of(waiting.answer)}")
        if waiting.answer in _OPTIONAL:
            self._begin_again(replace(self.attempt, **_OPTIONAL[waiting.answer]))
        else:
            seconds = self._settings.request_timeout_ms / 1000
            self.failure = f"no {name_of(waiting.answer)} within {seconds:g} s"

    def _less(self, answer: int) -> Attempt | None:
        attempt, told = self.attempt, self._steering.told
        beyond = any(port > told.antennas > 0 for port in self._settings.antennas)
        if answer in _OPTIONAL:
            return replace(attempt, **_OPTIONAL[answer])
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

    # -- sllurp

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
            self.failure = f"set-up failed: {type(fault).__name__}: {fault}"

    def _entered(self, state: int) -> None:
        if state == INVENTORYING:
            self.running = True
            self.attempt = replace(self.attempt, ran=True)

    def _write(self, request: bytes) -> None:
        kind = _HEADER.unpack_from(request)[0] & 0x3FF
        if kind == _SET_READER_CONFIG and self._steering.told.holds_reports:
            request = longer(request, _HOLD_REPORTS)
        self._request(versioned(request, self._version))

    def _request(self, request: bytes) -> None:
        head, _, message_id = _HEADER.unpack_from(request)
        kind = head & 0x3FF
        self._out += request
        if kind in _RESPONSES and not self._ending:
            limit_us = 1_000 * self._settings.request_timeout_ms
            if kind in _SOON:
                limit_us = min(limit_us, _SOON_US)
            until_us = self._now_us + limit_us
            self._waiting = _Waiting(_RESPONSES[kind], message_id, until_us)
