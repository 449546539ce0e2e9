"""The tables are what the journal says: days made by chance, but valid by the rules, replayed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from edge.model import events as e
from edge.model.counts import CountMethod
from edge.model.devices import FoundDecision
from edge.model.goods import Article, Forward, PackLevel, Stock
from edge.model.ids import (
    Badge,
    DeviceName,
    Epc,
    Gtin,
    LineId,
    LocationId,
    OrderId,
    RequestId,
    Sku,
    Sscc,
    ToteId,
    WalkId,
)
from edge.model.orders import Order, OrderLine, OrderState
from edge.model.pallets import PalletState
from edge.model.passages import Direction, PassageQuestion
from edge.model.places import Floor
from edge.model.returns import Grade, ReturnedPiece
from edge.model.state import FloorState
from edge.model.tag_work import TagJob, TagResult, TagTask
from edge.model.tasks import Task, TaskKind
from edge.model.work import Carried, ListedPerson, Parcel, Stop, Unit, Walk, WalkState
from edge.store.rebuilding import PrunedError, rebuild_and_compare

if TYPE_CHECKING:
    from tests.store.conftest import Gateway

SKUS = [Sku(f"S-{number}") for number in range(4)]
BINS = [LocationId("A-01"), LocationId("A-02"), LocationId("B-01")]
CART, STATION, DOCK = LocationId("cart-1"), LocationId("pack-1"), LocationId("dock")
WALL, SLOT = LocationId("wall-1"), LocationId("wall-1-01")
BADGE = Badge("B-1")
SHORT_DAY = 400


class Day:
    """Chooses one thing after another that the rules would allow on the floor as it stands."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.made = 0

    def next_events(self, state: FloorState) -> tuple[e.Event, ...]:
        """What happens next."""
        choices = [
            self._listed, self._stocked, self._ordered, self._decided, self._planned,
            self._started,
            self._picked, self._picked, self._picked, self._confirmed, self._short, self._dropped,
            self._opened, self._checked, self._checked, self._strange, self._closed, self._shipped,
            self._located, self._located, self._passed, self._devices, self._told,
            self._tagged, self._sorted, self._replanned,
            self._changed, self._given_up, self._put, self._put, self._came_back, self._graded,
            self._counted, self._reported, self._stacked, self._refilled,
            self._bound, self._undone,
        ]  # fmt: skip
        return tuple(choices[self.rng.integers(len(choices))](state))

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
                for further in _further(state, tote.order_id, tote.tote_id):
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

    def _closed(self, state: FloorState) -> Iterator[e.Event]:
        for pack in state.packs.values():
            sscc = Sscc(f"{self._number():018d}")
            parcel = Parcel(sscc, pack.order_id, "DHL", pack.checked, complete=True)
            further = _further(state, pack.order_id, pack.tote_id)
            yield e.ParcelClosed(STATION, parcel, pack.tote_id, BADGE, more_totes=further)

    def _refilled(self, state: FloorState) -> Iterator[e.Event]:
        """A place runs low; pieces are taken out of another, or are not there."""
        for errand in state.errands.values():
            if errand.refill is None or not errand.refill.fetch:
                continue
            name, refill = errand.errand_id, errand.refill
            if self.rng.random() < 0.7:
                yield e.PieceFetched(name, refill.sku, self._unit(), refill.source, BADGE)
            else:
                yield e.FetchShort(name, refill.sku, refill.source, refill.fetch, "empty", BADGE)
            return
        for stock in list(state.stock.values())[:3]:
            target = next(one for one in BINS if one != stock.location)
            yield e.ForwardListed(Forward(target, stock.sku, 1, 9, self._number()))
            if stock.free > 1:
                name = f"refill-{self._number()}"
                yield e.ReplenishmentWanted(name, stock.sku, stock.location, target, 2)
                return

    def _stacked(self, state: FloorState) -> Iterator[e.Event]:
        """A pallet comes into being, takes a parcel or loses one, and goes one way or another."""
        for pallet in state.pallets.present()[:1]:
            name = pallet.sscc
            loose = [one for one in state.parcels.values() if not state.pallets.bearing(one.sscc)]
            if pallet.state is PalletState.LEFT:
                yield e.PalletSeen(name, pallet.unheard[0], DOCK)
                yield e.PalletLookedAt(name, BADGE)
            elif pallet.state is PalletState.CLOSED and self.rng.random() < 0.5:
                yield e.PalletBrokenUp(name, pallet.parcels, BADGE)
            elif pallet.state is PalletState.CLOSED:
                yield e.PalletSeen(name, pallet.parcels[0], DOCK)
                yield e.PalletDeparted(name, "DHL", DOCK, pallet.parcels, pallet.parcels[:1], None)
            elif len(pallet.parcels) > 1:
                order_id = state.parcels[pallet.parcels[1]].order_id
                yield e.ParcelUnstacked(name, pallet.parcels[1], order_id, "taken_off", BADGE)
                yield e.PalletClosed(name, "DHL", pallet.parcels[:1], BADGE)
            elif loose:
                yield e.ParcelStacked(name, loose[0].sscc, loose[0].order_id, "DHL", None)
            return
        number = self._number()
        yield e.PalletOpened(Sscc(f"5{number:017d}"), STATION, number, BADGE)

    def _shipped(self, state: FloorState) -> Iterator[e.Event]:
        for parcel in state.parcels.values():
            if not parcel.shipped:
                tags = tuple(unit.epc for _, unit in parcel.contents if unit.epc)
                if parcel.wrong_door is None and self.rng.random() < 0.3:
                    yield e.WrongDoorSeen(
                        parcel.sscc, parcel.order_id, "DHL", DOCK, ("UPS",), None
                    )
                    return
                yield e.ParcelShipped(parcel.sscc, parcel.order_id, "DHL", DOCK, tags, None)
                return
        loaded = tuple(one.sscc for one in state.parcels.unlisted())
        if loaded:
            yield e.ManifestClosed("DHL", None, loaded, (), BADGE)

    def _located(self, _: FloorState) -> Iterator[e.Event]:
        tag, sku, chance = self._tag(), self._one([*SKUS, None]), float(self.rng.random())
        places = [*BINS, CART, DOCK]
        yield e.ItemArrived(tag, sku, self._one(places), chance)
        yield e.ItemMoved(tag, sku, self._one(places), self._one(places), chance)
        if chance < 0.5:
            yield e.ItemDeparted(tag, sku, self._one(places), self._number())
            here, there = self._one(places), self._one([*places, None])
            since_us = self._number()
            yield e.ItemWithdrawn(tag, sku, "id", here, there, chance, since_us, "seen_again")
            yield e.EventAgreed(tag, f"event-{self._number()}", "gateway-0", "event-0")

    def _passed(self, state: FloorState) -> Iterator[e.Event]:
        tag = self._tag()
        yield e.PortalPassed(tag, None, DOCK, "in", 0.97)
        parcel = next((one for one in state.parcels.values() if not one.shipped), None)
        name = parcel.sscc if parcel else tag
        if name not in state.questions:
            yield e.PassageUnclear(
                PassageQuestion(
                    name, DOCK, tag, None, parcel and parcel.sscc, Direction.OUT, 0.6, 1, 2
                )
            )
        elif self.rng.random() < 0.5:
            yield e.PassageSettled(name, "neither", BADGE)

    def _devices(self, state: FloorState) -> Iterator[e.Event]:
        gate = DeviceName(f"gate-{self.rng.integers(3)}")
        if gate in state.outages:
            yield e.DeviceReturned(gate, (DOCK,))
        else:
            yield e.DeviceLost(gate, self._number(), "silent", (DOCK,))
        number = int(self.rng.integers(3))
        name = None if self.rng.integers(2) else DeviceName(f"found-{number}")
        found = FoundDecision(f"id-{number}", name, "192.0.2.9", 5084, False, "", (1,), BADGE)
        yield e.ReaderIgnored(found) if name is None else e.ReaderApproved(found)

    def _tagged(self, state: FloorState) -> Iterator[e.Event]:
        open_jobs = [one for one in state.tag_jobs.values() if one.result is None]
        if open_jobs:
            job, tag = open_jobs[0], self._tag()
            result = TagResult("done", "done", "e280", Epc("e280"), tag)
            yield e.TagWorkEnded(job.job_id, BADGE, job.reader, job.task, job.what, result)
            yield e.TagWritten(tag, Epc("e280"), "e280", BADGE)
            yield e.TagKilled(tag, "e280", BADGE)
            return
        name, gate = RequestId(f"R-{self._number()}"), DeviceName("gate-1")
        job = TagJob(name, BADGE, gate, TagTask.WRITE, None, "", "write", self._number())
        yield e.TagWorkBegun(job)

    def _changed(self, state: FloorState) -> Iterator[e.Event]:
        """The tote is emptied, and what is left is picked; or nothing is."""
        walking = [walk for walk in state.walks.values() if walk.state is WalkState.WALKING]
        for walk in walking[:1]:
            order = state.orders[walk.orders[0]]
            if self.rng.random() < 0.5:
                yield e.OrderCancelled(order.order_id, order.rev + 1, "customer", None)
                return
            mine = [stop for stop in walk.stops if stop.order_id == order.order_id]
            surplus = tuple(
                Carried(stop.sku, unit, stop.location) for stop in mine for unit in stop.units
            )
            stops = tuple(
                replace(stop, quantity=stop.quantity - len(stop.units), units=())
                if stop in mine
                else stop
                for stop in walk.stops
            )
            if any(stop.quantity for stop in stops if stop.order_id == order.order_id):
                following = replace(order, rev=order.rev + 1)
                yield e.OrderChanged(following, walk.walk_id, mine[0].tote_id, stops, surplus)

    def _given_up(self, state: FloorState) -> Iterator[e.Event]:
        for pack in list(state.packs.values()):
            if self.rng.random() < 0.4:
                lost = state.totes[pack.tote_id].picked
                further = _further(state, pack.order_id, pack.tote_id)
                yield e.ToteGivenUp(STATION, pack.tote_id, pack.order_id, lost, BADGE, further)

    def _put(self, state: FloorState) -> Iterator[e.Event]:
        for errand in list(state.errands.values())[:1]:
            if errand.picker is None:
                yield e.ErrandStarted(errand.errand_id, BADGE)
            elif not errand.pieces:
                return
            elif self.rng.random() < 0.8:
                yield e.PiecePut(errand.errand_id, errand.kind, errand.pieces[0], BADGE)
            else:
                yield e.PieceLost(errand.errand_id, errand.pieces[0], "not_there", BADGE)

    def _came_back(self, state: FloorState) -> Iterator[e.Event]:
        for parcel in list(state.parcels.values())[-5:]:
            index = len(parcel.returned)
            if not parcel.shipped or index >= len(parcel.contents):
                continue
            sku, unit = parcel.contents[index]
            name = f"R-{parcel.sscc}"
            yield e.ReturnExpected(name, parcel.order_id, (OrderLine(LineId("1"), sku, 2),), "")
            piece = ReturnedPiece(
                f"{parcel.sscc}/{index}", parcel.order_id, parcel.sscc, index, name, sku, unit,
                LocationId("quarantine"), "", Grade.RESTOCK, self._number(),
            )  # fmt: skip
            yield e.ReturnReceived(piece, BADGE)
            return

    def _graded(self, state: FloorState) -> Iterator[e.Event]:
        for piece in list(state.returned.values())[:1]:
            grade = self._one(list(Grade))
            restocked = grade is Grade.RESTOCK
            yield e.ReturnGraded(
                piece, grade, piece.piece_id if restocked else None,
                self._one(BINS) if restocked else None, BADGE,
            )  # fmt: skip

    def _counted(self, state: FloorState) -> Iterator[e.Event]:
        for count in list(state.counts.values())[:1]:
            key = count.sku, count.location
            stock = state.stock.get(key, Stock(*key))
            if count.variance is not None:
                after = stock.quantity + count.variance
                yield e.VarianceSettled(*reversed(key), count.variance, after, True, BADGE)
                return
        for stock in list(state.stock.values())[:3]:
            found = stock.quantity + int(self.rng.integers(3))
            yield e.CountMade(
                stock.location, stock.sku, stock.quantity, found, CountMethod.HAND, BADGE
            )

    def _reported(self, state: FloorState) -> Iterator[e.Event]:
        """A picker misses something, puts it off or leaves a task, and one task is done."""
        task = Task("freeze/A-01", TaskKind.FREEZE, "blocked", BINS[0], SKUS[0], None, BADGE, 1)
        yield (e.TaskDone(task, BADGE) if task.task_id in state.tasks else e.TaskOpened(task))
        if found := self._at_stop(state):
            walk, at, stop = found
            yield e.StopSought(walk.walk_id, at, stop.location)
            yield e.PlaceMistaken(walk.walk_id, at, BADGE, stop.location, 1)
            yield e.PlaceConfirmed(walk.walk_id, at, BADGE, stop.location, "digits")
            free = next((one for one in state.stock.values() if one.free > 1), None)
            if free is not None and self.rng.random() < 0.3:
                yield e.SubstituteOffered(walk.walk_id, at, BADGE, free.sku)
                yield e.StopSubstituted(
                    walk.walk_id, at, stop.order_id, stop.line_id, stop.sku, free.sku,
                    free.location, 1, "rule",
                )  # fmt: skip
                if free.sku == stop.sku:
                    yield e.StopRefilled(walk.walk_id, at, free.location, 1, "put there")
                return
            if self.rng.random() < 0.2:
                yield e.WorkReturned(BADGE, walk.walk_id, (), "silent", None)
                return
            if self.rng.random() < 0.2:
                yield e.TotesPassed(walk.walk_id, BADGE, CART, LocationId("zone-2"))
                yield e.TotesTaken(walk.walk_id, BADGE, CART)
                return
            if sum(one.open_quantity > 0 for one in walk.stops) > 1:
                yield e.StopPostponed(walk.walk_id, at, "later")

    def _told(self, _: FloorState) -> Iterator[e.Event]:
        yield e.ReturnExpected("R-1", OrderId("O-1"), (), "small")
        yield e.TroubleRecorded("damaged", BADGE, None, None, None, None)
        yield e.ForeignItemSeen(self._tag(), None, CART, BADGE)
        yield e.MessageSetAside("order", "not JSON", "{")
        yield e.JournalRestored("old", 4, 7, "", "bad page")
        yield e.IntrusionSuspected("files_changed", "files", "changed: floor.toml")
        yield e.PersonActed(BADGE, "configuration", "site")


