"""An order is cancelled while it is picked: the picker's page hears of it by itself."""

import http.client
import json
import os
import signal
import tomllib
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.stories.demo_site import NEEDS_BROKER, DemoSite
from tests.waiting import PATIENCE_S, wait_until

pytestmark = [pytest.mark.story, NEEDS_BROKER]


@contextmanager
def central(site: DemoSite) -> Iterator[mqtt.Client]:
    """A central system of its own at the demo's broker."""
    settings = tomllib.loads((site.folder / "gateway.toml").read_text(encoding="utf-8"))
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.connect("127.0.0.1", settings["mqtt"]["port"])
    client.loop_start()
    yield client
    client.disconnect()
    client.loop_stop()


def prompts(site: DemoSite, cookie: str) -> Generator[dict[str, Any]]:
    """What the picker's page is told, as it is told."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=PATIENCE_S)
    with closing(connection):
        connection.request("GET", "/api/prompt/stream", headers={"Cookie": cookie})
        answer = connection.getresponse()
        while line := answer.readline():
            if line.startswith(b"data: "):
                told: dict[str, Any] = json.loads(line[6:])
                yield told


def test_a_picker_is_told_at_once_that_the_order_in_hand_is_cancelled(site: DemoSite) -> None:
    # given: somebody is about to pick, everybody stands still, and the page listens
    cookie = site.sign_in("picker")
    wait_until(
        "there is something to pick", lambda: site.get("/api/prompt", cookie)["kind"] == "pick"
    )
    os.kill(site.child("warehouse-sim"), signal.SIGSTOP)
    stream = prompts(site, cookie)
    before = next(stream)

    # when: the central system cancels the order
    cancelled = {"order_id": before["order_id"], "rev": 1000, "state": "cancelled"}
    with central(site) as client:
        client.publish("we1/demo/gateway-1/order", json.dumps(cancelled), qos=1)
        after = next(stream)
        while after["order_id"] == before["order_id"] and after["kind"] == "pick":
            after = next(stream)
    stream.close()

    # then: the next prompt is there without anybody asking, and it is another one
    assert after["prompt_id"] != before["prompt_id"]
