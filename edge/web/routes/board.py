"""Rates and backlog."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.responses import StreamingResponse

from edge.floor.board import Shown
from edge.model.orders import OrderState
from edge.model.posted import PassageAnswered
from edge.web.bodies import PassageAnswer
from edge.web.parts import Key, TheParts, Who, machine_or_person
from edge.web.sse import Subscription

router = APIRouter(prefix="/api/board", tags=["board"])

BOARD_PAUSE_S = 0.5
QuestionName = Annotated[str, Path(max_length=128)]


@router.get("", dependencies=[Depends(machine_or_person)])
async def board(parts: TheParts) -> Shown:
    """How the work goes."""
    return parts.shown(figures())


@router.get("/stream")
async def board_stream(who: Who, parts: TheParts) -> StreamingResponse:
    """The same, when it changes."""
    return parts.stream(who, figures())


def figures() -> Subscription:
    """What the board shows."""
    return Subscription("board", "board", _blank(), BOARD_PAUSE_S)


@router.get("/questions")
async def questions(_: Who, parts: TheParts) -> Shown:
    """What portals ask: whoever stood by answers."""
    return {"questions": parts.shown(figures())["questions"]}


@router.post("/questions/{name}")
async def answer_question(
    name: QuestionName, body: PassageAnswer, key: Key, who: Who, parts: TheParts
) -> dict[str, object]:
    """How something went through a portal that was not sure of it."""
    return await parts.desk.answer_to(
        PassageAnswered(
            request_id=key,
            badge=who.badge,
            question=name,
            answer=body.answer,
            at_us=parts.given.clock.now_us(),
        )
    )


def _blank() -> Shown:
    """Before the first figures."""
    return {
        "orders": {state.value: 0 for state in OrderState},
        "items_picked": 0,
        "items_per_minute": 0.0,
        "pickers": [],
        "zones": [],
        "stations": [],
        "checked": 0,
        "strangers": 0,
        "waves": [],
        "walks": [],
        "backlog": {"unsent": 0, "oldest_unsent_s": 0, "connected": False},
        "readers": {"up": 0, "down": 0},
        "questions": [],
        "alerts": [],
    }