def _further(state: FloorState, order_id: OrderId, first: ToteId) -> tuple[ToteId, ...]:
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


@pytest.mark.parametrize("seed", range(8))
def test_a_day_by_chance_replayed_gives_the_tables(
    gateway: "Gateway", open_gateway: Callable[[], "Gateway"], floor: Floor, seed: int
) -> None:
    day = Day(seed)
    types: set[str] = set()
    for turn in range(SHORT_DAY):
        events = [*day.next_events(gateway.state)]
        types |= {event.type for event in events}
        gateway.happen(*events)
        gateway.clock.advance_us(20_000)
        if turn % 97 == 96:
            gateway = open_gateway()  # a restart goes on with what it read back

    assert rebuild_and_compare(gateway.path, floor) == [], f"seed {seed}"
    assert gateway.store.verify().good
    assert len(types) > 20, f"seed {seed} made a dull day: {sorted(types)}"


def test_every_type_of_fact_happens_in_these_days(gateway: "Gateway") -> None:
    """A replay proves nothing about facts that never happen in it."""
    seen: set[str] = set()
    day = Day(1)
    for _ in range(10 * SHORT_DAY):
        if seen == set(e.EVENT_TYPES):
            break
        events = day.next_events(gateway.state)
        gateway.happen(*events)
        seen |= {event.type for event in events}
    assert seen == set(e.EVENT_TYPES)


