"""Which facts prove where a tag is: a person scanned a piece at a place.

So does the scan of a piece in a place that is being counted, though it is no fact: nothing is
booked by it. What the radio alone has counted proves nothing to the radio.
"""

from collections.abc import Iterable, Iterator

from edge.floor.inbox import Entry
from edge.locating.proofs import Proof
from edge.model.events import Event, PieceConfirmed, PiecePicked, PiecePut, StockPlaced
from edge.model.ids import Epc, LocationId
from edge.model.places import STORAGE_KINDS
from edge.model.posted import CountScanned
from edge.model.prompts import Answer
from edge.model.state import FloorState
from edge.model.work import Unit


def proofs(state: FloorState, events: Iterable[Event]) -> Iterator[Proof]:
    """What these facts prove, in their order.

    Args:
        state: after them.
        events: of one turn, on disk.
    """
    for event in events:
        match event:
            case PiecePicked():
                yield from _of(event.unit, event.location, lies_there_now=False)
            case PieceConfirmed():
                walk = state.walks.get(event.walk_id)
                if walk is not None and event.stop < len(walk.stops):
                    place = walk.stops[event.stop].location
                    yield from _of(event.unit, place, lies_there_now=False)
            case PiecePut():
                yield from _of(event.piece.unit, event.piece.location, lies_there_now=True)
            case StockPlaced():
                for epc in event.epcs:
                    yield Proof(epc, event.location, lies_there_now=True)
            case _:
                pass


def proven(
    state: FloorState,
    happenings: Iterable[tuple[Event, int]],
    told: Iterable[tuple[Entry, Answer]],
) -> Iterator[Proof]:
    """What a turn proves, once it is on disk.

    Args:
        state: after it.
        happenings: its events, each with its moment.
        told: what people posted, each with its answer.
    """
    yield from proofs(state, (event for event, _ in happenings))
    for entry, answer in told:
        input_ = entry.input
        if isinstance(input_, CountScanned) and input_.location is not None:
            epc, place = answer.data.get("epc"), input_.location
            if isinstance(epc, str) and state.floor.kind_of(place) in STORAGE_KINDS:
                yield Proof(Epc(epc), place, lies_there_now=True)


def _of(unit: Unit, place: LocationId, *, lies_there_now: bool) -> Iterator[Proof]:
    if unit.epc is not None and unit.scanned:
        yield Proof(unit.epc, place, lies_there_now)
