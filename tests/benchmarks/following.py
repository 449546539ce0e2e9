"""Reads to evidence and places: the tag table and the locator against objects in a dict."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from drivers.reads import ReadBatch
from edge.locating.epcs import keys_of
from edge.locating.locator import Locator
from edge.locating.slots import Reads
from edge.locating.tags import TagTable
from edge.model.ids import DeviceName, LocationId
from edge.model.places import Antenna, Floor, Location, LocationKind
from tests.benchmarks.figures import Effort, Figure, cpu_s, in_turns

UNIT = "reads/s of one core"
BATCH = 3_200
"""Reads of one tick of 20 ms at 160,000 a second."""
ANTENNAS = 4
WINDOW_S = 5.0
START_US = 1_700_000_000_000_000
TICK_US = 20_000
MARGIN_DB = 3.0


class Tag:
    """What a plain program keeps of a tag."""

    __slots__ = ("evidence", "place")

    def __init__(self) -> None:
        self.evidence: dict[int, list[float]] = {}
        self.place = 0


class Dictionary:
    """Decayed evidence by tag and antenna in objects; with `decides` also the place, each read."""

    def __init__(self, *, decides: bool) -> None:
        self._tags: dict[bytes, Tag] = {}
        self._decides = decides

    def take(self, rows: list[tuple[bytes, int, float, float]]) -> None:
        """Reads as (EPC, antenna, RSSI, seconds)."""
        for epc, antenna, rssi_dbm, seen_s in rows:
            tag = self._tags.get(epc)
            if tag is None:
                tag = self._tags[epc] = Tag()
            slot = tag.evidence.get(antenna)
            if slot is None:
                tag.evidence[antenna] = [rssi_dbm, 1.0, seen_s]
            else:
                fade = math.exp((slot[2] - seen_s) / WINDOW_S)
                slot[0] = slot[0] * fade + rssi_dbm
                slot[1] = slot[1] * fade + 1.0
                slot[2] = seen_s
            if self._decides:
                self._decide(tag)

    @staticmethod
    def _decide(tag: Tag) -> None:
        best, level = 0, -math.inf
        for antenna, (total, weight, _) in tag.evidence.items():
            mean = total / weight
            if mean > level:
                best, level = antenna, mean
        held = tag.evidence.get(tag.place)
        if held is None or level > held[0] / held[1] + MARGIN_DB:
            tag.place = best


@dataclass(frozen=True, slots=True, eq=False)
class Traffic:
    """Reads of random tags out of a number, in batches of a size."""

    epcs: NDArray[np.uint8]
    batches: int
    size: int = BATCH

    @classmethod
    def of(cls, tags: int, batches: int, size: int = BATCH) -> "Traffic":
        """Tags with random EPCs."""
        raw = np.random.default_rng(1).integers(0, 256, (tags, 12), np.uint8)
        return cls(raw, batches, size)

    def fill(self) -> list[ReadBatch]:
        """Every tag once, so that none is new afterwards."""
        chosen = np.arange(len(self.epcs))
        return [
            self.batch(chosen[at : at + BATCH], number)
            for number, at in enumerate(range(0, len(chosen), BATCH))
        ]

    def some(self, turn: int) -> list[ReadBatch]:
        """Batches of one measured turn."""
        chance = np.random.default_rng(turn)
        size = min(self.size, 3 * len(self.epcs))
        begin = len(self.epcs) // BATCH + 1 + turn * self.batches
        return [
            self.batch(chance.integers(0, len(self.epcs), size), begin + number)
            for number in range(self.batches)
        ]

    def batch(self, chosen: NDArray[np.int64], number: int) -> ReadBatch:
        """Reads of these tags in a turn with this number."""
        n = len(chosen)
        chance = np.random.default_rng(number)
        seen_us = START_US + number * TICK_US + np.sort(chance.integers(0, TICK_US, n))
        return ReadBatch(
            reader="dock",
            arrived_us=START_US + (number + 1) * TICK_US,
            epc=self.epcs[chosen],
            epc_bits=np.full(n, 96, np.uint16),
            antenna=(1 + chance.integers(0, ANTENNAS, n)).astype(np.uint16),
            rssi_dbm=chance.uniform(-75, -40, n).astype(np.float32),
            phase_rad=np.full(n, np.nan, np.float32),
            channel=np.zeros(n, np.uint16),
            doppler_hz=np.full(n, np.nan, np.float32),
            seen_us=seen_us,
            first_seen_us=np.full(n, -1, np.int64),
            last_seen_us=np.full(n, -1, np.int64),
            count=np.ones(n, np.uint16),
        )


def rows_of(batch: ReadBatch) -> list[tuple[bytes, int, float, float]]:
    """A batch as a plain program would have it."""
    return [
        (epc.tobytes(), antenna, rssi, seen / 1e6)
        for epc, antenna, rssi, seen in zip(
            batch.epc,
            batch.antenna.tolist(),
            batch.rssi_dbm.tolist(),
            (batch.seen_us - START_US).tolist(),
            strict=True,
        )
    ]


def into_table(table: TagTable, batches: list[ReadBatch]) -> None:
    """Merge batches into the tag table."""
    for batch in batches:
        rows = table.rows_of(
            batch.epc, keys_of(batch.epc, batch.epc_bits), batch.epc_bits, 2_000_000
        )
        seen_ms = ((batch.seen_us - START_US) // 1000 + 1).astype(np.int32)
        news = table.merge(Reads(rows, batch.antenna, batch.rssi_dbm, seen_ms))
        table.put(news.rows, news.slots)


def into_locator(locator: Locator, batches: list[ReadBatch]) -> None:
    """Let the locator work on batches, a turn each."""
    for batch in batches:
        locator.observe(batch)
        locator.turn(batch.arrived_us)


def compare(
    effort: Effort, traffic: Traffic, take: Callable[[list[ReadBatch]], None], plain: Dictionary
) -> tuple[float, float]:
    """Reads a second of both, on the same batches; the batches are made outside the time."""
    for batch in traffic.fill():
        take([batch])
        plain.take(rows_of(batch))
    turn = 0

    def ours() -> float:
        nonlocal turn
        turn += 1
        batches = traffic.some(turn)
        return sum(map(len, batches)) / cpu_s(partial(take, batches))

    def theirs() -> float:
        rows = [row for batch in traffic.some(turn)[: effort.of(20)] for row in rows_of(batch)]
        return len(rows) / cpu_s(partial(plain.take, rows))

    return in_turns(effort, ours, theirs)


def _table(name: str, tags: int, effort: Effort) -> list[Figure]:
    traffic = Traffic.of(max(1000, effort.of(tags)), effort.of(60))
    table = TagTable(WINDOW_S)
    pair = compare(effort, traffic, partial(into_table, table), Dictionary(decides=False))
    return [Figure.more(name, UNIT, "dict of objects", pair)]


def tag_table_1k(effort: Effort) -> list[Figure]:
    """The tag table with a thousand tags."""
    return _table("tag_table_1k", 1_000, effort)


def tag_table_1m(effort: Effort) -> list[Figure]:
    """The tag table with a million tags, read at random: the worst for any cache."""
    return _table("tag_table_1m", 1_000_000, effort)


def dock() -> Floor:
    """A reader with an antenna at each of some shelves."""
    places = [LocationId(f"shelf-{number}") for number in range(1, ANTENNAS + 1)]
    return Floor(
        locations={one: Location(one, LocationKind.SHELF) for one in places},
        antennas=tuple(
            Antenna(DeviceName("dock"), port, place) for port, place in enumerate(places, 1)
        ),
    )


def locating_100k(effort: Effort) -> list[Figure]:
    """Table, filter and telling with 100,000 tags."""
    traffic = Traffic.of(effort.of(100_000), effort.of(60))
    locator = Locator(dock())
    pair = compare(effort, traffic, partial(into_locator, locator), Dictionary(decides=True))
    baseline = "dict, decision per read"
    return [Figure.more("locating_100k", UNIT, baseline, pair)]
