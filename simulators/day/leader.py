"""The leader of a simulated shift: counts, decides on what differs, ends what waits for them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from simulators.day.flows import Flow
from simulators.day.grounds import zones_of
from simulators.day.people import DayShift
from simulators.hall import CARTS, PACK_STATION, STATION_READER
from simulators.people import Worker

_ROUND_S = 30.0
_COUNT_S = 15.0
_DECIDE_S = 5.0
_DECIDED = frozenset({"hold_rule", "duplicate"})
_REFUSED_SHARE = 0.1
_SWEPT_SHARE = 0.08
_HANDED_SHARE = 0.1
_TAG_SHARE = 0.6
_READ_SHARE = 0.4

_HEARD_NEAR = frozenset({*CARTS, PACK_STATION})


@dataclass(slots=True)
class Leader(Worker):
    """Somebody who looks at what the pages say waits for a leader.

    A count that differs is made once more before the books are changed, for somebody may just
    have had a piece in hand; where goods lie that nobody has booked yet nothing is counted.
    """

    shift: DayShift
    pickers: Sequence[str]
    _differed: dict[tuple[str, str], int] = field(default_factory=dict)

    async def work(self) -> None:
        """Sign in and go round, until cancelled."""
        await self._device.sign_in()
        while True:
            await asyncio.sleep(_ROUND_S)
            for row in (await self._device.get("/api/counts"))["counts"]:
                await self._count(str(row["location"]), str(row["sku"]))
            await self._decide_orders()
            await self._sweep()
            await self._hand_over()
            await self._work_on_tag()
            for row in (await self._device.get("/api/tasks"))["tasks"]:
                await self.shift.spend(_DECIDE_S)
                await self._post("/api/tasks/done", {"task_id": row["task_id"]})

    # -- what flows ask ------------------------------------------------------------------------
    async def _decide_orders(self) -> None:
        """Let go what only a rule of the site holds; now and then refuse it."""
        if Flow.HOLDS not in self.shift.flows:
            return
        for order in (await self._device.get("/api/orders"))["orders"]:
            codes = {str(one["code"]) for one in order.get("doubts", ())}
            if order["state"] != "held" or not codes or not codes <= _DECIDED:
                continue
            await self.shift.spend(_DECIDE_S)
            release = not self.shift.slips(_REFUSED_SHARE)
            await self._post(f"/api/orders/{order['order_id']}/decision", {"release": release})

    async def _sweep(self) -> None:
        """Ask the radio what it hears in a zone, one zone now and then."""
        if Flow.SWEEPS in self.shift.flows and self.shift.slips(_SWEPT_SHARE):
            zones = zones_of(self.shift.world.hall)
            zone = zones[int(self.shift.chance.integers(len(zones)))]
            await self._post("/api/counts/sweep", {"location": zone})

    async def _hand_over(self) -> None:
        """Somebody goes home in the middle of work: whoever is free next has it."""
        if Flow.HAND_OVER in self.shift.flows and self.shift.slips(_HANDED_SHARE):
            badge = self.pickers[int(self.shift.chance.integers(len(self.pickers)))]
            await self._post("/api/work/hand-over", {"holder": badge})

    async def _work_on_tag(self) -> None:
        """Write into a tag that is on a cart or on the pack station's table, or read it."""
        shift = self.shift
        if Flow.TAG_WORK not in shift.flows or not shift.slips(_TAG_SHARE):
            return
        world = shift.world
        near = [one for one in world.pieces.values() if world.root(one.holder) in _HEARD_NEAR]
        if not near:
            return
        epc = near[int(shift.chance.integers(len(near)))].epc
        target = {"reader": STATION_READER, "epc": epc}
        if shift.slips(_READ_SHARE):
            await self._post("/api/tags/read", target | {"bank": "user", "count": 2})
        else:
            words = bytes(shift.chance.bytes(4)).hex()
            await self._post("/api/tags/write", target | {"words_hex": words})

    # -- counts --------------------------------------------------------------------------------
    async def _count(self, location: str, sku: str) -> None:
        await self.shift.walk(self.person.badge, location)
        await self.shift.spend(_COUNT_S)
        if any(one["location"] == location for one in self.shift.world.errands.values()):
            return
        lying = self.shift.world.count(sku, location)
        answer = await self._post(
            "/api/counts", {"location": location, "sku": sku, "quantity": lying}
        )
        if answer["code"] != "variance":
            self._differed.pop((location, sku), None)
            return
        variance = int(answer["data"]["counted"]) - int(answer["data"]["expected"])
        if self._differed.get((location, sku)) == variance:
            body = {"location": location, "sku": sku, "approve": True}
            await self._post("/api/counts/decision", body)
            del self._differed[location, sku]
        else:
            self._differed[location, sku] = variance

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self._device.post(path, body)
        self.shift.deeds[f"leader_{answer['code']}"] += 1
        return answer
