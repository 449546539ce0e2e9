"""The simulated stock keeper: fills bins that run low with new tagged pieces and books them."""

from collections import Counter
from dataclasses import dataclass, field

from simulators.people import Worker

_ROUND_S = 10.0
_HANDLE_S = 20.0
_LOW_SHARE = 0.34
_SERIAL_MASK = (1 << 38) - 1


@dataclass(slots=True)
class StockKeeper(Worker):
    """The person who puts goods away.

    What was put into a bin is booked under a key that the world remembers until it is answered, so
    that a restart in between books it once.

    Attributes:
        reserved: articles and bins that others fill, from places of reserve.
    """

    reserved: frozenset[tuple[str, str]] = frozenset()
    _serials: Counter[str] = field(default_factory=Counter)

    async def work(self) -> None:
        """Sign in, book what was left over, then go round the bins, until cancelled."""
        await self._device.sign_in()
        for piece in self.shift.world.pieces.values():
            serial = int(piece.epc, 16) & _SERIAL_MASK
            self._serials[piece.sku] = max(self._serials[piece.sku], serial)
        while True:
            for key in list(self.shift.world.errands):
                await self._book(key)
            for sku, location, quantity in self._low():
                await self._fill(sku, location, quantity)
            await self.shift.spend(_ROUND_S)

    def _low(self) -> list[tuple[str, str, int]]:
        """Articles and bins that are to be filled, with the pieces that they lack."""
        lying = Counter((p.sku, p.holder) for p in self.shift.world.pieces.values())
        found = []
        for placement in self.shift.catalogue.placements:
            left = lying[placement.sku, placement.location]
            if (placement.sku, placement.location) in self.reserved:
                continue
            if left <= _LOW_SHARE * placement.quantity:
                found.append((placement.sku, placement.location, placement.quantity - left))
        return found

    async def _fill(self, sku: str, location: str, quantity: int) -> None:
        await self.shift.walk(self.person.badge, location)
        await self.shift.spend(_HANDLE_S)
        article = self.shift.catalogue.articles[sku]
        first = self._serials[sku] + 1
        self._serials[sku] += quantity
        epcs = [article.epc(serial) for serial in range(first, first + quantity)]
        for epc in epcs:
            self.shift.world.create(epc, sku, location)
        key = f"put-away-{epcs[0]}"
        self.shift.world.errands[key] = {
            "location": location,
            "sku": sku,
            "quantity": quantity,
            "epcs": epcs,
        }
        await self._book(key)

    async def _book(self, key: str) -> None:
        answer = await self._device.post("/api/put-away", self.shift.world.errands[key], key)
        del self.shift.world.errands[key]
        self.shift.deeds[f"put_away_{answer['code']}"] += 1
