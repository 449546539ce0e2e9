"""One connection to one reader: bytes and time in, bytes and events out; no socket, no thread.

What the reader sends goes to whom it concerns: tag reports to the decoder, answers to the set-up
(`setting_up`), stamps to the clock. Keepalives, events and whatever else comes between a request
and its answer is served and answers nothing.
"""

from collections.abc import Callable

from drivers.driver import DeviceEvent, EventKind
from drivers.llrp.access import AccessEngine, State
from drivers.llrp.answers import GREETINGS, OTHERS_ATTEMPT, status_of
from drivers.llrp.attempt import Attempt
from drivers.llrp.definitions import MESSAGES
from drivers.llrp.events import events_of, stamped_us
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
from drivers.llrp.notes import notes
from drivers.llrp.outputs import Accessed, Counters, Output, Over, Reads, Unread, Up
from drivers.llrp.phase import Phase
from drivers.llrp.reader_clock import ClockState, ReaderClock
from drivers.llrp.reports import REPORT_FAULT, ReportDecoder, ReportError
from drivers.llrp.rospec import rospec, vendor_of
from drivers.llrp.setting_up import SetUp
from drivers.llrp.settings import LlrpSettings
from drivers.llrp.steady import Steadiness, Taken
from drivers.llrp.switching import Switching
from drivers.llrp.together import Waiting
from drivers.reads import ReadBatch
from drivers.tags import Access, AccessReport, End

_CLOSE_US = 1_000_000
_ERRORS_KEPT = 20
_CLOSE_CONNECTION_RESPONSE = 4
_EVENTS_MOST = 100  # in a window: a contact that chatters must not fill anybody's log
_EVENTS_WINDOW_US = 10_000_000


