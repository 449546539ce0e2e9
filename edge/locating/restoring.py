"""Taking up items after a restart: what was announced stands, and nothing is told again."""

import numpy as np
from numpy.typing import NDArray

from edge.locating.columns import FloorColumns
from edge.locating.epcs import SHORT_BYTES, Rows, keys_of
from edge.locating.model import REFERENCE_DBM
from edge.locating.tags import TagTable
from edge.locating.telling import Teller
from edge.locating.timeline import Timeline
from edge.model.goods import PresentItems

_RESTORED_WEIGHT = 0.01
"""Weight of a restored belief as evidence: it names the place, any read outweighs it."""


class Restorer:
    """Puts items into the table as they were, all at once."""

    def __init__(
        self, columns: FloorColumns, table: TagTable, teller: Teller, time: Timeline
    ) -> None:
        self._columns = columns
        self._table = table
        self._teller = teller
        self._time = time
        self._antenna_at = np.full(len(columns.places), -1, np.int64)
        numbers = np.arange(len(columns.antennas))[::-1]  # the first antenna of a place is kept
        self._antenna_at[columns.place_of[-2::-1]] = numbers

    def restore(self, items: PresentItems, tags_max: int) -> None:
        """Take up items; one whose place is no longer there arrives anew."""
        self._time.move(max(items.seen_us))
        numbers = [self._columns.place_number.get(place, -1) for _, place in items.kinds]
        places = np.array(numbers, np.int64).take(np.frombuffer(items.kind, np.uint32))
        epc, bits = _raw(items)
        known = np.flatnonzero(places >= 0)
        if len(known) < len(places):
            epc, bits = epc[known], bits[known]
        rows = self._table.rows_of(epc, keys_of(epc, bits), bits, tags_max)
        room = rows >= 0
        chosen = known[room]
        self._put(rows[room], places[chosen], items, chosen)

    def _put(
        self, rows: Rows, places: NDArray[np.int64], items: PresentItems, chosen: Rows
    ) -> None:
        slots = self._table.slots_of(rows)
        slots.seen_ms[0] = self._time.ms_of(np.frombuffer(items.seen_us, np.int64)[chosen])
        antennas = self._antenna_at[places]
        heard = np.flatnonzero(antennas >= 0)
        slots.antenna[0, heard] = antennas[heard]
        slots.weight[0, heard] = _RESTORED_WEIGHT
        slots.level_sum[0, heard] = _RESTORED_WEIGHT * REFERENCE_DBM
        slots.belief[0, heard] = np.frombuffer(items.probability)[chosen][heard]
        self._table.put(rows, slots)
        since_s = np.frombuffer(items.since_us, np.int64)[chosen] // 1_000_000
        self._teller.place_silently(
            rows, places.astype(np.uint16), np.maximum(since_s, 0).astype(np.uint32)
        )


def _raw(items: PresentItems) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
    """EPCs as bytes, padded on the right to the longest, and their bits."""
    raw = np.frombuffer(bytes.fromhex(items.epcs), np.uint8).reshape(len(items), -1)
    short_bytes = max(0, SHORT_BYTES - raw.shape[1])
    if short_bytes:
        raw = np.pad(raw, ((0, 0), (0, short_bytes)))
    return raw, np.frombuffer(items.digits, np.uint16) * np.uint16(4)
