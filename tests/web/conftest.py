"""A small warehouse with the web room in front of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from edge.web.people import Role
from tests.waiting import PATIENCE_S
from tests.web.toy_house import BADGES, PIN, House, open_house, serve


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One running toy warehouse for a file of tests."""
    opened = open_house(tmp_path_factory.mktemp("house"))
    yield opened
    opened.stop()


@pytest.fixture(scope="module")
def address(house: House) -> Iterator[str]:
    """Where its pages are."""
    server = serve(house.given)
    yield f"http://127.0.0.1:{server.port}"
    server.stop()


@pytest.fixture
def client_of(address: str) -> Iterator[Callable[[Role | None], httpx.Client]]:
    """Makes clients that are signed in with a role, or with none."""
    clients: list[httpx.Client] = []

    def make(role: Role | None) -> httpx.Client:
        client = httpx.Client(base_url=address, timeout=PATIENCE_S)
        clients.append(client)
        if role is not None:
            answer = client.post("/api/session", json={"badge": BADGES[role], "pin": PIN})
            assert answer.status_code == 200, answer.text
        return client

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def key_path(tmp_path: Path) -> Path:
    """Where a session key may be made."""
    return tmp_path / "session.key"
