"""Laws of parcels: what is in one was ordered, checked, listened for; what lacks is counted."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from typing_extensions import override

from edge.model.events import (
    Fact,
    PackListened,
    PackOpened,
    ParcelClosed,
    PieceChecked,
    TooManySuspected,
    ToteJoined,
)
from edge.model.ids import LocationId, OrderId, Sku, Sscc
from edge.model.state import FloorState
from simulators.day.laws.law import Law


@dataclass(slots=True)
class ParcelIsItsOrder(Law):
    """A parcel holds nothing that its order does not want, and only what was checked."""

    _checked: Counter[tuple[OrderId, Sku]] = field(default_factory=Counter)
    """By order: the tote that a check began with may be taken away with what is unwanted."""

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        event = fact.event
        if isinstance(event, PackOpened):
            self._forget(event.order_id)  # it may be checked anew
        if isinstance(event, PieceChecked) and event.before is None:
            pack = mirror.packs.get(event.station)
            if pack is not None:
                self._checked[pack.order_id, event.sku] += 1
        if isinstance(event, ParcelClosed):
            self._closed(event, mirror)

    def _closed(self, event: ParcelClosed, mirror: FloorState) -> None:
        order = mirror.orders[event.parcel.order_id]
        wanted: Counter[Sku] = Counter()
        for line in order.lines:
            wanted[line.sku] += line.quantity
        inside = Counter(sku for sku, _ in event.parcel.contents)
        for one in order.substituted:
            quantity = max(0, min(one.quantity, (wanted - inside)[one.sku]))
            wanted[one.sku] -= quantity
            wanted[one.by] += quantity
        for sku, count in (inside - wanted).items():
            self.breaks(f"parcel {event.parcel.sscc} holds {count} x {sku} that nobody ordered")
        for sku, count in inside.items():
            checked = self._checked.pop((event.parcel.order_id, sku), 0)
            if checked < count:
                self.breaks(
                    f"parcel {event.parcel.sscc}: {count} x {sku} inside, {checked} checked"
                )
        self._forget(event.parcel.order_id)

    def _forget(self, order_id: OrderId) -> None:
        for key in [one for one in self._checked if one[0] == order_id]:
            del self._checked[key]


@dataclass(slots=True)
class TooManyIsTrue(Law):
    """Who is asked at a door for a piece too many finds one in a parcel that was named.

    Attributes:
        inside: how many pieces of an article really lie in a parcel.
    """

    inside: Callable[[str, str], int] = lambda _, __: 0

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        if not isinstance(fact.event, TooManySuspected):
            return
        asked = fact.event.question
        for sscc in (asked.sscc, *asked.others):
            parcel = mirror.parcels.get(sscc or Sscc(""))
            told = sum(sku == asked.sku for sku, _ in parcel.contents) if parcel else 0
            if self.inside(sscc or "", asked.sku or "") > told:
                return
        self.breaks(f"{asked.sku} is said to be too many in {asked.sscc}, and is not")


@dataclass(slots=True)
class MissingIsCounted(Law):
    """Where a piece is missing in a closed parcel, a place that it was picked from is counted."""

    _missing: list[tuple[ParcelClosed, Sku, frozenset[LocationId]]] = field(default_factory=list)

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        event = fact.event
        if not isinstance(event, ParcelClosed):
            return
        picked = [
            (sku, place)
            for tote in mirror.totes.of_order(event.parcel.order_id)
            for (sku, _), place in zip(tote.picked, tote.came_from, strict=True)
        ]
        missing = Counter(sku for sku, _ in picked) - Counter(
            sku for sku, _ in event.parcel.contents
        )
        self._missing += [
            (event, sku, frozenset(place for one, place in picked if one == sku))
            for sku in missing
        ]

    @override
    def turn(self, state: FloorState, mirror: FloorState) -> None:
        missing, self._missing = self._missing, []
        for event, sku, places in missing:
            if not any((place, sku) in mirror.counts for place in places):
                self.breaks(f"{sku} is missing in {event.parcel.sscc}, and nobody is to look")


@dataclass(slots=True)
class ClosedWhenQuiet(Law):
    """Where antennas answer, a parcel is closed only after they have heard nothing new.

    Nor does a tag that no pick named count before, for it may lie beside.
    """

    _listening: dict[LocationId, bool] = field(default_factory=dict)

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        event = fact.event
        match event:
            case PackOpened() | ToteJoined():
                self._listening[event.station] = True
            case PackListened():
                self._listening[event.station] = not event.quiet
            case PieceChecked() if event.unit.epc and not event.unit.scanned:
                pack = mirror.packs[event.station]
                named = {unit.epc for _, unit in mirror.totes.picked_of(pack.order_id)}
                if pack.listening_since_us > 0 and event.unit.epc not in named:
                    self.breaks(f"{event.unit.epc} counts before it is told what lies beside")
            case ParcelClosed() if self._listening.pop(event.station, False):
                if self._is_heard(event.station, mirror):
                    self.breaks(f"parcel {event.parcel.sscc} was closed before it was quiet")
            case _:
                pass

    def _is_heard(self, station: LocationId, mirror: FloorState) -> bool:
        return any(
            one.location == station and one.reader not in mirror.outages
            for one in mirror.floor.antennas
        )
