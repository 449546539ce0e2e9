"""Where things can be: locations, the antennas that hear them, and the ways to walk."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from edge.model.ids import DeviceName, Epc, LocationId


class LocationKind(StrEnum):
    """What a location is for."""

    BIN = "bin"
    SHELF = "shelf"
    AISLE = "aisle"
    ZONE = "zone"
    STATION = "station"
    WALL = "wall"
    SLOT = "slot"
    CART = "cart"
    PORTAL = "portal"
    STAGING = "staging"
    QUARANTINE = "quarantine"


STORAGE_KINDS = frozenset(
    {LocationKind.BIN, LocationKind.SHELF, LocationKind.AISLE, LocationKind.ZONE}
)
"""Kinds in which stock lies; in all others items are on their way."""


@dataclass(frozen=True, slots=True)
class Location:
    """A place with a name.

    Attributes:
        id: unique on the floor.
        kind: what it is for.
        parent: the place it is part of (bin → shelf → aisle → zone); None at the top.
        x_m, y_m: its middle on the floor plan.
        width_m, depth_m: its size along x and y; 0 for a point.
        check_digits: what is printed at it in columns A, B, C …; two or three digits each.
    """

    id: LocationId
    kind: LocationKind
    parent: LocationId | None = None
    x_m: float = 0.0
    y_m: float = 0.0
    width_m: float = 0.0
    depth_m: float = 0.0
    check_digits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Antenna:
    """One antenna port of a reader and the place that it covers.

    Attributes:
        reader: the reader's name in the configuration.
        port: its antenna port, from 1.
        location: the place that it was put up to hear.
        x_m, y_m, z_m: where it hangs; None where nobody measured.
        azimuth_deg: where it looks, counter-clockwise from +x; None for straight down or unknown.
        portal_side: "in" or "out" at a portal, else None.
        reference_epc: a tag that is fixed before it for good; it is no goods. None for none.
    """

    reader: DeviceName
    port: int
    location: LocationId
    x_m: float | None = None
    y_m: float | None = None
    z_m: float | None = None
    azimuth_deg: float | None = None
    portal_side: str | None = None
    reference_epc: Epc | None = None


@dataclass(frozen=True, slots=True)
class LightBarrier:
    """A light barrier at a portal, wired to an input of a device.

    Attributes:
        device: whose input it is, by its name in the configuration.
        input: the device's input port, from 1.
        location: the portal.
        portal_side: "in" or "out": on which side of the portal's line it stands.
        broken_when: "high" or "low": the input's level while something is in the beam.
    """

    device: DeviceName
    input: int
    location: LocationId
    portal_side: str
    broken_when: str = "high"


@dataclass(frozen=True, slots=True)
class Floor:
    """The whole floor as configured.

    Attributes:
        locations: by id, in the order of the file.
        antennas: in the order of the file.
        aisle_x_m: the aisles' x, ascending; walked along y.
        cross_y_m: the cross aisles' y, ascending; walked along x. Two or more where walks are
        planned.
        light_barriers: in the order of the file.
        hop_tables_khz: by reader, the frequency of each of its channels, the first one's first;
            nothing of a reader whose table nobody told.
        check_digits_required: whether no piece counts before a place that has some is confirmed.
    """

    locations: Mapping[LocationId, Location]
    antennas: tuple[Antenna, ...] = ()
    aisle_x_m: tuple[float, ...] = ()
    cross_y_m: tuple[float, ...] = ()
    light_barriers: tuple[LightBarrier, ...] = ()
    hop_tables_khz: Mapping[DeviceName, tuple[int, ...]] = field(default_factory=dict)
    check_digits_required: bool = False
    _covering: dict[tuple[DeviceName, int], LocationId] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    _of_kind: dict[LocationKind, list[LocationId]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    _sided: list[LocationId] = field(init=False, repr=False, compare=False, default_factory=list)

    def __post_init__(self) -> None:
        sides: dict[LocationId, set[str | None]] = {}
        for antenna in self.antennas:
            self._covering[antenna.reader, antenna.port] = antenna.location
            sides.setdefault(antenna.location, set()).add(antenna.portal_side)
        for location in self.locations.values():
            self._of_kind.setdefault(location.kind, []).append(location.id)
        portals = self._of_kind.get(LocationKind.PORTAL, [])
        self._sided.extend(one for one in portals if sides.get(one, set()) >= {"in", "out"})

    def location_of(self, reader: DeviceName, port: int) -> LocationId | None:
        """The place that an antenna covers; None for a port that the file does not name."""
        return self._covering.get((reader, port))

    def places_of(self, kind: LocationKind) -> tuple[LocationId, ...]:
        """All places of a kind, in the order of the file."""
        return tuple(self._of_kind.get(kind, ()))

    @property
    def sided_portals(self) -> tuple[LocationId, ...]:
        """Portals with antennas on both sides: those that can tell in from out."""
        return tuple(self._sided)

    def kind_of(self, location: LocationId) -> LocationKind | None:
        """What a location is for; None for a name that is not on the floor."""
        found = self.locations.get(location)
        return found.kind if found else None

    def around(self, location: LocationId) -> list[LocationId]:
        """A place and all that it lies in."""
        found: list[LocationId] = []
        at = self.locations.get(location)
        while at is not None and at.id not in found:
            found.append(at.id)
            at = self.locations.get(at.parent) if at.parent else None
        return found

    def is_within(self, inner: LocationId, outer: LocationId) -> bool:
        """Whether `inner` is `outer` or lies somewhere inside it."""
        at: LocationId | None = inner
        for _ in range(len(self.locations) + 1):
            if at is None or at == outer:
                break
            here = self.locations.get(at)
            at = here.parent if here else None
        return at == outer
