"""Fifty pickers at work: from each scan to the next prompt in its answer, over HTTP.

    python -m tests.benchmarks.many_pickers     an application that echoes, for the baseline

The daemon is a process of its own, with its journal on disk. Every picker has a connection that is
kept open and a stream of prompts, as a page has, and scans after a pause of two seconds on
average: 25 scans a second, as fast as fifty pickers with radio confirmation are. The baseline is
the same posts at the same pace to an application that sends them back.

The pickers are a hundred threads of this process, and may be late themselves: each notes by how
much it woke too late from its pause. That is told beside the answers and taken from none of them.
"""

import http.client
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from edge.clock import SystemClock
from edge.compose.core import STORE_FILE, new_id_maker
from edge.model.applying import apply
from edge.model.events import ArticleListed, Event, OrderReceived, StockStated
from edge.model.orders import Order, OrderState
from edge.model.state import FloorState
from edge.store.store import Store
from edge.web.pins import hash_pin
from tests.benchmarks.answering import PIN, Client, echoing
from tests.benchmarks.end_to_end import scratch
from tests.benchmarks.figures import Effort, Figure, percentile
from tests.benchmarks.hall import STATION, STOCK, articles, hall, orders, stock
from tests.benchmarks.processes import BIN, Process, free_port, wait_until

PICKERS = 50
PAUSE_S = 2.0
ROUND_S = 20.0
WARM_S = 10.0
ORDERS = 1_500
LINES = 5
BASELINE = "bare FastAPI echo, 50 clients"


def fill_store(path: Path) -> None:
    """A store with goods and released orders, all of it acknowledged."""
    clock = SystemClock()
    store = Store.open(path, clock, new_id_maker())
    state, now_us = FloorState(hall()), clock.now_us()
    happened: list[tuple[Event, int]] = []
    for event in _master_data():
        apply(state, event, now_us)
        happened.append((event, now_us))
    store.commit(happened, state, {})
    store.acknowledge(store.epoch, store.last_seq)
    store.close()


def _master_data() -> Iterator[Event]:
    goods = articles(400)
    for article in goods:
        yield ArticleListed(article)
    for one in stock(hall(), goods):
        yield StockStated(one.sku, one.location, STOCK, 1)
    for number, (order_id, lines) in enumerate(orders(ORDERS, LINES, goods)):
        released = OrderState.RELEASED
        yield OrderReceived(Order(order_id, 1, 0, None, "DHL", lines, released, number))


def write_site(folder: Path, port: int) -> Path:
    """The configuration of a site with fifty pickers and no broker."""
    floor = hall()
    places = "\n".join(
        f'[[location]]\nid = "{one.id}"\nkind = "{one.kind.value}"\n'
        f"x_m = {one.x_m}\ny_m = {one.y_m}"
        for one in floor.locations.values()
    )
    aisles = "\n".join(f"[[aisle]]\nx_m = {x_m}" for x_m in floor.aisle_x_m)
    cross = "\n".join(f"[[cross_aisle]]\ny_m = {y_m}" for y_m in floor.cross_y_m)
    (folder / "floor.toml").write_text(f"{places}\n{aisles}\n{cross}\n")
    exceptions = Path(__file__).parents[2] / "config/exceptions.toml"
    (folder / "exceptions.toml").write_text(exceptions.read_text())
    pin_hash = hash_pin(PIN)
    people = "\n".join(
        f'[[person]]\nbadge = "{badge}"\nname = "P{badge}"\nrole = "picker"\n'
        f'pin_hash = "{pin_hash}"'
        for badge in badges()
    )
    path = folder / "gateway.toml"
    path.write_text(
        f'[gateway]\nsite = "bench"\nname = "gateway-1"\ndata_dir = "{folder}"\n'
        'gs1_company_prefix = "9521234"\n[mqtt]\nenabled = false\n[discovery]\nmdns = false\n'
        f'[web]\nhost = "127.0.0.1"\nport = {port}\n[log]\nlevel = "error"\n{people}\n'
    )
    return path


def badges() -> list[str]:
    """Of all pickers."""
    return [str(1001 + number) for number in range(PICKERS)]


Marks = list[tuple[float, float]]
"""For each scan that was answered, or each pause: when, monotonic seconds, and its milliseconds,
or by how many the pause was too long."""


def paused(stop: threading.Event, pause_s: float, late: Marks) -> bool:
    """Whether to go on after a pause; by how much it was too long goes to `late`."""
    due_s = time.monotonic() + pause_s
    if stop.wait(pause_s):
        return False
    now_s = time.monotonic()
    late.append((now_s, 1000 * (now_s - due_s)))
    return True


class HandheldPicker:
    """One picker with a handheld: a thread that scans, and one that hears the prompts."""

    def __init__(self, port: int, badge: str, gtins: dict[str, str]) -> None:
        self._port = port
        self._gtins = gtins
        self._chance = np.random.default_rng(int(badge))
        self._client = Client(port, badge)
        self._client.ask("POST", "/api/session", {"badge": badge, "pin": PIN})
        self.took: Marks = []
        self.late: Marks = []
        self.heard = 0

    def work(self, stop: threading.Event) -> None:
        """Do as the prompts say until told to stop."""
        client = self._client
        client.ask("POST", "/api/work", {"ready": True})
        threading.Thread(target=self._listen, args=(client.cookie,), daemon=True).start()
        prompt = client.ask("GET", "/api/prompt")
        while paused(stop, self._chance.exponential(PAUSE_S), self.late):
            prompt = self._act(client, prompt)
        client.close()

    def _act(self, client: Client, prompt: dict[str, Any]) -> dict[str, Any]:
        if prompt["kind"] == "wait":
            return client.ask("GET", "/api/prompt")
        picking = prompt["kind"] == "pick"
        code = self._gtins[prompt["sku"]] if picking else str(STATION)
        began = time.perf_counter()
        told = client.ask("POST", "/api/scan", {"prompt_id": prompt["prompt_id"], "code": code})
        if picking and not told["accepted"]:
            raise AssertionError(f"the scan led nowhere: {told}")
        self.took.append((time.monotonic(), 1000 * (time.perf_counter() - began)))
        return dict(told["prompt"])

    def _listen(self, cookie: str) -> None:
        wire = http.client.HTTPConnection("127.0.0.1", self._port)
        wire.request("GET", "/api/prompt/stream", headers={"Cookie": cookie})
        try:
            for line in wire.getresponse():
                self.heard += line.startswith(b"event")
        except OSError:
            return  # the daemon has ended


