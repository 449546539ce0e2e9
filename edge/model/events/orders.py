"""Orders: taken in, reviewed, changed, released, cancelled."""

from dataclasses import dataclass
from typing import ClassVar

from edge.model.errands import Carried
from edge.model.ids import Badge, LineId, OrderId, Sku, Sscc, ToteId, WalkId
from edge.model.orders import Order
from edge.model.work import Stop


@dataclass(frozen=True, slots=True)
class OrderReceived:
    """An order, new or in a newer revision, with the outcome of its review in state and doubts."""

    type: ClassVar[str] = "order.received"
    order: Order


@dataclass(frozen=True, slots=True)
class OrderReleased:
    """A held order was let go; `by` is the person, None where the doubt resolved itself."""

    type: ClassVar[str] = "order.released"
    order_id: OrderId
    by: Badge | None


@dataclass(frozen=True, slots=True)
class OrderAmended:
    """A person changed a waiting order; it was reviewed anew, state and doubts tell the outcome.

    Its revision is still the central system's, whose next one replaces it.
    """

    type: ClassVar[str] = "order.amended"
    order: Order
    by: Badge


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """An order will not be carried out.

    Attributes:
        parcels: closed already, and to be opened again; none before version 2.
    """

    type: ClassVar[str] = "order.cancelled"
    order_id: OrderId
    rev: int
    reason: str
    by: Badge | None
    parcels: tuple[Sscc, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderChangeRefused:
    """A newer revision came too late to be followed; the order goes on as it was."""

    type: ClassVar[str] = "order.change_refused"
    order_id: OrderId
    rev: int
    reason: str


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """A newer revision is followed while the order is being picked, or until it is packed.

    Attributes:
        order: as it is now.
        walk_id, tote_id: where it goes on otherwise; None where all of it is picked, not before
            version 7.
        stops: all stops of its walk, as they are now.
        surplus: pieces in the tote that are no longer wanted.
    """

    type: ClassVar[str] = "order.changed"
    order: Order
    walk_id: WalkId | None
    tote_id: ToteId | None
    stops: tuple[Stop, ...]
    surplus: tuple[Carried, ...]


@dataclass(frozen=True, slots=True)
class BackOrdered:
    """What no rung of the ladder found: the order goes on without it, or waits for a person."""

    type: ClassVar[str] = "order.back_ordered"
    order_id: OrderId
    line_id: LineId
    sku: Sku
    quantity: int
    why: str


OrderEvent = (
    OrderReceived
    | OrderReleased
    | OrderAmended
    | OrderCancelled
    | OrderChangeRefused
    | OrderChanged
    | BackOrdered
)
