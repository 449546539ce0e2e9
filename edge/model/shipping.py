"""What happens to a parcel after it is closed: it leaves, is at a wrong door, is on a manifest."""

from dataclasses import replace

from edge.model.events import ManifestClosed, WrongDoorSeen
from edge.model.ids import Sscc
from edge.model.state import FloorState
from edge.model.work import WrongDoor


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
