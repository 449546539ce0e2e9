"""Tables of what holds pieces: by name, and by the tags that lie in it."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from typing_extensions import override

from edge.model.ids import Epc, OrderId, Sku, ToteId
from edge.model.returns import ReturnedPiece
from edge.model.table import Key, Table
from edge.model.work import Errand, PackSession, Tote, Unit

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
    """Totes by label, with an index by order as well."""

    def __init__(self) -> None:
        super().__init__(lambda tote: tags_of(tote.picked))
        self._of_order: dict[OrderId, dict[ToteId, None]] = {}

    @override
    def _index(self, key: ToteId, value: Tote) -> None:
        super()._index(key, value)
        self._of_order.setdefault(value.order_id, {})[key] = None

    @override
    def _leave(self, key: ToteId) -> None:
        super()._leave(key)
        known = self.get(key)
        if known is None:
            return
        others = self._of_order[known.order_id]
        del others[key]
        if not others:
            del self._of_order[known.order_id]

    def of_order(self, order_id: OrderId) -> list[Tote]:
        """The totes of an order, by label: the same after each start."""
        return [self[tote_id] for tote_id in sorted(self._of_order.get(order_id, ()))]


def tags_of(pieces: Iterable[tuple[Sku, Unit]]) -> Iterator[Epc]:
    """The tags of pieces, as far as they are known."""
    return (unit.epc for _, unit in pieces if unit.epc is not None)
