"""From the tag to the central system's books, with everything real but the warehouse itself."""

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.stories.demo_site import BIN, NEEDS_BROKER, DemoSite
from tests.stories.running import kinds_in
from tests.waiting import PATIENCE_S, wait_until

pytestmark = [pytest.mark.story, NEEDS_BROKER]


def shipped(site: DemoSite) -> int:
    return int(site.central()["shipped"])


def test_orders_are_picked_packed_and_shipped_and_every_fact_arrives_once() -> None:
    told = subprocess.run(
        [
            *(BIN / "warehouse-edge", "demo"),
            *("--seconds", "25", "--speed", "10", "--port", "0", "--seed", "3"),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=2 * PATIENCE_S,
    )

    summary = json.loads(told.stdout.strip().splitlines()[-1])

    assert summary["orders"] > 0
    assert summary["items"] > 0
    assert (summary["wrong_items"], summary["lost"], summary["doubled"]) == (0, 0, 0)
    assert summary["acknowledged"] + summary["unsent"] == summary["events"]


def test_a_picker_sees_the_same_prompt_after_the_daemon_was_killed(site: DemoSite) -> None:
    # given: somebody is in the middle of a walk, and then everybody stands still
    cookie = site.sign_in("picker")
    wait_until("Li Wei has something to pick", lambda: _picks(site, cookie))
    others = site.child("warehouse-sim", "warehouse"), site.child("warehouse-sim", "central")
    for one in others:  # an order in a rush that came now would join the walk
        os.kill(one, signal.SIGSTOP)
    before = _last_of(lambda: site.get("/api/prompt", cookie), alike=80)

    # when: the daemon dies in mid-air and comes back
    os.kill(site.child("warehouse-edge", "run"), signal.SIGKILL)
    wait_until("the daemon is gone", lambda: not site.is_live())
    wait_until("the daemon is back", site.is_live)
    after = site.get("/api/prompt", cookie)
    if not after["radio"]:  # the readers stand still, too: that, and nothing else, may be told
        boss = site.sign_in("supervisor")
        wait_until("a reader is lost", lambda: site.get("/api/board", boss)["readers"]["down"])
    for one in others:
        os.kill(one, signal.SIGCONT)

    # then: the screen goes on, into the tote that was scanned, without gap or double in the books
    assert after | {"radio": before["radio"]} == before
    bound = [one["data"]["tote_id"] for one in site.journal("export") if _binds(one)]
    assert before["tote_id"] in bound
    done = shipped(site)
    wait_until("more orders are shipped", lambda: shipped(site) > done)
    books = site.central()
    assert (books["lost"], books["doubled"], books["gaps"]) == (0, 0, 0)


def test_picking_goes_on_without_the_broker_and_everything_arrives_afterwards(
    site: DemoSite,
) -> None:
    # given: work is under way
    cookie = site.sign_in("supervisor")
    wait_until("pieces are picked", lambda: _picked(site, cookie) > 2)
    broker = site.child("mosquitto")

    # when: the broker hangs while people go on
    os.kill(broker, signal.SIGSTOP)
    picked = _picked(site, cookie)
    stored = _last_of(lambda: site.central()["upto"], alike=2)
    wait_until("pieces are picked without a broker", lambda: _picked(site, cookie) > picked + 3)
    assert site.central()["upto"] == stored
    os.kill(broker, signal.SIGCONT)

    # then: all of it arrives, in order
    wait_until("the backlog has drained", lambda: site.central()["upto"] > stored + 10)
    books = site.central()
    assert (books["lost"], books["doubled"], books["gaps"]) == (0, 0, 0)


def test_the_demo_ends_with_all_that_it_started_and_finds_its_data_again(tmp_path: Path) -> None:
    site = DemoSite(tmp_path / "demo")
    wait_until("an order is planned", lambda: kinds_in(site.data).total() > 300)
    children = site.children()
    site.stop()
    left = [child for child in children if Path(f"/proc/{child}").exists()]
    first = site.journal("export")

    again = DemoSite(tmp_path / "demo")
    second = again.journal("export")
    report = again.journal("verify")
    again.stop()

    assert (len(children), left) == (4, [])
    assert [one["id"] for one in second[: len(first)]] == [one["id"] for one in first]
    assert report[0]["problems"] == []


def _binds(fact: dict[str, object]) -> bool:
    return fact["type"] == "pick.tote_bound"


def _picks(site: DemoSite, cookie: str) -> bool:
    return bool(site.get("/api/prompt", cookie)["kind"] == "pick")


def _last_of(look: Callable[[], Any], alike: int) -> Any:  # noqa: ANN401 - what is looked at
    """What is seen once nothing that was under way changes it any more."""
    seen: list[object] = []

    def is_still() -> bool:
        seen.append(look())
        return len(seen) >= alike and all(one == seen[-1] for one in seen[-alike:])

    wait_until("it stands still", is_still)
    return seen[-1]


def _picked(site: DemoSite, cookie: str) -> int:
    return int(site.get("/api/board", cookie)["items_picked"])
