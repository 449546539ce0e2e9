"""What the gateway beside us tells the central system, as far as it is about shared places."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from edge.model.events import Event, ItemArrived, ItemDeparted, ItemMoved
from edge.model.ids import Epc, LocationId
from edge.sync.wire import messages
from edge.sync.wire.incoming import objects_of, sentence


@dataclass(frozen=True, slots=True)
class Happening:
    """What an event of either side tells.

    Attributes:
        came: whether the tag came to the place; it left it otherwise.
    """

    epc: Epc
    place: LocationId
    came: bool


@dataclass(frozen=True, slots=True, order=True)
class Sign:
    """An event that tells of a happening."""

    occurred_us: int
    event_id: str


_TOLD = frozenset({"stock.arrived", "stock.moved", "stock.departed"})
_Us = Annotated[int, BeforeValidator(messages.us_of)]
_Epc = Annotated[str, Field(min_length=1, max_length=124)]


class _Data(messages.Message):
    epc: _Epc
    location: messages.Name | None = None
    from_location: messages.Name | None = None
    to_location: messages.Name | None = None


class _Envelope(messages.Message):
    id: messages.Name
    type: Literal["stock.arrived", "stock.moved", "stock.departed"]
    occurred_at: _Us
    data: _Data


_ENVELOPE = TypeAdapter(_Envelope)


def happening_of(event: Event, places: frozenset[LocationId]) -> Happening | None:
    """What an event tells of the shared places; None where it does not.

    A gateway that covers only the shared place sees a tag arrive where its partner saw it move in.
    """
    match event:
        case ItemArrived(epc=epc, location=there) if there in places:
            return Happening(epc, there, came=True)
        case ItemMoved(epc=epc, to_location=there) if there in places:
            return Happening(epc, there, came=True)
        case ItemMoved(epc=epc, from_location=there) if there in places:
            return Happening(epc, there, came=False)
        case ItemDeparted(epc=epc, from_location=there) if there in places:
            return Happening(epc, there, came=False)
        case _:
            return None


def happenings(payload: bytes) -> tuple[list[tuple[Happening, Sign]], str]:
    """What a message on the partner's `event/stock` tells of places, and what is wrong with it.

    Args:
        payload: any bytes.

    Returns:
        Each happening with its event; the first fault as a sentence, empty where there is none.
        A move tells two: out of one place, into the other.
    """
    found: list[tuple[Happening, Sign]] = []
    try:
        parts = objects_of(payload)
    except ValueError as error:
        return found, str(error)
    fault = ""
    for part in parts:
        if not _is_told(part):
            continue
        try:
            found += _of(_ENVELOPE.validate_python(part))
        except ValidationError as error:
            fault = fault or sentence(error)
    return found, fault


def _is_told(part: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    return isinstance(part, dict) and part.get("type") in _TOLD and "data" in part


def _of(one: _Envelope) -> list[tuple[Happening, Sign]]:
    sign, epc = Sign(one.occurred_at, one.id), Epc(one.data.epc)
    came = one.data.location or one.data.to_location
    found = []
    if came is not None:
        found.append((Happening(epc, LocationId(came), came=True), sign))
    if one.data.from_location is not None:
        found.append((Happening(epc, LocationId(one.data.from_location), came=False), sign))
    return found
