"""When reads are worked on: at once, but for a crowd that nobody waits for."""

from collections.abc import Callable

import numpy as np
import pytest

from drivers.reads import COLUMNS, ClockQuality, Gathered, ReadBatch
from edge.locating.intake import GATHERED_MS, GATHERED_READS
from edge.locating.locator import Locator
from edge.model.ids import Epc
from edge.model.places import Floor

START_US = 1_700_000_000_000_000
TICK_US = 20_000


class Hall:
    """A shelf and a cart, each with a reader of its own; all tags of a reader, tick by tick."""

    def __init__(self, floor: Floor, reads_of: Callable[..., ReadBatch]) -> None:
        self.locator = Locator(floor)
        self._reads_of = reads_of
        self._now_us = START_US

    def tick(self, reader: str, first: int, count: int) -> None:
        tags = np.arange(first, first + count)
        self._now_us += TICK_US
        seen_us = np.full(count, self._now_us)
        ports = np.ones(count, np.int64)
        self.locator.observe(self._reads_of(reader, tags, ports, np.full(count, -50.0), seen_us))
        self.locator.turn(self._now_us)

    def rest(self, ticks: int) -> None:
        for _ in range(ticks):
            self._now_us += TICK_US
            self.locator.turn(self._now_us)

    def known(self, number: int) -> bool:
        return self.locator.where(Epc(f"3034{number:020x}")) is not None


@pytest.fixture
def hall(make_floor: Callable[..., Floor], make_reads: Callable[..., ReadBatch]) -> Hall:
    floor = make_floor(("shelf", "shelf", "north", 1), ("cart", "cart", "wheels", 1))
    return Hall(floor, make_reads)


def test_reads_of_a_quiet_floor_are_worked_on_in_their_own_turn(hall: Hall) -> None:
    for tick in range(5):
        hall.tick("north", 10 * tick, 10)

        assert hall.known(10 * tick + 9)


def test_reads_of_a_crowd_wait_for_a_tenth_of_a_second_and_none_is_lost(hall: Hall) -> None:
    hall.tick("north", 0, GATHERED_READS)
    assert hall.known(0)

    hall.tick("north", GATHERED_READS, GATHERED_READS)
    hall.tick("north", 2 * GATHERED_READS, GATHERED_READS)
    assert not hall.known(GATHERED_READS)
    hall.rest(GATHERED_MS * 1000 // TICK_US - 2)

    assert len(hall.locator) == 3 * GATHERED_READS
    assert hall.locator.reads_ignored == 0


def test_what_lies_in_a_cart_does_not_wait_behind_a_crowd_on_the_shelves(hall: Hall) -> None:
    hall.tick("north", 0, GATHERED_READS)

    hall.tick("north", 10_000, GATHERED_READS)
    hall.tick("wheels", 50_000, 3)

    assert hall.known(50_002)
    assert not hall.known(10_000)


def test_a_clock_that_stands_still_gathers_no_more_than_a_turn_can_bear(hall: Hall) -> None:
    hall.tick("north", 0, GATHERED_READS)
    hall.tick("north", 100_000, 60_000)

    assert hall.known(100_000)


def test_long_and_short_epcs_of_one_turn_are_each_found_again(
    make_floor: Callable[..., Floor],
) -> None:
    """Readers answer with EPCs of different widths; what is joined is padded, and keys stay."""
    locator = Locator(make_floor(("shelf", "shelf", "north", 1), ("other", "shelf", "south", 1)))
    short, long = Epc("3034" + "0" * 19 + "1"), Epc("36" + "0" * 49 + "1")
    for tick in range(20):
        now_us = START_US + tick * 1_000_000
        locator.observe(
            ReadBatch.of("north", now_us, [short], [1], [-50.0], seen_us=[now_us]),
            ReadBatch.of(
                "south", now_us, [long, short], [1, 9], [-50.0, -50.0], seen_us=[now_us] * 2
            ),
        )
        locator.turn(now_us)

    assert len(locator) == 2
    assert locator.where(short).announced == "shelf"  # type: ignore[union-attr] # it is followed
    assert locator.where(long).announced == "other"  # type: ignore[union-attr] # it is followed
    assert locator.reads_ignored == 20, "those of a port that the floor does not name"


def gathered(batches: list[ReadBatch]) -> Gathered:
    """The same reads, as readers that are heard together tell them."""
    return Gathered(
        tuple(one.reader for one in batches),
        tuple(ClockQuality.UTC for _ in batches),
        np.array([len(one) for one in batches]),
        batches[0].arrived_us,
        {name: np.concatenate([getattr(one, name) for one in batches]) for name in COLUMNS},
    )


def test_what_several_readers_tell_together_is_taken_as_if_each_had_told_it(
    make_floor: Callable[..., Floor], make_reads: Callable[..., ReadBatch]
) -> None:
    floor = make_floor(("shelf", "shelf", "north", 1), ("other", "shelf", "south", 1))
    one_by_one, together = Locator(floor), Locator(floor)
    for tick in range(20):
        now_us = START_US + tick * 1_000_000
        batches = [
            make_reads(
                reader, np.arange(4) + first, np.ones(4), np.full(4, -50.0), np.full(4, now_us)
            )
            for reader, first in (("north", 0), ("south", 2), ("stranger", 0))
        ]
        one_by_one.observe(*batches)
        together.observe(gathered(batches))

        assert together.turn(now_us) == one_by_one.turn(now_us)

    assert len(together) == 6
    assert together.reads_ignored == one_by_one.reads_ignored == 80


def test_a_cart_does_not_wait_though_a_crowd_is_told_together_with_it(
    hall: Hall, make_reads: Callable[..., ReadBatch]
) -> None:
    hall.tick("north", 0, GATHERED_READS)

    now_us = START_US + 2 * TICK_US
    crowd, cart = (
        make_reads(
            reader,
            np.arange(count) + first,
            np.ones(count),
            np.full(count, -50.0),
            np.full(count, now_us),
        )
        for reader, first, count in (("north", 10_000, GATHERED_READS), ("wheels", 50_000, 3))
    )
    hall.locator.observe(gathered([crowd, cart]))
    hall.rest(1)

    assert hall.known(50_002)
    assert not hall.known(10_000)
