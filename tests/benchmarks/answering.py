"""From a picker's scan to the next prompt in the answer, over HTTP, with the journal on disk.

A whole gateway works in this process; one client does what its prompts say. The baseline is the
same post to an application that sends it back.
"""

import http.client
import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from itertools import count
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from fastapi import FastAPI

from edge import log
from edge.clock import SystemClock
from edge.compose.calibrating import calibration_bench
from edge.compose.core import Core, new_id_maker
from edge.compose.deciding import floor_loop
from edge.compose.pages import web_server
from edge.compose.setting_up import SetUpDesks
from edge.daemon.supervisor import guard
from edge.floor.alerts import Alerts
from edge.floor.board import Board
from edge.floor.finding import FinderDesk
from edge.floor.inbox import Inbox
from edge.floor.letters import Letters
from edge.floor.locating_desk import LocatingDesk
from edge.floor.planner import Planner
from edge.model.inputs import ArticlesListed, Input, OrderSubmitted, StockListed, StockStatement
from edge.settings.gateway import Settings
from edge.store.store import Store
from edge.web.bodies import Scan
from edge.web.door import Door
from edge.web.first_run import FirstRun
from edge.web.pins import hash_pin
from edge.web.server import WebServer
from tests.benchmarks.figures import Effort, Figure, percentile
from tests.benchmarks.hall import STATION, STOCK, articles, hall, orders, stock

BADGE, PIN = "1001", "4711"
SCANS = 150
WAIT_S_MAX = 20.0
_ATTEMPTS = 4
"""A gateway on a busy machine may say that it has no answer yet; a page asks again, too."""
BASELINE = "bare FastAPI echo"


class Client:
    """One connection that is kept open, as a page keeps it."""

    def __init__(self, port: int, name: str = "bench") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self._name = name
        self.cookie = ""
        self._keys = count(1)

    def ask(
        self, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> dict[str, Any]:
        """The JSON of an answer; it must be a good one."""
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": f"{self._name}-{next(self._keys)}",
            "Cookie": self.cookie,
        }
        text = None if body is None else json.dumps(body)
        for _ in range(_ATTEMPTS):
            answer = self._answer(method, path, text, headers)
            told = answer.read()
            if answer.status != HTTPStatus.SERVICE_UNAVAILABLE:  # the same key has one effect
                break
        if answer.status != HTTPStatus.OK:
            raise AssertionError(f"{method} {path}: {answer.status} {told[:200]!r}")
        self.cookie = answer.headers.get("Set-Cookie", self.cookie).partition(";")[0]
        value: dict[str, Any] = json.loads(told)
        return value

    def _answer(
        self, method: str, path: str, text: str | None, headers: Mapping[str, str]
    ) -> http.client.HTTPResponse:
        try:
            self._connection.request(method, path, text, headers)
            return self._connection.getresponse()
        except ConnectionError:  # a server hangs up on whoever was silent for long
            self._connection.close()
            self._connection.request(method, path, text, headers)
            return self._connection.getresponse()

    def close(self) -> None:
        """Hang up; the next question connects again. A server hangs up on whoever waits long."""
        self._connection.close()


class Picker:
    """Does what the prompts say; tells how long each answer to a scan took."""

    def __init__(self, client: Client, gtins: Mapping[str, str]) -> None:
        self._client = client
        self._gtins = gtins
        client.ask("POST", "/api/session", {"badge": BADGE, "pin": PIN})
        client.ask("POST", "/api/work", {"ready": True})
        self._prompt = self._something_to_do()

    def scans_ms(self, scans: int) -> list[float]:
        """Milliseconds from each scan to the next prompt."""
        self._client.close()
        found: list[float] = []
        while len(found) < scans:
            picking = self._prompt["kind"] == "pick"
            code = self._gtins[self._prompt["sku"]] if picking else str(STATION)
            body = {"prompt_id": self._prompt["prompt_id"], "code": code}
            began = time.perf_counter()
            told = self._client.ask("POST", "/api/scan", body)
            took_ms = 1000 * (time.perf_counter() - began)
            if not told["accepted"] or told["prompt"] == self._prompt:
                raise AssertionError(f"the scan led nowhere: {told}")
            if picking:
                found.append(took_ms)
            self._prompt = told["prompt"]
            if self._prompt["kind"] == "wait":
                self._prompt = self._something_to_do()
        return found

    def _something_to_do(self) -> dict[str, Any]:
        pause = threading.Event()
        ends = time.monotonic() + WAIT_S_MAX
        while time.monotonic() < ends:
            prompt = self._client.ask("GET", "/api/prompt")
            if prompt["kind"] != "wait":
                return prompt
            pause.wait(0.05)
        raise AssertionError("there is nothing to do")


