"""A gateway that catches up beside its work: how late the central system hears of what happens.

A whole gateway comes up with a backlog, a real broker and a central system behind it. All the
while a picker's name changes some times a second, so that facts happen. How long each takes from
its commit until the central system's own books hold it is read from these, every two milliseconds:
while the backlog drains, and afterwards, when nothing else is owed.
"""

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Self

import numpy as np
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from edge.clock import PlayedClock
from edge.compose.core import STORE_FILE, new_id_maker
from edge.daemon.broker import free_port
from edge.settings.exceptions_file import SHIPPED
from edge.store.reader import JournalReader
from edge.store.store import Store
from tests.faults.lines.line import Bench, Found, Line
from tests.faults.lines.outages import DRAIN_S_MAX, broker, central, write_facts
from tests.faults.lines.wires import judged, wait
from tests.mosquitto import Broker

GATEWAY = str(Path(sys.executable).with_name("warehouse-edge"))
SIMULATOR = str(Path(sys.executable).with_name("warehouse-sim"))
LIVE_PER_S = 20.0
NORMAL_S = 30.0
LOOK_EVERY_S = 0.002
TIMES_NORMAL_MAX = 2
TIMES_LIVE_MIN = 10
KIND = "pick.person_listed"
FACTS_MIN = 100
"""Of each kind: with fewer a 95th percentile tells nothing."""


class Watch:
    """Looks into the central system's books for facts that are new there.

    Args:
        books: its SQLite file.
        epoch: of the journal.
        from_seq: facts above this one happen now.

    Attributes:
        seen: the highest number so far.
    """

    def __init__(self, books: Path, epoch: str, from_seq: int) -> None:
        self._epoch = epoch
        self._books = books
        self.seen = from_seq
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_on)
        self._lock = threading.Lock()
        self._late_ms: list[float] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def taken(self) -> list[float]:
        """Milliseconds from commit to books, of the facts since the last call."""
        with self._lock:
            found, self._late_ms = self._late_ms, []
        return found

    def _look_on(self) -> None:
        with closing(sqlite3.connect(f"{self._books.as_uri()}?mode=ro", uri=True)) as books:
            while not self._over.wait(LOOK_EVERY_S):
                rows = books.execute(
                    "SELECT seq, body FROM events WHERE gateway='gate-1' AND epoch=? AND seq>?"
                    " ORDER BY seq",
                    (self._epoch, self.seen),
                ).fetchall()
                now_s = time.time()
                told = [json.loads(body) for _, body in rows]
                late_ms = [
                    1000 * (now_s - _recorded_s(one)) for one in told if one["type"] == KIND
                ]
                self.seen = rows[-1][0] if rows else self.seen
                with self._lock:
                    self._late_ms += late_ms


def _recorded_s(told: dict[str, str]) -> float:
    return datetime.fromisoformat(told["recorded_at"]).timestamp()


def _can_be_read(books: Path) -> bool:
    if not books.exists():
        return False
    with closing(sqlite3.connect(books)) as looking:
        return (
            looking.execute("SELECT 1 FROM sqlite_master WHERE name='parcels'").fetchone()
            is not None
        )


@contextmanager
def names_changing(port: int, per_s: float) -> Iterator[None]:
    """The central system's personnel office at work."""
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.connect("127.0.0.1", port)
    client.loop_start()
    over = threading.Event()

    def work() -> None:
        version = 0
        while not over.wait(1 / per_s):
            version += 1
            person = {"badge": "P-1", "name": f"Li {version}", "version": version}
            client.publish("we1/hangzhou/gate-1/master/pickers", json.dumps(person), qos=1)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        client.disconnect()
        client.loop_stop()


