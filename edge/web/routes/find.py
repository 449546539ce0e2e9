"""The tag finder: choose an item, then be told a few times a second how near it is."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from edge.floor.board import Shown
from edge.floor.finding import SearchesFullError, not_looking
from edge.gs1 import barcode
from edge.gs1.items import epc_of
from edge.model.ids import Badge, Epc, Gtin
from edge.web.bodies import Find, FindEnd
from edge.web.dependencies import Row
from edge.web.parts import Key, Parts, TheParts, Who
from edge.web.refusals import RefusedError
from edge.web.sse import Subscription

router = APIRouter(prefix="/api/find", tags=["finding"])

CHOICES_MAX = 50


@router.get("")
async def looked_for(who: Who, parts: TheParts) -> Shown:
    """What this person looks for, and how near it is."""
    return parts.shown(looked_for_by(who.badge))


@router.get("/stream")
async def looked_for_stream(who: Who, parts: TheParts) -> StreamingResponse:
    """The same, each time it changes."""
    return parts.stream(who, looked_for_by(who.badge))


def looked_for_by(badge: Badge) -> Subscription:
    """What somebody looks for."""
    return Subscription(f"find/{badge}", "find", not_looking())


@router.get("/items")
async def choices(
    q: Annotated[str, Query(min_length=1, max_length=512)], _: Who, parts: TheParts
) -> dict[str, object]:
    """Items that a scan or a typed text names: by tag, serial number, GTIN, article or place."""
    code = barcode.parse(q.strip())
    epc = code.epc_hex
    if epc is None and code.gtin is not None and code.serial:
        epc = epc_of(code.gtin, code.serial)
    if epc is not None:
        known = await run_in_threadpool(parts.given.lookups.item, epc)
        bare: Row = {"epc": epc, "sku": None, "name": "", "location": None, "probability": 0.0}
        return {"items": [dict(known or bare)], "more": False}
    text = _article_with(parts, code.gtin) or q.strip()[:64]
    found = await run_in_threadpool(parts.given.lookups.items, text, CHOICES_MAX + 1)
    return {"items": [dict(one) for one in found[:CHOICES_MAX]], "more": len(found) > CHOICES_MAX}


@router.post("")
async def begin(body: Find, _key: Key, who: Who, parts: TheParts) -> dict[str, object]:
    """Look for a tag; again for the same one, it begins anew."""
    try:
        parts.given.finder.begin(who.badge, Epc(body.epc), lambda: parts.stays(who))
    except SearchesFullError as error:
        raise RefusedError(503, "busy", str(error), {"Retry-After": "5"}) from error
    return {"accepted": True, "code": "looking", "text": f"looking for {body.epc}", "data": {}}


@router.post("/end")
async def end(_body: FindEnd, _key: Key, who: Who, parts: TheParts) -> dict[str, object]:
    """Look no longer."""
    parts.given.finder.end(who.badge)
    return {"accepted": True, "code": "gone", "text": "looking for nothing", "data": {}}


def _article_with(parts: Parts, gtin: Gtin | None) -> str | None:
    """The article that bears a GTIN, as the board has it."""
    sheet = parts.given.board.look("articles") if gtin is not None else None
    for sku, article in sheet.value.items() if sheet else ():
        if isinstance(article, dict) and article.get("gtin") == gtin:
            return sku
    return None
