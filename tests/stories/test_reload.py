"""A gateway takes up what was written into its file, and works on when that was nonsense."""

import signal
from pathlib import Path

import httpx
import pytest

from edge.settings.history import History, history_folder
from edge.web.pins import hash_pin
from tests.stories.running import (
    HALL,
    PLAIN_GATEWAY,
    SUPERVISOR,
    configured,
    running,
    running_daemon,
)
from tests.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.story
GATEWAY = PLAIN_GATEWAY + SUPERVISOR + "[discovery]\nmdns = false\n"
SECOND = '[[person]]\nbadge = "s2"\nname = "Li"\nrole = "supervisor"\npin_hash = "{hash}"\n'


def signs_in(client: httpx.Client, badge: str, pin: str) -> bool:
    """Whether somebody is let in."""
    with httpx.Client(base_url=client.base_url, timeout=PATIENCE_S) as other:
        return other.post("/api/session", json={"badge": badge, "pin": pin}).is_success


def alerts_of(client: httpx.Client) -> set[str]:
    return {one["code"] for one in client.get("/api/board").json()["alerts"]}


def test_a_new_person_signs_in_and_a_broken_file_disturbs_nobody(tmp_path: Path) -> None:
    config = configured(tmp_path, GATEWAY, HALL)
    good = config.read_text() + SECOND.replace("{hash}", hash_pin("815815"))
    with running_daemon(config) as (daemon, client):
        config.write_text(good)
        daemon.send_signal(signal.SIGHUP)
        history = History(history_folder(config))
        wait_until("the file is taken up", lambda: len(history.all()) == 2)
        assert signs_in(client, "s2", "815815")

        config.write_text(good.replace("[mqtt]", "[mqqt]"))
        daemon.send_signal(signal.SIGHUP)
        wait_until("it is told", lambda: "configuration_broken" in alerts_of(client))
        assert client.get("/api/session").json()["badge"] == "s1"

    with running(config) as client:  # it is broken still
        wait_until("it is told", lambda: "configuration_broken" in alerts_of(client))
