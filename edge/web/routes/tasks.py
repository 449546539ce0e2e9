"""Tasks: what reports from the floor left for somebody to do, and that it is done."""

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from edge.floor.board import Shown
from edge.model.posted import TaskFinished
from edge.web.bodies import TaskEnd
from edge.web.parts import Key, TheParts, Who
from edge.web.sse import LIST_PAUSE_S, Subscription

router = APIRouter(prefix="/api/tasks", tags=["tasks"])

TOLD = Subscription("tasks", "tasks", {"tasks": [], "open": 0}, LIST_PAUSE_S)


@router.get("")
async def tasks(_: Who, parts: TheParts) -> Shown:
    """What waits to be done, the oldest first."""
    return parts.shown(TOLD)


@router.get("/stream")
async def tasks_stream(who: Who, parts: TheParts) -> StreamingResponse:
    """The same, when it changes."""
    return parts.stream(who, TOLD)


@router.post("/done")
async def finish(body: TaskEnd, key: Key, who: Who, parts: TheParts) -> dict[str, object]:
    """It is done: a frozen place is free again, a held order's parcel may be closed."""
    return await parts.desk.answer_to(
        TaskFinished(
            request_id=key,
            badge=who.badge,
            task_id=body.task_id,
            at_us=parts.given.clock.now_us(),
        )
    )
