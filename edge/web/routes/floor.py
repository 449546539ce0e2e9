"""The floor map, the search for items with their history, and putting pieces into places."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from edge.floor.board import Shown
from edge.floor.enquiries import EnquiriesFullError
from edge.floor.explaining import NoReasonError
from edge.model.ids import Epc, LocationId, Sku
from edge.model.places import Floor
from edge.model.posted import StockPutAway
from edge.web.bodies import PutAway
from edge.web.desk import RETRY_AFTER
from edge.web.parts import Key, Parts, TheParts, Who
from edge.web.refusals import RefusedError
from edge.web.sse import LIST_PAUSE_S, Subscription

router = APIRouter(prefix="/api", tags=["floor"])

ITEMS_MAX = 100
HISTORY_MAX = 100
HEAT_HOURS_MAX = 24 * 31


@router.get("/floor")
async def floor(_: Who, parts: TheParts) -> Shown:
    """Places with stock and items, antennas, readers and pickers."""
    return parts.shown(floor_told(parts))


@router.get("/floor/stream")
async def floor_stream(who: Who, parts: TheParts) -> StreamingResponse:
    """The same, when it changes."""
    return parts.stream(who, floor_told(parts))


def floor_told(parts: Parts) -> Subscription:
    """What the map shows."""
    return Subscription("floor", "floor", _bare(parts.given.floor), LIST_PAUSE_S)


@router.get("/items")
async def items(
    q: Annotated[str, Query(min_length=1, max_length=64)], _: Who, parts: TheParts
) -> dict[str, object]:
    """Items by article number or name, EPC or place; `more` where there are others besides."""
    found = await run_in_threadpool(parts.given.lookups.items, q.strip(), ITEMS_MAX + 1)
    return {"items": [dict(one) for one in found[:ITEMS_MAX]], "more": len(found) > ITEMS_MAX}


@router.get("/items/{epc}")
async def item(
    epc: Annotated[str, Path(pattern=r"^[0-9A-Fa-f]{4,124}$")], _: Who, parts: TheParts
) -> dict[str, object]:
    """One item and what happened to it, the newest first."""
    found = await run_in_threadpool(parts.given.lookups.item, epc.lower())
    if found is None:
        raise RefusedError(404, "item_unknown", "no item with this EPC was ever here")
    history = await run_in_threadpool(parts.given.lookups.history, epc.lower(), HISTORY_MAX)
    return {**found, "history": [dict(one) for one in history]}


@router.get("/items/{epc}/why")
async def why(
    epc: Annotated[str, Path(pattern=r"^[0-9A-Fa-f]{4,124}$")], _: Who, parts: TheParts
) -> Shown:
    """Why an item is thought to be where it is: antennas, alternatives, dwell and history."""
    try:
        found = await run_in_threadpool(parts.given.explainer.why, epc.lower())
    except (EnquiriesFullError, NoReasonError) as error:
        raise RefusedError(503, "busy", str(error), RETRY_AFTER) from error
    if found is None:
        raise RefusedError(404, "item_unknown", "no item with this EPC was ever here")
    return found


@router.get("/history")
async def history(
    q: Annotated[str, Query(min_length=1, max_length=64)], _: Who, parts: TheParts
) -> dict[str, object]:
    """What happened to an order or a parcel (SSCC), the newest first; nothing where unknown."""
    found = await run_in_threadpool(parts.given.lookups.history, q.strip(), HISTORY_MAX)
    return {"happened": [dict(one) for one in found]}


@router.get("/heat")
async def heat(
    _: Who,
    parts: TheParts,
    sku: Annotated[str | None, Query(min_length=1, max_length=64)] = None,
    epc: Annotated[str | None, Query(pattern=r"^[0-9A-Fa-f]{4,124}$")] = None,
    hours: Annotated[float, Query(gt=0, le=HEAT_HOURS_MAX)] = 24.0,
) -> Shown:
    """For how long an item, or all items of an article, were at each place."""
    if (sku is None) == (epc is None):
        raise RefusedError(422, "invalid", "give either sku or epc")
    to_us = parts.given.clock.now_us()
    subject = sku if sku is not None else str(epc).lower()
    return await run_in_threadpool(
        lambda: parts.given.lookups.heat(
            subject,
            is_sku=sku is not None,
            from_us=to_us - int(hours * 3600e6),
            to_us=to_us,
        )
    )


@router.post("/put-away")
async def put_away(body: PutAway, key: Key, who: Who, parts: TheParts) -> dict[str, object]:
    """Pieces were put into a place."""
    return await parts.desk.answer_to(
        StockPutAway(
            request_id=key,
            badge=who.badge,
            location=LocationId(body.location),
            sku=Sku(body.sku),
            quantity=body.quantity,
            epcs=tuple(Epc(epc) for epc in body.epcs),
            at_us=parts.given.clock.now_us(),
        )
    )


def _bare(floor: Floor) -> Shown:
    """The floor as configured, before anything has been shown on it."""
    return {
        "locations": [
            {
                "id": one.id,
                "kind": one.kind,
                "parent": one.parent,
                "x_m": one.x_m,
                "y_m": one.y_m,
                "width_m": one.width_m,
                "depth_m": one.depth_m,
                "stock": [],
                "items": 0,
                "stale_since_us": None,
            }
            for one in floor.locations.values()
        ],
        "antennas": [
            {"reader": one.reader, "port": one.port, "location": one.location, "alive": False}
            for one in floor.antennas
        ],
        "readers": [],
        "pickers": [],
        "aisle_x_m": floor.aisle_x_m,
        "cross_y_m": floor.cross_y_m,
    }
