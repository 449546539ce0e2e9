"""Certainty: whether pieces surely lie where the books say.

A place is doubtful while a count of it is wanted or a variance waits for a decision. It is, too,
while the radio, which knows tagged pieces of the article elsewhere, hears none of them where an
antenna that answers covers the place; unless a person has counted them since, and found what the
books say.
"""

from collections.abc import Callable, Container, Mapping
from enum import StrEnum

from edge.model.goods import Lot
from edge.model.ids import DeviceName, LocationId, Sku
from edge.model.places import Floor

Key = tuple[Sku, LocationId]


class Why(StrEnum):
    """Why pieces may well not be where the books say."""

    TO_COUNT = "to_count"
    """A count is wanted, or a decision about one."""
    UNHEARD = "unheard"
    """The radio covers the place and hears none of their tags."""


class Certainty:
    """Tells which places are doubtful, and why.

    Args:
        floor: for the places' parents and antennas.
        seen: how many tagged pieces of an article the radio knows in a place.
        is_tagged: whether the radio knows a tagged piece of an article in any place.
        lots: whether a person has counted the pieces of a place.
        uncounted: articles and places that wait for a count or for a decision about one.
        silent: readers that do not answer.
    """

    def __init__(
        self,
        floor: Floor,
        seen: Mapping[Key, int],
        is_tagged: Callable[[Sku], bool],
        lots: Mapping[Key, Lot],
        uncounted: Container[Key],
        silent: Container[DeviceName],
    ) -> None:
        self._floor = floor
        self._seen = seen
        self._is_tagged = is_tagged
        self._lots = lots
        self._uncounted = uncounted
        self._heard = {one.location for one in floor.antennas if one.reader not in silent}

    def doubt(self, sku: Sku, location: LocationId) -> Why | None:
        """Why the pieces may well not be there; None where nothing says so."""
        key = (sku, location)
        if key in self._uncounted:
            return Why.TO_COUNT
        if self._lots.get(key, Lot()).counted_us is not None or not self._is_tagged(sku):
            return None
        around = self._floor.around(location)
        if not any(one in self._heard for one in around):
            return None
        is_seen = any(self._seen.get((sku, one), 0) > 0 for one in around)
        return None if is_seen else Why.UNHEARD
