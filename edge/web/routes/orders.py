"""Orders that are open, the decision on those that are held, and changes of those that wait."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import StreamingResponse

from edge.floor.board import Shown
from edge.model.ids import LineId, OrderId, Sku
from edge.model.posted import HoldDecided, OrderAmendment
from edge.web.bodies import Amendment, Decision
from edge.web.parts import Key, TheParts, Who
from edge.web.sse import LIST_PAUSE_S, Subscription

router = APIRouter(prefix="/api/orders", tags=["orders"])

TOLD = Subscription("orders", "orders", {"orders": []}, LIST_PAUSE_S)


@router.get("")
async def orders(_: Who, parts: TheParts) -> Shown:
    """Orders that are open or wait for a decision."""
    return parts.shown(TOLD)


@router.get("/stream")
async def orders_stream(who: Who, parts: TheParts) -> StreamingResponse:
    """The same, when it changes."""
    return parts.stream(who, TOLD)


@router.post("/{order_id}/decision")
async def decide(
    order_id: Annotated[str, Path(max_length=64)],
    body: Decision,
    key: Key,
    who: Who,
    parts: TheParts,
) -> dict[str, object]:
    """Let a held order go, or refuse it."""
    return await parts.desk.answer_to(
        HoldDecided(
            request_id=key,
            order_id=OrderId(order_id),
            badge=who.badge,
            release=body.release,
            at_us=parts.given.clock.now_us(),
        )
    )


@router.post("/{order_id}/change")
async def change(
    order_id: Annotated[str, Path(max_length=64)],
    body: Amendment,
    key: Key,
    who: Who,
    parts: TheParts,
) -> dict[str, object]:
    """Change an order that waits; it is reviewed anew."""
    return await parts.desk.answer_to(
        OrderAmendment(
            request_id=key,
            order_id=OrderId(order_id),
            badge=who.badge,
            quantities=tuple((LineId(one.line_id), one.quantity) for one in body.lines),
            carrier=body.carrier,
            ship_to=tuple(body.ship_to) if body.ship_to is not None else None,
            at_us=parts.given.clock.now_us(),
            due_us=body.due_us,
            added=tuple((Sku(one.sku), one.quantity) for one in body.added),
        )
    )
