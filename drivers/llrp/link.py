"""One reader's way from unconnected to connected and back, without end.

A link owns at most one connection and the session on it. Its `LlrpWire` calls it from the one
selector thread: when its socket can be read or written, and when its time has come. It never
blocks; names are resolved in a thread of their own, because a name server that is gone may take
half a minute.
"""

from collections.abc import Callable

from drivers.backoff import Backoff
from drivers.clock import Clock
from drivers.driver import DeviceDown, DeviceEvent
from drivers.llrp.attempt import Attempt
from drivers.llrp.connection import AbsentError, Connection, ConnectionLostError, Socket, ended
from drivers.llrp.gathering import OWN_FAULTS, Gathering
from drivers.llrp.names import Resolver
from drivers.llrp.outputs import Accessed, Counters, Output, Over, Reads, Unread, Up
from drivers.llrp.phase import Phase
from drivers.llrp.reader_clock import ClockState
from drivers.llrp.receiving import Arrival
from drivers.llrp.session import Session
from drivers.llrp.settings import LlrpSettings
from drivers.llrp.steady import Steadiness, Taken
from drivers.llrp.telling import LinkState, device_up
from drivers.tags import Access, AccessReport, End, Reported
from drivers.tap import Tap

_CONNECT_US = 3_000_000
_ABSENT_US = 3_000_000  # an absent reader is asked at least so often: it costs one packet
_STABLE_US = 10_000_000  # a reader that ran for so long is taken for healthy
_ERRORS_KEPT = 20


