"""What the routes work with: the parts of one application, and who asks.

What a request passes before its route is asked in the server's own thread: FastAPI gives whatever
is no coroutine to a thread of a pool, and each way there and back waits twice for the
interpreter, longest when the floor loop and the planner are busy.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Header, Request, Response
from pydantic import StringConstraints
from starlette.responses import StreamingResponse

from edge.floor.board import Shown
from edge.model.ids import Badge, RequestId
from edge.model.posted import PersonDid
from edge.web.access import ROLES, SCOPES
from edge.web.confirmations import Confirmations
from edge.web.dependencies import WebDependencies
from edge.web.desk import Desk
from edge.web.devices import Device, Devices
from edge.web.door import Door
from edge.web.guard import SAFE_METHODS
from edge.web.lockout import Lockout
from edge.web.pins import PinChecker
from edge.web.refusals import RefusedError
from edge.web.sessions import Session, Sessions
from edge.web.shell import Shell
from edge.web.signed_out import SignedOut
from edge.web.sse import PEOPLE_TOPIC, Streams, Subscription

CLOCK_SKEW_US_MAX = 5_000_000
"""A handheld's clock may be this far ahead; what claims to come from later is dated now."""
LATE_US_MAX = 24 * 3600 * 1_000_000
"""A scan that waited in a handheld without network keeps its own time for a day."""


OF_HANDHELDS = frozenset(
    {"/api/work", "/api/prompt", "/api/prompt/stream", "/api/scan", "/api/trouble"}
)
"""Whoever asks here has a handheld in hand, and work lies with it."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one application."""

    given: WebDependencies
    desk: Desk
    sessions: Sessions
    streams: Streams
    lockout: Lockout
    pins: PinChecker
    confirmations: Confirmations
    signed_out: SignedOut
    shell: Shell
    devices: Devices
    door: Door

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; over TLS bound to this very host."""
        return "__Host-we1_session" if self.given.secure else "we1_session"

    @property
    def device_cookie(self) -> str:
        """The name of an enrolled device's cookie; likewise."""
        return "__Host-we1_device" if self.given.secure else "we1_device"

    def device_of(self, request: Request) -> Device | None:
        """The enrolled device that asks; None for any other."""
        return self.devices.of(request.cookies.get(self.device_cookie))

    def is_shut_out(self, badge: Badge) -> bool:
        """Whether the central system lists somebody as no longer active."""
        return self._listed(badge).get("active") is False

    def name_of(self, session: Session) -> str:
        """What somebody is called: by the central system, else by the configuration."""
        return str(self._listed(session.badge).get("name") or session.person.name)

    def _listed(self, badge: Badge) -> Shown:
        sheet = self.given.board.look(PEOPLE_TOPIC)
        listed = sheet.value.get(badge) if sheet else None
        return listed if isinstance(listed, dict) else {}

    def stays(self, session: Session) -> bool:
        """Whether a session still opens: it holds, and is not locked."""
        return self.holds(session) and not self.sessions.is_locked(session)

    def holds(self, session: Session) -> bool:
        """Whether a session is not over: run out, signed out, or its person shut out."""
        over = self.sessions.left_us(session) <= 0 or self.signed_out.has(session)
        return not over and not self.is_shut_out(session.badge)

    def shown(self, subscription: Subscription) -> Shown:
        """The newest value, which a stream would begin with."""
        return subscription.newest(self.given.board).value

    def stream(self, session: Session, subscription: Subscription) -> StreamingResponse:
        """What a page listens to; it ends with the session that opened it."""
        return self.streams.respond(session.badge, subscription, lambda: self.stays(session))

    async def note_act(
        self, badge: Badge, action: str, subject: str, key: RequestId | None = None
    ) -> None:
        """Have a person's act stand in the trail, under an id that no client chooses alone.

        Args:
            badge: whose act it was.
            action: what they did, as in the fact `PersonActed`.
            subject: to what.
            key: of the request; a repetition of the same act is no second one.

        Raises:
            RefusedError: 503; the floor loop takes nothing just now.
        """
        now_us = self.given.clock.now_us()
        own = RequestId(f"{action} {badge} {subject} {key or now_us}")
        await self.desk.ask(PersonDid(own, badge, action, subject, now_us))

    def happened_us(self, told_us: int | None) -> int:
        """When something happened: as its sender tells, where that can be true, else now."""
        now_us = self.given.clock.now_us()
        if told_us is None or not now_us - LATE_US_MAX <= told_us <= now_us + CLOCK_SKEW_US_MAX:
            return now_us
        return min(told_us, now_us)

    def hand_out(self, response: Response, session: Session) -> None:
        """Send a session's token along as a cookie; it ends with the browser."""
        response.set_cookie(
            self.cookie,
            self.sessions.seal(session),
            path="/",
            secure=self.given.secure,
            httponly=True,
            samesite="strict",
        )


