"""Returns: announced, received, graded."""

from dataclasses import dataclass
from typing import ClassVar

from edge.model.ids import Badge, LocationId, OrderId
from edge.model.orders import OrderLine
from edge.model.returns import Grade, ReturnedPiece


@dataclass(frozen=True, slots=True)
class ReturnExpected:
    """Goods of an order are announced to come back."""

    type: ClassVar[str] = "return.expected"
    return_id: str
    order_id: OrderId
    lines: tuple[OrderLine, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class ReturnReceived:
    """A piece came back and lies in quarantine until it is graded."""

    type: ClassVar[str] = "return.received"
    piece: ReturnedPiece
    by: Badge


@dataclass(frozen=True, slots=True)
class ReturnGraded:
    """A person said what becomes of a piece that came back.

    Attributes:
        errand_id: by which it is put away; None unless it is restocked.
        to_location: where it is put away; None unless it is restocked.
    """

    type: ClassVar[str] = "return.graded"
    piece: ReturnedPiece
    grade: Grade
    errand_id: str | None
    to_location: LocationId | None
    by: Badge


ReturnEvent = ReturnExpected | ReturnReceived | ReturnGraded
