"""A gateway with a serial UHF module at its gate: items arrive, the module is pulled, returns."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.drivers.serial.uhf_bench import Bench

pytestmark = pytest.mark.story
FLOOR = """
[[location]]
id = "gate"
kind = "zone"
[[antenna]]
reader = "gate-1"
port = 1
location = "gate"
"""
GATEWAY = """
[gateway]
data_dir = "data"
floor_file = "floor.toml"
exceptions_file = "exceptions.toml"
[mqtt]
enabled = false
[web]
port = 0
[[module]]
name = "gate-1"
path = "{link}"
region = "eu"
power_dbm = 26.0
"""
TROUBLES = Path(__file__).parents[2] / "config" / "exceptions.toml"


def edge(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "edge", *map(str, words)]


def facts(config: Path) -> list[dict[str, object]]:
    """What the journal holds."""
    out = subprocess.run(
        edge("journal", "export", "--config", config),
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    ).stdout
    return [json.loads(line) for line in out.splitlines()]


def test_items_before_a_serial_module_arrive_and_stay_while_it_is_pulled(tmp_path: Path) -> None:
    config = tmp_path / "gateway.toml"
    config.write_text(GATEWAY.format(link=tmp_path / "uhf"))
    (tmp_path / "floor.toml").write_text(FLOOR)
    (tmp_path / "exceptions.toml").write_text(TROUBLES.read_text(encoding="utf-8"))
    bench = Bench(tmp_path / "uhf", "--tags", "6", "--rate", "100", "--fault", "unplug=2")
    daemon = subprocess.Popen(edge("run", "--config", config), stdout=subprocess.PIPE, text=True)
    assert daemon.stdout is not None
    assert any('"ready": true' in line for line in daemon.stdout)
    with pytest.raises(subprocess.TimeoutExpired):
        daemon.wait(6)  # two seconds of reads, one away, and time to come back
    daemon.terminate()
    daemon.communicate(timeout=10)
    bench.end()

    told = facts(config)

    kinds = Counter(str(fact["type"]) for fact in told)
    assert kinds == {"stock.arrived": 6, "reader.lost": 1, "reader.returned": 1}


def test_a_modules_bytes_are_kept_and_give_the_same_facts_each_time(tmp_path: Path) -> None:
    config = tmp_path / "gateway.toml"
    config.write_text(GATEWAY.format(link=tmp_path / "uhf"))
    (tmp_path / "floor.toml").write_text(FLOOR)
    (tmp_path / "exceptions.toml").write_text(TROUBLES.read_text(encoding="utf-8"))
    bench = Bench(tmp_path / "uhf", "--tags", "6", "--rate", "100", "--fault", "unplug=2")
    capture = tmp_path / "capture"
    recording = edge("record", "--config", config, "--out", capture, "--seconds", "6")
    try:
        subprocess.run(recording, capture_output=True, check=True, timeout=30)
    finally:
        bench.end()

    played = [
        subprocess.run(
            edge("replay", capture, "--config", config),
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        ).stdout
        for _ in range(2)
    ]

    kinds = Counter(json.loads(line)["type"] for line in played[0].splitlines())
    assert kinds == {"stock.arrived": 6, "reader.lost": 1, "reader.returned": 1}
    assert played[0] == played[1]
