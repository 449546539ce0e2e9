"""Laws of leaving by radio: what was heard of a parcel, and that a label's tag is heeded."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from typing_extensions import override

from edge.model.events import (
    Event,
    Fact,
    ItemArrived,
    ItemMoved,
    ItemWithdrawn,
    ParcelShipped,
    PortalPassed,
)
from edge.model.ids import Epc, LocationId, Sscc
from edge.model.pallets import Pallet, PalletState
from edge.model.places import Floor, LocationKind
from edge.model.state import FloorState
from edge.model.work import Parcel
from edge.rules.identifying import known_as
from simulators.day.laws.law import Law
from simulators.gate import Manner


def gone_out(event: Event, floor: Floor) -> tuple[Epc, LocationId] | None:
    """The tag and the portal of what was told to go out, or to be at one that has no sides."""
    match event:
        case PortalPassed():
            is_out = event.direction == Manner.OUT.value
            return (event.epc, event.portal) if is_out else None
        case ItemArrived() | ItemWithdrawn():
            at = event.location
        case ItemMoved():
            at = event.to_location
        case _:
            return None
    is_door = floor.kind_of(at) is LocationKind.PORTAL and at not in floor.sided_portals
    return (event.epc, at) if is_door else None


@dataclass(slots=True)
class OutIsSaid(Law):
    """A parcel leaves by a tag that was told to be there or go out, its pallet, or a person.

    Attributes:
        labels: the number that the tag of each label really bears.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    _out: dict[LocationId, set[Epc]] = field(default_factory=dict)

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        event = fact.event
        out = gone_out(event, mirror.floor)
        if out is not None:
            self._out.setdefault(out[1], set()).add(out[0])
        if not isinstance(event, ParcelShipped) or event.by is not None:
            return
        if not self._was_said(event, mirror):
            self.breaks(f"{event.sscc} left by {event.portal}: nothing of it was heard there")

    def _was_said(self, event: ParcelShipped, mirror: FloorState) -> bool:
        """Of a pallet one parcel speaks for all, or its own label."""
        pallet = mirror.pallets.bearing(event.sscc)
        numbers = (pallet.sscc, *pallet.parcels) if pallet is not None else (event.sscc,)
        return any(
            self._number_of(epc, mirror) in numbers for epc in self._out.get(event.portal, ())
        )

    def _number_of(self, epc: Epc, mirror: FloorState) -> str | None:
        parcel = mirror.parcels.holding(known_as(mirror, epc))
        return self.labels.get(epc) or (parcel.sscc if parcel is not None else None)


@dataclass(slots=True)
class LabelIsHeeded(Law):
    """A label's tag that goes out takes its parcel or pallet along, or tells a wrong door.

    Attributes:
        labels: the number that the tag of each label really bears.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    _heard: list[tuple[Sscc, LocationId]] = field(default_factory=list)

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        out = gone_out(fact.event, mirror.floor)
        if out is None:
            return
        self._settle(mirror)  # what came of the tag before stands behind it
        number = Sscc(self.labels.get(out[0], ""))
        if number in mirror.parcels or number in mirror.pallets:
            self._heard.append((number, out[1]))

    @override
    def turn(self, state: FloorState, mirror: FloorState) -> None:
        self._settle(mirror)

    def _settle(self, state: FloorState) -> None:
        heard, self._heard = self._heard, []
        for number, portal in heard:
            parcel = state.parcels.get(number)
            pallet = state.pallets.get(number) or state.pallets.bearing(number)
            if parcel is not None and (parcel.shipped or _is_told(parcel, portal)):
                continue
            if pallet is None or not _has_seen(state, pallet, number, portal):
                self.breaks(f"the label of {number} went out at {portal}, and nobody heeds it")


def _has_seen(state: FloorState, pallet: Pallet, number: Sscc, portal: LocationId) -> bool:
    """Whether a pallet knows that it, or a parcel on it, is at a door, or needs not."""
    if pallet.sscc == number and (pallet.state is not PalletState.CLOSED or not pallet.parcels):
        return True  # it is gone already, or no pallet any more
    if any(_is_told(state.parcels[one], portal) for one in pallet.parcels):
        return True
    return pallet.seen is not None and number in pallet.seen.ssccs


def _is_told(parcel: Parcel, portal: LocationId) -> bool:
    return parcel.wrong_door is not None and parcel.wrong_door.portal == portal