class Link:
    """One reader.

    Attributes:
        settings: how it is connected and set up.
        tap: told of every byte; None for nobody.
        before_change: called before anything else happens to it than that reports come.
    """

    def __init__(
        self,
        settings: LlrpSettings,
        listener: Gathering,
        clock: Clock,
        backoff: Backoff,
        wake: Callable[[], None],
    ) -> None:
        self.settings = settings
        self.tap: Tap | None = None
        self.before_change: Callable[[Link], None] = _nobody_asks
        self._listener = listener
        self._clock = clock
        self._backoff = backoff
        self._resolver = Resolver(wake)
        self._connection: Connection | None = None
        self._session: Session | None = None
        self._attempt = Attempt.first(vendor_extensions=settings.vendor_extensions)
        self._until_us = clock.monotonic_us()
        self._resolving = False
        self._up: bool | None = None
        self._up_since_us = 0
        self._heard_at_us = 0
        self._past = Counters()
        self._connections = 0
        self._errors: list[str] = []
        self._clock_state: ClockState | None = None
        self._accesses = 0
        self._unsettled = False  # the reader may hold work on tags that nobody waits for
        self._reported: dict[int, Reported] = {}
        self._stopping = False
        self._lit: dict[int, bool] = {}
        self._powers: dict[int, float] = {}

    @property
    def socket(self) -> Socket | None:
        """What the selector has to watch; None while unconnected."""
        return self._connection.socket if self._connection else None

    @property
    def name(self) -> str:
        """The reader's."""
        return self.settings.device

    @property
    def descriptor(self) -> int:
        """Of its socket; -1 without one."""
        return self._connection.socket.fileno() if self._connection else -1

    @property
    def wants_write(self) -> bool:
        """Whether it has to be watched for being writable."""
        return self._connection is not None and self._connection.wants_write

    @property
    def idle(self) -> bool:
        """No socket: a stopping wire need not wait for it."""
        return self._connection is None

    def state(self) -> LinkState:
        """What went through so far."""
        session = self._session
        total = self._past.plus(session.counters if session else Counters())
        latest = (*self._errors, *(session.errors if session else ()))
        clock = session.clock if session else self._clock_state
        return LinkState(bool(self._up), self._connections, total, latest[-_ERRORS_KEPT:], clock)

    # -- time

    def tick(self) -> None:
        """Do what is due."""
        now_us = self._clock.monotonic_us()
        if self._session is not None:
            self._outputs(self._session.tick(now_us))
        elif self._connection is not None:
            if now_us > self._until_us:
                self._lost("no connection within 3 s", absent=True)
        elif self.settings.listen:
            if now_us > self._until_us + _ABSENT_US and self._up is None:
                self._lost(f"the reader has not called port {self.settings.port}")
        elif self._resolving:
            self._resolved(now_us)
        elif now_us >= self._until_us and not self._stopping:
            self._resolver.ask(self.settings.host, self.settings.port)
            self._resolving = True
            self._resolved(now_us)

    def accept(self, caller: Socket) -> bool:
        """Take the connection of a reader that calls; False if it has one already."""
        if self._stopping:
            return False
        if self._connection is not None:
            self.complain("a second connection of the reader was refused")
            return False
        self._connection = Connection(self.settings, caller)
        self._until_us = self._clock.monotonic_us() + _CONNECT_US
        return True

    def complain(self, reason: str) -> None:
        """Tell why nothing can come; once while the reader is down, silently while it is up."""
        if self._connection is None:
            self._lost(reason, absent=True)
        else:
            self._errors = [*self._errors[1 - _ERRORS_KEPT :], reason]

    def set_output(self, port: int, *, on: bool) -> None:
        """Set an output (GPO) of the reader, now and after every reconnect."""
        self._lit[port] = on
        self._switch({port: on})

    def set_power(self, port: int, power_dbm: float | None) -> None:
        """Read with another power on an antenna until the reader is lost; None as configured."""
        if power_dbm is None:
            self._powers.pop(port, None)
        else:
            self._powers[port] = power_dbm
        if self._session is not None and self._session.phase is Phase.RUNNING:
            self._session.set_powers(dict(self._powers))
            self._send()

    def stop(self) -> None:
        """End cleanly; `idle` follows within a second."""
        self.before_change(self)
        self._stopping = True
        if self._session is not None:
            self._outputs(self._session.stop(self._clock.monotonic_us()))
        else:
            self.close()

    def close(self, reason: str = "") -> None:
        """Let go of the socket; `reason` is told to those whose work was in hand."""
        self.before_change(self)
        if self._session is not None:
            self._listener.tell_reads()  # its last ones are counted before it is
            unsettled, outputs = self._session.lost(reason or "the connection was closed")
            self._unsettled |= unsettled
            self._tell(outputs)
            self._clock_state = self._session.clock
            self._past = self._past.plus(self._session.counters)
            self._errors = [*self._errors, *self._session.errors][-_ERRORS_KEPT:]
        if self._connection is not None:
            self._connection.close()
        self._connection, self._session = None, None

    def _resolved(self, now_us: int) -> None:
        addresses = self._resolver.take()
        if addresses is None or self._stopping:
            return
        self._resolving = False
        if not addresses:
            self._lost(f"the name {self.settings.host} is unknown", absent=True)
            return
        self._until_us = now_us + _CONNECT_US
        try:
            self._connection = Connection.to(self.settings, addresses[0])
        except AbsentError as fault:
            self._lost(str(fault), absent=True)

    # -- work on tags

    def access(self, access: Access, reported: Reported) -> None:
        """Have something done with tags; from the wire's thread.

        A reader that does not answer is not waited for: who asks knows how long it may wait.
        """
        if self._session is None:
            reason = f"{self.settings.device} does not answer; nothing was done"
            reported(AccessReport(End.REFUSED, reason=reason))
            return
        self.before_change(self)
        self._accesses += 1
        self._reported[self._accesses] = reported
        now_us = self._clock.monotonic_us()
        self._outputs(self._session.access(self._accesses, access, now_us))

    # -- bytes

    def writable(self) -> None:
        """The socket can be written: connected, or room for more."""
        if self._session is None:
            self._go_on()
        else:
            self._send()

    @property
    def is_plain(self) -> bool:
        """Whether somebody else may receive from its socket, for `received`."""
        return (
            self._session is not None and self._connection is not None and self._connection.plain
        )

    def steady(self) -> Steadiness | None:
        """How its reports are received and read while they come as ever."""
        session = self._session
        if session is None or self.tap is not None or self._stopping or not self.is_plain:
            return None
        return session.steady()

    def caught_up(self, taken: Taken) -> None:
        """What was received and read elsewhere since the last time."""
        if self._session is not None:
            self._session.caught_up(taken)
            self._heard_at_us = taken.arrived_us

    def readable(self) -> None:
        """The socket can be read: take what has come."""
        if self._session is None:
            self._go_on()
        if self._session is None or self._connection is None:
            return
        try:
            data = self._connection.receive()
        except ConnectionLostError as fault:
            self._lost(str(fault))
            return
        if data:
            self._received(self._session, data)

    def received(self, arrival: Arrival, now_us: int, arrived_us: int) -> None:
        """This has come on the socket of a link that `is_plain`.

        Args:
            arrival: received by somebody else.
            now_us: monotonic microseconds.
            arrived_us: gateway UTC microseconds.
        """
        session = self._session
        if session is None:
            return
        if not arrival.data:
            self._end_of_bytes(arrival.error)
        elif arrival.stretch and self.tap is None and session.hears_reports_only:
            self._heard_at_us = arrived_us
            unread = session.reports(arrival.data, arrival.stretch, now_us, arrived_us)
            self._listener.reports(unread, self._failed)
        else:
            self._received(session, bytes(arrival.data))

    def _end_of_bytes(self, error: int) -> None:
        try:
            ended(error)
        except ConnectionLostError as fault:
            self._lost(str(fault))

    def _received(self, session: Session, data: bytes) -> None:
        if self.tap is not None:
            self.tap.received(self.settings.device, data)
        self._heard_at_us = self._clock.now_us()
        try:
            outputs = session.receive(data, self._clock.monotonic_us(), self._heard_at_us)
        except OWN_FAULTS as fault:
            self._failed(fault)
            return
        self._outputs(outputs)

    def _failed(self, fault: Exception) -> None:
        self._lost(f"fault of the decoder, please report: {type(fault).__name__}: {fault}")

    def _go_on(self) -> None:
        """Connect a little further; a connection that is ready gets its session."""
        connection = self._connection
        if connection is None:
            return
        made = connection.made
        try:
            connection.go_on()
        except ConnectionLostError as fault:
            self._lost(str(fault), absent=isinstance(fault, AbsentError))
            return
        finally:
            self._connections += connection.made and not made
        if connection.ready:
            if self.tap is not None:
                self.tap.opened(self.settings.device, "llrp")
            now_us = self._clock.monotonic_us()
            self._session = Session(self.settings, self._attempt, now_us, leaves_unread=True)

    def _send(self) -> None:
        if self._session is None or self._connection is None:
            return
        try:
            self._connection.send(self._session.to_send())
        except ConnectionLostError as fault:
            self._lost(str(fault))

    # -- what the session says

    def _outputs(self, outputs: list[Output]) -> None:
        self._send()
        self._tell(outputs)

    def _tell(self, outputs: list[Output]) -> None:
        for output in outputs:
            match output:
                case Reads():
                    self._listener.reads(output.batch)
                case Unread():
                    self._listener.reports(output, self._failed)
                case DeviceEvent():
                    self._listener.device_event(output)
                case Up():
                    self._is_up(output)
                case Accessed():
                    self._reported.pop(output.number)(output.report)
                case Over():
                    self._lost(output.reason)

    def _is_up(self, up: Up) -> None:
        if self._session is not None:
            self._attempt = self._session.attempt
        self._up_since_us = self._clock.monotonic_us()
        self._up = True
        self._listener.device_up(device_up(self.settings.device, up, self._clock.now_us()))
        self._switch(self._lit)
        if self._unsettled and self._session is not None:
            self._unsettled = False  # a ROSpec that runs on would go on working it off
            self._session.clear_accesses()
            self._send()

    def _switch(self, outputs: dict[int, bool]) -> None:
        """Set these outputs if the reader runs; else they are set when it comes."""
        if outputs and self._session is not None and self._session.phase is Phase.RUNNING:
            self._session.set_outputs(dict(outputs))
            self._send()

    def _lost(self, reason: str, *, absent: bool = False) -> None:
        now_us = self._clock.monotonic_us()
        if self.tap is not None:
            self.tap.lost(self.settings.device, reason)
        self._powers.clear()  # the next connection sets the reader up as configured
        if self._session is not None:
            self._attempt = self._session.attempt
            if self._session.agreeing:  # no fault: the next connection stays on 1.0.1
                reason = ""
        if self._up and now_us - self._up_since_us > _STABLE_US:
            self._backoff.reset()
        self.close(reason)
        self._until_us = now_us + self._backoff.next_us(_ABSENT_US if absent else None)
        if reason:
            self._errors = [*self._errors[1 - _ERRORS_KEPT :], reason]
        if self._up is not False and reason:
            self._listener.device_down(
                DeviceDown(
                    device=self.settings.device,
                    at_us=self._clock.now_us(),
                    silent_since_us=self._heard_at_us,
                    reason=reason,
                )
            )
        self._up = False


def _nobody_asks(_: Link) -> None:
    """Where its reports are read here alone."""
