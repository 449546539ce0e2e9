"""A label printer goes down and comes back: of a whole gateway no label is lost or doubled."""

import json
import subprocess
from pathlib import Path
from typing import IO

import httpx
import pytest

from edge.clock import SystemClock
from edge.gs1.epc import sscc
from edge.model.events import PersonActed
from edge.model.goods import Article
from edge.model.ids import Badge, Gtin, LineId, OrderId, Sku, uuid7
from edge.model.orders import Order, OrderLine, OrderState
from edge.model.places import Floor
from edge.model.state import FloorState
from edge.model.work import Parcel, Unit
from edge.store.store import Store
from tests.stories.demo_site import BIN
from tests.stories.running import HALL, PLAIN_GATEWAY, SUPERVISOR, configured, running
from tests.waiting import ended, wait_until

pytestmark = pytest.mark.story
FLOOR = HALL + '[[location]]\nid = "pack-1"\nkind = "station"\n'
GATEWAY = (
    PLAIN_GATEWAY
    + SUPERVISOR
    + """
[discovery]
mdns = false
[[printer]]
name = "zebra"
address = "tcp://127.0.0.1:{printer}"
station = "pack-1"
"""
)
NAMES = ("O1", "O2", "O3")
NUMBERS = {name: str(sscc("4012345", 3, serial)) for serial, name in enumerate(NAMES, 1)}


def packed(folder: Path) -> None:
    """The journal of a gateway that has closed a parcel for each order."""
    folder.mkdir()
    clock, chance = SystemClock(), iter(range(1, 99))
    state = FloorState(Floor({}))
    state.articles[Sku("CUP")] = Article(Sku("CUP"), Gtin("05901234123457"), "Cup")
    for name in NAMES:
        order, number = OrderId(name), sscc("4012345", 3, NAMES.index(name) + 1)
        lines = (OrderLine(LineId("1"), Sku("CUP"), 1),)
        state.orders[order] = Order(order, 1, 0, None, "DHL", lines, OrderState.PACKED, 1)
        contents = ((Sku("CUP"), Unit(None, scanned=True)),)
        state.parcels[number] = Parcel(number, order, "DHL", contents, complete=True)
    store = Store.open(
        folder / "journal.sqlite", clock, lambda: uuid7(clock.now_us(), next(chance))
    )
    store.commit([(PersonActed(Badge("s1"), "packed", "O1"), clock.now_us())], state, {})
    store.close()


class Printer:
    """`warehouse-sim printer`, as a process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [BIN / "warehouse-sim", "printer", "--port", "0"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port: int = self._line()["printer"]["port"]

    def _line(self) -> dict[str, dict[str, int]]:
        told: dict[str, dict[str, int]] = json.loads(_pipe(self._process.stdout).readline())
        return told

    def become(self, state: str) -> None:
        """It is so when this returns; what it prints then comes later in its lines."""
        pipe = _pipe(self._process.stdin)
        pipe.write(f"{state}\n")
        pipe.flush()
        while self._line().get("state") != state:
            pass

    def labels(self, count: int) -> list[str]:
        """The numbers on the next labels that come out."""
        return [str(self._line()["label"]["barcodes"][0])[-18:] for _ in range(count)]  # type: ignore[index] # plain JSON

    def end(self) -> list[dict[str, dict[str, int]]]:
        """Its last lines: labels that nobody asked for, and how many there were in all."""
        rest, _ = ended(self._process)
        return [json.loads(line) for line in rest.splitlines()]


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


def ask(client: httpx.Client, order: str, key: str) -> str:
    answer = client.post(
        "/api/pack/pack-1/label", json={"code": order}, headers={"Idempotency-Key": key}
    )
    return str(answer.json()["code"])


def is_troubled(client: httpx.Client) -> bool:
    alerts = client.get("/api/board").json()["alerts"]
    return any(one["code"] == "printer_troubled" for one in alerts)


def test_labels_asked_for_while_the_printer_is_down_come_out_once_each_across_a_restart(
    tmp_path: Path,
) -> None:
    packed(tmp_path / "data")
    zebra = Printer()
    config = configured(tmp_path, GATEWAY.replace("{printer}", str(zebra.port)), FLOOR)

    zebra.become("offline")
    with running(config) as client:
        asked = [ask(client, name, f"key-{name}") for name in NAMES]
        asked.append(ask(client, "O2", "key-O2"))  # the handheld says it again
        wait_until("the trouble is told", lambda: is_troubled(client))
    with running(config) as client:
        wait_until("the trouble is told again", lambda: is_troubled(client))
        zebra.become("ready")
        after_restart = zebra.labels(3)
        wait_until("all is well", lambda: not is_troubled(client))

        zebra.become("paper-out")
        asked.append(ask(client, "O1", "key-again"))
        wait_until("the trouble is told", lambda: is_troubled(client))
        zebra.become("ready")
        with_paper = zebra.labels(1)
        wait_until("all is well again", lambda: not is_troubled(client))

    assert asked == ["label"] * 5
    assert sorted(after_restart) == sorted(NUMBERS.values())
    assert with_paper == [NUMBERS["O1"]]
    assert zebra.end() == [{"printed": 4}]
