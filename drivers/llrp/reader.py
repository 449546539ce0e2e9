"""All LLRP readers of a gateway on one thread.

One selector watches every connection. Bytes are read at most once in `gather_ms`: the first after
a silence at once, a stream of many small reports in one turn. The reports of a turn are decoded
together and told at its end, so that whoever listens can work on all of them at once. Nothing a
reader sends or fails to send can hold up the others.
"""

import contextlib
import socket
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from numpy.random import Generator

from drivers.backoff import Backoff
from drivers.clock import Clock
from drivers.driver import Listener
from drivers.llrp import compiled
from drivers.llrp.doors import doors
from drivers.llrp.gathering import Gathering
from drivers.llrp.link import Link
from drivers.llrp.receiving import Receiver
from drivers.llrp.settings import LlrpSettings
from drivers.llrp.steady import SteadyReaders
from drivers.llrp.telling import LinkState
from drivers.llrp.watch import Ready, Watch
from drivers.reads import Gathered
from drivers.tags import Access, AccessReport, End, Reported
from drivers.tap import Tap

_TICK_S = 0.1
_STOP_S = 1.5
_JOIN_S = 3.0
_PORT_MOST = 65_535
_CLOSES = "the gateway closes its connections; nothing was done"


class LlrpWire:
    """A driver of any number of LLRP readers."""

    def __init__(
        self,
        readers: Sequence[LlrpSettings],
        listener: Listener,
        clock: Clock,
        rng: Generator,
        gather_ms: int = 20,
        *,
        listen_on: str = "",
    ) -> None:
        """Set up without touching the network.

        Args:
            readers: one entry for each reader; device names must differ.
            listener: told reads, comings and goings, from the wire's own thread.
            clock: the host's clocks.
            rng: chance for the waits between attempts.
            gather_ms: from one reading of the sockets to the next.
            listen_on: the gateway's address that readers with `listen` call; empty for all.
        """
        self._clock = clock
        self._gather_us = 1000 * gather_ms
        self._stopping = threading.Event()
        self._bell_in, self._bell_out = socket.socketpair()
        self._bell_in.settimeout(0)
        self._bell_out.settimeout(0)
        self._gathered_us = 0
        self._ticked_us: int | None = None
        self._listener, self._rng = Gathering(listener), rng
        reading = compiled.READING
        self._receiver = Receiver(reading) if reading is not None else None
        self._steady = SteadyReaders(reading) if reading is not None else None
        self._links = [self._new_link(one) for one in readers]
        self._tap: Tap | None = None
        self._by_name = {link.settings.device: link for link in self._links}
        self._switched: deque[Callable[[], None]] = deque()
        self._wanted: deque[tuple[str, Access, Reported]] = deque()
        self._doors = doors(self._links, listen_on)
        self._watch = Watch(self._bell_in)
        self._is_changed = True
        self._thread = threading.Thread(target=self._run, name="llrp-wire", daemon=True)

    def tell(self, tap: Tap) -> None:
        """Let a tap hear every byte; to be called before the start."""
        self._tap = tap
        for link in self._links:
            link.tap = tap

    def set_output(self, device: str, port: int, *, on: bool) -> None:
        """Set an output (GPO) of a reader; from any thread, returns at once.

        A reader that is away gets it when it comes, and again after each time that it was away. A
        reader that has no such output tells that by a `DeviceEvent`.

        Args:
            device: the reader's name in the configuration.
            port: output, from 1 to 65,535.
            on: True for high.

        Raises:
            KeyError: no reader of this wire has that name.
            ValueError: no reader can have such a port.
        """
        if not 1 <= port <= _PORT_MOST:
            raise ValueError(f"output {port}: ports go from 1 to {_PORT_MOST}")
        self._switched.append(partial(self._by_name[device].set_output, port, on=on))
        self._wake()

    def set_power(self, device: str, port: int, power_dbm: float | None) -> None:
        """Read with another power on one antenna; from any thread, returns at once.

        It holds until it is set anew or the reader is lost, and costs the reader a moment without
        reads. A reader that is away, or has no choice of powers, goes on as configured.

        Args:
            device: the reader's name in the configuration.
            port: antenna, from 1 to 65,535.
            power_dbm: the nearest entry of the reader's own table is taken; None as configured.

        Raises:
            KeyError: no reader of this wire has that name.
            ValueError: no reader can have such a port.
        """
        if not 1 <= port <= _PORT_MOST:
            raise ValueError(f"antenna {port}: ports go from 1 to {_PORT_MOST}")
        self._switched.append(partial(self._by_name[device].set_power, port, power_dbm))
        self._wake()

    def add(self, reader: LlrpSettings) -> None:
        """Run one more reader from now on; any thread, before or after the start.

        Raises:
            ValueError: it has the name of one that is run already, or calls the gateway itself.
        """
        if reader.listen:
            raise ValueError(f"{reader.device}: a reader that calls is known from the start only")
        if reader.device in self._by_name:
            raise ValueError(f"{reader.device} is run already")
        link = self._new_link(reader)
        link.tap = self._tap
        self._by_name[reader.device] = link
        self._links = [*self._links, link]  # whoever goes through the old list is not disturbed
        self._wake()

    def peers(self) -> set[tuple[str, int]]:
        """Address and port of every reader that is connected, and of those that are configured."""
        found = {(one.settings.host, one.settings.port) for one in self._links}
        for link in self._links:
            with contextlib.suppress(OSError):  # connecting yet, or just gone
                if (own := link.socket) is not None:
                    host, port, *_ = own.getpeername()
                    found.add((host, port))
        return found

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Delete what was set up, close every connection and join the thread within 3 s."""
        self._stopping.set()
        self._wake()
        if self._thread.is_alive():
            self._thread.join(_JOIN_S)
        elif self._thread.ident is None:  # never started: nobody else will close what is open
            self._close()

    @property
    def alive(self) -> bool:
        """Whether the wire's thread runs."""
        return self._thread.is_alive()

    def states(self) -> dict[str, LinkState]:
        """What went through, by device name."""
        return {link.settings.device: link.state() for link in self._links}

    def access(self, device: str, access: Access, reported: Reported) -> None:
        """Have something done with tags; returns at once, from any thread.

        Args:
            device: the reader's name.
            access: what is to be done.
            reported: told what became of it, from the wire's own thread.
        """
        self._wanted.append((device, access, reported))
        self._wake()

    def _work(self) -> None:
        """Hand each reader what is wanted of it."""
        while self._wanted:
            device, access, reported = self._wanted.popleft()
            link = next((one for one in self._links if one.settings.device == device), None)
            if link is None or self._stopping.is_set():
                reason = f"no reader {device} is connected here" if link is None else _CLOSES
                reported(AccessReport(End.REFUSED, reason=reason))
            else:
                self._is_changed = True
                link.access(access, reported)

    def _new_link(self, reader: LlrpSettings) -> Link:
        link = Link(reader, self._listener, self._clock, Backoff(self._rng), self._wake)
        if self._steady is not None:
            link.before_change = self._steady.leave
        return link

    def _wake(self) -> None:
        with contextlib.suppress(OSError):  # full: it rings already; closed: nobody listens
            self._bell_out.send(b"!")

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._turn()
        for link in self._links:
            link.stop()
        until_us = self._clock.monotonic_us() + int(_STOP_S * 1e6)
        while not all(link.idle for link in self._links):
            if self._clock.monotonic_us() > until_us:
                break
            self._turn()
        self._work()
        self._close()

    def _close(self) -> None:
        for link in self._links:
            link.close()
        for door in self._doors:
            door.close()
        self._watch.close()
        self._bell_in.close()
        self._bell_out.close()

    def _turn(self) -> None:
        now_us = self._clock.monotonic_us()
        if self._ticked_us is None or now_us - self._ticked_us >= _TICK_S * 1e6:
            self._ticked_us = now_us
            self._tick()
        self._work()
        if self._is_changed:
            self._is_changed = False
            self._watch.follow(self._links, self._doors)
        ready = self._watch.first(_TICK_S)
        if ready and not ready[0].has_bytes:
            ready = self._watch.all()
        if any(one.has_bytes for one in ready):
            self._gather()
            self._hear()
            ready = self._watch.all()
        plain: dict[int, Link] = {}
        for one in ready:
            self._serve(one, plain)
        if self._receiver is not None and plain:
            self._receive(self._receiver, plain)
        self._listener.tell_reads()

    def _hear(self) -> None:
        """What has come of readers whose reports come as ever, however it came just now."""
        if self._steady is None:
            return
        now_us, arrived_us = self._clock.monotonic_us(), self._clock.now_us()
        for one in self._steady.hear(now_us, arrived_us):
            if isinstance(one, Gathered):
                self._listener.reads(one)
            else:
                self._is_changed = True
                one.link.received(one.arrival, now_us, arrived_us)
                self._steady.look_at(one.link)

    def _serve(self, ready: Ready, plain: dict[int, Link]) -> None:
        """Let it write and read; what can be read together with others goes to `plain`."""
        owner = ready.owner
        is_steady = self._steady is not None and owner in self._steady
        if is_steady and not ready.writes:
            return  # what came since is for the next beat
        self._is_changed = True
        if owner is None:
            self._bell_in.recv(64)
            self._ticked_us = None
            return
        if ready.writes and isinstance(owner, Link):
            owner.writable()
        if ready.reads and not is_steady:
            if self._receiver is not None and isinstance(owner, Link) and owner.is_plain:
                plain[owner.descriptor] = owner
            else:
                owner.readable()

    def _receive(self, receiver: Receiver, links: Mapping[int, Link]) -> None:
        """What has come on many sockets, by their descriptors, in one go."""
        now_us, arrived_us = self._clock.monotonic_us(), self._clock.now_us()
        for link, arrival in zip(links.values(), receiver.receive([*links]), strict=True):
            link.received(arrival, now_us, arrived_us)

    def _gather(self) -> None:
        """Let bytes gather until the time since the last reading is over."""
        left_us = self._gathered_us + self._gather_us - self._clock.monotonic_us()
        if left_us > 0:
            self._stopping.wait(left_us / 1e6)
        self._gathered_us = self._clock.monotonic_us()

    def _tick(self) -> None:
        self._is_changed = True
        for door in self._doors:
            door.tick(self._clock.monotonic_us())
        heard = self._steady.settle() if self._steady is not None else ()
        for link in self._links:
            if link not in heard:  # whoever is heard as ever has nothing due
                link.tick()
        while self._switched:
            self._switched.popleft()()
        if self._steady is not None:
            self._steady.follow(one for one in self._links if one not in heard)
