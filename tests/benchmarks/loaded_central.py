"""The central system of a loaded site: acknowledges, and remembers when what came."""

import json
import socket
import time
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from paho.mqtt.client import Client as MqttClient
from paho.mqtt.client import MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from edge.model.ids import OrderId
from edge.model.orders import OrderLine
from simulators.codes import gtin_13
from simulators.llrp import busy
from tests.benchmarks.hall import STOCK, articles, hall, stock

BASE = "we1/bench/gateway-1/"


class Central:
    """Acknowledges events; remembers when it got each arrival; the gateway's health as told last.

    Args:
        port: of the broker.
    """

    def __init__(self, port: int) -> None:
        self.arrived_us: dict[int, int] = {}
        """By serial of a newcomer, UTC microseconds at which its arrival was acknowledged."""
        self.health: Mapping[str, Any] = {}
        self.events = 0
        self.gaps = 0
        self.doubled = 0
        """Arrivals of a newcomer that has arrived before."""
        self.state = ""
        self._last_seq = 0
        self._newcomer = busy.epcs(busy.NEWCOMER_ITEM, np.zeros(1, np.int64))[0].tobytes().hex()
        self._newcomer = self._newcomer[:16]
        self._client = MqttClient(
            CallbackAPIVersion.VERSION2, "central", protocol=MQTTProtocolVersion.MQTTv5
        )
        self._client.on_message = self._on_message
        self._client.on_socket_open = lambda _client, _data, wire: wire.setsockopt(
            socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
        )
        self._client.connect("127.0.0.1", port)
        self._client.subscribe([(f"{BASE}event/#", 1), (f"{BASE}health", 0), (f"{BASE}state", 1)])
        self._client.loop_start()

    def _on_message(self, _client: MqttClient, _data: object, message: MQTTMessage) -> None:
        leaf = message.topic.removeprefix(BASE)
        told = json.loads(message.payload)
        if leaf == "health":
            self.health = told
        elif leaf == "state":
            self.state = told["state"]
        else:
            self._take(told if isinstance(told, list) else [told])

    def _take(self, events: list[Mapping[str, Any]]) -> None:
        fresh = [one for one in events if one["seq"] > self._last_seq]
        if not fresh:
            return
        self.gaps += self._last_seq > 0 and fresh[0]["seq"] != self._last_seq + 1
        self._last_seq = fresh[-1]["seq"]
        ack = {"epoch": fresh[-1]["epoch"], "upto": self._last_seq}
        self._client.publish(BASE + "ack", json.dumps(ack), qos=1, retain=True)
        now_us = time.time_ns() // 1000
        self.events += len(fresh)
        for one in fresh:
            epc = one["data"].get("epc", "")
            if one["type"] == "stock.arrived" and epc.startswith(self._newcomer):
                serial = int(epc[16:], 16)
                self.doubled += serial in self.arrived_us
                self.arrived_us.setdefault(serial, now_us)

    def send(self, leaf: str, payload: object) -> None:
        """A message for the gateway."""
        self._client.publish(BASE + leaf, json.dumps(payload), qos=1)

    def send_goods(self) -> None:
        """Articles and stock."""
        goods = articles(400)
        items = [
            {"sku": one.sku, "gtin": str(one.gtin), "name": one.name, "version": 1}
            for one in goods
        ]
        tagged = [
            {"sku": f"T{item}", "gtin": "0" + gtin_13(busy.COMPANY_PREFIX, item), "name": "Tagged"}
            | {"version": 1}
            for item in (busy.RESIDENT_ITEM, busy.NEWCOMER_ITEM)
        ]
        self.send("master/items", [*items, *tagged])
        lying = [
            {"sku": one.sku, "location": one.location, "quantity": STOCK, "version": 1}
            for one in stock(hall(), goods)
        ]
        self.send("master/stock", lying)

    def send_orders(self, wanted: Iterable[tuple[OrderId, tuple[OrderLine, ...]]]) -> None:
        """Released orders."""
        for order_id, lines in wanted:
            told = [
                {"line_id": one.line_id, "sku": one.sku, "quantity": one.quantity} for one in lines
            ]
            order = {"order_id": order_id, "rev": 1, "priority": 0, "carrier": "DHL"}
            self.send("order", order | {"lines": told, "state": "released"})

    def close(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()
