"""The customers of a simulated day: order, think otherwise, call off, and send back."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

from edge.clock import PlayedClock
from simulators.central_events import Delivered
from simulators.day.central import Central, rfc_3339
from simulators.day.plan import ComingOrder, OrderBook

_RETURN_S = 120.0


@dataclass(slots=True)
class Customers:
    """All who order on one day.

    Attributes:
        opening_us: when the day began, UTC microseconds.
        begin: lets something go on beside the rest of the day.
        returned: told of orders whose goods stand at the returns station.
    """

    book: OrderBook
    central: Central
    clock: PlayedClock
    opening_us: int
    begin: Callable[[Coroutine[Any, Any, None]], None]
    returned: Callable[[str], None]

    async def order(self) -> None:
        """Every order at its time."""
        for coming in self.book.orders:
            await self._until(coming.at_s)
            self.central.order(self._sent(coming, coming.body))
            if coming.changed is not None:
                self.begin(self._change(coming))
            if coming.cancelled_s is not None:
                self.begin(self._cancel(coming))

    def heard(self, events: Iterable[Delivered]) -> None:
        """What the central system has stored."""
        for event in events:
            if event.type == "ship.departed":
                self._maybe_back(str(event.data.get("order_id", "")))

    async def _until(self, at_s: float) -> None:
        await asyncio.sleep(max(0.0, at_s - self.clock.monotonic_us() / 1e6))

    def _sent(self, coming: ComingOrder, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"due_at": rfc_3339(self.opening_us + int(coming.due_s * 1e6))}

    async def _change(self, coming: ComingOrder) -> None:
        await self._until(coming.changed_s or 0.0)
        self.central.revise(self._sent(coming, coming.changed or coming.body))

    async def _cancel(self, coming: ComingOrder) -> None:
        await self._until(coming.cancelled_s or 0.0)
        called_off = coming.body | {"rev": 3, "state": "cancelled"}
        self.central.revise(self._sent(coming, called_off))

    def _maybe_back(self, order_id: str) -> None:
        coming = next((o for o in self.book.orders if o.body["order_id"] == order_id), None)
        if coming is not None and coming.comes_back:
            asyncio.get_running_loop().call_later(_RETURN_S, lambda: self._comes_back(coming))

    def _comes_back(self, coming: ComingOrder) -> None:
        """Goods of a shipped order stand at the returns station."""
        order_id = coming.body["order_id"]
        self.central.announce(
            {
                "return_id": f"R-{order_id}",
                "order_id": order_id,
                "lines": coming.body["lines"][:1],
                "reason": "unwanted",
            }
        )
        self.returned(order_id)
