"""Readers that were found on the network: shown, tried, approved under a name, or ignored."""

from dataclasses import replace
from typing import Annotated, cast

from fastapi import APIRouter, Path
from starlette.concurrency import run_in_threadpool

from edge.floor.board import Shown
from edge.model.ids import DeviceName, RequestId
from edge.model.posted import FoundReaderDecided
from edge.web.bodies import Approval
from edge.web.dependencies import Row
from edge.web.parts import Key, Parts, TheParts, Who
from edge.web.refusals import RefusedError
from edge.web.sessions import Session
from edge.web.sse import Subscription

router = APIRouter(prefix="/api/readers", tags=["readers"])

TOLD = Subscription("readers/found", "readers", {"readers": []})
FoundId = Annotated[str, Path(max_length=64, pattern=r"^[0-9a-z-]+$")]


@router.get("/found")
async def found(_: Who, parts: TheParts) -> Shown:
    """Every reader that was found, and what was decided about it."""
    return parts.shown(TOLD)


@router.post("/found/{found_id}/approve")
async def approve(
    found_id: FoundId, body: Approval, key: Key, who: Who, parts: TheParts
) -> dict[str, object]:
    """It is ours: run it from now on under this name."""
    input_ = _decision(found_id, key, who, parts)
    named = replace(input_, name=DeviceName(body.name), antennas=tuple(body.antennas))
    return await parts.desk.answer_to(named)


@router.post("/found/{found_id}/ignore")
async def ignore(found_id: FoundId, key: Key, who: Who, parts: TheParts) -> dict[str, object]:
    """It is not ours: tell of it no more."""
    return await parts.desk.answer_to(_decision(found_id, key, who, parts))


@router.post("/found/{found_id}/try")
async def try_reader(found_id: FoundId, _: Key, __: Who, parts: TheParts) -> Row:
    """Connect to a reader that nobody has decided about, and tell what it reads for seconds.

    Raises:
        RefusedError: 404; no such reader was found. 409; it is decided about, or another is tried.
    """
    row = _found(found_id, parts)
    if row["state"] != "waiting":
        raise RefusedError(409, "decided", "it is decided about; look at /api/setup how it does")
    told = await run_in_threadpool(parts.given.setting_up.try_reader, row)
    if told is None:
        raise RefusedError(409, "at_work", "another reader is being tried; wait for its answer")
    return told


def _found(found_id: str, parts: Parts) -> Row:
    """What was found of a reader.

    Raises:
        RefusedError: 404; no such reader was found since the start.
    """
    rows = cast("list[Row]", parts.shown(TOLD)["readers"])
    row = next((one for one in rows if one["id"] == found_id), None)
    if row is None:
        raise RefusedError(
            404, "reader_unknown", f"no reader {found_id} was found; look at /api/readers/found"
        )
    return row


def _decision(found_id: str, key: RequestId, who: Session, parts: Parts) -> FoundReaderDecided:
    """The decision to ignore a reader, with all that was found of it.

    Raises:
        RefusedError: 404; no such reader was found since the start.
    """
    row = _found(found_id, parts)
    return FoundReaderDecided(
        request_id=key,
        badge=who.badge,
        found_id=found_id,
        name=None,
        host=str(row["host"]),
        port=int(str(row["port"])),
        tls=row["tls"] is True,
        certificate_sha256=str(row["certificate_sha256"]),
        antennas=(),
        at_us=parts.given.clock.now_us(),
    )
