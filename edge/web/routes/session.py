"""Signing in, signing out, and who am I."""

import contextlib

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from edge.floor.inbox import InboxFullError
from edge.model.ids import Badge
from edge.model.inputs import IntrusionNoticed
from edge.web.bodies import SignIn
from edge.web.parts import Parts, TheParts, Who, session_of
from edge.web.refusals import RefusedError
from edge.web.sessions import Session

router = APIRouter(prefix="/api/session", tags=["session"])


@router.post("")
async def sign_in(body: SignIn, request: Request, parts: TheParts) -> JSONResponse:
    """Sign in with badge and PIN."""
    address = request.client.host if request.client else "unknown"
    wait_s = parts.lockout.begin(body.badge, address)
    if wait_s > 0:
        raise RefusedError(
            429,
            "locked",
            f"too many wrong sign-ins; wait {wait_s} s",
            {"Retry-After": str(wait_s)},
        )
    session = await _session_for(parts, body)
    if session is None:
        _tell_if_locked(parts, Badge(body.badge), address)
        raise RefusedError(401, "wrong_badge_or_pin", "badge or PIN is wrong")
    parts.lockout.succeeded(body.badge, address)
    answer = JSONResponse(_told(session))
    parts.hand_out(answer, session)
    return answer


async def _session_for(parts: Parts, body: SignIn) -> Session | None:
    person = next((one for one in parts.given.people if one.badge == body.badge), None)
    if not await parts.pins.matches(person.pin_hash if person else None, body.pin):
        return None
    if person is not None and parts.is_shut_out(person.badge):
        return None
    return parts.sessions.begin(person) if person else None


def _tell_if_locked(parts: Parts, badge: Badge, address: str) -> None:
    """So many wrong sign-ins want a person; a badge that nobody has may be a PIN: not told."""
    known = any(one.badge == badge for one in parts.given.people)
    who = f"badge {badge}" if known else "a badge that nobody has"
    for subject in parts.lockout.locked(badge, address):
        of_badge = subject.startswith("badge")
        what = f"{who} was tried in vain" if of_badge else "many badges were tried in vain"
        notice = IntrusionNoticed(
            "sign_ins_failed", address, f"{what}, from {address}", parts.given.clock.now_us()
        )
        with contextlib.suppress(InboxFullError):  # it is told again at the next lock
            parts.given.inbox.put(notice, wait_ms=0)


@router.get("")
async def who_am_i(who: Who) -> dict[str, object]:
    """Who is signed in."""
    return _told(who)


@router.delete("", status_code=204)
async def sign_out(request: Request, parts: TheParts, response: Response) -> None:
    """End a session, and every copy of it; what they looked for is looked for no more."""
    session = session_of(request)
    if session is not None:
        await run_in_threadpool(parts.signed_out.note, session)
        parts.given.finder.end(session.badge)
        parts.given.handhelds.left(session.badge, session.signed_in_us)
    response.delete_cookie(
        parts.cookie, path="/", secure=parts.given.secure, httponly=True, samesite="strict"
    )


def _told(session: Session) -> dict[str, object]:
    return {
        "badge": session.badge,
        "name": session.person.name,
        "role": session.person.role,
        "cart": session.cart,
        "at_work": session.at_work,
    }
