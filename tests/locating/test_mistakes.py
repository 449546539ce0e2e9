"""What was told of an item and later evidence shows to be wrong."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.reads import ReadBatch
from edge.locating.locator import Locator
from edge.locating.mistakes import KEPT_MAX, Left, Mistakes
from edge.locating.slots import SLOTS
from edge.model.ids import DeviceName, Epc
from edge.model.places import Floor
from edge.model.presence import Departed, Mistaken, Moved, PresenceChange, Returned, Stale

START_US = 1_700_000_000_000_000
TAG, OTHER, THIRD = (Epc(f"3034{number:020x}") for number in (1, 2, 3))
SHELVES = (("shelf-a", "shelf", "north", 1), ("shelf-b", "shelf", "south", 1))


class Shelves:
    """A locator with a played clock; other pieces rest on both shelves, heard each second."""

    def __init__(self, floor: Floor) -> None:
        self.locator = Locator(floor)
        self.now_us = START_US
        self.seen: list[PresenceChange] = []

    def live(self, span_s: int, *heard: tuple[str, float], readers: str = "north south") -> None:
        """Each second the tag is heard by these readers at these levels."""
        for _ in range(span_s):
            self.now_us += 1_000_000
            rows = [(reader, TAG, dbm) for reader, dbm in heard]
            rows += [("north", OTHER, -57.0), ("south", THIRD, -57.0)]
            for reader, epc, dbm in rows:
                if reader in readers:
                    seen_us = [self.now_us - 1000]
                    batch = ReadBatch.of(reader, self.now_us, [epc], [1], [dbm], seen_us=seen_us)
                    self.locator.observe(batch)
            self.seen += self.locator.turn(self.now_us)

    def told(self) -> list[PresenceChange]:
        told, self.seen = [one for one in self.seen if one.epc == TAG], []
        return told


@pytest.fixture
def shelves(make_floor: Callable[..., Floor]) -> Shelves:
    """An item that rests on shelf A for two minutes."""
    played = Shelves(make_floor(*SHELVES))
    played.live(120, ("north", -55.0), ("south", -70.0))
    played.told()
    return played


def test_an_item_that_stood_in_a_shadow_never_departed(shelves: Shelves) -> None:
    # given an item that somebody stands in front of, until it is told to be gone
    shelves.live(50)
    (departed,) = shelves.told()
    assert isinstance(departed, Departed)
    # when it is heard again where it was, as loudly as before
    shelves.live(10, ("north", -56.0), ("south", -69.0))
    # then its departure is taken back, and it is there since it came
    (mistaken,) = shelves.told()
    assert isinstance(mistaken, Mistaken)
    assert (mistaken.location, mistaken.went_to) == ("shelf-a", None)
    assert not mistaken.reader_was_silent
    assert mistaken.since_us < START_US + 20_000_000
    where = shelves.locator.where(TAG)
    assert where is not None
    assert (where.announced, where.since_us) == ("shelf-a", mistaken.since_us)


@pytest.mark.parametrize(
    ("away_s", "reader", "dbm"),
    [
        pytest.param(50, "north", -67.0, id="it lies otherwise than before"),
        pytest.param(200, "north", -55.0, id="it was away for long"),
        pytest.param(50, "south", -55.0, id="it is on another shelf"),
    ],
)
def test_an_item_that_was_taken_and_comes_back_returns(
    shelves: Shelves, away_s: int, reader: str, dbm: float
) -> None:
    shelves.live(away_s)
    assert isinstance(shelves.told()[-1], Departed)

    shelves.live(10, (reader, dbm))

    (returned,) = shelves.told()
    assert isinstance(returned, Returned)
    assert returned.departed
    assert returned.at_us > shelves.now_us - 10_000_000


def test_a_mirrored_signal_was_no_move(shelves: Shelves) -> None:
    # given an item at rest whose signal comes over the other shelf for some seconds
    since_us = shelves.locator.where(TAG).since_us  # type: ignore[union-attr] # it is followed
    shelves.live(8, ("north", -70.0), ("south", -55.0))
    (moved,) = shelves.told()
    assert isinstance(moved, Moved)
    # when all sounds as before
    shelves.live(10, ("north", -55.0), ("south", -70.0))
    # then the move is taken back
    (mistaken,) = shelves.told()
    assert isinstance(mistaken, Mistaken)
    assert (mistaken.location, mistaken.went_to) == ("shelf-a", "shelf-b")
    assert mistaken.since_us == since_us


def test_an_item_that_lay_elsewhere_for_a_while_moves_back(shelves: Shelves) -> None:
    shelves.live(40, ("north", -70.0), ("south", -55.0))
    shelves.live(10, ("north", -55.0), ("south", -70.0))

    assert [type(one) for one in shelves.told()] == [Moved, Moved]


def test_what_departed_under_a_reader_that_was_dead_already_did_not(shelves: Shelves) -> None:
    # given a reader that hears nothing any more, while an item of its shelf is told to be gone
    shelves.live(17)
    silent_since_us = shelves.now_us
    shelves.live(5, readers="south")
    (departed,) = shelves.told()
    assert isinstance(departed, Departed)
    assert departed.at_us > silent_since_us
    # when it is found to be dead, and since when
    shelves.locator.device_changed(
        DeviceName("north"), alive=False, at_us=shelves.now_us, silent_since_us=silent_since_us
    )
    shelves.live(2, readers="south")
    # then the item is there as far as anybody knows, and nobody vouches for it
    mistaken, stale = shelves.told()
    assert isinstance(mistaken, Mistaken)
    assert mistaken.reader_was_silent
    assert (mistaken.location, mistaken.went_to) == ("shelf-a", None)
    assert isinstance(stale, Stale)
    where = shelves.locator.where(TAG)
    assert where is not None
    assert (where.announced, where.stale) == ("shelf-a", True)


def test_what_departed_before_its_reader_died_is_gone(shelves: Shelves) -> None:
    shelves.live(40)
    (departed,) = shelves.told()
    assert isinstance(departed, Departed)

    shelves.locator.device_changed(
        DeviceName("north"), alive=False, at_us=shelves.now_us, silent_since_us=shelves.now_us
    )
    shelves.live(2, readers="south")

    assert shelves.told() == []


def test_no_more_leavings_are_kept_than_may_be(shelves: Shelves) -> None:
    slots = shelves.locator._table.slots_of([0])
    mistakes = Mistakes()

    for row in range(KEPT_MAX + 5):
        mistakes.note(row, Left(0, 0, 1000, None, slots.antenna[:, 0], slots.usual[:, 0]))
    assert len(mistakes) == KEPT_MAX
    mistakes.note(0, Left(0, 0, 500_000, None, slots.antenna[:, 0], slots.usual[:, 0]))

    assert len(mistakes) == 1


@given(
    place=st.integers(0, 65_535),
    since_s=st.integers(-(1 << 40), 1 << 40),
    told_ms=st.integers(0, (1 << 31) - 1),
    went_to=st.none() | st.integers(0, 65_535),
    heard=st.lists(
        st.tuples(st.integers(0, 65_535), st.floats(width=32)), min_size=SLOTS, max_size=SLOTS
    ),
)
def test_a_leaving_is_unpacked_as_it_was_packed(
    place: int, since_s: int, told_ms: int, went_to: int | None, heard: list[tuple[int, float]]
) -> None:
    antenna = np.array([port for port, _ in heard], np.uint16)
    usual_db = np.array([level for _, level in heard], np.float32)

    again = Left.unpacked(Left(place, since_s, told_ms, went_to, antenna, usual_db).packed())

    assert (again.place, again.since_s, again.told_ms) == (place, since_s, told_ms)
    assert again.went_to == went_to
    np.testing.assert_array_equal(again.antenna, antenna)
    np.testing.assert_array_equal(again.usual_db, usual_db)
