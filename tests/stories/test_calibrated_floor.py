"""A supervisor asks why an item is there, calibrates, and the gateway goes on with it."""

import json
import time
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.drivers.llrp.simulated import reader_process
from tests.stories.running import PLAIN_GATEWAY, SUPERVISOR, configured, running
from tests.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.story
FLOOR = """
[[location]]
id = "east"
kind = "zone"
[[location]]
id = "west"
kind = "zone"
[[antenna]]
reader = "hall"
port = 1
location = "east"
[[antenna]]
reader = "hall"
port = 2
location = "west"
"""
GATEWAY = (
    PLAIN_GATEWAY
    + SUPERVISOR
    + """
[[reader]]
name = "hall"
host = "127.0.0.1"
port = {reader}
antennas = [1, 2]
"""
)
TAGS = 8
SIMULATED = ("--port", "0", "--antennas", "2", "--tags", str(TAGS), "--rate", "200")
HELD_S = 12
"""Two pieces of a recording for each place: one to learn from, one to judge by."""

Sheet = Mapping[str, object]


class Supervisor:
    """Takes the steps of a calibration, and looks at the picture."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.keys = count()

    def take(self, **step: str) -> dict[str, object]:
        key = f"step-{next(self.keys)}"
        answer = self.client.post(
            "/api/calibration/steps", json=step, headers={"Idempotency-Key": key}
        )
        assert answer.json()["accepted"], answer.text
        return dict(answer.json())

    def watch(self, what: str, is_so: Callable[[Sheet], object]) -> Sheet:
        """Follow the live picture until it shows something; it is quiet while nothing changes."""
        until = time.monotonic() + PATIENCE_S
        with self.client.stream("GET", "/api/calibration/stream") as stream:
            for line in stream.iter_lines():
                if line.startswith("data: ") and is_so(sheet := json.loads(line[6:])):
                    return dict(sheet)
                assert time.monotonic() < until, f"waited {PATIENCE_S} s in vain until {what}"
        raise AssertionError(f"the stream ended before {what}")

    def reason(self, epc: str) -> dict[str, Any]:
        told = self.client.get(f"/api/items/{epc}/why")
        assert told.status_code == 200, told.text
        return dict(told.json()["reason"])


def held_s(sheet: Sheet, place: str) -> int:
    places = sheet["places"]
    assert isinstance(places, list)
    return next(int(one["held_s"]) for one in places if one["location"] == place)


def clearness_db(person: Supervisor, epc: str) -> float:
    """How much louder its own antenna hears an item than the other one."""
    reason = person.reason(epc)
    levels = {one["location"]: float(one["rssi_dbm"]) for one in reason["antennas"]}
    own = levels.pop(reason["location"], -120.0)
    return own - max(levels.values(), default=-90.0)


def tags_by_place(person: Supervisor) -> dict[str, str]:
    """The clearest tag of each zone, as soon as the radio has placed some."""

    def placed() -> dict[str, list[str]]:
        found = {
            place: [
                one["epc"]
                for one in person.client.get("/api/items", params={"q": place}).json()["items"]
                if one["location"] == place
            ]
            for place in ("east", "west")
        }
        enough = sum(map(len, found.values())) >= TAGS - 2 and all(found.values())
        return found if enough else {}

    found = wait_until("there are tags in both zones", placed)
    return {
        place: max(epcs, key=lambda epc: clearness_db(person, epc))
        for place, epcs in found.items()
    }


def record(person: Supervisor, tags: Mapping[str, str]) -> None:
    """Hold a tag in each zone, long enough to learn from."""
    person.take(step="begin", level="gain")
    person.watch("tags are offered", lambda sheet: sheet["nearby"])
    for place, epc in tags.items():
        person.take(step="tag", epc=epc)
        person.take(step="here", location=place)
        person.watch("it was long enough", lambda sheet, at=place: held_s(sheet, at) >= HELD_S)
        person.take(step="moving")


def learnt(person: Supervisor) -> dict[str, Any]:
    """The report of what was recorded."""
    person.take(step="learn")
    sheet = person.watch("it ends", lambda one: one["stage"] in {"learnt", "failed"})
    assert sheet["stage"] == "learnt", sheet["fault"]
    report = sheet["report"]
    assert isinstance(report, dict)
    return report


def test_a_floor_is_calibrated_while_it_runs_and_stays_so_after_a_restart(tmp_path: Path) -> None:
    with reader_process(*SIMULATED) as one:
        config = configured(tmp_path, GATEWAY.replace("{reader}", str(one.port)), FLOOR)
        with running(config) as client:
            person = Supervisor(client)

            # given: items in both zones, each of which says why it is there
            tags = tags_by_place(person)
            reason = person.reason(tags["east"])
            assert reason["location"] == "east"
            assert [one["listening"] for one in reason["covering"]] == ["hears"]
            assert reason["antennas"][0]["location"] == "east"

            # when: a supervisor holds a tag in each zone, and learns from it
            record(person, tags)
            report = learnt(person)

            # then: the report is honest, and using it needs no restart
            assert set(report["quality"]["confusion"]) == {"east", "west"}
            assert report["quality"]["accuracy"] > report["quality"]["majority"]
            assert not (tmp_path / "data" / "calibration.json").exists()
            assert person.take(step="use")["code"] == "calibration_used"
            assert person.watch("it is used", lambda one: one["stage"] == "used")["loaded"]
            assert person.reason(tags["west"])["location"] == "west"
            heat = client.get("/api/heat", params={"epc": tags["west"], "hours": 1}).json()
            # the first reads may have announced it in the east for a moment
            longest = max(heat["places"], key=lambda one: float(one["dwell_s"]))
            assert longest["location"] == "west"

        # and: it holds after a restart
        with running(config) as client:
            sheet = client.get("/api/calibration").json()
            assert (sheet["stage"], sheet["in_use"]["quality"]) == ("idle", report["quality"])
