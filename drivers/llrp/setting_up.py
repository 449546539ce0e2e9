"""The talk that sets a reader up: one request at a time, and less is asked where it refuses.

Which request follows which is sllurp's (`steering`). An answer counts only if its type *and* its
id are those of the request that waits. A device error is tried again once. A refused step asks the
reader for less (`attempt`) and begins again on the same connection. On a reader that ran before
the link was lost, a ROSpec that is still ours runs on, so that nothing is missed and what was held
comes first. Tidying up is never fatal: deleting what is not there is refused by many readers. In
the end the reader is asked what it has now, and every difference is kept for whoever looks.

| refused or unanswered                      | asked next                                       |
|--------------------------------------------|--------------------------------------------------|
| vendor's extensions                        | all but what only they carry                     |
| ROSpec or configuration                    | without what the refusal names, or the next      |
|                                            | wish of the table in `attempt`                   |
| LLRP 1.1                                   | 1.0.1                                            |
| the ROSpecs that are there                 | deleting them and adding ours                    |
| what it has in the end                     | nothing: it is not compared                      |
| anything by a device error, for once       | the same                                         |
| anything else                              | nothing: the connection is given up              |
"""

import struct
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from drivers.llrp.answers import (
    ADD_ROSPEC_RESPONSE,
    DELETE_RESPONSES,
    ENABLE_ROSPEC_RESPONSE,
    GET_CAPABILITIES_RESPONSE,
    GET_CONFIG_RESPONSE,
    GET_ROSPECS_RESPONSE,
    PROTOCOL_VERSION_RESPONSE,
    SET_CONFIG_RESPONSE,
    STATUS_AT,
    SUPPORTED_VERSION_RESPONSE,
    blamed,
    name_of,
    status_of,
    versioned,
)
from drivers.llrp.asking import Asking, Waiting
from drivers.llrp.attempt import Attempt, Wish
from drivers.llrp.capabilities import Capabilities
from drivers.llrp.comparing import Comparison
from drivers.llrp.framing import CUSTOM_MESSAGE, Frame
from drivers.llrp.messages import BadMessageError, decode_frame
from drivers.llrp.rospec import ALL_ANTENNAS, antennas, wishes
from drivers.llrp.settings import LlrpSettings
from drivers.llrp.steering import INVENTORYING, SLLURP_ERRORS, Answer, Steering

_DEVICE_ERROR = 401  # "the reader has a fault": no judgement of what was asked
_REDUCIBLE = {SET_CONFIG_RESPONSE, ADD_ROSPEC_RESPONSE, ENABLE_ROSPEC_RESPONSE}
_GET_SUPPORTED_VERSION = 46
_SET_PROTOCOL_VERSION = 47
_VERSION_RESPONSES = {SUPPORTED_VERSION_RESPONSE, PROTOCOL_VERSION_RESPONSE}
_LLRP_1_1 = 2
# What is done without where it is refused or never answered.
_OPTIONAL = {
    CUSTOM_MESSAGE: Wish.EXTENSIONS,
    GET_CONFIG_RESPONSE: Wish.CONFIG_TOLD,
    GET_ROSPECS_RESPONSE: Wish.ROSPECS_TOLD,
    SUPPORTED_VERSION_RESPONSE: Wish.NEWER,
    PROTOCOL_VERSION_RESPONSE: Wish.NEWER,
}

_HEADER = struct.Struct("!HII")


