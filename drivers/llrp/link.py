"""One reader's way from unconnected to connected and back, without end.

A link owns at most one socket and the session on it. Its `LlrpWire` calls it from the one selector
thread: when its socket can be read or written, and when its time has come. It never blocks; names
are resolved in a thread of their own, because a name server that is gone may take half a minute.
"""

import errno
import socket
import ssl
import struct
from collections.abc import Callable
from dataclasses import dataclass

from drivers.backoff import Backoff
from drivers.clock import Clock
from drivers.driver import DeviceDown, Listener
from drivers.llrp.names import Resolver
from drivers.llrp.outputs import Counters, Output, Over, Reads, Up, told_up
from drivers.llrp.session import Session
from drivers.llrp.settings import LlrpSettings
from drivers.llrp.steering import Attempt
from drivers.tap import Tap

_CONNECT_US = 3_000_000
_ABSENT_US = 4_000_000  # an absent reader is asked at least so often: it costs one packet
_STABLE_US = 10_000_000  # a reader that ran for so long is taken for healthy
_RECEIVE_BYTES = 1 << 18
_UNSENT_MOST = 1 << 16


OWN_FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)
"""What a mistake of ours in decoding would raise: it must cost this connection, not all."""


@dataclass(frozen=True, slots=True)
class LinkState:
    """What went through one reader's link since the start.

    Attributes:
        up: the reader is set up and reads.
        connections: TCP connections that were made.
        counters: frames, reads, keepalives and errors over all of them.
        errors: the latest reasons.
    """

    up: bool
    connections: int
    counters: Counters
    errors: tuple[str, ...]


def _receive(connected: socket.socket) -> bytes:
    """What has come; with TLS also what lies decrypted already, for no selector tells of that."""
    data = connected.recv(_RECEIVE_BYTES)
    if isinstance(connected, ssl.SSLSocket):
        while len(data) < _RECEIVE_BYTES and connected.pending():
            data += connected.recv(_RECEIVE_BYTES)
    return data


