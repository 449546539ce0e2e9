"""The central system: stores every event once, acknowledges what is durable, sends orders.

Theory of operation: paho's thread only queues what arrives. The main loop takes what is queued,
stores it in one transaction, and then, not before, tells the broker that the messages are received
(PUBACK) and the gateway that its events are stored (the retained, cumulative `ack`). An ack covers
the gap-free prefix only; a gap that stays is asked for with `request/resend`. Killed anywhere, it
finds its books, its broker session and its open orders again. What a gateway tells ahead of its
turn while it catches up is stored first (`central_lane`).

A gateway that comes up is asked for its epoch (`request/snapshot`). One that was not seen before
means that its journal was made anew: every open order is sent again, which an order's key makes
harmless where the gateway still knows it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic, time_ns
from typing import Any

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from simulators.catalogue import make_catalogue
from simulators.central_books import Books
from simulators.central_events import UnreadableEventError, events_of
from simulators.central_lane import LaneClient, Waiting, base_of, is_ahead
from simulators.central_orders import OrderMaker, master_items, master_stock

_UNCONFIRMED_MOST = 1_000
"""Messages that the broker hands over before it waits for our word on the first of them."""
_QUEUED_MOST = 10_000
"""Room for those and for the unconfirmed kind (`health`) of many minutes."""
_BATCH_MOST = 200
_BATCH_BYTES_MOST = 1024 * 1024
_SESSION_S = 86_400
"""The broker keeps what arrives for us while we are away so long."""
_GAP_PATIENCE_S = 2.0
_AGAIN_S = 10.0
"""An order of which no event has told after this time is sent again: its key makes it harmless."""
_SNAPSHOT = "response/snapshot"
ANY = "+"


@dataclass(frozen=True, slots=True)
class CentralSettings:
    """What to run.

    Attributes:
        site, gateway: the gateway to serve; `+` serves the first that shows up.
        orders_per_minute: 0 sends none.
        open_most: orders that may be neither shipped nor cancelled at one time.
        orders_most: orders to send in all; None for no end.
        restock: where too little is left to sell, the morning's goods arrive once more.
        takes_events: False where workers on a shared subscription take them, into the same books.
    """

    broker: tuple[str, int]
    prefix: str = "we1"
    site: str = ANY
    gateway: str = ANY
    seed: int = 1
    orders_per_minute: float = 0.0
    open_most: int = 20
    orders_most: int | None = None
    restock: bool = False
    takes_events: bool = True


@dataclass(slots=True)
class _Gateway:
    """What is known of the gateway that is served."""

    base: str
    session: str = ""
    state: str = ""
    gap_since_s: float | None = None
    asked_s: float = 0.0
    acked: dict[str, tuple[int, float]] = field(default_factory=dict)


class Central:
    """One central system on one broker.

    Args:
        settings: what to run.
        store: its books.
        now_us: tells UTC microseconds.
    """

    def __init__(
        self,
        settings: CentralSettings,
        store: Books,
        now_us: Callable[[], int] = lambda: time_ns() // 1000,
    ) -> None:
        self._settings = settings
        self._store = store
        self._now_us = now_us
        self._catalogue = make_catalogue(settings.seed)
        token = store.token(_fresh_token(now_us()))
        self._maker = OrderMaker(self._catalogue, token)
        self._gateway: _Gateway | None = None
        self._waiting = Waiting(_QUEUED_MOST, _BATCH_MOST, _BATCH_BYTES_MOST)
        self._next_order_s = monotonic()
        self._client = self._make_client(f"central-{token}")
        topic = f"{settings.prefix}/{settings.site}/{settings.gateway}/live/#"
        self._lane = LaneClient(settings.broker, topic, f"central-{token}-live", self._waiting)
        for order in store.orders():
            self._maker.ordered(order["lines"])
        for data in store.data_of("stock.placed"):
            self._put_away(data)

    # -- the connection ------------------------------------------------------------------------
    def _make_client(self, client_id: str) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            manual_ack=True,
        )
        client.reconnect_delay_set(1, 5)
        client.on_connect = self._on_connect
        client.on_message = self._on_message
        return client

    def start(self) -> None:
        """Connect, and go on trying where the broker is not there yet."""
        properties = _properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = _SESSION_S
        properties.ReceiveMaximum = _UNCONFIRMED_MOST
        host, port = self._settings.broker
        self._client.connect_async(host, port, 15, clean_start=False, properties=properties)
        self._client.loop_start()
        if self._settings.takes_events:
            self._lane.start()

    def stop(self) -> None:
        """Leave in order; the broker keeps our place."""
        if self._settings.takes_events:
            self._lane.stop()
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, client: mqtt.Client, *_: object) -> None:
        base = f"{self._settings.prefix}/{self._settings.site}/{self._settings.gateway}"
        events = ("event/#",) if self._settings.takes_events else ()
        topics = (*events, "state", "info", "health", "alert/#", _SNAPSHOT)
        client.subscribe([(f"{base}/{topic}", SubscribeOptions(qos=1)) for topic in topics])

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self._waiting.put(message)

    # -- one turn ------------------------------------------------------------------------------
    def turn(self, wait_s: float = 0.1) -> None:
        """Take what has come, acknowledge it, see to gaps, send what is due."""
        messages = self._waiting.take(wait_s)
        if messages:
            self._take(messages)
        self._mind_gaps()
        self._send_orders()

    def _take(self, messages: list[mqtt.MQTTMessage]) -> None:
        events = []
        for message in messages:
            base = base_of(message.topic)
            if not base:
                self._hear(message)
                continue
            self._serve(base)
            try:
                events += events_of(bytes(message.payload), base, is_ahead=is_ahead(message.topic))
            except UnreadableEventError:
                self._store.count("unreadable")
        fresh = self._store.take(events, self._now_us())
        for message in messages:
            self._client.ack(message.mid, message.qos)  # nothing where the quality is 0
        for event in fresh:
            if event.type == "stock.placed":
                self._put_away(event.data)
        for epoch in dict.fromkeys(event.epoch for event in events):
            self._acknowledge(events[-1].gateway, epoch)

    def _put_away(self, data: dict[str, Any]) -> None:
        quantity = data.get("quantity")
        if isinstance(quantity, int):
            self._maker.put_away(str(data.get("sku", "")), quantity)

    def _acknowledge(self, gateway: str, epoch: str) -> None:
        """Tell how far the books are whole; the same again only when it may have been lost."""
        if self._gateway is None:
            return
        upto = self._store.prefix(gateway, epoch).upto
        last, at_s = self._gateway.acked.get(epoch, (-1, 0.0))
        if upto == last and monotonic() - at_s < _GAP_PATIENCE_S:
            return
        self._gateway.acked[epoch] = (upto, monotonic())
        self._publish("ack", {"epoch": epoch, "upto": upto}, retain=True)

    def _serve(self, base: str) -> None:
        if self._gateway is None:
            self._gateway = _Gateway(base)

    def _hear(self, message: mqtt.MQTTMessage) -> None:
        """A gateway's state, or its answer about its epoch."""
        base, _, leaf = message.topic.rpartition("/")
        if leaf == "state":
            self._hear_state(base, _object(bytes(message.payload)))
        elif message.topic.endswith(f"/{_SNAPSHOT}"):
            self._hear_epoch(str(_object(bytes(message.payload)).get("epoch", "")))

    def _hear_epoch(self, epoch: str) -> None:
        """An epoch that was not told before gets all open orders (again)."""
        name = f"epoch {epoch}"
        if self._store.counter(name) == 0:
            for order in self._store.orders("open"):
                self._publish("order", order)
        self._store.count(name)

    def _hear_state(self, base: str, state: dict[str, Any]) -> None:
        """A new session gets the master data (again), and is asked for its epoch."""
        self._serve(base)
        if self._gateway is None or self._gateway.base != base:
            return
        self._gateway.state = str(state.get("state", ""))
        session = str(state.get("session", ""))
        if self._gateway.state in {"ready", "degraded"} and session != self._gateway.session:
            self._gateway.session = session
            self._publish("master/items", master_items(self._catalogue))
            self._state_stock()
            self._ask("snapshot", {"limit": 1})
            self._next_order_s = monotonic()

    def _mind_gaps(self) -> None:
        gateway = self._gateway
        prefixes = self._store.prefixes() if gateway and self._settings.takes_events else []
        if gateway is None or not prefixes:
            return
        last, now_s = prefixes[-1], monotonic()
        if last.upto >= last.highest:
            gateway.gap_since_s = None
            return
        if gateway.gap_since_s is None:
            gateway.gap_since_s = now_s
            self._store.count("gaps")
        if min(now_s - gateway.gap_since_s, now_s - gateway.asked_s) >= _GAP_PATIENCE_S:
            gateway.asked_s = now_s
            self._ask("resend", {"epoch": last.epoch, "from": last.upto + 1})

    def _ask(self, name: str, payload: dict[str, Any]) -> None:
        if self._gateway is not None:
            properties = _properties(PacketTypes.PUBLISH)
            properties.ResponseTopic = f"{self._gateway.base}/response/{name}"
            properties.CorrelationData = name.encode()
            properties.MessageExpiryInterval = 30
            self._publish(f"request/{name}", payload, properties=properties)

    # -- orders --------------------------------------------------------------------------------
    def _send_orders(self) -> None:
        now_s = monotonic()
        if self._gateway is None or not self._gateway.session:
            return
        now_us = self._now_us()
        if late := self._store.unconfirmed(now_us - int(_AGAIN_S * 1e6)):
            for order in late:
                self._publish("order", order)
            self._store.sent_again([order["order_id"] for order in late], now_us)
        while self._next_order_s <= now_s and self._may_order():
            self._next_order_s = max(
                self._next_order_s + 60.0 / self._settings.orders_per_minute, now_s - 1.0
            )
            self._send_order(now_us)

    def _may_order(self) -> bool:
        most = self._settings.orders_most
        return (
            self._settings.orders_per_minute > 0
            and self._store.order_count("open") < self._settings.open_most
            and (most is None or self._store.order_count() < most)
        )

    def _send_order(self, now_us: int) -> None:
        due = cut_off(datetime.fromtimestamp(now_us / 1e6, UTC))
        number = self._store.order_count() + 1
        order = self._maker.make(number, due.isoformat(timespec="seconds"))
        if order is None:
            self._restock()
        elif self._store.add_order(order, now_us):
            self._publish("order", order)

    def _restock(self) -> None:
        if self._settings.restock:
            self._store.count("deliveries")
            self._maker.deliver()
            self._state_stock()

    def _state_stock(self) -> None:
        deliveries = 1 + self._store.counter("deliveries")
        self._publish("master/stock", master_stock(self._catalogue, deliveries))

    def _publish(
        self,
        leaf: str,
        payload: dict[str, Any] | list[dict[str, Any]],
        *,
        retain: bool = False,
        properties: Properties | None = None,
    ) -> None:
        if self._gateway is not None:
            body = json.dumps(payload, ensure_ascii=False).encode()
            topic = f"{self._gateway.base}/{leaf}"
            self._client.publish(topic, body, qos=1, retain=retain, properties=properties)

    @property
    def gateway_state(self) -> str:
        """The last state that the gateway told; empty before any."""
        return self._gateway.state if self._gateway else ""


def _fresh_token(now_us: int) -> str:
    """A word for new books: the second of their making, which no other books share."""
    return f"a{now_us // 1_000_000 % 10**7}"


def _object(payload: bytes) -> dict[str, Any]:
    try:
        value = json.loads(payload or b"{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _properties(packet: int) -> Properties:
    return Properties(packet)  # type: ignore[no-untyped-call]  # paho leaves it without types


def cut_off(now: datetime) -> datetime:
    """When the carrier of an order leaves: at a quarter of an hour, in an hour at the soonest."""
    soonest = now + timedelta(minutes=60)
    past = timedelta(minutes=soonest.minute % 15, seconds=soonest.second)
    return soonest.replace(microsecond=0) + (timedelta(minutes=15) - past)
