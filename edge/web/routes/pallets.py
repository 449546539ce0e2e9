"""Pallets: begun, stacked parcel by parcel, closed with a label."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import StreamingResponse

from edge.model.ids import LocationId, Sscc
from edge.model.loading import (
    PalletDecided,
    PalletScanned,
    PalletStepWanted,
    PalletWanted,
    ParcelTakenOff,
)
from edge.model.places import LocationKind
from edge.web.bodies import BeginPallet, PalletScan, PalletStep, TakeOff
from edge.web.parts import Key, TheParts, Who
from edge.web.refusals import RefusedError
from edge.web.routes.pack import label_at

router = APIRouter(prefix="/api/dispatch", tags=["dispatch"])

PalletName = Annotated[str, Path(pattern=r"^[0-9]{18}$")]
PlaceName = Annotated[str, Path(max_length=64)]
PLACES = frozenset({LocationKind.STAGING, LocationKind.STATION})


@router.post("/pallets")
async def begin_pallet(
    body: BeginPallet, key: Key, who: Who, parts: TheParts
) -> dict[str, object]:
    """Begin a pallet; the answer's data name it."""
    return await parts.desk.answer_to(
        PalletWanted(
            request_id=key,
            badge=who.badge,
            place=LocationId(body.place),
            code=body.code,
            at_us=parts.given.clock.now_us(),
        )
    )


@router.post("/scan")
async def scan_for_pallet(
    body: PalletScan, key: Key, who: Who, parts: TheParts
) -> dict[str, object]:
    """A pallet's label chooses it, a parcel's puts the parcel on the chosen one."""
    return await parts.desk.answer_to(
        PalletScanned(
            request_id=key,
            badge=who.badge,
            pallet=Sscc(body.pallet) if body.pallet is not None else None,
            code=body.code,
            at_us=parts.happened_us(body.at_us),
        )
    )


@router.post("/pallets/{pallet}/take-off")
async def take_off(
    pallet: PalletName, body: TakeOff, key: Key, who: Who, parts: TheParts
) -> dict[str, object]:
    """Take a parcel off an open pallet."""
    return await parts.desk.answer_to(
        ParcelTakenOff(
            request_id=key,
            badge=who.badge,
            pallet=Sscc(pallet),
            sscc=Sscc(body.sscc),
            at_us=parts.given.clock.now_us(),
        )
    )


@router.post("/pallets/{pallet}/step")
async def pallet_step(
    pallet: PalletName, body: PalletStep, key: Key, who: Who, parts: TheParts
) -> dict[str, object]:
    """Close a pallet, break it up, print its label again, or say that it was looked at."""
    return await parts.desk.answer_to(
        PalletDecided(
            request_id=key,
            badge=who.badge,
            pallet=Sscc(pallet),
            step=PalletStepWanted(body.step),
            at_us=parts.given.clock.now_us(),
        )
    )


@router.get("/label/{place}/stream")
async def pallet_label_stream(place: PlaceName, who: Who, parts: TheParts) -> StreamingResponse:
    """The label that was made last at a place, and whether it is printed; each time it changes."""
    where = LocationId(place)
    if parts.given.floor.kind_of(where) not in PLACES:
        raise RefusedError(404, "place_unknown", "no pallet can stand at a place of this name")
    return parts.stream(who, label_at(where))
