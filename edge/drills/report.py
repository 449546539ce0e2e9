"""What an exercise found, in the same figures for every fault."""

from collections.abc import Sequence
from dataclasses import dataclass

PERCENTILE = 0.95


@dataclass(frozen=True, slots=True)
class Run:
    """One fault and what it did.

    Attributes:
        acknowledged: facts that had been confirmed to their sender before the fault.
        lost: of these, how many are gone, or are there with another content.
        doubled: facts that are there twice.
        reordered: facts that stand before one that happened earlier.
        recovery_ms: from the moment at which recovering was possible until work went on; None
            where that was made shorter than it is, by a writer that was forked.
    """

    acknowledged: int
    lost: int
    doubled: int
    reordered: int
    recovery_ms: float | None


@dataclass(frozen=True, slots=True)
class DrillReport:
    """All runs of one exercise; the field names are those of the printed JSON object."""

    drill: str
    runs: int
    acknowledged: int
    kept: int
    lost: int
    doubled: int
    reordered: int
    recovery_ms_p95: float

    @property
    def good(self) -> bool:
        """Whether every promise held in every run, and there was something to lose."""
        return self.acknowledged > 0 and not (self.lost or self.doubled or self.reordered)


def report(drill: str, runs: Sequence[Run]) -> DrillReport:
    """The runs added up.

    Args:
        drill: name of the exercise.
        runs: one or more, one at least with the time of its recovery.
    """
    acknowledged = sum(run.acknowledged for run in runs)
    lost = sum(run.lost for run in runs)
    timed_ms = [run.recovery_ms for run in runs if run.recovery_ms is not None]
    slowest_first = sorted(timed_ms, reverse=True)
    return DrillReport(
        drill=drill,
        runs=len(runs),
        acknowledged=acknowledged,
        kept=acknowledged - lost,
        lost=lost,
        doubled=sum(run.doubled for run in runs),
        reordered=sum(run.reordered for run in runs),
        recovery_ms_p95=round(slowest_first[int(len(timed_ms) * (1 - PERCENTILE))], 1),
    )
