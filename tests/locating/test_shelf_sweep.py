"""The recorded reads of a moved antenna become the order of a shelf's tags."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from drivers.reads import ReadBatch
from edge.locating.shelf_sweep import Ranked, Sweeping, ranked
from simulators import radio
from tests.benchmarks.shelf_sweeps import Sweep, swept

START_US = 1_700_000_000_000_000
SPEED_M_PER_S = 0.3
HOP_TABLE_MHZ = tuple(
    299.792458 / float(radio.FCC.wavelength_m(channel)) for channel in range(1, 51)
)


def batches_of(sweep: Sweep, *, antenna: int = 1, with_phase: bool = True) -> list[ReadBatch]:
    """As a reader on a cart that goes at one speed tells them."""
    rows = [
        (along_m / SPEED_M_PER_S, tag, level, phase, channel)
        for tag, one in enumerate(sweep.reads)
        for along_m, level, phase, channel in zip(
            one.along_m, one.rssi_dbm, one.phase_rad, one.channel, strict=True
        )
    ]
    found = []
    for time_s, tag, level, phase, channel in sorted(rows):
        at_us = START_US + round(time_s * 1e6)
        batch = ReadBatch.of("cart", at_us, [f"{tag:024x}"], [antenna], [float(level)])
        batch.channel[:] = channel
        batch.phase_rad[:] = phase if with_phase else np.nan
        found.append(batch)
    return found


def in_order(found: list[Ranked]) -> float:
    """Share of neighbours that stand in the right order."""
    return float(
        np.mean([int(one.epc, 16) < int(next_.epc, 16) for one, next_ in pairwise(found)])
    )


def test_a_swept_shelf_comes_out_in_order_and_better_with_phase() -> None:
    """Reflections, skewed levels and hopping as in the benchmark."""
    right = {True: 0.0, False: 0.0}
    for seed in (1, 2):
        sweep = swept(seed, tags=24)
        for with_phase in right:
            batches = batches_of(sweep, with_phase=with_phase)
            found = ranked(batches, Sweeping(SPEED_M_PER_S, mhz=HOP_TABLE_MHZ))
            assert [one.rank for one in found] == list(range(1, 25))
            shares = [one.position_share for one in found]
            assert shares == sorted(shares)
            assert all(0.0 <= one.position_share <= 1.0 for one in found)
            assert all(0.5 <= one.confidence <= 1.0 for one in found)
            right[with_phase] += in_order(found) / 2.0
    assert right[True] >= 0.8
    assert right[True] > right[False] + 0.05


def test_a_fixed_antenna_that_hears_the_shelf_too_does_not_take_part() -> None:
    sweep = swept(4, tags=6)
    moved = batches_of(sweep, antenna=1)
    still = [
        ReadBatch.of("cart", START_US + at * 500_000, [f"{at % 6:024x}"], [2], [-40.0])
        for at in range(20)
    ]
    both = sorted([*moved, *still], key=lambda one: int(one.seen_us[0]))
    alone = ranked(moved, Sweeping(SPEED_M_PER_S, mhz=HOP_TABLE_MHZ))

    assert ranked(both, Sweeping(SPEED_M_PER_S, mhz=HOP_TABLE_MHZ)) == alone
    assert ranked(both, Sweeping(SPEED_M_PER_S, 1, HOP_TABLE_MHZ)) == alone


def test_phases_of_unknown_channels_are_levels_only() -> None:
    sweep = swept(5, tags=4)
    unknown = batches_of(sweep)
    for batch in unknown:
        batch.channel[:] = 0

    assert ranked(unknown, Sweeping(SPEED_M_PER_S)) == ranked(
        batches_of(sweep, with_phase=False), Sweeping(SPEED_M_PER_S)
    )


@pytest.mark.parametrize(
    ("sweeping", "told"),
    [
        (Sweeping(antenna=7), "antenna 7 has no reads with a level; there are antennas 1"),
        (Sweeping(mhz=(902.75, 903.25)), "has no frequency; name all of the reader's hop table"),
        (Sweeping(speed_m_per_s=5.0), "the antenna would have gone"),
    ],
)
def test_a_sweep_that_cannot_be_is_refused_with_its_remedy(sweeping: Sweeping, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        ranked(batches_of(swept(6, tags=3)), sweeping)


@pytest.mark.parametrize(
    "how", [{"speed_m_per_s": 0.0}, {"speed_m_per_s": np.nan}, {"mhz": (0.0,)}, {"mhz": ()}]
)
def test_a_speed_or_frequency_that_is_no_number_above_0_is_refused(how: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="frequency"):
        Sweeping(**how)


def test_tags_that_were_read_once_are_not_told_apart_with_certainty() -> None:
    batches = batches_of(swept(6))
    firsts = {batch.epc.tobytes(): batch for batch in reversed(batches)}

    found = ranked(sorted(firsts.values(), key=by_time), Sweeping(SPEED_M_PER_S))

    assert len(found) == 24
    assert all(one.confidence < 0.95 for one in found)


def by_time(batch: ReadBatch) -> int:
    return int(batch.seen_us[0])


def test_without_reads_there_is_no_order() -> None:
    with pytest.raises(ValueError, match="no reads to put in order"):
        ranked([], Sweeping())
