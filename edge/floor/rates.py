"""How fast work goes: pieces picked in a sliding window, per picker and in all."""

from collections import Counter, deque

from edge.model.ids import Badge

WINDOW_US = 300_000_000
MINUTE_US = 60_000_000


class Rates:
    """Counts picked pieces; used by the floor loop only.

    Args:
        started_us: UTC microseconds; a window that has not filled yet is counted as it is.
    """

    def __init__(self, started_us: int) -> None:
        self._started_us = started_us
        self._recent: deque[tuple[int, Badge]] = deque()
        self.picked: Counter[Badge] = Counter()

    def note(self, badge: Badge, at_us: int) -> None:
        """One piece was picked."""
        self._recent.append((at_us, badge))
        self.picked[badge] += 1

    def per_minute(self, now_us: int) -> dict[Badge, float]:
        """Pieces a minute of each picker who picked in the last five minutes."""
        while self._recent and self._recent[0][0] < now_us - WINDOW_US:
            self._recent.popleft()
        span_us = max(min(now_us - self._started_us, WINDOW_US), MINUTE_US // 6)
        counts = Counter(badge for _, badge in self._recent)
        return {badge: count * MINUTE_US / span_us for badge, count in counts.items()}
