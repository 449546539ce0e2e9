"""The pages below HTTP: each route's own function, found by method and path, called in place.

What HTTP adds (parsing, cookies, sessions sealed and opened, the thread of the server) is left
out; who may do what, what a body may hold, what is asked of the floor and what is told are the
product's.
"""

import asyncio
import inspect
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast, get_type_hints

from cryptography.fernet import Fernet, MultiFernet
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse
from typing_extensions import override

from edge.compose.core import Core
from edge.floor.board import Shown
from edge.floor.inbox import InboxFullError
from edge.model.ids import Badge, RequestId
from edge.model.posted import Posted
from edge.model.prompts import Answer
from edge.web import app as web_app
from edge.web.access import ROLES
from edge.web.confirmations import Confirmations
from edge.web.dependencies import Trouble, WebDependencies
from edge.web.desk import ANSWER_S_MAX, KEY_REUSED, RETRY_AFTER, Desk
from edge.web.devices import Device
from edge.web.lockout import Lockout
from edge.web.parts import OF_HANDHELDS, Key, Parts, TheParts, Who
from edge.web.people import Person, Role
from edge.web.pins import PinChecker
from edge.web.refusals import RefusedError
from edge.web.sessions import Session

_SEALING = MultiFernet([Fernet(urlsafe_b64encode(bytes(32)))])
"""The key that seals a supervisor's word; as the file of a gateway it outlives its process."""
_FROM_INSIDE = Request({"type": "http", "client": ("192.0.2.9", 1), "headers": []})


class GoneError(Exception):
    """The process ended before it had answered."""


@dataclass(frozen=True, slots=True)
class _Place:
    """One route: how its function wants to be called."""

    route: APIRoute
    call: Callable[..., Awaitable[object]]
    hints: Mapping[str, Any]


