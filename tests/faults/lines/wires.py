"""The wire to the broker, in a network namespace: half-open, lossy, slow, down; and flapping.

A link on this side, a mosquitto and a central system on the other; facts happen all the while.
What the link believes to be stored is held against the central system's books in the end.
"""

import itertools
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from edge.model.events import CountWanted
from edge.model.ids import LocationId, Sku
from edge.sync.mqtt.link import MqttLink
from tests.faults.lines.line import Bench, Found, Line
from tests.sync.conftest import Floor, MemoryJournal, parts_for, settings_for
from tests.sync.test_mqtt_faults import CONNACK, CONNECT, OddBroker

KEEPALIVE_S = 2
NOTICE_S_MAX = 1.5 * KEEPALIVE_S + 0.3
EPISODE_S = 3.0
HEAL_S_MAX = 60.0
FACT_EVERY_S = 0.01
CENTRAL = str(Path(sys.executable).with_name("warehouse-sim"))
WARM_FLAPS = 200
FLAP_PAUSE_S = 0.001
_numbers = itertools.count(os.getpid() % 200)


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


class Wire:
    """A pair of virtual Ethernet ends with a broker and a central system behind the far one."""

    def __init__(self, folder: Path) -> None:
        number = next(_numbers) % 250
        self.name, self.near, self.far = f"we{number}", f"wen{number}", f"wef{number}"
        self.host = f"10.98.{number}.2"
        self._near_host = f"10.98.{number}.1"
        # not `ip netns exec`, which takes a copy of all mounts along: a disk whose power another
        # line cuts meanwhile could not be taken down, and would stay cut when mounted again
        self._enter = ("nsenter", f"--net=/run/netns/{self.name}")
        self.port = 1883
        self.books = folder / "central.sqlite"
        self._folder = folder
        self._children: list[subprocess.Popen[bytes]] = []

    def lay(self) -> None:
        """Make it, and start what is behind it."""
        run("ip", "netns", "add", self.name)
        run("ip", "link", "add", self.near, "type", "veth", "peer", "name", self.far)
        run("ip", "link", "set", self.far, "netns", self.name)
        run("ip", "addr", "add", f"{self._near_host}/24", "dev", self.near)
        run("ip", "link", "set", self.near, "up")
        self._inside("ip", "addr", "add", f"{self.host}/24", "dev", self.far)
        self._inside("ip", "link", "set", self.far, "up")
        self._inside("ip", "link", "set", "lo", "up")
        config = self._folder / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} {self.host}\nallow_anonymous true\nlog_type none\nuser root\n"
            "max_queued_messages 0\n"
        )
        self._start(
            shutil.which("mosquitto", path="/usr/sbin:/usr/bin") or "mosquitto", "-c", str(config)
        )
        books = ("--store", str(self.books), "--orders-per-minute", "0")
        self._start(CENTRAL, "central", "--broker", f"{self.host}:{self.port}", *books)

    def rule(self, *rule: str) -> None:
        """Tell the far side's packet filter."""
        self._inside("iptables", *rule)

    def heal(self) -> None:
        """As it was."""
        self._inside("iptables", "-F")
        with suppress(subprocess.CalledProcessError):
            run("tc", "qdisc", "del", "dev", self.near, "root")
        run("ip", "link", "set", self.near, "up")

    def take_up(self) -> None:
        """End everything."""
        for child in self._children:
            child.terminate()
            child.wait(10)
        with suppress(subprocess.CalledProcessError):
            run("ip", "link", "del", self.near)
        run("ip", "netns", "del", self.name)

    def _inside(self, *command: str) -> None:
        run(*self._enter, *command)

    def _start(self, *command: str) -> None:
        whole = [*self._enter, *command]
        self._children.append(subprocess.Popen(whole, stdout=subprocess.DEVNULL))


@contextmanager
def at_work(folder: Path) -> Iterator[tuple[Wire, MqttLink, MemoryJournal]]:
    """A link over a wire, with facts happening until the end."""
    folder.mkdir(parents=True)
    wire, journal, over = Wire(folder), MemoryJournal(), threading.Event()
    link = MqttLink(
        settings_for(wire.port, brokers=((wire.host, wire.port),), keepalive_s=KEEPALIVE_S),
        parts_for(journal, Floor(journal)),
    )

    def happen() -> None:
        while not over.wait(FACT_EVERY_S):
            journal.append(CountWanted(LocationId("A"), Sku("S"), "empty"))
            link.wake()

    feeder = threading.Thread(target=happen)
    with ExitStack() as stack:
        stack.callback(wire.take_up)
        wire.lay()
        link.set_state("ready")
        link.start()
        stack.callback(link.stop)
        feeder.start()
        stack.callback(feeder.join)
        stack.callback(over.set)
        wait(lambda: journal.acknowledged() > 0, "the first fact is acknowledged")
        yield wire, link, journal
        over.set()
        feeder.join()
        wait(lambda: journal.acknowledged() == journal.last_seq(), "everything is acknowledged")


