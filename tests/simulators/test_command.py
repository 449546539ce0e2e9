"""`warehouse-sim reader` as a process: what it prints, how it ends, what it refuses."""

import json
import signal
import socket
import subprocess
import sys
from collections import Counter

import pytest

from simulators.faults import CATALOGUE
from simulators.llrp.codec import HEADER_BYTES, decode, encode, frame_length
from simulators.llrp.parts import Part, message
from tests.simulators.llrp.conftest import report_spec, rospec
from tests.waiting import PATIENCE_S, ended

ONE_BY_ONE = {"reads", "reports", "messages", "octets"}
REPORT = {"connections", "refused", "keepalives", "dropped", "lost", "unsent", "each"} | {
    "reads",
    "reports",
    "messages",
}

PROMISED = {
    *("silent", "half-open", "slow", "cut-mid-frame", "garbage", "oversized-length"),
    *("unknown-message", "unknown-parameter", "cut-field", "wrong-count"),
    *("clock-1970", "clock-jump", "uptime-only", "no-uhf-band", "keepalive-late"),
    *("refuses-stop", "error-in-setup", "reboots", "antenna-falls-off", "buffer-overflow"),
    *("duplicated-report", "reordered-report"),
}
"""What the reader's users count on; the catalogue may have more."""


def _sim(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "simulators", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def test_it_tells_its_port_and_after_its_time_what_it_did() -> None:
    done = _sim("reader", "--seconds", "0.3")
    first, last = (json.loads(line) for line in done.stdout.splitlines())
    assert 1024 <= first["reader"]["port"] <= 65535
    assert set(last) == REPORT
    assert (done.returncode, done.stderr) == (0, "")


def _inventory(port: int, spec: Part, enough: int) -> tuple[Counter[str], int]:
    """Take so many reads, then close; messages by kind with reads, and bytes."""
    counts: Counter[str] = Counter()
    wanted = [
        message("ADD_ROSPEC", 1, spec),
        message("ENABLE_ROSPEC", 2, ROSpecID=1),
    ]
    with (
        socket.create_connection(("127.0.0.1", port), PATIENCE_S) as link,
        link.makefile("rb") as stream,
    ):
        link.sendall(b"".join(encode(one) for one in wanted))
        octets, closing = 0, False
        while head := stream.read(HEADER_BYTES):
            frame = head + stream.read(frame_length(head) - HEADER_BYTES)
            octets += len(frame)
            told = decode(frame)
            counts[told.name] += 1
            counts["reads"] += sum(1 for _ in told.all("TagReportData"))
            if counts["reads"] > enough and not closing:
                closing = True
                ends = [
                    message("DELETE_ROSPEC", 3, ROSpecID=1),
                    message("CLOSE_CONNECTION", 4),
                ]
                link.sendall(b"".join(encode(one) for one in ends))
    return counts, octets


def test_its_last_line_counts_what_each_of_its_clients_received() -> None:
    arguments = ["reader", "--rate", "1000", "--tags", "100"]
    process = subprocess.Popen(
        [sys.executable, "-m", "simulators", *arguments], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    port = int(json.loads(process.stdout.readline())["reader"]["port"])
    spec = rospec(report=report_spec(7))
    received = [_inventory(port, spec, 500) for _ in range(2)]
    process.send_signal(signal.SIGTERM)
    told = json.loads(ended(process)[0])

    assert told["connections"] == 2
    for (counts, octets), sent in zip(received, told["each"], strict=True):
        assert set(sent) == ONE_BY_ONE
        assert sent["reads"] == counts["reads"] > 500
        assert sent["reports"] == counts["RO_ACCESS_REPORT"]
        assert sent["messages"] == sum(counts.values()) - counts["reads"]
        assert sent["octets"] == octets
    assert told["reads"] == sum(one["reads"] for one in told["each"])
    assert (told["lost"], told["unsent"]) == (0, 0)


def test_its_help_names_every_fault() -> None:
    done = _sim("reader", "--help")
    words = "".join(one for one in done.stdout if one not in " \n│")
    assert [name for name in CATALOGUE if name not in words] == []


def test_several_readers_share_a_process_and_are_summed() -> None:
    done = _sim("reader", "--readers", "3", "--seconds", "0.3", "--tick-ms", "50")
    *ports, last = (json.loads(line) for line in done.stdout.splitlines())
    assert len({one["reader"]["port"] for one in ports}) == 3
    assert [set(one) for one in last["readers"]] == [REPORT] * 3
    assert last["connections"] == 0


def test_it_lists_its_faults_with_a_sentence_and_a_time_each() -> None:
    done = _sim("reader", "--fault", "list")
    assert done.returncode == 0
    lines = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert set(lines) == set(CATALOGUE) >= PROMISED
    assert all(told.endswith(" s)") and len(told) > 20 for told in lines.values())


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
