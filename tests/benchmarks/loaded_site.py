"""A site under load: thirty-two readers, the real daemon, the real broker, a small central system.

Readers and daemon are processes of their own; the central system is a thread here. It acknowledges
what it has got, remembers when each newcomer's arrival came, and sends orders; a picker works.
"""

import contextlib
import json
import os
import queue
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from paho.mqtt.client import Client as MqttClient
from paho.mqtt.client import MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from edge.clock import SystemClock
from edge.compose.core import STORE_FILE, new_id_maker
from edge.model.applying import apply
from edge.model.events import Event, ItemArrived
from edge.model.ids import DeviceName, Epc, LocationId
from edge.model.places import Antenna, Floor, Location, LocationKind
from edge.model.state import FloorState
from edge.store.store import Store
from edge.web.pins import hash_pin
from simulators.codes import gtin_13
from simulators.llrp import busy
from tests.benchmarks.answering import BADGE, PIN, Client, Picker
from tests.benchmarks.hall import STOCK, articles, hall, orders, stock

BIN = Path(sys.executable).parent
READERS = 32
BASE = "we1/bench/gateway-1/"
MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin")
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
GROUP = 200
"""Two reads in so many are a newcomer's, which arrives and, a little later, departs: two facts."""
FACTS_AT_ONCE = 20_000
SCAN_PAUSE_S = 1.0
_LOOK_S = 0.5
WAIT_S_MAX = 60.0


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


def fill_store(path: Path, residents: int) -> None:
    """A store whose journal tells that each resident arrived; all of it is acknowledged."""
    store = Store.open(path, SystemClock(), new_id_maker())
    state = FloorState(loaded_floor())
    waiting: list[tuple[Event, int]] = []
    at_us = SystemClock().now_us()
    for event in _arrivals(residents):
        apply(state, event, at_us)
        waiting.append((event, at_us))
        if len(waiting) == FACTS_AT_ONCE:
            store.commit(waiting, state, {})
            waiting.clear()
    store.commit(waiting, state, {})
    store.acknowledge(store.epoch, store.last_seq)
    store.close()


def _arrivals(residents: int) -> Iterator[ItemArrived]:
    for reader in range(READERS):
        number = np.arange(residents)
        names = [raw.tobytes().hex() for raw in busy.resident_epcs(reader, number)]
        for epc, port in zip(names, busy.resident_antennas(number).tolist(), strict=True):
            place = LocationId(f"shelf-{reader + 1}-{port}")
            yield ItemArrived(Epc(epc), None, place, 0.99)


def free_port() -> int:
    """A port of the loopback address that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def as_installed() -> dict[str, str]:
    """The environment of a daemon that was installed: its unit's words, its modules compiled."""
    own = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    compiled = Path(__file__).parents[2] / "build/bytecode"
    return own | unit_environment() | {"PYTHONPYCACHEPREFIX": str(compiled)}


def unit_environment() -> dict[str, str]:
    """What the daemon's unit sets."""
    unit = Path(__file__).parents[2] / "systemd/warehouse-edge.service"
    lines = unit.read_text().splitlines()
    words = [line.partition("=")[2] for line in lines if line.startswith("Environment=")]
    return dict(word.split("=", 1) for line in words for word in line.split())


def wait_until(what: str, good: Any, seconds: float = WAIT_S_MAX) -> None:  # noqa: ANN401 - any truth will do
    """Wait until `good`; tells what it waited for if that never is."""
    pause, ends = threading.Event(), time.monotonic() + seconds
    while not good():
        if time.monotonic() > ends:
            raise AssertionError(f"waited {seconds} s in vain until {what}")
        pause.wait(0.02)


