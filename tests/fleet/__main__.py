"""A fleet on one machine: real daemons, one broker, several workers, PostgreSQL.

    python -m tests.fleet [--gateways 50] [--workers 4] [--seconds 120] [--plot FILE.svg]

Orders come to all gateways without end. Meanwhile gateways die and return, lose their disks and
are made anew from a backup, and workers are killed. In the end everything is drained, and each
journal is held against the database. Prints one JSON object; exit code 1 if anything was lost or
doubled.
"""

import argparse
import heapq
import itertools
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import numpy as np
import psycopg

from edge.daemon.broker import broker, broker_path, free_port
from edge.daemon.children import Child
from tests.fleet.feeding import Feeder
from tests.fleet.gateways import Gateway, floor_file
from tests.fleet.judging import judge, seconds
from tests.fleet.plotting import plot
from tests.simulators.postgres import cluster

START_S_MAX = 900.0
STARTING_MOST = 4
"""Daemons that start at one time: each reads its program first."""
DRAIN_S_MAX = 600.0
HARM_EVERY_S = (0.5, 3.0)
AWAY_S = (1.0, 8.0)
HARMS, SHARES = ("die", "burn", "worker"), (0.55, 0.35, 0.1)


class Fleet:
    """The whole of it while it runs.

    Args:
        gateways: started.
        centre: the process that keeps the workers.
        seed: settles what is done when.
    """

    def __init__(self, gateways: list[Gateway], centre: Child, seed: int) -> None:
        self._gateways = gateways
        self._centre = centre
        self._chance = np.random.default_rng(seed)
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._away: set[str] = set()
        self.happenings: list[tuple[float, str]] = []
        self.counts = dict.fromkeys(HARMS, 0)

    def harm_for(self, span_s: float) -> None:
        """Go on with doing harm for so long; then let all return."""
        ends_s = time.monotonic() + span_s
        self._later(0.0, self._harm)
        while self._due:
            due_s, _, act = heapq.heappop(self._due)
            if due_s > ends_s and act == self._harm:
                continue
            time.sleep(max(0.0, due_s - time.monotonic()))
            act()

    def _later(self, pause_s: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._due, (time.monotonic() + pause_s, next(self._numbers), act))

    def _harm(self) -> None:
        kind = str(self._chance.choice(HARMS, p=SHARES))
        there = [one for one in self._gateways if one.name not in self._away]
        gateway = there[int(self._chance.integers(len(there)))]
        self.counts[kind] += 1
        self.happenings.append((time.time(), kind))
        if kind == "worker":
            self._kill_a_worker()
        else:
            self._take_away(gateway, burn=kind == "burn")
        self._later(float(self._chance.uniform(*HARM_EVERY_S)), self._harm)

    def _take_away(self, gateway: Gateway, *, burn: bool) -> None:
        self._away.add(gateway.name)
        if burn:
            gateway.back_up()
            self._later(2.0, lambda: self._burn(gateway))
        else:
            gateway.daemon.kill()
            self._later(float(self._chance.uniform(*AWAY_S)), lambda: self._return(gateway))

    def _burn(self, gateway: Gateway) -> None:
        gateway.burn()
        gateway.make_anew()
        self._return(gateway)

    def _return(self, gateway: Gateway) -> None:
        gateway.daemon.start()
        self._away.discard(gateway.name)

    def _kill_a_worker(self) -> None:
        children = Path(f"/proc/{self._centre.pid}/task/{self._centre.pid}/children")
        pids = children.read_text(encoding="ascii").split()
        if pids:
            os.kill(int(pids[int(self._chance.integers(len(pids)))]), signal.SIGKILL)


def until(holds: Callable[[], object], what: str, within_s: float) -> float:
    """Wait for something; gives the seconds that it took."""
    began_s = time.monotonic()
    while not holds():
        if time.monotonic() - began_s > within_s:
            raise TimeoutError(f"waited {within_s:.0f} s in vain until {what}")
        time.sleep(0.1)
    return time.monotonic() - began_s