@contextmanager
def gateway(folder: Path, orders_wanted: int) -> Iterator[Picker]:
    """A gateway with stock, orders and a picker."""
    log.configure("error")
    clock, goods = SystemClock(), articles(400)
    floor, alerts = hall(), Alerts()
    settings = Settings.model_validate(
        {
            "gateway": {"data_dir": folder, "gs1_company_prefix": "9521234"},
            "work": {"pieces_per_walk": 200},
            "web": {"host": "127.0.0.1", "port": 0},
            "person": [
                {"badge": BADGE, "name": "Li", "role": "picker", "pin_hash": hash_pin(PIN)}
            ],
        }
    )
    board = Board()
    core = Core(
        settings=settings,
        floor=floor,
        troubles=(),
        clock=clock,
        make_id=new_id_maker(),
        inbox=Inbox(clock),
        board=board,
        alerts=alerts,
        desk=LocatingDesk(floor, alerts),
        store_path=folder / "journal.sqlite",
        letters=Letters(board, clock),
    )
    with ExitStack() as ending:
        store = Store.open(core.store_path, clock, core.make_id)
        ending.callback(store.close)
        planner = Planner(core.inbox, clock, core.make_id, np.random.default_rng(1), guard)
        loop = floor_loop(core, store, planner, None)
        bench = calibration_bench(core, None)
        web, _ = web_server(core, bench, _no_finder(core), _no_set_up(core), str, dict)
        for part in (planner, loop, web):
            part.start()
            ending.callback(part.stop)
        for input_ in _master_data(core, orders_wanted):
            core.inbox.ask(input_).result(WAIT_S_MAX)
        client = Client(web.port)
        ending.callback(client.close)
        yield Picker(client, {one.sku: str(one.gtin) for one in goods})


def _no_finder(core: Core) -> FinderDesk:
    """Nobody looks for a tag here."""
    return FinderDesk(core.floor, core.board, core.clock, lambda _reader, _port: None)


def _no_set_up(core: Core) -> SetUpDesks:
    """Nobody sets the gateway up here."""
    nobody = cast("Any", None)
    return SetUpDesks(nobody, nobody, FirstRun(None, core.clock), None, nobody)


def _master_data(core: Core, orders_wanted: int) -> Iterator[Input]:
    goods, now_us = articles(400), core.clock.now_us()
    yield ArticlesListed(tuple(goods), now_us)
    yield StockListed(
        tuple(StockStatement(one.sku, one.location, STOCK, 1) for one in stock(core.floor, goods)),
        now_us,
    )
    for order_id, lines in orders(orders_wanted, 20, goods):
        yield OrderSubmitted(order_id, 1, 0, None, "DHL", lines, "released", now_us)


def echoing() -> WebServer:
    """The bare application on the same kind of server; started."""
    app = FastAPI()
    app.state.parts = SimpleNamespace(
        streams=SimpleNamespace(close=lambda: None), door=Door(SystemClock())
    )

    @app.post("/api/scan")
    async def scan(body: Scan) -> dict[str, object]:
        return body.model_dump()

    server = WebServer(app, "127.0.0.1", 0)
    server.start()
    return server


@contextmanager
def echo() -> Iterator[Callable[[int], list[float]]]:
    """Milliseconds of so many posts to it."""
    server = echoing()
    client = Client(server.port)

    def posts_ms(posts: int) -> list[float]:
        client.close()
        found = []
        for number in range(posts):
            began = time.perf_counter()
            client.ask("POST", "/api/scan", {"prompt_id": f"W/{number}", "code": "0952123000001"})
            found.append(1000 * (time.perf_counter() - began))
        return found

    try:
        yield posts_ms
    finally:
        client.close()
        server.stop()


def scan_to_prompt(effort: Effort) -> list[Figure]:
    """Median and 99th percentile of each round; the figure is the median of the rounds."""
    scans = effort.of(SCANS)
    rounds: list[tuple[list[float], list[float]]] = []
    with (
        tempfile.TemporaryDirectory(prefix="warehouse-edge-bench-") as folder,
        ExitStack() as all_,
    ):
        orders_wanted = 2 + (effort.rounds + 1) * scans // 20
        picker = all_.enter_context(gateway(Path(folder), orders_wanted))
        posts_ms = all_.enter_context(echo())
        rounds.extend((picker.scans_ms(scans), posts_ms(scans)) for _ in range(effort.rounds + 1))
    warm = rounds[1:]
    return [
        Figure.less(
            f"scan_to_prompt_p{round(100 * share)}",
            "ms",
            BASELINE,
            (
                median(percentile(ours, share) for ours, _ in warm),
                median(percentile(theirs, share) for _, theirs in warm),
            ),
        )
        for share in (0.5, 0.99)
    ]
