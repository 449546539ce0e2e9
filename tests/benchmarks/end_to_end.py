"""From the readers' sockets to the central system's acknowledgement, with everything real.

Thirty-two readers in one process speak LLRP over TCP; the daemon runs as it does in a warehouse,
with its journal on disk, a real broker, and a picker at work; one fact comes of a hundred reads.
The baseline hears the same readers with sllurp, a thread a reader, and keeps objects in a dict: no
disk, no broker, no place. Its CPU share may be above 100 %: then it needs longer than the load.
"""

import atexit
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from statistics import median

import numpy as np

from edge.compose.core import STORE_FILE
from tests.benchmarks.figures import Effort, Figure, percentile
from tests.benchmarks.loaded_site import (
    GROUP,
    READERS,
    Load,
    LoadedSite,
    Outcome,
    broker,
    fill_store,
    loaded_site,
    write_files,
)
from tests.benchmarks.processes import BIN, Process, wait_until

BASELINE = "sllurp, a thread a reader, dict"
CORE = "% of a core"
WARM_S = 4.0
SECONDS = 60.0
BASELINE_SECONDS = 8.0
STEP_READS, STEP_SECONDS = 100_000, 3.0
LATE_SHARE = 1.1
"""A phase that takes so much longer than it should was too much."""


@dataclass(frozen=True, slots=True)
class Plain:
    """What the baseline needed.

    Attributes:
        cpu_share: of one core, for the load's own length.
        reads_a_core: reads for each second of CPU.
        latency_ms: from a newcomer's report leaving its reader to its place in the dict.
        memory_mib: resident at the end.
    """

    cpu_share: float
    reads_a_core: float
    latency_ms: list[float]
    memory_mib: float


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for one run, on the disk that holds this repository, not in memory."""
    build = Path(__file__).parents[2] / "build"
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="end-to-end-", dir=build) as folder:
        yield Path(folder)


@lru_cache
def filled_store(residents: int) -> Path:
    """A store in which each reader's residents have arrived; made once in a run."""
    folder = tempfile.mkdtemp(prefix="warehouse-edge-bench-")
    atexit.register(shutil.rmtree, folder)
    path = Path(folder) / STORE_FILE
    fill_store(path, residents)
    return path


def daemons(load: Load, report_every: int) -> Outcome:
    """What the daemon makes of a load; every read must have come."""
    with (
        scratch() as folder,
        loaded_site(folder, report_every=report_every, store=filled_store(load.residents)) as site,
    ):
        site.play(Load(load.reads_per_s, WARM_S, load.residents))
        outcome = site.play(load)
    if outcome.received != outcome.sent or outcome.folded:
        raise AssertionError(
            f"{outcome.sent} reads were sent, {outcome.received} received, {outcome.folded} folded"
        )
    return outcome


def plain(load: Load, report_every: int) -> Plain:
    """What the baseline makes of the same load."""
    with scratch() as folder, ExitStack() as all_:
        simulator = [str(BIN / "warehouse-sim"), "readers", "--stamps-dir", str(folder)]
        readers = Process(folder / "readers.log", *simulator, "--count", str(READERS))
        all_.callback(readers.end)
        ports = [str(port) for port in readers.hear()["ports"]]
        program = [sys.executable, "-m", "tests.benchmarks.plain_gateway", str(report_every)]
        gateway = Process(folder / "plain.log", *program, *ports)
        all_.callback(gateway.end)
        gateway.hear()
        before_s = gateway.cpu_s()
        asked = {"reads_per_s": load.reads_per_s, "seconds": load.seconds}
        readers.tell(asked | {"residents": load.residents, "group": GROUP})
        told = readers.hear(20 * load.seconds)
        wait_until("the baseline has all", lambda: gateway.newest()["reads"] >= told["sent"])
        cpu_s, memory_mib = gateway.cpu_s() - before_s, gateway.memory_mib()
        gateway.end_input()
        serials, at_us = gateway.last_with("arrived_us")["arrived_us"]
        arrived = dict(zip(serials, at_us, strict=True))
        stamps = dict(zip(*np.load(told["stamps"]).tolist(), strict=True))
    late = [(arrived[one] - at) / 1000 for one, at in stamps.items() if one in arrived]
    return Plain(cpu_s / load.seconds, told["sent"] / cpu_s, late, memory_mib)


def _figures(name: str, outcome: Outcome, other: Plain) -> list[Figure]:
    late = (percentile(outcome.latency_ms, 0.99), percentile(other.latency_ms, 0.99))
    shares = (100 * outcome.cpu_share, 100 * other.cpu_share)
    return [
        Figure.less(name, CORE, BASELINE, shares),
        Figure.less(f"{name}_p99", "ms to the acknowledged event", f"{BASELINE}, to it", late),
    ]