def wait(holds: Callable[[], object], what: str, within_s: float = HEAL_S_MAX) -> float:
    """Wait for something; gives the seconds that it took."""
    began_s = time.monotonic()
    while not holds():
        if time.monotonic() - began_s > within_s:
            raise TimeoutError(f"waited {within_s} s in vain until {what}")
        time.sleep(0.01)
    return time.monotonic() - began_s


def judged(books: Path, journal: MemoryJournal) -> dict[str, int]:
    """The central system's verdict, and what it lacks of what the link believes to be stored."""
    done = subprocess.run(
        [CENTRAL, "central", "--check", "--store", str(books)], check=False, capture_output=True
    )
    told = json.loads(done.stdout)
    lost = max(0, journal.acknowledged() - told["upto"]) + told["lost"]
    return {"lost": lost, "doubled": told["doubled"], "reordered": told["reordered"]}


def _episodes(bench: Bench, harm: Callable[[Wire], None], *, must_notice: bool) -> Found:
    """Harm the wire again and again; heal it each time, and wait until work goes on."""
    notice_s, heal_s = [0.0], [0.0]
    with at_work(bench.folder / "wire") as (wire, link, journal):
        for _ in range(bench.tries):
            wait(lambda: link.status().connected, "the link stands")
            harm(wire)
            if must_notice:
                notice_s.append(wait(lambda: not link.status().connected, "it is noticed"))
            else:
                threading.Event().wait(EPISODE_S)
            wire.heal()
            known = journal.last_seq()
            heal_s.append(wait(lambda: journal.acknowledged() > known, "work goes on"))  # noqa: B023 - used at once
        wait(lambda: journal.acknowledged() > journal.last_seq() - 50, "the backlog is sent")
    amiss = judged(wire.books, journal)
    bounds = {"noticed_ms_max": (1000 * max(notice_s), 1000 * NOTICE_S_MAX)} if must_notice else {}
    figures = {"facts": journal.last_seq(), "healed_ms_max": 1000 * max(heal_s)}
    return Found(bench.tries, amiss, figures, bounds)


def half_open(bench: Bench) -> Found:
    """Packets vanish both ways; nobody is told."""

    def harm(wire: Wire) -> None:
        wire.rule("-I", "INPUT", "-j", "DROP")
        wire.rule("-I", "OUTPUT", "-j", "DROP")

    return _episodes(bench, harm, must_notice=True)


def lossy(bench: Bench) -> Found:
    """Three packets of ten vanish."""
    chance = ("-m", "statistic", "--mode", "random", "--probability", "0.3")
    return _episodes(
        bench, lambda wire: wire.rule("-I", "INPUT", *chance, "-j", "DROP"), must_notice=False
    )


def slow(bench: Bench) -> Found:
    """16 kbit/s."""

    def harm(wire: Wire) -> None:
        limit = ("rate", "16kbit", "burst", "2kb", "latency", "2s")
        run("tc", "qdisc", "add", "dev", wire.near, "root", "tbf", *limit)

    return _episodes(bench, harm, must_notice=False)


def down(bench: Bench) -> Found:
    """The cable is pulled."""
    return _episodes(
        bench, lambda wire: run("ip", "link", "set", wire.near, "down"), must_notice=True
    )


def flapping(bench: Bench) -> Found:
    """A broker that takes each connection and ends it at the first word."""
    broker = OddBroker(lambda kind, _packet: CONNACK if kind == CONNECT else None)
    journal = MemoryJournal()
    link = MqttLink(
        settings_for(broker.port, reconnect_s_min=FLAP_PAUSE_S, reconnect_s_max=FLAP_PAUSE_S),
        parts_for(journal, Floor(journal)),
    )
    link.start()
    try:
        minutes = 10.0 + bench.tries / 10
        wait(lambda: link.status().connections >= WARM_FLAPS, "it is warm", minutes)
        before = _descriptors(), _resident_kib()
        wanted = WARM_FLAPS + bench.tries
        wait(lambda: link.status().connections >= wanted, "it has flapped", minutes)
        grown = _descriptors() - before[0], (_resident_kib() - before[1]) / 1024
        amiss = {"link_died": int(not link.status().running)}
    finally:
        link.stop()
        broker.close()
    return Found(
        bench.tries,
        amiss,
        {},
        {"descriptors_grown": (max(0, grown[0]), 6), "resident_MiB_grown": (max(0, grown[1]), 5)},
    )


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def _resident_kib() -> int:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0])


_NOTICED = "noticed within one and a half keepalives, nothing lost"
LINES = (
    Line("half-open", "half-open link (all packets dropped)", _NOTICED, 20, half_open),
    Line("down", "cable pulled", _NOTICED, 20, down),
    Line("loss", "30 % of the packets lost", "nothing lost", 20, lossy),
    Line("slow", "16 kbit/s", "nothing lost", 20, slow),
    Line("flapping", "connection ended at once", "memory and descriptors flat", 10_000, flapping),
)
