"""What is written to the log: looked at, and changed for one part for a while."""

from fastapi import APIRouter, Depends

from edge.web.bodies import LogLevelWish
from edge.web.dependencies import Row
from edge.web.parts import Key, TheParts, machine_or_person
from edge.web.refusals import RefusedError

router = APIRouter(prefix="/api/log-levels", tags=["setup"])


@router.get("", dependencies=[Depends(machine_or_person)])
async def log_levels(parts: TheParts) -> Row:
    """The common level, and parts that have another for a while."""
    return parts.given.log_levels.levels()


@router.post("", dependencies=[Depends(machine_or_person)])
async def set_log_level(body: LogLevelWish, _: Key, parts: TheParts) -> Row:
    """Give one part a level of its own; once it has run out the common one holds again.

    Raises:
        RefusedError: 422; there is no such part.
    """
    try:
        parts.given.log_levels.set_level(body.part, body.level, body.minutes)
    except ValueError as error:
        raise RefusedError(422, "invalid", str(error)) from error
    return parts.given.log_levels.levels()
