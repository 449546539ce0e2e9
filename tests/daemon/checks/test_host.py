"""The host is looked at, and nothing of it is changed."""

import os
import socket
from pathlib import Path

import pytest

from edge.clock import PlayedClock, SystemClock
from edge.daemon.checks import host
from edge.daemon.checks.finding import Status
from edge.daemon.kernel_clock import ASKED_US, ClockWatch, KernelClock, kernel_clock


def test_a_folder_that_will_be_made_is_judged_by_the_one_above(tmp_path: Path) -> None:
    found = host.folder_writable("gateway.data_dir", tmp_path / "new" / "data")

    assert found.status is Status.GOOD
    assert f"{tmp_path} can be written; {tmp_path}/new/data will be made" == found.text


def test_a_file_in_the_place_of_the_folder_is_bad(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")

    assert host.folder_writable("gateway.data_dir", tmp_path / "data").status is Status.BAD


def test_the_disk_is_tried_and_left_as_it_was(tmp_path: Path) -> None:
    found = host.disk_sync(tmp_path, SystemClock())

    assert f"for {host.SYNCS} pages" in found.text
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_somebody_holds_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        taken = host.port_free("pages", "127.0.0.1", port)
    free = host.port_free("pages", "127.0.0.1", port)

    assert (taken.status, free.status) == (Status.WARNING, Status.GOOD)
    assert "Address already in use" in taken.text


def test_a_serial_port_that_may_not_be_opened_names_the_group(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may open everything")
    port = tmp_path / "ttyUSB0"
    port.write_text("")
    port.chmod(0)

    found = host.port_usable("port of pack-scanner", port)

    assert (found.status, found.remedy) == (Status.BAD, "add it to the group dialout")


def test_the_clock_is_asked_again_only_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted() -> KernelClock:
        asked.append(1)
        return KernelClock(synchronised=True)

    monkeypatch.setattr("edge.daemon.kernel_clock.kernel_clock", counted)
    clock = PlayedClock()
    watch = ClockWatch(clock)
    for _ in range(1_000):
        watch.look()
    clock.advance_us(ASKED_US)
    watch.look()

    assert len(asked) == 2


def test_the_kernel_answers() -> None:
    known = kernel_clock()

    assert known.error_us_max is None or known.error_us_max >= 0
    assert (host.clock_synchronised().status is Status.GOOD) == known.synchronised
