"""What a driver needs of a clock; it is handed one and reads no time itself."""

from typing import Protocol


class Clock(Protocol):
    """Monotonic time to wait by, UTC for facts."""

    def now_us(self) -> int:
        """UTC microseconds since 1970."""
        ...

    def monotonic_us(self) -> int:
        """Microseconds since an arbitrary start; never goes back."""
        ...
