"""What a picker's handheld asks and posts: work, the prompt, scans and troubles."""

from dataclasses import asdict, replace

from fastapi import APIRouter, Response
from starlette.responses import StreamingResponse

from edge.floor.board import Shown
from edge.model.ids import Badge, LocationId
from edge.model.posted import CodeScanned, TroubleReported, WorkHandedOver, WorkWanted
from edge.model.prompts import Answer, Prompt, PromptKind
from edge.web.access import LEADERS
from edge.web.bodies import HandOver, Scan, TroubleReport, Work
from edge.web.desk import told
from edge.web.parts import Key, Parts, TheParts, Who
from edge.web.refusals import RefusedError
from edge.web.sse import Subscription

router = APIRouter(prefix="/api", tags=["picking"])


@router.post("/work")
async def want_work(
    body: Work, key: Key, who: Who, parts: TheParts, response: Response
) -> dict[str, object]:
    """Be ready for work, with or without a cart; or go."""
    answer = await parts.desk.ask(
        WorkWanted(
            request_id=key,
            badge=who.badge,
            ready=body.ready,
            cart=LocationId(body.cart) if body.cart else None,
            at_us=parts.given.clock.now_us(),
        )
    )
    if answer.accepted:
        cart = LocationId(body.cart) if body.ready and body.cart else None
        parts.hand_out(response, replace(who, at_work=body.ready, cart=cart))
    return told(answer)


@router.get("/work")
async def be_there(who: Who, parts: TheParts) -> dict[str, object]:
    """A handheld's beat: work lies with it while it is heard; is the badge elsewhere, too?"""
    elsewhere = parts.given.handhelds.is_elsewhere(
        who.badge, who.signed_in_us, parts.given.clock.now_us()
    )
    return {"elsewhere": elsewhere}


@router.post("/work/hand-over")
async def hand_over(
    body: HandOver, key: Key, who: Who, parts: TheParts, response: Response
) -> dict[str, object]:
    """Give one's own work to a colleague; a supervisor may give anybody's."""
    holder = Badge(body.holder) if body.holder else who.badge
    if holder != who.badge and who.person.role not in LEADERS:
        raise RefusedError(403, "not_allowed", "only a supervisor hands over another's work")
    answer = await parts.desk.ask(
        WorkHandedOver(
            request_id=key,
            badge=who.badge,
            holder=holder,
            to=Badge(body.to) if body.to else None,
            at_us=parts.given.clock.now_us(),
        )
    )
    if answer.accepted and holder == who.badge:
        parts.hand_out(response, replace(who, at_work=False, cart=None))
    return told(answer)


@router.get("/prompt")
async def prompt(who: Who, parts: TheParts) -> Shown:
    """The one thing that is wanted next."""
    return parts.shown(prompt_of(who.badge))


@router.get("/prompt/stream")
async def prompt_stream(who: Who, parts: TheParts) -> StreamingResponse:
    """The prompt, each time it changes."""
    return parts.stream(who, prompt_of(who.badge))


def prompt_of(badge: Badge) -> Subscription:
    """What a picker is told to do."""
    return Subscription(f"prompt/{badge}", "prompt", _no_prompt(badge))


@router.post("/scan")
async def scan(body: Scan, key: Key, who: Who, parts: TheParts) -> dict[str, object]:
    """A code that the picker scanned while this prompt was on the screen."""
    answer = await parts.desk.ask(
        CodeScanned(
            request_id=key,
            badge=who.badge,
            prompt_id=body.prompt_id,
            code=body.code,
            at_us=parts.happened_us(body.at_us),
        )
    )
    return _with_prompt(parts, who.badge, answer)


@router.post("/trouble")
async def trouble(body: TroubleReport, key: Key, who: Who, parts: TheParts) -> dict[str, object]:
    """Why the picker cannot do as prompted."""
    answer = await parts.desk.ask(
        TroubleReported(
            request_id=key,
            badge=who.badge,
            prompt_id=body.prompt_id,
            code=body.code,
            at_us=parts.happened_us(body.at_us),
        )
    )
    return _with_prompt(parts, who.badge, answer)


@router.get("/troubles")
async def troubles(_: Who, parts: TheParts) -> dict[str, object]:
    """What may be reported, at which kinds of prompt, in both languages."""
    return troubles_of(parts)


def troubles_of(parts: Parts) -> dict[str, object]:
    """What pickers may report."""
    return {"troubles": [asdict(one) for one in parts.given.troubles]}


def _with_prompt(parts: Parts, badge: Badge, answer: Answer) -> dict[str, object]:
    """An answer with the prompt after it; `revision` is the same as the stream's event id."""
    newest = prompt_of(badge).newest(parts.given.board)
    return {**told(answer), "prompt": newest.value, "revision": newest.revision}


def _no_prompt(badge: Badge) -> Shown:
    """What somebody sees who has never been given work."""
    return asdict(Prompt(badge, "", PromptKind.WAIT))
