"""Calibrating: the live picture, and the steps that a person takes."""

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from edge.floor.board import Shown
from edge.floor.calibration_steps import (
    Begin,
    ChooseTag,
    Discard,
    Here,
    Learn,
    Level,
    More,
    Moving,
    Step,
    Use,
)
from edge.model.ids import Epc, LocationId
from edge.web.bodies import BeginStep, CalibrationStep, HereStep, PlainStep, TagStep
from edge.web.desk import told, unless_reused
from edge.web.parts import Key, TheParts, Who
from edge.web.sse import Subscription

router = APIRouter(prefix="/api/calibration", tags=["calibration"])

PICTURE_PAUSE_S = 0.2
TOLD = Subscription("calibration", "calibration", {"stage": "idle"}, PICTURE_PAUSE_S)
_PLAIN: dict[str, Step] = {
    "moving": Moving(),
    "learn": Learn(),
    "more": More(),
    "use": Use(),
    "discard": Discard(),
}


@router.get("")
async def calibration(_: Who, parts: TheParts) -> Shown:
    """How far it is, what antennas hear of its tag, and what it taught."""
    return parts.shown(TOLD)


@router.get("/stream")
async def calibration_stream(who: Who, parts: TheParts) -> StreamingResponse:
    """The same, up to five times a second."""
    return parts.stream(who, TOLD)


@router.post("/steps")
async def take_step(body: CalibrationStep, key: Key, _: Who, parts: TheParts) -> dict[str, object]:
    """Take one step; what cannot be done now is answered with `accepted` false."""
    answer = await run_in_threadpool(parts.given.calibration.take, key, _step_of(body))
    return told(unless_reused(answer))


def _step_of(body: BeginStep | TagStep | HereStep | PlainStep) -> Step:
    match body:
        case BeginStep():
            return Begin(Level(body.level))
        case TagStep():
            return ChooseTag(Epc(body.epc))
        case HereStep():
            return Here(LocationId(body.location))
        case PlainStep():
            return _PLAIN[body.step]
