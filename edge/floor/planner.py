"""The planner: walks are worked out in a thread of its own, on a snapshot.

Its answer comes back through the inbox as the input `PlanReady`, and is taken only where it is
still true. While it thinks, the floor goes on.
"""

import threading
from collections.abc import Callable

from numpy.random import Generator

from edge.clock import Clock
from edge.floor.inbox import Inbox, InboxFullError
from edge.model.ids import IdMaker
from edge.model.inputs import PlanReady
from edge.rules.batching import Effort
from edge.rules.planning import plan
from edge.rules.replanning import changes
from edge.rules.snapshots import Snapshot, without

SEARCH_S = 0.3
"""How long better batches are looked for; a picker waits meanwhile."""

Guard = Callable[[Callable[[], None], str], bool]
"""Runs an action; an unforeseen error in it is logged with the given words and answered False."""


class Planner:
    """One thread, one snapshot at a time.

    Args:
        inbox: where the plan goes.
        clock: for the time budget and the plan's stamp.
        make_id: for walks.
        chance: where the search for short walks looks.
        guard: around the planning of one snapshot.
    """

    def __init__(
        self, inbox: Inbox, clock: Clock, make_id: IdMaker, chance: Generator, guard: Guard
    ) -> None:
        self._inbox = inbox
        self._clock = clock
        self._make_id = make_id
        self._chance = chance
        self._guard = guard
        self._changed = threading.Condition()
        self._snapshot: Snapshot | None = None
        self._busy = False
        self._seen_seq = -1
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="planner", daemon=True)

    @property
    def busy(self) -> bool:
        """Whether a plan is on its way, up to its arrival in the inbox."""
        return self._busy

    def start(self) -> None:
        """Begin to wait for snapshots."""
        self._thread.start()

    def stop(self) -> None:
        """End after the snapshot at hand."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(3)

    def consider(self, seq: int, look: Callable[[], Snapshot | None]) -> None:
        """Look whether there is work, unless one is at hand or nothing has changed since.

        Args:
            seq: of the newest fact.
            look: takes the snapshot.
        """
        if self._busy or seq == self._seen_seq:
            return
        self._seen_seq = seq
        snapshot = look()
        if snapshot is not None:
            self.offer(snapshot)

    def look_again(self) -> None:
        """What was planned may have been refused: look next time though nothing has changed."""
        self._seen_seq = -1

    def offer(self, snapshot: Snapshot) -> None:
        """Work out this snapshot; only called while not busy."""
        with self._changed:
            self._busy = True
            self._snapshot = snapshot
            self._changed.notify()

    def _run(self) -> None:
        while (snapshot := self._next()) is not None:
            self._guard(lambda work=snapshot: self._plan(work), "planning failed")  # type: ignore[misc] # bound at once
            self._busy = False

    def _next(self) -> Snapshot | None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or self._snapshot is not None)
            snapshot, self._snapshot = self._snapshot, None
            return None if self._stopping else snapshot

    def _plan(self, snapshot: Snapshot) -> None:
        began_us = self._clock.monotonic_us()
        effort = Effort(
            seconds=SEARCH_S,
            elapsed_s=lambda: (self._clock.monotonic_us() - began_us) / 1e6,
        )
        mended = changes(snapshot)
        walks = plan(without(snapshot, mended), self._make_id, self._chance, effort)
        try:
            self._inbox.put(PlanReady(walks, self._clock.now_us(), mended))
        except InboxFullError:
            return  # the floor is behind with more important things; it will ask again
