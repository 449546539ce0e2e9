"""Faults of a simulated reader that strike when a test says so, however slow the machine is."""

from simulators.faults import FaultPlan, PlannedFault


class HeldFaults(FaultPlan):
    """Counts its seconds from when it is let go, not from the first client.

    Args:
        planned: as for a plan; where all are planned for 0 s nothing is held.
    """

    def __init__(self, planned: tuple[PlannedFault, ...] = ()) -> None:
        super().__init__(planned)
        self._is_let_go = not any(one.at_s for one in planned)

    def let_go(self) -> None:
        """From now on time counts; from any thread."""
        self._is_let_go = True

    def begin(self, now_us: int) -> None:
        """The first client came."""
        if self._is_let_go:
            super().begin(now_us)

    def move_to(self, now_us: int) -> None:
        """Time went on."""
        self.begin(now_us)
        super().move_to(now_us)
