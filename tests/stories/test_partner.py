"""Two gateways over one zone, and all that can part them: what both saw is one event."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from simulators.llrp.profile import PROFILES, Vendor
from simulators.llrp.reader import SimulatedReader
from simulators.tag_field import TagField
from tests.drivers.llrp.simulated import Running
from tests.mosquitto import Broker
from tests.stories.running import SUPERVISOR, configured, hall_of, running_daemon
from tests.sync.conftest import make_broker as make_broker  # noqa: PLC0414 - a fixture
from tests.waiting import wait_until

pytestmark = pytest.mark.story
TAGS = 5
GATEWAY = (
    SUPERVISOR
    + """
[gateway]
site = "hangzhou"
name = "NAME"
data_dir = "data"
[partner]
name = "PARTNER"
places = ["hall"]
[mqtt]
port = BROKER
reconnect_s_max = 1.0
[web]
port = 0
[discovery]
mdns = false
[[reader]]
name = "hall-1"
host = "127.0.0.1"
port = READER
antennas = [1]
"""
)


class Books:
    """The central system as far as it is needed here: events of all gateways, acknowledged."""

    def __init__(self, port: int) -> None:
        self.events: dict[tuple[str, int], dict[str, object]] = {}
        self._client = Client(
            CallbackAPIVersion.VERSION2, "books", protocol=MQTTProtocolVersion.MQTTv5
        )
        self._client.on_connect = lambda client, *_: client.subscribe("we1/+/+/event/#", qos=1)
        self._client.on_message = self._store
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def of(self, gateway: str, kind: str) -> list[dict[str, object]]:
        """Events of a gateway and a kind, in their order."""
        found = sorted((key, one) for key, one in list(self.events.items()) if key[0] == gateway)
        return [one for _, one in found if one["type"] == kind]

    def count(self, gateway: str, kind: str) -> int:
        return len(self.of(gateway, kind))

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _store(self, client: Client, _userdata: object, message: MQTTMessage) -> None:
        found = json.loads(message.payload)
        for one in found if isinstance(found, list) else [found]:
            self.events[one["gateway"], one["seq"]] = one
            upto = 0
            while (one["gateway"], upto + 1) in self.events:
                upto += 1
            ack = json.dumps({"epoch": one["epoch"], "upto": upto})
            client.publish(f"we1/hangzhou/{one['gateway']}/ack", ack, qos=1, retain=True)


@contextmanager
def hall_reader() -> Iterator[int]:
    """A reader over the hall while it runs, its port; each hears the same tags."""
    profile = PROFILES[Vendor.GENERIC]
    running = Running(SimulatedReader(TagField(TAGS, 1, 50.0, 1, profile.band), profile))
    try:
        yield running.port
    finally:
        running.stop()


@contextmanager
def gateway(folder: Path, name: str, partner: str, **ports: int) -> Iterator[None]:
    """A gateway that covers the hall, while it runs; it has seen every tag."""
    text = GATEWAY.replace("PARTNER", partner).replace("NAME", name)
    for word, port in ports.items():
        text = text.replace(word.upper(), str(port))
    with running_daemon(configured(folder, text, hall_of("hall-1"))) as (_, client):
        wait_until(f"{name} has seen every tag", lambda: _items(client) == TAGS)
        yield


def _items(client: httpx.Client) -> int:
    return len(client.get("/api/items", params={"q": "hall"}).json()["items"])


def test_what_two_gateways_saw_is_one_event_though_one_was_dead_and_the_link_was_cut(
    tmp_path: Path, make_broker: Callable[..., Broker]
) -> None:
    broker = make_broker()
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    with hall_reader() as first, hall_reader() as second:
        books = Books(broker.port)
        two = {"name": "gate-2", "partner": "gate-1", "broker": broker.port, "reader": second}
        one = {"name": "gate-1", "partner": "gate-2", "broker": broker.port, "reader": first}

        # given: only the second gateway lives; what it tells stands, and nothing waits
        with gateway(folders[1], **two):  # type: ignore[arg-type] # names and ports
            wait_until("it has told", lambda: books.count("gate-2", "stock.arrived") == TAGS)

            # when: the link is cut, and the first gateway sees the same behind the cut
            broker.kill()
            with gateway(folders[0], **one):  # type: ignore[arg-type] # names and ports
                broker.start()

                # then: each pair is found when both are heard again
                wait_until("all is agreed", lambda: books.count("gate-2", "stock.agreed") == TAGS)
                wait_until("all is told", lambda: books.count("gate-1", "stock.arrived") == TAGS)
        books.close()

    told = {
        str(event["id"]): gate
        for gate in ("gate-1", "gate-2")
        for event in books.of(gate, "stock.arrived")
    }
    agreed = [dict(event["data"]) for event in books.of("gate-2", "stock.agreed")]  # type: ignore[call-overload] # JSON
    given_up = {one["event_id"] for one in agreed}
    assert {told[one] for one in given_up} == {"gate-2"}
    assert {told[one["kept_id"]] for one in agreed} == {"gate-1"}
    assert len(told) == 2 * TAGS
    assert len(told.keys() - given_up) == TAGS
