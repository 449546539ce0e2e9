"""Laws of goods: no piece is made or lost, none is in two places, what is promised lies there."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from typing_extensions import override

from edge.model.applying import apply
from edge.model.events import (
    Event,
    Fact,
    ItemDeparted,
    ParcelClosed,
    PieceLost,
    ReturnGraded,
    StockPlaced,
    StockStated,
    StopShort,
    ToteGivenUp,
    VarianceSettled,
)
from edge.model.ids import Epc, LocationId, Sku
from edge.model.returns import Grade
from edge.model.state import FloorState
from simulators.day.laws.delivery import compared
from simulators.day.laws.law import Ending, Law

_ADJUSTING = (StockStated, StockPlaced, StopShort, VarianceSettled)


def in_stock(state: FloorState) -> Counter[Sku]:
    """Pieces in places of storage, by the books."""
    found: Counter[Sku] = Counter()
    for stock in state.stock.values():
        found[stock.sku] += stock.quantity
    return found


def in_house(state: FloorState) -> Counter[Sku]:
    """Pieces that the books have anywhere: stock, totes, errands, quarantine, and what left."""
    found = in_stock(state)
    for tote in state.totes.values():
        found.update(sku for sku, _ in tote.picked)
    for errand in state.errands.values():
        found.update(one.sku for one in errand.pieces)
    for parcel in state.parcels.values():
        found.update(sku for sku, _ in parcel.contents)
        found.subtract(parcel.contents[index][0] for index in parcel.returned)
    found.update(piece.sku for piece in state.returned.values())
    return found


@dataclass(slots=True)
class StockAddsUp(Law):
    """Stock, totes, errands, quarantine and parcels together are what came in and is not gone."""

    _came: Counter[Sku] = field(default_factory=Counter)
    _before: Counter[Sku] | None = None
    _moved: bool = False

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        event = fact.event
        self._moved |= event.type.startswith(("stock.", "pick.", "pack.", "return.", "count."))
        self._declare(event, mirror)
        if isinstance(event, _ADJUSTING):
            before = in_stock(mirror)
            shadow = _stock_after(event, mirror)
            for sku in {*before, *shadow}:
                self._came[sku] += shadow[sku] - before[sku]

    def _declare(self, event: Event, mirror: FloorState) -> None:
        """Pieces that somebody declared gone leave the books."""
        match event:
            case ParcelClosed():
                for tote_id in (event.tote_id, *event.more_totes):
                    self._came.subtract(sku for sku, _ in mirror.totes[tote_id].picked)
                self._came.update(sku for sku, _ in event.parcel.contents)
            case ToteGivenUp():
                self._came.subtract(sku for sku, _ in event.lost)
            case PieceLost():
                self._came[event.piece.sku] -= 1
            case ReturnGraded() if event.grade is Grade.SCRAP:
                self._came[event.piece.sku] -= 1
            case _:
                pass

    @override
    def turn(self, state: FloorState, mirror: FloorState) -> None:
        if not self._moved:
            return
        self._moved = False
        found = in_house(state)
        for sku in {*found, *self._came}:
            if found[sku] != self._came[sku]:
                self.breaks(f"{sku}: the books have {found[sku]}, {self._came[sku]} came in")


def _stock_after(event: Event, mirror: FloorState) -> Counter[Sku]:
    """Stock by the books when this fact has happened; the mirror itself stays as it is."""
    shadow = FloorState(mirror.floor)
    for name in ("articles", "stock", "orders", "walks", "totes", "counts", "pickers"):
        table = getattr(shadow, name)
        for key, value in getattr(mirror, name).items():
            table.load(key, value)
    apply(shadow, event, 0)
    return in_stock(shadow)


@dataclass(slots=True)
class PromisedLiesThere(Law):
    """What stops still want is reserved where it lies, and no stock is below nothing."""

    @override
    def turn(self, state: FloorState, mirror: FloorState) -> None:
        promised: Counter[tuple[Sku, LocationId]] = Counter()
        for walk in state.open_walks():
            for stop in walk.stops:
                promised[stop.sku, stop.location] += stop.open_quantity
        for errand in state.errands.values():
            if errand.refill is not None:
                promised[errand.refill.sku, errand.refill.source] += errand.refill.fetch
        for key, stock in state.stock.items():
            if not stock.quantity >= stock.reserved >= 0:
                self.breaks(f"{key}: {stock.quantity} there, {stock.reserved} reserved")
            if stock.reserved != promised[key]:
                self.breaks(f"{key}: {stock.reserved} reserved, {promised[key]} wanted")


def _held(state: FloorState) -> Iterator[Epc | None]:
    """Every tag that the books have in somebody's hands or in a box, once for each place."""
    for errand in state.errands.values():
        yield from (one.unit.epc for one in errand.pieces)
    yield from (one.unit.epc for one in state.returned.values())
    for tote in state.totes.values():
        yield from (unit.epc for _, unit in tote.picked)
    for parcel in state.parcels.values():
        if not parcel.shipped:
            yield from parcel.epcs


@dataclass(slots=True)
class OnePlaceForATag(Law):
    """A tag is in one tote, errand, quarantine or parcel; a picker and a cart have one walk."""

    @override
    def turn(self, state: FloorState, mirror: FloorState) -> None:
        held = Counter(epc for epc in _held(state) if epc)
        for epc, times in held.items():
            if times > 1:
                self.breaks(f"tag {epc} is in {times} places")
        self._walks(state)

    def _walks(self, state: FloorState) -> None:
        for name in ("picker", "cart"):
            walking = Counter(getattr(one, name) for one in state.open_walks())
            for who, walks in walking.items():
                if who is not None and walks > 1:
                    self.breaks(f"{name} {who} has {walks} walks")


@dataclass(slots=True)
class FactsSayTheSame(Law):
    """The state in memory is the state that the facts give, one after the other."""

    @override
    def turn(self, state: FloorState, mirror: FloorState) -> None:
        if state.orders != mirror.orders or state.walks != mirror.walks:
            self.breaks("orders or walks in memory are not those of the facts")

    @override
    def end(self, ending: Ending) -> None:
        again = FloorState(ending.live.floor)
        again.numbered_from_s = ending.live.numbered_from_s
        for fact in ending.journal:
            self.follow(again, fact)
        for name in compared(ending.live, again):
            self.breaks(f"{name} in memory is not {name} by the facts")

    def follow(self, state: FloorState, fact: Fact) -> None:
        """Apply a fact to what those before it gave; one that knows more than they is amiss."""
        try:
            apply(state, fact.event, fact.occurred_us)
        except KeyError as unknown:
            self.breaks(f"fact {fact.seq}, {fact.event.type}: no fact before it knows {unknown}")


@dataclass(slots=True)
class DeadReaderMovesNothing(Law):
    """What a reader covers that does not answer is stale: nothing departs from there."""

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        event = fact.event
        if not isinstance(event, ItemDeparted):
            return
        covering = {
            one.reader for one in mirror.floor.antennas if one.location == event.from_location
        }
        if covering and covering <= set(mirror.outages):
            self.breaks(f"{event.epc} departed from {event.from_location}, which nobody hears")