class Link:
    """One reader.

    Attributes:
        settings: how it is connected and set up.
        socket: what the selector has to watch; None while unconnected.
        wants_write: whether it has to be watched for being writable.
        tap: told of every byte; None for nobody.
    """

    def __init__(
        self,
        settings: LlrpSettings,
        listener: Listener,
        clock: Clock,
        backoff: Backoff,
        wake: Callable[[], None],
    ) -> None:
        self.settings = settings
        self.socket: socket.socket | None = None
        self.wants_write = False
        self.tap: Tap | None = None
        self._listener = listener
        self._clock = clock
        self._backoff = backoff
        self._resolver = Resolver(wake)
        self._session: Session | None = None
        self._shaking: ssl.SSLSocket | None = None
        self._attempt = Attempt(vendor=settings.vendor_extensions)
        self._unsent = b""
        self._until_us = clock.monotonic_us()
        self._resolving = False
        self._up: bool | None = None
        self._up_since_us = 0
        self._heard_at_us = 0
        self._past = Counters()
        self._connections = 0
        self._errors: list[str] = []
        self._stopping = False

    @property
    def idle(self) -> bool:
        """No socket: a stopping wire need not wait for it."""
        return self.socket is None

    def state(self) -> LinkState:
        """What went through so far."""
        session = self._session
        now = session.counters if session else Counters()
        past = self._past
        total = Counters(
            past.frames + now.frames,
            past.reads + now.reads,
            past.keepalives + now.keepalives,
            past.errors + now.errors,
        )
        latest = (*self._errors, *(session.errors if session else ()))
        return LinkState(bool(self._up), self._connections, total, latest[-20:])

    # -- time

    def tick(self) -> None:
        """Do what is due."""
        now_us = self._clock.monotonic_us()
        if self._session is not None:
            self._outputs(self._session.tick(now_us))
        elif self.socket is not None:
            if now_us > self._until_us:
                self._lost("no connection within 3 s", absent=True)
        elif self._resolving:
            self._resolved(now_us)
        elif now_us >= self._until_us and not self._stopping:
            self._resolver.ask(self.settings.host, self.settings.port)
            self._resolving = True
            self._resolved(now_us)

    def stop(self) -> None:
        """End cleanly; `idle` follows within a second."""
        self._stopping = True
        if self._session is not None:
            self._outputs(self._session.stop(self._clock.monotonic_us()))
        else:
            self.close()

    def close(self) -> None:
        """Let go of the socket."""
        if self._session is not None:
            self._remember(self._session)
        if self.socket is not None:
            self.socket.close()
        self.socket, self._session, self._shaking, self._unsent = None, None, None, b""
        self.wants_write = False

    # -- connecting

    def _resolved(self, now_us: int) -> None:
        addresses = self._resolver.take()
        if addresses is None or self._stopping:
            return
        self._resolving = False
        if not addresses:
            self._lost(f"the name {self.settings.host} is unknown", absent=True)
            return
        family, address = addresses[0]
        try:
            self.socket = socket.socket(family, socket.SOCK_STREAM)
        except OSError as fault:  # no file descriptors left
            self._lost(f"no socket: {fault.strerror}", absent=True)
            return
        self.socket.settimeout(0)
        self.wants_write = True
        self._until_us = now_us + _CONNECT_US
        code = self.socket.connect_ex(address)
        if code not in {0, errno.EINPROGRESS}:
            self._lost(f"no TCP connection: {errno.errorcode.get(code, code)}", absent=True)

    def _connected(self, connecting: socket.socket) -> None:
        code = connecting.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._lost(f"no TCP connection: {errno.errorcode.get(code, code)}", absent=True)
            return
        connecting.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connecting.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._connections += 1
        if self.settings.tls is None:
            self._begin()
            return
        try:
            self._shaking = self.settings.tls.wrap_socket(
                connecting, server_hostname=self.settings.host, do_handshake_on_connect=False
            )
        except (OSError, ValueError) as fault:
            self._lost(f"TLS: {fault}")
            return
        self.socket = self._shaking
        self._shake(self._shaking)

    def _shake(self, secured: ssl.SSLSocket) -> None:
        """Go on with the TLS handshake as far as the bytes that came allow."""
        try:
            secured.do_handshake()
        except ssl.SSLWantReadError:
            self.wants_write = False
        except ssl.SSLWantWriteError:
            self.wants_write = True
        except OSError as fault:  # also what TLS itself raises
            self._lost(f"TLS: {fault}")
        else:
            self._shaking = None
            self._begin()

    def _begin(self) -> None:
        self.wants_write = False
        if self.tap is not None:
            self.tap.opened(self.settings.device, "llrp")
        self._session = Session(self.settings, self._attempt, self._clock.monotonic_us())

    # -- bytes

    def writable(self) -> None:
        """The socket can be written: connected, or room for more."""
        if self._shaking is not None:
            self._shake(self._shaking)
        elif self._session is None and self.socket is not None:
            self._connected(self.socket)
        else:
            self._send()

    def readable(self) -> None:
        """The socket can be read: take what has come."""
        if self._shaking is not None:
            self._shake(self._shaking)
        if self._session is None or self.socket is None:
            return
        try:
            data = _receive(self.socket)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except OSError as fault:
            self._lost(f"connection lost: {fault.strerror or fault}")
            return
        if not data:
            self._lost("the reader closed the TCP connection")
            return
        if self.tap is not None:
            self.tap.received(self.settings.device, data)
        self._heard_at_us = self._clock.now_us()
        try:
            outputs = self._session.receive(data, self._clock.monotonic_us(), self._heard_at_us)
        except OWN_FAULTS as fault:
            self._lost(f"fault of the decoder, please report: {type(fault).__name__}: {fault}")
            return
        self._outputs(outputs)

    def _send(self) -> None:
        if self._session is None or self.socket is None:
            return
        self._unsent += self._session.to_send()
        try:
            sent = self.socket.send(self._unsent) if self._unsent else 0
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            sent = 0
        except OSError as fault:
            self._lost(f"connection lost: {fault.strerror or fault}")
            return
        self._unsent = self._unsent[sent:]
        self.wants_write = bool(self._unsent)
        if len(self._unsent) > _UNSENT_MOST:
            self._lost("the reader takes no more bytes")

    # -- what the session says

    def _outputs(self, outputs: list[Output]) -> None:
        self._send()
        for output in outputs:
            match output:
                case Reads():
                    self._listener.reads(output.batch)
                case Up():
                    self._is_up(output)
                case Over():
                    self._lost(output.reason)

    def _is_up(self, up: Up) -> None:
        if self._session is not None:
            self._attempt = self._session.attempt
        self._up_since_us = self._clock.monotonic_us()
        self._up = True
        self._listener.device_up(told_up(self.settings.device, up, self._clock.now_us()))

    def _lost(self, reason: str, *, absent: bool = False) -> None:
        now_us = self._clock.monotonic_us()
        if self.tap is not None:
            self.tap.lost(self.settings.device, reason)
        if self._session is not None:
            self._attempt = self._session.attempt
        if self._up and now_us - self._up_since_us > _STABLE_US:
            self._backoff.reset()
        self.close()
        self._until_us = now_us + self._backoff.next_us(_ABSENT_US if absent else None)
        if reason:
            self._errors = [*self._errors[-19:], reason]
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

    def _remember(self, session: Session) -> None:
        past, now = self._past, session.counters
        self._past = Counters(
            past.frames + now.frames,
            past.reads + now.reads,
            past.keepalives + now.keepalives,
            past.errors + now.errors,
        )
        self._errors = [*self._errors, *session.errors][-20:]
