"""One reader for work on tags, by an address and without any configuration."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager

import numpy as np

from drivers.driver import DeviceDown, DeviceEvent, DeviceUp, Scan
from drivers.llrp.reader import LlrpWire
from drivers.reads import ReadBatch
from drivers.tag_look import Made, Steps
from drivers.tags import Access, AccessReport, End
from edge.clock import SystemClock
from edge.compose.readers import PORTS, reader_at, split_address

ADDRESSES = "write llrp://HOST[:PORT] or llrps://HOST[:PORT][?sha256=PIN]"
MARGIN_S = 30.0
"""What deleting, adding, enabling and flushing may take beside the time for the tag itself."""


class ReaderAbsentError(Exception):
    """The reader does not answer; the device, its cable or the address is at fault."""


class Presence:
    """A listener that knows whether the reader answers.

    Args:
        up: set while it does.
    """

    def __init__(self, up: threading.Event) -> None:
        self.up = up
        self.reason = "nobody answers there as a reader does; look at address and port"

    def reads(self, batch: ReadBatch) -> None:
        """What is read meanwhile is nobody's matter here."""

    def scan(self, scan: Scan) -> None:
        """A reader scans no codes."""

    def device_up(self, _change: DeviceUp) -> None:
        """The reader answers."""
        self.up.set()

    def device_down(self, change: DeviceDown) -> None:
        """It does not; the driver goes on trying."""
        self.reason = change.reason
        self.up.clear()

    def device_event(self, event: DeviceEvent) -> None:
        """What happens to it is nobody's matter here."""


class TagBench:
    """Does work on tags and waits for it."""

    def __init__(self, wire: LlrpWire, device: str, presence: Presence, wait_s: float) -> None:
        self._wire = wire
        self._device = device
        self._presence = presence
        self._wait_s = wait_s

    def do(self, steps: Steps[Made]) -> Made:
        """Carry out a piece of work; a reader that goes away is waited for between its steps.

        Raises:
            ReaderAbsentError: it did not come back in time.
        """
        try:
            access = next(steps)
            while True:
                access = steps.send(self._access(access))
        except StopIteration as end:
            made: Made = end.value
            return made

    def _access(self, access: Access) -> AccessReport:
        report = self._once(access)
        if report.end is End.REFUSED and not self._presence.up.is_set():
            return self._once(access)  # the link was lost before anything was done
        return report

    def _once(self, access: Access) -> AccessReport:
        if not self._presence.up.wait(self._wait_s):
            raise ReaderAbsentError(self._presence.reason)
        told: Future[AccessReport] = Future()
        self._wire.access(self._device, access, told.set_result)
        return told.result(access.wait_ms / 1000 + MARGIN_S)


@contextmanager
def tag_bench(
    address: str, antennas: tuple[int, ...], power_dbm: float | None, wait_s: float
) -> Iterator[TagBench]:
    """A reader for work on tags, connected while the context lasts.

    Args:
        address: `llrp://HOST[:PORT]` or `llrps://HOST[:PORT][?sha256=PIN]`.
        antennas: ports to work on; empty for all.
        power_dbm: transmit power; None leaves the reader's own.
        wait_s: how long to wait for the reader, at first and whenever it goes away.

    Raises:
        ValueError: no such address.
        ReaderAbsentError: it does not answer.
    """
    parts = split_address(address)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError(f"{address}: {ADDRESSES}")
    settings = reader_at(parts, antennas, power_dbm)
    presence = Presence(threading.Event())
    wire = LlrpWire((settings,), presence, SystemClock(), np.random.default_rng())
    wire.start()
    try:
        if not presence.up.wait(wait_s):
            raise ReaderAbsentError(presence.reason)
        yield TagBench(wire, settings.device, presence, wait_s)
    finally:
        wire.stop()
