"""The pack station: what is in the tote, what was checked, closing the parcel."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import StreamingResponse

from edge.floor.board import Shown
from edge.floor.labels import no_label
from edge.model.ids import LocationId
from edge.model.places import LocationKind
from edge.model.posted import LabelWanted, ParcelWanted, StationScanned
from edge.web.bodies import AnotherLabel, Close, StationScan
from edge.web.desk import told
from edge.web.parts import Key, Parts, TheParts, Who
from edge.web.refusals import RefusedError
from edge.web.sse import Subscription

router = APIRouter(prefix="/api", tags=["packing"])

StationName = Annotated[str, Path(max_length=64)]


@router.get("/pack/{station}")
async def pack(station: StationName, _: Who, parts: TheParts) -> Shown:
    """The tote that is open at a station."""
    place = _station(parts, station)
    sheet = parts.given.board.look(f"pack/{place}")
    return sheet.value if sheet else _empty(place)


@router.get("/pack/{station}/stream")
async def pack_stream(station: StationName, who: Who, parts: TheParts) -> StreamingResponse:
    """The same, each time it changes."""
    place = _station(parts, station)
    subscription = Subscription(f"pack/{place}", "pack", _empty(place))
    return parts.stream(who, subscription)


@router.post("/pack/{station}/scan")
async def scan_at_station(
    station: StationName, body: StationScan, key: Key, who: Who, parts: TheParts
) -> dict[str, object]:
    """A tote or a piece that the packer scanned."""
    answer = await parts.desk.ask(
        StationScanned(
            request_id=key,
            station=_station(parts, station),
            badge=who.badge,
            code=body.code,
            at_us=parts.happened_us(body.at_us),
            without_unsorted=body.without_unsorted,
        )
    )
    return told(answer)


@router.post("/pack/{station}/close")
async def close_parcel(
    station: StationName, body: Close, key: Key, who: Who, parts: TheParts
) -> dict[str, object]:
    """Close the parcel; the answer's data hold its SSCC."""
    answer = await parts.desk.ask(
        ParcelWanted(
            request_id=key,
            station=_station(parts, station),
            badge=who.badge,
            partial=body.partial,
            at_us=parts.given.clock.now_us(),
            nothing_unwanted=body.nothing_unwanted,
        )
    )
    return told(answer)


@router.get("/pack/{station}/label")
async def label(station: StationName, _: Who, parts: TheParts) -> Shown:
    """The label that was made last at a station, what its slip says, whether it is printed."""
    place = _station(parts, station)
    sheet = parts.given.board.look(f"label/{place}")
    return sheet.value if sheet else no_label(place)


@router.get("/pack/{station}/label/stream")
async def label_stream(station: StationName, who: Who, parts: TheParts) -> StreamingResponse:
    """The same, each time it changes."""
    place = _station(parts, station)
    return parts.stream(who, Subscription(f"label/{place}", "label", no_label(place)))


@router.post("/pack/{station}/label")
async def print_label(
    station: StationName, body: AnotherLabel, key: Key, who: Who, parts: TheParts
) -> dict[str, object]:
    """Print the label of a closed parcel again, here."""
    answer = await parts.desk.ask(
        LabelWanted(
            request_id=key,
            station=_station(parts, station),
            badge=who.badge,
            code=body.code,
            at_us=parts.given.clock.now_us(),
        )
    )
    return told(answer)


def _station(parts: Parts, name: str) -> LocationId:
    place = LocationId(name)
    if parts.given.floor.kind_of(place) is not LocationKind.STATION:
        raise RefusedError(404, "station_unknown", "there is no pack station of this name")
    return place


def _empty(station: LocationId) -> Shown:
    return {
        "station": station,
        "open": False,
        "tote_id": None,
        "order_id": None,
        "carrier": "",
        "lines": [],
        "checked": 0,
        "expected": 0,
        "strangers": [],
        "verdict": "empty",
    }
