"""The toy warehouse's articles, its three stops and its plan."""

from collections.abc import Callable
from dataclasses import dataclass

from edge.model.ids import DeviceName, LocationId, OrderId, Sku, ToteId
from edge.model.places import Antenna, Floor, Location, LocationKind

SSCC = "034531200000000018"
TOTE = ToteId("TOTE-7")
ORDER = OrderId("SO-1042")
STATION = LocationId("PACK-1")
PRINTER = "pack-printer"
WALL = LocationId("WALL-1")
SLOTS = tuple(LocationId(f"W1-{number:02}") for number in range(1, 9))


@dataclass(frozen=True)
class Ware:
    """One article of the toy's catalogue."""

    sku: Sku
    gtin: str
    name: str


TEA = Ware(Sku("TEA-250"), "04006381333931", "Green tea 绿茶 250 g")
CUP = Ware(Sku("CUP-RED"), "05901234123457", "Porcelain cup, red")
LAMP = Ware(Sku("LAMP-E27"), "09780201379624", "Desk lamp with E27 socket and cable")
SOAP = Ware(Sku("SOAP-90"), "08711253001202", "Olive soap 90 g")
WARES = (TEA, CUP, LAMP, SOAP)


@dataclass
class Halt:
    """One stop of the toy's only walk."""

    location: LocationId
    ware: Ware
    quantity: int
    picked: int = 0


def toy_halts() -> list[Halt]:
    """The stops of the toy's only walk, none of them begun."""
    return [
        Halt(LocationId("A-01-3"), TEA, 2),
        Halt(LocationId("B-02-1"), CUP, 1),
        Halt(LocationId("C-03-2"), LAMP, 1),
    ]


def label_data(*, complete: bool) -> dict[str, object]:
    """What the answer says of the closed parcel: all of the toy's walk, or without the lamp."""
    lines = [
        {
            "sku": one.ware.sku,
            "name": one.ware.name,
            "ordered": one.quantity,
            "packed": one.quantity if complete or one.ware is not LAMP else 0,
        }
        for one in toy_halts()
    ]
    return {
        "sscc": SSCC,
        "order_id": ORDER,
        "carrier": "DHL",
        "ship_to": ["Ada Lovelace", "12 Analytical Way", "London"],
        "complete": complete,
        "pieces": sum(int(str(one["packed"])) for one in lines),
        "lines": lines,
    }


def toy_plan() -> Floor:
    """Three aisles of bins, a pack station, a dock and two carts."""
    places = [
        Location(
            LocationId(f"{aisle}-{shelf:02}-{side}"),
            LocationKind.BIN,
            None,
            2.0 + 4.0 * number + (1.0 if side % 2 else -1.0),
            2.0 + 2.4 * shelf + (1.2 if side > 2 else 0.0),
            1.0,
            1.1,
        )
        for number, aisle in enumerate("ABC")
        for shelf in range(1, 5)
        for side in range(1, 5)
    ]
    places += [
        Location(STATION, LocationKind.STATION, None, 4.0, 16.5, 3.0, 2.0),
        Location(LocationId("PACK-2"), LocationKind.STATION, None, 8.0, 16.5, 3.0, 2.0),
        Location(LocationId("QUARANTINE"), LocationKind.QUARANTINE, None, 0.5, 16.5, 1.0, 1.0),
        Location(LocationId("DOCK"), LocationKind.PORTAL, None, 12.0, 16.5, 2.0, 2.0),
        Location(WALL, LocationKind.WALL, None, 0.5, 16.5, 2.0, 1.0),
        *(Location(slot, LocationKind.SLOT, WALL) for slot in SLOTS),
        Location(LocationId("CART-1"), LocationKind.CART),
        Location(LocationId("CART-2"), LocationKind.CART),
    ]
    antennas = (
        Antenna(DeviceName("north"), 1, LocationId("A-01-3"), 3.0, 5.0),
        Antenna(DeviceName("north"), 2, LocationId("B-02-1"), 7.0, 7.0),
        Antenna(DeviceName("south"), 1, LocationId("C-03-2")),
    )
    return Floor({one.id: one for one in places}, antennas, (2.0, 6.0, 10.0), (2.0, 14.5))


def ware_of(code: str) -> Ware | None:
    """The article that a code names: SKU, GTIN-14, GTIN-13 or element string."""
    keys: tuple[Callable[[Ware], str], ...] = (
        lambda one: one.sku,
        lambda one: one.gtin,
        lambda one: one.gtin.lstrip("0"),
        lambda one: f"01{one.gtin}",
    )
    return next((one for one in WARES if code in {key(one) for key in keys}), None)


def floor_text(plan: Floor) -> str:
    """A plan as the text of a floor file."""
    parts = [
        f'[[location]]\nid = "{one.id}"\nkind = "{one.kind}"\nx_m = {one.x_m}\ny_m = {one.y_m}\n'
        f"width_m = {one.width_m}\ndepth_m = {one.depth_m}\n"
        for one in plan.locations.values()
    ]
    parts += [
        f'[[antenna]]\nreader = "{one.reader}"\nport = {one.port}\nlocation = "{one.location}"\n'
        + ("" if one.x_m is None else f"x_m = {one.x_m}\ny_m = {one.y_m}\n")
        for one in plan.antennas
    ]
    return "\n".join(parts)
