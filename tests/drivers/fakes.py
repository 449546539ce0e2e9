"""Complete stand-ins that tests hand to drivers: a listener that remembers, clocks."""

import contextlib
import queue
import time
from collections.abc import Callable

from drivers.driver import DeviceDown, DeviceEvent, DeviceUp, Scan
from drivers.reads import ReadBatch
from tests.waiting import PATIENCE_S

Told = ReadBatch | Scan | DeviceUp | DeviceDown | DeviceEvent


class Ears:
    """A listener that keeps what it is told, in order."""

    def __init__(self) -> None:
        self.told: queue.SimpleQueue[Told] = queue.SimpleQueue()
        self.heard: list[Told] = []

    def reads(self, batch: ReadBatch) -> None:
        """Reads came."""
        self.told.put(batch)

    def scan(self, scan: Scan) -> None:
        """A code was scanned."""
        self.told.put(scan)

    def device_up(self, change: DeviceUp) -> None:
        """A device came."""
        self.told.put(change)

    def device_down(self, change: DeviceDown) -> None:
        """A device went."""
        self.told.put(change)

    def device_event(self, event: DeviceEvent) -> None:
        """A device said what happened to it."""
        self.told.put(event)

    def wait(self, what: str, enough: Callable[[list[Told]], bool]) -> list[Told]:
        """All that was told once it is enough; fails with `what` was waited for."""
        until = time.monotonic() + PATIENCE_S
        while not enough(self.heard):
            try:
                self.heard.append(self.told.get(timeout=max(0.0, until - time.monotonic())))
            except queue.Empty:
                raise AssertionError(
                    f"waited {PATIENCE_S} s for {what}; heard {self.heard}"
                ) from None
        return self.heard

    def listen(self, seconds: float) -> None:
        """Hear all that is told for so long."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                self.heard.append(self.told.get(timeout=left))

    def wait_up(self, times: int = 1) -> DeviceUp:
        """The last of so many times that a device came up."""
        found = self.wait(f"device up, {times} times", lambda heard: len(ups(heard)) >= times)
        return ups(found)[-1]

    def wait_down(self, times: int = 1) -> DeviceDown:
        """The last of so many times that a device went down."""
        found = self.wait(f"device down, {times} times", lambda heard: len(downs(heard)) >= times)
        return downs(found)[-1]

    def wait_reads(self, count: int) -> list[ReadBatch]:
        """Batches that hold at least so many reads together."""
        found = self.wait(f"{count} reads", lambda heard: sum(map(len, batches(heard))) >= count)
        return batches(found)


def ups(heard: list[Told]) -> list[DeviceUp]:
    return [one for one in heard if isinstance(one, DeviceUp)]


def downs(heard: list[Told]) -> list[DeviceDown]:
    return [one for one in heard if isinstance(one, DeviceDown)]


def events(heard: list[Told]) -> list[DeviceEvent]:
    return [one for one in heard if isinstance(one, DeviceEvent)]


def batches(heard: list[Told]) -> list[ReadBatch]:
    return [one for one in heard if isinstance(one, ReadBatch)]


class HostClock:
    """The host's own clocks."""

    def now_us(self) -> int:
        """UTC."""
        return time.time_ns() // 1000

    def monotonic_us(self) -> int:
        """Since some start."""
        return time.monotonic_ns() // 1000
