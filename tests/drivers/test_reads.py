"""Stretches: one reader's part of columns that were decoded for several."""

from dataclasses import fields

import numpy as np
import pytest

from drivers.reads import (
    COLUMNS,
    ClockQuality,
    Gathered,
    ReadBatch,
    Stretch,
    by_reader,
    neighbours_joined,
)

NOW_US = 1_800_000_000_000_000
EPCS = [f"{number:024x}" for number in range(6)]


def whole(reads: int = 6) -> dict[str, np.ndarray]:
    ports, levels = list(range(1, reads + 1)), [-50.0 - one for one in range(reads)]
    batch = ReadBatch.of("", NOW_US, EPCS[:reads], ports, levels)
    return {name: getattr(batch, name) for name in COLUMNS}


def part(columns: dict[str, np.ndarray], reader: str, begin: int, end: int) -> Stretch:
    return Stretch.of_whole(columns, slice(begin, end), (reader, NOW_US, ClockQuality.UTC))


def test_a_stretch_is_a_batch_of_its_readers_reads() -> None:
    columns = whole()

    dock = part(columns, "dock", 2, 5)

    assert (dock.reader, dock.arrived_us, dock.clock) == ("dock", NOW_US, ClockQuality.UTC)
    assert (len(dock), dock.epc_width) == (3, 12)
    assert dock.antenna.tolist() == [3, 4, 5]
    assert [raw.tobytes().hex() for raw in dock.epc] == EPCS[2:5]
    assert dock.began_us().tolist() == [NOW_US] * 3
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(dock, name), columns[name][2:5])


def test_what_a_batch_has_not_a_stretch_has_not_either() -> None:
    with pytest.raises(AttributeError, match="colour"):
        _ = part(whole(), "dock", 0, 1).colour


def test_every_column_of_a_batch_is_named() -> None:
    told = {"reader", "arrived_us", "clock"}
    assert {one.name for one in fields(ReadBatch)} == {*COLUMNS} | told


def test_neighbours_of_one_beat_are_one_and_all_others_stay_what_they_are() -> None:
    one, other = whole(), whole()
    alone = ReadBatch.of("gate", NOW_US, EPCS[:1], [9], [-60.0])
    batches = [
        *(part(one, "dock", 0, 2), part(one, "shelf", 2, 3), part(one, "door", 3, 6)),
        alone,
        *(part(other, "dock", 0, 2), part(other, "door", 3, 6)),
        part(one, "dock", 0, 2),
    ]

    joined = neighbours_joined(batches)

    assert [len(batch) for batch in joined] == [6, 1, 2, 3, 2]
    assert joined[1] is alone
    for name in COLUMNS:
        np.testing.assert_array_equal(
            np.concatenate([getattr(batch, name) for batch in joined]),
            np.concatenate([getattr(batch, name) for batch in batches]),
        )
    assert neighbours_joined([]) == []


def test_what_was_gathered_is_each_readers_own_and_nobodys_who_read_nothing() -> None:
    columns = whole()
    readers, clocks = ("dock", "shelf", "door"), (ClockQuality.UTC, ClockQuality.UPTIME)
    gathered = Gathered(readers, (*clocks, clocks[0]), np.array([2, 0, 4]), NOW_US, columns)
    alone = ReadBatch.of("gate", NOW_US, EPCS[:1], [9], [-60.0])

    batches = list(by_reader([alone, gathered]))

    assert [(one.reader, len(one)) for one in batches] == [("gate", 1), ("dock", 2), ("door", 4)]
    assert batches[2].antenna.tolist() == [3, 4, 5, 6]
    assert [len(one) for one in neighbours_joined([gathered, alone, gathered])] == [6, 1, 6]