class Session:
    """One connection, from its first byte to its end.

    Attributes:
        phase: where it stands.
        counters: what went through.
        errors: the latest reasons for which something was refused or passed over.
    """

    def __init__(
        self, settings: LlrpSettings, attempt: Attempt, now_us: int, *, leaves_unread: bool = False
    ) -> None:
        """Begin when the connection is there.

        Args:
            settings: how the reader is to be set up.
            attempt: how much of that is asked at first.
            now_us: monotonic microseconds.
            leaves_unread: reports that come alone are told as `Unread`, to be decoded together
                with those of other readers; `decoded` gets what became of them, before the next
                bytes do.
        """
        self.phase = Phase.GREETING
        self.counters = Counters()
        self.errors: list[str] = []
        self._settings = settings
        self._leaves_unread = leaves_unread
        self._now_us = now_us
        self._heard_us = now_us
        self._limit_us = now_us + 1_000 * settings.request_timeout_ms
        self._splitter = FrameSplitter()
        self._clock = ReaderClock()
        self._decoder = ReportDecoder(settings.device, self._clock)
        self._out = bytearray()
        self._outputs: list[Output] = []
        self._version = 1
        self._events = 0
        self._events_since_us = now_us
        self._switching = Switching()
        self._set_up = SetUp(settings, attempt, self._error)
        self._access = AccessEngine(
            1_000 * settings.request_timeout_ms,
            gathers=settings.report_every != 1,
            now_us=now_us,
            error=self._error,
        )
        self._handlers: dict[int, Callable[[Frame, int], None]] = {
            KEEPALIVE: self._keepalive,
            READER_EVENT_NOTIFICATION: self._event,
            ERROR_MESSAGE: self._error_message,
            _CLOSE_CONNECTION_RESPONSE: self._closed,
        }

    @property
    def attempt(self) -> Attempt:
        """How much is asked of the reader by now; begin the next session with it."""
        return self._set_up.attempt

    @property
    def agreeing(self) -> bool:
        """LLRP 1.1 is asked for just now; some readers close the connection at that."""
        return self.phase is Phase.SETTING_UP and self._set_up.agreeing

    @property
    def clock(self) -> ClockState:
        """The reader's clock as it is known by now."""
        return self._clock.state()

    def to_send(self) -> bytes:
        """Bytes for the reader since the last call."""
        out = bytes(self._out) + self._access.to_send(self._version) + self._set_up.to_send()
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
        self._clock.gateway_clock(now_us, arrived_us)
        items = self._splitter.feed(data)
        runs = [item for item in items if isinstance(item, ReportRun)]
        if runs:
            waiting = Waiting(self._decoder, runs, arrived_us)
            if self._leaves_unread and len(runs) == len(items):
                self._outputs.append(Unread(waiting, self.decoded))
            else:  # what else came may be dated by the clock that these reports set
                self._reports(waiting)
            self._access.reports(runs, self._now_us)
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
                    self.counters.frames += item.messages
        return self._take()

    @property
    def hears_reports_only(self) -> bool:
        """Whether reports that come alone, whole and alike may be given to `reports`."""
        return (
            self._leaves_unread
            and self.phase is Phase.RUNNING
            and self._splitter.between_messages
            and self._access.state is State.IDLE
        )

    def reports(
        self, data: memoryview, stretch: tuple[int, int], now_us: int, arrived_us: int
    ) -> Unread:
        """As `receive`, where `hears_reports_only`, of reports that were looked through already.

        Args:
            data: see `FrameSplitter.run`.
            stretch: see there.
            now_us: monotonic microseconds.
            arrived_us: gateway UTC microseconds.
        """
        self._now_us = self._heard_us = now_us
        self._clock.gateway_clock(now_us, arrived_us)
        self.counters.frames += stretch[1]
        run = self._splitter.run(data, stretch)
        return Unread(Waiting(self._decoder, (run,), arrived_us), self.decoded)

    def steady(self) -> Steadiness | None:
        """How its reports are read while they come as ever; None where each is to be seen."""
        layout = self._decoder.latest
        if layout is None or not self.hears_reports_only:
            return None
        usual = self._clock.usual(layout.walk.time_kind)
        return None if usual is None else Steadiness(layout, usual, self._clock.quality)

    def caught_up(self, taken: Taken) -> None:
        """As `reports` and `decoded`, of reports that came as ever and were read elsewhere."""
        self.counters.frames += taken.messages
        self.counters.reads += taken.reads
        self._splitter.passed(taken.bytes)
        self._now_us = self._heard_us = taken.heard_us

    def decoded(self, batch: ReadBatch, errors: list[ReportError]) -> None:
        """What became of reports: counts them and keeps why some were refused."""
        for error in errors:
            self._error(f"{REPORT_FAULT} {error.offset}: {error.reason}")
        self.counters.reads += len(batch)

    def tick(self, now_us: int) -> list[Output]:
        """Let time pass: requests without answer and silent readers are given up.

        Args:
            now_us: monotonic microseconds; a few times a second is often enough.
        """
        self._now_us = now_us
        self._access.tick(now_us)
        match self.phase:
            case Phase.GREETING if now_us > self._limit_us:
                self._end("the reader did not greet: another client may be connected to it")
            case Phase.SETTING_UP:
                self._set_up.tick(now_us)
                self._advance()
            case Phase.RUNNING if now_us - self._heard_us > self._settings.silence_us:
                silent_s = (now_us - self._heard_us) / 1e6
                self._end(f"no byte for {silent_s:.1f} s, not even the keepalive asked for")
            case Phase.CLOSING if now_us > self._limit_us:
                self._end("")
            case _:
                pass
        return self._take()

    def access(self, number: int, access: Access, now_us: int) -> list[Output]:
        """Work on tags; `Accessed` with this number follows, at the latest when it is over.

        Args:
            number: names it.
            access: what is to be done.
            now_us: monotonic microseconds.
        """
        if self.phase is Phase.RUNNING:
            self._access.begin(number, access, now_us)
        else:
            reason = "the reader is not set up yet; nothing was done"
            self._outputs.append(Accessed(number, AccessReport(End.REFUSED, reason=reason)))
        return self._take()

    def clear_accesses(self) -> None:
        """Let the reader forget work on tags that an earlier connection has left on it."""
        self._access.clear()

    def lost(self, reason: str) -> tuple[bool, list[Output]]:
        """The connection is gone: what was in hand on it ends.

        Returns:
            Whether the reader may still do some of it, and the outputs.
        """
        self._access.lost(reason)
        return self._access.unsettled, self._take()

    def stop(self, now_us: int) -> list[Output]:
        """End cleanly: delete our specs and close; `Over` follows within a second.

        Args:
            now_us: monotonic microseconds.
        """
        self._now_us = now_us
        if self.phase in {Phase.SETTING_UP, Phase.RUNNING}:
            self._limit_us = now_us + _CLOSE_US
            self.phase = Phase.CLOSING
            self._access.stop()
            self._set_up.close()
            self._advance()
        else:
            self._end("")
        return self._take()

    def set_outputs(self, outputs: dict[int, bool]) -> None:
        """Set outputs of a reader that runs; a refusal is told as an event.

        Args:
            outputs: by port, from 1; True is high.
        """
        self._out += self._switching.request(outputs, self._version)

    def set_powers(self, powers: dict[int, float]) -> None:
        """Have a reader that runs read on with other powers; a refusal ends the connection.

        Args:
            powers: dBm by antenna port; all others are as configured.
        """
        wanted = self._settings.with_powers(powers)
        spec = rospec(wanted, self.attempt, self._set_up.told)
        self._out += self._switching.replace(spec, self._version)

    def _take(self) -> list[Output]:
        outputs, self._outputs = self._outputs, []
        return [*outputs, *(Accessed(*ended) for ended in self._access.take())]

    def _end(self, reason: str) -> None:
        if self.phase is not Phase.OVER:
            self.phase = Phase.OVER
            self._outputs.append(Over(reason))

    def _error(self, reason: str) -> None:
        self.counters.errors += 1
        self.errors = [*self.errors[1 - _ERRORS_KEPT :], reason]

    # -- what comes in

    def _reports(self, waiting: Waiting) -> None:
        batch, errors = waiting.alone()
        self.decoded(batch, errors)
        if len(batch):
            self._outputs.append(Reads(batch))

    def _frame(self, frame: Frame, arrived_us: int) -> None:
        self._version = frame.version
        handler = self._handlers.get(frame.type)
        if self._switching.is_answer(frame):
            self._switched(frame, arrived_us)
        elif handler is not None:
            handler(frame, arrived_us)
        elif self._set_up.is_answer(frame):
            self._set_up.answer(frame, self._now_us)
            self._advance()
        elif self._access.is_answer(frame):
            self._access.answer(frame, self._now_us)
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
        at_us = stamped_us(data, self._clock, arrived_us)
        if "ReportBufferOverflowErrorEvent" in data:
            self._error("the reader threw reports away: its buffer was full")
        if self.phase is not Phase.CLOSING:  # what we end ourselves is no news
            for happened, port, detail in events_of(data):
                self._happened(at_us, happened, port, detail)
        if "ConnectionCloseEvent" in data:
            self._closed(frame, arrived_us)
        elif "ConnectionAttemptEvent" in data and self.phase is Phase.GREETING:
            self._greeted(data["ConnectionAttemptEvent"])
        elif data.get("ConnectionAttemptEvent") == OTHERS_ATTEMPT:
            self._happened(at_us, EventKind.EXCEPTION, 0, GREETINGS[OTHERS_ATTEMPT])

    def _happened(self, at_us: int, kind: EventKind, port: int, detail: str) -> None:
        if self._now_us - self._events_since_us > _EVENTS_WINDOW_US:
            self._events, self._events_since_us = 0, self._now_us
        self._events += 1
        if self._events <= _EVENTS_MOST:
            self._outputs.append(DeviceEvent(self._settings.device, at_us, kind, port, detail))
        elif self._events == _EVENTS_MOST + 1:
            self._error(f"more than {_EVENTS_MOST} events in 10 s: the others are not told")

    def _switched(self, frame: Frame, arrived_us: int) -> None:
        refusal = self._switching.refusal(frame)
        if refusal is not None:
            self._error(refusal.reason)
            self._happened(arrived_us, EventKind.EXCEPTION, 0, refusal.reason)
        if refusal is not None and refusal.ends:
            self._end(refusal.reason)

    def _greeted(self, status: object) -> None:
        if status != 0:
            self._end(GREETINGS.get(status, f"the reader refused the connection ({status})"))
            return
        self.phase = Phase.SETTING_UP
        self._set_up.begin(self._now_us)
        self._advance()

    def _error_message(self, frame: Frame, _arrived_us: int) -> None:
        code, text = status_of(frame.body)
        self._set_up.error_message(frame.message_id, frame.body, self._now_us)
        self._access.error_message(frame.message_id, code, text, self._now_us)
        self._advance()

    def _advance(self) -> None:
        """Go where the set-up has come to."""
        done = self._set_up
        if done.failure:
            self._end(done.failure)
        elif done.running and self.phase is Phase.SETTING_UP:
            self.phase = Phase.RUNNING
            vendor = vendor_of(self.attempt, done.told)
            said = notes(self._settings, self.attempt, done.told, self._version)
            self._outputs.append(
                Up(
                    done.told,
                    vendor,
                    self._version,
                    done.antennas,
                    (*said, *done.differences),
                    done.differences,
                )
            )
