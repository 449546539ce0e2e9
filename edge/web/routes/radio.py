"""How each antenna does, for the floor map."""

from fastapi import APIRouter, Depends
from starlette.responses import StreamingResponse

from edge.floor.board import Shown
from edge.web.parts import TheParts, Who, machine_or_person
from edge.web.sse import Subscription

router = APIRouter(prefix="/api/radio", tags=["floor"])

FIGURES_PAUSE_S = 2.0
TOLD = Subscription("radio", "radio", {"antennas": []}, FIGURES_PAUSE_S)


@router.get("", dependencies=[Depends(machine_or_person)])
async def radio(parts: TheParts) -> Shown:
    """Each antenna's reads a second and level, what is usual there, and its state in one word."""
    return parts.shown(TOLD)


@router.get("/stream")
async def radio_stream(who: Who, parts: TheParts) -> StreamingResponse:
    """The same, when it changes."""
    return parts.stream(who, TOLD)
