"""What went out through the portals within the last seconds: tags, and parcels that left.

Not kept on disk, and forgotten at a restart: what would have come of those few seconds (a question
of `rules.too_many`) is not asked then. Nor does that count of which it is not known when it was: a
person's answer to what a gate asks, and what a reader tells when it comes back, for it may have
held that for minutes.
"""

from collections import OrderedDict
from typing import NamedTuple, TypeVar

from edge.model import events as e
from edge.model.ids import Epc, LocationId, Sku, Sscc
from edge.model.places import Floor, LocationKind

LATELY_US = 10_000_000
"""A hand that carries parcels through is heard out in this time."""
_KEPT_US = 3 * LATELY_US
"""Of a tag that went out lately the parcels count that left up to so long before or after it, and
of these all tags that went out with them."""
_Name = TypeVar("_Name", Epc, Sscc)


class Passing(NamedTuple):
    """Where something went out, when (UTC microseconds), and of which article it is, if of one."""

    portal: LocationId
    at_us: int
    sku: Sku | None = None


class GoingOut:
    """Tags of known articles, and parcels."""

    def __init__(self) -> None:
        self._parcels: OrderedDict[Sscc, Passing] = OrderedDict()
        self._tags: OrderedDict[Epc, Passing] = OrderedDict()
        self._returned_us: dict[LocationId, int] = {}

    def note(self, floor: Floor, event: e.Event, occurred_us: int) -> None:
        """Take in a fact, whatever it is of.

        Where a portal has antennas on both sides a tag goes out by its passage alone; at any other
        one a tag that is announced does, as its parcel does.
        """
        match event:
            case e.ItemArrived():
                self._announced(floor, event.epc, event.location, event.sku, occurred_us)
            case e.ItemMoved():
                self._announced(floor, event.epc, event.to_location, event.sku, occurred_us)
            case e.PortalPassed() if event.direction == "out" and event.sku is not None:
                if event.probability < 1.0:
                    self._note_tag(event.epc, Passing(event.portal, occurred_us, event.sku))
            case e.DeviceReturned():
                self._returned_us.update(dict.fromkeys(event.locations, occurred_us))
            case e.ParcelShipped():
                self._parcels[event.sscc] = Passing(event.portal, occurred_us)
                self._parcels.move_to_end(event.sscc)
                self._forget_old(occurred_us)
            case e.TooManySuspected():
                self._asked(event.question.portal, event.question.sku)
            case _:
                pass

    @property
    def portals(self) -> tuple[LocationId, ...]:
        """Those through which a parcel left lately; what goes out next forgets the others."""
        return tuple(dict.fromkeys(one.portal for one in self._parcels.values()))

    def parcels(self, portal: LocationId, at_us: int) -> list[Sscc]:
        """The parcels that left through a portal about that time."""
        return [sscc for sscc, one in self._parcels.items() if _is_about(one, portal, at_us)]

    def parcels_with(self, epc: Epc) -> list[Sscc]:
        """The parcels that left about the time when a tag went out, where it did."""
        passing = self._tags[epc]
        return self.parcels(passing.portal, passing.at_us)

    def tags(self, portal: LocationId, now_us: int) -> dict[Epc, Sku]:
        """The tags that went out there lately, and their articles, in the order of their going."""
        return {
            epc: one.sku
            for epc, one in self._tags.items()
            if one.sku is not None and _is_about(one, portal, now_us)
        }

    def of_article(self, portal: LocationId, sku: Sku) -> list[Epc]:
        """The tags of an article that went out there, lately or with what left lately."""
        return [epc for epc, one in self._tags.items() if (one.portal, one.sku) == (portal, sku)]

    def _announced(
        self, floor: Floor, epc: Epc, place: LocationId, sku: Sku | None, at_us: int
    ) -> None:
        is_portal = sku is not None and floor.kind_of(place) is LocationKind.PORTAL
        if is_portal and place not in floor.sided_portals:
            self._note_tag(epc, Passing(place, at_us, sku))

    def _note_tag(self, epc: Epc, passing: Passing) -> None:
        returned_us = self._returned_us.get(passing.portal)
        if returned_us is not None and abs(passing.at_us - returned_us) <= LATELY_US:
            return
        self._tags[epc] = passing
        self._tags.move_to_end(epc)
        self._forget_old(passing.at_us)

    def _asked(self, portal: LocationId, sku: Sku | None) -> None:
        """What is asked once is not asked again."""
        if sku is not None:
            for epc in self.of_article(portal, sku):
                del self._tags[epc]

    def _forget_old(self, now_us: int) -> None:
        """What stands first: each goes to the end when it goes out, so it is looked at once."""
        _forget_first(self._parcels, now_us)
        _forget_first(self._tags, now_us)


def _forget_first(passings: OrderedDict[_Name, Passing], now_us: int) -> None:
    while passings and not _is_new(next(iter(passings.values())), now_us):
        passings.popitem(last=False)


def _is_new(one: Passing, now_us: int) -> bool:
    return abs(now_us - one.at_us) <= _KEPT_US


def _is_about(one: Passing, portal: LocationId, at_us: int) -> bool:
    return one.portal == portal and abs(at_us - one.at_us) <= LATELY_US
