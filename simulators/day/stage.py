"""A day that is watched: the product's own pages of the gateway that lives, on a real port.

Each life of the gateway's process has a web server of its own, as in a warehouse; between two
lives the pages do not answer. A day is looked at, not touched: the pages take nothing but a
sign-in.
"""

import sys
from collections.abc import Callable
from itertools import groupby
from typing import Any, TextIO, cast

from fastapi import FastAPI
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override

from edge.floor.explaining import Explainer
from edge.floor.lookups import Lookups, sentence
from edge.model.events import Fact
from edge.model.ids import Badge
from edge.model.state import FloorState
from edge.web.app import create_app
from edge.web.dependencies import SessionTimes, WebDependencies
from edge.web.first_run import FirstRun
from edge.web.guard import SAFE_METHODS
from edge.web.people import Person, Role
from edge.web.pins import hash_pin
from edge.web.server import WebServer
from simulators.day.central import rfc_3339
from simulators.day.gateway import Gateway
from simulators.day.pace import WORDS, Pace
from simulators.day.watch import Watch

HOST = "127.0.0.1"
BADGE, PIN = "9000", "9000"
"""Whoever watches signs in with them: on this host only, and to look only."""
_SIGNED_IN_S = 30 * 86_400
_NOT_SHOWN = ("/setup", "/api/setup", "/api/calibration", "/api/log", "/metrics", "/readyz")
"""What is about a daemon on a host; a day has neither."""


class Stage(Watch):
    """Shows a day on `/floor`, `/board` and `/orders`.

    Args:
        port: where; 0 for a free one.
        speed: played seconds in a real one, above 0.
        words: steps of the day, a line each; None for a day that just goes.
        tell: prints a line.
    """

    def __init__(
        self, port: int, speed: float, words: TextIO | None, tell: Callable[[str], None]
    ) -> None:
        self.port = port
        self._tell = tell
        self._steps = words is not None
        self._gateway: Gateway | None = None
        self._server: WebServer | None = None
        self._is_announced = False
        self._pin_hash = hash_pin(PIN)
        self._pace = Pace(speed, held=self._steps, meanwhile=self._answer)
        self.passing = self._pace.passing
        if words is not None:
            self._pace.listen(words)

    @property
    @override
    def has_seen_enough(self) -> bool:
        return self._pace.has_ended

    @override
    def started(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._server = WebServer(self._app(gateway), HOST, self.port)
        self._server.start()
        self.port = self._server.port
        if not self._is_announced:
            self._is_announced = True
            self._tell(f"http://{HOST}:{self.port}/floor  badge {BADGE}, PIN {PIN}")
            if self._steps:
                self._tell(WORDS)

    @override
    def died(self) -> None:
        self._tell("the gateway's process has ended")
        self._close()

    @override
    def closing(self, gateway: Gateway) -> None:
        self._tell("the day is over")
        self._close()

    @override
    def turned(self, facts: list[Fact], state: FloorState) -> None:
        if not facts:
            return
        if self._steps:
            for _, alike in groupby(facts, lambda fact: fact.event.type):
                self._tell(_line(list(alike)))
        self._pace.stepped()

    def _close(self) -> None:
        self._gateway = None
        if self._server is not None:
            self._server.stop()
            self._server = None

    def _answer(self) -> None:
        """Why an item is where it is can be asked of a day that is held, too."""
        if self._gateway is not None:
            self._gateway.desk.answer(self._gateway.core.clock.now_us())

    def _app(self, gateway: Gateway) -> FastAPI:
        core = gateway.core
        lookups = Lookups(core.store_path, core.board)
        nobody = cast("Any", None)  # what pages need that are not shown
        app = create_app(
            WebDependencies(
                inbox=core.inbox,
                board=core.board,
                clock=core.clock,
                floor=core.floor,
                people=(Person(Badge(BADGE), "looks on", Role.SUPERVISOR, self._pin_hash),),
                tokens=(),
                session_key_path=core.store_path.with_name("session.key"),
                lookups=lookups,
                explainer=Explainer(core.desk.enquiries, lookups),
                finder=nobody,
                handhelds=core.handhelds,
                letters=core.letters,
                calibration=nobody,
                setting_up=nobody,
                configuring=nobody,
                first_run=FirstRun(None, core.clock),
                log_levels=nobody,
                troubles=(),
                metrics=nobody,
                ready=nobody,
                protocol=nobody,
                secure=False,
                session_times=SessionTimes(_SIGNED_IN_S, _SIGNED_IN_S),
            )
        )
        app.add_middleware(_LookOnly)
        return app


def _line(alike: list[Fact]) -> str:
    """Facts of one type that were committed together: the first, and how many more."""
    first, more = alike[0], len(alike) - 1
    told = f"{rfc_3339(first.occurred_us)} {first.seq:5} {first.event.type}: {sentence(first)}"
    return f"{told} (and {more} more)" if more else told


class _LookOnly:
    """Lets through what shows something, and the sign-in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] != "http" or _is_shown(scope["method"], scope["path"]):
            await self._app(scope, receive, send)
            return
        text = "a simulated day is looked at, not touched"
        body = {"error": "not_here", "text": text}
        await JSONResponse(body, 403)(scope, receive, send)


def _is_shown(method: str, path: str) -> bool:
    if method in SAFE_METHODS:
        return not path.startswith(_NOT_SHOWN)
    return (method, path) == ("POST", "/api/session")


def tell_on_stderr(text: str) -> None:
    """The report alone goes to standard output."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
