"""The put wall: which slot the piece in hand belongs to, and how far each order's slot is."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import StreamingResponse

from edge.floor.board import Shown
from edge.model.ids import LocationId
from edge.model.places import LocationKind
from edge.model.posted import HandEmptied, StationScanned
from edge.web.bodies import LayBack, StationScan
from edge.web.parts import Key, Parts, TheParts, Who
from edge.web.refusals import RefusedError
from edge.web.sse import Subscription

router = APIRouter(prefix="/api/wall", tags=["packing"])

WallName = Annotated[str, Path(max_length=64)]


@router.get("/{wall}")
async def wall(wall: WallName, _: Who, parts: TheParts) -> Shown:
    """The slots of a wall and the piece in hand."""
    return parts.shown(_told(parts, wall))


@router.get("/{wall}/stream")
async def wall_stream(wall: WallName, who: Who, parts: TheParts) -> StreamingResponse:
    """The same, each time it changes."""
    return parts.stream(who, _told(parts, wall))


@router.post("/{wall}/scan")
async def scan_at_wall(
    wall: WallName, body: StationScan, key: Key, who: Who, parts: TheParts
) -> dict[str, object]:
    """A piece, or the slot that it was put into."""
    return await parts.desk.answer_to(
        StationScanned(
            request_id=key,
            station=_wall(parts, wall),
            badge=who.badge,
            code=body.code,
            at_us=parts.happened_us(body.at_us),
        )
    )


@router.post("/{wall}/lay-back")
async def lay_back(
    wall: WallName, _body: LayBack, key: Key, who: Who, parts: TheParts
) -> dict[str, object]:
    """The piece in hand was not put."""
    return await parts.desk.answer_to(
        HandEmptied(
            request_id=key,
            wall=_wall(parts, wall),
            badge=who.badge,
            at_us=parts.given.clock.now_us(),
        )
    )


def _wall(parts: Parts, name: str) -> LocationId:
    place = LocationId(name)
    if parts.given.floor.kind_of(place) is not LocationKind.WALL:
        raise RefusedError(404, "wall_unknown", "there is no put wall of this name")
    return place


def _told(parts: Parts, name: str) -> Subscription:
    wall = _wall(parts, name)
    dark: Shown = {"wall": wall, "hand": None, "slots": [], "unsorted": 0}
    return Subscription(f"wall/{wall}", "wall", dark)
