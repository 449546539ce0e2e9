"""The simulated carrier: closed parcels go to the dock, and what its portal misses is declared.

What the portal asks for as a piece too many is looked for in the parcels that stand there still.
"""

import asyncio
from dataclasses import dataclass

from simulators.hall import ASIDE, DOCK, PACK_STATION
from simulators.people import Worker
from simulators.things import OUTFEED, ParcelBox, hand_of, parcel_holder

_LOOK_S = 0.3
"""Real seconds between two looks while there is nothing to do."""
_PORTAL_PATIENCE_S = 5.0
"""Real seconds that the portal has to read a parcel before it is sent off by hand."""

_OPEN_S = 15.0
"""To open a parcel, to count one article in it, and to close it again."""


@dataclass(slots=True)
class Carrier(Worker):
    """Carries closed parcels from the pack station to the dock, where the truck takes them."""

    async def work(self) -> None:
        """Sign in and carry, until cancelled."""
        await self._device.sign_in()
        while True:
            await self._carry()
            waiting = self.shift.world.parcels_at(DOCK)
            if waiting:
                await asyncio.sleep(_PORTAL_PATIENCE_S * self.shift.patience)
                await self._look_for_too_many(DOCK)
                for parcel in waiting:
                    await self._send_off(parcel.sscc)
            else:
                await asyncio.sleep(_LOOK_S)

    async def _carry(self) -> None:
        world, hands = self.shift.world, hand_of(self.person.badge)
        for parcel in world.parcels_at(OUTFEED):
            world.bring_parcel(parcel.sscc, hands)
        carried = world.parcels_at(hands)
        if not carried:
            return
        await self.shift.walk(self.person.badge, OUTFEED)
        for parcel in carried:
            goal = self._set_down_at(parcel)
            await self.shift.walk(self.person.badge, goal)
            world.bring_parcel(parcel.sscc, goal)

    def _set_down_at(self, _parcel: ParcelBox) -> str:
        """Where a closed parcel is carried to."""
        return DOCK

    async def _send_off(self, sscc: str) -> None:
        """The portal has had its time: what it has not read is sent off by hand."""
        answer = await self._device.post(
            "/api/dispatch", {"sscc": sscc, "portal": DOCK}, f"dispatch-{sscc}"
        )
        self.shift.deeds[f"dispatch_{answer['code']}"] += 1
        if answer["code"] == "parcel_recalled":
            await self._open_again(sscc)
        if answer["code"] in {"shipped", "shipped_already"}:
            pieces = len(self.shift.world.pieces_in(parcel_holder(sscc)))
            self.shift.world.leave(sscc, self.shift.now_us())
            self.shift.deeds["pieces_shipped"] += pieces

    async def _look_for_too_many(self, door: str) -> None:
        """Parcels that the screen asks about are opened; a piece too many goes back."""
        for one in (await self._device.get("/api/board/questions"))["questions"]:
            if one["asks"] != "too_many" or one["portal"] != door:
                continue
            answer, sku = "gone", str(one["sku"])
            for sscc in (one["sscc"], *one["others"]):
                parcel = self.shift.world.parcels.get(sscc)
                if parcel is None or parcel.holder != door:
                    continue
                await self.shift.spend(_OPEN_S)
                answer = "none" if answer == "gone" else answer
                if self._holds_too_many(parcel, sku):
                    self.shift.world.take_out(sscc, sku)
                    answer = "taken_out"
            self.shift.deeds[f"too_many_{answer}"] += 1
            path = f"/api/board/questions/{one['name']}"
            await self._device.post(path, {"answer": answer})

    def _holds_too_many(self, parcel: ParcelBox, sku: str) -> bool:
        """By what its packing slip says."""
        told = self.shift.world.asked.get(parcel.order_id, {}).get(sku, 0)
        return self.shift.world.count(sku, parcel_holder(parcel.sscc)) > told

    async def _open_again(self, sscc: str) -> None:
        """Its order is cancelled: at the pack station it is opened, and its pieces laid aside."""
        await self.shift.walk(self.person.badge, PACK_STATION)
        answer = await self._device.post(
            f"/api/pack/{PACK_STATION}/scan", {"code": sscc}, f"unpack-{sscc}"
        )
        self.shift.deeds[f"unpack_{answer['code']}"] += 1
        if answer["code"] == "unpacked":
            self.shift.world.unpack(sscc, ASIDE)
