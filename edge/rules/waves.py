"""Waves: orders that one cut-off holds together, and whether they will be out in time.

A wave is what is due at one moment. Its work is its lines times the seconds that a picker takes
for one, walking included, divided by the pickers at work. Reckoned forward from now, wave after
wave, that is the forecast; reckoned back from the last cut-off it is the latest moment at which
each wave has to be begun, so that it and all later ones are picked in time to be packed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

from edge.model.ids import OrderId

SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What is still to be picked of one order.

    Attributes:
        due_us: its cut-off; None for none.
        lines: still to be picked, 0 or more.
    """

    order_id: OrderId
    due_us: int | None
    carrier: str
    lines: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a site picks.

    Attributes:
        pickers: at work; with none the work goes on as if there were one, later.
        line_s: seconds that one picker takes for one line, walking included.
        ready_before_s: seconds before the cut-off at which picking is to be over, for packing.
    """

    pickers: int
    line_s: float
    ready_before_s: float

    def takes_us(self, lines: int) -> int:
        """How long so many lines take."""
        return round(lines * self.line_s / max(1, self.pickers) * SECOND_US)


@dataclass(frozen=True, slots=True)
class Wave:
    """The orders of one cut-off.

    Attributes:
        due_us: the cut-off; None for orders without one, which come last.
        carriers: who leaves then, each once.
        orders: their names, as given.
        lines: still to be picked.
        begin_us: the latest moment to begin; None without a cut-off.
        picked_us: when its last line will be picked if the most urgent wave always goes first.
    """

    due_us: int | None
    carriers: tuple[str, ...]
    orders: tuple[OrderId, ...]
    lines: int
    begin_us: int | None
    picked_us: int

    @property
    def is_late(self) -> bool:
        """Whether it is forecast to miss its cut-off."""
        return self.due_us is not None and self.picked_us > self.due_us

    def is_tight(self, now_us: int) -> bool:
        """Whether nothing else should be begun before it."""
        return self.begin_us is not None and self.begin_us <= now_us


def waves(work: Iterable[OpenWork], pace: Pace, now_us: int) -> tuple[Wave, ...]:
    """The waves, the earliest cut-off first and orders without one last."""
    groups: dict[int | None, list[OpenWork]] = {}
    for one in work:
        groups.setdefault(one.due_us, []).append(one)
    dues = sorted(groups, key=lambda due_us: inf if due_us is None else due_us)
    lines = [sum(one.lines for one in groups[due_us]) for due_us in dues]
    begins = _latest_begins(dues, lines, pace)
    found: list[Wave] = []
    picked_us = now_us
    for due_us, count, begin_us in zip(dues, lines, begins, strict=True):
        picked_us += pace.takes_us(count)
        together = groups[due_us]
        found.append(
            Wave(
                due_us,
                tuple(sorted({one.carrier for one in together})),
                tuple(one.order_id for one in together),
                count,
                begin_us,
                picked_us,
            )
        )
    return tuple(found)


def _latest_begins(
    dues: Sequence[int | None], lines: Sequence[int], pace: Pace
) -> list[int | None]:
    """Back from the last cut-off: a wave ends when it is due, or when a later one must begin."""
    begins: list[int | None] = []
    later_us: float = inf
    for due_us, count in zip(reversed(dues), reversed(lines), strict=True):
        if due_us is None:
            begins.append(None)
            continue
        ready_us = due_us - round(pace.ready_before_s * SECOND_US)
        later_us = min(ready_us, later_us) - pace.takes_us(count)
        begins.append(int(later_us))
    return begins[::-1]
