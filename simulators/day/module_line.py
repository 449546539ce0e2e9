"""A UHF module at the pack station that has no reader: its bytes into the product's driver.

The module's own rounds last a fiftieth of a second. A day plays a few rounds a second, each of
which hears as much as all those in its place.
"""

import asyncio
from dataclasses import dataclass, field, replace

import numpy as np

from drivers.driver import Listener
from drivers.serial.uhf_module import UhfModule, UhfSettings
from edge.clock import PlayedClock
from simulators.air import Air, Dwell, Sightings
from simulators.day.true_time import TrueTime
from simulators.uhf.faults import FaultPlan
from simulators.uhf.module import Module

_ROUND_S = 0.25
_REOPENED_S = 1.0


@dataclass(slots=True)
class _LongRounds:
    """An air in which a round hears what all rounds up to the next one would."""

    air: Air

    def inventory(self, dwell: Dwell) -> Sightings:
        """As `Air`."""
        return self.air.inventory(replace(dwell, span_us=int(_ROUND_S * 1e6)))

    def slots(self) -> None:
        """Rounds are not told of one by one."""


@dataclass(slots=True)
class _Port:
    """The driver's port, in played time.

    Attributes:
        sent: bytes that the module has not heard yet.
        dropped: why the driver closed it; empty while it is open.
    """

    sent: bytearray = field(default_factory=bytearray)
    dropped: str = ""
    pause_s: float = 0.0

    def write(self, data: bytes) -> None:
        """What the driver says."""
        self.sent += data

    def drop(self, reason: str, pause_s: float = 0.0) -> None:
        """The driver gives up for a while."""
        self.dropped, self.pause_s = reason, pause_s


class ModuleLine:
    """One module over the whole day.

    Attributes:
        cut: unplugged; a module that comes back has lost its power meanwhile.
    """

    def __init__(
        self,
        settings: UhfSettings,
        air: Air,
        faults: FaultPlan,
        true_time: TrueTime,
        seed: int,
    ) -> None:
        self._settings = settings
        self._true_time = true_time
        self._seed = seed
        self._module = Module(_LongRounds(air), faults, seed)
        self.cut = False

    def set_cut(self, *, cut: bool) -> None:
        """Pull the plug, or put it back."""
        if cut and not self.cut:
            self._module.power_on()
        self.cut = cut

    async def serve(self, listener: Listener, clock: PlayedClock) -> None:
        """One life of the process: open the port, and again whenever it is lost."""
        chance = np.random.default_rng([self._seed, 47])
        driver, port = UhfModule(self._settings, listener, clock, chance), _Port()
        driver._port = port  # type: ignore[assignment]  # noqa: SLF001 - no thread, no host's port
        while True:
            if not self.cut:
                driver.opened()
                await self._talk(driver, port)
                driver.lost(port.dropped or "the port is gone")
                self._module.hear(driver.farewell(), self._true_time.now_us())
            await asyncio.sleep(_REOPENED_S + port.pause_s)
            port.sent.clear()
            port.dropped, port.pause_s = "", 0.0

    async def _talk(self, driver: UhfModule, port: _Port) -> None:
        while not self.cut and not port.dropped:
            now_us = self._true_time.now_us()
            asked = bytes(port.sent)
            port.sent.clear()
            answered = self._module.hear(asked, now_us) if asked else b""
            driver.received(answered + self._module.play_round(now_us))
            await asyncio.sleep(0.01 if port.sent else _ROUND_S)
