"""A pack station says "match" only after its antennas have heard nothing new for a while."""

from edge.model.boxes import BoxPlace, BoxQuiet, BoxVerdict
from edge.model.events import DeviceLost
from edge.model.ids import DeviceName, RequestId, Sscc, ToteId
from edge.model.inputs import BoxJudged, DeviceChanged
from edge.model.posted import ParcelDispatched, StationScanned
from edge.rules import packing
from tests.rules.deeds import at_station, close, scan, seen_at_station, tag
from tests.rules.small_floor import (
    DOCK,
    MUG_GTIN,
    NOW_US,
    PACKER,
    SHIRT,
    SHIRT_GTIN,
    STATION,
    SmallFloor,
)
from tests.rules.test_packing import picked


def opened(quantity: int) -> SmallFloor:
    """A tote is open, and the antennas have not had their time."""
    floor = picked(quantity)
    floor.air_is_still = False
    at_station(floor, "T0001")
    return floor


def quiet(floor: SmallFloor, *, since_us: int = NOW_US) -> None:
    floor.take(BoxJudged(BoxQuiet(STATION, since_us, quiet=True), NOW_US))


def something_new(floor: SmallFloor) -> None:
    floor.take(BoxJudged(BoxQuiet(STATION, 0, quiet=False), NOW_US))


def opened_beside_a_parcel() -> tuple[SmallFloor, Sscc]:
    """A tag is heard at an open tote; a parcel stands here still, its piece told by barcode."""
    floor = picked(1)
    floor.order("O2", (SHIRT, 1))
    floor.plan()
    scan(floor, SHIRT_GTIN)
    scan(floor, STATION)
    at_station(floor, "T0001")
    at_station(floor, SHIRT_GTIN)
    sscc = Sscc(str(close(floor).data["sscc"]))
    at_station(floor, "T0002")
    seen_at_station(floor, tag(9))
    return floor, sscc


def test_all_is_checked_and_the_parcel_waits_until_it_is_quiet() -> None:
    floor = opened(2)
    seen_at_station(floor, tag(1))
    seen_at_station(floor, tag(2))

    assert packing.verdict(floor.state, STATION) == "listening"
    assert close(floor).code == "listening"
    quiet(floor)

    assert packing.verdict(floor.state, STATION) == "match"
    assert close(floor).code == "closed"


def test_a_third_piece_that_is_heard_a_moment_later_is_in_nobodys_parcel() -> None:
    floor = opened(2)
    seen_at_station(floor, tag(1))
    seen_at_station(floor, tag(2))
    early = close(floor)

    seen_at_station(floor, tag(3))
    quiet(floor)

    assert early.code == "listening"
    assert packing.verdict(floor.state, STATION) == "extra"
    assert close(floor).code == "extra"


def test_what_is_missing_is_said_after_the_quiet_and_a_scan_counts_before() -> None:
    floor = opened(2)
    seen_at_station(floor, tag(1))

    assert packing.verdict(floor.state, STATION) == "listening"
    assert close(floor, partial=True).code == "listening", "the antennas may still hear it"
    assert at_station(floor, SHIRT_GTIN).code == "checked"
    quiet(floor)
    assert packing.verdict(floor.state, STATION) == "checking"
    assert at_station(floor, SHIRT_GTIN).code == "complete"

    assert close(floor).code == "closed"


def test_what_does_not_belong_here_is_said_at_once() -> None:
    floor = opened(1)
    seen_at_station(floor, tag(1))
    seen_at_station(floor, tag(2, MUG_GTIN))

    assert packing.verdict(floor.state, STATION) == "extra"


def test_something_new_holds_the_parcel_again() -> None:
    floor = opened(1)
    seen_at_station(floor, tag(1))
    quiet(floor)

    something_new(floor)

    assert close(floor).code == "listening"
    quiet(floor)
    assert close(floor).code == "closed"


def test_the_quiet_of_an_earlier_check_says_nothing_of_this_one() -> None:
    floor = opened(1)
    seen_at_station(floor, tag(1))

    quiet(floor, since_us=NOW_US - 1)

    assert close(floor).code == "listening"


def test_where_the_reader_does_not_answer_barcodes_are_enough() -> None:
    floor = opened(1)
    floor.take_fact(DeviceLost(DeviceName("reader-1"), NOW_US, "the cable is out", (STATION,)))

    assert at_station(floor, SHIRT_GTIN).code == "complete"

    assert packing.verdict(floor.state, STATION) == "match"
    assert close(floor).code == "closed"


def test_a_check_that_is_opened_while_the_reader_is_away_waits_for_nothing() -> None:
    floor = picked(1)
    floor.air_is_still = False
    floor.take_fact(DeviceLost(DeviceName("reader-1"), NOW_US, "the cable is out", (STATION,)))

    answer = floor.take(StationScanned(floor.number(), STATION, PACKER, "T0001", NOW_US))

    assert answer.data["tote_id"] == ToteId("T0001")
    assert floor.state.packs[STATION].listening_since_us == 0


def test_a_check_that_was_opened_while_the_reader_was_away_is_listened_for_when_it_is_back() -> (
    None
):
    floor = picked(1)
    floor.air_is_still = False
    reader = DeviceName("reader-1")
    floor.take_fact(DeviceLost(reader, NOW_US, "the cable is out", (STATION,)))
    at_station(floor, "T0001")

    floor.take(DeviceChanged(reader, True, "", 0, NOW_US))
    at_station(floor, SHIRT_GTIN)

    assert packing.verdict(floor.state, STATION) == "listening"
    quiet(floor)
    assert close(floor).code == "closed"


def test_a_tag_that_no_pick_named_is_not_the_missing_piece_before_it_is_told_beside() -> None:
    # given: a tote from which the only piece was taken, and a parcel with one more beside it
    floor = opened(1)

    # when: the antenna hears the parcel's tag before it is known where it lies
    seen_at_station(floor, tag(9))
    heard = floor.state.packs[STATION].checked
    floor.take(BoxJudged(BoxVerdict(STATION, tag(9), BoxPlace.BESIDE, 0.02, 3), NOW_US))
    quiet(floor)

    # then: the piece is missing, and the packer is asked
    assert heard == floor.state.packs[STATION].checked == ()
    assert packing.verdict(floor.state, STATION) == "checking"
    assert close(floor).code == "missing"


def test_a_tag_that_a_parcel_beside_may_have_waits_for_the_scan_of_a_piece() -> None:
    floor, _ = opened_beside_a_parcel()

    by_radio = close(floor).code
    answer = at_station(floor, SHIRT_GTIN)

    assert (by_radio, answer.code) == ("missing", "complete")
    assert close(floor).code == "closed"


def test_a_tag_counts_by_radio_alone_once_the_parcel_beside_has_left() -> None:
    floor, sscc = opened_beside_a_parcel()
    standing = packing.verdict(floor.state, STATION)

    floor.take(ParcelDispatched(RequestId("d"), PACKER, sscc, DOCK, NOW_US))

    assert (standing, packing.verdict(floor.state, STATION)) == ("checking", "match")
