"""Beside a gateway that works, `doctor` asks it for its readers, which take one client only."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from edge.daemon.broker import free_port
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
[[reader]]
name = "dock"
host = "127.0.0.1"
port = {reader}
"""
)


def doctor(config: Path) -> tuple[int, dict[str, dict[str, str]]]:
    done = subprocess.run(
        [sys.executable, "-m", "edge", "doctor", "--config", config, "--json"],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    told = json.loads(done.stdout)
    return done.returncode, {one["about"]: one for one in told["findings"]}


def readers_up(client: httpx.Client) -> int:
    return int(client.get("/readyz").json()["readers_up"])


def test_a_reader_that_the_gateway_reads_is_good_and_one_that_it_lost_is_not(
    tmp_path: Path,
) -> None:
    # given: a gateway at work with its reader
    with reader_process("--port", "0", "--antennas", "1", "--tags", "1") as reader:
        text = GATEWAY.replace("{reader}", str(reader.port))
        config = configured(tmp_path, text, hall_of("dock"), web_port=free_port())
        with running(config) as client:
            wait_until("the reader is up", lambda: readers_up(client) == 1)

            # when
            code, found = doctor(config)

            # then: all is well, and the reader has met no second client
            assert code == 0, found
            assert found["reader dock"]["status"] == "good"
            assert "in use by the gateway that runs" in found["reader dock"]["text"]
            assert found["daemon"]["text"].endswith("and answers")
            assert found["pages"]["status"] == "good"
            assert client.get("/api/board").json()["alerts"] == []

            # when: the reader is gone
            reader.kill()
            wait_until("the reader is down", lambda: readers_up(client) == 0)
            code, found = doctor(config)

    # then
    assert code == 1
    assert found["reader dock"]["status"] == "bad"
    assert "does not reach it: " in found["reader dock"]["text"]
