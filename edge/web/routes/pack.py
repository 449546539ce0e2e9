"""The pack station: what is in the tote, what was checked, closing the parcel."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import StreamingResponse

from edge.floor.board import Shown
from edge.floor.labels import no_label
from edge.floor.views import pack_view
from edge.model.ids import Badge, LocationId
from edge.model.places import LocationKind
from edge.model.posted import LabelWanted, ParcelWanted, StationScanned
from edge.model.state import FloorState
from edge.model.weights import Accepted, Weighing, WeightReason
from edge.rules import confirming
from edge.web.access import LEADERS
from edge.web.bodies import AnotherLabel, Close, SignIn, StationScan, Weighed
from edge.web.parts import Key, Parts, TheParts, Who
from edge.web.refusals import RefusedError
from edge.web.routes.session import address_of, count_attempt, tell_if_locked
from edge.web.sessions import Session
from edge.web.sse import Subscription

router = APIRouter(prefix="/api", tags=["packing"])

StationName = Annotated[str, Path(max_length=64)]


@router.get("/pack/{station}")
async def pack(station: StationName, _: Who, parts: TheParts) -> Shown:
    """The tote that is open at a station."""
    return parts.shown(_told(parts, station))


@router.get("/pack/{station}/stream")
async def pack_stream(station: StationName, who: Who, parts: TheParts) -> StreamingResponse:
    """The same, each time it changes."""
    return parts.stream(who, _told(parts, station))


@router.post("/pack/{station}/scan")
async def scan_at_station(
    station: StationName, body: StationScan, key: Key, who: Who, parts: TheParts
) -> dict[str, object]:
    """A tote or a piece that the packer scanned."""
    return await parts.desk.answer_to(
        StationScanned(
            request_id=key,
            station=_station(parts, station),
            badge=who.badge,
            code=body.code,
            at_us=parts.happened_us(body.at_us),
            without_unsorted=body.without_unsorted,
            anew=body.anew,
        )
    )


@router.post("/pack/{station}/close")
async def close_parcel(
    station: StationName, body: Close, key: Key, who: Who, parts: TheParts
) -> dict[str, object]:
    """Close the parcel; the answer's data hold its SSCC."""
    return await parts.desk.answer_to(
        ParcelWanted(
            request_id=key,
            station=_station(parts, station),
            badge=who.badge,
            partial=body.partial,
            at_us=parts.given.clock.now_us(),
            nothing_unwanted=body.nothing_unwanted,
            weighing=_weighing(parts, who, station, body.weighing) if body.weighing else None,
        )
    )


@router.post("/pack/{station}/acceptance")
async def accept_weight(
    station: StationName, body: SignIn, request: Request, who: Who, parts: TheParts
) -> dict[str, object]:
    """A supervisor's badge and PIN: a word that lets whoever asks close one parcel here.

    Raises:
        RefusedError: 401 where badge or PIN is wrong, 403 where the person is no supervisor, 429
            after many guesses.
    """
    place, address = _station(parts, station), address_of(request, parts)
    count_attempt(parts, body.badge, address)
    person = next((one for one in parts.given.people if one.badge == body.badge), None)
    matches = await parts.pins.matches(person.pin_hash if person else None, body.pin)
    if person is None or not matches or parts.is_shut_out(person.badge):
        tell_if_locked(parts, Badge(body.badge), address)
        raise RefusedError(401, "wrong_badge_or_pin", "badge or PIN is wrong")
    parts.lockout.succeeded(body.badge, address)
    if person.role not in LEADERS:
        raise RefusedError(403, "not_allowed", "only a supervisor may accept it")
    word = parts.confirmations.give(person.badge, _deed(who, place))
    return {"word": word, "holds_s": confirming.HOLDS_S}


@router.get("/pack/{station}/label")
async def label(station: StationName, _: Who, parts: TheParts) -> Shown:
    """The label that was made last at a station, what its slip says, whether it is printed."""
    return parts.shown(label_at(_station(parts, station)))


@router.get("/pack/{station}/label/stream")
async def label_stream(station: StationName, who: Who, parts: TheParts) -> StreamingResponse:
    """The same, each time it changes."""
    return parts.stream(who, label_at(_station(parts, station)))


def label_at(place: LocationId) -> Subscription:
    """The label that was made last at a place."""
    return Subscription(f"label/{place}", "label", no_label(place))


@router.post("/pack/{station}/label")
async def print_label(
    station: StationName, body: AnotherLabel, key: Key, who: Who, parts: TheParts
) -> dict[str, object]:
    """Print the label of a closed parcel again, here."""
    return await parts.desk.answer_to(
        LabelWanted(
            request_id=key,
            station=_station(parts, station),
            badge=who.badge,
            code=body.code,
            at_us=parts.given.clock.now_us(),
        )
    )


def _deed(who: Session, station: str) -> str:
    return f"weight {station} {who.badge}"


def _weighing(parts: Parts, who: Session, station: str, weighed: Weighed) -> Weighing:
    said = weighed.acceptance
    if said is None:
        return Weighing(weighed.weight_g, weighed.carton or "")
    badge = Badge(said.badge)
    given_us = parts.confirmations.given_us(said.word, badge, _deed(who, station))
    acceptance = Accepted(badge, WeightReason(said.reason), given_us)
    return Weighing(weighed.weight_g, weighed.carton or "", acceptance)


def _station(parts: Parts, name: str) -> LocationId:
    place = LocationId(name)
    if parts.given.floor.kind_of(place) is not LocationKind.STATION:
        raise RefusedError(404, "station_unknown", "there is no pack station of this name")
    return place


def _told(parts: Parts, name: str) -> Subscription:
    station = _station(parts, name)
    nothing_open = pack_view(FloorState(parts.given.floor), station)
    return Subscription(f"pack/{station}", "pack", nothing_open)
