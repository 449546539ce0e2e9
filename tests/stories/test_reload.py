"""A gateway takes up what was written into its file, and works on when that was nonsense."""

import signal
import time
from pathlib import Path

import httpx
import pytest

from edge.web.pins import hash_pin
from tests.stories.running import configured, running, running_daemon

pytestmark = pytest.mark.story
FLOOR = '[[location]]\nid = "hall"\nkind = "zone"\n'
GATEWAY = """
[gateway]
data_dir = "data"
[discovery]
mdns = false
[mqtt]
enabled = false
[web]
port = 0
[[person]]
badge = "s1"
name = "Chen"
role = "supervisor"
pin_hash = "{pin_hash}"
"""
SECOND = '[[person]]\nbadge = "s2"\nname = "Li"\nrole = "supervisor"\npin_hash = "{hash}"\n'
TAKEN_S_MAX = 15.0


def signs_in(client: httpx.Client, badge: str, pin: str) -> bool:
    """Whether somebody comes to be let in, from an address that is not locked out."""
    deadline = time.monotonic() + TAKEN_S_MAX
    with httpx.Client(base_url=client.base_url, timeout=10) as other:
        while time.monotonic() < deadline:
            answer = other.post("/api/session", json={"badge": badge, "pin": pin})
            if answer.is_success:
                return True
            time.sleep(1.0)  # each try counts towards the lock of five
    return False


def alerts_of(client: httpx.Client) -> set[str]:
    return {one["code"] for one in client.get("/api/board").json()["alerts"]}


def comes_to_tell(client: httpx.Client, code: str) -> bool:
    deadline = time.monotonic() + TAKEN_S_MAX
    while time.monotonic() < deadline:
        if code in alerts_of(client):
            return True
        time.sleep(0.1)
    return False


def test_a_new_person_signs_in_and_a_broken_file_disturbs_nobody(tmp_path: Path) -> None:
    config = configured(tmp_path, GATEWAY, FLOOR)
    good = config.read_text() + SECOND.replace("{hash}", hash_pin("815815"))
    with running_daemon(config) as (daemon, client):
        config.write_text(good)
        daemon.send_signal(signal.SIGHUP)
        assert signs_in(client, "s2", "815815")

        config.write_text(good.replace("[mqtt]", "[mqqt]"))
        daemon.send_signal(signal.SIGHUP)
        assert comes_to_tell(client, "configuration_broken")
        assert client.get("/api/session").json()["badge"] == "s1"

    with running(config) as client:  # it is broken still
        assert comes_to_tell(client, "configuration_broken")
