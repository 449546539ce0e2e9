"""One search for readers: multicast DNS, then knocking, a few connections at a time.

Each address is knocked at on LLRP's port and, where that is no reader, on the port with TLS. What
answers is looked at by `probe` and left. Certificates are not judged here, only told: whoever
approves the reader compares the fingerprint, and from then on it is pinned.
"""

import contextlib
import hashlib
import selectors
import socket
import ssl
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from threading import Event

from drivers.clock import Clock
from drivers.llrp.connection import Connection, ConnectionLostError
from drivers.llrp.found import FoundReader, SearchPlan
from drivers.llrp.multicast_dns import BadAnswerError, Responses
from drivers.llrp.probe import Probe
from drivers.llrp.settings import LlrpSettings
from drivers.llrp.telling import VERSIONS, vendor_of

_AT_ONCE = 32
_LOOK_US = 3_000_000
"""An address that has not answered by then has no reader; one that has is told goodbye."""
_GOODBYE_US = 1_000_000
_TICK_S = 0.05
_ASK_AGAIN_US = 1_000_000
_DATAGRAM_BYTES = 9_000

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class _Target:
    host: str
    port: int
    tls: bool
    instance: str = ""


class _Knock:
    """One connection to one target."""

    def __init__(self, target: _Target, context: ssl.SSLContext, now_us: int) -> None:
        settings = LlrpSettings(
            target.host, target.host, target.port, tls=context if target.tls else None
        )
        self.target = target
        self.probe = Probe()
        self.until_us = now_us + _LOOK_US
        self.certificate_sha256 = ""
        self.connection = Connection.to(settings, (socket.AF_INET, (target.host, target.port)))

    def go_on(self) -> None:
        """Connect, send and receive as far as that goes.

        Raises:
            ConnectionLostError: nothing more will come.
        """
        connection = self.connection
        if not connection.ready:
            connection.go_on()
        if not connection.ready:
            return
        if isinstance(connection.socket, ssl.SSLSocket) and not self.certificate_sha256:
            shown = connection.socket.getpeercert(binary_form=True) or b""
            self.certificate_sha256 = hashlib.sha256(shown).hexdigest()
        self.probe.receive(connection.receive())
        connection.send(self.probe.to_send())

    def late(self, now_us: int) -> None:
        """Its time is over.

        Raises:
            ConnectionLostError: it cannot even be told.
        """
        self.until_us = now_us + _GOODBYE_US
        self.probe.give_up()
        if self.connection.ready:
            self.connection.send(self.probe.to_send())

    def found(self) -> FoundReader | None:
        """The reader, if one greeted."""
        portrait, target = self.probe.portrait, self.target
        if portrait is None:
            return None
        return FoundReader(
            host=target.host,
            port=target.port,
            tls=target.tls,
            certificate_sha256=self.certificate_sha256,
            instance=target.instance,
            busy=portrait.busy,
            manufacturer=vendor_of(portrait.manufacturer),
            model=str(portrait.model) if portrait.model else "",
            firmware=portrait.firmware,
            protocol=VERSIONS.get(portrait.version, f"LLRP version {portrait.version}"),
            antennas=portrait.antennas,
        )


class Search:
    """Blocks the thread that runs it, which must be nobody else's."""

    def __init__(self, plan: SearchPlan, clock: Clock, stopping: Event) -> None:
        """Set up without touching the network.

        Args:
            plan: where to look.
            clock: the host's.
            stopping: ends the search soon after it is set.
        """
        self._plan = plan
        self._clock = clock
        self._stopping = stopping
        self._context = ssl.create_default_context()
        self._context.check_hostname = False
        self._context.verify_mode = ssl.CERT_NONE  # the fingerprint is told, a person compares it

    def run(self, skip: Collection[Address] = ()) -> Iterator[FoundReader]:
        """Every reader that is found, as it is found.

        Args:
            skip: addresses with ports that are left alone: of readers in use.
        """
        announced = self._announced() if self._plan.multicast else []
        plain, secured = self._plan.ports
        known = {(one.host, one.port) for one in announced}
        hosts = [host for host in self._plan.hosts() if (host, plain) not in known]
        found: set[str] = set()
        for round_ in (announced, [_Target(host, plain, tls=False) for host in hosts]):
            for reader in self._knock([one for one in round_ if _is_new(one, skip)]):
                found.add(reader.host)
                yield reader
        left = {host for host, _ in skip} | found | {host for host, _ in known}
        targets = [_Target(host, secured, tls=True) for host in hosts if host not in left]
        yield from self._knock(targets)

    def _announced(self) -> list[_Target]:
        """Readers that make themselves known; none where the network takes no multicast."""
        responses = Responses()
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
                self._ask(channel, responses)
        except OSError:  # no network, or one without multicast: there is knocking yet
            pass
        return [
            _Target(one.address, one.port, one.port == self._plan.ports[1], one.instance)
            for one in responses.services()
        ]

    def _ask(self, channel: socket.socket, responses: Responses) -> None:
        channel.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
        channel.settimeout(_TICK_S)
        now_us = self._clock.monotonic_us()
        until_us, again_us = now_us + int(self._plan.listen_s * 1e6), now_us
        while now_us < until_us and not self._stopping.is_set():
            if now_us >= again_us:
                again_us = now_us + _ASK_AGAIN_US
                for question in responses.open_questions():
                    channel.sendto(question, self._plan.multicast_to)
            try:
                data, (source, _) = channel.recvfrom(_DATAGRAM_BYTES)
                responses.take(data, source)
            except (TimeoutError, BadAnswerError):
                pass
            now_us = self._clock.monotonic_us()

    def _knock(self, targets: list[_Target]) -> Iterator[FoundReader]:
        waiting, open_ = deque(targets), set[_Knock]()
        pause_us = int(1e6 / self._plan.connects_per_s)
        next_us = 0
        try:
            while (waiting or open_) and not self._stopping.is_set():
                now_us = self._clock.monotonic_us()
                if waiting and len(open_) < _AT_ONCE and now_us >= next_us:
                    next_us = now_us + pause_us
                    self._begin(waiting.popleft(), open_, now_us)
                yield from self._turn(open_)
        finally:
            for knock in open_:
                knock.connection.close()

    def _begin(self, target: _Target, open_: set[_Knock], now_us: int) -> None:
        with contextlib.suppress(ConnectionLostError):  # refused at once: nobody is there
            open_.add(_Knock(target, self._context, now_us))

    def _turn(self, open_: set[_Knock]) -> Iterator[FoundReader]:
        """Let every open connection go on; gives the readers among those that ended."""
        ready = self._ready(open_)
        now_us = self._clock.monotonic_us()
        for knock in list(open_):
            try:
                if knock in ready:
                    knock.go_on()
                ended = knock.probe.over
                if now_us > knock.until_us and not ended:
                    knock.late(now_us)
                    ended = knock.probe.over
            except ConnectionLostError:
                ended = True
            if ended:
                open_.discard(knock)
                knock.connection.close()
                if (reader := knock.found()) is not None:
                    yield reader

    def _ready(self, open_: set[_Knock]) -> set[_Knock]:
        if not open_:
            self._stopping.wait(_TICK_S / 5)
            return set()
        with selectors.DefaultSelector() as selector:
            for knock in open_:
                writes = selectors.EVENT_WRITE if knock.connection.wants_write else 0
                selector.register(knock.connection.socket, selectors.EVENT_READ | writes, knock)
            return {key.data for key, _ in selector.select(_TICK_S / 5)}


def _is_new(target: _Target, skip: Collection[Address]) -> bool:
    return (target.host, target.port) not in skip
