"""Simulated readers for the driver to meet: in a thread of the test, or as processes."""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager

from simulators.faults import PlannedFault
from simulators.llrp.profile import PROFILES, Vendor
from simulators.llrp.reader import SimulatedReader
from simulators.llrp.tally import Tally
from simulators.tag_field import TagField
from tests.simulators.held_faults import HeldFaults
from tests.waiting import PATIENCE_S, ended


class Simulation:
    """Readers on ports of the loopback, each with faults of its own, in one thread.

    What is planned for 0 s strikes with the first client, all else when it is let go.
    """

    def __init__(self, plans: dict[str, tuple[PlannedFault, ...]], vendor: Vendor) -> None:
        profile = PROFILES[vendor]
        self._faults = {name: HeldFaults(faults) for name, faults in plans.items()}
        self._readers = {
            name: SimulatedReader(
                TagField(10, 4, 20.0, seed, profile.band),
                profile,
                faults=faults,
                tick_s=0.2,
            )
            for seed, (name, faults) in enumerate(self._faults.items(), 1)
        }
        self.ports: dict[str, int] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._run(self._start())

    def let_faults_go(self) -> None:
        """Their seconds count from now on."""
        for one in self._faults.values():
            one.let_go()

    def tally(self, name: str) -> Tally:
        """What a reader has done so far."""
        return self._readers[name].tally

    def put_input(self, name: str, port: int, *, high: bool) -> None:
        """Drive an input of a reader, as a light barrier would."""
        self._run(self._put_input(name, port, high=high))

    def outputs(self, name: str) -> dict[int, bool]:
        """Which outputs of a reader are high, by port."""
        return self._readers[name].outputs()

    def power_dbm(self, name: str, antenna: int) -> float | None:
        """With what power an antenna of a reader reads now; None while it reads nothing."""
        return self._readers[name].power_dbm(antenna)

    def stop(self) -> None:
        """Switch every reader off."""
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()

    def _run(self, what: Coroutine[None, None, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(PATIENCE_S)

    async def _start(self) -> None:
        for name, reader in self._readers.items():
            self.ports[name] = await reader.start()

    async def _put_input(self, name: str, port: int, *, high: bool) -> None:
        self._readers[name].put_input(port, high=high)

    async def _stop(self) -> None:
        await asyncio.gather(*(reader.stop() for reader in self._readers.values()))


class Running:
    """One simulated reader in a thread of the test."""

    def __init__(self, reader: SimulatedReader) -> None:
        self._reader = reader
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = asyncio.run_coroutine_threadsafe(reader.start(), self._loop).result(PATIENCE_S)

    def call(self, what: Callable[[], None]) -> None:
        """Have something happen in the reader's own thread."""
        self._loop.call_soon_threadsafe(what)

    def stop(self) -> None:
        """Switch it off."""
        asyncio.run_coroutine_threadsafe(self._reader.stop(), self._loop).result(PATIENCE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()


class ReaderProcess:
    """`warehouse-sim reader` as a process."""

    def __init__(self, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "simulators", "reader", "--seconds", "1800", *arguments],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(json.loads(self._process.stdout.readline())["reader"]["port"])

    def kill(self) -> None:
        """As a power cut."""
        self._process.kill()
        ended(self._process)


@contextmanager
def reader_process(*arguments: str) -> Iterator[ReaderProcess]:
    """Run it, and kill it in the end."""
    process = ReaderProcess(*arguments)
    try:
        yield process
    finally:
        process.kill()
