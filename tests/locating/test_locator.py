from collections.abc import Callable, Iterator

import numpy as np
import pytest

from drivers.reads import ReadBatch
from edge.locating.calibration import Calibration, CalibrationError
from edge.locating.locator import Locator
from edge.model.goods import PresentItem, PresentItems
from edge.model.ids import Epc, LocationId
from edge.model.places import Floor
from edge.model.presence import Arrived, Departed, Moved, PresenceChange, Returned

START_US = 1_700_000_000_000_000
TAG = Epc("30340000000000000000000a")
OTHER = Epc("30340000000000000000000b")
SHELVES = (
    ("shelf-a", "shelf", "north", 1),
    ("shelf-b", "shelf", "north", 2),
    ("cart-1", "cart", "south", 1),
    ("pack-1", "station", "south", 2),
)


def as_columns(item: PresentItem) -> PresentItems:
    return PresentItems.of([item])


class Played:
    """A locator with a played clock: reads and time go in, changes are kept."""

    def __init__(self, floor: Floor, start_us: int = START_US) -> None:
        self.locator = Locator(floor)
        self.now_us = start_us
        self.changes: list[PresenceChange] = []

    def hear(self, epc: Epc, port: int, rssi_dbm: float, reader: str = "north") -> None:
        self.locator.observe(ReadBatch.of(reader, self.now_us, [epc], [port], [rssi_dbm]))

    def run(self, span_s: float, turn_s: float = 0.1) -> Iterator[float]:
        """Turns of `turn_s` until the span is over; yields the time before each."""
        for turn in range(round(span_s / turn_s)):
            yield turn * turn_s
            self.now_us += round(turn_s * 1e6)
            self.changes += self.locator.turn(self.now_us)

    def rest(self, epc: Epc, port: int, span_s: float, reader: str = "north") -> None:
        """The tag lies before an antenna and is read ten times a second."""
        for _ in self.run(span_s):
            self.hear(epc, port, -55.0, reader)

    def wait(self, span_s: float, turn_s: float = 0.5) -> None:
        for _ in self.run(span_s, turn_s):
            pass

    def told(self) -> list[PresenceChange]:
        told, self.changes = self.changes, []
        return told


@pytest.fixture
def played(make_floor: Callable[..., Floor]) -> Played:
    return Played(make_floor(*SHELVES))


def test_an_item_arrives_once_where_it_is_heard_best(played: Played) -> None:
    for _ in played.run(5):
        played.hear(TAG, 1, -55.0)
        played.hear(TAG, 2, -64.0)

    (arrived,) = played.told()
    assert isinstance(arrived, Arrived)
    assert (arrived.epc, arrived.location) == (TAG, "shelf-a")
    assert arrived.probability >= 0.6
    assert arrived.at_us <= START_US + 1_000_000


def test_one_stray_read_announces_nothing(played: Played) -> None:
    for at_s in played.run(2):
        if at_s == 0:
            played.hear(TAG, 1, -55.0)

    assert played.told() == []


def test_an_item_carried_to_the_next_shelf_moves_once(played: Played) -> None:
    played.rest(TAG, 1, 5)
    played.told()
    for _ in played.run(10):
        played.hear(TAG, 1, -66.0)
        played.hear(TAG, 2, -55.0)

    (moved,) = played.told()
    assert isinstance(moved, Moved)
    assert (moved.from_location, moved.to_location) == ("shelf-a", "shelf-b")
    assert moved.probability >= 0.9


@pytest.mark.parametrize("shelf_dbm", [-66.0, -58.0])
@pytest.mark.parametrize("place", ["cart-1", "pack-1"])
@pytest.mark.parametrize("near_dbm", [-41.0, -48.0])
def test_an_item_put_into_a_cart_is_there_within_a_second(
    played: Played, place: str, near_dbm: float, shelf_dbm: float
) -> None:
    # given an item at rest on a shelf
    played.rest(TAG, 1, 20)
    played.told()
    put_us = played.now_us
    # when a cart's antenna reads it five times a second, and the shelf still hears it
    port = {"cart-1": 1, "pack-1": 2}[place]
    for _ in played.run(3, 0.2):
        played.hear(TAG, port, near_dbm, "south")
        played.hear(TAG, 1, shelf_dbm)
    # then the picker does not wait
    (moved,) = played.told()
    assert isinstance(moved, Moved)
    assert moved.to_location == place
    assert moved.at_us - put_us <= 1_000_000


def test_a_cart_that_rolls_by_takes_nothing_from_the_shelf(played: Played) -> None:
    # given a shelf tag that its busy reader hears once in five seconds
    for at_s in played.run(60, 0.2):
        if round(at_s * 5) % 25 == 0:
            played.hear(TAG, 1, -55.0)
    played.told()
    # when a cart stands beside it for ten seconds and hears it at the edge of hearing
    for at_s in played.run(10, 0.1):
        played.hear(TAG, 1, -66.0, "south")
        if round(at_s * 10) % 50 == 0:
            played.hear(TAG, 1, -55.0)

    assert played.told() == []