class Process:
    """A child that prints JSON lines."""

    def __init__(self, log: Path, *command: str) -> None:
        self._log = log.open("w")
        self._began_s = time.monotonic()
        self.heard_s = 0.0
        """Seconds from its start to the line that was heard last."""
        self._said: queue.SimpleQueue[tuple[float, Mapping[str, Any]]] = queue.SimpleQueue()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=as_installed(),
        )
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("{"):
                told = json.loads(line)
                self._said.put((time.monotonic() - self._began_s, told))

    def hear(self, wait_s: float = WAIT_S_MAX) -> Mapping[str, Any]:
        """The next line; tells what stands in its log if it ended or said nothing in time."""
        ends_s = time.monotonic() + wait_s
        while time.monotonic() < ends_s:
            with contextlib.suppress(queue.Empty):
                self.heard_s, told = self._said.get(timeout=_LOOK_S)
                return told
            if self.process.poll() is not None:
                break
        raise AssertionError(f"it said nothing: {Path(self._log.name).read_text()[-2000:]}")

    def newest(self) -> Mapping[str, Any]:
        """The last line that it has said, waiting for one if there is none new."""
        told = self.hear()
        while not self._said.empty():
            told = self.hear()
        return told

    def last_with(self, key: str) -> Mapping[str, Any]:
        """The next line that has this key."""
        while key not in (told := self.hear()):
            pass
        return told

    def tell(self, order: Mapping[str, Any]) -> None:
        """One line to its standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def cpu_s(self) -> float:
        """CPU seconds that it and the children that it waited for have used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / TICKS_A_SECOND

    def memory_mib(self) -> float:
        """What it has resident."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        raise AssertionError("it is gone")

    def end_input(self) -> None:
        """Let it know that nothing more is asked."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def end(self) -> None:
        """Ask it to end, and wait."""
        self.end_input()
        self.process.terminate()
        self.process.wait(20)
        self._listener.join()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._log.close()