def start_all(gateways: list[Gateway]) -> float:
    """A few at a time, each until it is ready; gives the seconds that it took."""
    began_s = time.monotonic()
    waiting = list(gateways)
    starting: list[Gateway] = []
    while waiting or starting:
        while waiting and len(starting) < STARTING_MOST:
            starting.append(waiting.pop())
            starting[-1].daemon.start()
        first = starting.pop(0)
        until(first.has_started, f"{first.name} is ready", START_S_MAX)
    return time.monotonic() - began_s


def centre_on(port: int, address: str, workers: int, logs: Path) -> Child:
    """The central system's workers, and who keeps them running."""
    command = [sys.executable, "-m", "simulators", "central", "--workers", str(workers)]
    command += ["--broker", f"127.0.0.1:{port}", "--store", address, "--orders-per-minute", "0"]
    return Child("central", [*command, "--site", "none"], logs)


def events_in(address: str) -> int:
    """How many events the database has."""
    with psycopg.connect(address) as books:
        row = books.execute("SELECT count(*) FROM events").fetchone()
    return int(row[0]) if row else 0


def run(options: argparse.Namespace, folder: Path, stack: ExitStack) -> dict[str, object]:
    """Build it up, harm it, drain it, judge it."""
    floor_file(folder)
    address = stack.enter_context(cluster()).database()
    port = free_port()
    mosquitto = broker_path() or "mosquitto"
    centre = centre_on(port, address, options.workers, folder)
    gateways = [Gateway(number, folder, port) for number in range(options.gateways)]
    for child in (broker("broker", mosquitto, port, folder / "b", folder, restart=False), centre):
        child.start()
        stack.callback(child.end)
    for one in gateways:
        stack.callback(one.daemon.end)
    ready_s = start_all(gateways)
    feeder = Feeder(port, [one.name for one in gateways], options.orders_per_s)
    feeder.start()
    until(lambda: events_in(address) > options.gateways, "facts are stored", START_S_MAX)
    fleet = Fleet(gateways, centre, options.seed)
    fleet.harm_for(options.seconds)
    feeder.stop()
    drained = until(
        lambda: all(one.is_drained() for one in gateways), "it is drained", DRAIN_S_MAX
    )
    figures = {"ready_s": ready_s, "drain_s": drained, **costs(gateways)}
    for one in gateways:
        one.daemon.ask_to_end()
    for one in gateways:
        one.daemon.end(30.0)
    harms = {f"harm_{name}": count for name, count in fleet.counts.items()}
    told = {"gateways": options.gateways, "workers": options.workers, "orders": feeder.sent}
    return told | harms | judged(address, gateways, fleet, options.plot) | figures


def judged(
    address: str, gateways: list[Gateway], fleet: Fleet, plot_path: Path | None
) -> dict[str, object]:
    """The verdict, and how fast it went."""
    verdict, told = judge(address, gateways), seconds(address)
    if plot_path:
        plot(plot_path, told, fleet.happenings)
    events, ages = events_in(address), [one.lag_s_median for one in told if one.events]
    return {
        **asdict(verdict),
        "good": verdict.good,
        "events": events,
        "events_per_s_most": max(one.events for one in told),
        "lag_s_median": round(float(np.median(ages)), 3),
        "bytes_per_event": round(database_bytes(address) / max(1, events)),
        **central_counts(address),
    }


def costs(gateways: list[Gateway]) -> dict[str, float]:
    """What the daemons need, those that were not started again a while ago."""
    return {
        "gateway_resident_MiB_median": float(np.median([one.resident_mib() for one in gateways])),
        "gateway_cpu_s_most": max(one.cpu_s() for one in gateways),
    }


def database_bytes(address: str) -> int:
    """What the events take with their indices."""
    with psycopg.connect(address) as books:
        row = books.execute("SELECT pg_total_relation_size('events')").fetchone()
    return int(row[0]) if row else 0


def central_counts(address: str) -> dict[str, int]:
    """What the workers counted by the way."""
    with psycopg.connect(address) as books:
        rows = books.execute("SELECT name, value FROM counters WHERE name <> 'token'").fetchall()
    return {f"central_{name}": int(value) for name, value in rows}


def main() -> int:
    """The program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gateways", type=int, default=50)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--orders-per-s", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fleet-") as folder, ExitStack() as stack:
        told = run(options, Path(folder), stack)
    sys.stdout.write(json.dumps(told) + "\n")
    return 0 if told["good"] else 1


if __name__ == "__main__":
    sys.exit(main())
