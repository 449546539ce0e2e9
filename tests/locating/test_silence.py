"""Tags that one antenna hears no more, while it listens and another goes on hearing them."""

from collections.abc import Callable

import numpy as np
import pytest

from drivers.reads import ReadBatch
from edge.locating.locator import Locator
from edge.model.ids import DeviceName, LocationId
from edge.model.places import Floor
from edge.model.presence import Moved

START_US = 1_700_000_000_000_000
TAG, NEIGHBOURS = 1, (2, 3)
A, B = "shelf-a", "shelf-b"


class Shelves:
    """A tag before two antennas of two readers, and neighbours that lie at the first."""

    def __init__(self, floor: Floor, reads_of: Callable[..., ReadBatch]) -> None:
        self.locator = Locator(floor)
        self._reads_of = reads_of
        self._now_us = START_US
        self._chance = np.random.default_rng(7)
        self.moves: list[tuple[float, LocationId]] = []

    def play(
        self, span_s: float, *, loud: str = "", faint: str = "", a_hears: bool = True
    ) -> None:
        """The tag is read twice a second by each named reader, the neighbours by the first."""
        began_us = self._now_us
        for _ in range(round(span_s * 2)):
            for reader, level_dbm in ((loud, -50.0), (faint, -66.0)):
                if reader:
                    self._hear(reader, (TAG,), level_dbm)
            if a_hears:
                self._hear("west", NEIGHBOURS, -55.0)
            self._now_us += 500_000
            self.moves += [
                ((self._now_us - began_us) / 1e6, change.to_location)
                for change in self.locator.turn(self._now_us)
                if isinstance(change, Moved) and int(change.epc, 16) & 0xFF == TAG
            ]

    def reader_a(self, *, alive: bool) -> None:
        self.locator.device_changed(DeviceName("west"), alive=alive, at_us=self._now_us)

    def _hear(self, reader: str, tags: tuple[int, ...], level_dbm: float) -> None:
        n = len(tags)
        level = level_dbm + self._chance.normal(0.0, 1.0, n)
        self.locator.observe(
            self._reads_of(reader, np.array(tags), np.ones(n), level, np.full(n, self._now_us))
        )


@pytest.fixture
def shelves(make_floor: Callable[..., Floor], make_reads: Callable[..., ReadBatch]) -> Shelves:
    floor = make_floor((A, "shelf", "west", 1), (B, "shelf", "east", 1))
    return Shelves(floor, make_reads)


def test_a_tag_once_loud_at_an_antenna_that_hears_it_no_more_moves_on(shelves: Shelves) -> None:
    # given a tag that shelf-a heard loudly while it was carried past
    shelves.play(20, loud="west")

    # when only shelf-b hears it, faintly, and shelf-a goes on hearing its neighbours
    shelves.play(75, faint="east")

    # then it lies at shelf-b, and stays there
    assert [place for _, place in shelves.moves] == [B]
    assert shelves.moves[0][0] < 45


def test_a_tag_that_both_knew_moves_on_when_the_louder_falls_silent(shelves: Shelves) -> None:
    shelves.play(30, loud="west", faint="east")

    shelves.play(75, faint="east")

    assert [place for _, place in shelves.moves] == [B]
    assert shelves.moves[0][0] < 45


def test_a_tag_that_had_moved_on_is_back_when_it_is_loud_again(shelves: Shelves) -> None:
    shelves.play(30, loud="west", faint="east")
    shelves.play(75, faint="east")
    shelves.moves.clear()

    shelves.play(30, loud="west", faint="east")

    assert [place for _, place in shelves.moves] == [A]
    assert shelves.moves[0][0] < 10


def test_a_tag_in_a_passing_shadow_stays(shelves: Shelves) -> None:
    shelves.play(30, loud="west", faint="east")

    for _ in range(3):
        shelves.play(12, faint="east")
        shelves.play(20, loud="west", faint="east")

    assert shelves.moves == []


def test_the_silence_of_an_antenna_that_hears_nobody_moves_nothing(shelves: Shelves) -> None:
    shelves.play(30, loud="west", faint="east")

    shelves.play(90, faint="east", a_hears=False)

    assert shelves.moves == []


def test_a_reader_that_is_back_must_listen_before_its_silence_counts(shelves: Shelves) -> None:
    # given a reader that was down for a minute and a half
    shelves.reader_a(alive=True)
    shelves.play(30, loud="west", faint="east")
    shelves.reader_a(alive=False)
    shelves.play(90, faint="east", a_hears=False)
    shelves.reader_a(alive=True)

    # when it hears the neighbours again, and the tag no more
    shelves.play(15, faint="east")
    early = list(shelves.moves)
    shelves.play(45, faint="east")

    # then the tag moves once the reader has listened for long enough
    assert early == []
    assert [place for _, place in shelves.moves][:1] == [B]
