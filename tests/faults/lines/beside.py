"""A line made in several processes beside each other, and what they found together.

Each has a folder and instants of its own. Counts add up; of times the worst process's is told.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

from tests.faults.lines.line import Bench, Found

SEEDS_APART = 1_000
"""Processes beside each other make their faults at different instants."""


def shares(bench: Bench, most: int) -> list[Bench]:
    """The tries shared out among so many processes at most, each with one try at least."""
    of = min(most, bench.tries)
    return [_share(bench, number, of) for number in range(of)]


def _share(bench: Bench, number: int, of: int) -> Bench:
    folder = bench.folder / f"beside-{number}"
    folder.mkdir()
    tries = bench.tries * (number + 1) // of - bench.tries * number // of
    seed = bench.seed + SEEDS_APART * number
    return replace(bench, folder=folder, tries=tries, seed=seed, number=number, of=of)


def beside(most: int, make: Callable[[Bench], Found]) -> Callable[[Bench], Found]:
    """Makes a line in so many processes at most."""

    def make_all(bench: Bench) -> Found:
        parts = shares(bench, most)
        with ProcessPoolExecutor(len(parts), mp_context=get_context("fork")) as processes:
            return together(list(processes.map(make, parts)))

    return make_all


def together(parts: Sequence[Found]) -> Found:
    """What several processes found, as one."""
    first = parts[0]
    return Found(
        sum(one.tries for one in parts),
        {name: sum(one.amiss[name] for one in parts) for name in first.amiss},
        {name: _joined(name, [one.figures[name] for one in parts]) for name in first.figures},
        {
            name: (max(one.bounds[name][0] for one in parts), most)
            for name, (_, most) in first.bounds.items()
        },
    )


def _joined(name: str, figures: Sequence[float]) -> float:
    return max(figures) if "_ms" in name else sum(figures)
