"""The floor plan as a file: locations, antennas, aisles and cross aisles."""

from collections import Counter
from pathlib import Path
from typing import Annotated

from pydantic import Field

from edge.model.fault_sentences import fault
from edge.model.ids import DeviceName, Epc, LocationId
from edge.model.places import Antenna, Floor, LightBarrier, Location, LocationKind
from edge.settings.faults import ConfigurationError, Section, Spelled, read_model, text_of
from edge.settings.lines import Key, Lines

Metres = Annotated[float, Field(ge=-100_000, le=100_000, allow_inf_nan=False)]
PlaceName = Annotated[str, Spelled(r"^[^\s/+#]{1,64}$", "write_place")]

Frequency = Annotated[int, Field(ge=100_000, le=10_000_000)]
CheckDigits = Annotated[str, Spelled(r"^[0-9]{2,3}$", "write_check_digits")]
Side = Annotated[str, Spelled("^(in|out)$", "write_side")]


class LocationTable(Section):
    """One `[[location]]`."""

    id: PlaceName
    kind: LocationKind
    parent: str | None = None
    x_m: Metres = 0.0
    y_m: Metres = 0.0
    width_m: Annotated[float, Field(ge=0, le=100_000)] = 0.0
    depth_m: Annotated[float, Field(ge=0, le=100_000)] = 0.0
    check_digits: Annotated[tuple[CheckDigits, ...], Field(max_length=9)] = ()


class AntennaTable(Section):
    """One `[[antenna]]`."""

    reader: str
    port: Annotated[int, Field(ge=1, le=65_535)]
    location: PlaceName
    x_m: Metres | None = None
    y_m: Metres | None = None
    z_m: Metres | None = None
    azimuth_deg: Annotated[float, Field(ge=-360, le=360)] | None = None
    portal_side: Side | None = None
    reference_epc: (
        Annotated[str, Spelled(r"^([0-9A-Fa-f]{4}){1,31}$", "write_reference_epc")] | None
    ) = None


class LightBarrierTable(Section):
    """One `[[light_barrier]]` at a portal."""

    device: str
    input: Annotated[int, Field(ge=1, le=65_535)]
    location: str
    portal_side: Side
    broken_when: Annotated[str, Spelled("^(high|low)$", "write_level")] = "high"


class ReaderTable(Section):
    """One `[[reader]]`: what its channels are, as it tells it itself."""

    name: str
    hop_table_khz: Annotated[tuple[Frequency, ...], Field(min_length=1, max_length=255)]


class AisleTable(Section):
    """One `[[aisle]]`: walked along y at this x."""

    x_m: Metres
    id: str = ""


class CrossAisleTable(Section):
    """One `[[cross_aisle]]`: walked along x at this y."""

    y_m: Metres
    id: str = ""


class FloorFile(Section):
    """The whole file."""

    location: tuple[LocationTable, ...] = ()
    antenna: tuple[AntennaTable, ...] = ()
    light_barrier: tuple[LightBarrierTable, ...] = ()
    reader: tuple[ReaderTable, ...] = ()
    aisle: tuple[AisleTable, ...] = ()
    cross_aisle: tuple[CrossAisleTable, ...] = ()


def load_floor(path: Path) -> Floor:
    """The floor of a file; in one without any location, each antenna's is a zone around it.

    Raises:
        ConfigurationError: with every fault at once: unknown keys, double names, missing parents.
    """
    plan = _with_zones(read_model(path, FloorFile))
    if found := _contradictions(plan):
        lines = Lines(text_of(path))
        raise ConfigurationError([f"{path}:{lines.of(keys) or 1}: {text}" for keys, text in found])
    locations = {
        LocationId(one.id): Location(
            id=LocationId(one.id),
            kind=one.kind,
            parent=LocationId(one.parent) if one.parent else None,
            x_m=one.x_m,
            y_m=one.y_m,
            width_m=one.width_m,
            depth_m=one.depth_m,
            check_digits=one.check_digits,
        )
        for one in plan.location
    }
    return Floor(
        locations=locations,
        antennas=tuple(_antenna(one) for one in plan.antenna),
        aisle_x_m=tuple(sorted(one.x_m for one in plan.aisle)),
        cross_y_m=tuple(sorted(one.y_m for one in plan.cross_aisle)),
        light_barriers=tuple(
            LightBarrier(
                device=DeviceName(one.device),
                input=one.input,
                location=LocationId(one.location),
                portal_side=one.portal_side,
                broken_when=one.broken_when,
            )
            for one in plan.light_barrier
        ),
        hop_tables_khz={DeviceName(one.name): one.hop_table_khz for one in plan.reader},
    )


