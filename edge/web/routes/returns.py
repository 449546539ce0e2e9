"""The returns station: what came back, found by one scan, and what becomes of it."""

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from edge.floor.board import Shown
from edge.model.ids import OrderId
from edge.model.posted import GradeDecided, ReturnScanned
from edge.model.returns import Grade
from edge.web.bodies import ReturnGrade, ReturnScan
from edge.web.parts import Key, TheParts, Who
from edge.web.sse import Subscription

router = APIRouter(prefix="/api/returns", tags=["returns"])

TOLD = Subscription(
    "returns", "returns", {"pieces": [], "ungraded": 0, "expected": [], "to_put_away": 0}
)


@router.get("")
async def returns(_: Who, parts: TheParts) -> Shown:
    """What came back and lies in quarantine, and what is announced."""
    return parts.shown(TOLD)


@router.get("/stream")
async def returns_stream(who: Who, parts: TheParts) -> StreamingResponse:
    """The same, each time it changes."""
    return parts.stream(who, TOLD)


@router.post("/scan")
async def scan_return(body: ReturnScan, key: Key, who: Who, parts: TheParts) -> dict[str, object]:
    """A label tells the order; a piece is taken back."""
    return await parts.desk.answer_to(
        ReturnScanned(
            request_id=key,
            badge=who.badge,
            code=body.code,
            order_id=OrderId(body.order_id) if body.order_id else None,
            reason=body.reason,
            at_us=parts.happened_us(body.at_us),
        )
    )


@router.post("/grade")
async def grade(body: ReturnGrade, key: Key, who: Who, parts: TheParts) -> dict[str, object]:
    """What becomes of a piece."""
    return await parts.desk.answer_to(
        GradeDecided(
            request_id=key,
            badge=who.badge,
            piece_id=body.piece_id,
            grade=Grade(body.grade),
            at_us=parts.given.clock.now_us(),
        )
    )
