"""The hall of the simulated warehouse: where everything stands, and how far it is to walk.

A hall of 30 by 20 metres: six aisles A to F walked along y, three cross aisles walked along x,
bins on both sides of the aisles in four zones, each zone under one ceiling antenna; a pack
station, a dock and two carts with an antenna of their own. A bin's name is aisle, rack and side:
`A-03-1`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise, product

AISLE_X_M = (6.0, 9.5, 13.0, 16.5, 20.0, 23.5)
CROSS_Y_M = (5.0, 11.0, 17.0)
RACK_Y_M = (6.5, 8.0, 9.5, 12.5, 14.0, 15.5)
ZONE_READER = "reader-1"
STATION_READER = "reader-2"
PACK_STATION = "pack-1"
BARE_STATION = "pack-2"
"""A second pack station without an antenna: pieces are checked by barcode."""
DOCK = "dock-1"
ASIDE = "aside-1"
"""Where people put what belongs nowhere, for somebody to look at."""
CARTS = ("cart-1", "cart-2")
_SIDE_M = 0.95
"""From the middle of an aisle to the middle of a bin."""


@dataclass(frozen=True, slots=True)
class Place:
    """A location of the floor plan; x, y are its middle in metres, `kind` as in the floor file."""

    id: str
    kind: str
    x_m: float
    y_m: float
    width_m: float
    depth_m: float
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class AntennaSite:
    """Where an antenna hangs.

    Attributes:
        near_field: whether it is made for what lies on it (cart, pack table), not for the hall.
        portal_side: of a gate's antenna: `in` or `out`.
    """

    reader: str
    port: int
    location: str
    x_m: float
    y_m: float
    z_m: float
    near_field: bool = False
    portal_side: str = ""


@dataclass(frozen=True, slots=True)
class BarrierSite:
    """A light barrier at a portal, wired to an input of a reader.

    Attributes:
        broken_when: the input's level while something is in the beam: `high` or `low`.
    """

    device: str
    input: int
    location: str
    portal_side: str
    broken_when: str = "high"


@dataclass(frozen=True, slots=True)
class Hall:
    """The floor plan. Every process that asks for the standard hall gets the same one."""

    places: Mapping[str, Place]
    antennas: tuple[AntennaSite, ...]
    aisle_x_m: tuple[float, ...] = AISLE_X_M
    cross_y_m: tuple[float, ...] = CROSS_Y_M
    barriers: tuple[BarrierSite, ...] = ()
    bins: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        bins = tuple(place.id for place in self.places.values() if place.kind == "bin")
        object.__setattr__(self, "bins", bins)

    def way(
        self, start: tuple[float, float], end: tuple[float, float]
    ) -> list[tuple[float, float]]:
        """The corners of a shortest way along aisles and cross aisles, start and end included.

        Between two aisles the way leads through the cross aisle that costs least; a step aside
        from the aisle (into a bin's front) is not counted as a corner.
        """
        start_x, end_x = self._aisle(start), self._aisle(end)
        if start_x == end_x:
            return [(start_x, start[1]), (end_x, end[1])]
        cross = min(self.cross_y_m, key=lambda y: abs(y - start[1]) + abs(y - end[1]))
        return [(start_x, start[1]), (start_x, cross), (end_x, cross), (end_x, end[1])]

    def walk_m(self, start: tuple[float, float], end: tuple[float, float]) -> float:
        """Length of that way in metres."""
        return sum(
            abs(after[0] - before[0]) + abs(after[1] - before[1])
            for before, after in pairwise(self.way(start, end))
        )

    def _aisle(self, point: tuple[float, float]) -> float:
        """Storage is reached from the nearest aisle; elsewhere one walks straight."""
        if point[1] < self.cross_y_m[0] or point[1] > self.cross_y_m[-1]:
            return point[0]
        return min(self.aisle_x_m, key=lambda x: abs(x - point[0]))


def standard_hall() -> Hall:
    """The hall of the demo: 72 bins in four zones, two pack stations, one dock, two carts."""
    places = {place.id: place for place in (*_zones(), *_bins(), *_stations())}
    zones = [place for place in places.values() if place.kind == "zone"]
    ceiling = [
        AntennaSite(ZONE_READER, port, zone.id, zone.x_m, zone.y_m, 3.5)
        for port, zone in enumerate(zones, 1)
    ]
    near = [
        AntennaSite(STATION_READER, port, name, places[name].x_m, places[name].y_m, 0.8, True)  # noqa: FBT003 - near field
        for port, name in enumerate((*CARTS, PACK_STATION), 1)
    ]
    dock = places[DOCK]
    portal = AntennaSite(STATION_READER, 4, DOCK, dock.x_m, dock.y_m, 2.6)
    return Hall(places, (*ceiling, *near, portal))


def _zone_of(aisle: int, rack: int) -> str:
    return f"zone-{1 + aisle // 3 + 2 * (rack // 3)}"


def _zones() -> list[Place]:
    return [
        Place(f"zone-{1 + east + 2 * north}", "zone", 9.5 + 10.5 * east, 8 + 6 * north, 10.0, 5.6)
        for north, east in product((0, 1), (0, 1))
    ]


def _bins() -> list[Place]:
    return [
        Place(
            f"{'ABCDEF'[aisle]}-{rack + 1:02d}-{side}",
            "bin",
            round(x_m + (-_SIDE_M, _SIDE_M)[side - 1], 2),
            y_m,
            0.8,
            1.3,
            _zone_of(aisle, rack),
        )
        for (aisle, x_m), (rack, y_m), side in product(
            enumerate(AISLE_X_M), enumerate(RACK_Y_M), (1, 2)
        )
    ]


def _stations() -> list[Place]:
    carts = [Place(cart, "cart", 9.0 + 1.5 * i, 2.0, 0.6, 1.0) for i, cart in enumerate(CARTS)]
    return [
        Place(PACK_STATION, "station", 15.0, 2.0, 2.0, 1.2),
        Place(BARE_STATION, "station", 19.0, 2.0, 2.0, 1.2),
        Place(DOCK, "portal", 27.0, 2.0, 2.5, 2.0),
        Place(ASIDE, "quarantine", 4.0, 2.0, 1.0, 1.0),
        *carts,
    ]


def floor_toml(hall: Hall) -> str:
    """The hall as the product's floor file: locations, antennas and the ways to walk."""
    blocks = ["# The simulated hall, 30 x 20 m; metres, x to the east, y to the north.\n"]
    blocks += [_table("location", _place_values(place)) for place in hall.places.values()]
    blocks += [_table("antenna", _antenna_values(site)) for site in hall.antennas]
    blocks += [_table("light_barrier", asdict(one)) for one in hall.barriers]
    blocks += [_table("aisle", {"x_m": x_m}) for x_m in hall.aisle_x_m]
    blocks += [_table("cross_aisle", {"y_m": y_m}) for y_m in hall.cross_y_m]
    return "\n".join(blocks)


def _place_values(place: Place) -> dict[str, str | float]:
    parent = {"parent": place.parent} if place.parent else {}
    size = {"width_m": place.width_m, "depth_m": place.depth_m}
    return {
        "id": place.id,
        "kind": place.kind,
        **parent,
        "x_m": place.x_m,
        "y_m": place.y_m,
        **size,
    }


def _antenna_values(site: AntennaSite) -> dict[str, str | float]:
    wiring: dict[str, str | float] = {"reader": site.reader, "port": site.port}
    side: dict[str, str | float] = {"portal_side": site.portal_side} if site.portal_side else {}
    return wiring | {
        "location": site.location,
        "x_m": site.x_m,
        "y_m": site.y_m,
        "z_m": site.z_m,
        **side,
    }


def _table(name: str, values: Mapping[str, str | float]) -> str:
    lines = [f"{key} = {_toml_value(value)}" for key, value in values.items()]
    return "\n".join([f"[[{name}]]", *lines, ""])


def _toml_value(value: str | float) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
