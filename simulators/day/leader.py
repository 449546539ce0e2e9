"""The leader of a simulated shift: counts, decides on what differs, ends what waits for them."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from simulators.api import Device
from simulators.people import Person, Shift

_ROUND_S = 30.0
_COUNT_S = 15.0
_DECIDE_S = 5.0


@dataclass(slots=True)
class Leader:
    """Somebody who looks at what the pages say waits for a leader.

    A count that differs is made once more before the books are changed, for somebody may just
    have had a piece in hand; where goods lie that nobody has booked yet nothing is counted.
    """

    shift: Shift
    person: Person
    _device: Device = field(init=False)
    _differed: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._device = self.shift.device(self.person)

    async def work(self) -> None:
        """Sign in and go round, until cancelled."""
        await self._device.sign_in()
        while True:
            await asyncio.sleep(_ROUND_S)
            for row in (await self._device.get("/api/counts"))["counts"]:
                await self._count(str(row["location"]), str(row["sku"]))
            for row in (await self._device.get("/api/tasks"))["tasks"]:
                await self.shift.spend(_DECIDE_S)
                await self._post("/api/tasks/done", {"task_id": row["task_id"]})

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
