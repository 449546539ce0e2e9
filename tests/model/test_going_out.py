"""What went out is known for some seconds, whatever the clock does, and forgotten after them."""

from edge.model.events import ItemArrived
from edge.model.going_out import LATELY_US, GoingOut
from edge.model.ids import Epc, LocationId, Sku
from edge.model.places import Floor, Location, LocationKind

DOCK, SHIRT = LocationId("dock"), Sku("S-1")
FLOOR = Floor({DOCK: Location(DOCK, LocationKind.PORTAL)})
NOW_US = 1_700_000_000_000_000
HOUR_US = 3_600_000_000


def tag(number: int) -> Epc:
    return Epc(f"3034{number:020x}")


def go(going_out: GoingOut, number: int, at_us: int) -> None:
    going_out.note(FLOOR, ItemArrived(tag(number), SHIRT, DOCK, 0.9), at_us)


def known(going_out: GoingOut) -> list[Epc]:
    return list(going_out._tags)


def test_what_goes_out_without_an_end_takes_no_more_room_than_its_seconds() -> None:
    going_out = GoingOut()
    for number in range(1_000):
        go(going_out, number, NOW_US + number * LATELY_US // 10)
    assert known(going_out) == [tag(number) for number in range(969, 1_000)]


def test_a_tag_that_goes_out_again_is_known_from_then_on() -> None:
    going_out = GoingOut()
    go(going_out, 1, NOW_US)
    go(going_out, 2, NOW_US + 1)
    go(going_out, 1, NOW_US + LATELY_US)
    go(going_out, 3, NOW_US + LATELY_US + 2)
    assert list(going_out.tags(DOCK, NOW_US + LATELY_US + 2)) == [tag(1), tag(3)]
    assert known(going_out) == [tag(2), tag(1), tag(3)]


def test_what_went_out_before_the_clock_was_set_is_forgotten() -> None:
    for set_by_us in (-HOUR_US, HOUR_US):
        going_out = GoingOut()
        go(going_out, 1, NOW_US)
        go(going_out, 2, NOW_US + set_by_us)
        assert known(going_out) == [tag(2)]
