"""Taking up items after a restart: what was announced stands, and nothing is told again."""

from collections.abc import Iterable

import numpy as np

from edge.locating.epcs import Rows, keys_of
from edge.locating.model import REFERENCE_DBM, FloorColumns
from edge.locating.tags import TagTable
from edge.locating.telling import Teller, Timeline
from edge.model.goods import PresentItem

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
        self._antenna_at = dict(
            zip(columns.place_of[-2::-1].tolist(), range(len(columns.antennas))[::-1], strict=True)
        )

    def restore(self, items: Iterable[PresentItem], tags_max: int) -> None:
        """Take up items; one without a place, or whose place is no longer there, arrives anew."""
        numbers = self._columns.place_number
        known = {
            item.epc: (item, numbers[item.location])
            for item in items
            if item.location is not None and item.location in numbers
        }
        if not known:
            return
        self._time.move(max(item.seen_us for item, _ in known.values()))
        raw = [bytes.fromhex(epc) for epc in known]
        width = max(12, *(len(one) for one in raw))
        epc = np.frombuffer(b"".join(one.ljust(width, b"\0") for one in raw), np.uint8)
        epc = epc.reshape(len(raw), width)
        bits = np.array([8 * len(one) for one in raw], np.uint16)
        rows = self._table.rows_of(epc, keys_of(epc, bits), bits, tags_max)
        self._put(rows, [pair for pair, row in zip(known.values(), rows, strict=True) if row >= 0])

    def _put(self, rows: Rows, known: list[tuple[PresentItem, int]]) -> None:
        rows = rows[rows >= 0]
        slots = self._table.slots_of(rows)
        slots.seen_ms[0] = [max(1, self._time.ms_of(item.seen_us)) for item, _ in known]
        antennas = np.array([self._antenna_at.get(place, -1) for _, place in known], np.int64)
        heard = np.flatnonzero(antennas >= 0)
        beliefs = np.array([item.probability for item, _ in known], np.float32)
        slots.antenna[0, heard] = antennas[heard]
        slots.weight[0, heard] = _RESTORED_WEIGHT
        slots.level_sum[0, heard] = _RESTORED_WEIGHT * REFERENCE_DBM
        slots.belief[0, heard] = beliefs[heard]
        self._table.put(rows, slots)
        places = np.array([place for _, place in known], np.uint16)
        since_s = np.array([max(0, item.since_us) // 1_000_000 for item, _ in known], np.uint32)
        self._teller.place_silently(rows, places, since_s)