@contextmanager
def gateway(folder: Path, one: Broker) -> Iterator[Path]:
    """The daemon on a journal that is there already; gives its log."""
    floor = str(folder / "floor.toml")
    subprocess.run(
        [SIMULATOR, "catalogue", "--floor-out", floor], check=True, stdout=subprocess.DEVNULL
    )
    shutil.copyfile(SHIPPED, folder / "exceptions.toml")
    config = folder / "gateway.toml"
    config.write_text(
        f'[gateway]\nsite = "hangzhou"\nname = "gate-1"\ndata_dir = "{folder / "data"}"\n'
        f'[mqtt]\nhost = "127.0.0.1"\nport = {one.port}\nabsent_s = 30.0\n'
        f'[backup]\nfolder = "{folder / "backups"}"\n'
        f'[web]\nport = {free_port()}\n[log]\nlevel = "info"\n',
        encoding="utf-8",
    )
    with (folder / "daemon.log").open("wb") as log:
        process = subprocess.Popen(
            [GATEWAY, "run", "--config", str(config)], stdout=log, stderr=log
        )
        try:
            yield folder / "daemon.log"
        finally:
            process.terminate()
            process.wait(60)


def catch_up(bench: Bench, per_s: float = LIVE_PER_S, normal_s: float = NORMAL_S) -> Found:
    """A backlog of so many facts, drained while others happen."""
    (bench.folder / "data").mkdir(mode=0o700)
    journal, books = bench.folder / "data" / STORE_FILE, bench.folder / "central.sqlite"
    with closing(Store.open(journal, PlayedClock(), new_id_maker())) as store:
        write_facts(store, PlayedClock(), bench.tries)
    with broker(bench.folder / "broker") as one:
        one.start()
        with (
            central(one.port, books),
            closing(JournalReader(journal)) as reader,
            names_changing(one.port, per_s),
        ):
            wait(lambda: _can_be_read(books), "the books are there")
            with Watch(books, reader.epoch(), bench.tries) as watch, gateway(bench.folder, one):
                wait(lambda: reader.acknowledged() > 0, "it drains")
                began_s, first = time.monotonic(), reader.acknowledged()
                wait(lambda: reader.acknowledged() >= bench.tries, "it is drained", DRAIN_S_MAX)
                drain_s = time.monotonic() - began_s
                beside_ms = watch.taken()
                wait(lambda: reader.last_seq() - reader.acknowledged() < 2, "nothing is owed")
                watch.taken()
                threading.Event().wait(normal_s)
                normal_ms = watch.taken()
                live = reader.last_seq() - bench.tries
            amiss = judged(books, reader)  # type: ignore[arg-type] # knows what is acknowledged, too
    found = compared(normal_ms, beside_ms)
    drained_per_s = (bench.tries - first) / drain_s
    amiss |= found.amiss | {"too_slow": int(drained_per_s < TIMES_LIVE_MIN * per_s)}
    figures = {
        "live_facts": live,
        "drained_per_s": drained_per_s,
        "times_the_live_rate": drained_per_s / per_s,
    }
    return Found(bench.tries, amiss, figures | found.figures, found.bounds)


def compared(normal_ms: Sequence[float], beside_ms: Sequence[float]) -> Found:
    """What facts took beside the backlog, held against what they usually take."""
    figures = {
        f"{name}_ms_p{share}": float(np.percentile(found, share)) if found else 0.0
        for name, found in (("normal", normal_ms), ("beside", beside_ms))
        for share in (50, 95)
    }
    too_few = int(min(len(normal_ms), len(beside_ms)) < FACTS_MIN)
    times = figures["beside_ms_p95"] / max(0.001, figures["normal_ms_p95"])
    bounds = {"times_the_normal_p95": (times, float(TIMES_NORMAL_MAX))}
    return Found(len(beside_ms), {"too_few": too_few}, figures, bounds)


LINES: Sequence[Line] = (
    Line(
        "live-lane",
        "a backlog drains while facts happen",
        "what happens now is with the central system within twice its usual time (p95), while the"
        " backlog drains at ten times the live rate or more",
        1_000_000,
        catch_up,
    ),
)
