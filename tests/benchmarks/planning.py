"""How far plans are from the best known, and how long they take: prints tables, is no test.

    python -m tests.benchmarks.planning DATA [--seconds N] [--every K]

DATA holds `sprp/routes.jsonl` and `henn/batches.jsonl`; with `--every K` only each K-th wave is
batched. Times are of this process (CPU), so that other work on the machine does not count;
`--seconds` bounds that time as well.
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from statistics import fmean, median

import numpy as np

from edge.rules.batching import Effort, plan_batches
from edge.rules.instances import RouteInstance
from edge.rules.reading_instances import batch_instance, route_instance
from edge.rules.routing import shortest_route

Row = tuple[float, float]
"""Share over the best known, and milliseconds."""


def read_cases(path: Path) -> list[dict[str, object]]:
    """The instances of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def table(title: str, groups: dict[str, list[Row]]) -> None:
    """Print one line for each group and one for all."""
    print(  # noqa: T201 - a table is what it is for
        f"\n{title}\n{'group':28} {'n':>4} {'mean %':>8} {'max %':>8} {'ms':>9} {'ms max':>9}"
    )
    everything = [row for rows in groups.values() for row in rows]
    for name, rows in (*sorted(groups.items()), ("all", everything)):
        over, took = [100 * row[0] for row in rows], [row[1] for row in rows]
        print(  # noqa: T201 - a table is what it is for
            f"{name:28} {len(rows):4} {fmean(over):8.3f} {max(over):8.3f} "
            f"{median(took):9.2f} {max(took):9.2f}"
        )


def routes(cases: Iterable[dict[str, object]]) -> None:
    """Routes against proven optima; the time is the better of two runs."""
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for case in cases:
        instance = route_instance(case["instance"])
        took, length = min(timed(instance) for _ in range(2))
        blocks = len(instance.cross_y) - 1
        group = f"{blocks} block, {len(instance.aisle_x)} aisles"
        groups[group].append((length / float(str(case["optimum"])) - 1, took))
    table("Routes: over the proven optimum", groups)


def timed(instance: RouteInstance) -> tuple[float, float]:
    """Milliseconds and length of one route."""
    began = time.process_time()
    length = shortest_route(instance).length
    return 1000 * (time.process_time() - began), length


def large_halls() -> None:
    """Routes to 30 stops in halls of one to four blocks; the time is the better of two runs."""
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    chance = np.random.default_rng(1)
    for blocks in range(1, 5):
        for aisles in (10, 20):
            instance = RouteInstance(
                aisle_x=tuple(4.0 * index for index in range(aisles)),
                cross_y=tuple(20.0 * index for index in range(blocks + 1)),
                start=(0.0, 0.0),
                end=(0.0, 0.0),
                stops=tuple(
                    (int(chance.integers(aisles)), float(chance.uniform(0, 20 * blocks)))
                    for _ in range(30)
                ),
            )
            took = min(timed(instance)[0] for _ in range(2))
            groups[f"{blocks} block, {aisles} aisles"].append((0.0, took))
    table("Routes: time in larger halls", groups)


def batches(cases: Iterable[dict[str, object]], seconds: float) -> None:
    """Batches against the best known values, first answer and after some seconds."""
    first: defaultdict[str, list[Row]] = defaultdict(list)
    final: defaultdict[str, list[Row]] = defaultdict(list)
    for case in cases:
        instance = batch_instance(case["instance"])
        best = float(str(case["optimum"]))
        for groups, bound in ((first, 0.0), (final, seconds)):
            began = time.process_time()

            def elapsed_s(began: float = began) -> float:
                return time.process_time() - began

            plan = plan_batches(
                instance, np.random.default_rng(1), Effort(seconds=bound, elapsed_s=elapsed_s)
            )
            row = plan.length / best - 1, 1000 * elapsed_s()
            groups[f"{len(instance.orders)} orders"].append(row)
    table("Batches: first answer, over the best known", first)
    table(f"Batches: after {seconds:g} s, over the best known", final)


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description="gaps and times of routing and batching")
    parser.add_argument("data", type=Path)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--every", type=int, default=1)
    asked = parser.parse_args()
    routes(read_cases(asked.data / "sprp" / "routes.jsonl"))
    large_halls()
    batches(read_cases(asked.data / "henn" / "batches.jsonl")[:: asked.every], asked.seconds)


if __name__ == "__main__":
    main()
