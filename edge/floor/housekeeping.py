"""Housekeeping: what is done in idle moments so that the disk stays bounded and is never full.

Every turn's end and every idle moment may checkpoint. Now and then the disk's use is looked at,
and a person is told in time; free memory goes back to the system. In an idle moment one bounded
piece of the oldest facts goes, and only such as the central system has stored.

A reserve, a file that holds nothing, lies beside the journal. When the disk is nearly full it is
given up, so that the work at hand can be finished and told; it is made again when there is room.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from edge.clock import Clock
from edge.floor.alerts import Alert, Alerts
from edge.floor.memory import give_back
from edge.store.errors import StoreError, StoreFullError
from edge.store.pruning import Archive
from edge.store.store import Store

LOOK_US = 10_000_000
GIVE_BACK_US = 2_000_000
"""Free memory goes back so often: it takes 0.1 ms, and 1.4 where a late turn has left much."""
PRUNE_US = 60_000_000
RESERVE_BYTES = 16 * 1024 * 1024
RESERVE_SHARE = 0.95
"""Use of the disk at which the reserve is given up; it comes back five points below."""
_SHARE_BACK = 0.05
DISK_ALERT, STORE_ALERT = "disk-filling", "store-failed"
QUIET_US = 10_000_000
"""Where nothing is to be kept, trouble with the store is over when none showed for so long."""
_TRIES_AT_ONCE = 2
_TRY_US, _DOUBLINGS_MAX = 62_500, 4
"""The third try in a row waits so long, each further one twice as long, at last a second."""
_STEPS: tuple[tuple[float, Literal["warning", "critical"]], ...] = (
    (0.95, "critical"),
    (0.90, "warning"),
    (0.80, "warning"),
)
"""Use of the disk → how urgent it is, the most urgent first."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Which facts are kept.

    Attributes:
        rows: so many of the newest stay.
        span_us: those recorded within so many microseconds stay.
        archive: takes those that go; None where they go for good.
    """

    rows: int
    span_us: int
    archive: Archive | None = None


class Housekeeping:
    """Used by the floor loop only.

    Args:
        store: whose facts are pruned.
        clock: monotonic time between the looks.
        alerts: told when the disk fills up.
        retention: which facts are kept.
        disk_use: share of the journal's disk that is used, 0 to 1.
        reserve: path of the reserve; None for none.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        alerts: Alerts,
        retention: Retention,
        disk_use: Callable[[], float],
        reserve: Path | None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._alerts = alerts
        self._retention = retention
        self._disk_use = disk_use
        self._reserve = reserve
        self._told: float | None = None
        self._failed_us = self._failures = 0
        self._look_us = self._give_back_us = clock.monotonic_us()
        self._prune_us = clock.monotonic_us() + PRUNE_US

    def between(self) -> None:
        """A turn is over and everybody has been told: what must not wait for an idle moment.

        Raises:
            StoreError: the store has to be read back.
        """
        now_us = self._clock.monotonic_us()
        if now_us >= self._look_us:
            self._look_us = now_us + LOOK_US
            self._look()
        if now_us >= self._give_back_us:
            self._give_back_us = now_us + GIVE_BACK_US
            give_back()
        self._store.checkpoint()

    def idle(self) -> None:
        """Nothing else is to be done now: do one small piece.

        Raises:
            StoreError: the store has to be read back.
        """
        self.between()
        now_us = self._clock.monotonic_us()
        if now_us >= self._prune_us:
            keep = self._retention
            if not self._store.prune(keep.rows, keep.span_us, keep.archive):
                self._prune_us = now_us + PRUNE_US
        if now_us - self._failed_us >= QUIET_US:
            self.store_works()

    def store_failed(self, error: StoreError) -> None:
        """Something could not be kept: a person is told, and the reserve makes room at once."""
        self._failed_us = self._clock.monotonic_us()
        self._failures += 1
        if isinstance(error, StoreFullError):
            self._give_up_reserve()
        text = f"the store failed, nothing is accepted: {error}"
        now_us = self._clock.now_us()
        self._alerts.begin(Alert(STORE_ALERT, "store_failed", "critical", text, now_us))

    def store_works(self) -> None:
        """Something was kept; a turn that had nothing to keep has shown nothing."""
        self._failures = 0
        self._alerts.end(STORE_ALERT)

    def may_try(self) -> bool:
        """Whether a store that failed is to be tried now: twice at once, then ever more rarely.

        Before each try the whole state is read back, which takes a second in a large warehouse.
        """
        doublings = min(self._failures - _TRIES_AT_ONCE - 1, _DOUBLINGS_MAX)
        wait_us = _TRY_US << doublings if doublings >= 0 else 0
        return self._clock.monotonic_us() - self._failed_us >= wait_us

    def _give_up_reserve(self) -> None:
        if self._reserve is not None:
            with suppress(OSError):  # it was given up before
                self._reserve.unlink()

    def _look(self) -> None:
        used = self._disk_use()
        self._tell(used)
        if used >= RESERVE_SHARE:
            self._give_up_reserve()
        elif used < RESERVE_SHARE - _SHARE_BACK:
            self._make_reserve()

    def _tell(self, used: float) -> None:
        """One alert at a time, that of the highest step; told anew when the step changes."""
        step = next(((share, severity) for share, severity in _STEPS if used >= share), None)
        if (step[0] if step else None) == self._told:
            return
        self._alerts.end(DISK_ALERT)
        self._told = step[0] if step else None
        if step is not None:
            text = (
                f"the journal's disk is {used:.0%} full: make room, or shorten [journal] keep_days"
            )
            self._alerts.begin(
                Alert(
                    DISK_ALERT,
                    "disk_filling",
                    step[1],
                    text,
                    self._clock.now_us(),
                    {"percent": f"{used:.0%}"},
                )
            )

    def _make_reserve(self) -> None:
        if self._reserve is None or self._reserve.exists():
            return
        with suppress(OSError):  # no room for it is what the alert tells
            descriptor = os.open(self._reserve, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
            try:
                os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
            except OSError:
                self._reserve.unlink(missing_ok=True)  # an empty one would pass for made
                raise
            finally:
                os.close(descriptor)
