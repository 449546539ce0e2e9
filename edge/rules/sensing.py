"""Sensing: what the radio and the devices say, as facts, and what that means for work in hand."""

from edge.model.events import (
    DeviceLost,
    DeviceReturned,
    Event,
    ItemArrived,
    ItemDeparted,
    ItemMoved,
    ItemWithdrawn,
)
from edge.model.goods import NearItem
from edge.model.ids import LocationId, Sku
from edge.model.inputs import DeviceChanged, ItemLocated
from edge.model.places import STORAGE_KINDS, LocationKind
from edge.model.presence import (
    Arrived,
    Departed,
    Mistaken,
    Moved,
    PresenceChange,
    Returned,
    Stale,
)
from edge.model.state import FloorState
from edge.rules import quiet, too_many, undoing
from edge.rules.decision import Decision, accept
from edge.rules.dispatching import tag_at_portal
from edge.rules.identifying import article_of
from edge.rules.stacking import tag_at_staging
from edge.rules.terms import Terms
from edge.rules.verifying import tag_on_cart

_Announced = Arrived | Moved | Returned | Mistaken
_LOCATED = accept("located", "").answer
"""Nobody asks for it: the same for all."""


def located(state: FloorState, terms: Terms, input_: ItemLocated) -> Decision:
    """Record what happened to an item; on a cart or at a portal it may be work done."""
    change = input_.change
    sku = article_of(state, change.epc)
    events = _recorded(change, sku, input_.told_in)
    match change:
        case Arrived() | Returned(departed=True) | Mistaken():
            events += _meaning(state, terms, change, sku, change.location)
        case Moved():
            events += _meaning(state, terms, change, sku, change.to_location)
        case Departed() | Stale() | Returned():
            pass
    return Decision(tuple(events), _LOCATED)


def _recorded(change: PresenceChange, sku: Sku | None, told_in: str) -> list[Event]:
    match change:
        case Arrived() | Returned(departed=True):
            return [ItemArrived(change.epc, sku, change.location, change.probability)]
        case Moved():
            return [
                ItemMoved(
                    change.epc, sku, change.from_location, change.to_location, change.probability
                )
            ]
        case Departed():
            return [ItemDeparted(change.epc, sku, change.from_location, change.last_seen_us)]
        case Mistaken():
            return [_withdrawn(change, sku, told_in)]
        case Stale() | Returned():
            return []  # one fact tells of the device and its places; nothing has happened to items


def _withdrawn(change: Mistaken, sku: Sku | None, told_in: str) -> Event:
    """The fact that takes an earlier one back; where nobody knows that one, a return."""
    epc, place, probability = change.epc, change.location, change.probability
    if told_in:
        why = "reader_silent" if change.reader_was_silent else "seen_again"
        since_us, went_to = change.since_us, change.went_to
        return ItemWithdrawn(epc, sku, told_in, place, went_to, probability, since_us, why)
    if change.went_to is None:
        return ItemArrived(epc, sku, place, probability)
    return ItemMoved(epc, sku, change.went_to, place, probability)


def _meaning(
    state: FloorState, terms: Terms, change: _Announced, sku: Sku | None, place: LocationId
) -> list[Event]:
    over = too_many.heard_at(state, change.epc, place)
    return over + _work_done(state, terms, change, sku, place)


def _work_done(
    state: FloorState, terms: Terms, change: _Announced, sku: Sku | None, place: LocationId
) -> list[Event]:
    epc, kind = change.epc, state.floor.kind_of(place)
    if kind is LocationKind.CART:
        return tag_on_cart(state, epc, NearItem(sku, change.probability), place)
    if kind in STORAGE_KINDS:
        return undoing.tag_in_storage(state, epc, NearItem(sku, change.probability), place)
    if kind is LocationKind.PORTAL:
        return tag_at_portal(state, terms, epc, place)
    if kind is LocationKind.STAGING:
        return tag_at_staging(state, epc, place)
    return []


def device_changed(state: FloorState, input_: DeviceChanged) -> Decision:
    """A device came or went; each is a fact once."""
    lost = input_.device in state.outages
    if input_.alive is not lost:
        return accept("done_already", f"{input_.device} was known to be so")
    places = tuple(
        dict.fromkeys(
            antenna.location for antenna in state.floor.antennas if antenna.reader == input_.device
        )
    )
    if input_.alive:
        returned = DeviceReturned(input_.device, places)
        return accept("device_up", "", returned, *quiet.heard_again(state, input_.device))
    since_us = input_.silent_since_us or input_.at_us
    return accept("device_down", "", DeviceLost(input_.device, since_us, input_.reason, places))
