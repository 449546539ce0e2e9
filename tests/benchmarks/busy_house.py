"""Fifty pickers in a house that is busy with all else, too: orders, plans, and reads of tags.

The readers, the broker and the central system are those of `loaded_site`. Walks are short, so that
somebody always waits for the next one and the planner hardly ever rests; as many lines come in as
are picked. First without reads, then with 32,000 a second.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from edge.model.ids import OrderId
from edge.model.orders import OrderLine
from tests.benchmarks.end_to_end import filled_store, scratch
from tests.benchmarks.figures import Effort, Figure
from tests.benchmarks.hall import articles, orders
from tests.benchmarks.loaded_central import Central
from tests.benchmarks.loaded_site import READERS, Crew, Load, LoadedSite, loaded_site
from tests.benchmarks.many_pickers import ROUND_S, HandheldPicker, badges, times_ms, typical
from tests.benchmarks.processes import wait_until

PIECES_PER_WALK = 20
WARM_S = 30.0
"""Then the first have come to the end of their walks."""
FIRST_ORDERS, ORDERS_A_S, LINES = 400, 5, 5
ORDERS = 6_000
READS_PER_S = 32_000
RESIDENTS = 100_000 // READERS
GOAL = "the goal"
GOAL_MS = 100.0


@contextmanager
def orders_coming_in(central: Central) -> Iterator[None]:
    """Some hundred orders, then so many each second, until the block ends."""
    wanted = iter(orders(ORDERS, LINES, articles(400)))
    stop = threading.Event()

    def some(count: int) -> Iterator[tuple[OrderId, tuple[OrderLine, ...]]]:
        for _, order in zip(range(count), wanted, strict=False):
            yield order

    def send() -> None:
        while not stop.wait(1.0):
            central.send_orders(some(ORDERS_A_S))

    central.send_orders(some(FIRST_ORDERS))
    sender = threading.Thread(target=send, name="orders")
    sender.start()
    try:
        yield
    finally:
        stop.set()
        sender.join()


def busy_house(effort: Effort) -> list[Figure]:
    """Scan to prompt of fifty pickers beside the planner, then beside planner and reads."""
    gtins = {one.sku: str(one.gtin) for one in articles(400)}
    crew = Crew(tuple(badges()), PIECES_PER_WALK)
    with (
        scratch() as folder,
        loaded_site(folder, store=filled_store(effort.of(RESIDENTS)), crew=crew) as site,
        orders_coming_in(site.central),
    ):
        pickers = [HandheldPicker(site.port, badge, gtins) for badge in crew.badges]
        return [
            *_figures("planning", site, pickers, effort, reads_per_s=0),
            *_figures("planning_and_reads", site, pickers, effort, reads_per_s=READS_PER_S),
        ]


def _figures(
    name: str, site: LoadedSite, pickers: list[HandheldPicker], effort: Effort, *, reads_per_s: int
) -> list[Figure]:
    rounds, round_s = max(2, effort.rounds - 2), max(2.0, ROUND_S * effort.share)
    warm_s = WARM_S * effort.share
    before = site.central.health
    if reads_per_s:
        seconds = warm_s + rounds * round_s
        site.begin(Load(reads_per_s, seconds, effort.of(RESIDENTS)))
    cpu_s = site.daemon.cpu_s()
    found = times_ms(pickers, rounds, round_s, warm_s)
    share = 100 * (site.daemon.cpu_s() - cpu_s) / (warm_s + rounds * round_s)
    if reads_per_s:
        sent = site.readers.hear()["sent"]
        wait_until("all reads are received", lambda: site.received >= sent)
    if site.central.health["reads_folded"] != before["reads_folded"]:
        raise AssertionError("reads were folded")
    scans = sum(map(len, found.took)) / (rounds * round_s)
    goal = (GOAL, GOAL_MS)
    late = typical(found.late, 0.99)
    return [
        Figure.less(f"{name}_p50", "ms", goal[0], (typical(found.took, 0.5), goal[1])),
        Figure.less(f"{name}_p99", "ms", goal[0], (typical(found.took, 0.99), goal[1])),
        Figure.less(
            f"{name}_late_p99", "ms a picker's own thread was late", goal[0], (late, goal[1])
        ),
        Figure.less(f"{name}_cpu", "% of a core", "scans a second", (share, scans)),
    ]
