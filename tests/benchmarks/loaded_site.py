"""A site under load: thirty-two readers, the real daemon, the real broker, a small central system.

Readers and daemon are processes of their own; the central system is a thread here. It acknowledges
what it has got, remembers when each newcomer's arrival came, and sends orders; a picker works.
"""

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from edge.clock import SystemClock
from edge.compose.core import STORE_FILE, new_id_maker
from edge.model.applying import apply
from edge.model.events import Event, ItemArrived, ItemMoved
from edge.model.ids import DeviceName, Epc, LocationId, Sku
from edge.model.places import Antenna, Floor, Location, LocationKind
from edge.model.state import FloorState
from edge.store.store import Store
from edge.web.pins import hash_pin
from simulators.llrp import busy
from tests.benchmarks.answering import BADGE, PIN, Client, Picker
from tests.benchmarks.hall import articles, hall, orders
from tests.benchmarks.loaded_central import Central
from tests.benchmarks.processes import BIN, WAIT_S_MAX, Process, free_port, wait_until

READERS = 32
MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin")
GROUP = 200
"""Two reads in so many are a newcomer's, which arrives and, a little later, departs: two facts."""
FACTS_AT_ONCE = 20_000
SCAN_PAUSE_S = 1.0


def reader_name(number: int) -> str:
    """As the configuration names it."""
    return f"reader-{number + 1}"


def loaded_floor() -> Floor:
    """The hall with shelves and a door for each reader."""
    plain = hall()
    places = dict(plain.locations)
    antennas = []
    for number in range(READERS):
        for port in range(1, busy.DOOR + 1):
            door = port == busy.DOOR
            place = LocationId(f"door-{number + 1}" if door else f"shelf-{number + 1}-{port}")
            kind = LocationKind.PORTAL if door else LocationKind.SHELF
            places[place] = Location(place, kind)
            antennas.append(Antenna(DeviceName(reader_name(number)), port, place))
    return Floor(places, tuple(antennas), plain.aisle_x_m, plain.cross_y_m)


def fill_store(path: Path, residents: int, moves: int = 0) -> None:
    """A store whose journal tells of arrivals and so many moves of each; all acknowledged."""
    store = Store.open(path, SystemClock(), new_id_maker())
    state = FloorState(loaded_floor())
    waiting: list[tuple[Event, int]] = []
    at_us = SystemClock().now_us()
    for event in chain(_arrivals(residents), _moves(residents, moves)):
        apply(state, event, at_us)
        waiting.append((event, at_us))
        if len(waiting) == FACTS_AT_ONCE:
            store.commit(waiting, state, {})
            store.checkpoint()
            waiting.clear()
    store.commit(waiting, state, {})
    store.acknowledge(store.epoch, store.last_seq)
    store.close()


def _residents(residents: int) -> Iterator[tuple[Epc, int, int]]:
    """Tag, reader and port of each."""
    for reader in range(READERS):
        number = np.arange(residents)
        names = [raw.tobytes().hex() for raw in busy.resident_epcs(reader, number)]
        for epc, port in zip(names, busy.resident_antennas(number).tolist(), strict=True):
            yield Epc(epc), reader, port


def _shelf(reader: int, port: int) -> LocationId:
    return LocationId(f"shelf-{reader + 1}-{port}")


def _arrivals(residents: int) -> Iterator[ItemArrived]:
    sku = Sku(f"T{busy.RESIDENT_ITEM}")
    for epc, reader, port in _residents(residents):
        yield ItemArrived(epc, sku, _shelf(reader, port), 0.99)


def _moves(residents: int, times: int) -> Iterator[ItemMoved]:
    sku = Sku(f"T{busy.RESIDENT_ITEM}")
    for time in range(times):
        for epc, reader, port in _residents(residents):
            before, after = ((reader + one) % READERS for one in (time, time + 1))
            yield ItemMoved(epc, sku, _shelf(before, port), _shelf(after, port), 0.99)


