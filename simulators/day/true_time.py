"""Time as it really is, whatever the gateway's clock was set to."""

from dataclasses import dataclass

from edge.clock import PlayedClock


@dataclass(slots=True)
class TrueTime:
    """Time as it really is: the gateway's clock may be set, this one only passes."""

    clock: PlayedClock
    began_us: int

    def now_us(self) -> int:
        """True UTC microseconds."""
        return self.began_us + self.clock.monotonic_us()
