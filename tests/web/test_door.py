"""The pages' door: no stranger takes the last place, and whoever is signed in keeps theirs."""

import datetime as dt
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from edge.clock import PlayedClock
from edge.daemon.authority import begin
from edge.web.app import create_app
from edge.web.door import Door, Line
from edge.web.people import Role
from edge.web.server import TlsFiles, WebServer
from tests.waiting import PATIENCE_S
from tests.web.toy_house import House

ClientOf = Callable[[Role | None], httpx.Client]
Knock = Callable[[str], socket.socket]
ONE, ANOTHER, PICKERS = "127.0.0.2", "127.0.0.3", "127.0.0.4"
"""Addresses that are not the host's own name for itself."""
SOON_S = 0.3


@pytest.fixture
def knock(address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Knock]:
    """Opens connections from an address, each with a request that lacks its last line."""
    monkeypatch.setattr("edge.web.patience.REQUEST_S_MAX", PATIENCE_S)
    port = int(address.rpartition(":")[2])
    with ExitStack() as lines:

        def opened(source: str) -> socket.socket:
            to = ("127.0.0.1", port)
            line = lines.enter_context(socket.create_connection(to, PATIENCE_S, (source, 0)))
            with suppress(ConnectionError):
                line.sendall(b"GET /healthz HTTP/1.1\r\nHost: gateway\r\n")
            return line

        yield opened


def is_open(line: socket.socket) -> bool:
    """Whether the request on a line is answered once its last line comes."""
    try:
        line.sendall(b"\r\n")
        return line.recv(4000).startswith(b"HTTP/1.1 200")
    except ConnectionError:
        return False


def test_one_address_does_not_hold_every_place(
    address: str, knock: Knock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.web.door.ADDRESS_MAX", 3)
    held = [knock(ONE) for _ in range(3)]

    further = knock(ONE)

    assert [is_open(line) for line in (*held, further)] == [True, True, True, False]
    assert httpx.get(f"{address}/healthz", timeout=PATIENCE_S).status_code == 200


def test_the_newest_of_the_address_that_holds_most_goes_when_all_places_are_taken(
    knock: Knock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.web.door.LINES_MAX", 4)
    many = [knock(ONE) for _ in range(3)]
    few = knock(ANOTHER)

    newcomer = knock(PICKERS)

    assert is_open(newcomer)
    assert is_open(few)
    assert [is_open(line) for line in many] == [True, True, False]


def test_who_is_signed_in_keeps_their_place_and_finds_another(
    client_of: ClientOf, address: str, knock: Knock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.web.door.LINES_MAX", 3)
    from_the_shelves = httpx.HTTPTransport(local_address=PICKERS)
    with (
        httpx.Client(
            base_url=address,
            transport=from_the_shelves,
            cookies=client_of(Role.SUPERVISOR).cookies,
            timeout=PATIENCE_S,
        ) as page,
        page.stream("GET", "/api/floor/stream") as listening,
    ):
        parts = listening.iter_raw()
        assert next(parts)

        strangers = [knock(f"127.0.1.{number}") for number in range(1, 9)]  # one each

        assert page.get("/api/session").json()["role"] == "supervisor"
        assert sum(map(is_open, strangers)) <= 1  # places: the stream, this page, one stranger
        stream = listening.extensions["network_stream"].get_extra_info("socket")
        stream.setblocking(False)
        with suppress(BlockingIOError):  # open, and nothing to tell
            assert stream.recv(100_000) != b""


def test_places_are_given_back(knock: Knock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.web.door.ADDRESS_MAX", 1)
    for _ in range(20):
        line = knock(ONE)
        assert is_open(line)
        line.shutdown(socket.SHUT_WR)
        while line.recv(4000):
            pass  # until the server has closed it, too


def test_who_comes_again_by_the_port_of_a_broken_connection_counts_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("edge.web.door.ADDRESS_MAX", 1)
    door = Door(PlayedClock())
    with Line() as broken, Line() as again, Line() as later:
        for line in (broken, again):
            line.peer = (ONE, 50_000)
            assert door.enter(line)
        door.leave(broken)
        later.peer = (ONE, 50_001)
        assert not door.enter(later)
        door.leave(again)

        assert door.enter(later)


def test_a_handshake_that_does_not_come_to_an_end_loses_its_place(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.web.door.HANDSHAKE_S_MAX", SOON_S)
    folder = tmp_path / "own"
    begin(folder, ["127.0.0.1"], dt.datetime.now(dt.UTC))
    tls = TlsFiles(folder / "web.pem", folder / "web.key")
    server = WebServer(create_app(house.given), "127.0.0.1", 0, tls=tls)
    server.start()
    try:
        with socket.create_connection(("127.0.0.1", server.port), PATIENCE_S) as line:
            line.sendall(b"\x16\x03\x01")  # the beginning of a greeting

            assert line.recv(100) == b""
    finally:
        server.stop()
