"""Sending off on a simulated day: each parcel to its carrier's door, alone or on a pallet.

Slips: a parcel is brought to the other door, where it must be told and not count as gone. A pallet
is begun for each carrier, closed when some parcels are on it or its carrier is near, and leaves as
one. A carrier's list is closed when its cut-off comes, or when the van leaves before, with what is
missing left out.

Where the dock is a gate, what is brought there is driven through it, now and then up to it and
back first; what must not leave is driven in again, and who drives answers what the gate asks.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from typing_extensions import override

from simulators.carrier import Carrier
from simulators.day.flows import Flow
from simulators.day.grounds import STAGING
from simulators.day.people import DayShift
from simulators.day.site import DOORS
from simulators.gate import Manner
from simulators.hall import DOCK
from simulators.things import ParcelBox, label_holder, parcel_holder

_SCAN_S = 1.2
_LOOK_S = 0.5
_PORTAL_S = 5.0
_PALLET_PORTAL_S = 13.0
"""A portal gathers what it hears of a pallet."""
_LISTS_S = 60.0
_EARLY_SHARE = 0.3
_BACK_SHARE = 0.2
"""Of what is driven out so much is driven up to the gate and back before."""
_FORGOTTEN_S = 25.0
"""To fetch what was forgotten."""
_PALLET_PARCELS = 3
_PALLET_S = 300.0
"""A pallet is closed with so many parcels, or when its first one has stood for so long."""
_WRONG_DOOR_SHARE = 5.0
"""So many times as often as other slips."""
_GONE = frozenset({"shipped", "shipped_already"})


@dataclass(slots=True)
class Dispatcher(Carrier):
    """Carries closed parcels to the doors.

    Attributes:
        _pallets: the open pallet of each carrier, and when it was begun.
    """

    shift: DayShift
    _pallets: dict[str, tuple[str, float]] = field(default_factory=dict)
    _leaving: list[str] = field(default_factory=list)
    _listed_s: float = 0.0

    @override
    async def work(self) -> None:
        await self._device.sign_in()
        self._leaving = []
        while True:
            await self._carry()
            if Flow.PALLETS in self.shift.flows:
                await self._mind_pallets()
            for door in self._doors():
                await self._load(door)
            await self._close_lists()
            await asyncio.sleep(_LOOK_S)

    def _doors(self) -> tuple[str, ...]:
        return tuple(DOORS) if Flow.DOORS in self.shift.flows else (DOCK,)

    def _door_of(self, parcel: ParcelBox) -> str:
        carrier = self.shift.carriers.get(parcel.order_id, "")
        return next((one for one in self._doors() if carrier in DOORS[one]), DOCK)

    @override
    def _set_down_at(self, parcel: ParcelBox) -> str:
        """Where pallets are stacked, or a door. A pallet is driven to a door: `_goal_of`."""
        return STAGING if Flow.PALLETS in self.shift.flows else self._goal_of(parcel)

    def _goal_of(self, parcel: ParcelBox) -> str:
        right = self._door_of(parcel)
        others = [one for one in self._doors() if one != right]
        if others and self.shift.slips(_WRONG_DOOR_SHARE * self.shift.slip_share):
            self.shift.deeds["slip_wrong_door"] += 1
            return others[0]
        return right

    # -- at a door -----------------------------------------------------------------------------
    async def _load(self, door: str) -> None:
        """The portal has its time; what it has not read is sent off by hand."""
        waiting = self.shift.world.parcels_at(door)
        if not waiting:
            return
        await self._drive_out(door, [parcel.sscc for parcel in waiting])
        for parcel in waiting:
            if parcel.sscc not in self._leaving:
                await self._send_off_at(parcel, door)

    async def _drive_out(self, door: str, ssccs: list[str], portal_s: float = _PORTAL_S) -> None:
        """Out through a gate, where the door is one; then the portal has its time."""
        if self.shift.slips(_BACK_SHARE):
            await self._drive_at_gate(door, Manner.BACK, ssccs)
            await self.shift.spend(_FORGOTTEN_S)
        await self._drive_at_gate(door, Manner.OUT, ssccs)
        await asyncio.sleep(portal_s * self.shift.patience)
        await self._answer_gate()
        await self._look_for_too_many(door)

    async def _drive_at_gate(self, door: str, manner: Manner, ssccs: list[str]) -> None:
        gate, world = self.shift.gate, self.shift.world
        if gate is None or door != DOCK:
            return
        inside = {holder(one) for one in ssccs for holder in (parcel_holder, label_holder)}
        inside -= self.shift.lined
        self.shift.deeds[f"gate_{manner.value}"] += 1
        await gate.go(manner, [one.epc for one in world.pieces.values() if one.holder in inside])

    async def _answer_gate(self) -> None:
        """Who has driven there knows what went out, what came in, and what did neither."""
        gate = self.shift.gate
        if gate is None:
            return
        for one in (await self._device.get("/api/board/questions"))["questions"]:
            if one["asks"] != "passage":
                continue
            was = gate.crossed(str(one["epc"]), self.shift.now_us())
            answer = was.value if was in {Manner.IN, Manner.OUT} else "neither"
            self.shift.deeds[f"gate_asked_{answer}"] += 1
            await self._device.post(f"/api/board/questions/{one['name']}", {"answer": answer})

    async def _send_off_at(self, parcel: ParcelBox, door: str) -> None:
        world = self.shift.world
        answer = await self._declare(parcel.sscc, door)
        if answer["code"] not in _GONE:
            await self._drive_at_gate(door, Manner.IN, [parcel.sscc])
        if answer["code"] == "parcel_recalled":
            await self._open_again(parcel.sscc)
        elif answer["code"] == "wrong_door":
            right = self._door_of(parcel)
            await self.shift.walk(self.person.badge, right)
            world.bring_parcel(parcel.sscc, right)
        elif answer["code"] == "on_pallet":
            world.bring_parcel(parcel.sscc, STAGING)
        elif answer["code"] in _GONE:
            self._leave(parcel.sscc)

    async def _declare(self, sscc: str, door: str) -> dict[str, Any]:
        return await self._post("", {"sscc": sscc, "portal": door})

    def _leave(self, sscc: str) -> None:
        pieces = len(self.shift.world.pieces_in(parcel_holder(sscc)))
        self.shift.world.leave(sscc, self.shift.now_us())
        self.shift.deeds["pieces_shipped"] += pieces

    async def _post(self, step: str, body: dict[str, Any]) -> dict[str, Any]:
        await self.shift.spend(_SCAN_S)
        answer = await self._device.post(f"/api/dispatch{step}", body)
        self.shift.deeds[f"dispatch_{answer['code']}"] += 1
        return answer

    # -- pallets -------------------------------------------------------------------------------
    async def _mind_pallets(self) -> None:
        """Stack what stands there, and let pallets go that are whole or have waited."""
        stacked = await self._stacked()
        for parcel in self.shift.world.parcels_at(STAGING):
            if parcel.sscc not in stacked:
                await self._stack(parcel)
        for carrier, (pallet, begun_s) in list(self._pallets.items()):
            on_it = [one for one, of in (await self._stacked()).items() if of == pallet]
            waited = asyncio.get_running_loop().time() - begun_s > _PALLET_S
            if len(on_it) >= _PALLET_PARCELS or (on_it and waited):
                await self._let_go(carrier, pallet)

    async def _stacked(self) -> dict[str, str]:
        """By the screen: on which pallet each parcel is."""
        view = await self._device.get("/api/dispatch")
        return {
            str(parcel["sscc"]): str(pallet["sscc"])
            for pallet in view["pallets"]
            if pallet["state"] in {"open", "closed"}
            for parcel in pallet["parcels"]
        }

    async def _stack(self, parcel: ParcelBox) -> None:
        carrier = self.shift.carriers.get(parcel.order_id, "")
        if carrier not in self._pallets:
            answer = await self._post("/pallets", {"place": STAGING})
            if answer["code"] != "pallet_opened":
                return
            now_s = asyncio.get_running_loop().time()
            self._pallets[carrier] = (str(answer["data"]["pallet"]), now_s)
        pallet, _ = self._pallets[carrier]
        answer = await self._post("/scan", {"code": parcel.sscc, "pallet": pallet})
        if answer["code"] == "parcel_recalled":
            await self._open_again(parcel.sscc)
        elif answer["code"] in _GONE:
            self.shift.world.bring_parcel(parcel.sscc, DOCK)
            self._leave(parcel.sscc)
        elif answer["code"] == "pallet_closed":
            del self._pallets[carrier]

    async def _let_go(self, carrier: str, pallet: str) -> None:
        """Close it and drive it to its door; or break it up where one must stay."""
        answer = await self._post(f"/pallets/{pallet}/step", {"step": "close"})
        if answer["code"] == "parcel_recalled":
            for sscc in answer["data"]["ssccs"]:
                await self._post(f"/pallets/{pallet}/take-off", {"sscc": sscc})
                await self._open_again(str(sscc))
            return
        if answer["code"] not in {"pallet_closed", "done_already"}:
            return
        del self._pallets[carrier]
        ssccs = [one for one, of in (await self._stacked()).items() if of == pallet]
        standing = [one for one in ssccs if one in self.shift.world.parcels]
        if Flow.LABEL_TAGS in self.shift.flows and standing:
            self.shift.stick_on(standing[0], pallet)
        await self._drive(pallet, standing)

    async def _drive(self, pallet: str, ssccs: list[str]) -> None:
        world = self.shift.world
        if not ssccs:
            return
        door = self._goal_of(world.parcels[ssccs[0]])
        self._leaving = ssccs
        await self.shift.walk(self.person.badge, door)
        for sscc in ssccs:
            world.bring_parcel(sscc, door)
        await self._drive_out(door, ssccs, _PALLET_PORTAL_S)
        answer = await self._declare(pallet, door)
        self._leaving = []
        if answer["code"] not in _GONE:
            await self._drive_at_gate(door, Manner.IN, ssccs)
        if answer["code"] == "wrong_door":
            right = self._door_of(world.parcels[ssccs[0]])
            await self._drive_on(pallet, ssccs, right)
        elif answer["code"] in _GONE:
            for sscc in ssccs:
                self._leave(sscc)
        else:
            await self._break_up(pallet, ssccs)

    async def _drive_on(self, pallet: str, ssccs: list[str], door: str) -> None:
        """From the wrong door to the right one."""
        await self.shift.walk(self.person.badge, door)
        for sscc in ssccs:
            self.shift.world.bring_parcel(sscc, door)
        await self._drive_at_gate(door, Manner.OUT, ssccs)
        answer = await self._declare(pallet, door)
        if answer["code"] in _GONE:
            for sscc in ssccs:
                self._leave(sscc)
        else:
            await self._drive_at_gate(door, Manner.IN, ssccs)
            await self._break_up(pallet, ssccs)

    async def _break_up(self, pallet: str, ssccs: list[str]) -> None:
        """One of its parcels must not leave: all are stacked anew but that one."""
        await self._post(f"/pallets/{pallet}/step", {"step": "break_up"})
        for sscc in ssccs:
            self.shift.world.bring_parcel(sscc, STAGING)

    # -- lists ---------------------------------------------------------------------------------
    async def _close_lists(self) -> None:
        """What is loaded is handed over when the cut-off has come, or when a van leaves before."""
        now_s = asyncio.get_running_loop().time()
        if now_s < self._listed_s + _LISTS_S:
            return
        self._listed_s = now_s
        await self._answer_gate()
        for one in (await self._device.get("/api/dispatch"))["manifests"]:
            is_due = one["due_us"] is not None and one["due_us"] <= self.shift.now_us()
            if not one["loaded"] or not (is_due or self.shift.slips(_EARLY_SHARE)):
                continue
            body = {"carrier": one["carrier"], "due_us": one["due_us"], "partial": True}
            await self._post("/close", body)
