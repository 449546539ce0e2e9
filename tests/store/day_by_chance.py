"""A whole day by chance: one fact after another that the rules would allow."""

from collections.abc import Iterator
from dataclasses import replace

from edge.model import events as e
from edge.model.counts import CountMethod
from edge.model.devices import FoundDecision
from edge.model.errands import Carried
from edge.model.goods import Forward, Stock
from edge.model.ids import (
    DeviceName,
    Epc,
    LineId,
    LocationId,
    OrderId,
    RequestId,
    Sscc,
)
from edge.model.orders import OrderLine
from edge.model.pallets import PalletState
from edge.model.passages import Asked, Direction, PassageQuestion
from edge.model.returns import Grade, ReturnedPiece
from edge.model.state import FloorState
from edge.model.tag_work import TagJob, TagResult, TagTask
from edge.model.tasks import Task, TaskKind
from edge.model.work import Parcel, Unit, WalkState
from tests.store.work_by_chance import (
    BADGE,
    BINS,
    CART,
    DOCK,
    SKUS,
    STATION,
    WorkByChance,
    further_totes,
)


class Day(WorkByChance):
    """Chooses one thing after another that the rules would allow on the floor as it stands."""

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
            self._bound, self._undone, self._unwanted,
        ]  # fmt: skip
        return tuple(choices[self.rng.integers(len(choices))](state))

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
                on_pallet = state.pallets.bearing(parcel.sscc) is not None
                if not on_pallet and self.rng.random() < 0.2:
                    yield from self._recalled(state, parcel)
                    return
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

    @staticmethod
    def _recalled(state: FloorState, parcel: Parcel) -> Iterator[e.Event]:
        """The order is cancelled, and its parcel opened again."""
        order = state.orders[parcel.order_id]
        ssccs = (parcel.sscc,)
        yield e.OrderCancelled(order.order_id, order.rev + 1, "customer", None, ssccs)
        pieces = tuple(Carried(sku, unit, BINS[0]) for sku, unit in parcel.contents)
        name = f"parcel/{parcel.sscc}"
        yield e.ParcelUnpacked(
            parcel.sscc, parcel.order_id, STATION, "cancelled", pieces, name, BADGE
        )

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
            there = self._one(places)
            yield e.ItemNamed(tag, sku, self._one(SKUS), there, chance, since_us, since_us)
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
        yield from self._one_too_many(tag, parcel, state)

    def _one_too_many(
        self, tag: Epc, parcel: Parcel | None, state: FloorState
    ) -> Iterator[e.Event]:
        """A person is asked at the door for a piece too many, or answers."""
        name = f"too-many-{tag}"
        if name in state.questions:
            yield e.TooManySettled(name, "gone", BADGE)
        elif parcel is not None:
            asked = (DOCK, tag, SKUS[0], parcel.sscc, Direction.OUT, 1.0, 1, 1, Asked.TOO_MANY)
            yield e.TooManySuspected(PassageQuestion(name, *asked))

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

    def _unwanted(self, state: FloorState) -> Iterator[e.Event]:
        """A piece at a station is wanted no more, or is laid aside there."""
        for errand in state.errands.values():
            if errand.to_take_out and errand.place is not None:
                piece, unit = errand.to_take_out[0], Unit(self._tag(), scanned=True)
                yield e.PieceTakenOut(errand.place, errand.errand_id, piece, unit, BADGE)
                return
        for tote in state.totes.values():
            if tote.station is not None and tote.picked:
                sku, unit = tote.picked[0]
                name = f"{tote.order_id}/{self._number()}-{tote.tote_id}"
                piece = Carried(sku, unit, BINS[0])
                yield e.PiecesUnwanted(
                    tote.station, tote.order_id, tote.tote_id, (piece,), (), name
                )
                return

    def _given_up(self, state: FloorState) -> Iterator[e.Event]:
        for pack in list(state.packs.values()):
            if self.rng.random() < 0.4:
                lost = state.totes[pack.tote_id].picked
                further = further_totes(state, pack.order_id, pack.tote_id)
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
