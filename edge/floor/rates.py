"""How fast work goes: pieces picked in a sliding window, per picker and in all."""

from collections import Counter, deque

from edge.model.events import PiecePicked
from edge.model.ids import Badge, WalkId
from edge.rules.waves import Pace

WINDOW_US = 300_000_000
MINUTE_US = 60_000_000
LINES_MIN = 20
"""With fewer lines in the window the configured pace is the better guess."""


class Rates:
    """Counts picked pieces; used by the floor loop only.

    Args:
        started_us: UTC microseconds; a window that has not filled yet is counted as it is.
        line_s: seconds that a picker takes for a line, until enough were picked to tell.
        ready_before_s: seconds before the cut-off at which picking is to be over.
    """

    def __init__(
        self, started_us: int, line_s: float = 20.0, ready_before_s: float = 1800.0
    ) -> None:
        self._started_us = started_us
        self._line_s = line_s
        self._ready_before_s = ready_before_s
        self._recent: deque[tuple[int, Badge]] = deque()
        self._begun_us: deque[int] = deque()
        self._at: dict[Badge, tuple[WalkId, int]] = {}
        self.picked: Counter[Badge] = Counter()

    def note(self, picked: PiecePicked, at_us: int) -> None:
        """One piece was picked; the first one of a stop is a line."""
        self._recent.append((at_us, picked.badge))
        self.picked[picked.badge] += 1
        if self._at.get(picked.badge) != (picked.walk_id, picked.stop):
            self._at[picked.badge] = picked.walk_id, picked.stop
            self._begun_us.append(at_us)

    def pace(self, pickers: int, now_us: int) -> Pace:
        """How fast the pickers at work are: as measured, once there is enough to tell."""
        while self._begun_us and self._begun_us[0] < now_us - WINDOW_US:
            self._begun_us.popleft()
        lines = len(self._begun_us)
        span_us = max(min(now_us - self._started_us, WINDOW_US), MINUTE_US // 6)
        measured_s = span_us / 1e6 * max(1, pickers) / lines if lines >= LINES_MIN else None
        return Pace(pickers, measured_s or self._line_s, self._ready_before_s)

    def per_minute(self, now_us: int) -> dict[Badge, float]:
        """Pieces a minute of each picker who picked in the last five minutes."""
        while self._recent and self._recent[0][0] < now_us - WINDOW_US:
            self._recent.popleft()
        span_us = max(min(now_us - self._started_us, WINDOW_US), MINUTE_US // 6)
        counts = Counter(badge for _, badge in self._recent)
        return {badge: count * MINUTE_US / span_us for badge, count in counts.items()}
