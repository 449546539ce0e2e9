"""The hall of a simulated day: the standard one, with what the flows of the day need besides."""

from dataclasses import replace

from simulators.day.flows import Flow
from simulators.hall import (
    BARE_STATION,
    DOCK,
    STATION_READER,
    AntennaSite,
    BarrierSite,
    Hall,
    Place,
    standard_hall,
)

HAND_OVER = "hand-over-1"
"""Where totes wait between two zones."""
WALL = "wall-1"
SLOTS = tuple(f"{WALL}-{number}" for number in range(1, 7))
MODULE = "module-1"
"""The UHF module of the pack station that has no reader."""
STAGING = "staging-1"
"""Where pallets are stacked."""
SECOND_DOCK = "dock-2"
GATE_READER = "reader-3"
"""The reader of a dock that has antennas on both sides of its line."""
BARRIERS = (
    BarrierSite(GATE_READER, 1, DOCK, "in"),
    BarrierSite(GATE_READER, 2, DOCK, "out", broken_when="low"),
)
"""Those of a gate, the inner one first."""
LABELS = "labels-1"
"""A bench with an antenna, on which new tags get their numbers."""
RESERVES = tuple(f"R-{number:02d}" for number in range(1, 9))
"""Places of reserve, above everybody's reach and beyond every antenna."""


def zones_of(hall: Hall) -> tuple[str, ...]:
    """The zones of a hall."""
    return tuple(place.id for place in hall.places.values() if place.kind == "zone")


def day_hall(flows: frozenset[Flow] = frozenset()) -> Hall:
    """The standard hall with a place at which totes change hands, and what flows need."""
    hall = standard_hall()
    places = [Place(HAND_OVER, "staging", 14.75, 3.8, 1.0, 0.8)]
    antennas = list(hall.antennas)
    if Flow.WALL in flows:
        places += _wall()
    if Flow.PALLETS in flows:
        places.append(Place(STAGING, "staging", 23.5, 2.0, 2.0, 1.5))
    if Flow.DOORS in flows:
        door = Place(SECOND_DOCK, "portal", 27.0, 4.2, 2.5, 1.6)
        places.append(door)
        antennas.append(AntennaSite(STATION_READER, 5, door.id, door.x_m, door.y_m, 2.6))
    if Flow.GATE in flows:
        antennas = [*(one for one in antennas if one.location != DOCK), *_gate(hall.places[DOCK])]
    if Flow.LABELS in flows:
        bench = Place(LABELS, "shelf", 2.0, 2.0, 1.0, 0.6)
        places.append(bench)
        port = 1 + max(one.port for one in antennas if one.reader == STATION_READER)
        antennas.append(
            AntennaSite(STATION_READER, port, LABELS, bench.x_m, bench.y_m, 0.8, near_field=True)
        )
    if Flow.UHF in flows:
        bare = hall.places[BARE_STATION]
        table = AntennaSite(MODULE, 1, bare.id, bare.x_m, bare.y_m, 0.8, near_field=True)
        antennas.append(table)
    if Flow.RESERVE in flows:
        places += [
            Place(name, "bin", 6.0 + 2.2 * number, 18.6, 1.2, 1.2)
            for number, name in enumerate(RESERVES)
        ]
    known = {**hall.places, **{place.id: place for place in places}}
    has_barriers = flows >= {Flow.GATE, Flow.LIGHT_BARRIERS}
    return replace(
        hall, places=known, antennas=tuple(antennas), barriers=BARRIERS if has_barriers else ()
    )


def _gate(dock: Place) -> list[AntennaSite]:
    return [
        AntennaSite(
            GATE_READER, port, dock.id, dock.x_m + aside_m, dock.y_m, 1.6, portal_side=side
        )
        for port, (side, aside_m) in enumerate((("in", -0.3), ("out", 0.3)), 1)
    ]


def _wall() -> list[Place]:
    slots = [
        Place(name, "slot", 10.6 + 0.5 * number, 3.6, 0.5, 0.5, WALL)
        for number, name in enumerate(SLOTS)
    ]
    return [Place(WALL, "wall", 11.8, 3.6, 3.2, 0.6), *slots]
