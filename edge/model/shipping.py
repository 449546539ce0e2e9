"""What happens to a parcel after it is closed: it leaves, is at a wrong door, is on a manifest."""

from dataclasses import replace

from edge.model.events import ManifestClosed, WrongDoorSeen
from edge.model.ids import Sscc
from edge.model.state import FloorState
from edge.model.work import WrongDoor


def leave(state: FloorState, sscc: Sscc) -> None:
    """It has left, so it is at no wrong door any more."""
    state.parcels[sscc] = replace(state.parcels[sscc], shipped=True, wrong_door=None)


def stop_at_door(state: FloorState, event: WrongDoorSeen, occurred_us: int) -> None:
    """It was seen where other carriers load."""
    door = WrongDoor(event.portal, occurred_us)
    state.parcels[event.sscc] = replace(state.parcels[event.sscc], wrong_door=door)


def close_manifest(state: FloorState, event: ManifestClosed) -> None:
    """They are handed over, and on no other manifest."""
    for sscc in event.ssccs:
        state.parcels[sscc] = replace(state.parcels[sscc], manifested=True)