def test_a_table_that_says_something_else_than_the_journal_is_named(
    gateway: "Gateway", floor: Floor
) -> None:
    """A rule that changes the state without a fact is a mistake that this finds."""
    gateway.happen(e.StockStated(SKUS[0], BINS[0], 5, 1), e.StockStated(SKUS[1], BINS[0], 5, 1))
    gateway.state.stock[SKUS[0], BINS[0]] = Stock(SKUS[0], BINS[0], 6, 0, 1)
    gateway.store.commit([], gateway.state, {})

    (difference,) = rebuild_and_compare(gateway.path, floor)

    assert difference.startswith("stock: 1 rows differ, first ('S-0', 'A-01'): the journal says")
    assert "quantity=5" in difference
    assert "quantity=6" in difference


def test_a_pruned_journal_cannot_be_replayed_and_says_so(gateway: "Gateway", floor: Floor) -> None:
    gateway.happen(*gateway.arrivals(0, 3))
    gateway.store.acknowledge(gateway.store.epoch, 3)
    gateway.clock.advance_us(1)
    gateway.store.prune(0, 0)
    with pytest.raises(PrunedError, match="from its first fact on"):
        rebuild_and_compare(gateway.path, floor)


def test_departed_items_that_were_forgotten_are_no_difference(
    gateway: "Gateway", floor: Floor
) -> None:
    (arrived,) = gateway.arrivals(0, 1)
    gateway.happen(arrived, e.ItemDeparted(arrived.epc, SKUS[1], BINS[0], 1))
    gateway.clock.advance_us(1)
    gateway.store.prune(0, 0)
    assert rebuild_and_compare(gateway.path, floor) == []
