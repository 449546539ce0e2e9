"""A small warehouse for the store's tests: clock, ids, floor, and the loop around a store."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge.clock import PlayedClock
from edge.model.applying import apply
from edge.model.events import Event, Fact, ItemArrived, StockPlaced
from edge.model.goods import PresentItem, PresentItems
from edge.model.ids import Badge, Epc, LocationId, RequestId, Sku
from edge.model.places import Floor, Location, LocationKind
from edge.model.prompts import Answer
from edge.model.state import FloorState
from edge.store.store import Store


class CountingIds:
    """Ids in the form of UUID version 7 that count upwards: unique, and the same in each run."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> str:
        """The next id."""
        self.made += 1
        return f"00000000-0000-7000-8000-{self.made:012x}"


class Gateway:
    """A store with the state that belongs to it, as the floor loop holds them."""

    def __init__(self, path: Path, clock: PlayedClock, ids: CountingIds, floor: Floor) -> None:
        self.path = path
        self.clock = clock
        self.floor = floor
        self.store = Store.open(path, clock, ids)
        self._runs = True
        self.reload()

    def close(self) -> None:
        """Stop the daemon: all of the store is in the one file then."""
        if self._runs:
            self.store.close()
        self._runs = False

    def reload(self) -> None:
        """Read the state back, as after a start or a failed commit."""
        self.state = FloorState(self.floor)
        self.present: list[PresentItem] = []
        self.store.load(self.state, self._keep)

    def _keep(self, items: PresentItems) -> None:
        self.present += map(items.item, range(len(items)))

    def happen(self, *events: Event, answers: dict[RequestId, Answer] | None = None) -> list[Fact]:
        """One turn of the loop: apply, then commit."""
        occurred_us = self.clock.now_us()
        for event in events:
            apply(self.state, event, occurred_us)
        return self.store.commit(
            [(event, occurred_us) for event in events], self.state, answers or {}
        )

    def arrivals(self, first: int, count: int) -> list[ItemArrived]:
        """Tags with running numbers that arrive in the first bin."""
        return [
            ItemArrived(Epc(f"30340000000000{number:010x}"), Sku("S-1"), LocationId("A-01"), 0.75)
            for number in range(first, first + count)
        ]

    @staticmethod
    def deliveries(first: int, count: int) -> list[StockPlaced]:
        """Facts that take a hundred rows each: what fills the log soonest."""
        return [
            StockPlaced(
                Sku("S-1"),
                LocationId("A-01"),
                100,
                tuple(Epc(f"3035{number:012x}{tag:08x}") for tag in range(100)),
                Badge("B-1"),
            )
            for number in range(first, first + count)
        ]


@pytest.fixture
def clock() -> PlayedClock:
    return PlayedClock()


@pytest.fixture
def ids() -> CountingIds:
    return CountingIds()


@pytest.fixture
def floor() -> Floor:
    kinds = {
        "A-01": LocationKind.BIN,
        "A-02": LocationKind.BIN,
        "B-01": LocationKind.BIN,
        "cart-1": LocationKind.CART,
        "pack-1": LocationKind.STATION,
        "dock": LocationKind.PORTAL,
    }
    return Floor(
        {LocationId(name): Location(LocationId(name), kind) for name, kind in kinds.items()}
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "edge.db"


@pytest.fixture
def open_gateway(
    path: Path, clock: PlayedClock, ids: CountingIds, floor: Floor
) -> Iterator[Callable[[], Gateway]]:
    opened: list[Gateway] = []

    def open_one() -> Gateway:
        while opened:
            opened.pop().close()
        opened.append(Gateway(path, clock, ids, floor))
        return opened[0]

    yield open_one
    for gateway in opened:
        gateway.close()


@pytest.fixture
def gateway(open_gateway: Callable[[], Gateway]) -> Gateway:
    return open_gateway()
