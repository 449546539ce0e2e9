"""`warehouse-sim reader` as a process: what it prints, how it ends, what it refuses."""

import json
import socket
import subprocess
import sys

import pytest

REPORT = {"connections", "refused", "reads", "reports", "keepalives", "dropped"}


def _sim(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "simulators", *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_it_tells_its_port_and_after_its_time_what_it_did() -> None:
    done = _sim("reader", "--seconds", "0.3")
    first, last = (json.loads(line) for line in done.stdout.splitlines())
    assert 1024 <= first["reader"]["port"] <= 65535
    assert set(last) == REPORT
    assert (done.returncode, done.stderr) == (0, "")


def test_it_lists_its_faults() -> None:
    done = _sim("reader", "--fault", "list")
    assert done.returncode == 0
    assert "cut-mid-frame" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("--fault", "no-such"),
        ("--fault", "silent=soon"),
        ("--antennas", "0"),
        ("--vendor", "acme"),
    ],
)
def test_wrong_usage_ends_with_2_and_a_word_about_it(arguments: tuple[str, str]) -> None:
    done = _sim("reader", "--seconds", "0.1", *arguments)
    assert done.returncode == 2
    assert arguments[0] in done.stderr


def test_a_port_that_is_taken_ends_with_2_and_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = _sim("reader", "--port", port, "--seconds", "1")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert port in done.stderr
