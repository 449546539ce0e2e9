"""Heat: for how long items have been at each place, from the facts that told of their moves."""

from collections import Counter
from collections.abc import Iterable

from edge.model.events import Fact, ItemArrived, ItemDeparted, ItemMoved, ItemWithdrawn
from edge.model.ids import LocationId


def dwell_us(facts: Iterable[Fact], from_us: int, to_us: int) -> Counter[LocationId]:
    """Microseconds that one item spent at each place within a span of time.

    Args:
        facts: what happened to the item, the oldest first; other kinds of facts are passed over.
        from_us: UTC microseconds; a stay that began before counts from here.
        to_us: a stay that has not ended counts up to here.
    """
    found: Counter[LocationId] = Counter()
    place: LocationId | None = None
    since_us = from_us
    for fact in facts:
        match fact.event:
            case ItemArrived(location=there):
                next_place: LocationId | None = there
            case ItemMoved(to_location=there, from_location=before):
                next_place = there
                place = place or before  # the arrival is older than the facts at hand
            case ItemDeparted(from_location=before):
                next_place = None
                place = place or before
            case ItemWithdrawn(location=there):
                place = there  # where it has been since the change that never was
                continue
            case _:
                continue
        at_us = min(max(fact.occurred_us, from_us), to_us)
        if place is not None and at_us > since_us:
            found[place] += at_us - since_us
        place, since_us = next_place, at_us
    if place is not None and to_us > since_us:
        found[place] += to_us - since_us
    return found
