"""The forms of what the central system sends; all else is refused with its field and reason.

A field that is not known here is passed over, so that the central system may send more than this
version understands.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    model_validator,
)

from edge.gs1.digits import GTIN_LENGTHS, check_fault, is_digits

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE
)
_YEARS = range(2000, 2100)
LINES_MAX = 1_000
QUANTITY_MAX = 100_000
STOCK_MAX = 10_000_000
NUMBER_MAX = 2**53 - 1
"""Largest whole number that every JSON reader keeps exactly (RFC 8259, section 6)."""


def _printable(text: str) -> str:
    if not text.isprintable() or text != text.strip():
        raise ValueError("use printable characters, without blanks at the ends")
    return text


def us_of(value: object) -> object:
    """RFC 3339 text to UTC microseconds.

    Raises:
        ValueError: no such text, or a year that cannot be meant.
    """
    if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
        raise ValueError("write a time with its offset, such as 2026-11-23T18:00:00+01:00")
    moment = datetime.fromisoformat(value.upper())
    if moment.year not in _YEARS:
        raise ValueError(f"the year is to be {_YEARS.start} to {_YEARS.stop - 1}")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _due_us(value: object) -> object:
    return None if value is None else us_of(value)


def _gtin_14(value: str) -> str:
    if not is_digits(value) or len(value) not in GTIN_LENGTHS:
        raise ValueError("a GTIN has 8, 12, 13 or 14 digits")
    if fault := check_fault(value):
        raise ValueError(fault)
    return value.zfill(14)


Name = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_printable)]
Text = Annotated[str, Field(max_length=256), AfterValidator(_printable)]
AddressLine = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_printable)]
GtinText = Annotated[str, AfterValidator(_gtin_14)]
DueUs = Annotated[int | None, BeforeValidator(_due_us)]
Whole = Annotated[int, Field(ge=0, le=NUMBER_MAX)]
Revision = Annotated[int, Field(ge=1, le=NUMBER_MAX)]
Quantity = Annotated[int, Field(ge=1, le=QUANTITY_MAX)]


class Message(BaseModel):
    """Common to all: exact types (no number in quotes), unknown fields passed over."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class LineMessage(Message):
    """One line of an order or return."""

    line_id: Name
    sku: Name
    quantity: Quantity


class OrderLineMessage(LineMessage):
    """One line of an order: pieces, or with `pack_gtin` so many of these packs."""

    pack_gtin: GtinText | None = None
    substitution: Literal["refused", "allowed"] = "refused"


class OrderMessage(Message):
    """Topic `order`. Of an order that is cancelled the lines may be left out."""

    version: Literal[1] = 1
    order_id: Name
    rev: Revision
    priority: Annotated[int, Field(ge=-1000, le=1000)] = 0
    due_at: DueUs = None
    carrier: Text = ""
    ship_to: Annotated[list[AddressLine], Field(max_length=5)] = []
    lines: Annotated[list[OrderLineMessage], Field(max_length=LINES_MAX)] = []
    state: Literal["released", "held", "cancelled"]

    @model_validator(mode="after")
    def _lines_make_sense(self) -> Self:
        if not self.lines and self.state != "cancelled":
            raise ValueError("lines: an order has one line or more")
        _refuse_twice([line.line_id for line in self.lines])
        return self


class ReturnMessage(Message):
    """Topic `return`."""

    version: Literal[1] = 1
    return_id: Name
    order_id: Name
    lines: Annotated[list[LineMessage], Field(min_length=1, max_length=LINES_MAX)]
    reason: Text = ""

    @model_validator(mode="after")
    def _lines_make_sense(self) -> Self:
        _refuse_twice([line.line_id for line in self.lines])
        return self


class AckMessage(Message):
    """Topic `ack`."""

    epoch: Name
    upto: Whole


class ItemMessage(Message):
    """Topic `master/items`; `version` is that of the article and grows with each change."""

    sku: Name
    gtin: GtinText | None = None
    name: Text = ""
    version: Revision = 1
    volume_ml: Whole = 0
    weight_g: Whole = 0
    kind: Annotated[str, Field(max_length=64), AfterValidator(_printable)] = ""


class StockMessage(Message):
    """Topic `master/stock`; `version` is that of the statement and grows with each change.

    `expires_at` is when the first of the pieces may no longer be sold, `since_at` since when they
    lie in the warehouse.
    """

    sku: Name
    location: Name
    quantity: Annotated[int, Field(ge=0, le=STOCK_MAX)]
    version: Revision
    expires_at: DueUs = None
    since_at: DueUs = None


class PackMessage(Message):
    """Topic `master/packs`: a GTIN that stands for several pieces of an article."""

    gtin: GtinText
    sku: Name
    quantity: Quantity
    version: Revision = 1


class PlaceMessage(Message):
    """Topic `master/places`: how full a place that pickers take from is to be."""

    location: Name
    sku: Name
    minimum: Annotated[int, Field(ge=0, le=QUANTITY_MAX)]
    maximum: Quantity
    version: Revision = 1

    @model_validator(mode="after")
    def _room_between(self) -> Self:
        if self.maximum < self.minimum:
            raise ValueError("maximum: at least the minimum")
        return self


class PickerMessage(Message):
    """Topic `master/pickers`."""

    badge: Name
    name: Text = ""
    role: Literal["picker", "packer", "supervisor", "administrator"] = "picker"
    active: bool = True
    version: Revision = 1


class ResendMessage(Message):
    """Topic `request/resend`: everything from this number on shall be sent again.

    The epoch is that of the events which are missing; without it, the one in force is meant.
    """

    epoch: Name | None = None
    from_seq: Annotated[int, Field(ge=1, le=NUMBER_MAX, alias="from")]


class WhereMessage(Message):
    """Topic `request/where`: one of an article and a tagged item.

    With `why` the reasons for an item's place come along: reads, antennas, alternatives, history.
    """

    sku: Name | None = None
    epc: Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{4,124}$")] | None = None
    why: bool = False
    limit: Annotated[int, Field(ge=1, le=200)] = 50

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.sku is None) == (self.epc is None):
            raise ValueError("give either sku or epc")
        if self.why and self.epc is None:
            raise ValueError("why: reasons are told of one epc, not of an article")
        return self


class SnapshotMessage(Message):
    """Topic `request/snapshot`; long lists come in pages."""

    orders_after: Annotated[str, Field(max_length=64)] = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 200


class IdentifyMessage(Message):
    """Topic `request/identify`."""


ORDER = TypeAdapter(OrderMessage)
RETURN = TypeAdapter(ReturnMessage)
ACK = TypeAdapter(AckMessage)
ITEM = TypeAdapter(ItemMessage)
STOCK = TypeAdapter(StockMessage)
PACK = TypeAdapter(PackMessage)
PLACE = TypeAdapter(PlaceMessage)
PICKER = TypeAdapter(PickerMessage)
RESEND = TypeAdapter(ResendMessage)
WHERE = TypeAdapter(WhereMessage)
SNAPSHOT = TypeAdapter(SnapshotMessage)
IDENTIFY = TypeAdapter(IdentifyMessage)


def _refuse_twice(line_ids: list[str]) -> None:
    seen: set[str] = set()
    for line_id in line_ids:
        if line_id in seen:
            raise ValueError(f"lines: line_id {line_id!r} stands there twice; give each its own")
        seen.add(line_id)
