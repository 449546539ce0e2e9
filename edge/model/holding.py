"""Tables of what holds pieces: by name, and by the tags that lie in it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from typing_extensions import override

from edge.model.errands import Errand
from edge.model.ids import Epc, LocationId, OrderId, Sku, ToteId
from edge.model.returns import ReturnedPiece
from edge.model.table import Key, Table
from edge.model.work import PackSession, Tote, Unit

Holder = TypeVar("Holder", Tote, PackSession, Errand, ReturnedPiece)


class HoldingTable(Table[Key, Holder]):
    """Totes or open checks by name, with an index by tag of what lies in them.

    Args:
        tags: of what lies in one.
    """

    def __init__(self, tags: Callable[[Holder], Iterable[Epc]]) -> None:
        super().__init__()
        self._tags: Callable[[Holder], Iterable[Epc]] = tags
        self._holding: dict[Epc, set[Key]] = {}

    @override
    def __delitem__(self, key: Key) -> None:
        self._leave(key)
        super().__delitem__(key)

    @override
    def _index(self, key: Key, value: Holder) -> None:
        self._leave(key)
        for epc in self._tags(value):
            self._holding.setdefault(epc, set()).add(key)

    def _leave(self, key: Key) -> None:
        known = self.get(key)
        for epc in self._tags(known) if known is not None else ():
            there = self._holding.get(epc, set())
            there.discard(key)
            if not there:
                self._holding.pop(epc, None)

    def holding(self, epc: Epc) -> Holder | None:
        """Where a tagged piece lies; of several, which is a mistake, the same at each start."""
        keys = self._holding.get(epc)
        return self[min(keys, key=str)] if keys else None


class ToteTable(HoldingTable[ToteId, Tote]):
    """Totes by label, with an index by order and one by tags that may lie in them too much."""

    def __init__(self) -> None:
        super().__init__(lambda tote: tags_of(tote.picked))
        self._of_order: dict[OrderId, dict[ToteId, None]] = {}
        self._with_extra: dict[Epc, dict[ToteId, None]] = {}

    @override
    def _index(self, key: ToteId, value: Tote) -> None:
        super()._index(key, value)
        self._of_order.setdefault(value.order_id, {})[key] = None
        for epc in value.extras:
            self._with_extra.setdefault(epc, {})[key] = None

    @override
    def _leave(self, key: ToteId) -> None:
        super()._leave(key)
        known = self.get(key)
        if known is None:
            return
        for epc in known.extras:
            self._with_extra[epc].pop(key)
            if not self._with_extra[epc]:
                del self._with_extra[epc]
        others = self._of_order[known.order_id]
        del others[key]
        if not others:
            del self._of_order[known.order_id]

    def of_order(self, order_id: OrderId) -> list[Tote]:
        """The totes of an order, by label: the same after each start."""
        return [self[tote_id] for tote_id in sorted(self._of_order.get(order_id, ()))]

    def picked_of(self, order_id: OrderId) -> list[tuple[Sku, Unit]]:
        """Every piece that was picked for an order, in all of its totes."""
        return [piece for tote in self.of_order(order_id) for piece in tote.picked]

    def found_elsewhere(self, epc: Epc, location: LocationId) -> None:
        """A tag lies in a place: too much of a tote is it no longer, unless that stands there."""
        if epc not in self._with_extra:  # as nearly every one that is heard
            return
        for tote in [self[tote_id] for tote_id in self._with_extra[epc]]:
            if tote.station != location:
                others = tuple(one for one in tote.extras if one != epc)
                self[tote.tote_id] = replace(tote, extras=others)


def tags_of(pieces: Iterable[tuple[Sku, Unit]]) -> Iterator[Epc]:
    """The tags of pieces, as far as they are known."""
    return (unit.epc for _, unit in pieces if unit.epc is not None)
