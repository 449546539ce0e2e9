"""Batches of one turn, joined into columns that the tag table takes.

A turn has a batch from each reader that was heard, often of a few reads only. They are joined
before anything is looked at: what numpy costs is the call, not the read. For the same reason reads
wait for up to a tenth of a second where hundreds come in every turn. Order does not matter to the
evidence, nor does so short a time to where a tag lies; but before near-field antennas somebody
waits, so batches of their readers never do.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.reads import Gathered, ReadBatch, SomeReads, neighbours_joined
from edge.locating import kernel
from edge.locating.columns import FloorColumns
from edge.locating.compiled_bench import Bench
from edge.locating.compiled_intake import CompiledIntake, put_by
from edge.locating.epcs import Rows, keys_of
from edge.locating.model import REFERENCE_DBM
from edge.locating.slots import NO_ANTENNA, Ports, Reads, Turned
from edge.locating.tags import READS_MAX, TagTable

EPC_BITS_MAX = 496
"""The longest EPC that a Gen2 tag can answer with: 31 words of 16 bits."""
GATHERED_READS, GATHERED_MS = 500, 100
"""From so many waiting reads on, the next are gathered for so long."""
_HELD_MAX = 50_000
_READERS_KEPT = 64
LEVEL_LEAST_DBM, LEVEL_MOST_DBM = -120.0, 20.0
"""What a reader can measure; a level beyond it is a fault of the reader and is drawn in."""


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """What was taken in: reads, and the phases of the same."""

    reads: Reads
    turned: Turned


class Intake:
    """Collects the batches of a turn.

    Attributes:
        ignored: reads left out so far: of an antenna that the floor does not name, of an
            impossible EPC length, or above the bound of a turn.
    """

    def __init__(self, columns: FloorColumns) -> None:
        self._columns = columns
        self._batches: list[SomeReads] = []
        self._numbers: dict[tuple[str, ...], NDArray[np.int64]] = {}
        self._compiled = CompiledIntake(kernel.KERNEL, columns) if kernel.KERNEL else None
        self._held = 0
        self._taken_ms = 0
        near = columns.reader_of[columns.near[:-1]]
        self._prompt = frozenset(columns.readers[number] for number in near.tolist())
        self.ignored = 0

    def add(self, *batches: SomeReads) -> None:
        """Take batches; the work is done once for all batches of a turn."""
        some = list(filter(len, batches))
        while self._held + (count := sum(map(len, some))) > READS_MAX:
            self.ignored += len(some.pop())
        self._batches += some
        self._held += count

    def take(self, table: TagTable, zero_us: int, now_ms: int, tags_max: int) -> Taken | None:
        """The reads that are due, with rows found or made; None where there are none."""
        batches = self._due(now_ms)
        if not batches:
            return None
        count, times, records = sum(map(len, batches)), (zero_us, now_ms), table.compiled
        gathered = [one for one in batches if isinstance(one, Gathered)]
        if records is None or len(gathered) < len(batches) or len(table) + count > tags_max:
            return self._joined(batches, table, times, tags_max)
        bench, end = records.bench(count), 0
        turned: list[Turned] = []
        for one in gathered:
            if self._is_taken(one, table, times, (bench, end)):
                end += len(one)
                turned.append(Turned(one.whole["phase_rad"], one.whole["channel"]))
            elif (left := self._joined([one], table, times, tags_max)) is not None:
                end = put_by(left.reads, bench, end)
                turned.append(left.turned)
        return Taken(bench.taken_reads(end), _all_of(turned)) if end else None

    def _is_taken(
        self, batch: Gathered, table: TagTable, times: tuple[int, int], to: tuple[Bench, int]
    ) -> bool:
        """Whether compiled code takes a batch in; see `CompiledIntake`."""
        if self._compiled is None:
            return False
        return self._compiled.take(batch, self._numbers_of(batch.readers), table, times, to)

    def _joined(
        self, batches: list[SomeReads], table: TagTable, times: tuple[int, int], tags_max: int
    ) -> Taken | None:
        """The reads of any batches, at least one; what must be left out is counted."""
        zero_us, now_ms = times
        joined = neighbours_joined(batches)
        bits = np.concatenate([piece.epc_bits for piece in joined])
        antenna = self._antennas(batches, joined)
        good = (antenna != NO_ANTENNA) & (bits > 0) & (bits <= EPC_BITS_MAX)
        rows = self._rows(table, joined, bits, good, tags_max)
        rssi = np.concatenate([piece.rssi_dbm for piece in joined])
        np.copyto(rssi, REFERENCE_DBM, where=np.isnan(rssi))
        _draw_in(rssi, LEVEL_LEAST_DBM, LEVEL_MOST_DBM)
        seen_ms = np.concatenate([piece.seen_us for piece in joined])
        seen_ms -= zero_us
        seen_ms //= 1000
        _draw_in(seen_ms, 1, now_ms)
        reads = Reads(rows, antenna, rssi, seen_ms.astype(np.int32))
        turned = _all_of([Turned(piece.phase_rad, piece.channel) for piece in joined])
        if rows.min() >= 0:
            return Taken(reads, turned)
        followed = np.flatnonzero(rows >= 0)
        self.ignored += len(rows) - len(followed)
        return Taken(reads.some(followed), turned.some(followed)) if len(followed) else None

    def _due(self, now_ms: int) -> list[SomeReads]:
        """All batches that wait, or those alone that must not."""
        waited = not 0 <= now_ms - self._taken_ms < GATHERED_MS  # the zero of time may move, too
        waiting: list[SomeReads] = []
        due = self._batches
        if waited or not GATHERED_READS <= self._held <= _HELD_MAX:
            self._taken_ms = now_ms
        else:
            due = []
            for batch in self._alike():
                (due if self._is_prompt(batch) else waiting).append(batch)
        self._batches, self._held = waiting, sum(map(len, waiting)) if waiting else 0
        return due

    def _alike(self) -> Iterator[SomeReads]:
        """What waits, that of several readers apart where only some of them must not wait."""
        for batch in self._batches:
            if isinstance(batch, Gathered) and 0 < len(
                self._prompt.intersection(batch.readers)
            ) < (len(batch.readers)):
                yield from batch.by_reader()
            else:
                yield batch

    def _is_prompt(self, batch: SomeReads) -> bool:
        reader = batch.readers[0] if isinstance(batch, Gathered) else batch.reader
        return reader in self._prompt

    def _antennas(self, batches: list[SomeReads], joined: list[ReadBatch]) -> Ports:
        numbers: list[int] = []
        counts: list[int] = []
        for batch in batches:
            if isinstance(batch, Gathered):
                numbers += self._numbers_of(batch.readers).tolist()
                counts += batch.counts.tolist()
            else:
                numbers += self._columns.rows_of([batch.reader])
                counts.append(len(batch))
        reader = np.array(numbers).repeat(counts)
        return self._columns.antennas_at(
            reader, np.concatenate([piece.antenna for piece in joined])
        )

    def _numbers_of(self, readers: tuple[str, ...]) -> NDArray[np.int64]:
        """The numbers of readers that are gathered together again and again."""
        numbers = self._numbers.get(readers)
        if numbers is None:
            if len(self._numbers) >= _READERS_KEPT:
                self._numbers.clear()
            numbers = self._numbers[readers] = np.array(self._columns.rows_of(readers), np.int64)
        return numbers

    @staticmethod
    def _rows(
        table: TagTable,
        joined: list[ReadBatch],
        bits: NDArray[np.uint16],
        good: NDArray[np.bool_],
        tags_max: int,
    ) -> Rows:
        """The row of each read's tag; -1 for a read that is not good, or without room."""
        epc = _epcs(joined)
        if good.all():
            return table.rows_of(epc, keys_of(epc, bits), bits, tags_max)
        rows = np.full(len(bits), -1, np.int64)
        own = np.flatnonzero(good)
        if len(own):
            epc, bits = epc[own], bits[own]
            rows[own] = table.rows_of(epc, keys_of(epc, bits), bits, tags_max)
        return rows


def _draw_in(column: NDArray[Any], least: float, most: float) -> None:
    """What `np.clip` does into the same column, which takes twice to three times as long."""
    np.maximum(column, least, out=column)
    np.minimum(column, most, out=column)


def _all_of(turned: list[Turned]) -> Turned:
    """The phases of all, at least one, in one piece."""
    if len(turned) == 1:
        return turned[0]
    return Turned(
        np.concatenate([one.phase_rad for one in turned]),
        np.concatenate([one.channel for one in turned]),
    )


def _epcs(joined: list[ReadBatch]) -> NDArray[np.uint8]:
    """The EPCs of all, padded on the right to the widest, which changes no key."""
    if len(joined) == 1:
        return joined[0].epc
    width = max(piece.epc_width for piece in joined)
    if all(piece.epc_width == width for piece in joined):
        return np.concatenate([piece.epc for piece in joined])
    padded = np.zeros((sum(map(len, joined)), width), np.uint8)
    begin = 0
    for piece in joined:
        padded[begin : begin + len(piece), : piece.epc_width] = piece.epc
        begin += len(piece)
    return padded
