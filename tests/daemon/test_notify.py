"""The service manager is told by one datagram a state; without one there is silence."""

import socket
from pathlib import Path

import pytest

from edge.daemon.notify import Notifier, watchdog_interval_s
from tests.waiting import PATIENCE_S


def test_a_state_arrives_at_the_managers_socket(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.settimeout(PATIENCE_S)
        manager.bind(address)

        Notifier(address).tell("READY=1")

        assert manager.recv(100) == b"READY=1"


def test_the_abstract_namespace_is_understood(tmp_path: Path) -> None:
    name = f"warehouse-edge-{tmp_path}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.settimeout(PATIENCE_S)
        manager.bind("\0" + name)

        Notifier("@" + name).tell("WATCHDOG=1")

        assert manager.recv(100) == b"WATCHDOG=1"


def test_a_manager_that_does_not_listen_stops_nobody(tmp_path: Path) -> None:
    Notifier("").tell("READY=1")
    Notifier(str(tmp_path / "nobody")).tell("READY=1")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("limit_us", "interval_s"), [("6000000", 3.0), ("", None), ("0", None), ("soon", None)]
)
def test_the_watchdog_is_fed_twice_in_its_time(
    monkeypatch: pytest.MonkeyPatch, limit_us: str, interval_s: float | None
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", limit_us)

    assert watchdog_interval_s() == interval_s