@dataclass(frozen=True, slots=True)
class Load:
    """What the readers have to say in one phase.

    Attributes:
        residents: tags on the shelves of each reader.
    """

    reads_per_s: float
    seconds: float
    residents: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one phase.

    Attributes:
        sent, received: reads, by the readers' count and by the daemon's.
        folded: reads that the daemon folded.
        cpu_share: of one core, by the daemon.
        latency_ms: of each newcomer, from its report leaving its reader to its acknowledged event.
        newcomers, arrived: how many were read twice, and how many of them arrived by that.
        memory_mib: resident at the end.
        events: that came in the meantime.
        seconds: that the readers needed to get rid of all.
    """

    sent: int
    received: int
    folded: int
    cpu_share: float
    latency_ms: list[float]
    newcomers: int
    arrived: int
    memory_mib: float
    events: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Crew:
    """Who picks.

    Attributes:
        badges: of all who may sign in.
        pieces_per_walk: after so many each of them wants another walk.
    """

    badges: tuple[str, ...] = (BADGE,)
    pieces_per_walk: int = 200


class LoadedSite:
    """Everything but the load itself, running."""

    def __init__(self, port: int, central: Central, readers: Process, daemon: Process) -> None:
        self.port = port
        """Of its pages."""
        self.central = central
        self.readers = readers
        self.daemon = daemon
        self.sent = 0

    def begin(self, load: Load) -> None:
        """Have the readers tell; what becomes of it is not waited for."""
        asked = {"reads_per_s": load.reads_per_s, "seconds": load.seconds}
        scene = {"residents": load.residents, "group": GROUP}
        self.readers.tell(asked | scene)

    def play(self, load: Load) -> Outcome:
        """One phase, to its end and until the daemon has told of all of it."""
        before = (self.daemon.cpu_s(), self.central.events)
        folded = self.central.health["reads_folded"]
        self.begin(load)
        told = self.readers.hear(load.seconds + WAIT_S_MAX)
        cpu_s = self.daemon.cpu_s() - before[0]
        self.sent += told["sent"]
        serials, stamps = np.load(told["stamps"]).tolist()
        wait_until("all reads are received", lambda: self.received >= self.sent)
        arrived = self.central.arrived_us
        wait_until("nothing is owed", lambda: self.central.health["backlog"] == 0)
        return Outcome(
            sent=told["sent"],
            received=told["sent"] - (self.sent - self.received),
            folded=self.central.health["reads_folded"] - folded,
            cpu_share=cpu_s / told["seconds"],
            latency_ms=[
                (arrived[serial] - stamp) / 1000
                for serial, stamp in zip(serials, stamps, strict=True)
                if serial in arrived  # one whose reads came in one moment is not believed yet
            ],
            newcomers=len(serials),
            arrived=sum(one in arrived for one in serials),
            memory_mib=self.daemon.memory_mib(),
            events=self.central.events - before[1],
            seconds=told["seconds"],
        )

    @property
    def received(self) -> int:
        """Reads that the daemon has told of."""
        return int(self.central.health.get("reads_total", 0))


def _gateway_toml(
    folder: Path, ports: list[int], broker: int, report_every: int, crew: Crew
) -> str:
    readers = "".join(
        f'[[reader]]\nname = "{reader_name(number)}"\nhost = "127.0.0.1"\nport = {port}\n'
        f"report_every = {report_every}\n"
        for number, port in enumerate(ports)
    )
    pin_hash = hash_pin(PIN)  # everybody has the same PIN
    people = "".join(
        f'[[person]]\nbadge = "{badge}"\nname = "P{badge}"\nrole = "picker"\n'
        f"pin_hash = '{pin_hash}'\n"
        for badge in crew.badges
    )
    return (
        f'[gateway]\nsite = "bench"\nname = "gateway-1"\ndata_dir = "{folder / "data"}"\n'
        'gs1_company_prefix = "9521234"\n'
        f"[work]\npieces_per_walk = {crew.pieces_per_walk}\n"
        f'[mqtt]\nhost = "127.0.0.1"\nport = {broker}\n'
        '[web]\nport = 0\n[log]\nlevel = "warning"\n'
        f"{people}{readers}"
    )


def _floor_toml(floor: Floor) -> str:
    places = "".join(
        f'[[location]]\nid = "{one.id}"\nkind = "{one.kind.value}"\n'
        f"x_m = {one.x_m}\ny_m = {one.y_m}\n"
        for one in floor.locations.values()
    )
    antennas = "".join(
        f'[[antenna]]\nreader = "{one.reader}"\nport = {one.port}\nlocation = "{one.location}"\n'
        for one in floor.antennas
    )
    aisles = "".join(f"[[aisle]]\nx_m = {x_m}\n" for x_m in floor.aisle_x_m)
    crosses = "".join(f"[[cross_aisle]]\ny_m = {y_m}\n" for y_m in floor.cross_y_m)
    return places + antennas + aisles + crosses


def write_files(
    folder: Path, ports: list[int], broker: int, report_every: int = 1, crew: Crew | None = None
) -> Path:
    """The gateway's files; the path of its configuration."""
    (folder / "data").mkdir(exist_ok=True)
    (folder / "floor.toml").write_text(_floor_toml(loaded_floor()))
    shutil.copyfile(
        Path(__file__).parents[2] / "config/exceptions.toml", folder / "exceptions.toml"
    )
    config = folder / "gateway.toml"
    config.write_text(_gateway_toml(folder, ports, broker, report_every, crew or Crew()))
    return config


