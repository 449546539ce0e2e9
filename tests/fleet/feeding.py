"""Orders for a whole fleet from one place, as a central system sends them."""

import json
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from simulators.catalogue import make_catalogue
from simulators.central_orders import OrderMaker, master_items, master_stock
from tests.fleet.gateways import SITE

SEED = 1


class Feeder:
    """Sends each gateway its master data, then one order after another, in turn.

    Args:
        port: of the broker on loopback.
        names: of the gateways.
        orders_per_s: to all of them together.
    """

    def __init__(self, port: int, names: Sequence[str], orders_per_s: float) -> None:
        self._names, self._pause_s = names, 1.0 / orders_per_s
        self._catalogue = make_catalogue(SEED)
        self._makers = {name: OrderMaker(self._catalogue, f"{name}-") for name in names}
        self._deliveries = dict.fromkeys(names, 1)
        self._over = threading.Event()
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, "feeder", protocol=MQTTProtocolVersion.MQTTv5
        )
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._thread = threading.Thread(target=self._feed)
        self.sent = 0

    def start(self) -> None:
        """Master data at once, then orders."""
        for name in self._names:
            self._publish(name, "master/items", master_items(self._catalogue))
            self._publish(name, "master/stock", master_stock(self._catalogue))
        self._thread.start()

    def stop(self) -> None:
        """No more orders; returns when the broker has all that were sent."""
        self._over.set()
        self._thread.join()
        self._client.disconnect()
        self._client.loop_stop()

    def _feed(self) -> None:
        number = 0
        while not self._over.wait(self._pause_s):
            number += 1
            self._send(self._names[number % len(self._names)], number)

    def _send(self, name: str, number: int) -> None:
        due = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="seconds")
        order = self._makers[name].make(number, due)
        if order is None:
            self._deliveries[name] += 1
            self._makers[name].deliver()
            stock = master_stock(self._catalogue, self._deliveries[name])
            self._publish(name, "master/stock", stock)
        else:
            self._publish(name, "order", order)
            self.sent += 1

    def _publish(self, name: str, leaf: str, payload: Any) -> None:  # noqa: ANN401 - JSON
        body = json.dumps(payload).encode()
        self._client.publish(f"we1/{SITE}/{name}/{leaf}", body, 1).wait_for_publish(30)
