"""A figure and the baseline that was measured beside it, in turns, in the same process."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Effort:
    """How thoroughly to measure.

    Attributes:
        rounds: turns of each side; the figure is the median.
        share: of the usual work in each turn, above 0 to 1.
    """

    rounds: int = 5
    share: float = 1.0

    def of(self, count: int) -> int:
        """So much of the usual work, at least 1."""
        return max(1, round(count * self.share))


QUICK = Effort(rounds=2, share=0.1)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    Attributes:
        baseline: what it is compared with.
        ratio: how many times better than the baseline, whether more or less is better.
    """

    name: str
    value: float
    unit: str
    baseline: str
    baseline_value: float
    ratio: float

    @classmethod
    def more(cls, name: str, unit: str, baseline: str, pair: tuple[float, float]) -> "Figure":
        """A figure of which more is better, from (ours, baseline)."""
        return cls(name, pair[0], unit, baseline, pair[1], pair[0] / pair[1])

    @classmethod
    def less(cls, name: str, unit: str, baseline: str, pair: tuple[float, float]) -> "Figure":
        """A figure of which less is better, from (ours, baseline)."""
        return cls(name, pair[0], unit, baseline, pair[1], pair[1] / pair[0])


def cpu_s(work: Callable[[], object]) -> float:
    """Seconds of this process's CPU time that some work takes."""
    began = time.process_time()
    work()
    return time.process_time() - began


def in_turns(
    effort: Effort, ours: Callable[[], float], baseline: Callable[[], float]
) -> tuple[float, float]:
    """The medians of both, measured alternately after one turn each to warm up."""
    found: list[tuple[float, float]] = []
    ours()
    baseline()
    for turn in range(effort.rounds):
        if turn % 2:
            other = baseline()
            found.append((ours(), other))
        else:
            found.append((ours(), baseline()))
    return median(one[0] for one in found), median(one[1] for one in found)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]
