"""People of a simulated day: those of `simulators`, who also slip, forget, and drink coffee.

Slips are what hands do, unseen by the screen (`day_picker`, `day_packer`, `sorter`). What comes of
them is for the radio, the barcode and the pack check to catch.
"""

import asyncio
from dataclasses import dataclass, field

from typing_extensions import override

from simulators.api import Device
from simulators.catalogue import COMPANY_PREFIX
from simulators.codes import sscc_96
from simulators.day.device import Airwaves, PlayedDevice
from simulators.day.flows import Flow
from simulators.day.gate import Gate
from simulators.day.list_maker import ListRun
from simulators.day.scales import Scales
from simulators.hall import ASIDE
from simulators.people import Person, Shift, Worker
from simulators.things import GONE, Piece, hand_of, parcel_holder

_SCAN_S = 1.5
_LOOK_S = 10.0
_LINED_SHARE = 0.4
"""Of the parcels whose labels have tags so many let no tag of a piece be heard: foil, or wine."""
_TAGGED_SHARE = 0.7


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
        flows: what is done besides.
        cases: of an article how many are in its case, and the case's GTIN.
        digits: check digits by place.
        carriers: of each order, as its parcel's label bears it.
        gate: the dock's, where it has one; None where parcels are only set down there.
        scales: at the pack stations; None where nothing is weighed.
        label_tags: the number that the tag of each label bears.
        lined: holders out of which no tag is heard.
        lists: of numbers, that are over.
        wall_waits: whether all that lies at the put wall is sorted, and orders want more.
    """

    airwaves: Airwaves | None = None
    slip_share: float = 0.0
    coffee_share: float = 0.0
    full_share: float = 0.0
    walked_m: dict[str, float] = field(default_factory=dict)
    returned: list[str] = field(default_factory=list)
    flows: frozenset[Flow] = frozenset()
    cases: dict[str, tuple[int, str]] = field(default_factory=dict)
    digits: dict[str, tuple[str, ...]] = field(default_factory=dict)
    carriers: dict[str, str] = field(default_factory=dict)
    scales: Scales | None = None
    gate: Gate | None = None
    label_tags: dict[str, str] = field(default_factory=dict)
    lined: set[str] = field(default_factory=set)
    lists: list[ListRun] = field(default_factory=list)
    wall_waits: bool = False

    @override
    def device(self, person: Person) -> Device:
        device = PlayedDevice(
            self.url, person.badge, person.pin, airwaves=self.airwaves, number=len(self.devices)
        )
        self.devices.append(device)
        return device

    def label_parcel(self, sscc: str) -> None:
        """Its label is stuck on a parcel, now and then a lined one, mostly one with a tag."""
        if self.slips(_LINED_SHARE):
            self.lined.add(parcel_holder(sscc))
        if self.slips(_TAGGED_SHARE):
            self.stick_on(sscc, sscc)

    def stick_on(self, sscc: str, number: str) -> None:
        """A label whose tag bears a number, its own or its pallet's, is stuck on a parcel."""
        epc = sscc_96(number, len(COMPANY_PREFIX))
        self.label_tags[epc] = number
        self.world.label(sscc, epc)

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
class Clerk(Worker):
    """Takes goods back: finds the order, scans a piece, says what becomes of it."""

    shift: DayShift

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
