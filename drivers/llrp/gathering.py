"""Reads of several readers, told together: one turn of whoever listens instead of many."""

from drivers.driver import DeviceDown, DeviceEvent, DeviceUp, Listener, Scan
from drivers.reads import ReadBatch


class Gathering:
    """A listener that keeps the reads of a turn together; everything else goes on at once.

    Args:
        listener: who is told in the end.
    """

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._batches: list[ReadBatch] = []

    def reads(self, batch: ReadBatch) -> None:
        """Kept until the turn's end."""
        self._batches.append(batch)

    def tell_reads(self) -> None:
        """The turn's end: tell them one behind the other."""
        batches, self._batches = self._batches, []
        for batch in batches:
            self._listener.reads(batch)

    def scan(self, scan: Scan) -> None:
        """Readers do not scan; whoever does is passed on."""
        self._listener.scan(scan)

    def device_up(self, change: DeviceUp) -> None:
        """Told behind the reads that came before."""
        self.tell_reads()
        self._listener.device_up(change)

    def device_down(self, change: DeviceDown) -> None:
        """Told behind the reads that came before."""
        self.tell_reads()
        self._listener.device_down(change)

    def device_event(self, event: DeviceEvent) -> None:
        """Told behind the reads that came before."""
        self.tell_reads()
        self._listener.device_event(event)