class SetUp:
    """The set-up of one connection.

    Attributes:
        attempt: how much is asked by now; begin the next connection with it.
        running: the reader has taken everything, reads, and has told what it has.
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
        self._asking = Asking(1_000 * settings.request_timeout_ms)
        self._retried = False
        self._version = 1
        self._comparison: Comparison | None = None
        self._steering = self._new_steering()

    @property
    def told(self) -> Capabilities:
        """What the reader says of itself."""
        return self._steering.told

    @property
    def antennas(self) -> tuple[int, ...]:
        """Ports that it reads on."""
        found = antennas(self._settings, self.attempt, self.told)
        return found if found != (ALL_ANTENNAS,) else tuple(range(1, self.told.antennas + 1))

    @property
    def differences(self) -> tuple[str, ...]:
        """What it has otherwise than asked, a sentence each."""
        return self._comparison.found if self._comparison else ()

    def to_send(self) -> bytes:
        """Requests since the last call."""
        return self._asking.to_send()

    def begin(self, now_us: int) -> None:
        """The reader has greeted."""
        self._now_us = now_us
        if self._settings.version != "1.0.1" and self.attempt.has(Wish.NEWER):
            # Until it is answered, for good: some readers close the connection at such a header.
            self.attempt = self.attempt.but({Wish.NEWER})
            self._ask_version(_GET_SUPPORTED_VERSION, b"")
        else:
            self._steer(Answer("READER_EVENT_NOTIFICATION"))

    def tick(self, now_us: int) -> None:
        """Let time pass: a request without answer is given up."""
        self._now_us = now_us
        waiting = self._asking.waiting
        if waiting is None and now_us > self._limit_us:
            self.failure = "the set-up came to a stop"
        elif waiting is not None and now_us > waiting.until_us:
            self._unanswered(waiting)

    def close(self) -> None:
        """Write the requests of a clean end; their answers are not waited for here."""
        self._asking.waiting = None
        self._asking.ending = True
        self._guarded(self._steering.close)

    def is_answer(self, frame: Frame) -> bool:
        """Whether the request that waits is answered by this message."""
        return self._asking.is_answer(frame)

    def answer(self, frame: Frame, now_us: int) -> None:
        """Take a message for which `is_answer` holds."""
        self._now_us = now_us
        body = frame.body[STATUS_AT.get(frame.type, 0) :]
        code, text = status_of(body)
        if code and frame.type not in DELETE_RESPONSES:
            if not self.agreeing:
                self._error(f"{name_of(frame.type)}: status {code} {text}".rstrip())
            self._refused(frame.type, code, text, blamed(body))
            return
        self._asking.waiting = None
        if frame.type in _VERSION_RESPONSES:
            self._version_answer(frame)
        elif self._comparison is not None:
            self._comparison.take(self._decoded(frame))
            self._compare()
        elif frame.type == GET_ROSPECS_RESPONSE:
            rospecs = body[int.from_bytes(body[2:4], "big") :]
            self._guarded(lambda: self._steering.found(rospecs))
        else:
            capable = frame.type == GET_CAPABILITIES_RESPONSE
            self._steer(Answer(name_of(frame.type), self._decoded(frame) if capable else {}))

    def _decoded(self, frame: Frame) -> dict[str, Any]:
        try:
            return decode_frame(frame)
        except BadMessageError as fault:
            self._error(f"{name_of(frame.type)}: {fault}")
            return {}

    def error_message(self, message_id: int, body: bytes, now_us: int) -> None:
        """Take an ERROR_MESSAGE, which may be about the request that waits."""
        self._now_us = now_us
        code, text = status_of(body)
        waiting = self._asking.waiting
        ours = waiting is not None and message_id == waiting.message_id
        if not (ours and self.agreeing):
            self._error(f"ERROR_MESSAGE {code} {text}".rstrip())
        if ours and waiting is not None:
            self._refused(waiting.answer, code, text, blamed(body))

    # -- LLRP 1.1

    @property
    def agreeing(self) -> bool:
        """The version is asked for; that the reader knows no other is no error."""
        return (
            self._asking.waiting is not None and self._asking.waiting.answer in _VERSION_RESPONSES
        )

    def _ask_version(self, kind: int, body: bytes) -> None:
        """Both requests have version 2 in their header, whatever is spoken (LLRP 1.1, 9.1)."""
        self._limit_us = self._now_us + 1_000 * self._settings.request_timeout_ms
        self._steering.last_msg_id += 1
        head = _LLRP_1_1 << 10 | kind
        size = _HEADER.size + len(body)
        request = _HEADER.pack(head, size, self._steering.last_msg_id) + body
        self._asking.ask(request, self._now_us)

    def _version_answer(self, frame: Frame) -> None:
        supported = frame.body[1]  # behind CurrentVersion
        if frame.type == SUPPORTED_VERSION_RESPONSE and supported >= _LLRP_1_1:
            self._ask_version(_SET_PROTOCOL_VERSION, bytes([_LLRP_1_1]))
            return
        if frame.type == PROTOCOL_VERSION_RESPONSE:
            self._version = _LLRP_1_1
            self.attempt = self.attempt.with_(Wish.NEWER)
        self._begin_again(self.attempt)

    # -- asking for less

    def _refused(self, answer: int, code: int, text: str, culprits: frozenset[int]) -> None:
        """Ask for less, or give up where there is no less."""
        if self._comparison is not None:
            self._not_told(answer)
            return
        if code == _DEVICE_ERROR and not self._retried:
            self._retried = True
            self._begin_again(self.attempt)
            return
        less = self._less(answer, culprits)
        if less is None:
            self.failure = f"the reader refuses {name_of(answer)}: status {code} {text}".rstrip()
        else:
            self._begin_again(less)

    def _unanswered(self, waiting: Waiting) -> None:
        if not self.agreeing:
            self._error(f"no answer: {name_of(waiting.answer)}")
        if self._comparison is not None:
            self._not_told(waiting.answer)
        elif waiting.answer in _OPTIONAL:
            self._begin_again(self.attempt.but({_OPTIONAL[waiting.answer]}))
        else:
            seconds = self._settings.request_timeout_ms / 1000
            self.failure = f"no {name_of(waiting.answer)} within {seconds:g} s"

    def _less(self, answer: int, culprits: frozenset[int]) -> Attempt | None:
        if answer in _OPTIONAL:
            return self.attempt.but({_OPTIONAL[answer]})
        if answer not in _REDUCIBLE:
            return None
        asked = wishes(self._settings, self.attempt, self.told)
        configures = answer == SET_CONFIG_RESPONSE
        return self.attempt.less(asked, culprits, configures=configures)

    def _begin_again(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self._asking.waiting = None
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
            self.attempt = replace(self.attempt, ran=True)
            self._comparison = Comparison(self._settings, self.attempt, self.told)
            self._compare()

    # -- what it has in the end

    def _compare(self) -> None:
        """Ask the next question, or be done."""
        question = self._comparison.next_question() if self._comparison else None
        if question is None:
            self.running = True
        else:
            self._steering.ask(*question)

    def _not_told(self, answer: int) -> None:
        """It reads all the same; a late answer must not be taken for that to the next question."""
        self._asking.waiting = None
        self.attempt = self.attempt.but({_OPTIONAL[answer]})
        self._compare()

    # -- what is sent

    def _write(self, request: bytes) -> None:
        self._asking.ask(versioned(request, self._version), self._now_us)
