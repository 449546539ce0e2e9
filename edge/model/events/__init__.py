"""The facts of the warehouse: immutable, journalled in order, sent to the central system once.

The union is closed. A fact's `type` is `kind.what`; its kind is the last part of its MQTT topic
and one of order, stock, pick, pack, ship, return, count, exception, reader, person. A fact holds
everything that `model.applying` needs, so that the state can be rebuilt from the journal alone.

One file a kind; each ends with the union of its facts.
"""

from dataclasses import dataclass, field

from edge.model.events.counts import *
from edge.model.events.exceptions import *
from edge.model.events.orders import *
from edge.model.events.packs import *
from edge.model.events.people import *
from edge.model.events.picks import *
from edge.model.events.readers import *
from edge.model.events.returns import *
from edge.model.events.ships import *
from edge.model.events.stock import *

Event = (
    OrderEvent
    | StockEvent
    | PickEvent
    | PackEvent
    | ShipEvent
    | ReturnEvent
    | CountEvent
    | ExceptionEvent
    | ReaderEvent
    | PersonEvent
)
EVENT_TYPES: dict[str, type[Event]] = {kind.type: kind for kind in Event.__args__}
"""Every fact's class by its type, for the codec and the documents."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of the journal.

    Attributes:
        seq: from 1, without gaps within an epoch.
        id: UUID version 7.
        occurred_us: when it happened, as far as its source can tell, UTC microseconds.
        recorded_us: when the journal took it, UTC microseconds.
        stored: the event's fields as the journal's JSON text, where it was read in today's form.
    """

    seq: int
    id: str
    epoch: str
    occurred_us: int
    recorded_us: int
    event: Event
    stored: str | None = field(default=None, compare=False, repr=False)

    @property
    def kind(self) -> str:
        """The part of the type before the dot: the last level of the MQTT topic."""
        return self.event.type.partition(".")[0]
