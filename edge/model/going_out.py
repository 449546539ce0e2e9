"""What went out through the portals within the last seconds: tags, and parcels that left.

Not kept on disk, and forgotten at a restart: what would have come of those few seconds (a question
of `rules.too_many`) is not asked then.
"""

from typing import NamedTuple

from edge.model import events as e
from edge.model.ids import Epc, LocationId, Sku, Sscc
from edge.model.places import Floor, LocationKind

LATELY_US = 10_000_000
"""A hand that carries parcels through is heard out in this time."""
_SWEEP_US = 1_000_000
"""What is old is looked for that seldom: a thousand tags a second may go out."""


class Passing(NamedTuple):
    """Where something went out, when (UTC microseconds), and of which article it is, if of one."""

    portal: LocationId
    at_us: int
    sku: Sku | None = None


class GoingOut:
    """Tags of known articles, and parcels; what is older than `LATELY_US` is told no more."""

    def __init__(self) -> None:
        self._swept_us = 0
        self._parcels: dict[Sscc, Passing] = {}
        self._tags: dict[Epc, Passing] = {}

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
                self._forget_old(occurred_us)
                self._tags[event.epc] = Passing(event.portal, occurred_us, event.sku)
            case e.ParcelShipped():
                self._forget_old(occurred_us)
                self._parcels[event.sscc] = Passing(event.portal, occurred_us)
            case e.TooManySuspected():
                self._asked(event.question.portal, event.question.sku)
            case _:
                pass

    @property
    def portals(self) -> tuple[LocationId, ...]:
        """Those through which a parcel left lately, or a second before that."""
        return tuple(dict.fromkeys(one.portal for one in self._parcels.values()))

    def parcels(self, portal: LocationId, now_us: int) -> list[Sscc]:
        """The parcels that left through a portal lately."""
        return [sscc for sscc, one in self._parcels.items() if _is_lately(one, portal, now_us)]

    def tags(self, portal: LocationId, now_us: int) -> dict[Epc, Sku]:
        """The tags that went out there lately, and their articles, in the order of their going."""
        return {
            epc: one.sku
            for epc, one in self._tags.items()
            if one.sku is not None and _is_lately(one, portal, now_us)
        }

    def _announced(
        self, floor: Floor, epc: Epc, place: LocationId, sku: Sku | None, at_us: int
    ) -> None:
        is_portal = sku is not None and floor.kind_of(place) is LocationKind.PORTAL
        if is_portal and place not in floor.sided_portals:
            self._forget_old(at_us)
            self._tags[epc] = Passing(place, at_us, sku)

    def _asked(self, portal: LocationId, sku: Sku | None) -> None:
        """What is asked once is not asked again."""
        self._tags = {
            epc: one for epc, one in self._tags.items() if (one.portal, one.sku) != (portal, sku)
        }

    def _forget_old(self, now_us: int) -> None:
        if abs(now_us - self._swept_us) < _SWEEP_US:
            return
        self._swept_us = now_us
        self._parcels = {key: one for key, one in self._parcels.items() if _is_new(one, now_us)}
        self._tags = {key: one for key, one in self._tags.items() if _is_new(one, now_us)}


def _is_new(one: Passing, now_us: int) -> bool:
    return abs(now_us - one.at_us) <= LATELY_US


def _is_lately(one: Passing, portal: LocationId, now_us: int) -> bool:
    return one.portal == portal and _is_new(one, now_us)
