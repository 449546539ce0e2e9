"""A capture played through the gateway's own parts: the events that the daemon would have made.

Framing, decoders, inbox, floor loop and store are the real ones; the clock is moved by the
capture's own times, ids come from a seed, and the journal lies in a scratch folder. So the same
capture with the same configuration gives the same events, byte for byte.
"""

import socket
import tempfile
from collections.abc import Iterator
from contextlib import closing
from ipaddress import ip_address
from pathlib import Path
from typing import Protocol

import numpy as np

from drivers.capture import CaptureError, Kind, Record
from drivers.llrp.network_capture import NetworkCapture, Place
from drivers.llrp.pcap import BadCaptureError
from drivers.llrp.played import PlayedReader
from drivers.serial.port import PortUser
from drivers.serial.scanner import Scanner
from drivers.serial.uhf_module import UhfModule
from edge.clock import PlayedClock
from edge.compose.core import STORE_FILE, Core
from edge.compose.deciding import floor_loop
from edge.compose.devices import floor_listener, module_settings, reader_settings, scanner_settings
from edge.daemon.supervisor import guard
from edge.floor.alerts import Alerts
from edge.floor.board import Board
from edge.floor.inbox import Inbox
from edge.floor.letters import Letters
from edge.floor.listening import FloorListener
from edge.floor.locating_desk import LocatingDesk
from edge.floor.loop import FloorLoop
from edge.floor.planner import Planner
from edge.model.events import Fact
from edge.model.ids import IdMaker, uuid7
from edge.settings.exceptions_file import load_troubles
from edge.settings.floor_file import load_floor
from edge.settings.gateway import Settings
from edge.store.store import Store

SEED = 1
TAIL_US = 100_000
"""Time played on after the last record, so that a code without terminator ends."""


class Recording(Protocol):
    """What devices sent, as `record` or tcpdump kept it."""

    def records(self) -> Iterator[Record]:
        """Every record in the order of time, from the first one each time that it is asked."""
        ...


def network_capture(settings: Settings, file: Path) -> NetworkCapture:
    """What the configured readers sent in a file of tcpdump.

    Raises:
        BadCaptureError: it is no capture, or holds nothing of them; names the file.
        OSError: it cannot be read.
    """
    places, notes = [], []
    for one in reader_settings(settings):
        if one.tls is not None:
            notes.append(f"{one.device}: speaks TLS, what it sent cannot be read in a capture")
            continue
        addresses = _addresses(one.host)
        if not addresses:
            notes.append(f"{one.device}: the name {one.host} is unknown here; write its address")
        places.append(Place(one.device, addresses, one.port, one.listen))
    try:
        found = NetworkCapture(file.read_bytes(), places)
    except BadCaptureError as fault:
        raise BadCaptureError("; ".join([f"{file}: {fault}", *notes])) from None
    found.notes[:0] = notes
    return found


def _addresses(host: str) -> frozenset[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, ValueError):
        return frozenset()
    return frozenset(str(ip_address(str(address[0]).partition("%")[0])) for *_, address in found)


def play(settings: Settings, recording: Recording) -> Iterator[Fact]:
    """The facts that a capture becomes, as they are committed.

    Args:
        settings: of the gateway; floor and devices must be those of the capture.
        recording: the capture.

    Raises:
        CaptureError: it is damaged, or tells of a device that is not configured.
        ConfigurationError: a file that the settings name is wrong.
        StoreError: the scratch journal cannot be written.
    """
    first = _checked(settings, recording)
    if first is None:
        return
    with tempfile.TemporaryDirectory(prefix="warehouse-edge-replay-") as scratch:
        clock = PlayedClock(first.utc_us)
        settings = _beside(settings, Path(scratch))
        core = _core(settings, clock, Path(scratch) / STORE_FILE)
        with closing(Store.open(core.store_path, clock, core.make_id)) as store:
            chance = np.random.default_rng(SEED)
            planner = Planner(core.inbox, clock, core.make_id, chance, guard)  # never started
            loop = floor_loop(core, store, planner, None)
            loop.load()
            playing = _Playing(settings, clock, loop, floor_listener(core), first.monotonic_us)
            for record in recording.records():
                yield from playing.take(record)
            yield from playing.finish()


def _beside(settings: Settings, scratch: Path) -> Settings:
    """The same settings, but the gateway's own disk stays as it is: no archive and no reserve."""
    gateway = settings.gateway.model_copy(update={"data_dir": scratch})
    journal = settings.journal.model_copy(update={"archive_dir": None, "reserve": False})
    return settings.model_copy(update={"gateway": gateway, "journal": journal})