def test_an_item_that_is_taken_away_departs_while_its_neighbour_stays(played: Played) -> None:
    for _ in played.run(10):
        played.hear(TAG, 1, -55.0)
        played.hear(OTHER, 1, -57.0)
    played.told()
    last_us = played.now_us - 100_000
    played.rest(OTHER, 1, 40)

    (departed,) = played.told()
    assert isinstance(departed, Departed)
    assert (departed.epc, departed.from_location) == (TAG, "shelf-a")
    assert departed.last_seen_us == last_us
    assert 20_000_000 <= departed.at_us - last_us <= 25_000_000


def test_the_only_item_departs_although_nothing_else_is_there_to_hear(played: Played) -> None:
    played.rest(TAG, 1, 10)
    played.told()
    played.wait(40)

    assert [type(change) for change in played.told()] == [Departed]


def test_an_item_that_passed_a_portal_is_gone_from_it_soon(
    make_floor: Callable[..., Floor],
) -> None:
    played = Played(make_floor(("dock-1", "portal", "north", 1)))
    for _ in played.run(2):
        played.hear(TAG, 1, -50.0)
    played.wait(25)

    assert [type(change) for change in played.told()] == [Arrived, Departed]


def test_an_item_read_seldom_is_given_more_time(played: Played) -> None:
    for at_s in played.run(120, 0.5):
        played.hear(OTHER, 1, -57.0)
        if at_s % 10 == 0:
            played.hear(TAG, 1, -55.0)
    played.told()
    for _ in played.run(60, 0.5):
        played.hear(OTHER, 1, -57.0)
    assert played.told() == []

    for _ in played.run(400, 0.5):
        played.hear(OTHER, 1, -57.0)
    assert [type(change) for change in played.told()] == [Departed]


def test_a_mute_antenna_makes_its_items_stale_not_gone(played: Played) -> None:
    # given two items before one antenna of a reader that stays up
    for _ in played.run(30):
        played.hear(TAG, 1, -55.0)
        played.hear(OTHER, 1, -57.0)
    played.told()
    # when the antenna hears neither any more, as with a torn cable
    played.wait(600)
    # then nobody claims that they left
    told = played.told()
    assert sorted((type(change).__name__, change.epc) for change in told) == [
        ("Stale", TAG),
        ("Stale", OTHER),
    ]
    # and when the cable is mended, both are confirmed
    for _ in played.run(1):
        played.hear(TAG, 1, -55.0)
        played.hear(OTHER, 1, -57.0)
    assert [type(change) for change in played.told()] == [Returned, Returned]


def test_a_departed_item_that_is_heard_again_returns(played: Played) -> None:
    played.rest(TAG, 1, 10)
    played.wait(40)
    played.told()
    played.rest(TAG, 2, 3)

    (returned,) = played.told()
    assert isinstance(returned, Returned)
    assert (returned.location, returned.departed) == ("shelf-b", True)


def test_restored_items_are_not_told_again_and_wait_for_their_reader(played: Played) -> None:
    # given an item that lay on shelf b before a restart of eight hours
    seen_us = START_US - 8 * 3_600_000_000
    item = PresentItem(TAG, None, LocationId("shelf-b"), 0.98, seen_us - 10**9, seen_us)
    played.locator.restore(as_columns(item))
    # when its reader comes up and hears it
    played.wait(5)
    for _ in played.run(10):
        played.hear(TAG, 2, -61.0)
        played.hear(TAG, 1, -68.0)
    # then nothing is told, for nothing has changed
    assert played.told() == []
    found = played.locator.where(TAG)
    assert found is not None
    assert found.announced == "shelf-b"
    assert found.since_us == (seen_us - 10**9) // 1_000_000 * 1_000_000


def test_a_restored_item_that_is_gone_departs_once_its_place_is_covered(played: Played) -> None:
    item = PresentItem(TAG, None, LocationId("shelf-b"), 0.98, START_US, START_US)
    played.locator.restore(as_columns(item))
    played.rest(OTHER, 2, 60)

    assert [type(change) for change in played.told()] == [Arrived, Departed]


def test_an_item_without_a_place_on_the_floor_is_found_anew(played: Played) -> None:
    item = PresentItem(TAG, None, LocationId("cellar"), 0.98, START_US, START_US)
    played.locator.restore(as_columns(item))
    played.rest(TAG, 1, 3)

    assert [type(change) for change in played.told()] == [Arrived]


