"""Exercises on the way to the central system: the broker killed, and failover between two."""

from collections.abc import Iterator
from pathlib import Path

from numpy.random import Generator

from edge.clock import Clock
from edge.drills.gateway import ScratchGateway, scratch_gateway
from edge.drills.report import Run

WORK_S = (0.1, 1.0)
"""How long facts flow before the fault: from, to."""
AWAY_S = (0.0, 1.0)
"""How long a killed broker stays away: from, to."""
RECOVERY_S_MAX = 60.0


class LinkDrills:
    """The exercises that need a whole gateway.

    Args:
        folder: for scratch files.
        clock: of the host.
        generator: settles the instants of the faults.
    """

    def __init__(self, folder: Path, clock: Clock, generator: Generator) -> None:
        self._folder = folder
        self._clock = clock
        self._generator = generator

    def broker(self, runs: int) -> Iterator[Run]:
        """SIGKILL to the broker, which forgets what it held; recovered when facts arrive again.

        Raises:
            DrillError: the gateway could not be set up, or did not recover.
        """
        with scratch_gateway(self._folder, self._clock, brokers=1) as gateway:
            (broker,) = gateway.brokers.values()
            counted = _Counted(gateway)
            for _ in range(runs):
                gateway.go_on_for(self._span_s(*WORK_S))
                broker.kill()
                gateway.go_on_for(self._span_s(*AWAY_S))
                broker.start()
                yield counted.run(_until_acknowledged(gateway))

    def failover(self, runs: int) -> Iterator[Run]:
        """SIGKILL to the broker in use of two; recovered when facts arrive through the other.

        Raises:
            DrillError: the gateway could not be set up, or did not recover.
        """
        with scratch_gateway(self._folder, self._clock, brokers=2) as gateway:
            counted = _Counted(gateway)
            for _ in range(runs):
                gateway.go_on_for(self._span_s(*WORK_S))
                used = gateway.broker_in_use()
                gateway.brokers[used].kill()
                recovery_ms = _until_acknowledged(gateway)
                gateway.brokers[used].start()
                yield counted.run(recovery_ms)

    def _span_s(self, least_s: float, most_s: float) -> float:
        return float(self._generator.uniform(least_s, most_s))


class _Counted:
    """The books after each fault, as what came to them since the one before."""

    def __init__(self, gateway: ScratchGateway) -> None:
        self._gateway = gateway
        self._acknowledged = 0
        self._amiss = (0, 0, 0)

    def run(self, recovery_ms: float) -> Run:
        """One fault with what it did.

        What the gateway believes to be acknowledged is read before the central system's books, so
        whatever the books lack is lost.
        """
        acknowledged = self._gateway.counts().acknowledged
        books = self._gateway.books()
        amiss = (max(0, acknowledged - books.upto), books.doubled, books.reordered)
        lost, doubled, reordered = (
            max(0, now - before) for now, before in zip(amiss, self._amiss, strict=True)
        )
        fresh = acknowledged - self._acknowledged
        self._acknowledged, self._amiss = acknowledged, amiss
        return Run(fresh, lost, doubled, reordered, recovery_ms)


def _until_acknowledged(gateway: ScratchGateway) -> float:
    """Wait until the central system has acknowledged a fact of after the fault."""
    known = gateway.counts().last_seq
    return gateway.wait_until(
        lambda: gateway.counts().acknowledged > known,
        RECOVERY_S_MAX,
        "for facts to be acknowledged after the fault",
    )
