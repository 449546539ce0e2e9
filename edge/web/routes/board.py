"""Rates and backlog."""

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from edge.floor.board import Shown
from edge.model.orders import OrderState
from edge.web.parts import TheParts, Who
from edge.web.sse import Subscription

router = APIRouter(prefix="/api/board", tags=["board"])

BOARD_PAUSE_S = 0.5


@router.get("")
async def board(_: Who, parts: TheParts) -> Shown:
    """How the work goes."""
    sheet = parts.given.board.look("board")
    return sheet.value if sheet else _blank()


@router.get("/stream")
async def board_stream(who: Who, parts: TheParts) -> StreamingResponse:
    """The same, when it changes."""
    subscription = Subscription("board", "board", _blank(), BOARD_PAUSE_S)
    return parts.streams.respond(who.badge, subscription, lambda: parts.sessions.left_us(who))


def _blank() -> Shown:
    """Before the first figures."""
    return {
        "orders": {state.value: 0 for state in OrderState},
        "items_picked": 0,
        "items_per_minute": 0.0,
        "pickers": [],
        "backlog": {"unsent": 0, "oldest_unsent_s": 0, "connected": False},
        "readers": {"up": 0, "down": 0},
        "alerts": [],
    }