class Central:
    """Acknowledges events; remembers when it got each arrival; the gateway's health as told last.

    Args:
        port: of the broker.
    """

    def __init__(self, port: int) -> None:
        self.arrived_us: dict[int, int] = {}
        """By serial of a newcomer, UTC microseconds at which its arrival was acknowledged."""
        self.health: Mapping[str, Any] = {}
        self.events = 0
        self.gaps = 0
        self.doubled = 0
        """Arrivals of a newcomer that has arrived before."""
        self.state = ""
        self._last_seq = 0
        self._newcomer = busy.epcs(busy.NEWCOMER_ITEM, np.zeros(1, np.int64))[0].tobytes().hex()
        self._newcomer = self._newcomer[:16]
        self._client = MqttClient(
            CallbackAPIVersion.VERSION2, "central", protocol=MQTTProtocolVersion.MQTTv5
        )
        self._client.on_message = self._on_message
        self._client.on_socket_open = lambda _client, _data, wire: wire.setsockopt(
            socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
        )
        self._client.connect("127.0.0.1", port)
        self._client.subscribe([(f"{BASE}event/#", 1), (f"{BASE}health", 0), (f"{BASE}state", 1)])
        self._client.loop_start()

    def _on_message(self, _client: MqttClient, _data: object, message: MQTTMessage) -> None:
        leaf = message.topic.removeprefix(BASE)
        told = json.loads(message.payload)
        if leaf == "health":
            self.health = told
        elif leaf == "state":
            self.state = told["state"]
        else:
            self._take(told if isinstance(told, list) else [told])

    def _take(self, events: list[Mapping[str, Any]]) -> None:
        fresh = [one for one in events if one["seq"] > self._last_seq]
        if not fresh:
            return
        self.gaps += self._last_seq > 0 and fresh[0]["seq"] != self._last_seq + 1
        self._last_seq = fresh[-1]["seq"]
        ack = {"epoch": fresh[-1]["epoch"], "upto": self._last_seq}
        self._client.publish(BASE + "ack", json.dumps(ack), qos=1, retain=True)
        now_us = time.time_ns() // 1000
        self.events += len(fresh)
        for one in fresh:
            epc = one["data"].get("epc", "")
            if one["type"] == "stock.arrived" and epc.startswith(self._newcomer):
                serial = int(epc[16:], 16)
                self.doubled += serial in self.arrived_us
                self.arrived_us.setdefault(serial, now_us)

    def send(self, leaf: str, payload: object) -> None:
        """A message for the gateway."""
        self._client.publish(BASE + leaf, json.dumps(payload), qos=1)

    def send_work(self, orders_wanted: int) -> None:
        """Master data and orders."""
        goods = articles(400)
        items = [
            {"sku": one.sku, "gtin": str(one.gtin), "name": one.name, "version": 1}
            for one in goods
        ]
        tagged = [
            {"sku": f"T{item}", "gtin": "0" + gtin_13(busy.COMPANY_PREFIX, item), "name": "Tagged"}
            | {"version": 1}
            for item in (busy.RESIDENT_ITEM, busy.NEWCOMER_ITEM)
        ]
        self.send("master/items", [*items, *tagged])
        lying = [
            {"sku": one.sku, "location": one.location, "quantity": STOCK, "version": 1}
            for one in stock(hall(), goods)
        ]
        self.send("master/stock", lying)
        for order_id, lines in orders(orders_wanted, 20, goods):
            wanted = [
                {"line_id": one.line_id, "sku": one.sku, "quantity": one.quantity} for one in lines
            ]
            order = {"order_id": order_id, "rev": 1, "priority": 0, "carrier": "DHL"}
            self.send("order", order | {"lines": wanted, "state": "released"})

    def close(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()


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


class LoadedSite:
    """Everything but the load itself, running."""

    def __init__(self, folder: Path, central: Central, readers: Process, daemon: Process) -> None:
        self.folder = folder
        self.central = central
        self.readers = readers
        self.daemon = daemon
        self.sent = 0

    def play(self, load: Load) -> Outcome:
        """One phase, to its end and until the daemon has told of all of it."""
        before = (self.daemon.cpu_s(), self.central.events)
        folded = self.central.health["reads_folded"]
        asked = {"reads_per_s": load.reads_per_s, "seconds": load.seconds}
        scene = {"residents": load.residents, "group": GROUP}
        self.readers.tell(asked | scene)
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


def _gateway_toml(folder: Path, ports: list[int], broker: int, report_every: int) -> str:
    readers = "".join(
        f'[[reader]]\nname = "{reader_name(number)}"\nhost = "127.0.0.1"\nport = {port}\n'
        f"report_every = {report_every}\n"
        for number, port in enumerate(ports)
    )
    return (
        f'[gateway]\nsite = "bench"\nname = "gateway-1"\ndata_dir = "{folder / "data"}"\n'
        'gs1_company_prefix = "9521234"\n'
        "[work]\npieces_per_walk = 200\n"
        f'[mqtt]\nhost = "127.0.0.1"\nport = {broker}\n'
        '[web]\nport = 0\n[log]\nlevel = "warning"\n'
        f'[[person]]\nbadge = "{BADGE}"\nname = "Li"\nrole = "picker"\n'
        f"pin_hash = '{hash_pin(PIN)}'\n{readers}"
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


def write_files(folder: Path, ports: list[int], broker: int, report_every: int = 1) -> Path:
    """The gateway's files; the path of its configuration."""
    (folder / "data").mkdir(exist_ok=True)
    (folder / "floor.toml").write_text(_floor_toml(loaded_floor()))
    shutil.copyfile(
        Path(__file__).parents[2] / "config/exceptions.toml", folder / "exceptions.toml"
    )
    config = folder / "gateway.toml"
    config.write_text(_gateway_toml(folder, ports, broker, report_every))
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
    folder: Path, *, report_every: int = 1, store: Path | None = None
) -> Iterator[LoadedSite]:
    """The site, with all readers up and somebody at work.

    Args:
        folder: an empty one.
        report_every: tags in one report.
        store: to begin with; a copy is used.
    """
    with ExitStack() as all_:
        port = all_.enter_context(broker(folder))
        central = Central(port)
        all_.callback(central.close)
        simulator = [str(BIN / "warehouse-sim"), "readers", "--stamps-dir", str(folder)]
        readers = Process(folder / "readers.log", *simulator, "--count", str(READERS))
        all_.callback(readers.end)
        ports = list(readers.hear()["ports"])
        config = write_files(folder, ports, port, report_every)
        if store is not None:
            shutil.copyfile(store, folder / "data" / STORE_FILE)
        edge = str(BIN / "warehouse-edge")
        daemon = Process(folder / "daemon.log", edge, "run", "--config", str(config))
        all_.callback(daemon.end)
        url = daemon.hear()["url"]
        wait_until(
            "every reader is up",
            lambda: central.health.get("readers_up") == READERS,
        )
        central.send_work(orders_wanted=30)
        all_.enter_context(picker_at_work(int(url.rpartition(":")[2])))
        yield LoadedSite(folder, central, readers, daemon)