def end_to_end_32k(effort: Effort) -> list[Figure]:
    """32 readers flat out, one tag in each message, 100,000 tags known."""
    load = Load(32_000, effort.of(SECONDS), 100_000 // READERS)
    other = plain(Load(load.reads_per_s, effort.of(BASELINE_SECONDS), load.residents), 1)
    return _figures("end_to_end_32k", daemons(load, 1), other)


def end_to_end_200k(effort: Effort) -> list[Figure]:
    """200,000 reads a second, ten tags in each message, a million tags known."""
    load = Load(200_000, effort.of(SECONDS / 3), effort.of(1_000_000) // READERS)
    other = plain(Load(load.reads_per_s, effort.of(BASELINE_SECONDS / 2), load.residents), 10)
    outcome = daemons(load, 10)
    memory = (outcome.memory_mib, other.memory_mib)
    resident = f"{BASELINE}, of what it saw"
    return [
        *_figures("end_to_end_200k", outcome, other),
        Figure.less("end_to_end_200k_memory", "MiB resident", resident, memory),
    ]


def end_to_end_most(effort: Effort) -> list[Figure]:
    """The most reads a second that neither fold nor wait in the readers; 50 tags a message."""
    residents = 100_000 // READERS
    other = plain(Load(STEP_READS, effort.of(BASELINE_SECONDS / 2), residents), 50)
    with (
        scratch() as folder,
        loaded_site(folder, report_every=50, store=filled_store(residents)) as site,
    ):
        most = _most(site, residents)
    return [Figure.more("end_to_end_most", "reads/s", BASELINE, (most, other.reads_a_core))]


def _most(site: LoadedSite, residents: int) -> float:
    most, rate = 0.0, STEP_READS
    while True:
        outcome = site.play(Load(rate, STEP_SECONDS, residents))
        if outcome.folded or outcome.seconds > LATE_SHARE * STEP_SECONDS:
            return most
        most = outcome.sent / outcome.seconds
        rate += STEP_READS


def start_1m(effort: Effort) -> list[Figure]:
    """From the command to "ready" with a million items, and as many facts in the journal."""
    store = filled_store(effort.of(1_000_000) // READERS)
    pairs = [
        (_start_s(store), _rows_to_objects_s(store)) for _ in range(max(2, effort.rounds - 2))
    ]
    baseline = "the same rows into a dict of objects"
    ours, theirs = zip(*pairs, strict=True)
    return [
        Figure.less(name, unit, baseline, (median(pair[at] for pair in ours), theirs_at))
        for at, (name, unit) in enumerate((("start_1m", "s"), ("start_1m_cpu", "s of CPU")))
        for theirs_at in [median(pair[at] for pair in theirs)]
    ]


def start_10m(effort: Effort) -> list[Figure]:
    """The same with ten million facts in the journal; the store stays where it was written."""
    residents = effort.of(1_000_000) // READERS
    with scratch() as folder, broker(folder) as port:
        config = write_files(folder, [9] * READERS, port)
        store = folder / "data" / STORE_FILE
        fill_store(store, residents, moves=9)
        pairs = [
            (_ready_s(folder, config), _rows_to_objects_s(store))
            for _ in range(max(2, effort.rounds - 2))
        ]
    ours, theirs = zip(*pairs, strict=True)
    seconds, theirs_s = (median(pair[0] for pair in each) for each in (ours, theirs))
    return [
        Figure.less("start_10m", "s", "the same rows into a dict of objects", (seconds, theirs_s))
    ]


def _start_s(store: Path) -> tuple[float, float]:
    with scratch() as folder, broker(folder) as port:
        config = write_files(folder, [9] * READERS, port)
        shutil.copyfile(store, folder / "data" / STORE_FILE)
        return _ready_s(folder, config)


def _ready_s(folder: Path, config: Path) -> tuple[float, float]:
    """Wall clock and CPU from the command to "ready"."""
    edge = str(BIN / "warehouse-edge")
    daemon = Process(folder / "daemon.log", edge, "run", "--config", str(config))
    try:
        daemon.hear()
        return daemon.heard_s, daemon.cpu_s()
    finally:
        daemon.end()


_ROWS_TO_OBJECTS = """
import sqlite3, sys, time
from dataclasses import dataclass
@dataclass
class Item:
    epc: str; sku: str; location: str; probability: float; since_us: int; seen_us: int
began_s = time.monotonic()
rows = sqlite3.connect(sys.argv[1]).execute(
    "SELECT epc, sku, location, probability, since_us, seen_us FROM items")
items = {row[0]: Item(*row) for row in rows}
print(time.monotonic() - began_s, time.process_time())
"""


def _rows_to_objects_s(store: Path) -> tuple[float, float]:
    program = [sys.executable, "-c", _ROWS_TO_OBJECTS, str(store)]
    told = subprocess.run(program, capture_output=True, text=True, check=True).stdout.split()
    return float(told[0]), float(told[1])
