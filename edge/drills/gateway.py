"""A whole gateway on scratch files: real daemon, real brokers, a central system behind each.

The central system orders without end, so that facts happen; nobody picks. Behind every broker
stands a process of it, and all write into one set of books, as two data centres with one database
do. The books are the central system's own: the gateway's word is not asked for what was kept.
"""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from edge.clock import Clock
from edge.compose.books import JournalCounts, journal_counts
from edge.compose.core import STORE_FILE
from edge.daemon.broker import PROGRAM, broker, broker_path, free_port
from edge.daemon.children import Child, program
from edge.drills.errors import DrillError
from edge.settings.exceptions_file import SHIPPED

ORDERS_PER_MINUTE = 1_200
DATA, SECOND_PLACE, BOOKS, CONFIG = "data", "second", "central.sqlite", "gateway.toml"
START_S_MAX = 60.0
POLL_S = 0.02
COMPLAINT_CHARACTERS_MAX = 2_000
_CONNECTED = re.compile(r'"broker": ?"127\.0\.0\.1:(\d+)".*"event": ?"broker connected"')
_CONNECTED_LAST = re.compile(r'"event": ?"broker connected".*"broker": ?"127\.0\.0\.1:(\d+)"')


@dataclass(frozen=True, slots=True)
class CentralBooks:
    """What the central system has.

    Attributes:
        upto: of the gateway's epoch, every fact up to here.
        lost: numbers below the highest that never came.
        doubled: keys or ids that were used for two facts.
        reordered: facts that came for the first time after a later one.
    """

    upto: int
    lost: int
    doubled: int
    reordered: int


