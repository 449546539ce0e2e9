"""The central system of a simulated day: books, acknowledgements, orders, cancellations, returns.

The books are `simulators.central_store`'s, which share nothing with the product. What comes is
taken in batches; what is stored is acknowledged to its broker and, cumulatively, to the gateway.

What the gateway is asked for is sent again until an event answers it, for ever: a broker that has
given its word may die, or be the one that the gateway has left.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from edge.clock import PlayedClock
from simulators.catalogue import Catalogue
from simulators.central_events import Delivered, UnreadableEventError, events_of
from simulators.central_orders import master_items, master_stock
from simulators.central_store import CentralStore
from simulators.day.assortment import master_packs, master_places, weighed_items
from simulators.day.flows import Flow
from simulators.day.network import Broker, Network, Post

TURN_S = 0.5
_AGAIN_US = 10_000_000
_GAP_PATIENCE_S = 2.0
_BATCH_MAX = 200
CLIENT = "central"


@dataclass(slots=True)
class Central:
    """One central system behind all brokers.

    Attributes:
        base: of the gateway's topics.
        flows: what is done besides in the warehouse.
        away: whether it is down: nothing is taken, nothing is sent.
        reorders: whether the network was told to disturb the order of messages.
    """

    network: Network
    catalogue: Catalogue
    clock: PlayedClock
    base: str
    heard: Callable[[list[Delivered]], None]
    flows: frozenset[Flow] = frozenset()
    store: CentralStore = field(default_factory=lambda: CentralStore(":memory:"))
    away: bool = False
    _waiting: list[tuple[Broker, Post]] = field(default_factory=list)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _session: str = ""
    _gap_since_s: float | None = None
    _asked_s: float = 0.0
    _listening: set[str] = field(default_factory=set)
    _unsent: list[tuple[str, bytes, bool]] = field(default_factory=list)
    _announced: dict[str, tuple[dict[str, Any], int]] = field(default_factory=dict)

    async def run(self) -> None:
        """Serve for ever."""
        while True:
            loop = asyncio.get_running_loop()
            timer = loop.call_later(TURN_S, self._woken.set)
            await self._woken.wait()
            timer.cancel()
            self._woken.clear()
            if not self.away:
                self._turn()

    def go_away(self) -> None:
        """Down: what is not acknowledged to its broker comes again."""
        self.away = True
        for name in tuple(self._listening):
            self._leave(self.network.brokers[name])
        self._waiting.clear()

    def come_back(self) -> None:
        """Up again, on the same books."""
        self.away = False
        self._woken.set()

    def order(self, order: dict[str, Any]) -> None:
        """Write an order down and send it."""
        if self.store.add_order(order, self.clock.now_us()):
            self.publish("order", order)

    def revise(self, order: dict[str, Any]) -> None:
        """Write an order's newer revision down and send it."""
        if self.store.revise_order(order, self.clock.now_us()):
            self.publish("order", order)

    def announce(self, returned: dict[str, Any]) -> None:
        """Write down that goods come back, and send it."""
        self._announced[str(returned["return_id"])] = (returned, self.clock.now_us())
        self.publish("return", returned)

    def unanswered(self) -> Iterator[str]:
        """What the gateway has not answered yet, in a few words each."""
        for order in self.store.unconfirmed(self.clock.now_us() + 1):
            yield f"revision {order['rev']} of order {order['order_id']}"
        yield from (f"return {one}" for one in self._announced)

    def publish(
        self, leaf: str, payload: dict[str, Any] | list[dict[str, Any]], *, retain: bool = False
    ) -> None:
        """Send a message; it waits here while there is no broker."""
        self._unsent.append((leaf, json.dumps(payload, ensure_ascii=False).encode(), retain))
        self._send()

    def open_orders(self) -> int:
        """Orders that have neither left nor been given up."""
        return self.store.order_count("open")

    def books_of(self, epoch: str) -> dict[int, str]:
        """Ids of the stored events of an epoch, by number."""
        return self.store.ids_of(epoch)

    # -- inside --------------------------------------------------------------------------------
    def _turn(self) -> None:
        self._listen()
        taken, self._waiting = self._waiting[:_BATCH_MAX], self._waiting[_BATCH_MAX:]
        if self._waiting:
            self._woken.set()
        if taken:
            self._take(taken)
        self._mind_gaps()
        self._send_again()
        self._send()

    def _listen(self) -> None:
        for broker in self.network.brokers.values():
            if broker.up and broker.name not in self._listening:
                self._listening.add(broker.name)
                broker.listen(CLIENT, self._matches, lambda post, b=broker: self._arrive(b, post))  # type: ignore[misc] # bound at once
            elif not broker.up:
                self._leave(broker)

    def _leave(self, broker: Broker) -> None:
        broker.leave(CLIENT)
        self._listening.discard(broker.name)

    def _matches(self, topic: str) -> bool:
        return topic.startswith((f"{self.base}event/", f"{self.base}state"))

    def _arrive(self, broker: Broker, post: Post) -> None:
        self._waiting.append((broker, post))
        self._woken.set()

    def _take(self, taken: list[tuple[Broker, Post]]) -> None:
        events = list(self._events_in(taken))
        fresh = self.store.take(events, self.clock.now_us())
        for event in fresh:
            if event.type == "return.expected":
                self._announced.pop(str(event.data.get("return_id")), None)
        for broker, post in taken:
            broker.received(CLIENT, post.number)
        self.heard(fresh)
        for gateway, epoch in dict.fromkeys((one.gateway, one.epoch) for one in events):
            upto = self.store.prefix(gateway, epoch).upto
            self.publish("ack", {"epoch": epoch, "upto": upto}, retain=True)

    def _events_in(self, taken: Iterable[tuple[Broker, Post]]) -> Iterator[Delivered]:
        for _, post in taken:
            if post.topic == f"{self.base}state":
                self._greet(json.loads(post.payload or b"{}"))
                continue
            try:
                yield from events_of(post.payload)
            except UnreadableEventError:
                self.store.count("unreadable")

    def _greet(self, state: dict[str, Any]) -> None:
        """A gateway's new session gets the master data (again)."""
        session = str(state.get("session", ""))
        if state.get("state") in {"ready", "degraded"} and session != self._session:
            self._session = session
            weighed = Flow.WEIGHING in self.flows
            items = weighed_items(self.catalogue) if weighed else master_items(self.catalogue)
            self.publish("master/items", items)
            self.publish("master/stock", master_stock(self.catalogue))
            if Flow.CASES in self.flows:
                self.publish("master/packs", master_packs(self.catalogue))
            if Flow.RESERVE in self.flows:
                self.publish("master/places", master_places(self.catalogue))

    def _mind_gaps(self) -> None:
        prefixes = self.store.prefixes()
        now_s = asyncio.get_running_loop().time()
        if not prefixes or prefixes[-1].upto >= prefixes[-1].highest:
            self._gap_since_s = None
            return
        if self._gap_since_s is None:
            self._gap_since_s = now_s
            self.store.count("gaps")
        if min(now_s - self._gap_since_s, now_s - self._asked_s) >= _GAP_PATIENCE_S:
            self._asked_s = now_s
            last = prefixes[-1]
            self.publish("request/resend", {"epoch": last.epoch, "from": last.upto + 1})

    def _send_again(self) -> None:
        now_us = self.clock.now_us()
        if late := self.store.unconfirmed(now_us - _AGAIN_US):
            for order in late:
                self.publish("order", order)
            self.store.sent_again([order["order_id"] for order in late], now_us)
        for name, (returned, sent_us) in self._announced.items():
            if sent_us < now_us - _AGAIN_US:
                self._announced[name] = (returned, now_us)
                self.publish("return", returned)

    def _send(self) -> None:
        """To the broker that the gateway uses: every one that is up, for it may use any."""
        up = [one for one in self.network.brokers.values() if one.up]
        if not up or self.away:
            return
        unsent, self._unsent = self._unsent, []
        for leaf, payload, retain in unsent:
            for broker in up:
                broker.publish(self.base + leaf, payload, retain=retain)


def rfc_3339(at_us: int) -> str:
    """As orders carry times."""
    return datetime.fromtimestamp(at_us / 1e6, UTC).isoformat(timespec="seconds")
