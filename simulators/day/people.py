"""People of a simulated day: those of `simulators`, who also slip, forget, and drink coffee.

Slips are what hands do, unseen by the screen: two pieces for one scan, a scanned piece laid back,
a piece put into the tote without a scan, a stray overlooked while packing. What comes of them is
for the radio, the barcode and the pack check to catch.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

from typing_extensions import override

from simulators.api import Device
from simulators.day.device import Airwaves, PlayedDevice
from simulators.hall import ASIDE
from simulators.packer import Packer, is_short
from simulators.people import Person, Shift
from simulators.pickers import Picker
from simulators.things import GONE, Piece, hand_of, tote_holder

_TAKE_S = 2.5
_SCAN_S = 1.5
_COFFEE_S = (120.0, 420.0)
_LOOK_S = 10.0


@dataclass(slots=True)
class DayShift(Shift):
    """A shift in played time.

    Attributes:
        airwaves: how its devices reach the gateway.
        slip_share: pieces at which a hand slips unseen.
        coffee_share: walks after which somebody has a coffee.
        full_share: stops at which a tote that holds something is full.
        walked_m: metres by badge.
        returned: orders whose goods stand at the returns station.
    """

    airwaves: Airwaves | None = None
    slip_share: float = 0.0
    coffee_share: float = 0.0
    full_share: float = 0.0
    walked_m: dict[str, float] = field(default_factory=dict)
    returned: list[str] = field(default_factory=list)

    @override
    def device(self, person: Person) -> Device:
        device = PlayedDevice(
            self.url, person.badge, person.pin, airwaves=self.airwaves, number=len(self.devices)
        )
        self.devices.append(device)
        return device

    @override
    async def walk(self, badge: str, to: str, cart: str | None = None) -> None:
        goal = self.world.position(to) or (0.0, 0.0)
        start = self.world.movers.get(hand_of(badge), goal)
        way_m = self.world.hall.walk_m(start, goal)
        self.walked_m[badge] = self.walked_m.get(badge, 0.0) + way_m
        await self.spend(way_m / 1.2)
        for mover in (hand_of(badge), cart):
            if mover:
                self.world.movers[mover] = goal


@dataclass(slots=True)
class DayPicker(Picker):
    """A picker who is human."""

    @property
    def _day(self) -> DayShift:
        return cast("DayShift", self.shift)

    @override
    async def _pick(self, prompt: dict[str, Any]) -> None:
        day = self._day
        if self._holds_something(prompt) and day.slips(day.full_share):
            body = {"prompt_id": prompt["prompt_id"], "code": "tote_full"}
            answer = await self._device.post("/api/trouble", body)
            day.deeds[f"full_{answer['code']}"] += 1
        else:
            await super(DayPicker, self)._pick(prompt)

    def _holds_something(self, prompt: dict[str, Any]) -> bool:
        tote = self.shift.world.totes.get(str(prompt["tote_id"]))
        return (
            tote is not None
            and tote.walk_id == prompt["walk_id"]
            and bool(self.shift.world.pieces_in(tote_holder(tote.tote_id)))
        )

    @override
    async def _take_one(self, prompt: dict[str, Any]) -> bool:
        day = self._day
        if not day.slips(day.slip_share):
            return await super(DayPicker, self)._take_one(prompt)
        slip = ("two_for_one", "laid_back", "not_scanned")[int(day.chance.integers(3))]
        day.deeds[f"slip_{slip}"] += 1
        if slip == "not_scanned":
            return await self._forget_scan(prompt)
        before = {piece.epc for piece in self._pieces_of(prompt)}
        went_on = await super(DayPicker, self)._take_one(prompt)
        taken = [piece for piece in self._pieces_of(prompt) if piece.epc not in before]
        if slip == "laid_back" and taken:
            self.shift.world.put(taken[0].epc, taken[0].origin)
            self._scanned.discard(taken[0].epc)
        elif slip == "two_for_one" and taken:
            extra = self.shift.world.take(taken[0].sku, prompt["location"], self.person.badge)
            if extra is not None:
                self.shift.world.put(extra.epc, tote_holder(prompt["tote_id"]))
        return went_on

    async def _forget_scan(self, prompt: dict[str, Any]) -> bool:
        """Into the tote without a scan; the screen goes on asking, and the hand takes another."""
        await self.shift.spend(_TAKE_S)
        piece = self._reach(prompt)
        if piece is None:
            await self._report_empty(prompt)
            return False
        self.shift.world.put(piece.epc, tote_holder(prompt["tote_id"]))
        piece.origin = ""  # out of mind: not counted among what was taken here
        return True

    @override
    async def _drop(self, prompt: dict[str, Any]) -> None:
        await super(DayPicker, self)._drop(prompt)
        day = self._day
        if day.slips(day.coffee_share):
            day.deeds["coffees"] += 1
            await self._device.post("/api/work", {"ready": False, "cart": None})
            await asyncio.sleep(float(day.chance.uniform(*_COFFEE_S)))
            await self._device.post("/api/work", {"ready": True, "cart": self.cart})


@dataclass(slots=True)
class DayPacker(Packer):
    """A packer who is human: now and then a piece goes from tote to parcel without a look."""

    @override
    async def _scan_pieces(self, tote_id: str) -> None:
        day = cast("DayShift", self.shift)
        world = day.world
        overlooked = [
            piece for piece in world.pieces_in(tote_holder(tote_id)) if day.slips(day.slip_share)
        ]
        for piece in overlooked:
            day.deeds["slip_overlooked"] += 1
            piece.holder = "blind:" + tote_id
        await super(DayPacker, self)._scan_pieces(tote_id)
        for piece in overlooked:
            piece.holder = tote_holder(tote_id)
        if overlooked and is_short(await self._view()):
            for piece in overlooked:  # something is missing: they look again
                await self._scan_piece(piece)


@dataclass(slots=True)
class Clerk:
    """Takes goods back: finds the order, scans a piece, says what becomes of it."""

    shift: DayShift
    person: Person
    _device: Device = field(init=False)

    def __post_init__(self) -> None:
        self._device = self.shift.device(self.person)

    async def work(self) -> None:
        """Take back whatever stands there, until cancelled."""
        await self._device.sign_in()
        while True:
            await asyncio.sleep(_LOOK_S)
            while self.shift.returned:
                await self._take_back(self.shift.returned[0])
                self.shift.returned.pop(0)

    async def _take_back(self, order_id: str) -> None:
        piece = self._gone_with(order_id)
        if piece is None:
            return
        found = await self._device.post("/api/returns/scan", {"code": order_id})
        self.shift.deeds[f"return_{found['code']}"] += 1
        await self.shift.spend(_SCAN_S)
        answer = await self._device.post(
            "/api/returns/scan",
            {
                "code": self.shift.barcode(piece.sku),
                "order_id": order_id,
                "reason": str(found.get("data", {}).get("reason") or "unwanted"),
            },
        )
        self.shift.deeds[f"return_{answer['code']}"] += 1
        if not answer["accepted"]:
            return
        piece.holder = piece.origin = ASIDE
        self.shift.world.changes += 1
        grade = ("restock", "restock", "scrap")[int(self.shift.chance.integers(3))]
        body = {"piece_id": str(answer["data"]["piece_id"]), "grade": grade}
        answer = await self._device.post("/api/returns/grade", body)
        self.shift.deeds[f"grade_{answer['code']}"] += 1

    def _gone_with(self, order_id: str) -> Piece | None:
        """A piece that left with an order and has not come back."""
        world = self.shift.world
        for departure in world.ledger:
            if departure.order_id == order_id:
                for epc, _ in departure.pieces:
                    if world.pieces[epc].holder == GONE:
                        return world.pieces[epc]
        return None