def _checked(settings: Settings, recording: Recording) -> Record | None:
    """The first record of a capture that can be played whole; None where it has none."""
    known = {one.name for one in settings.reader} | {one.name for one in settings.scanner}
    known |= {one.name for one in settings.module}
    first: Record | None = None
    for record in recording.records():
        first = first or record
        if record.device not in known:
            raise CaptureError(
                f"{record.device} was recorded, but the configuration has no such "
                "device; replay with the configuration of the recording"
            )
    return first


def _core(settings: Settings, clock: PlayedClock, store_path: Path) -> Core:
    floor = settings.picking.checked(load_floor(settings.gateway.floor_file))
    alerts = Alerts()
    board = Board()
    return Core(
        settings=settings,
        floor=floor,
        troubles=load_troubles(settings.gateway.exceptions_file),
        clock=clock,
        make_id=seeded_id_maker(clock),
        inbox=Inbox(clock, reads_max=settings.timing.reads_max),
        board=board,
        alerts=alerts,
        desk=LocatingDesk(floor, alerts),
        store_path=store_path,
        letters=Letters(board, clock),
    )


def seeded_id_maker(clock: PlayedClock) -> IdMaker:
    """Makes the same ids in each run."""
    chance = np.random.default_rng(SEED)
    return lambda: uuid7(clock.now_us(), int.from_bytes(chance.bytes(10)))


class _Playing:
    """Moves time to each record, with a turn of the loop at each tick on the way."""

    def __init__(
        self,
        settings: Settings,
        clock: PlayedClock,
        loop: FloorLoop,
        listener: FloorListener,
        began_us: int,
    ) -> None:
        chance = np.random.default_rng(SEED)
        self._clock = clock
        self._loop = loop
        self._began_us = began_us
        self._tick_us = settings.timing.tick_ms * 1000
        self._due_us = self._tick_us
        self._readers = {
            one.device: PlayedReader(one, listener, clock) for one in reader_settings(settings)
        }
        self._serial = {
            one.device: _PlayedPort(Scanner(one, listener, clock, chance))
            for one in scanner_settings(settings)
        }
        self._scanners = frozenset(self._serial)
        for module in module_settings(settings):
            played = UhfModule(module, listener, clock, chance)
            self._serial[module.device] = _PlayedPort(played)

    def take(self, record: Record) -> Iterator[Fact]:
        """What happens up to a record, and by it."""
        yield from self._play_to(record.monotonic_us - self._began_us)
        self._clock.jump_us(record.utc_us - self._clock.now_us())
        if record.device in self._readers:
            _to_reader(self._readers[record.device], record)
        else:
            self._serial[record.device].take(record)
        if record.device in self._scanners or record.kind is Kind.LOST:
            yield from self._loop.turn(0)  # an input ends the loop's wait

    def finish(self) -> Iterator[Fact]:
        """What happens after the last record."""
        yield from self._play_to(self._clock.monotonic_us() + TAIL_US)
        yield from self._loop.turn(0)

    def _play_to(self, monotonic_us: int) -> Iterator[Fact]:
        while self._due_us <= monotonic_us:
            self._clock.advance_us(self._due_us - self._clock.monotonic_us())
            self._due_us += self._tick_us
            for reader in self._readers.values():
                reader.tick()
            for port in self._serial.values():
                port.tick()
            yield from self._loop.turn(0)
        self._clock.advance_us(max(0, monotonic_us - self._clock.monotonic_us()))


def _to_reader(reader: PlayedReader, record: Record) -> None:
    match record.kind:
        case Kind.OPENED:
            reader.opened()
        case Kind.RECEIVED:
            reader.received(record.data)
        case Kind.LOST:
            reader.lost(record.data.decode(errors="replace"))


class _PlayedPort:
    """A serial device whose own port stays closed: what it would write goes nowhere."""

    def __init__(self, user: PortUser) -> None:
        self._user = user
        self._is_open = False

    def take(self, record: Record) -> None:
        """What the port had told."""
        match record.kind:
            case Kind.OPENED:
                self._is_open = True
                self._user.opened()
            case Kind.RECEIVED:
                self._user.received(record.data)
            case Kind.LOST:
                self._is_open = False
                self._user.lost(record.data.decode(errors="replace"))

    def tick(self) -> None:
        """A while without bytes, as an open port tells it."""
        if self._is_open:
            self._user.received(b"")
