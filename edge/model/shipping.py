"""What happens to a closed parcel: it is numbered, leaves, is at a wrong door, on a manifest."""

from dataclasses import replace

from edge.model.events import ManifestClosed, WrongDoorSeen
from edge.model.ids import Sscc
from edge.model.state import FloorState
from edge.model.work import WrongDoor


def number(state: FloorState, sscc: Sscc, serial: int) -> None:
    """A running number is given; facts of version 1 do not tell it: one above the last."""
    given = f"parcels/{sscc[0]}"
    known = state.numbers.get(given, 0)
    state.numbers[given] = max(known if serial else known + 1, serial)


def leave(state: FloorState, sscc: Sscc) -> None:
    """It has left, so it is at no wrong door any more."""
    state.parcels[sscc] = replace(state.parcels[sscc], shipped=True, wrong_door=None)


def note(state: FloorState, event: WrongDoorSeen | ManifestClosed, occurred_us: int) -> None:
    """A parcel was seen where other carriers load; or parcels are handed over, once."""
    match event:
        case WrongDoorSeen():
            door = WrongDoor(event.portal, occurred_us)
            state.parcels[event.sscc] = replace(state.parcels[event.sscc], wrong_door=door)
        case ManifestClosed():
            for sscc in event.ssccs:
                state.parcels[sscc] = replace(state.parcels[sscc], manifested=True)
