"""What a read costs by how many tags are known, where nothing else differs.

    python -m tests.benchmarks --only tags_known

Each tag rests, is read once in twenty seconds, at most once a turn, and has been heard by every
antenna before: so what there is to do for a read is the same among a thousand tags as among a
million, and what a figure exceeds the first by is waiting for memory. The locator has larger turns
and begins with more tags, for its sweep looks at so few less often than they are read. (Reads of
tags at random are another matter, `tag_table_1k` and `tag_table_1m`: of few tags a turn brings
several reads of each, which are one tag's work.)
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from statistics import median

import numpy as np
from numpy.typing import NDArray

from drivers.reads import ReadBatch
from edge.locating.locator import Locator
from edge.locating.tags import TagTable
from tests.benchmarks.figures import Effort, Figure, cpu_s
from tests.benchmarks.following import (
    ANTENNAS,
    START_US,
    WINDOW_S,
    Traffic,
    dock,
    into_locator,
    into_table,
)

TAGS = (1_000, 10_000, 100_000, 1_000_000)
EVERY_US = 20_000_000
"""Between two reads of one tag."""
ROUNDS_BEFORE = 8
"""So often is each tag read before it counts: then all are announced where they lie."""
READS, LOUD_DBM, FAINT_DBM, NOISE_DB = 60_000, -52.0, -64.0, 2.0

Take = Callable[[list[ReadBatch]], None]


@dataclass(frozen=True, slots=True)
class Resting:
    """Reads of resting tags, each once a round, in an order that is drawn anew each round.

    Attributes:
        traffic: the tags, and how many reads a turn has.
    """

    traffic: Traffic

    @property
    def turns(self) -> int:
        """Turns of a round."""
        return len(self.traffic.epcs) // self.traffic.size

    def round_(self, number: int) -> Iterator[ReadBatch]:
        """A batch for each turn of a round."""
        chance, size = np.random.default_rng(number), self.traffic.size
        order = chance.permutation(len(self.traffic.epcs))
        step_us = EVERY_US // self.turns
        for turn in range(self.turns):
            tags = order[turn * size : (turn + 1) * size]
            yield self._batch(tags, number, START_US + number * EVERY_US + turn * step_us)

    def _batch(self, tags: NDArray[np.int64], number: int, at_us: int) -> ReadBatch:
        batch = self.traffic.batch(tags, at_us // 1_000)
        antenna = (tags + number) % ANTENNAS  # a tag's own one in every fourth round
        level = np.where(antenna == tags % ANTENNAS, LOUD_DBM, FAINT_DBM)
        noise = np.random.default_rng(at_us).normal(0.0, NOISE_DB, len(tags))
        return replace(
            batch,
            arrived_us=at_us,
            antenna=(1 + antenna).astype(np.uint16),
            rssi_dbm=(level + noise).astype(np.float32),
            seen_us=np.full(len(tags), at_us - 1_000),
        )


def read_ns(take: Take, resting: Resting, effort: Effort) -> float:
    """CPU time of a read, the median of all turns."""
    for number in range(ROUNDS_BEFORE):
        for batch in resting.round_(number):
            take([batch])
    costs: list[float] = []
    turns = max(1, effort.of(READS) // resting.traffic.size)
    batches = _batches(resting)
    for _ in range(effort.rounds):
        stretch = [next(batches) for _ in range(turns)]
        costs += [cpu_s(partial(take, [batch])) * 1e9 / len(batch) for batch in stretch]
    return median(costs)


def _batches(resting: Resting) -> Iterator[ReadBatch]:
    number = ROUNDS_BEFORE
    while True:
        yield from resting.round_(number)
        number += 1


def into_new_table() -> Take:
    """Merges into a tag table."""
    return partial(into_table, TagTable(WINDOW_S))


def into_new_locator() -> Take:
    """Locates, a turn a batch."""
    return partial(into_locator, Locator(dock()))


def tags_known(effort: Effort) -> list[Figure]:
    """The cost of a read beside that among the fewest tags, in the table and in the locator."""
    figures = []
    for name, make, size, known in (
        ("read_in_table", into_new_table, 1_000, TAGS),
        ("read_in_locator", into_new_locator, 5_000, TAGS[1:]),
    ):
        some = [max(size, effort.of(tags)) for tags in known]
        costs = [read_ns(make(), Resting(Traffic.of(tags, 1, size)), effort) for tags in some]
        figures += [
            Figure.less(f"{name}_{tags}", "ns a read", f"{some[0]:,} tags", (cost, costs[0]))
            for tags, cost in zip(some, costs, strict=True)
        ]
    return figures
