"""Batches of one turn, joined into columns that the tag table takes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drivers.reads import ReadBatch
from edge.locating.epcs import Keys, keys_of
from edge.locating.model import REFERENCE_DBM, FloorColumns
from edge.locating.slots import NO_ANTENNA, Ports
from edge.locating.tags import READS_MAX, Reads, TagTable

EPC_BITS_MAX = 496
"""The longest EPC that a Gen2 tag can answer with: 31 words of 16 bits."""
LEVEL_LEAST_DBM, LEVEL_MOST_DBM = -120.0, 20.0
"""What a reader can measure; a level beyond it is a fault of the reader and is drawn in."""


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    epc: NDArray[np.uint8]
    keys: Keys
    bits: NDArray[np.uint16]
    antenna: Ports
    rssi_dbm: NDArray[np.float32]
    seen_us: NDArray[np.int64]


class Intake:
    """Collects the batches of a turn.

    Attributes:
        ignored: reads left out so far: of an antenna that the floor does not name, of an
            impossible EPC length, or above the bound of a turn.
    """

    def __init__(self, columns: FloorColumns) -> None:
        self._columns = columns
        self._parts: list[_Part] = []
        self._held = 0
        self.ignored = 0

    def add(self, batch: ReadBatch) -> None:
        """Take a batch; costs little, the work is done once for all batches of a turn."""
        antenna = self._columns.antennas_of(batch.reader, batch.antenna)
        good = (antenna != NO_ANTENNA) & (batch.epc_bits > 0) & (batch.epc_bits <= EPC_BITS_MAX)
        room = READS_MAX - self._held
        if good.all() and len(good) <= room:
            part = _Part(
                batch.epc,
                keys_of(batch.epc, batch.epc_bits),
                batch.epc_bits,
                antenna,
                batch.rssi_dbm,
                batch.seen_us,
            )
        else:
            chosen = np.flatnonzero(good)[:room]
            self.ignored += len(good) - len(chosen)
            epc, bits = batch.epc[chosen], batch.epc_bits[chosen]
            part = _Part(
                epc,
                keys_of(epc, bits),
                bits,
                antenna[chosen],
                batch.rssi_dbm[chosen],
                batch.seen_us[chosen],
            )
        if len(part.bits):
            self._parts.append(part)
            self._held += len(part.bits)

    def take(self, table: TagTable, zero_us: int, now_ms: int, tags_max: int) -> Reads | None:
        """All reads since the last call, with rows found or made; None where there are none."""
        parts, self._parts, self._held = self._parts, [], 0
        if not parts:
            return None
        rows = np.concatenate([self._rows(table, same, tags_max) for same in _by_width(parts)])
        parts = [part for same in _by_width(parts) for part in same]
        rssi = np.concatenate([part.rssi_dbm for part in parts])
        rssi = np.nan_to_num(rssi, nan=REFERENCE_DBM)
        seen_us = np.concatenate([part.seen_us for part in parts])
        seen_ms = np.clip((seen_us - zero_us) // 1000, 1, now_ms).astype(np.int32)
        antenna = np.concatenate([part.antenna for part in parts])
        reads = Reads(rows, antenna, np.clip(rssi, LEVEL_LEAST_DBM, LEVEL_MOST_DBM), seen_ms)
        followed = rows >= 0
        if followed.all():
            return reads
        self.ignored += int(len(rows) - followed.sum())
        kept = Reads(
            rows[followed], antenna[followed], reads.rssi_dbm[followed], seen_ms[followed]
        )
        return kept if len(kept.rows) else None

    @staticmethod
    def _rows(table: TagTable, parts: list[_Part], tags_max: int) -> NDArray[np.int64]:
        if len(parts) == 1:
            part = parts[0]
            return table.rows_of(part.epc, part.keys, part.bits, tags_max)
        return table.rows_of(
            np.concatenate([part.epc for part in parts]),
            np.concatenate([part.keys for part in parts]),
            np.concatenate([part.bits for part in parts]),
            tags_max,
        )


def _by_width(parts: list[_Part]) -> list[list[_Part]]:
    """Parts with EPC columns of the same width together; nearly always all of them."""
    groups: dict[int, list[_Part]] = {}
    for part in parts:
        groups.setdefault(part.epc.shape[1], []).append(part)
    return list(groups.values())
