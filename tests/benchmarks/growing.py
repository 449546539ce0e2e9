"""What a read, a fact, an order and a tag cost as the load grows tenfold, and again.

    python -m tests.benchmarks.growing docs/speed-growth.svg

CPU seconds of one process, each figure the least of some rounds; the baseline of each is the same
work at the smallest load. A line that goes up means that the cost of one grows with their number.
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from edge.clock import SystemClock
from edge.compose.core import new_id_maker
from edge.locating.locator import Locator
from edge.model.applying import apply
from edge.model.events import ItemArrived
from edge.model.ids import Epc, LocationId
from edge.model.state import FloorState
from edge.store.store import Store
from tests.benchmarks.figures import Effort, Figure, cpu_s
from tests.benchmarks.following import START_US, TICK_US, Traffic, dock
from tests.benchmarks.hall import hall
from tests.benchmarks.orders_in import taken_in

READS_A_TURN = (64, 640, 6_400)
"""3,200, 32,000 and 320,000 reads a second, at fifty turns a second."""
TAGS = (10_000, 100_000, 1_000_000)
FACTS_A_TURN = (1, 10, 100)
ORDERS = (20, 200, 2_000)
TURNS, FACTS = 60, 2_000
WIDTH, HEIGHT, LEFT, GAP = 380, 150, 60, 70


@dataclass(frozen=True, slots=True)
class Growth:
    """Costs of one, by how many there were."""

    name: str
    what: str
    unit: str
    costs: tuple[tuple[int, float], ...]

    def figures(self) -> list[Figure]:
        """Each beside the smallest load."""
        least, first = self.costs[0]
        return [
            Figure.less(f"{self.name}_{load}", self.unit, f"{least} of them", (cost, first))
            for load, cost in self.costs
        ]


def locator_with(tags: int, reads: int) -> tuple[Locator, Traffic]:
    """A locator that follows so many tags, and reads of them."""
    locator, traffic = Locator(dock()), Traffic.of(tags, TURNS, reads)
    for number, batch in enumerate(traffic.fill()):
        locator.observe(batch)
        locator.turn(START_US + (number + 1) * TICK_US)
    return locator, traffic


def read_us(tags: int, reads: int, rounds: int) -> float:
    """Microseconds of the locator for each read."""
    locator, traffic = locator_with(tags, reads)

    def work(turn: int) -> float:
        batches = traffic.some(turn)

        def all_of_them() -> None:
            for batch in batches:
                locator.observe(batch)
                locator.turn(batch.arrived_us)

        return cpu_s(all_of_them) * 1e6 / sum(map(len, batches))

    return min(work(turn) for turn in range(rounds))


def tag_bytes(tags: int) -> float:
    """What a tag takes in memory."""
    locator, _ = locator_with(tags, 6_400)
    return locator.nbytes / len(locator)


def fact_us(facts: int, count: int) -> float:
    """Microseconds from an arrival that is decided to its rows on disk."""
    clock, state = SystemClock(), FloorState(hall())
    place = next(iter(state.floor.locations))
    with tempfile.TemporaryDirectory(prefix="warehouse-edge-bench-") as folder:
        store = Store.open(Path(folder) / "journal.sqlite", clock, new_id_maker())

        def commit(first: int) -> None:
            arrivals = [_arrival(number, place) for number in range(first, first + facts)]
            for one in arrivals:
                apply(state, one, START_US)
            store.commit([(one, START_US) for one in arrivals], state, {})

        def all_of_them() -> None:
            for first in range(0, count, facts):
                commit(first)

        spent_s = cpu_s(all_of_them)
        store.close()
    return spent_s * 1e6 / count


def _arrival(number: int, place: LocationId) -> ItemArrived:
    return ItemArrived(Epc(f"3034{number:020x}"), None, place, 0.9)


def order_ms(count: int) -> float:
    """Milliseconds of an order of five lines, taken in, reviewed, kept and planned."""
    return cpu_s(partial(taken_in, count)) * 1e3 / count


def measured(effort: Effort) -> list[Growth]:
    """All of it; `effort` shortens the rows of tags, facts and orders."""
    rounds = effort.rounds

    def row(
        loads: Sequence[int], cost: Callable[[int], float], times: int = 1
    ) -> tuple[tuple[int, float], ...]:
        return tuple((load, min(cost(load) for _ in range(times))) for load in loads)

    tags = [max(1_000, effort.of(one)) for one in TAGS]
    orders = [max(20, effort.of(one)) for one in ORDERS]
    facts = max(200, effort.of(FACTS))
    known = tags[1]
    return [
        Growth(
            "growth_read",
            f"us a read, by reads a turn, {known:,} tags",
            "us a read",
            row(READS_A_TURN, lambda one: read_us(known, one, rounds)),
        ),
        Growth(
            "growth_read_at_tags",
            "us a read, by tags known, 6,400 reads a turn",
            "us a read",
            row(tags, lambda one: read_us(one, 6_400, rounds)),
        ),
        Growth("growth_memory", "bytes a tag, by tags known", "bytes a tag", row(tags, tag_bytes)),
        Growth(
            "growth_fact",
            "us a fact, by facts a transaction",
            "us a fact",
            row(FACTS_A_TURN, lambda one: fact_us(one, facts), 2),
        ),
        Growth("growth_order", "ms an order, by orders", "ms an order", row(orders, order_ms)),
    ]


def growth(effort: Effort) -> list[Figure]:
    """Every cost beside that of the smallest load; the plots go to `build/growth.svg`."""
    found = measured(effort)
    plot(Path("build/growth.svg"), found)
    return [figure for one in found for figure in one.figures()]


def plot(path: Path, found: Sequence[Growth]) -> None:
    """One panel a cost: the load in powers of ten to the right, the cost from 0 upwards."""
    panels = [
        _panel(one, LEFT + (at % 2) * (WIDTH + LEFT + 20), (at // 2) * (HEIGHT + GAP))
        for at, one in enumerate(found)
    ]
    wide, high = 2 * (WIDTH + LEFT + 20), (len(found) + 1) // 2 * (HEIGHT + GAP)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}"'
        f' font-family="sans-serif" font-size="13"><rect width="{wide}" height="{high}"'
        f' fill="#fff"/>{"".join(panels)}</svg>\n',
        encoding="utf-8",
    )


def _panel(growth_: Growth, left: float, top: float) -> str:
    loads, costs = zip(*growth_.costs, strict=True)
    most, steps = 1.25 * max(costs), np.log10(loads)
    reach = max(float(steps[-1] - steps[0]), 1e-9)
    x = [left + 25 + (WIDTH - 60) * (step - steps[0]) / reach for step in steps.tolist()]
    bottom = top + 30 + HEIGHT
    y = [bottom - HEIGHT * cost / most for cost in costs]
    line = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
    drawn = [
        f'<text x="{left}" y="{top + 18}">{growth_.what}</text>',
        f'<path d="M{left} {bottom}H{left + WIDTH}M{left} {bottom}V{top + 30}" stroke="#444"/>',
        f'<polyline fill="none" stroke="#1f6f8b" stroke-width="2" points="{line}"/>',
    ]
    for load, cost, a, b in zip(loads, costs, x, y, strict=True):
        drawn += [
            f'<circle cx="{a:.1f}" cy="{b:.1f}" r="4" fill="#1f6f8b"/>',
            f'<text x="{a:.1f}" y="{b - 9:.1f}" text-anchor="middle">{cost:,.3g}</text>',
            f'<text x="{a:.1f}" y="{bottom + 18}" text-anchor="middle">{load:,}</text>',
        ]
    return "".join(drawn)


def main() -> None:
    """Measure all, print it, and draw it to the file that is named."""
    found = measured(Effort(rounds=3))
    for one in found:
        told = ", ".join(f"{load:,}: {cost:,.3g}" for load, cost in one.costs)
        sys.stdout.write(f"{one.what}: {told}\n")
    plot(Path(sys.argv[1]), found)


if __name__ == "__main__":
    main()
