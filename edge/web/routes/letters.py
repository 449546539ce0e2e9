"""What could not be delivered: facts that lie aside, and messages that were not understood."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import StreamingResponse

from edge.floor.board import Shown
from edge.floor.letters import TOPIC
from edge.model.ids import RequestId
from edge.model.prompts import Answer
from edge.web.desk import told, unless_reused
from edge.web.parts import Key, Parts, TheParts, Who
from edge.web.refusals import RefusedError
from edge.web.sessions import Session
from edge.web.sse import LIST_PAUSE_S, Subscription

router = APIRouter(prefix="/api/letters", tags=["letters"])

SEQ_MAX = 2**63 - 1
Seq = Annotated[int, Path(ge=1, le=SEQ_MAX)]
TOLD = Subscription(TOPIC, TOPIC, {"set_aside": [], "refused": []}, LIST_PAUSE_S)


@router.get("")
async def letters(_: Who, parts: TheParts) -> Shown:
    """What nobody has discarded, the newest first."""
    return parts.shown(TOLD)


@router.get("/stream")
async def letters_stream(who: Who, parts: TheParts) -> StreamingResponse:
    """The same, when it changes."""
    return parts.stream(who, TOLD)


@router.post("/refused/discard")
async def discard_refused(key: Key, who: Who, parts: TheParts) -> dict[str, object]:
    """Show no more what was not understood; each stands as a fact in the journal."""
    answer = parts.given.letters.discard_refused(key)
    count = answer.data.get("count") if answer is not None else None
    told_to = await _act(answer, "letters_discarded", str(count), key, who, parts)
    return {**told_to, "count": count}


@router.post("/{seq}/resend")
async def resend(seq: Seq, key: Key, who: Who, parts: TheParts) -> dict[str, object]:
    """Have a fact that was set aside sent once more with its data; who did so is a fact, too."""
    answer = parts.given.letters.resend(key, seq)
    return await _act(answer, "letter_resent", str(seq), key, who, parts)


@router.post("/{seq}/discard")
async def discard(seq: Seq, key: Key, who: Who, parts: TheParts) -> dict[str, object]:
    """Show a fact no more that was set aside; the journal keeps it, and who did so."""
    answer = parts.given.letters.discard(key, seq)
    return await _act(answer, "letter_discarded", str(seq), key, who, parts)


async def _act(
    answer: Answer | None, action: str, subject: str, key: RequestId, who: Session, parts: Parts
) -> dict[str, object]:
    if answer is None:
        raise RefusedError(
            404, "letter_unknown", f"event {subject} does not lie aside; look at /api/letters"
        )
    if unless_reused(answer).accepted:
        await parts.note_act(who.badge, action, subject, key)
    return told(answer)
