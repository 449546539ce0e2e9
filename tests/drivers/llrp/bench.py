"""A simulated reader with tags and the driver before it: a bench for work on tags."""

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from drivers.llrp.reader import LlrpWire
from drivers.llrp.settings import LlrpSettings
from drivers.tag_look import Made, Steps
from drivers.tag_work import carry_out
from drivers.tags import Access, AccessReport
from simulators.faults import PlannedFault
from simulators.llrp.profile import PROFILES, Vendor
from simulators.llrp.reader import SimulatedReader
from simulators.llrp.tag_memory import EPC, TID, TagMemory
from simulators.tag_field import TagField
from tests.drivers.fakes import Ears, HostClock
from tests.drivers.llrp.simulated import Running
from tests.simulators.held_faults import HeldFaults
from tests.waiting import PATIENCE_S, wait_until

DOCK = "dock"


class TagBench:
    """One reader with a few tags close by; `tag` looks into a tag as no reader could."""

    def __init__(
        self,
        tags: int = 1,
        faults: tuple[str, ...] = (),
        rate: float | None = 200.0,
        vendor: Vendor = Vendor.GENERIC,
    ) -> None:
        profile = PROFILES[vendor]
        self.faults = HeldFaults(tuple(PlannedFault.parse(name) for name in faults))
        self.field = TagField(tags, 4, rate, 3, profile.band)
        self.reader = SimulatedReader(self.field, profile, faults=self.faults)
        self._running = Running(self.reader)
        self.port = self._running.port
        self._air = self.reader._device._air
        self.born = [bytes(epc) for epc in self.field.epcs]

    def stop(self) -> None:
        self._running.stop()

    def strike_at_work(self) -> None:
        """Let the faults go once there is work on the reader."""
        wait_until("there is work on the reader", lambda: self.specs)
        self.faults.let_go()

    @property
    def specs(self) -> dict[int, Any]:
        """What the reader is to do with tags that come by."""
        return self.reader._device.inventory.access.specs

    def memories(self) -> list[TagMemory]:
        """Every tag, in the order of birth."""
        changed = self._air._changed
        return [changed.get((epc, 96)) or self._air.tag((epc, 96)) for epc in self.born]

    def epcs(self) -> list[str]:
        """What each tag bears now."""
        return [one.key()[0].hex() for one in self.memories()]

    def tids(self) -> list[str]:
        return [bytes(one.banks[TID]).hex() for one in self.memories()]

    def control(self, number: int = 0) -> int:
        """The protocol control of a tag."""
        return int.from_bytes(self.memories()[number].banks[EPC][2:4], "big")


@contextmanager
def tag_bench(
    tags: int = 1,
    faults: tuple[str, ...] = (),
    rate: float | None = 200.0,
    vendor: Vendor = Vendor.GENERIC,
) -> Iterator[TagBench]:
    bench = TagBench(tags, faults, rate, vendor)
    try:
        yield bench
    finally:
        bench.stop()


class Worker:
    """Drives work through the driver and waits for it, with a limit."""

    def __init__(self, wire: LlrpWire, ears: Ears) -> None:
        self.wire = wire
        self.ears = ears

    def begin(self, access: Access) -> "queue.SimpleQueue[AccessReport]":
        told: queue.SimpleQueue[AccessReport] = queue.SimpleQueue()
        self.wire.access(DOCK, access, told.put)
        return told

    def access(self, access: Access) -> AccessReport:
        return self.begin(access).get(timeout=PATIENCE_S)

    def do(self, steps: Steps[Made]) -> Made:
        told: queue.SimpleQueue[Made] = queue.SimpleQueue()
        carry_out(
            steps, lambda access, reported: self.wire.access(DOCK, access, reported), told.put
        )
        return told.get(timeout=PATIENCE_S)


@contextmanager
def worker(port: int, **changes: object) -> Iterator[Worker]:
    ears = Ears()
    values: dict[str, object] = {"device": DOCK, "host": "127.0.0.1", "port": port}
    settings = LlrpSettings(**(values | changes))  # type: ignore[arg-type]
    wire = LlrpWire([settings], ears, HostClock(), np.random.default_rng(1))
    wire.start()
    try:
        ears.wait_up()
        yield Worker(wire, ears)
    finally:
        wire.stop()
        assert not wire.alive
