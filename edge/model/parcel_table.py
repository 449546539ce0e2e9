"""The table of parcels: by number, by tag, by order, and what still matters of them."""

from typing_extensions import override

from edge.model.ids import Epc, OrderId, Sscc
from edge.model.table import Table
from edge.model.work import Parcel


class ParcelTable(Table[Sscc, Parcel]):
    """Parcels by their number, indexed by tag, by order, and what still matters of them."""

    def __init__(self) -> None:
        super().__init__()
        self._holding: dict[Epc, Sscc] = {}
        self._of_order: dict[OrderId, dict[Sscc, None]] = {}
        self._unlisted: dict[Sscc, None] = {}
        self._recalled: dict[Sscc, None] = {}
        self._standing: dict[Sscc, None] = {}

    @override
    def __delitem__(self, key: Sscc) -> None:
        parcel = self[key]
        super().__delitem__(key)
        self._of_order[parcel.order_id].pop(key)
        self._unlisted.pop(key, None)
        self._recalled.pop(key, None)
        self._standing.pop(key, None)
        for epc in parcel.epcs:
            if self._holding.get(epc) == key:
                del self._holding[epc]

    @override
    def _index(self, key: Sscc, value: Parcel) -> None:
        self._of_order.setdefault(value.order_id, {})[key] = None
        if value.recalled and not value.shipped:
            self._recalled[key] = None
        if value.shipped:
            self._standing.pop(key, None)
        else:
            self._standing[key] = None
        if value.manifested:
            self._unlisted.pop(key, None)
        else:
            self._unlisted[key] = None
        if key not in self:  # what came back may lie in a newer parcel by now
            for epc in value.epcs:
                self._holding[epc] = key

    def of_order(self, order_id: OrderId) -> list[Parcel]:
        """The parcels of an order, in the order in which they were closed."""
        return [self[sscc] for sscc in self._of_order.get(order_id, ())]

    def unlisted(self) -> list[Parcel]:
        """The parcels that are on no closed manifest, in the order in which they were closed."""
        return [self[sscc] for sscc in self._unlisted]

    def standing(self) -> list[Parcel]:
        """The parcels that have not left, in the order in which they were closed."""
        return [self[sscc] for sscc in self._standing]

    def recalled(self) -> list[Parcel]:
        """The parcels of cancelled orders that are to be opened, the longest waiting first."""
        return [self[sscc] for sscc in self._recalled]

    def containing(self, epc: Epc) -> Parcel | None:
        """The parcel in which a tagged piece lies, shipped or not; none once it has come back."""
        parcel = self.holding(epc)
        if parcel is None:
            return None
        came_back = any(parcel.contents[index][1].epc == epc for index in parcel.returned)
        return None if came_back else parcel

    def holding(self, epc: Epc) -> Parcel | None:
        """The parcel that a tagged piece went into last, shipped or not."""
        sscc = self._holding.get(epc)
        return self[sscc] if sscc is not None else None
