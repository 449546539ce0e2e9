"""Dispatch as plain values: manifests per carrier and cut-off, and the pallets."""

from dataclasses import asdict

from edge.floor.board import Shown
from edge.model.pallets import Pallet
from edge.model.state import FloorState
from edge.model.work import Parcel
from edge.rules.dispatching import Manifest, manifests, pallets_of

SHOWN_MAX = 300
"""Manifests, and missing parcels of each; the oldest first, so that none is forgotten."""
ASKED_FOR_US = 24 * 3_600_000_000
"""So long after its cut-off what was loaded whole is offered for closing."""


def dispatch_view(state: FloorState, now_us: int) -> Shown:
    """What is to be handed over, and what portals ask.

    Where a parcel is missing its manifest is told however long ago the cut-off was.
    """
    wanted = [one for one in manifests(state) if one.missing or not _is_past(one, now_us)]
    return {
        "manifests": [_manifest(state, one) for one in wanted[:SHOWN_MAX]],
        "open": len(wanted),
        "pallets": [_pallet(state, one) for one in state.pallets.present()[:SHOWN_MAX]],
        "questions": [asdict(one) for one in state.questions.values()],
    }


def _is_past(manifest: Manifest, now_us: int) -> bool:
    return manifest.due_us is not None and manifest.due_us + ASKED_FOR_US < now_us


def _manifest(state: FloorState, one: Manifest) -> Shown:
    return {
        "carrier": one.carrier,
        "due_us": one.due_us,
        "due": len(one.loaded) + len(one.missing),
        "loaded": len(one.loaded),
        "missing": [_missing(parcel) for parcel in one.missing[:SHOWN_MAX]],
        "missing_count": len(one.missing),
        "weight_g": one.weight_g,
        "unweighed": one.unweighed,
        "pallets": list(pallets_of(state, (parcel.sscc for parcel in one.loaded))),
    }


def _pallet(state: FloorState, one: Pallet) -> Shown:
    return {
        "sscc": one.sscc,
        "place": one.place,
        "carrier": one.carrier,
        "state": one.state.value,
        "parcels": [
            {"sscc": sscc, "order_id": state.parcels[sscc].order_id} for sscc in one.parcels
        ],
        "seen": len(one.seen.ssccs) if one.seen is not None else 0,
        "unheard": list(one.unheard),
        "left_alone": list(one.left_alone),
    }


def _missing(parcel: Parcel) -> Shown:
    door = parcel.wrong_door
    return {
        "sscc": parcel.sscc,
        "order_id": parcel.order_id,
        "wrong_door": door.portal if door is not None else None,
    }
