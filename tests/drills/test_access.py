"""The exercise in keeping strangers out: our gateway holds, and an open house is found out."""

import datetime as dt
import json
import os
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner
from typing_extensions import override

from edge.cli.app import assemble
from edge.clock import PlayedClock
from edge.compose.core import STORE_FILE
from edge.drills import access
from edge.drills.access import ATTACKS, Target
from edge.drills.authority import Authority
from edge.model.events import DeviceReturned
from edge.model.ids import DeviceName
from edge.model.places import Floor
from edge.model.state import FloorState
from edge.store.store import Store


class OpenHouse(BaseHTTPRequestHandler):
    """Lets everybody do everything, and writes down each request as a fact of its own."""

    store: Store

    def do_any(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path == "/api/work":
            fact = DeviceReturned(DeviceName("again"), ())
            self.store.commit([(fact, 1)], FloorState(Floor({})), {})
        self.send_response(200)
        self.send_header("Set-Cookie", "__Host-we1_session=open; Path=/")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST = do_DELETE = do_TRACE = do_any  # noqa: N815 - names of the library

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[Target]:
    """A server without any lock, as a target."""
    authority = Authority(tmp_path / "authority", dt.datetime.now(dt.UTC))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("open"))
    (tmp_path / "data").mkdir()
    made = iter(range(10_000))
    store = Store.open(tmp_path / "data" / STORE_FILE, PlayedClock(), lambda: f"id-{next(made)}")
    handler = type("Handler", (OpenHouse,), {"store": store})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    serving = threading.Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    port = server.server_address[1]
    yield Target(tmp_path, port, authority.certificate_file, "123456", "654321", os.getpid())
    server.shutdown()
    serving.join()
    with suppress(OSError):
        server.server_close()
    store.close()


def test_a_gateway_that_lets_everybody_in_is_found_out_by_every_attack(
    open_house: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a second port besides the pages' is open, too: that of this very test's neighbour
    monkeypatch.setattr(access, "_listening", lambda _: iter(["0.0.0.0:22", "127.0.0.1:1"]))

    held = [attack.__name__ for attack in ATTACKS if attack(open_house).held]

    assert held == []


@pytest.mark.story
def test_strangers_are_kept_out_and_ours_get_in() -> None:
    told = CliRunner().invoke(assemble(["drill"]), ["drill", "access"])

    assert told.exit_code == 0, told.output
    report = json.loads(told.stdout)
    assert (report["attacks"], report["held"], report["gave_way"]) == (13, 13, [])
