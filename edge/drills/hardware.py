"""The exercise of the lost gateway: its disk burns, and new hardware takes its place.

A whole gateway works with a central system. A backup is made as the timer makes it, with a copy in
a second place; work goes on; then the gateway is killed and everything on its disk is gone. On the
new disk there is the configuration and nothing else: the journal is restored from the second
place, the daemon is started, and the central system, which sees an epoch that it does not know,
sends every open order again. What the central system had acknowledged is in its books (RPO 0);
what it was told of and is open has to be known to the new gateway, whether the backup held it or
not.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from numpy.random import Generator

from edge.clock import Clock
from edge.drills.books import orders_received
from edge.drills.errors import DrillError
from edge.drills.gateway import POLL_S, ScratchGateway, scratch_gateway
from edge.drills.report import Run
from edge.store.rotating import backups

WORK_S = (0.2, 1.5)
"""How long facts flow before the backup, and after it: from, to."""
RECOVERY_S_MAX = 600.0
ORDERS_S_MAX = 60.0
"""What is not known after so long will not come any more."""


class HardwareDrills:
    """The exercise with a whole gateway.

    Args:
        folder: for scratch files.
        clock: of the host.
        generator: settles the instants.
    """

    def __init__(self, folder: Path, clock: Clock, generator: Generator) -> None:
        self._folder = folder
        self._clock = clock
        self._generator = generator

    def restore(self, runs: int) -> Iterator[Run]:
        """The disk is lost; recovered when the new gateway has all open work and is acknowledged.

        Raises:
            DrillError: the gateway could not be set up, or did not recover.
        """
        with scratch_gateway(self._folder, self._clock, brokers=1) as gateway:
            amiss = (0, 0)
            for _ in range(runs):
                run, amiss = self._burn_once(gateway, amiss)
                yield run

    def _burn_once(
        self, gateway: ScratchGateway, before: tuple[int, int]
    ) -> tuple[Run, tuple[int, int]]:
        gateway.go_on_for(self._span_s())
        gateway.command("backup", "create")
        gateway.go_on_for(self._span_s())
        gateway.daemon.kill()
        acknowledged = gateway.counts().acknowledged
        books, wanted = gateway.books(), open_orders(gateway.books_path)
        shutil.rmtree(gateway.data)
        started_us = self._clock.monotonic_us()
        gateway.command("backup", "restore", str(_newest(gateway.second_place)))
        gateway.start_daemon()
        gateway.wait_until(
            lambda: gateway.counts().acknowledged > 0,
            RECOVERY_S_MAX,
            "for an acknowledgement in the new epoch",
        )
        unknown = self._unknown(gateway, wanted)
        recovery_ms = (self._clock.monotonic_us() - started_us) / 1000
        after = gateway.books()
        lost = max(0, acknowledged - books.upto) + len(unknown)
        amiss = (after.doubled, after.reordered)
        doubled, reordered = (now - then for now, then in zip(amiss, before, strict=True))
        return Run(acknowledged, lost, doubled, reordered, recovery_ms), amiss

    def _unknown(self, gateway: ScratchGateway, wanted: set[str]) -> set[str]:
        """The open orders that the new gateway still does not know after a while."""
        ends_us = self._clock.monotonic_us() + int(ORDERS_S_MAX * 1e6)
        received, position = orders_received(gateway.journal, 0)
        unknown = wanted - received
        while unknown and self._clock.monotonic_us() < ends_us:
            gateway.go_on_for(POLL_S)
            received, position = orders_received(gateway.journal, position)
            unknown -= received
        return unknown

    def _span_s(self) -> float:
        return float(self._generator.uniform(*WORK_S))


def _newest(second_place: Path) -> Path:
    found = backups(second_place)
    if not found:
        raise DrillError(f"{second_place} holds no backup")
    return found[-1]


def open_orders(books: Path) -> set[str]:
    """The orders that the gateway has told of and that are open, by the central system's books."""
    with closing(sqlite3.connect(f"{books.as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute(
            "SELECT order_id FROM orders WHERE state = 'open' AND received = 1"
        ).fetchall()
    return {order_id for (order_id,) in rows}
