"""Returns: goods that customers send back, from the announcement to the grade."""

from dataclasses import dataclass
from enum import StrEnum

from edge.model.ids import LocationId, OrderId, Sku, Sscc
from edge.model.orders import OrderLine
from edge.model.work import Unit


class Grade(StrEnum):
    """What becomes of a piece that came back."""

    RESTOCK = "restock"
    QUARANTINE = "quarantine"
    SCRAP = "scrap"


@dataclass(frozen=True, slots=True)
class AnnouncedReturn:
    """Goods that the central system says will come back.

    Attributes:
        received: articles of the pieces that came, one entry a piece.
    """

    return_id: str
    order_id: OrderId
    lines: tuple[OrderLine, ...]
    reason: str
    received: tuple[Sku, ...] = ()

    def still_expected(self, sku: Sku) -> int:
        """Pieces of an article that are announced and have not come."""
        announced = sum(line.quantity for line in self.lines if line.sku == sku)
        return max(0, announced - self.received.count(sku))

    @property
    def is_complete(self) -> bool:
        """Whether all that was announced has come."""
        return not any(self.still_expected(line.sku) for line in self.lines)


@dataclass(frozen=True, slots=True)
class ReturnedPiece:
    """One piece that came back and lies in quarantine.

    Attributes:
        piece_id: its parcel and its number therein: a piece of a parcel comes back once.
        return_id: the announcement; None where there was none.
        location: of quarantine.
        reason: why it came back: the announcement's words, or the packer's code.
        proposed: what the reason speaks for.
        grade: what a person said; None before.
    """

    piece_id: str
    order_id: OrderId
    sscc: Sscc
    index: int
    return_id: str | None
    sku: Sku
    unit: Unit
    location: LocationId
    reason: str
    proposed: Grade
    received_us: int
    grade: Grade | None = None
