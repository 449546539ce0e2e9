"""Two gateways over one zone: which of their events tell of the same happening.

Each gateway tells at once what it sees, under its own name, whether the other one lives or not:
nothing waits, and nobody is the first. Of two events that tell of one happening (the same tag came
to the same shared place, or left it, within a span) the one of the gateway whose name sorts first
is kept; the other gateway says so with a fact of its own. It hears its partner's events from the
broker. Where it cannot, both events stand until it can; what it then hears of the time of the cut
it compares with what it remembers.
"""

from bisect import insort
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from edge.model.events import Fact
from edge.model.ids import Epc, LocationId
from edge.sync.wire.partner import Happening, Sign, happening_of

REMEMBERED_MAX = 20_000
"""Happenings of each side that still wait for their other half; the oldest give way."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """Two events of one happening: `kept_id` of the partner's, which stands for both."""

    epc: Epc
    event_id: str
    kept_id: str


class _Side:
    """One gateway's events that wait for their other half."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[Happening, list[Sign]] = OrderedDict()
        self._known: OrderedDict[tuple[Happening, str], None] = OrderedDict()

    def is_new(self, what: Happening, event_id: str) -> bool:
        """Whether this was not heard before; what is sent again comes again."""
        if (what, event_id) in self._known:
            return False
        self._known[what, event_id] = None
        if len(self._known) > 2 * REMEMBERED_MAX:
            self._known.popitem(last=False)
        return True

    def wait(self, what: Happening, sign: Sign) -> None:
        """Nobody else has told of it so far."""
        insort(self._waiting.setdefault(what, []), sign)
        self._waiting.move_to_end(what)
        if len(self._waiting) > REMEMBERED_MAX:
            self._waiting.popitem(last=False)

    def taken(self, what: Happening, at_us: int, within_us: int) -> Sign | None:
        """The sign of this happening that is nearest in time, which waits no more."""
        signs = self._waiting.get(what, [])
        near = min(signs, key=lambda one: abs(one.occurred_us - at_us), default=None)
        if near is None or abs(near.occurred_us - at_us) > within_us:
            return None
        signs.remove(near)
        if not signs:
            del self._waiting[what]
        return near


class Partner:
    """Finds the pairs, for the gateway that gives way.

    Args:
        places: covered by both.
        within_us: what lies further apart is not one happening.
    """

    def __init__(self, places: Iterable[str], within_us: int) -> None:
        self.places = frozenset(map(LocationId, places))
        self._within_us = within_us
        self._own, self._theirs = _Side(), _Side()

    def own(self, facts: Iterable[Fact]) -> list[Agreed]:
        """Facts of our journal, in order; any of them may come again."""
        found = []
        for fact in facts:
            what = happening_of(fact.event, self.places)
            if what is None or not self._own.is_new(what, fact.id):
                continue
            sign = Sign(fact.occurred_us, fact.id)
            theirs = self._theirs.taken(what, fact.occurred_us, self._within_us)
            if theirs is None:
                self._own.wait(what, sign)
            else:
                found.append(Agreed(what.epc, fact.id, theirs.event_id))
        return found

    def told(self, what: Happening, sign: Sign) -> Agreed | None:
        """An event of the partner; any may come again."""
        if what.place not in self.places or not self._theirs.is_new(what, sign.event_id):
            return None
        ours = self._own.taken(what, sign.occurred_us, self._within_us)
        if ours is None:
            self._theirs.wait(what, sign)
            return None
        return Agreed(what.epc, ours.event_id, sign.event_id)