class EchoClient:
    """The same posts at the same pace to an application that sends them back."""

    def __init__(self, port: int, badge: str) -> None:
        self._client = Client(port, badge)
        self._chance = np.random.default_rng(int(badge))
        self.took: Marks = []
        self.late: Marks = []

    def work(self, stop: threading.Event) -> None:
        """Post until told to stop."""
        while paused(stop, self._chance.exponential(PAUSE_S), self.late):
            began = time.perf_counter()
            self._client.ask("POST", "/api/scan", {"prompt_id": "W/1", "code": "0952123000001"})
            self.took.append((time.monotonic(), 1000 * (time.perf_counter() - began)))
        self._client.close()


@contextmanager
def at_work(people: Sequence[HandheldPicker | EchoClient]) -> Iterator[None]:
    """Everybody in a thread of their own, until the block ends."""
    stop = threading.Event()
    with ThreadPoolExecutor(len(people)) as threads:
        work = [threads.submit(one.work, stop) for one in people]
        try:
            yield
        finally:
            stop.set()
    for one in work:
        one.result()


@dataclass(frozen=True, slots=True)
class Rounds:
    """Milliseconds of each round, the warm-up left out.

    Attributes:
        took: of every answer.
        late: by which each pause before a scan was too long.
    """

    took: list[list[float]]
    late: list[list[float]]


def times_ms(
    people: Sequence[HandheldPicker | EchoClient],
    rounds: int,
    round_s: float,
    warm_s: float = WARM_S,
) -> Rounds:
    """What some rounds of work took."""
    pause = threading.Event()
    ends: list[float] = []
    with at_work(people):
        pause.wait(warm_s)
        for _ in range(rounds):
            ends.append(time.monotonic() + round_s)
            pause.wait(round_s)
    took = [one for person in people for one in person.took]
    late = [one for person in people for one in person.late]
    return Rounds(
        *(
            [[ms for at, ms in marks if end - round_s <= at < end] for end in ends]
            for marks in (took, late)
        )
    )


@contextmanager
def daemon(folder: Path) -> Iterator[tuple[int, Process]]:
    """The real daemon on a loopback port, once it answers."""
    port = free_port()
    fill_store(folder / STORE_FILE)
    config = write_site(folder, port)
    command = (str(BIN / "warehouse-edge"), "run", "--config", str(config))
    child = Process(folder / "daemon.log", *command)
    try:
        wait_until("the daemon answers", lambda: _answers(port))
        yield port, child
    finally:
        child.end()


def _answers(port: int) -> bool:
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        wire.request("GET", "/healthz")
        return wire.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        wire.close()


@contextmanager
def echo(folder: Path) -> Iterator[int]:
    """The bare application in a process of its own; its port."""
    child = Process(folder / "echo.log", sys.executable, "-m", "tests.benchmarks.many_pickers")
    try:
        yield int(child.hear()["port"])
    finally:
        child.end()


def scan_to_prompt_50(effort: Effort) -> list[Figure]:
    """Median and 99th percentile with fifty pickers; the daemon's share of a core besides."""
    rounds, round_s = max(2, effort.rounds - 2), max(2.0, ROUND_S * effort.share)
    gtins = {one.sku: str(one.gtin) for one in articles(400)}
    with scratch() as folder, ExitStack() as ending:
        port, child = ending.enter_context(daemon(folder))
        pickers = [HandheldPicker(port, badge, dict(gtins)) for badge in badges()]
        before_s, began_s = child.cpu_s(), time.monotonic()
        ours = times_ms(pickers, rounds, round_s)
        share = 100 * (child.cpu_s() - before_s) / (time.monotonic() - began_s)
        scans = sum(len(one) for one in ours.took) / (rounds * round_s)
        echo_port = ending.enter_context(echo(folder))
        theirs = times_ms([EchoClient(echo_port, one) for one in badges()], rounds, round_s)
        if not all(picker.heard for picker in pickers):
            raise AssertionError("a picker heard no prompt")
    return [
        *(
            Figure.less(
                f"scan_to_prompt_50_p{round(100 * part)}",
                "ms",
                BASELINE,
                (typical(ours.took, part), typical(theirs.took, part)),
            )
            for part in (0.5, 0.99)
        ),
        Figure.less(
            "scan_to_prompt_50_late_p99",
            "ms a picker's own thread was late",
            "the same beside the echo",
            (typical(ours.late, 0.99), typical(theirs.late, 0.99)),
        ),
        Figure.less("scan_to_prompt_50_cpu", "% of a core", "scans a second", (share, scans)),
    ]


def typical(rounds: list[list[float]], share: float) -> float:
    """The median of the rounds' values below which this share of theirs lies."""
    return median(percentile(one, share) for one in rounds)


def serve_echo(told: Callable[[int], None]) -> None:
    """Serve until the standard input ends."""
    server = echoing()
    told(server.port)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    serve_echo(lambda port: print(json.dumps({"port": port}), flush=True))  # noqa: T201 - told to the parent
