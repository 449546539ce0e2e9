"""Taking up items after a restart: what was announced stands, and nothing is told again."""

from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from edge.locating.epcs import SHORT_BYTES, Rows, keys_of
from edge.locating.model import REFERENCE_DBM, FloorColumns
from edge.locating.tags import TagTable
from edge.locating.telling import Teller
from edge.locating.timeline import Timeline
from edge.model.goods import PresentItems
from edge.model.ids import Epc

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
        if not items.epc:
            return
        self._time.move(max(items.seen_us))
        numbers = map(self._columns.place_number.get, items.location, repeat(-1))
        places = np.fromiter(numbers, np.int64, len(items.location))
        epc, bits = _raw(items.epc)
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
        slots.seen_ms[0] = self._time.ms_of(np.array(items.seen_us, np.int64)[chosen])
        antennas = self._antenna_at[places]
        heard = np.flatnonzero(antennas >= 0)
        slots.antenna[0, heard] = antennas[heard]
        slots.weight[0, heard] = _RESTORED_WEIGHT
        slots.level_sum[0, heard] = _RESTORED_WEIGHT * REFERENCE_DBM
        slots.belief[0, heard] = np.array(items.probability, np.float32)[chosen][heard]
        self._table.put(rows, slots)
        since_s = np.array(items.since_us, np.int64)[chosen] // 1_000_000
        self._teller.place_silently(
            rows, places.astype(np.uint16), np.maximum(since_s, 0).astype(np.uint32)
        )


def _raw(epcs: tuple[Epc, ...]) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
    """EPCs in hex as bytes, padded on the right to the longest, and their bits."""
    lengths = np.fromiter(map(len, epcs), np.int64, len(epcs))
    width = max(2 * SHORT_BYTES, int(lengths.max()))
    if lengths.min() < width:
        epcs = tuple(Epc(one.ljust(width, "0")) for one in epcs)
    raw = np.frombuffer(bytes.fromhex("".join(epcs)), np.uint8)
    return raw.reshape(len(epcs), width // 2), (4 * lengths).astype(np.uint16)
