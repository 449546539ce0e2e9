"""Somebody who drives goods through a gate: in, and out again a while later, or up to it and back.

The goods are articles that are known here, in numbers that nobody has ever counted: a pallet for a
shop, or from another house. They take part in nothing else.
"""

import asyncio
from dataclasses import dataclass

import numpy as np

from simulators.catalogue import Catalogue
from simulators.day.gate import Gate
from simulators.gate import Manner

_PAUSE_S = (80.0, 300.0)
_PIECES = (5, 11)
_BACK_SHARE = 0.25
_SERIALS_FROM = 900_000


@dataclass(slots=True)
class Driver:
    """Drives pallets.

    Attributes:
        chance: for what and when.
        pallets: how many there were.
    """

    gate: Gate
    catalogue: Catalogue
    chance: np.random.Generator
    pallets: int = 0

    async def work(self) -> None:
        """Drive, until cancelled."""
        while True:
            epcs = self._loaded()
            for manner in (Manner.IN, Manner.OUT):
                await self._pause()
                if self.chance.random() < _BACK_SHARE:
                    await self.gate.go(Manner.BACK, epcs)
                    await self._pause()
                await self.gate.go(manner, epcs)

    async def _pause(self) -> None:
        await asyncio.sleep(float(self.chance.uniform(*_PAUSE_S)))

    def _loaded(self) -> list[str]:
        """Tags of two articles on a pallet."""
        articles = list(self.catalogue.articles.values())
        own = [articles[int(one)] for one in self.chance.integers(0, len(articles), 2)]
        count = int(self.chance.integers(*_PIECES))
        first = _SERIALS_FROM + 100 * self.pallets
        self.pallets += 1
        return [own[number % 2].epc(first + number) for number in range(count)]
