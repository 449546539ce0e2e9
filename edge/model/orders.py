"""Orders, their lines, and the life of an order as a table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from edge.model.ids import Gtin, LineId, OrderId, Sku


class OrderState(StrEnum):
    """Where an order stands."""

    HELD = "held"
    RELEASED = "released"
    PLANNED = "planned"
    PICKING = "picking"
    PICKED = "picked"
    PACKED = "packed"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


class OrderStep(StrEnum):
    """What can happen to an order."""

    HOLD = "hold"
    RELEASE = "release"
    PLAN = "plan"
    UNPLAN = "unplan"
    START = "start"
    FINISH = "finish"
    PACK = "pack"
    SHIP = "ship"
    CANCEL = "cancel"


ORDER_STEPS = {
    (OrderState.RELEASED, OrderStep.HOLD): OrderState.HELD,
    (OrderState.PICKING, OrderStep.HOLD): OrderState.HELD,
    (OrderState.PICKED, OrderStep.HOLD): OrderState.HELD,
    (OrderState.HELD, OrderStep.RELEASE): OrderState.RELEASED,
    (OrderState.RELEASED, OrderStep.PLAN): OrderState.PLANNED,
    (OrderState.PLANNED, OrderStep.UNPLAN): OrderState.RELEASED,
    (OrderState.PLANNED, OrderStep.START): OrderState.PICKING,
    (OrderState.PICKING, OrderStep.FINISH): OrderState.PICKED,
    (OrderState.PICKED, OrderStep.PACK): OrderState.PACKED,
    (OrderState.PACKED, OrderStep.SHIP): OrderState.SHIPPED,
    (OrderState.HELD, OrderStep.CANCEL): OrderState.CANCELLED,
    (OrderState.RELEASED, OrderStep.CANCEL): OrderState.CANCELLED,
    (OrderState.PLANNED, OrderStep.CANCEL): OrderState.CANCELLED,
    (OrderState.PICKING, OrderStep.CANCEL): OrderState.CANCELLED,
    (OrderState.PICKED, OrderStep.CANCEL): OrderState.CANCELLED,
    (OrderState.PACKED, OrderStep.CANCEL): OrderState.CANCELLED,
}
"""The life of an order; the way forward first, then the ways out of it."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """So many pieces of one article.

    Attributes:
        quantity: pieces wanted, 1 or more; packs while `pack` is told.
        pack: the GTIN of the case or inner pack that is wanted, while nobody knows how many pieces
            it holds; None where pieces are.
        substitution: whether the customer takes another article that the site's rules allow.
    """

    line_id: LineId
    sku: Sku
    quantity: int
    pack: Gtin | None = None
    substitution: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why review did not let an order through.

    Attributes:
        code: a stable word, such as `unknown_sku`, `no_stock`, `held_by_central`.
        text: the same as a sentence for the person who decides.
        form: which sentence of the code it is; see `edge.model.doubts`.
        values: what the sentence names, for those who say it in another language; empty where
            an earlier version wrote it.
    """

    code: str
    text: str
    form: str = "text"
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Substituted:
    """So many pieces of an order that are picked as another article."""

    sku: Sku
    by: Sku
    quantity: int


@dataclass(frozen=True, slots=True)
class Order:
    """One order as it stands.

    Attributes:
        rev: the central system's revision; (order_id, rev) is the key of idempotence.
        priority: 0 is normal; higher goes first.
        due_us: when its carrier leaves, UTC microseconds; None without a cut-off.
        carrier: who takes it; empty where not told.
        doubts: why it is held; empty unless `state` is held.
        ship_to: the address, a line each; empty where not told.
        substituted: what is picked as another article.
        accepted: codes of doubts in spite of which it was let go, by a person or by time.
    """

    order_id: OrderId
    rev: int
    priority: int
    due_us: int | None
    carrier: str
    lines: tuple[OrderLine, ...]
    state: OrderState
    received_us: int
    doubts: tuple[Doubt, ...] = ()
    ship_to: tuple[str, ...] = ()
    substituted: tuple[Substituted, ...] = ()
    accepted: tuple[str, ...] = ()

    @property
    def likeness(self) -> tuple[object, ...] | None:
        """What two orders have in common that are one order twice; None where nobody can tell."""
        if not self.ship_to:
            return None
        wanted = sorted((one.sku, one.quantity, one.pack or "") for one in self.lines)
        return (self.ship_to, *wanted)
