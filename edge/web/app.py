"""The web application, wired from what it is given."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from fastapi import FastAPI

from edge.web.confirmations import Confirmations
from edge.web.dependencies import WebDependencies
from edge.web.desk import Desk
from edge.web.devices import Devices
from edge.web.door import Door
from edge.web.first_run import administrator_among
from edge.web.guard import Guard, tell_failure
from edge.web.lockout import Lockout
from edge.web.parts import Parts
from edge.web.people import Person, ServiceToken
from edge.web.pins import PinChecker
from edge.web.refusals import add_refusals
from edge.web.routes import (
    board,
    calibration,
    counts,
    devices,
    dispatch,
    find,
    floor,
    health,
    letters,
    log_levels,
    orders,
    pack,
    pages,
    pallets,
    pick,
    radio,
    readers,
    returns,
    session,
    setup,
    site,
    tags,
    tasks,
    wall,
)
from edge.web.sessions import Sessions, load_key
from edge.web.shell import Shell
from edge.web.signed_out import SignedOut
from edge.web.sse import Streams

ROOMS = (
    *(session, pick, pack, wall, find, dispatch, pallets, returns, counts),
    *(floor, radio, readers, setup, site, devices, calibration),
    *(orders, board, letters, tags, tasks, health, log_levels, pages),
)
"""The files of routes."""


def create_app(given: WebDependencies, shell: Shell | None = None) -> FastAPI:
    """The application; its parts are in `app.state.parts`.

    Args:
        given: what it works with.
        shell: the files of the pages; None takes those of this package.

    Raises:
        SessionKeyError: the file of the session key cannot be used.
    """
    people = {person.badge: person for person in given.people}
    key = load_key(given.session_key_path)
    shell = shell or Shell()
    parts = Parts(
        given=given,
        desk=Desk(given.inbox),
        sessions=Sessions(key, people, given.session_times, given.clock),
        streams=Streams(given.board),
        lockout=Lockout(given.clock),
        pins=PinChecker(),
        confirmations=Confirmations(key, given.clock),
        shell=shell,
        signed_out=SignedOut(
            given.session_key_path.with_name("signed-out"),
            given.session_times.absolute_s,
            given.clock,
        ),
        devices=Devices(given.session_key_path.with_name("devices.json"), key, given.clock),
        door=Door(given.clock),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        parts.pins.close()

    app = FastAPI(
        title="warehouse-edge",
        version="1",
        openapi_url=None,  # it is served to who is signed in, by routes.health
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # it would lead to whatever the header Host names
        lifespan=lifespan,
    )
    app.state.parts = parts
    add_refusals(app)
    app.add_exception_handler(Exception, tell_failure)
    for routes in ROOMS:
        app.include_router(routes.router)
    app.mount("/static", shell, name="static")
    app.add_middleware(Guard, secure=given.secure, pages_version=shell.version)
    return app


def take_people(
    app: FastAPI, people: tuple[Person, ...], tokens: tuple[ServiceToken, ...]
) -> None:
    """From the next request on these people and machines may sign in, and no others."""
    parts: Parts = app.state.parts
    if administrator_among(people):
        parts.given.first_run.close()
    parts.sessions.know({person.badge: person for person in people})
    app.state.parts = replace(parts, given=replace(parts.given, people=people, tokens=tokens))
