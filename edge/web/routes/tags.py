"""Work on single tags by the gateway's own readers: read, write, lock, kill.

The answer to a request says that the work is in the journal and on its way to the reader. What
became of it stands in the list a moment later, as in the journal.
"""

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from edge.floor.board import Shown
from edge.model.ids import DeviceName, Epc, RequestId
from edge.model.posted import TagWorkWanted
from edge.model.tag_work import (
    Kill,
    LockFields,
    ReadWords,
    SetPassword,
    TagOrder,
    WriteEpc,
    WriteWords,
)
from edge.rules import confirming
from edge.web.parts import Key, Parts, TheParts, Who
from edge.web.refusals import RefusedError
from edge.web.sessions import Session
from edge.web.sse import Subscription
from edge.web.tag_bodies import (
    KillConfirmation,
    TagKill,
    TagLock,
    TagNewPassword,
    TagRead,
    TagTarget,
    TagWrite,
)

router = APIRouter(prefix="/api/tags", tags=["tags"])

Told = dict[str, object]
TOLD = Subscription("tags", "tags", {"jobs": []})


@router.get("")
async def jobs(_: Who, parts: TheParts) -> Shown:
    """Work in hand and the latest that is over, the newest first; `result` is null meanwhile."""
    return parts.shown(TOLD)


@router.get("/stream")
async def jobs_stream(who: Who, parts: TheParts) -> StreamingResponse:
    """The same, each time it changes."""
    return parts.stream(who, TOLD)


@router.post("/read")
async def read(body: TagRead, key: Key, who: Who, parts: TheParts) -> Told:
    """Read words of a tag's EPC, TID or user memory; passwords are not read here."""
    order = ReadWords(body.bank, body.word, body.count, _number(body.password))
    return await _ask(parts, who, key, body, order)


@router.post("/write")
async def write(body: TagWrite, key: Key, who: Who, parts: TheParts) -> Told:
    """Give a tag another EPC, or write words into its user memory."""
    password = _number(body.password)
    match body.to_epc, body.words_hex:
        case str(to_epc), None:
            order: TagOrder = WriteEpc(Epc(to_epc), password)
        case None, str(words_hex):
            order = WriteWords(body.word, words_hex, password)
        case _:
            raise RefusedError(422, "invalid", "give either to_epc or words_hex")
    return await _ask(parts, who, key, body, order)


@router.post("/password")
async def new_password(body: TagNewPassword, key: Key, who: Who, parts: TheParts) -> Told:
    """Give a tag another access or kill password; it is in no fact and no answer."""
    order = SetPassword(body.which, _number(body.new_password), _number(body.password))
    return await _ask(parts, who, key, body, order)


@router.post("/lock")
async def lock(body: TagLock, key: Key, who: Who, parts: TheParts) -> Told:
    """Change what may be written without the tag's access password, or ever."""
    order = LockFields(tuple(body.fields), body.how, _number(body.password))
    return await _ask(parts, who, key, body, order)


@router.post("/kill/confirmation")
async def confirm_kill(body: KillConfirmation, who: Who, parts: TheParts) -> Told:
    """The first of two steps: a word that lets the same person kill this tag within a minute."""
    word = parts.confirmations.give(who.badge, _deed(body))
    return {"confirmation": word, "holds_s": confirming.HOLDS_S}


@router.post("/kill")
async def kill(body: TagKill, key: Key, who: Who, parts: TheParts) -> Told:
    """The second step: silence the tag for ever."""
    confirmed_us = parts.confirmations.given_us(body.confirmation, who.badge, _deed(body))
    return await _ask(parts, who, key, body, Kill(_number(body.kill_password), confirmed_us))


async def _ask(
    parts: Parts, who: Session, key: RequestId, target: TagTarget, order: TagOrder
) -> Told:
    if target.reader not in parts.given.readers:
        raise RefusedError(404, "reader_unknown", "no reader of this name is configured")
    return await parts.desk.answer_to(
        TagWorkWanted(
            request_id=key,
            badge=who.badge,
            reader=DeviceName(target.reader),
            epc=Epc(target.epc) if target.epc else None,
            tid=target.tid or "",
            antenna=target.antenna,
            order=order,
            at_us=parts.given.clock.now_us(),
        )
    )


def _deed(body: KillConfirmation) -> str:
    return f"kill {body.reader} {body.epc} {body.tid}"


def _number(password: str | None) -> int:
    return int(password, 16) if password else 0