def test_where_names_place_probability_and_evidence(played: Played) -> None:
    for _ in played.run(5):
        played.hear(TAG, 1, -55.0)
        played.hear(TAG, 2, -64.0)

    found = played.locator.where(TAG)

    assert found is not None
    assert found.location == "shelf-a"
    assert found.probability > 0.95
    assert [place for place, _ in found.alternatives] == ["shelf-b"]
    assert found.probability + sum(p for _, p in found.alternatives) <= 1.0
    heard = [(one.reader, one.port, round(one.rssi_dbm)) for one in found.evidence]
    assert heard == [("north", 1, -55), ("north", 2, -64)]
    assert found.seen_us == played.now_us - 100_000
    assert played.locator.where(OTHER) is None


def test_batches_of_a_turn_may_come_in_any_order(make_floor: Callable[..., Floor]) -> None:
    chance = np.random.default_rng(7)
    batches = [
        ReadBatch.of(
            "north",
            START_US,
            [TAG, OTHER],
            [int(chance.integers(1, 3)), 2],
            [float(chance.integers(-70, -50)), -60.0],
            seen_us=[START_US + i * 1000, START_US + i * 1000],
        )
        for i in range(20)
    ]
    answers = []
    for order in (range(20), reversed(range(20)), chance.permutation(20).tolist()):
        locator = Locator(make_floor(*SHELVES))
        locator.turn(START_US)
        for i in order:
            locator.observe(batches[i])
        answers.append((locator.turn(START_US + 100_000), locator.where(TAG)))

    first_changes, first_where = answers[0]
    assert first_where is not None
    for changes, where in answers[1:]:
        assert changes == first_changes
        assert where is not None
        assert where.location == first_where.location
        assert where.probability == pytest.approx(first_where.probability, abs=1e-4)


def test_reads_that_cannot_be_placed_are_counted_and_left_out(played: Played) -> None:
    played.hear(TAG, 7, -55.0)
    played.hear(TAG, 1, -55.0, reader="stranger")
    for _ in played.run(1):
        pass

    assert played.locator.reads_ignored == 2
    assert len(played.locator) == 0


def test_a_level_that_the_reader_does_not_tell_still_shows_presence(played: Played) -> None:
    for _ in played.run(2):
        played.hear(TAG, 2, float("nan"))

    (arrived,) = played.told()
    assert isinstance(arrived, Arrived)
    assert arrived.location == "shelf-b"


def test_two_antennas_of_one_place_speak_together(make_floor: Callable[..., Floor]) -> None:
    played = Played(
        make_floor(
            ("shelf-a", "shelf", "north", 1),
            ("shelf-a", "shelf", "north", 2),
            ("shelf-b", "shelf", "north", 3),
        )
    )
    for turn, _ in enumerate(played.run(20)):
        played.hear(TAG, 1 + turn % 2, -55.0)
        played.hear(TAG, 3, -62.0)

    assert [type(change) for change in played.told()] == [Arrived]
    found = played.locator.where(TAG)
    assert found is not None
    assert found.location == "shelf-a"
    assert found.probability > 0.95


def test_times_hold_over_months(played: Played) -> None:
    # given an item that is read once an hour for sixty days
    day_us = 24 * 3_600_000_000
    for hour in range(60 * 24):
        played.now_us = START_US + hour * 3_600_000_000
        played.hear(TAG, 1, -55.0)
        played.hear(TAG, 1, -55.0)
        played.changes += played.locator.turn(played.now_us)
    found = played.locator.where(TAG)
    # then it is still known when it was seen last
    assert found is not None
    assert found.seen_us == START_US + 60 * day_us - 3_600_000_000
    # and that it departed is told within the longest silence
    played.told()
    played.wait(1000)
    assert [type(change) for change in played.told()] in ([Departed], [])


def test_a_clock_that_is_set_back_tells_nothing(played: Played) -> None:
    played.rest(TAG, 1, 5)
    played.told()
    played.now_us -= 3_600_000_000
    played.rest(TAG, 1, 5)

    assert played.told() == []


@pytest.mark.parametrize("days", [13, 38, 365, 56 * 365])
def test_a_clock_that_leaps_ahead_ends_nothing(played: Played, days: int) -> None:
    """A gateway that was off over the summer, or came up in 1970 before its clock was set."""
    played.rest(TAG, 1, 5)
    played.now_us += days * 24 * 3_600_000_000
    played.rest(TAG, 2, 5)

    found = played.locator.where(TAG)
    assert found is not None
    assert found.location == "shelf-b"
    assert found.seen_us > played.now_us - 10_000_000


def test_a_tag_long_departed_is_forgotten(played: Played) -> None:
    played.rest(TAG, 1, 5)
    played.wait(60)
    assert len(played.locator) == 1

    played.wait(2 * 86_400, turn_s=600)

    assert len(played.locator) == 0
    assert played.locator.where(TAG) is None


def test_a_calibration_of_another_floor_is_refused(make_floor: Callable[..., Floor]) -> None:
    foreign = Calibration("0" * 64, {"north/1": -60.0})
    with pytest.raises(CalibrationError, match="another floor"):
        Locator(make_floor(*SHELVES), calibration=foreign)