class ScratchGateway:
    """A running gateway with its brokers; made by `scratch_gateway`.

    Attributes:
        brokers: by port, the preferred one first.
        daemon: the gateway's process.
        data, journal: its folder, as it would lie on its disk, and its journal there.
        second_place: where the copies of its backups go, off that disk.
        books_path: of the central system.
    """

    def __init__(
        self, folder: Path, brokers: dict[int, Child], daemon: Child, clock: Clock
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._pause = threading.Event()
        self._books: subprocess.Popen[str] | None = None
        self.brokers = brokers
        self.daemon = daemon
        self.data = folder / DATA
        self.journal = self.data / STORE_FILE
        self.second_place = folder / SECOND_PLACE
        self.books_path = folder / BOOKS

    def counts(self) -> JournalCounts:
        """How far the journal and the central system are, by the gateway's own word."""
        return journal_counts(self.data)

    def start_daemon(self) -> None:
        """Start the gateway, and wait until it is ready.

        Raises:
            DrillError: it did not start; with its own words.
        """
        self.daemon.start()
        said = self.daemon.hear(START_S_MAX)
        if said is None or not said.get("ready"):
            log = (self._folder / "logs" / "daemon.log").read_text(encoding="utf-8").strip()
            raise DrillError(f"the daemon did not start: {log[-COMPLAINT_CHARACTERS_MAX:]}")

    def command(self, *words: str) -> None:
        """Run a command of the product on this gateway's configuration.

        Raises:
            DrillError: it said no; with its own words.
        """
        config = ("--config", str(self._folder / CONFIG))
        done = subprocess.run(  # noqa: S603 - our own program
            [program("warehouse-edge"), *words, *config],
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise DrillError(f"{' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")

    def books(self) -> CentralBooks:
        """The central system's books.

        Raises:
            DrillError: they cannot be read.
        """
        reading = self._books = self._books or self._read_books()
        if reading.stdin is None or reading.stdout is None:
            raise DrillError("the central system's books cannot be asked for")
        reading.stdin.write("\n")
        reading.stdin.flush()
        line = reading.stdout.readline()
        if not line:
            raise DrillError("the central system's books cannot be read")
        told = json.loads(line)
        return CentralBooks(told["upto"], told["lost"], told["doubled"], told["reordered"])

    def _read_books(self) -> "subprocess.Popen[str]":
        """A reader that stays: a new interpreter for each look takes longer than most faults."""
        options = ("--check", "--follow", "--store", str(self.books_path))
        return subprocess.Popen(  # noqa: S603 - our own program
            [program("warehouse-sim"), "central", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def end(self) -> None:
        """Nobody reads the books any more."""
        if self._books is not None:
            self._books.kill()
            self._books.communicate()

    def broker_in_use(self) -> int:
        """Port of the broker that the daemon connected to last, by its log; 0 before any."""
        log = (self._folder / "logs" / "daemon.log").read_text(encoding="utf-8")
        lines = [line for line in log.splitlines() if "broker connected" in line]
        found = (
            (_CONNECTED.search(lines[-1]) or _CONNECTED_LAST.search(lines[-1])) if lines else None
        )
        return int(found[1]) if found else 0

    def wait_until(self, done: Callable[[], bool], wait_s: float, what: str) -> float:
        """Wait for something; gives the milliseconds that it took.

        Raises:
            DrillError: it did not come in time.
        """
        started_us = self._clock.monotonic_us()
        while not done():
            if self._clock.monotonic_us() - started_us > wait_s * 1e6:
                raise DrillError(f"waited {wait_s:.0f} s in vain: {what}")
            self._pause.wait(POLL_S)
        return (self._clock.monotonic_us() - started_us) / 1000

    def go_on_for(self, span_s: float) -> None:
        """Let it work."""
        self._pause.wait(span_s)


@contextmanager
def scratch_gateway(
    folder: Path, clock: Clock, brokers: int, before: Sequence[str] = ()
) -> Iterator[ScratchGateway]:
    """A gateway at work below `folder`, ended and drained at the end.

    Args:
        folder: for all its files.
        clock: for deadlines.
        brokers: how many, each with a central system behind it.
        before: a command that runs the daemon, such as one that shifts its clock.

    Raises:
        DrillError: mosquitto is missing, or something did not start.
    """
    mosquitto = broker_path()
    if mosquitto is None:
        raise DrillError(f"{PROGRAM} is not installed: sudo apt-get install -y {PROGRAM}")
    logs = folder / "logs"
    logs.mkdir(parents=True)
    ports = [free_port() for _ in range(brokers)]
    found = {
        port: broker(
            f"broker-{port}", mosquitto, port, folder / f"broker-{port}", logs, restart=False
        )
        for port in ports
    }
    _write_configuration(folder, ports)
    centrals = [_central(port, folder, logs) for port in ports]
    config = str(folder / CONFIG)
    command = [*before, program("warehouse-edge"), "run", "--config", config]
    daemon = Child("daemon", command, logs)
    parts = [*found.values(), *centrals, daemon]
    gateway = ScratchGateway(folder, found, daemon, clock)
    try:
        for part in (*found.values(), *centrals):
            part.start()
        gateway.start_daemon()
        gateway.wait_until(
            lambda: gateway.counts().acknowledged > 0,
            START_S_MAX,
            "for the first acknowledged fact",
        )
        yield gateway
    finally:
        gateway.end()
        for part in reversed(parts):
            part.ask_to_end()
        for part in reversed(parts):
            part.end()


def _central(port: int, folder: Path, logs: Path) -> Child:
    return Child(
        f"central-{port}",
        [
            *(program("warehouse-sim"), "central", "--broker", f"127.0.0.1:{port}"),
            *("--store", str(folder / BOOKS)),
            *("--orders-per-minute", str(ORDERS_PER_MINUTE), "--open-max", "1000000"),
            *("--site", "drill", "--gateway", "gateway", "--restock"),
        ],
        logs,
        restart=True,
    )


def _write_configuration(folder: Path, ports: list[int]) -> None:
    subprocess.run(  # noqa: S603 - our own program
        [program("warehouse-sim"), "catalogue", "--floor-out", str(folder / "floor.toml")],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    shutil.copyfile(SHIPPED, folder / "exceptions.toml")
    standby = ", ".join(f'"127.0.0.1:{port}"' for port in ports[1:])
    (folder / SECOND_PLACE).mkdir()
    (folder / CONFIG).write_text(
        f'[gateway]\nsite = "drill"\nname = "gateway"\ndata_dir = "{folder / DATA}"\n'
        f'[backup]\nfolder = "{folder / DATA / "backups"}"\n'
        f'second_folder = "{folder / SECOND_PLACE}"\n'
        f'[mqtt]\nhost = "127.0.0.1"\nport = {ports[0]}\nstandby = [{standby}]\n'
        "keepalive_s = 5\nabsent_s = 5.0\nreconnect_s_max = 3.0\n"
        f'[web]\nport = {free_port()}\n[log]\nlevel = "info"\n',
        encoding="utf-8",
    )
