"""Handhelds: shown a QR code by an administrator, enrolled with it, forgotten again."""

from dataclasses import asdict

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from edge.model.ids import Badge
from edge.model.prompts import Answer
from edge.web.dependencies import Row
from edge.web.desk import told
from edge.web.devices import CODE_MINUTES, COOKIE_DAYS, LOCK_SUBJECT, DevicesFullError
from edge.web.parts import Key, TheParts, Who
from edge.web.qr_code import rows_of
from edge.web.refusals import RefusedError
from edge.web.routes.session import address_of, count_attempt, tell_if_locked
from edge.web.setup_bodies import DeviceCode, DeviceId, DeviceWish

router = APIRouter(tags=["setup"])


@router.get("/api/setup/devices")
async def devices(_: Who, parts: TheParts) -> Row:
    """Every enrolled handheld, and which one asks."""
    return {
        "devices": [asdict(one) for one in parts.devices.all()],
        "only_these": parts.given.enrolled_devices_only,
    }


@router.post("/api/setup/devices")
async def invite(body: DeviceWish, _: Key, who: Who, parts: TheParts) -> Row:
    """A code for one handheld, with its QR code: address, one-time code, authority's fingerprint.

    Raises:
        RefusedError: 409; too many codes wait, or there are too many devices.
    """
    try:
        code = parts.devices.invite(body.name, who.badge)
    except DevicesFullError as error:
        text = "too many codes wait, or there are too many devices; forget some"
        raise RefusedError(409, "devices_full", text) from error
    doors = await run_in_threadpool(parts.given.configuring.doors)
    address = f"{doors['url']}/#enrol={code}&ca={doors['ca_sha256']}"
    return {
        "address": address,
        "ca_sha256": doors["ca_sha256"],
        "minutes": CODE_MINUTES,
        "rows": rows_of(address),
    }


@router.post("/api/setup/devices/forget")
async def forget(body: DeviceId, _: Key, who: Who, parts: TheParts) -> Row:
    """A handheld is ours no more."""
    known = await run_in_threadpool(parts.devices.forget, body.id)
    if not known:
        return told(Answer(accepted=False, code="device_unknown", text="no such device"))
    await parts.note_act(who.badge, "device_forgotten", body.id)
    return told(Answer(accepted=True, code="device_forgotten", text=f"{body.id} is forgotten"))


@router.post("/api/session/device")
async def enrol(body: DeviceCode, request: Request, parts: TheParts, _: Key) -> JSONResponse:
    """Become one of the gateway's handhelds, with the code of a QR code; nobody signs in by it.

    Raises:
        RefusedError: 401 for a code that is wrong, used or too old; 429 after many guesses.
    """
    address = address_of(request, parts)
    count_attempt(parts, LOCK_SUBJECT, address)
    enrolled = await run_in_threadpool(parts.devices.enrol, body.code)
    if enrolled is None:
        tell_if_locked(parts, Badge(LOCK_SUBJECT), address)
        raise RefusedError(401, "wrong_code", "the code is wrong, used or too old; show another")
    parts.lockout.succeeded(LOCK_SUBJECT, address)
    device, token = enrolled
    await parts.note_act(Badge(device.by), "device_enrolled", device.name)
    doors = await run_in_threadpool(parts.given.configuring.doors)
    answer = JSONResponse({"name": device.name, "ca_pem": doors["ca_pem"]})
    answer.set_cookie(
        parts.device_cookie,
        token,
        max_age=COOKIE_DAYS * 86_400,
        path="/",
        secure=parts.given.secure,
        httponly=True,
        samesite="strict",
    )
    return answer
