"""The floor answers what lies where, even where it was drawn in a circle."""

from edge.model.ids import DeviceName, LocationId
from edge.model.places import Antenna, Floor, Location, LocationKind

ZONE, BIN, LOOP, CART = (LocationId(one) for one in ("zone", "bin", "loop", "cart"))
FLOOR = Floor(
    locations={
        ZONE: Location(ZONE, LocationKind.ZONE),
        BIN: Location(BIN, LocationKind.BIN, ZONE),
        LOOP: Location(LOOP, LocationKind.ZONE, LOOP),
        CART: Location(CART, LocationKind.CART),
    },
    antennas=(Antenna(DeviceName("reader"), 1, ZONE),),
)


def test_an_antenna_covers_its_place_and_an_unknown_port_none() -> None:
    assert FLOOR.location_of(DeviceName("reader"), 1) == ZONE
    assert FLOOR.location_of(DeviceName("reader"), 2) is None


def test_a_place_is_within_itself_and_its_parents_only() -> None:
    assert FLOOR.is_within(BIN, BIN)
    assert FLOOR.is_within(BIN, ZONE)
    assert not FLOOR.is_within(ZONE, BIN)
    assert not FLOOR.is_within(LOOP, ZONE)
    assert not FLOOR.is_within(LocationId("nowhere"), ZONE)


def test_places_are_found_by_kind_in_the_order_of_the_file() -> None:
    assert FLOOR.places_of(LocationKind.ZONE) == (ZONE, LOOP)
    assert FLOOR.places_of(LocationKind.PORTAL) == ()
    assert FLOOR.kind_of(LocationId("nowhere")) is None
