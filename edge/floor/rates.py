"""How fast work goes and how right it is: pieces by picker, zone and station, and the pace."""

from collections import Counter, deque
from typing import Generic, TypeVar

from edge.model.events import Event, PieceChecked, PiecePicked, PieceSorted, StrangerSeen
from edge.model.ids import Badge, LocationId, WalkId
from edge.model.places import Floor, LocationKind
from edge.rules.waves import Pace

WINDOW_US = 300_000_000
MINUTE_US = 60_000_000
LINES_MIN = 20
"""With fewer lines in the window the configured pace is the better guess."""

Key = TypeVar("Key", bound=str)


class Handled(Generic[Key]):
    """Pieces that went through hands or places, in all and a minute over a sliding window.

    Args:
        started_us: UTC microseconds; a window that has not filled yet is counted as it is.
    """

    def __init__(self, started_us: int) -> None:
        self._started_us = started_us
        self._recent: deque[tuple[int, Key]] = deque()
        self.in_all: Counter[Key] = Counter()

    def add(self, key: Key, at_us: int) -> None:
        """One piece went through there."""
        self._recent.append((at_us, key))
        self.in_all[key] += 1

    def per_minute(self, now_us: int) -> dict[Key, float]:
        """Pieces a minute, of those that had any in the last five minutes."""
        while self._recent and self._recent[0][0] < now_us - WINDOW_US:
            self._recent.popleft()
        span_us = _span_us(self._started_us, now_us)
        counts = Counter(key for _, key in self._recent)
        return {key: count * MINUTE_US / span_us for key, count in counts.items()}


class Rates:
    """Counts pieces; used by the floor loop only.

    Args:
        started_us: UTC microseconds; a window that has not filled yet is counted as it is.
        line_s: seconds that a picker takes for a line, until enough were picked to tell.
        ready_before_s: seconds before the cut-off at which picking is to be over.
        floor: tells the zone of a place; without it zones are not counted.

    Attributes:
        pickers: pieces that each picked.
        zones: pieces picked from each zone of the floor.
        stations: pieces checked at each pack station or sorted at each put wall.
        checked: pieces that belonged to their order at packing.
        strangers: pieces that were found at packing and belonged to another order, or to none.
    """

    def __init__(
        self,
        started_us: int,
        line_s: float = 20.0,
        ready_before_s: float = 1800.0,
        floor: Floor | None = None,
    ) -> None:
        self._started_us = started_us
        self._line_s = line_s
        self._ready_before_s = ready_before_s
        self._floor = floor
        self._begun_us: deque[int] = deque()
        self._at: dict[Badge, tuple[WalkId, int]] = {}
        self.pickers: Handled[Badge] = Handled(started_us)
        self.zones: Handled[LocationId] = Handled(started_us)
        self.stations: Handled[LocationId] = Handled(started_us)
        self.checked = 0
        self.strangers = 0

    def note(self, event: Event, at_us: int) -> None:
        """A fact; what says nothing of pieces that are handled is passed over."""
        match event:
            case PiecePicked():
                self._note_picked(event, at_us)
            case PieceChecked(station=station, before=None):  # else a piece that gained a sign
                self.stations.add(station, at_us)
                self.checked += 1
            case PieceSorted(wall=wall):
                self.stations.add(wall, at_us)
            case StrangerSeen():
                self.strangers += 1
            case _:
                pass

    def _note_picked(self, picked: PiecePicked, at_us: int) -> None:
        """One piece was picked; the first one of a stop is a line."""
        self.pickers.add(picked.badge, at_us)
        zone = _zone_of(self._floor, picked.location) if self._floor else None
        if zone is not None:
            self.zones.add(zone, at_us)
        if self._at.get(picked.badge) != (picked.walk_id, picked.stop):
            self._at[picked.badge] = picked.walk_id, picked.stop
            self._begun_us.append(at_us)

    def pace(self, pickers: int, now_us: int) -> Pace:
        """How fast the pickers at work are: as measured, once there is enough to tell."""
        while self._begun_us and self._begun_us[0] < now_us - WINDOW_US:
            self._begun_us.popleft()
        lines = len(self._begun_us)
        span_us = _span_us(self._started_us, now_us)
        measured_s = span_us / 1e6 * max(1, pickers) / lines if lines >= LINES_MIN else None
        return Pace(pickers, measured_s or self._line_s, self._ready_before_s)


def _span_us(started_us: int, now_us: int) -> int:
    return max(min(now_us - started_us, WINDOW_US), MINUTE_US // 6)


def _zone_of(floor: Floor, location: LocationId) -> LocationId | None:
    """The zone that a place lies in; None outside of all."""
    at = floor.locations.get(location)
    for _ in range(len(floor.locations)):
        if at is None or at.kind is LocationKind.ZONE:
            break
        at = floor.locations.get(at.parent) if at.parent else None
    return at.id if at else None
