"""What people do on the small floor, and what its antennas hear of it."""

from edge.gs1.epc import sgtin96_hex
from edge.model.ids import Badge, Epc, LocationId
from edge.model.inputs import ItemLocated
from edge.model.posted import CodeScanned, ParcelWanted, StationScanned, TroubleReported
from edge.model.presence import Arrived
from edge.model.prompts import Answer
from edge.rules import guiding
from tests.rules.small_floor import CART, LI, NOW_US, PACKER, SHIRT_GTIN, STATION, SmallFloor


def tag(number: int, gtin: str = SHIRT_GTIN) -> Epc:
    """That of a single piece."""
    return Epc(sgtin96_hex(gtin, 7, number))


def scan(floor: SmallFloor, code: str, badge: Badge = LI, prompt_id: str = "") -> Answer:
    """A picker scans while their prompt is on the screen, or still an older one."""
    name = prompt_id or guiding.prompt(floor.state, badge).prompt_id
    return floor.take(CodeScanned(floor.number(), badge, name, code, NOW_US))


def report(floor: SmallFloor, code: str) -> Answer:
    """Li cannot do as prompted."""
    prompt_id = guiding.prompt(floor.state, LI).prompt_id
    return floor.take(TroubleReported(floor.number(), LI, prompt_id, code, NOW_US))


def at_station(floor: SmallFloor, code: str, station: LocationId = STATION) -> Answer:
    """The packer scans."""
    return floor.take(StationScanned(floor.number(), station, PACKER, code, NOW_US))


def close(floor: SmallFloor, *, partial: bool = False, looked: bool = False) -> Answer:
    """The packer closes the parcel."""
    return floor.take(ParcelWanted(floor.number(), STATION, PACKER, partial, NOW_US, looked))


def heard(floor: SmallFloor, epc: Epc, place: LocationId) -> Answer:
    """A tag is heard from a place."""
    return floor.take(ItemLocated(Arrived(epc, place, 0.99, NOW_US), NOW_US))


def seen_on_cart(floor: SmallFloor, epc: Epc) -> Answer:
    """A tag is heard from the cart."""
    return heard(floor, epc, CART)


def seen_at_station(floor: SmallFloor, epc: Epc) -> Answer:
    """A tag is heard from the pack station."""
    return heard(floor, epc, STATION)
