"""Nobody keeps pickers out by opening connections: requests come to an end, or their line does."""

import socket
from collections.abc import Callable
from contextlib import suppress

import httpx
import pytest

from edge.web.people import Role

ClientOf = Callable[[Role | None], httpx.Client]
SOON_S = 0.3
DEADLINE_S = 60.0
"""For what comes within a second on an idle machine."""
HALF_A_HEAD = b"GET /healthz HTTP/1.1\r\nHost: gateway\r\nX-Slow: "
HALF_A_BODY = (
    b"POST /api/session HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n"
    b'Content-Length: 60\r\n\r\n{"badge'
)


def line_to(address: str) -> socket.socket:
    port = int(address.rpartition(":")[2])
    return socket.create_connection(("127.0.0.1", port), DEADLINE_S)


def is_ended(line: socket.socket) -> bool:
    """Whether the server ends a line, after whatever it still had to say; waits for it."""
    with suppress(ConnectionResetError):
        while line.recv(1000):
            pass
    return True


@pytest.mark.parametrize("told", [b"", HALF_A_HEAD, HALF_A_BODY], ids=["nothing", "head", "body"])
def test_a_request_that_does_not_come_to_an_end_loses_its_line(
    address: str, told: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.web.patience.REQUEST_S_MAX", SOON_S)

    with line_to(address) as line:
        line.sendall(told)

        assert is_ended(line)


def test_a_request_behind_another_one_on_the_same_line_has_its_time_too(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.web.patience.REQUEST_S_MAX", SOON_S)

    with line_to(address) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: gateway\r\n\r\n" + HALF_A_HEAD)
        assert line.recv(4000).startswith(b"HTTP/1.1 200")

        assert is_ended(line)


def test_a_page_that_listens_is_left_alone(
    client_of: ClientOf, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(Role.SUPERVISOR)
    monkeypatch.setattr("edge.web.patience.REQUEST_S_MAX", SOON_S)

    with client.stream("GET", "/api/floor/stream") as listening, line_to(address) as later:
        parts = listening.iter_raw()
        assert next(parts)
        later.sendall(HALF_A_HEAD)
        assert is_ended(later)  # so the time is over for both

        stream = listening.extensions["network_stream"].get_extra_info("socket")
        stream.setblocking(False)
        with suppress(BlockingIOError):  # open, and nothing to tell
            assert stream.recv(100_000) != b""


def test_an_address_with_a_slash_too_many_leads_nowhere_else(client_of: ClientOf) -> None:
    answer = client_of(None).get("/api/setup/", headers={"Host": "evil.example"})

    assert answer.status_code == 404
    assert "location" not in answer.headers
