"""A real broker on a free port, and a gateway of paper that speaks the HTTP API."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.mosquitto import Broker, mosquitto_program
from tests.simulators.postgres import Cluster, cluster


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """Host and port of a mosquitto of this test's own."""
    made = Broker(mosquitto_program(), tmp_path)
    try:
        made.start()
        yield "127.0.0.1", made.port
    finally:
        made.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL for all tests; each takes a database of its own."""
    with cluster() as made:
        yield made


@dataclass
class Stop:
    """So many pieces of an article from a bin; `picked` are counted, `missing` given up."""

    location: str
    sku: str
    quantity: int
    picked: int = 0
    missing: int = 0

    @property
    def wanted(self) -> int:
        """Pieces still to come."""
        return self.quantity - self.picked - self.missing


@dataclass
class PaperGateway:
    """One walk, one tote, one parcel, on paper; it never looks at the real things by itself.

    Attributes:
        barcodes: SKU of each barcode.
        radio: whether the cart hears; `hear` is what it does at each look at the prompt.
        cut: how often each key is done without an answer, as by a gateway killed after its commit.
        unwanted: how many pieces of the first stop are to be put back once they are picked.
        called_off: how many pieces of the first stop are to be taken out at the pack station.
        effects: what was done, each key once.
    """

    stops: list[Stop]
    barcodes: dict[str, str]
    radio: bool = False
    hear: Callable[["PaperGateway"], None] = lambda _: None
    cut: int = 0
    unwanted: int = 0
    called_off: int = 0
    effects: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    tries: Counter[str] = field(default_factory=Counter)
    dropped: bool = False
    open_tote: str | None = None
    checked: Counter[str] = field(default_factory=Counter)
    closed: bool = False
    shipped: bool = False
    at_work: bool = False
    port: int = 0
    _server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen; on the same port as before if there was one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """No longer listen."""
        assert self._server is not None
        self._server.close()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            method, path, _ = head.split(" ", 2)
            headers = dict(
                line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line
            )
            body = json.loads(await reader.readexactly(int(headers["content-length"])) or b"{}")
            if path.endswith("/stream"):
                await self._stream(writer)
            elif "cookie" not in headers and path != "/api/session":
                _reply(writer, 401, {"error": "not_signed_in"})
            else:
                self._answer(writer, method, path, body, headers.get("idempotency-key", ""))
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _stream(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not writer.is_closing():
            event = b"event: prompt\ndata: {}\n\n"
            writer.write(b"%x\r\n%s\r\n" % (len(event), event))
            await writer.drain()
            await asyncio.sleep(0.05)

    def _answer(
        self, writer: asyncio.StreamWriter, method: str, path: str, body: dict[str, Any], key: str
    ) -> None:
        if method == "GET":
            _reply(writer, 200, self._shown(path))
            return
        if path == "/api/session":
            good = body["pin"] == "7"
            _reply(writer, 200 if good else 401, body, cookie=f"we1_session={body['badge']}")
            return
        assert key, f"{path} came without an Idempotency-Key"
        if key not in self.answers:
            self.answers[key] = self._done(path, body)
            self.effects.append((path, body))
        self.tries[key] += 1
        if self.tries[key] > self.cut:
            _reply(writer, 200, self.answers[key])

    def _shown(self, path: str) -> dict[str, Any]:
        if path == "/api/troubles":
            return {"troubles": [{"code": "damaged"}, {"code": "empty"}]}
        if path == "/api/board/questions":
            return {"questions": []}
        return self._pack_view() if path.startswith("/api/pack") else self._prompt()

    def _prompt(self) -> dict[str, Any]:
        self.hear(self)
        number = next((i for i, stop in enumerate(self.stops) if stop.wanted), None)
        prompt: dict[str, Any] = {"kind": "wait", "prompt_id": "0", "quantity": 0}
        if self.unwanted and self.stops[0].picked >= self.unwanted:
            stop = self.stops[0]
            prompt = {"kind": "put_back", "prompt_id": f"put-{self.unwanted}"}
            prompt |= {"location": stop.location, "sku": stop.sku, "quantity": self.unwanted}
        elif number is not None and self.at_work:
            stop = self.stops[number]
            prompt = {"kind": "pick", "prompt_id": f"{number}-{stop.picked}", "stop": number + 1}
            prompt |= {"location": stop.location, "sku": stop.sku, "quantity": stop.wanted}
            prompt |= {"picked": stop.picked, "radio": self.radio, "notice": ""}
        elif number is None and not self.dropped:
            prompt = {"kind": "drop", "prompt_id": "drop", "quantity": 0, "totes": ["T1"]}
        return {"walk_id": "W1", "tote_id": "T1", "order_id": "O1"} | prompt

    def _pack_view(self) -> dict[str, Any]:
        expected = Counter[str]()
        for stop in self.stops:
            expected[stop.sku] += stop.quantity
        lines = [
            {"sku": sku, "name": sku, "expected": n, "checked": self.checked[sku]}
            for sku, n in expected.items()
        ]
        verdict = "match" if self.checked == expected else "checking"
        return {
            "station": "pack-1",
            "open": self.open_tote is not None,
            "tote_id": self.open_tote,
            "order_id": "O1" if self.open_tote else None,
            "lines": lines,
            "strangers": [],
            "take_out": self._take_out(),
            "verdict": verdict if self.open_tote else "empty",
        }

    def _take_out(self) -> list[dict[str, Any]]:
        if not self.called_off:
            return []
        told = {"sku": self.stops[0].sku, "quantity": self.called_off}
        return [told | {"order_id": "O1", "tote_id": "T1", "slot": None}]

    def _done(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        deeds = {
            "/api/work": self._work,
            "/api/scan": self._scan,
            "/api/trouble": self._trouble,
            "/api/pack/pack-1/scan": self._pack_scan,
            "/api/pack/pack-1/close": self._close,
            "/api/dispatch": self._dispatch,
            "/api/put-away": lambda _: ("placed", {}),
        }
        code, data = deeds[path](body)
        return {"accepted": True, "code": code, "text": code, "data": data}

    def _work(self, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        self.at_work = bool(body["ready"])
        return "ready", {}

    def _scan(self, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        prompt = self._prompt()
        if body["prompt_id"] != prompt["prompt_id"]:
            return "done_already", {}
        if prompt["kind"] == "put_back":
            return self._put_back(body["code"])
        if prompt["kind"] == "drop":
            self.dropped = body["code"] == "pack-1"
            return ("dropped" if self.dropped else "place_wrong"), {}
        stop = self.stops[prompt["stop"] - 1]
        if self.barcodes.get(body["code"]) != stop.sku:
            return "wrong_item", {}
        stop.picked += 1
        return ("picked" if stop.wanted else "stop_done"), {}

    def _put_back(self, code: str) -> tuple[str, dict[str, Any]]:
        if self.barcodes.get(code) != self.stops[0].sku:
            return "wrong_item", {}
        self.unwanted -= 1
        self.stops[0].picked -= 1
        self.stops[0].quantity -= 1
        return ("put" if self.unwanted else "all_put"), {}

    def _trouble(self, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        assert body["code"] == "empty"
        stop = next(stop for stop in self.stops if stop.wanted)
        stop.missing = stop.wanted
        return "short", {}

    def _pack_scan(self, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        if self.open_tote is None:
            if body["code"] != "T1" or not self.dropped or self.closed:
                return "tote_unknown", {}
            self.open_tote = body["code"]
            return "opened", {}
        sku = self.barcodes[body["code"]]
        if self.called_off and sku == self.stops[0].sku:
            self.called_off -= 1
            self.stops[0].quantity -= 1
            return "taken_out", {}
        expected = sum(stop.quantity for stop in self.stops if stop.sku == sku)
        if self.checked[sku] == expected:
            return "not_wanted", {}
        self.checked[sku] += 1
        return "checked", {}

    def _close(self, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        if self._pack_view()["verdict"] != "match" and not body["partial"]:
            return "missing", {}
        self.open_tote, self.closed = None, True
        return "closed", {"sscc": "395212340000000017"}

    def _dispatch(self, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        assert body == {"sscc": "395212340000000017", "portal": "dock-1"}
        self.shipped = True
        return "shipped", {}


def _reply(
    writer: asyncio.StreamWriter, status: int, body: dict[str, Any], cookie: str = ""
) -> None:
    raw = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(raw)}\r\n"
    head += f"Set-Cookie: {cookie}; HttpOnly\r\n" if cookie else ""
    writer.write(head.encode() + b"\r\n" + raw)


@pytest.fixture
def paper_gateway() -> type[PaperGateway]:
    """The class of gateways of paper."""
    return PaperGateway


@pytest.fixture
def stop_at() -> type[Stop]:
    """The class of their stops."""
    return Stop
