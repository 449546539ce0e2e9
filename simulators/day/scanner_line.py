"""The pack station's scanner on a simulated day: codes as bytes into the product's driver."""

import asyncio
from collections.abc import Callable

import numpy as np

from drivers.driver import Listener
from drivers.serial.scanner import Scanner, ScannerSettings
from edge.clock import PlayedClock


class ScannerLine:
    """The pack station's scanner and its line.

    Attributes:
        cut: unplugged.
        spoils: told of each code; gives the bytes that reach the gateway.
    """

    def __init__(self, settings: ScannerSettings, clock: PlayedClock, seed: list[int]) -> None:
        self._settings = settings
        self._clock = clock
        self._seed = seed
        self._driver: Scanner | None = None
        self.cut = False
        self.spoils: Callable[[bytes], bytes] = bytes

    def plug(self, listener: Listener) -> None:
        """A process opens the port."""
        chance = np.random.default_rng(self._seed)
        self._driver = Scanner(self._settings, listener, self._clock, chance)
        self._driver.opened()

    def unplug(self) -> None:
        """The process is gone."""
        self._driver = None

    def set_cut(self, *, cut: bool) -> None:
        """Pull the plug, or put it back."""
        if self._driver is not None and cut != self.cut:
            if cut:
                self._driver.lost("the port is gone")
            else:
                self._driver.opened()
        self.cut = cut

    async def scan(self, code: str) -> bool:
        """Read a label."""
        await asyncio.sleep(len(code) / 960)
        if self._driver is None or self.cut:
            return False
        self._driver.received(self.spoils(code.encode() + b"\r"))
        return True
