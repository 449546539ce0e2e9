"""Counts: what was found in a place, by hand or by radio, and the decision on a variance."""

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from edge.floor.board import Shown
from edge.model.ids import LocationId, Sku
from edge.model.posted import CountScanned, CountTold, SweepWanted, VarianceDecided
from edge.web.bodies import CountResult, CountScan, Sweep, VarianceDecision
from edge.web.parts import Key, TheParts, Who
from edge.web.sse import LIST_PAUSE_S, Subscription

router = APIRouter(prefix="/api/counts", tags=["counts"])

TOLD = Subscription("counts", "counts", {"counts": [], "variances": 0, "open": 0}, LIST_PAUSE_S)


@router.get("")
async def counts(_: Who, parts: TheParts) -> Shown:
    """Variances that wait for a decision, and places that are to be counted."""
    return parts.shown(TOLD)


@router.get("/stream")
async def counts_stream(who: Who, parts: TheParts) -> StreamingResponse:
    """The same, when it changes."""
    return parts.stream(who, TOLD)


@router.post("")
async def count(body: CountResult, key: Key, who: Who, parts: TheParts) -> dict[str, object]:
    """So many pieces were found; where the books differ, a supervisor decides."""
    return await parts.desk.answer_to(
        CountTold(
            request_id=key,
            badge=who.badge,
            location=LocationId(body.location),
            sku=Sku(body.sku),
            quantity=body.quantity,
            at_us=parts.given.clock.now_us(),
        )
    )


@router.post("/scan")
async def scan_to_count(body: CountScan, key: Key, who: Who, parts: TheParts) -> dict[str, object]:
    """Which place is counted, or which piece was found there; the answer's data say which."""
    return await parts.desk.answer_to(
        CountScanned(
            request_id=key,
            badge=who.badge,
            code=body.code,
            at_us=parts.happened_us(body.at_us),
            location=None if body.location is None else LocationId(body.location),
        )
    )


@router.post("/sweep")
async def sweep(body: Sweep, key: Key, who: Who, parts: TheParts) -> dict[str, object]:
    """What the radio hears in a place, against the books."""
    return await parts.desk.answer_to(
        SweepWanted(
            request_id=key,
            badge=who.badge,
            location=LocationId(body.location),
            at_us=parts.given.clock.now_us(),
        )
    )


@router.post("/decision")
async def decide_variance(
    body: VarianceDecision, key: Key, who: Who, parts: TheParts
) -> dict[str, object]:
    """Take a variance into the books, or refuse it."""
    return await parts.desk.answer_to(
        VarianceDecided(
            request_id=key,
            badge=who.badge,
            location=LocationId(body.location),
            sku=Sku(body.sku),
            approve=body.approve,
            at_us=parts.given.clock.now_us(),
        )
    )
