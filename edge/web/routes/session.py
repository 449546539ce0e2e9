"""Signing in, signing out, and who am I."""

import contextlib
from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from edge.floor.inbox import InboxFullError
from edge.model.fault_sentences import fault_recognised
from edge.model.ids import Badge
from edge.model.inputs import IntrusionNoticed
from edge.model.sentences import sentence
from edge.web.bodies import Resume, SignIn
from edge.web.first_run import LOCK_SUBJECT
from edge.web.parts import Parts, TheParts, Who, parts_of, session_of
from edge.web.people import Role
from edge.web.refusals import RefusedError
from edge.web.sessions import Session
from edge.web.setup_bodies import FirstBadge

router = APIRouter(prefix="/api/session", tags=["session"])


@router.post("")
async def sign_in(body: SignIn, request: Request, parts: TheParts) -> JSONResponse:
    """Sign in with badge and PIN."""
    if parts.given.enrolled_devices_only and parts.device_of(request) is None:
        raise RefusedError(403, "device_unknown", "this device is not enrolled; see /setup")
    address = address_of(request, parts)
    count_attempt(parts, body.badge, address)
    return await _signed_in(parts, body, address)


def address_of(request: Request, parts: Parts) -> str:
    """What guesses are counted for: an enrolled device, else where it asks from."""
    device = parts.device_of(request)
    if device is not None:
        return f"device {device.name}"
    return request.client.host if request.client else "unknown"


def count_attempt(parts: Parts, subject: str, address: str) -> None:
    """Count a guess.

    Raises:
        RefusedError: 429; there were too many.
    """
    wait_s = parts.lockout.begin(subject, address)
    if wait_s > 0:
        raise RefusedError(
            429,
            "locked",
            f"too many wrong sign-ins; wait {wait_s} s",
            {"Retry-After": str(wait_s)},
        )


async def _signed_in(parts: Parts, body: SignIn, address: str) -> JSONResponse:
    """The answer to badge and PIN.

    Raises:
        RefusedError: 401; one of them is wrong.
    """
    session = await _session_for(parts, body)
    if session is None:
        tell_if_locked(parts, Badge(body.badge), address)
        raise RefusedError(401, "wrong_badge_or_pin", "badge or PIN is wrong")
    parts.lockout.succeeded(body.badge, address)
    answer = JSONResponse(told_of(session, parts))
    parts.hand_out(answer, session)
    return answer


async def _session_for(parts: Parts, body: SignIn) -> Session | None:
    person = next((one for one in parts.given.people if one.badge == body.badge), None)
    if not await parts.pins.matches(person.pin_hash if person else None, body.pin):
        return None
    if person is not None and parts.is_shut_out(person.badge):
        return None
    return parts.sessions.begin(person) if person else None


def tell_if_locked(parts: Parts, badge: Badge, address: str) -> None:
    """So many wrong sign-ins want a person; a badge that nobody has may be a PIN: not told."""
    known = any(one.badge == badge for one in parts.given.people)
    of_badge = "badge_tried" if known else "nobodys_badge_tried"
    for subject in parts.lockout.locked(badge, address):
        code = of_badge if subject.startswith("badge") else "badges_tried"
        told = sentence(code, badge=badge, address=address)
        notice = IntrusionNoticed("sign_ins_failed", address, told, parts.given.clock.now_us())
        with contextlib.suppress(InboxFullError):  # it is told again at the next lock
            parts.given.inbox.put(notice, wait_ms=0)


@router.post("/resume")
async def resume(body: Resume, request: Request, parts: TheParts) -> JSONResponse:
    """Go on with a session that is locked, with the PIN of its person; all is as it was.

    Raises:
        RefusedError: 401 where the PIN is wrong or the session is over; 429 after many guesses.
    """
    session = session_of(request)
    if session is None:
        raise RefusedError(401, "signed_out", "sign in first")
    address = address_of(request, parts)
    count_attempt(parts, session.badge, address)
    if not await parts.pins.matches(session.person.pin_hash, body.pin):
        tell_if_locked(parts, session.badge, address)
        raise RefusedError(401, "wrong_badge_or_pin", "the PIN is wrong")
    parts.lockout.succeeded(session.badge, address)
    resumed = parts.sessions.resumed(session)
    answer = JSONResponse(told_of(resumed, parts))
    parts.hand_out(answer, resumed)
    return answer


@router.get("/first")
async def first_run(parts: TheParts) -> dict[str, bool]:
    """Whether this gateway waits for its first administrator."""
    return {"wanted": parts.given.first_run.is_open}


@router.post("/first")
async def first_badge(body: FirstBadge, request: Request, parts: TheParts) -> JSONResponse:
    """Make the first administrator with the token of the gateway's start, and sign in.

    Raises:
        RefusedError: 404 where nobody is waited for, 429 after many guesses, 401 for a wrong
            token, 409 where the configuration cannot be written; then the token is still good.
    """
    first, address = parts.given.first_run, address_of(request, parts)
    if not first.is_open:
        raise RefusedError(404, "not_wanted", "there is an administrator, or the time is over")
    count_attempt(parts, LOCK_SUBJECT, address)
    if not first.matches(body.token) or not first.claim():
        tell_if_locked(parts, Badge(LOCK_SUBJECT), address)
        raise RefusedError(401, "wrong_token", "this is not the token of the gateway's start")
    parts.lockout.succeeded(LOCK_SUBJECT, address)
    role = Role.ADMINISTRATOR.value
    person = {"badge": body.badge, "name": body.name, "role": role}
    faults: Sequence[str] = (sentence("not_written"),)
    try:
        faults = await run_in_threadpool(parts.given.configuring.add_person, person, body.pin)
    finally:
        first.settle(used=not faults)
    if faults:
        said = [fault_recognised(one) for one in faults]
        raise RefusedError(
            409,
            "configuration_refused",
            "; ".join(faults),
            said={"faults": list(faults), "faults_said": said},
        )
    await parts.note_act(Badge(body.badge), "configuration", "first badge")
    return await _signed_in(parts_of(request), SignIn(badge=body.badge, pin=body.pin), address)


@router.get("")
async def who_am_i(who: Who, parts: TheParts) -> dict[str, object]:
    """Who is signed in."""
    return told_of(who, parts)


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


def told_of(session: Session, parts: Parts) -> dict[str, object]:
    """What a page is told of whoever is signed in."""
    return {
        "badge": session.badge,
        "name": parts.name_of(session),
        "role": session.person.role,
        "cart": session.cart,
        "at_work": session.at_work,
    }
