"""Orders, walks and packing by chance: facts that the rules would allow on the floor."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from edge.model import events as e
from edge.model.goods import Article, PackLevel
from edge.model.ids import (
    Badge,
    Epc,
    Gtin,
    LineId,
    LocationId,
    OrderId,
    Sku,
    Sscc,
    ToteId,
    WalkId,
)
from edge.model.orders import Order, OrderLine, OrderState
from edge.model.state import FloorState
from edge.model.work import ListedPerson, Parcel, Stop, Unit, Walk, WalkState

SKUS = [Sku(f"S-{number}") for number in range(4)]
BINS = [LocationId("A-01"), LocationId("A-02"), LocationId("B-01")]
CART, STATION, DOCK = LocationId("cart-1"), LocationId("pack-1"), LocationId("dock")
WALL, SLOT = LocationId("wall-1"), LocationId("wall-1-01")
BADGE = Badge("B-1")


class WorkByChance:
    """From what the central system lists to the closed parcel."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.made = 0

    def _number(self) -> int:
        self.made += 1
        return self.made

    def _one(self, things: list) -> object:  # type: ignore[type-arg]
        return things[self.rng.integers(len(things))]

    def _tag(self) -> Epc:
        return Epc(f"3034{self.rng.integers(40):020x}")

    def _unit(self) -> Unit:
        return (
            Unit(self._tag(), scanned=False)
            if self.rng.random() < 0.5
            else Unit(None, scanned=True)
        )

    def _listed(self, _: FloorState) -> Iterator[e.Event]:
        yield e.ArticleListed(Article(self._one(SKUS), None, "Shirt", self._number()))
        yield e.PersonListed(ListedPerson(BADGE, "Li", "picker", version=self._number()))
        gtin = Gtin(f"{self.rng.integers(5):014d}")
        yield e.PackListed(PackLevel(gtin, self._one(SKUS), 12, self._number()))

    def _stocked(self, _: FloorState) -> Iterator[e.Event]:
        sku, place, count = self._one(SKUS), self._one(BINS), int(self.rng.integers(1, 20))
        yield e.StockStated(sku, place, count, self._number())
        yield e.StockPlaced(sku, place, 2, (self._tag(),), BADGE)

    def _ordered(self, _: FloorState) -> Iterator[e.Event]:
        lines = tuple(
            OrderLine(LineId(str(line)), self._one(SKUS), int(self.rng.integers(1, 3)))
            for line in range(self.rng.integers(1, 4))
        )
        state = OrderState.HELD if self.rng.random() < 0.3 else OrderState.RELEASED
        name = OrderId(f"O-{self._number()}")
        yield e.OrderReceived(Order(name, 1, 0, None, "DHL", lines, state, 5))

    def _decided(self, state: FloorState) -> Iterator[e.Event]:
        for order in list(state.orders.values())[-5:]:
            if order.state is OrderState.HELD and self.rng.random() < 0.5:
                yield e.OrderAmended(replace(order, ship_to=("Ada", "London")), BADGE)
                yield e.OrderReleased(order.order_id, BADGE)
            elif order.state is OrderState.PICKING:
                yield e.OrderChangeRefused(order.order_id, order.rev + 1, "late")
            elif order.state in {OrderState.HELD, OrderState.PLANNED}:
                yield e.OrderCancelled(order.order_id, order.rev, "customer", None)
                return

    def _planned(self, state: FloorState) -> Iterator[e.Event]:
        free = {stock_key: stock.free for stock_key, stock in state.stock.items()}
        stops: list[Stop] = []
        for order in state.orders.values():
            if order.state is OrderState.RELEASED and len(stops) < 6:
                found = list(_stops_for(order, free, ToteId(f"T-{self._number()}")))
                if len(found) == len(order.lines):
                    stops += found
        if stops:
            name = WalkId(f"W-{self._number()}")
            yield e.WalkPlanned(Walk(name, tuple(stops), 12.5, "near each other"))

    def _replanned(self, state: FloorState) -> Iterator[e.Event]:
        at = self._at_stop(state)
        if at is not None:
            walk, index, _ = at
            kept = walk.stops[: index + 1]
            turned = (*kept, *reversed(walk.stops[index + 1 :]))
            yield e.WalkReplanned(walk.walk_id, turned, walk.slots, 9.5, (), "9 m to go")

    def _started(self, state: FloorState) -> Iterator[e.Event]:
        for walk in state.walks.values():
            if walk.picker is None:
                yield e.PickerChanged(BADGE, ready=True, cart=CART)
                yield e.WalkStarted(walk.walk_id, BADGE, CART)
                return

    def _at_stop(self, state: FloorState) -> tuple[Walk, int, Stop] | None:
        for walk in state.walks.values():
            at = walk.current
            if walk.state is WalkState.WALKING and at is not None:
                return walk, at, walk.stops[at]
        return None

    def _picked(self, state: FloorState) -> Iterator[e.Event]:
        if found := self._at_stop(state):
            walk, at, stop = found
            yield e.PiecePicked(
                walk.walk_id, at, BADGE, stop.order_id, stop.line_id, stop.sku, stop.location,
                stop.tote_id, self._unit(),
            )  # fmt: skip

    def _undone(self, state: FloorState) -> Iterator[e.Event]:
        for walk in state.walks.values():
            for at, stop in enumerate(walk.stops):
                for unit in stop.units[:1] if self.rng.random() < 0.2 else ():
                    yield e.PickUndone(
                        walk.walk_id, at, BADGE, stop.order_id, stop.line_id, stop.sku,
                        stop.location, stop.tote_id, unit, stop.location,
                    )  # fmt: skip
                    return

    def _confirmed(self, state: FloorState) -> Iterator[e.Event]:
        for walk in state.walks.values():
            for at, stop in enumerate(walk.stops):
                for before in stop.units:
                    if before.epc is None:
                        after = Unit(self._tag(), scanned=True)
                        yield e.PieceConfirmed(
                            walk.walk_id, at, stop.tote_id, stop.sku, before, after
                        )
                        return

    def _short(self, state: FloorState) -> Iterator[e.Event]:
        if not (found := self._at_stop(state)):
            return
        walk, at, stop = found
        missing = stop.open_quantity
        yield e.StopShort(
            walk.walk_id, at, BADGE, stop.order_id, stop.line_id, stop.sku, stop.location,
            missing, "empty",
        )  # fmt: skip
        yield e.CountWanted(stop.location, stop.sku, "short")
        yield e.SurplusAwaited(walk.walk_id, at, "O-1/2", missing)
        yield e.BackOrdered(stop.order_id, stop.line_id, stop.sku, missing, "nowhere")
        for other in state.stock.of(stop.sku):
            if other.location != stop.location and other.free >= missing:
                yield e.StopRerouted(walk.walk_id, at, other.location, missing)
                return

    def _bound(self, state: FloorState) -> Iterator[e.Event]:
        """The tote at hand is full, and another one is taken."""
        for walk in state.walks.values():
            planned = walk.to_bind
            if planned is not None:
                owner, label = state.totes[planned].order_id, ToteId(f"T-{self._number()}")
                yield e.ToteBound(walk.walk_id, BADGE, owner, planned, label)
                return
        found = self._at_stop(state)
        if found and state.totes[found[2].tote_id].picked:
            walk, at, stop = found
            further = ToteId(f"T-{self._number()}")
            yield e.ToteFilled(walk.walk_id, at, BADGE, stop.order_id, stop.tote_id, further)

    def _dropped(self, state: FloorState) -> Iterator[e.Event]:
        for walk in state.walks.values():
            if walk.state is WalkState.WALKING and walk.current is None:
                yield e.TotesDropped(walk.walk_id, BADGE, STATION)
                return

    def _opened(self, state: FloorState) -> Iterator[e.Event]:
        for tote in state.totes.values():
            if state.orders[tote.order_id].state is OrderState.PICKED and not state.packs:
                yield e.PackOpened(STATION, tote.tote_id, tote.order_id, BADGE)
                for further in further_totes(state, tote.order_id, tote.tote_id):
                    yield e.ToteJoined(STATION, further, tote.order_id, BADGE)
                return

    def _checked(self, state: FloorState) -> Iterator[e.Event]:
        for pack in state.packs.values():
            before = next((pair for pair in pack.checked if pair[1].epc is None), None)
            if before:
                after = Unit(self._tag(), scanned=True)
                yield e.PieceChecked(STATION, before[0], after, before[1])
            else:
                yield e.PieceChecked(STATION, self._one(SKUS), self._unit(), None)

    def _sorted(self, state: FloorState) -> Iterator[e.Event]:
        for slot in state.slots.values():
            if slot.lit is None or slot.tote_id not in state.totes:
                yield e.SlotEmptied(WALL, slot.slot, slot.order_id)
            elif self.rng.random() < 0.3:
                yield e.PieceLaidBack(WALL, slot.slot, slot.lit[0], BADGE)
            else:
                yield e.PieceSorted(WALL, slot.slot, slot.order_id, *slot.lit, BADGE)
            return
        for tote in state.totes.values():
            if tote.picked:
                sku, unit = tote.picked[0]
                yield e.SlotLit(WALL, SLOT, tote.order_id, tote.tote_id, sku, unit, BADGE)
                return

    def _strange(self, state: FloorState) -> Iterator[e.Event]:
        for pack in state.packs.values():
            if pack.strangers:
                yield e.StrangerLeft(STATION, pack.strangers[0])
            yield e.StrangerSeen(STATION, self._tag(), None, None)
            beside = bool(self.rng.random() < 0.7)
            yield e.NeighbourHeard(STATION, self._tag(), beside, 0.02)
            yield e.PackListened(STATION, quiet=beside)

    def _closed(self, state: FloorState) -> Iterator[e.Event]:
        for pack in state.packs.values():
            sscc = Sscc(f"{self._number():018d}")
            parcel = Parcel(sscc, pack.order_id, "DHL", pack.checked, complete=True)
            further = further_totes(state, pack.order_id, pack.tote_id)
            yield e.ParcelClosed(STATION, parcel, pack.tote_id, BADGE, more_totes=further)


def further_totes(state: FloorState, order_id: OrderId, first: ToteId) -> tuple[ToteId, ...]:
    totes = (tote.tote_id for tote in state.totes.of_order(order_id))
    return tuple(tote_id for tote_id in totes if tote_id != first)


def _stops_for(
    order: Order, free: dict[tuple[Sku, LocationId], int], tote: ToteId
) -> Iterator[Stop]:
    for line in order.lines:
        for place in BINS:
            if free.get((line.sku, place), 0) >= line.quantity:
                free[line.sku, place] -= line.quantity
                yield Stop(place, line.sku, line.quantity, order.order_id, line.line_id, tote)
                break
