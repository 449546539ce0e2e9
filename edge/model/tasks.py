"""Tasks: what a report from the floor leaves to do, until a person says that it is done."""

from dataclasses import dataclass
from enum import StrEnum

from edge.model.ids import Badge, LocationId, OrderId, Sku


class TaskKind(StrEnum):
    """What is to be done."""

    FREEZE = "freeze"
    """The place is looked after; until then nothing is promised from it."""
    RETAG = "retag"
    """A piece's tag or label is to be made anew."""
    HOLD = "hold"
    """The order's parcel is not closed until a person has decided."""
    TELL = "tell"
    """A supervisor is to know."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do; the same report again makes no second one.

    Attributes:
        task_id: made of its kind and what it is about.
        code: of the trouble that was reported, from `config/exceptions.toml`.
        by: who reported it.
        since_us: UTC microseconds.
    """

    task_id: str
    kind: TaskKind
    code: str
    location: LocationId | None
    sku: Sku | None
    order_id: OrderId | None
    by: Badge
    since_us: int
