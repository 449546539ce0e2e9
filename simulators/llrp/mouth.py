"""What an inventory needs of the reader around it."""

from typing import Protocol

from simulators.llrp.parts import Part
from simulators.llrp.settings import EventKind


class Mouth(Protocol):
    """Where the inventory tells what it has: the reader around it."""

    def reports(self, frames: list[bytes], reads_a_message: int, reads: int) -> None:
        """Reports to send or keep."""
        ...

    def event(self, kind: EventKind | None, of: Part) -> None:
        """An event; kind None goes out even if nobody asked for it."""
        ...

    def next_id(self, count: int) -> int:
        """The first of `count` message ids."""
        ...

    def tail(self) -> bytes:
        """Bytes of further parameters behind each read."""
        ...

    def stamps(self) -> tuple[int, bool]:
        """What to add to true time for the reader's own stamps, and whether they are uptime."""
        ...

    def has_antenna(self, antenna: int) -> bool:
        """Whether an antenna is plugged in."""
        ...

    def told_antenna(self, antenna: int) -> int:
        """The antenna that a read is told with."""
        ...
