"""The live picture of a calibration: what antennas hear of the tag, how long it was where."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from edge.floor.board import Shown
from edge.floor.watching import WatchedRead
from edge.model.ids import Epc, LocationId
from edge.model.places import Floor

WINDOW_US = 3_000_000
"""Levels and rates are those of the last three seconds."""
PLACE_S_WANTED = 60
"""Long enough for three pieces, each judged by what the others taught."""
NEARBY_MAX = 5


@dataclass(slots=True)
class _Held:
    """One place: how long the tag was held there, and how many reads that gave."""

    held_us: int = 0
    reads: int = 0


@dataclass(slots=True)
class Picture:
    """What is shown of one recording; used by one thread at a time."""

    floor: Floor
    _recent: deque[WatchedRead] = field(default_factory=deque)
    _held: dict[LocationId, _Held] = field(default_factory=dict)
    _nearby: dict[Epc, WatchedRead] = field(default_factory=dict)

    @property
    def places(self) -> tuple[LocationId, ...]:
        """Where the tag can be held: the places that antennas cover."""
        return tuple(dict.fromkeys(one.location for one in self.floor.antennas))

    def hear(self, reads: Iterable[WatchedRead], now_us: int, epc: Epc | None) -> None:
        """Reads of the chosen tag; of the loudest tags while none is chosen."""
        if epc is None:
            for one in reads:
                known = self._nearby.get(one.epc)
                if known is None or _is_louder(one, known, now_us):
                    self._nearby[one.epc] = one
            late = [epc for epc, one in self._nearby.items() if one.at_us < now_us - WINDOW_US]
            for gone in late:
                del self._nearby[gone]
            return
        self._recent.extend(reads)
        self._forget(now_us)

    def hold(self, place: LocationId, held_us: int, reads: int) -> None:
        """The tag was at a place for so much longer, and read so often."""
        known = self._held.setdefault(place, _Held())
        known.held_us += held_us
        known.reads += reads

    def another_tag(self) -> None:
        """What was heard of the last tag says nothing of the next."""
        self._recent.clear()
        self._nearby.clear()

    def shown(self, now_us: int) -> Shown:
        """As plain JSON values."""
        self._forget(now_us)
        return {
            "antennas": [
                self._antenna(one.reader, one.port, one.location, now_us)
                for one in self.floor.antennas
            ],
            "places": [
                {
                    "location": place,
                    "held_s": self._held[place].held_us // 1_000_000 if place in self._held else 0,
                    "wanted_s": PLACE_S_WANTED,
                    "reads": self._held[place].reads if place in self._held else 0,
                }
                for place in self.places
            ],
            "nearby": [
                {"epc": one.epc, "rssi_dbm": round(one.rssi_dbm, 1), "reader": one.reader}
                for one in sorted(self._nearby.values(), key=lambda one: -one.rssi_dbm)[
                    :NEARBY_MAX
                ]
            ],
        }

    def _antenna(self, reader: str, port: int, location: LocationId, now_us: int) -> Shown:
        own = [one for one in self._recent if one.reader == reader and one.port == port]
        levels = [one.rssi_dbm for one in own if one.rssi_dbm == one.rssi_dbm]
        return {
            "reader": reader,
            "port": port,
            "location": location,
            "rssi_dbm": round(sum(levels) / len(levels), 1) if levels else None,
            "reads_per_s": round(sum(one.count for one in own) * 1e6 / WINDOW_US, 1),
            "age_s": round(max(0, now_us - own[-1].at_us) / 1e6, 1) if own else None,
        }

    def _forget(self, now_us: int) -> None:
        while self._recent and self._recent[0].at_us < now_us - WINDOW_US:
            self._recent.popleft()


def _is_louder(new: WatchedRead, known: WatchedRead, now_us: int) -> bool:
    return known.at_us < now_us - WINDOW_US // 3 or not new.rssi_dbm <= known.rssi_dbm
