"""Laws of what some warehouses do besides: walls, doors, pallets, reserves, holds, hands."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from typing_extensions import override

from edge.model.events import (
    Fact,
    ManifestClosed,
    OrderReceived,
    OrderReleased,
    PalletDeparted,
    ParcelShipped,
    PieceFetched,
    PiecePicked,
    PieceSorted,
    ReplenishmentWanted,
    SlotEmptied,
    SlotLit,
    WalkPlanned,
    WrongDoorSeen,
)
from edge.model.ids import LocationId, Sku, Sscc
from edge.model.orders import OrderState
from edge.model.pallets import STANDING, PalletState
from edge.model.state import FloorState
from edge.model.work import WallSlot
from simulators.day.laws.law import Law
from simulators.day.site import DOORS

_HELD = "hold_rule"


@dataclass(slots=True)
class SlotIsItsOrder(Law):
    """An order has one slot of a wall, with pieces of its own totes there, each once.

    A slot in which pieces of a cancelled order lie is nobody else's until they are put back.
    """

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        event = fact.event
        taken = mirror.slots.get(event.slot) if isinstance(event, SlotLit | SlotEmptied) else None
        if isinstance(event, SlotLit) and taken is not None and taken.order_id != event.order_id:
            self.breaks(f"{event.slot} is lit for {event.order_id}, and is {taken.order_id}'s")
        if (
            isinstance(event, SlotEmptied)
            and taken is not None
            and _is_to_be_emptied(mirror, taken)
        ):
            self.breaks(f"{event.slot} is free, and pieces of {event.order_id} lie in it")
        if isinstance(event, PieceSorted):
            slot = mirror.slots.get(event.slot)
            if slot is None or slot.lit is None or slot.order_id != event.order_id:
                self.breaks(f"{event.sku} of {event.order_id} was put into {event.slot}, unlit")

    @override
    def turn(self, state: FloorState, mirror: FloorState) -> None:
        slots = [one for one in state.slots.values() if not one.errands]
        for (order_id, wall), times in Counter((one.order_id, one.wall) for one in slots).items():
            if times > 1:
                self.breaks(f"{order_id} has {times} slots of {wall}")
        for slot in slots:
            held = Counter(slot.put) + Counter([slot.lit] if slot.lit else [])
            totes = [
                one for one in state.totes.of_order(slot.order_id) if one.station == slot.wall
            ]
            own = Counter(piece for tote in totes for piece in tote.picked)
            if totes and held - own:
                self.breaks(f"{slot.slot} holds what is not of {slot.order_id}: {held - own}")


def _is_to_be_emptied(state: FloorState, slot: WallSlot) -> bool:
    """Whether pieces that a cancelled order wants no more are in a slot, by the books."""
    if slot.errands:
        return any(one in state.errands for one in slot.errands)
    return bool(slot.put) and state.orders[slot.order_id].state is OrderState.CANCELLED


@dataclass(slots=True)
class WrongDoorHolds(Law):
    """A parcel leaves only where its carrier loads, a recalled one nowhere; who brings it is told.

    Attributes:
        _told: parcels at wrong doors; of a pallet one is told for all.
    """

    _told: set[str] = field(default_factory=set)

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        event = fact.event
        if isinstance(event, WrongDoorSeen):
            pallet = mirror.pallets.bearing(event.sscc)
            self._told |= {event.sscc} if pallet is None else set(pallet.parcels)
        if not isinstance(event, ParcelShipped):
            return
        if mirror.parcels[event.sscc].recalled:
            self.breaks(f"{event.sscc} left although its order is cancelled")
        if not loads(mirror, event.portal, event.carrier):
            self.breaks(f"{event.sscc} for {event.carrier} left through {event.portal}")

    @override
    def answered(self, key: str, path: str, answer: dict[str, Any]) -> None:
        if path == "/api/dispatch" and answer.get("code") == "wrong_door":
            sscc = str(answer["data"]["sscc"])
            if sscc not in self._told:
                self.breaks(f"{sscc} is at a wrong door, and nobody else was told")


def loads(state: FloorState, portal: LocationId, carrier: str) -> bool:
    """Whether a carrier loads at a door, where doors are told apart."""
    told_apart = all(door in state.floor.locations for door in DOORS)
    return not told_apart or carrier in DOORS.get(str(portal), ())


@dataclass(slots=True)
class PalletIsOne(Law):
    """A parcel is on one pallet, a pallet has one carrier, and what it bears leaves with it."""

    _gone: list[PalletDeparted] = field(default_factory=list)

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        event = fact.event
        if isinstance(event, PalletDeparted):
            self._gone.append(event)
            if set(event.ssccs) != set(mirror.pallets[event.pallet].parcels):
                self.breaks(f"{event.pallet} left with other parcels than are on it")
        if isinstance(event, ParcelShipped):
            pallet = mirror.pallets.bearing(event.sscc)
            if pallet is not None and pallet.state is PalletState.CLOSED:
                self.breaks(f"{event.sscc} left, and {pallet.sscc} that bears it stands there")

    @override
    def turn(self, state: FloorState, mirror: FloorState) -> None:
        gone, self._gone = self._gone, []
        for event in gone:
            left = [one for one in event.ssccs if not state.parcels[one].shipped]
            if left:
                self.breaks(f"{event.pallet} has left without {left}")
        standing = [one for one in state.pallets.values() if one.state in STANDING]
        borne = Counter(sscc for one in standing for sscc in one.parcels)
        for sscc, times in borne.items():
            if times > 1:
                self.breaks(f"{sscc} is on {times} pallets")
        for one in standing:
            carriers = {state.parcels[sscc].carrier for sscc in one.parcels}
            if len(carriers) > 1:
                self.breaks(f"{one.sscc} bears parcels for {sorted(carriers)}")


@dataclass(slots=True)
class ListIsTrue(Law):
    """A carrier's list names parcels that have left, of that carrier and cut-off, each once."""

    _listed: set[Sscc] = field(default_factory=set)

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        event = fact.event
        if not isinstance(event, ManifestClosed):
            return
        for sscc in event.ssccs:
            parcel = mirror.parcels[sscc]
            due_us = mirror.orders[parcel.order_id].due_us
            if not parcel.shipped or sscc in event.missing:
                self.breaks(f"{sscc} is handed over to {event.carrier}, and stands here")
            if sscc in self._listed or (parcel.carrier, due_us) != (event.carrier, event.due_us):
                self.breaks(f"{sscc} is on a list of {event.carrier} that is not its own")
            self._listed.add(sscc)