def parts_of(request: Request) -> Parts:
    """The parts of the application that a request came to."""
    return cast("Parts", request.app.state.parts)


async def _own_parts(request: Request) -> Parts:
    return parts_of(request)


TheParts = Annotated[Parts, Depends(_own_parts)]


def session_of(request: Request) -> Session | None:
    """The session that a request bears, locked or not, if it holds."""
    parts = parts_of(request)
    token = request.cookies.get(parts.cookie)
    session = parts.sessions.open(token) if token else None
    if session is None or not parts.holds(session):
        return None
    parts.door.vouch(request.client)
    return session


def is_act(request: Request) -> bool:
    """Whether a person did something: a page only looks by itself, and says so when touched."""
    return request.method not in SAFE_METHODS or "x-acted" in request.headers


def place_of(request: Request) -> tuple[str, str]:
    """The row of the access table that a request is about."""
    method = "GET" if request.method == "HEAD" else request.method
    return method, cast("str", request.scope["route"].path)


def signed_in(request: Request, response: Response) -> Session:
    """Whoever asks, signed in and allowed to.

    Raises:
        RefusedError: 401 without a session, 403 where the role is not among the table's, 423
            where it is locked.
    """
    session = session_of(request)
    if session is None:
        raise RefusedError(401, "signed_out", "sign in first")
    if parts_of(request).sessions.is_locked(session):
        name = parts_of(request).name_of(session)
        raise RefusedError(423, "idle", f"locked: {name} goes on with their PIN")
    if session.person.role not in ROLES.get(place_of(request), frozenset()):
        raise RefusedError(403, "not_allowed", "your role may not do this")
    parts = parts_of(request)
    if place_of(request)[1] in OF_HANDHELDS:
        parts.given.handhelds.heard(
            session.badge, session.signed_in_us, parts.given.clock.now_us()
        )
    renewed = parts.sessions.renewed(session, acted=is_act(request))
    if renewed is not None:
        parts.hand_out(response, renewed)
    return session


async def _whoever_asks(request: Request, response: Response) -> Session:
    return signed_in(request, response)


Who = Annotated[Session, Depends(_whoever_asks)]


async def machine_or_person(request: Request, response: Response) -> None:
    """A machine with a token for this, or a person who may.

    Raises:
        RefusedError: 401 without session and good token, 403 where role or scope is not enough.
    """
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer":
        signed_in(request, response)
        return
    digest = hashlib.sha256(token.strip().encode()).hexdigest()
    found = None
    for one in parts_of(request).given.tokens:  # all of them, in a time that tells nothing
        if hmac.compare_digest(one.sha256.lower(), digest):
            found = one
    if found is None:
        raise RefusedError(401, "signed_out", "the token is not known")
    parts_of(request).door.vouch(request.client)
    if SCOPES.get(place_of(request)) not in found.scopes:
        raise RefusedError(403, "not_allowed", "the token is not for this")


async def idempotency_key(
    key: Annotated[
        Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,128}$")] | None,
        Header(alias="Idempotency-Key"),
    ] = None,
) -> RequestId:
    """The id that the client made for this change.

    Raises:
        RefusedError: 400; there is none.
    """
    if key is None:
        raise RefusedError(
            400, "key_missing", "send an id of your own in the header Idempotency-Key"
        )
    return RequestId(key)


Key = Annotated[RequestId, Depends(idempotency_key)]
