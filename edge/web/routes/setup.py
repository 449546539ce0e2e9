"""Setting up: how readers, backups and the broker are, and what is done about backups."""

from collections.abc import Callable

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool

from edge.model.ids import RequestId
from edge.model.prompts import Answer
from edge.web.dependencies import Row
from edge.web.desk import told
from edge.web.parts import Key, TheParts, Who

router = APIRouter(prefix="/api/setup", tags=["setup"])

_WORDS = {
    "begun": "it is under way",
    "at_work": "another backup is being made or proved; wait for its end",
    "no_backup": "there is no backup yet; make one first",
}


@router.get("")
async def setup(_: Who, parts: TheParts) -> Row:
    """Readers, backups and the way to the broker, as they are now."""
    return await run_in_threadpool(parts.given.setting_up.picture)


@router.post("/backups")
async def back_up(key: Key, _: Who, parts: TheParts) -> dict[str, object]:
    """Begin one more backup; how far it is stands in `GET /api/setup`."""
    return await _begun(parts.given.setting_up.back_up, key)


@router.post("/backups/verify")
async def verify_backup(key: Key, _: Who, parts: TheParts) -> dict[str, object]:
    """Begin to prove that the newest backup restores; likewise."""
    return await _begun(parts.given.setting_up.verify_backup, key)


async def _begun(begin: Callable[[RequestId], str], key: RequestId) -> dict[str, object]:
    """What came of it; what cannot be begun now is answered with `accepted` false."""
    code = await run_in_threadpool(begin, key)
    return told(Answer(accepted=code == "begun", code=code, text=_WORDS[code]))