def _with_zones(plan: FloorFile) -> FloorFile:
    """As it is, or with a zone at each antenna where nobody has named places yet."""
    if plan.location:
        return plan
    zones = {
        one.location: LocationTable(
            id=one.location, kind=LocationKind.ZONE, x_m=one.x_m or 0.0, y_m=one.y_m or 0.0
        )
        for one in plan.antenna
    }
    return plan.model_copy(update={"location": tuple(zones.values())})


def _antenna(table: AntennaTable) -> Antenna:
    return Antenna(
        reader=DeviceName(table.reader),
        port=table.port,
        location=LocationId(table.location),
        x_m=table.x_m,
        y_m=table.y_m,
        z_m=table.z_m,
        azimuth_deg=table.azimuth_deg,
        portal_side=table.portal_side,
        reference_epc=Epc(table.reference_epc.lower()) if table.reference_epc else None,
    )


def _contradictions(plan: FloorFile) -> list[tuple[tuple[Key, ...], str]]:
    names = Counter(one.id for one in plan.location)
    parents = {one.id: one.parent for one in plan.location}
    found: list[tuple[tuple[Key, ...], str]] = []
    for i, place in enumerate(plan.location):
        at = ("location", i)
        if names[place.id] > 1:
            found.append((at, fault("place_twice", place=place.id, times=names[place.id])))
        if place.parent is not None and place.parent not in names:
            found.append((at, fault("no_parent", place=place.id, parent=place.parent)))
        if _is_circular(parents, place.id):
            found.append((at, fault("inside_itself", place=place.id)))
    ports = Counter((one.reader, one.port) for one in plan.antenna)
    for i, antenna in enumerate(plan.antenna):
        at = ("antenna", i)
        name = f"{antenna.reader}/{antenna.port}"
        if antenna.location not in names:
            found.append((at, fault("antenna_nowhere", antenna=name, place=antenna.location)))
        if ports[antenna.reader, antenna.port] > 1:
            found.append((at, fault("antenna_twice", antenna=name)))
    readers = Counter(one.name for one in plan.reader)
    found += [
        (("reader", i), fault("reader_twice", reader=one.name))
        for i, one in enumerate(plan.reader)
        if readers[one.name] > 1
    ]
    return [*found, *_barrier_contradictions(plan)]


def _barrier_contradictions(plan: FloorFile) -> list[tuple[tuple[Key, ...], str]]:
    kinds = {one.id: one.kind for one in plan.location}
    inputs = Counter((one.device, one.input) for one in plan.light_barrier)
    found: list[tuple[tuple[Key, ...], str]] = []
    for i, barrier in enumerate(plan.light_barrier):
        at = ("light_barrier", i)
        name = f"{barrier.device}/{barrier.input}"
        if kinds.get(barrier.location) is not LocationKind.PORTAL:
            found.append((at, fault("barrier_no_portal", barrier=name, place=barrier.location)))
        if inputs[barrier.device, barrier.input] > 1:
            found.append((at, fault("barrier_twice", barrier=name)))
    return found


def _is_circular(parents: dict[str, str | None], start: str) -> bool:
    seen = set()
    at: str | None = start
    while at is not None and at not in seen:
        seen.add(at)
        at = parents.get(at)
    return at is not None
