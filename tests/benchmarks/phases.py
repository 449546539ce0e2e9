"""What it costs to compare phases: a read in the locator with them and without.

    python -m tests.benchmarks --only phases

Resting tags as in `tags_known`, on ETSI's four channels. Among a few every phase has one to be
compared with; among very many the two tables of phases are full, and most find no room.
"""

from dataclasses import replace
from functools import partial
from statistics import median

import numpy as np

from drivers.reads import ReadBatch
from tests.benchmarks.figures import Effort, Figure, cpu_s
from tests.benchmarks.following import Traffic
from tests.benchmarks.tags_known import READS, Resting, Take, into_new_locator

CHANNELS, CHANNEL_US = 4, 4_000_000
SIZES = ((1_000, 20), (1_000, 1_000), (100_000, 5_000))
"""Tags, and reads of a turn."""
_ROUNDS_BEFORE = 8


def with_phase(batch: ReadBatch) -> ReadBatch:
    """The same reads of a reader that tells phases, of tags that lie still."""
    channel = batch.seen_us // CHANNEL_US % CHANNELS
    seed = batch.epc[:, -4:].astype(np.int64) @ (1, 7, 31, 127) + 8 * channel + batch.antenna
    noise = np.random.default_rng(len(batch)).normal(0.0, 0.1, len(batch))
    phase_rad = (seed * 0.618 + noise) % (2 * np.pi)
    return replace(
        batch, phase_rad=phase_rad.astype(np.float32), channel=(channel + 1).astype(np.uint16)
    )


def phases(effort: Effort) -> list[Figure]:
    """Reads with phases beside the same reads without, in turn."""
    figures = []
    for tags, size in SIZES:
        resting = Resting(Traffic.of(max(size, effort.of(tags)), 1, size))
        ways = into_new_locator(), into_new_locator()
        costs: tuple[list[float], list[float]] = ([], [])
        for number in range(_ROUNDS_BEFORE):
            for batch in resting.round_(number):
                _both(ways, batch)
        turns = max(1, min(effort.of(READS) // size, resting.turns))
        for number in range(_ROUNDS_BEFORE, _ROUNDS_BEFORE + effort.rounds):
            for _, batch in zip(range(turns), resting.round_(number), strict=False):
                for own, spent in zip(costs, _both(ways, batch), strict=True):
                    own.append(spent * 1e9 / len(batch))
        name = f"read_with_phase_{tags}_{size}"
        both = median(costs[0]), median(costs[1])
        figures.append(Figure.less(name, "ns a read", "the same without phases", both))
    return figures


def _both(ways: tuple[Take, Take], batch: ReadBatch) -> tuple[float, float]:
    """CPU seconds of a turn with phases and without."""
    told = with_phase(batch)
    return cpu_s(partial(ways[0], [told])), cpu_s(partial(ways[1], [batch]))
