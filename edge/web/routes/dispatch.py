"""Dispatch: parcels that leave, the carriers' manifests and their closing."""

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from edge.floor.board import Shown
from edge.model.ids import LocationId, Sscc
from edge.model.posted import ManifestWanted, ParcelDispatched
from edge.web.bodies import CloseManifest, Dispatch
from edge.web.parts import Key, TheParts, Who
from edge.web.sse import Subscription

router = APIRouter(prefix="/api/dispatch", tags=["dispatch"])

TOLD = Subscription(
    "dispatch", "dispatch", {"manifests": [], "open": 0, "pallets": [], "questions": []}
)


@router.get("")
async def manifests(_: Who, parts: TheParts) -> Shown:
    """Per carrier and cut-off: parcels that are due, loaded and missing."""
    return parts.shown(TOLD)


@router.get("/stream")
async def manifests_stream(who: Who, parts: TheParts) -> StreamingResponse:
    """The same, each time it changes."""
    return parts.stream(who, TOLD)


@router.post("")
async def dispatch(body: Dispatch, key: Key, who: Who, parts: TheParts) -> dict[str, object]:
    """A parcel has left through a portal."""
    return await parts.desk.answer_to(
        ParcelDispatched(
            request_id=key,
            badge=who.badge,
            sscc=Sscc(body.sscc[-18:]),
            portal=LocationId(body.portal),
            at_us=parts.given.clock.now_us(),
        )
    )


@router.post("/close")
async def close_manifest(
    body: CloseManifest, key: Key, who: Who, parts: TheParts
) -> dict[str, object]:
    """Hand the loaded parcels of a carrier and cut-off over; the answer's data name them."""
    return await parts.desk.answer_to(
        ManifestWanted(
            request_id=key,
            badge=who.badge,
            carrier=body.carrier,
            due_us=body.due_us,
            partial=body.partial,
            at_us=parts.given.clock.now_us(),
        )
    )
