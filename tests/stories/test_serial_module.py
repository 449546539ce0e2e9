"""A gateway with a serial UHF module at its gate: items arrive, the module is pulled, returns."""

import json
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from drivers.capture import CaptureError, CaptureReader, Kind
from tests.drivers.serial.uhf_bench import Bench
from tests.stories.running import PLAIN_GATEWAY, configured, hall_of, kinds_in
from tests.waiting import PATIENCE_S, ended, wait_until

pytestmark = pytest.mark.story
GATEWAY = (
    PLAIN_GATEWAY
    + """
[[module]]
name = "gate-1"
path = "{link}"
region = "eu"
power_dbm = 26.0
"""
)
TAGS = 6
WHAT_HAPPENS = {"stock.arrived": TAGS, "reader.lost": 1, "reader.returned": 1}
ENOUGH_RECORDS = 150
"""Of what the module sent once it was back: some three seconds of reads."""


def test_items_before_a_serial_module_arrive_and_stay_while_it_is_pulled(tmp_path: Path) -> None:
    # given: a daemon, and a module that is pulled after some seconds and comes back
    config = a_gate(tmp_path)
    bench = a_module(tmp_path)
    daemon = subprocess.Popen(edge("run", "--config", config), stdout=subprocess.PIPE, text=True)
    try:
        assert daemon.stdout is not None
        assert any('"ready": true' in line for line in daemon.stdout)

        # when: it was away
        data = tmp_path / "data"
        wait_until("it is back", lambda: kinds_in(data)["reader.returned"])
        wait_until("all items are there", lambda: kinds_in(data)["stock.arrived"] == TAGS)
    finally:
        daemon.terminate()
        ended(daemon)
        bench.end()

    # then: each item arrived once and none departed
    assert kinds(facts(config)) == WHAT_HAPPENS


def test_a_modules_bytes_are_kept_and_give_the_same_facts_each_time(tmp_path: Path) -> None:
    # given: a recording of a module that was pulled and came back
    config = a_gate(tmp_path)
    bench = a_module(tmp_path)
    capture = tmp_path / "capture"
    recording = subprocess.Popen(
        edge("record", "--config", config, "--out", capture), stdout=subprocess.DEVNULL
    )
    try:
        wait_until("it was heard before and after", lambda: is_whole(capture))
    finally:
        recording.terminate()
        assert recording.wait(PATIENCE_S) == 0
        bench.end()

    # when: it is played twice
    played = [printed("replay", capture, "--config", config) for _ in range(2)]

    # then: the facts are the warehouse's, and the same ones
    assert kinds([json.loads(line) for line in played[0].splitlines()]) == WHAT_HAPPENS
    assert played[0] == played[1]


def a_gate(folder: Path) -> Path:
    """The configuration of a gateway with nothing but the module."""
    text = GATEWAY.replace("{link}", str(folder / "uhf"))
    return configured(folder, text, hall_of("gate-1"))


def a_module(folder: Path) -> Bench:
    return Bench(folder / "uhf", "--tags", str(TAGS), "--rate", "100", "--fault", "unplug=4")


def is_whole(capture: Path) -> bool:
    """Whether the module was pulled and sent enough after it came back."""
    with suppress(CaptureError):  # not begun, or in the middle of being written
        records = [one.kind for one in CaptureReader(capture).records()]
        pulled = records.index(Kind.LOST) if Kind.LOST in records else len(records)
        return records[pulled:].count(Kind.RECEIVED) >= ENOUGH_RECORDS
    return False


def kinds(told: list[dict[str, object]]) -> Counter[str]:
    return Counter(str(fact["type"]) for fact in told)


def facts(config: Path) -> list[dict[str, object]]:
    """What the journal holds."""
    return [
        json.loads(line) for line in printed("journal", "export", "--config", config).splitlines()
    ]


def printed(*words: str | Path) -> str:
    return subprocess.run(
        edge(*words), capture_output=True, text=True, check=True, timeout=PATIENCE_S
    ).stdout


def edge(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "edge", *map(str, words)]