@contextmanager
def broker(folder: Path) -> Iterator[int]:
    """A mosquitto of its own; gives the port."""
    assert MOSQUITTO is not None, "mosquitto is not installed"
    port = free_port()
    (folder / "mosquitto.conf").write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n"
        "max_queued_messages 0\nmax_inflight_messages 0\n"
    )
    log = folder / "mosquitto.log"
    process = Process(log, MOSQUITTO, "-c", str(folder / "mosquitto.conf"))
    try:
        wait_until("the broker listens", lambda: _listens(port))
        yield port
    finally:
        process.end()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def picker_at_work(port: int) -> Iterator[None]:
    """Somebody who scans once a second."""
    stop = threading.Event()
    client = Client(port)
    picker = Picker(client, {one.sku: str(one.gtin) for one in articles(400)})

    def work() -> None:
        while not stop.wait(SCAN_PAUSE_S):
            picker.scans_ms(1)

    thread = threading.Thread(target=work, name="picker")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(WAIT_S_MAX)
        client.close()


@contextmanager
def loaded_site(
    folder: Path, *, report_every: int = 1, store: Path | None = None, crew: Crew | None = None
) -> Iterator[LoadedSite]:
    """The site, with all readers up and somebody at work.

    Args:
        folder: an empty one.
        report_every: tags in one report.
        store: to begin with; a copy is used.
        crew: who may sign in; nobody is at work then, and no order is there.
    """
    with ExitStack() as all_:
        port = all_.enter_context(broker(folder))
        central = Central(port)
        all_.callback(central.close)
        simulator = [str(BIN / "warehouse-sim"), "readers", "--stamps-dir", str(folder)]
        readers = Process(folder / "readers.log", *simulator, "--count", str(READERS))
        all_.callback(readers.end)
        ports = list(readers.hear()["ports"])
        config = write_files(folder, ports, port, report_every, crew)
        if store is not None:
            shutil.copyfile(store, folder / "data" / STORE_FILE)
        edge = str(BIN / "warehouse-edge")
        daemon = Process(folder / "daemon.log", edge, "run", "--config", str(config))
        all_.callback(daemon.end)
        pages = int(daemon.hear()["url"].rpartition(":")[2])
        wait_until(
            "every reader is up",
            lambda: central.health.get("readers_up") == READERS,
        )
        central.send_goods()
        if crew is None:
            central.send_orders(orders(30, 20, articles(400)))
            all_.enter_context(picker_at_work(pages))
        yield LoadedSite(pages, central, readers, daemon)
