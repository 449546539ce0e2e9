"""A new reader is plugged in: it is found, waits for approval, and reads, also after a restart."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.drivers.llrp.simulated import reader_process
from tests.stories.running import PLAIN_GATEWAY, SUPERVISOR, configured, hall_of, running
from tests.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.story
GATEWAY = (
    PLAIN_GATEWAY
    + SUPERVISOR
    + """
[discovery]
mdns = false
subnets = ["127.0.0.0/29"]
port = {reader}
every_minutes = 0.02
"""
)


def found(client: httpx.Client) -> list[dict[str, object]]:
    readers: list[dict[str, object]] = client.get("/api/readers/found").json()["readers"]
    return readers


def alerts(client: httpx.Client) -> list[str]:
    return [alert["code"] for alert in client.get("/api/board").json()["alerts"]]


def antenna(client: httpx.Client) -> dict[str, object]:
    (one,) = client.get("/api/radio").json()["antennas"]
    return dict(one)


def items(client: httpx.Client) -> int:
    told = client.get("/api/items", params={"q": "hall"}).json()["items"]
    return len(told)


def test_a_found_reader_is_approved_reads_and_is_run_again_after_a_restart(
    tmp_path: Path,
) -> None:
    with reader_process("--port", "0", "--antennas", "1", "--tags", "5", "--rate", "100") as one:
        config = configured(
            tmp_path, GATEWAY.replace("{reader}", str(one.port)), hall_of("shelf-1")
        )

        # given: a gateway that knows no reader, and a reader beside it
        with running(config) as client:
            wait_until("the reader is found", lambda: found(client))
            (reader,) = found(client)
            assert (reader["state"], reader["host"]) == ("waiting", "127.0.0.1")
            wait_until("an alert stands on the board", lambda: alerts(client) == ["reader_found"])
            assert items(client) == 0

            # when: a supervisor says that it is ours, twice because the network is bad
            address = f"/api/readers/found/{reader['id']}/approve"
            body = {"name": "shelf-1", "antennas": [1]}
            for _ in range(2):
                answer = client.post(address, json=body, headers={"Idempotency-Key": "k1"})
                assert answer.json()["code"] == "approved", answer.text

            # then: it reads at once, and waits no more
            wait_until("its items arrive", lambda: items(client) == 5)
            assert [one["state"] for one in found(client)] == ["approved"]
            wait_until("the alert is over", lambda: alerts(client) == [])
            assert client.get("/readyz").json()["readers_up"] == 1

        # and: a restart changes nothing
        with running(config) as client:
            wait_until("it reads again", lambda: client.get("/readyz").json()["reads_total"] > 0)
            assert [one["name"] for one in found(client)] == ["shelf-1"]
            wait_until("its antenna is judged", lambda: antenna(client)["state"] == "learning")


def test_discover_prints_the_reader_and_says_no_where_there_is_none() -> None:
    with reader_process("--port", "0", "--antennas", "2", "--vendor", "zebra") as one:
        told = discover("--subnet", "127.0.0.0/29", "--port", str(one.port))

    (line,) = told.stdout.splitlines()
    shown = json.loads(line)
    assert shown["address"] == f"llrp://127.0.0.1:{one.port}"
    assert (shown["manufacturer"], shown["antennas"], shown["busy"]) == ("Zebra", 2, False)
    assert discover("--subnet", "127.0.0.0/29", "--port", "1").returncode == 1


def discover(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "edge", "discover", "--seconds", "0.2", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )


@pytest.mark.parametrize(
    ("subnet", "word"), [("10.0.0.0/8", "too many"), ("10.0.0.1/28", "host bits"), ("x", "x")]
)
def test_a_subnet_that_cannot_be_searched_is_refused_in_one_line(subnet: str, word: str) -> None:
    told = discover("--subnet", subnet)

    assert told.returncode == 2
    (line,) = told.stderr.splitlines()
    assert word in line
