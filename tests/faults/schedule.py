"""Which lines are made alone and which beside others, and how long that will take.

A line whose promise has a bound of time is made with nothing beside it; those on a wire wait
nearly all the while and keep their bound together. All others only count: two of them go on at one
time, the longest first.
"""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ALONE = ("kill", "power", "disk", "failover", "live-lane")
ON_WIRES = ("half-open", "down", "loss", "slow")
PLACES = 2
"""As many as the machine that the table is made for has cores."""


@dataclass(frozen=True, slots=True)
class Phase:
    """Lines made in so many places: each takes the next one as soon as it is free."""

    names: tuple[str, ...]
    places: int


def phases(names: Sequence[str], expected_s: Mapping[str, float]) -> list[Phase]:
    """The lines of these names, those with a bound of time first."""
    apart = [Phase((name,), 1) for name in ALONE if name in names]
    wires = tuple(name for name in ON_WIRES if name in names)
    counted = [name for name in names if name not in ALONE and name not in ON_WIRES]
    counted.sort(key=lambda name: -expected_s[name])
    made = [*apart, Phase(wires, len(ON_WIRES)), Phase(tuple(counted), PLACES)]
    return [one for one in made if one.names]


def left_s(
    planned: Sequence[Phase], expected_s: Mapping[str, float], spent_s: Mapping[str, float]
) -> float:
    """How long it still takes, about.

    Args:
        planned: all phases.
        expected_s: of every line.
        spent_s: of the lines that were begun; infinite for those that are over.
    """
    return sum(_takes_s(one, expected_s, spent_s) for one in planned)


def _takes_s(phase: Phase, expected_s: Mapping[str, float], spent_s: Mapping[str, float]) -> float:
    free_s = [0.0] * phase.places
    for name in phase.names:
        soonest_s = heapq.heappop(free_s)
        left = max(0.0, expected_s[name] - spent_s.get(name, 0.0))
        heapq.heappush(free_s, soonest_s + left)
    return max(free_s)
