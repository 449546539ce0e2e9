"""A supervisor writes, locks and kills tags through the gateway; the journal keeps all of it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.drivers.llrp.bench import TagBench, tag_bench
from tests.stories.running import PLAIN_GATEWAY, SUPERVISOR, configured, hall_of, running_daemon
from tests.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.story
NEW, SECRET = "30340242201d8840009efdf7", "1234abcd"
GATEWAY = (
    PLAIN_GATEWAY
    + SUPERVISOR
    + """
[[reader]]
name = "dock"
host = "127.0.0.1"
port = {reader}
"""
)


class Gateway:
    """The daemon as a process, and a supervisor who is signed in."""

    def __init__(self, folder: Path, bench: TagBench) -> None:
        text = GATEWAY.replace("{reader}", str(bench.port))
        self.config = configured(folder, text, hall_of("dock"))
        self._at_work = ExitStack()
        self.start()

    def start(self) -> None:
        self.process, self.client = self._at_work.enter_context(running_daemon(self.config))
        wait_until("the reader answers", self._hears)

    def has_its_reader(self) -> bool:
        return bool(self.client.get("/readyz").json()["readers_up"] == 1)

    def _hears(self) -> bool:
        return bool(self.client.get("/api/items", params={"q": "30"}).json()["items"])

    def kill(self) -> None:
        self.process.kill()
        self._at_work.close()

    def ask(self, task: str, key: str = "", **body: object) -> dict[str, Any]:
        headers = {"Idempotency-Key": key or os.urandom(8).hex()}
        answer = self.client.post(
            f"/api/tags/{task}", json={"reader": "dock", **body}, headers=headers
        )
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def job(self, job_id: str) -> dict[str, Any]:
        jobs = self.client.get("/api/tags").json()["jobs"]
        return next(one for one in jobs if one["job_id"] == job_id)

    def do(self, task: str, **body: object) -> dict[str, Any]:
        """Ask and wait for what became of it."""
        told = self.ask(task, **body)
        assert told["code"] == "begun", told
        name = told["data"]["job_id"]
        wait_until(f"{task} is over", lambda: self.job(name)["result"])
        result: dict[str, Any] = self.job(name)["result"]
        return result

    def facts(self) -> list[dict[str, Any]]:
        out = subprocess.run(
            [sys.executable, "-m", "edge", "journal", "export", "--config", str(self.config)],
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE_S,
        ).stdout
        return [json.loads(line) for line in out.splitlines()]


@contextmanager
def gateway(folder: Path, bench: TagBench) -> Iterator[Gateway]:
    opened = Gateway(folder, bench)
    try:
        yield opened
    finally:
        opened.kill()


def test_a_supervisor_writes_locks_and_kills_tags_and_the_journal_tells_all(
    tmp_path: Path,
) -> None:
    with tag_bench(tags=2) as bench, gateway(tmp_path, bench) as site:
        old, tid = bench.epcs()[0], bench.tids()[0]
        read = site.do("read", epc=old, bank="tid", count=6)
        both = site.do("write", to_epc=NEW)
        other = site.do("write", tid=tid, epc=bench.epcs()[1], to_epc=NEW)
        untouched = bench.epcs()
        wrote = site.do("write", tid=tid, to_epc=NEW)
        locked = site.do("lock", tid=tid, fields=["epc"], password=SECRET)
        unsure = site.ask("kill", tid=tid, epc=NEW, kill_password=SECRET, confirmation="yes")
        sure = site.client.post(
            "/api/tags/kill/confirmation", json={"reader": "dock", "tid": tid, "epc": NEW}
        ).json()["confirmation"]
        unarmed = site.do("kill", tid=tid, epc=NEW, kill_password=SECRET, confirmation=sure)
        armed = site.do("password", tid=tid, which="kill", new_password=SECRET)
        killed = site.do("kill", tid=tid, epc=NEW, kill_password=SECRET, confirmation=sure)
        facts = [fact for fact in site.facts() if fact["type"].startswith("stock.tag")]
        history = site.client.get(f"/api/items/{old}").json()["history"]

    assert read["data"] == tid
    assert both["code"] == "ambiguous"
    assert other["code"] == "refused"
    assert untouched == [one.hex() for one in bench.born]
    assert (wrote["code"], wrote["epc_before"], wrote["epc"]) == ("done", old, NEW)
    assert locked["code"] == "no_response", "the tag has another password"
    assert unsure["code"] == "not_confirmed"
    assert unarmed["code"] == "zero_kill_password"
    assert (armed["code"], killed["code"]) == ("done", "done")
    assert [one.killed for one in bench.memories()] == [True, False]
    assert [fact["type"].removeprefix("stock.tag_") for fact in facts] == [
        *(["work_begun", "work_ended"] * 4),
        "written",
        *(["work_begun", "work_ended"] * 4),
        "killed",
    ]
    assert facts[0]["data"]["job"]["by"] == "s1"
    assert SECRET not in json.dumps(facts)
    assert any(one["type"] == "stock.tag_written" for one in history)


def test_the_same_request_twice_is_one_piece_of_work(tmp_path: Path) -> None:
    with tag_bench(tags=1) as bench, gateway(tmp_path, bench) as site:
        first = site.ask("write", key="one", to_epc=NEW)
        second = site.ask("write", key="one", to_epc=NEW)
        reused = site.client.post(
            "/api/tags/write",
            json={"reader": "dock", "to_epc": "30" * 12},
            headers={"Idempotency-Key": "one"},
        )
        wait_until("it is written", lambda: site.job("one")["result"])
        begun = [fact for fact in site.facts() if fact["type"] == "stock.tag_work_begun"]
        nowhere = site.client.post(
            "/api/tags/read",
            json={"reader": "roof", "bank": "tid"},
            headers={"Idempotency-Key": "two"},
        )

    assert first == second
    assert reused.status_code == 409
    assert nowhere.status_code == 404
    assert len(begun) == 1


def test_a_gateway_that_is_killed_in_the_middle_says_that_it_does_not_know(
    tmp_path: Path,
) -> None:
    with tag_bench(tags=1) as bench, gateway(tmp_path, bench) as site:
        told = site.ask("write", key="cut", to_epc=NEW)
        site.kill()
        site.start()
        wait_until("it is told", lambda: site.job("cut")["result"])
        result = site.job("cut")["result"]
        wait_until("the reader is set up again", site.has_its_reader)
        again = site.do("write", to_epc=NEW)
        assert bench.epcs() == [NEW]

    assert told["code"] == "begun"
    assert result["code"] == "unknown"
    assert "read the tag" in result["text"]
    assert again["code"] == "done"