@dataclass(slots=True)
class WorkIsInOneHand(Law):
    """Who picks or fetches is who the work is with; what left a hand is done there no more."""

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        event = fact.event
        match event:
            case PiecePicked():
                walk = mirror.walks.get(event.walk_id)
                if walk is None or walk.picker != event.badge:
                    self.breaks(f"{event.badge} picked on {event.walk_id}, which is not theirs")
            case PieceFetched():
                errand = mirror.errands.get(event.errand_id)
                if errand is None or errand.picker != event.by:
                    self.breaks(f"{event.by} fetched for {event.errand_id}, which is not theirs")
            case _:
                pass


@dataclass(slots=True)
class HeldIsAsked(Law):
    """What a rule of the site holds is let go by a person only, and planned by nobody before."""

    _held: set[str] = field(default_factory=set)

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        event = fact.event
        match event:
            case OrderReceived():
                self._note(event)
            case OrderReleased():
                if event.order_id in self._held and event.by is None:
                    self.breaks(f"{event.order_id} is held by a rule, and nobody let it go")
                self._held.discard(event.order_id)
            case WalkPlanned():
                for order_id in event.walk.orders:
                    if order_id in self._held:
                        self.breaks(f"{order_id} is held by a rule and planned all the same")
            case _:
                pass

    def _note(self, event: OrderReceived) -> None:
        order = event.order
        if order.state is OrderState.HELD and any(one.code == _HELD for one in order.doubts):
            self._held.add(order.order_id)
        else:
            self._held.discard(order.order_id)


@dataclass(slots=True)
class RefillFits(Law):
    """A place is filled up to its maximum and no further, with what lies free in the reserve."""

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        event = fact.event
        if not isinstance(event, ReplenishmentWanted):
            return
        source = mirror.stock.get((event.sku, event.from_location))
        if source is None or source.free < event.quantity:
            self.breaks(f"{event.errand_id}: {event.quantity} wanted, less lies free there")
        forward = mirror.forwards[event.to_location, event.sku]
        there = mirror.stock.get((event.sku, event.to_location))
        free = (there.free if there is not None else 0) + event.quantity
        free += _coming(mirror, event.sku, event.to_location)
        if free > forward.maximum:
            self.breaks(f"{event.errand_id}: {free} in {event.to_location}, {forward.maximum} fit")


def _coming(state: FloorState, sku: Sku, place: LocationId) -> int:
    """Pieces of an article that somebody is to fetch for a place, or carries there."""
    found = 0
    for errand in state.errands.values():
        found += sum((one.sku, one.location) == (sku, place) for one in errand.pieces)
        refill = errand.refill
        if refill is not None and (refill.sku, refill.target) == (sku, place):
            found += refill.fetch
    return found