class PlayedDesk(Desk):
    """Asks the floor loop and waits in played time.

    Args:
        core: whose inbox.
        gone: set when the process ends.
    """

    def __init__(self, core: Core, gone: asyncio.Event) -> None:
        super().__init__(core.inbox)
        self._core = core
        self._gone = gone

    @override
    async def ask(self, posted: Posted) -> Answer:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()

        def settle(answer: Answer) -> None:
            if not future.done():
                future.set_result(answer)

        try:
            self._core.inbox.put(posted, settle)
        except InboxFullError as error:
            raise RefusedError(503, "busy", str(error), RETRY_AFTER) from error
        ends = asyncio.ensure_future(self._gone.wait())
        both: set[asyncio.Future[Any]] = {future, ends}
        try:
            await asyncio.wait(both, timeout=ANSWER_S_MAX, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ends.cancel()
        if not future.done():
            if self._gone.is_set():
                raise GoneError
            raise RefusedError(503, "no_answer", "the gateway did not answer", RETRY_AFTER)
        answer = future.result()
        if answer.code == KEY_REUSED:
            raise RefusedError(409, KEY_REUSED, answer.text)
        return answer


class _PlainPins(PinChecker):
    """PINs are kept as they are on a day, and looked at without a thread."""

    def __init__(self) -> None:
        pass

    @override
    async def matches(self, pin_hash: str | None, pin: str) -> bool:
        return pin_hash == pin


class _PlayedParts(Parts):
    """The routes' parts; sessions are not sealed, for nobody outside holds them."""

    @override
    def device_of(self, request: Request) -> Device | None:
        return None

    @override
    def hand_out(self, response: Response, session: Session) -> None:
        pass


class Pages:
    """The pages of one process.

    Args:
        core: of the gateway.
        gone: set when the process ends.
    """

    def __init__(self, core: Core, gone: asyncio.Event) -> None:
        self._core = core
        self._gone = gone
        people = {
            Badge(one.badge): Person(Badge(one.badge), one.name, Role(one.role), one.pin_hash)
            for one in core.settings.person
        }
        self._sessions = {
            badge: Session(person, *(core.clock.now_us(),) * 3) for badge, person in people.items()
        }
        nobody = cast("Any", None)  # what only HTTP, searches and calibration need
        given = WebDependencies(
            inbox=core.inbox,
            board=core.board,
            clock=core.clock,
            floor=core.floor,
            people=tuple(people.values()),
            tokens=(),
            session_key_path=core.store_path,
            lookups=nobody,
            finder=nobody,
            handhelds=core.handhelds,
            letters=core.letters,
            explainer=nobody,
            calibration=nobody,
            setting_up=nobody,
            configuring=nobody,
            first_run=nobody,
            log_levels=nobody,
            troubles=tuple(Trouble(one.code, one.at, one.en, one.zh) for one in core.troubles),
            metrics=nobody,
            ready=nobody,
            protocol=nobody,
            secure=False,
            readers=frozenset(one.name for one in core.settings.reader),
        )
        self._parts = _PlayedParts(
            given=given,
            desk=PlayedDesk(core, gone),
            sessions=nobody,
            streams=nobody,
            lockout=Lockout(core.clock),
            pins=_PlainPins(),
            confirmations=Confirmations(_SEALING, core.clock),
            signed_out=nobody,
            shell=nobody,
            devices=nobody,
            door=nobody,
        )

    async def ask(
        self, method: str, path: str, body: dict[str, Any] | None, key: str, badge: str
    ) -> dict[str, Any]:
        """What a route answers.

        Raises:
            GoneError: the process ended first.
            HTTPException: it refuses.
        """
        if self._gone.is_set():
            raise GoneError
        place, values = _find(method, path)
        session = self._sessions[Badge(badge)]
        if session.person.role not in ROLES.get((method, place.route.path), frozenset()):
            raise RefusedError(403, "not_allowed", "your role may not do this")
        if place.route.path in OF_HANDHELDS:
            core = self._core
            core.handhelds.heard(session.badge, session.signed_in_us, core.clock.now_us())
        given: dict[str, object] = {}
        for name, hint in place.hints.items():
            given[name] = self._given(name, hint, (values, body, key, session))
        answer = await place.call(**given)
        return cast("dict[str, Any]", answer)

    def _given(
        self,
        name: str,
        hint: object,
        asked: tuple[Mapping[str, str], dict[str, Any] | None, str, Session],
    ) -> object:
        values, body, key, session = asked
        plain: tuple[tuple[object, object], ...] = (
            (Request, _FROM_INSIDE),
            (Key, RequestId(key)),
            (Who, session),
            (TheParts, self._parts),
        )
        for known, value in plain:
            if hint == known:
                return value
        if hint is Response:
            return Response()
        if isinstance(hint, type) and issubclass(hint, BaseModel):
            try:
                return hint.model_validate(body)
            except ValidationError as error:
                raise HTTPException(422, str(error)) from error
        return values[name]

    def shown(self, topic: str) -> Shown | None:
        """What is on the board now."""
        sheet = self._core.board.look(topic)
        return sheet.value if sheet else None

    def watch(self, topic: str, bell: Callable[[], None]) -> Callable[[], None]:
        """Be called when a topic changes."""
        return self._core.board.watch(topic, lambda _: bell())

    @property
    def gone(self) -> asyncio.Event:
        """Set when the process has ended."""
        return self._gone


@cache
def _places() -> tuple[_Place, ...]:
    routers = [cast("APIRouter", room.router) for room in web_app.ROOMS]
    found = [route for router in routers for route in router.routes]
    return tuple(
        _Place(route, route.endpoint, _hints(route.endpoint))
        for route in found
        if isinstance(route, APIRoute)
    )


def _hints(call: Callable[..., object]) -> Mapping[str, Any]:
    hints = get_type_hints(call, include_extras=True)
    return {name: hints[name] for name in inspect.signature(call).parameters}


@cache
def _find(method: str, path: str) -> tuple[_Place, Mapping[str, str]]:
    for place in _places():
        match = place.route.path_regex.match(path)
        if match and method in (place.route.methods or ()) and not _streams(place):
            return place, match.groupdict()
    raise RefusedError(404, "not_found", f"nothing at {method} {path}")


def _streams(place: _Place) -> bool:
    return place.hints.get("return") is StreamingResponse or place.route.path.endswith("/stream")
