"""Setting a gateway up: who and where it is, its people, antennas, broker and certificates.

Each change is written into the configuration when it is found good as a whole, and kept; what it
needs a new start for waits until somebody asks for that.
"""

from collections.abc import Callable, Sequence

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool

from edge.model.fault_sentences import fault_recognised
from edge.model.prompts import Answer
from edge.web.dependencies import Row
from edge.web.desk import told
from edge.web.parts import Key, Parts, TheParts, Who
from edge.web.sessions import Session
from edge.web.setup_bodies import (
    AntennaPlaces,
    Broker,
    CertificateNames,
    NewPerson,
    RollBack,
    Site,
    TypedReader,
)

router = APIRouter(prefix="/api/setup", tags=["setup"])

_LOOKED = {
    "found": "a reader answers there; it is among those that were found",
    "silent": "no LLRP reader answers there; look at its power, its cable and its address",
    "in_use": "this reader is run already",
    "unknown_host": "nobody knows that name; write the reader's IP address",
}


@router.get("/site")
async def site(_: Who, parts: TheParts) -> Row:
    """The configuration as its files have it, and how far the way through is."""
    return await run_in_threadpool(parts.given.configuring.picture)


@router.post("/site")
async def set_site(body: Site, _: Key, who: Who, parts: TheParts) -> Row:
    """Say who and where this gateway is."""
    desk = parts.given.configuring
    return await _changed((parts, who), "site", lambda: desk.set_site(body.model_dump()))


@router.post("/broker")
async def set_broker(body: Broker, _: Key, who: Who, parts: TheParts) -> Row:
    """Say how the central system is reached."""
    desk = parts.given.configuring
    return await _changed((parts, who), "broker", lambda: desk.set_broker(body.model_dump()))


@router.post("/broker/try")
async def try_broker(body: Broker, _: Key, __: Who, parts: TheParts) -> Row:
    """Ask a broker whether it takes this gateway; nothing is changed."""
    return await run_in_threadpool(parts.given.configuring.try_broker, body.model_dump())


@router.post("/readers")
async def look_at_reader(body: TypedReader, _: Key, __: Who, parts: TheParts) -> Row:
    """Look for a reader at a typed address; it then waits to be tried and approved."""
    code = await run_in_threadpool(parts.given.configuring.look_at, body.host, body.port)
    return told(Answer(accepted=code == "found", code=f"look_{code}", text=_LOOKED[code]))


@router.post("/antennas")
async def place_antennas(body: AntennaPlaces, _: Key, who: Who, parts: TheParts) -> Row:
    """Say which place each antenna of a reader hears."""
    desk = parts.given.configuring
    return await _changed(
        (parts, who),
        f"antennas of {body.reader}",
        lambda: desk.place_antennas(body.reader, body.antennas),
    )


@router.post("/people")
async def add_person(body: NewPerson, _: Key, who: Who, parts: TheParts) -> Row:
    """Let somebody sign in from now on."""
    desk = parts.given.configuring
    return await _changed(
        (parts, who), f"badge {body.badge}", lambda: desk.add_person(body.plain(), body.pin)
    )


@router.post("/certificates")
async def make_certificates(body: CertificateNames, _: Key, who: Who, parts: TheParts) -> Row:
    """Make the gateway's own authority and have its pages go by TLS."""
    desk = parts.given.configuring
    return await _changed(
        (parts, who), "certificates", lambda: desk.make_certificates(body.names, body.host)
    )


@router.post("/roll-back")
async def roll_back(body: RollBack, _: Key, who: Who, parts: TheParts) -> Row:
    """Go back to a configuration that worked."""
    desk = parts.given.configuring
    return await _changed(
        (parts, who), f"back to number {body.number}", lambda: desk.roll_back(body.number)
    )


@router.post("/begin-anew")
async def begin_anew(_: Key, who: Who, parts: TheParts) -> Row:
    """Have the gateway take up what waits for a new start; it is away for some seconds."""
    noted = await _changed((parts, who), "begin anew", parts.given.configuring.faults)
    if noted["accepted"]:
        parts.given.configuring.begin_anew()
    return noted


async def _changed(
    asked: tuple[Parts, Session], what: str, change: Callable[[], Sequence[str]]
) -> Row:
    """What came of a change; a good one is a fact with the person's name on it."""
    faults = await run_in_threadpool(change)
    if faults:
        text = "; ".join(faults)
        data = {"faults": list(faults), "faults_said": [fault_recognised(one) for one in faults]}
        return told(Answer(accepted=False, code="configuration_refused", text=text, data=data))
    parts, who = asked
    await parts.note_act(who.badge, "configuration", what)
    return told(Answer(accepted=True, code="configuration_changed", text=f"{what}: written"))
