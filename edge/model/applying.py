"""What a fact does to the state: the only place where the state changes.

A fact has been checked by the rules before it became one, so applying never refuses. The same
facts in the same order give the same state, on the day and years later.
"""

from dataclasses import replace

from edge.model import (
    booking,
    refilling,
    setting_back,
    shipping,
    sorting,
    stacking,
    stops,
    taking_back,
    taking_out,
    totes,
)
from edge.model import events as e
from edge.model.goods import PresentItem
from edge.model.ids import Badge, Epc, LocationId, OrderId, Sku, WalkId
from edge.model.orders import ORDER_STEPS, OrderState, OrderStep
from edge.model.places import STORAGE_KINDS
from edge.model.state import FloorState
from edge.model.steps import after
from edge.model.tag_work import TagJob
from edge.model.work import (
    WALK_STEPS,
    PackSession,
    Picker,
    Tote,
    Walk,
    WalkStep,
)

TAG_JOBS_KEPT = 100


def apply(state: FloorState, event: e.Event, occurred_us: int) -> None:  # noqa: C901, PLR0912, PLR0915 - a flat table, one entry a fact
    """Change `state` by one fact that occurred at `occurred_us`."""
    state.going_out.note(state.floor, event, occurred_us)
    match event:
        case e.ItemArrived():  # by far the most: they are asked for first
            _place_item(
                state, event.epc, event.sku, event.location, event.probability, occurred_us
            )
        case e.ItemMoved():
            _move_item(state, event, occurred_us)
        case e.ItemDeparted():
            gone = PresentItem(event.epc, event.sku, None, 0.0, occurred_us, event.last_seen_us)
            state.items[event.epc] = gone
            state.note_presence(gone, event.from_location)
            _doubt_count(state, event.sku, event.from_location)
        case e.OrderReceived() | e.OrderAmended():
            state.orders[event.order.order_id] = event.order
        case e.OrderReleased():
            _release(state, event)
        case e.OrderCancelled():
            setting_back.cancel(state, event)
        case e.OrderChangeRefused():
            order = state.orders[event.order_id]
            state.orders[event.order_id] = replace(order, rev=event.rev)
        case e.OrderChanged():
            setting_back.change(state, event)
        case e.ArticleListed():
            state.articles[event.article.sku] = event.article
        case e.PackListed():
            state.levels[event.level.gtin] = event.level
        case e.StockStated():
            booking.state_stock(state, event)
        case e.StockPlaced():
            booking.place_stock(state, event, occurred_us)
        case e.PiecePut():
            setting_back.put(state, event)
        case e.PieceLost():
            setting_back.lose(state, event)
        case e.ForwardListed():
            state.forwards[event.forward.location, event.forward.sku] = event.forward
        case e.ReplenishmentWanted() | e.PieceFetched() | e.FetchShort():
            refilling.refill(state, event)
        case e.ItemWithdrawn():
            back = (event.epc, event.sku, event.location, event.probability)
            item = PresentItem(*back, since_us=event.since_us, seen_us=occurred_us)
            state.items[event.epc] = item
            state.note_presence(item, event.went_to)
        case e.ItemNamed():
            kept = (event.location, event.probability, event.since_us, event.seen_us)
            item = PresentItem(event.epc, event.sku, *kept)
            state.items[event.epc] = item
            state.note_name(item, event.before)
        case e.TagWorkBegun():
            _begin_tag_work(state, event.job)
        case e.TagWorkEnded():
            job = state.tag_jobs[event.job_id]
            state.tag_jobs[event.job_id] = replace(job, result=event.result)
        case e.WalkPlanned():
            _plan(state, event.walk)
        case e.WalkReplanned():
            _replan(state, event)
        case e.PickerChanged():
            state.pickers[event.badge] = Picker(event.badge, event.ready, event.cart, event.zone)
        case e.PersonListed():
            state.people[event.person.badge] = event.person
        case e.WalkStarted():
            _start(state, event)
        case e.WorkReturned():
            _park(state, event)
        case e.ErrandStarted():
            errand = state.errands[event.errand_id]
            state.errands[event.errand_id] = replace(errand, picker=event.badge)
        case e.PiecePicked():
            stops.pick(state, event)
        case e.PickUndone():
            stops.undo(state, event)
        case e.PieceConfirmed():
            stops.confirm(state, event)
        case (
            e.StopShort()
            | e.StopSought()
            | e.StopRerouted()
            | e.StopPostponed()
            | e.StopRefilled()
            | e.SubstituteOffered()
            | e.StopSubstituted()
            | e.PlaceConfirmed()
            | e.PlaceMistaken()
        ):
            stops.happen(state, event)
        case e.TaskOpened():
            state.tasks[event.task.task_id] = event.task
        case e.TaskDone():
            del state.tasks[event.task.task_id]
        case e.ToteBound():
            totes.bind(state, event)
        case e.ToteFilled():
            totes.fill(state, event)
        case e.TotesPassed():
            _leave(state, event.walk_id, event.badge)
            walk = state.walks[event.walk_id]
            state.walks[event.walk_id] = replace(walk, handed_at=event.location)
        case e.TotesTaken():
            walk = state.walks[event.walk_id]
            state.walks[event.walk_id] = replace(walk, handed_at=None)
        case e.TotesDropped():
            totes.drop(state, event)
        case e.PackOpened():
            here = totes.brought(state, event)
            state.packs[event.station] = PackSession(
                event.station,
                event.tote_id,
                event.order_id,
                occurred_us,
                more=here,
                listening_since_us=occurred_us if event.listens else 0,
            )
        case e.ToteJoined():
            pack = state.packs[event.station]
            more = (*pack.more, event.tote_id, *totes.brought(state, event))
            since_us = occurred_us if event.listens else pack.listening_since_us
            state.packs[event.station] = replace(pack, more=more, listening_since_us=since_us)
        case e.PieceChecked():
            _check(state, event)
        case e.StrangerSeen():
            pack = state.packs[event.station]
            state.packs[event.station] = replace(pack, strangers=(*pack.strangers, event.epc))
        case e.StrangerLeft():
            pack = state.packs[event.station]
            left = tuple(epc for epc in pack.strangers if epc != event.epc)
            state.packs[event.station] = replace(pack, strangers=left)
        case e.SlotLit() | e.PieceSorted() | e.PieceLaidBack():
            sorting.sort(state, event)
        case e.SlotEmptied():
            del state.slots[event.slot]
        case e.NeighbourHeard():
            pack = state.packs[event.station]
            others = tuple(epc for epc in pack.neighbours if epc != event.epc)
            neighbours = (*others, event.epc) if event.beside else others
            state.packs[event.station] = replace(pack, neighbours=neighbours)
        case e.PackListened():
            pack = state.packs[event.station]
            since_us = 0 if event.quiet else occurred_us
            state.packs[event.station] = replace(pack, listening_since_us=since_us)
        case e.ParcelClosed():
            _close(state, event)
        case e.ParcelUnpacked():
            setting_back.unpack(state, event)
        case e.PiecesUnwanted():
            setting_back.unwant(state, event)
        case e.PieceTakenOut():
            taking_out.take_out(state, event)
        case e.ToteGivenUp():
            setting_back.give_up(state, event)
        case e.ParcelShipped():
            shipping.leave(state, event.sscc)
            _settle(state, event.sscc)
            _step_order(state, event.order_id, OrderStep.SHIP)
        case e.WrongDoorSeen() | e.ManifestClosed():
            shipping.note(state, event, occurred_us)
        case (
            e.PalletOpened()
            | e.ParcelStacked()
            | e.ParcelUnstacked()
            | e.PalletClosed()
            | e.PalletBrokenUp()
            | e.PalletSeen()
            | e.PalletDeparted()
            | e.PalletLookedAt()
        ):
            stacking.stack(state, event, occurred_us)
        case e.PassageUnclear() | e.TooManySuspected():
            state.questions[event.question.name] = event.question
        case e.PassageSettled() | e.TooManySettled():
            _settle(state, event.question)
        case e.DeviceLost():
            state.outages[event.device] = event.silent_since_us
        case e.DeviceReturned():
            if event.device in state.outages:
                del state.outages[event.device]
        case e.ReaderApproved() | e.ReaderIgnored():
            state.found[event.decision.found_id] = event.decision
        case e.ReturnExpected():
            taking_back.announce(state, event)
        case e.ReturnReceived():
            taking_back.receive(state, event)
        case e.ReturnGraded():
            taking_back.grade(state, event)
        case e.CountWanted():
            taking_back.want_count(state, event, occurred_us)
        case e.CountMade():
            taking_back.count(state, event, occurred_us)
        case e.VarianceSettled():
            taking_back.settle(state, event, occurred_us)
        case (
            e.PortalPassed()
            | e.TroubleRecorded()
            | e.ForeignItemSeen()
            | e.EventAgreed()
            | e.SurplusAwaited()
            | e.BackOrdered()
            | e.MessageSetAside()
            | e.JournalRestored()
            | e.IntrusionSuspected()
            | e.PersonActed()
            | e.TagWritten()
            | e.TagKilled()
        ):
            pass  # told to people and to the central system; nothing on the floor changes by it


def _settle(state: FloorState, question: str) -> None:
    if question in state.questions:
        del state.questions[question]


def _release(state: FloorState, event: e.OrderReleased) -> None:
    """Its doubts ended, or a person lets it go in spite of them."""
    order = state.orders[event.order_id]
    codes = () if event.by is None else tuple(one.code for one in order.doubts)
    state.orders[event.order_id] = replace(
        order,
        state=after(ORDER_STEPS, order.state, OrderStep.RELEASE),
        doubts=(),
        accepted=tuple(dict.fromkeys((*order.accepted, *codes))),
    )


def _step_order(state: FloorState, order_id: OrderId, step: OrderStep) -> None:
    order = state.orders[order_id]
    state.orders[order_id] = replace(order, state=after(ORDER_STEPS, order.state, step))


def _place_item(  # noqa: PLR0913, PLR0917 - the columns of one row
    state: FloorState,
    epc: Epc,
    sku: Sku | None,
    location: LocationId,
    probability: float,
    occurred_us: int,
    came_from: LocationId | None = None,
) -> None:
    item = PresentItem(epc, sku, location, probability, occurred_us, occurred_us)
    state.items[epc] = item
    state.note_presence(item, came_from)


def _move_item(state: FloorState, event: e.ItemMoved, occurred_us: int) -> None:
    _place_item(
        state,
        event.epc,
        event.sku,
        event.to_location,
        event.probability,
        occurred_us,
        event.from_location,
    )
    if state.floor.kind_of(event.to_location) in STORAGE_KINDS:
        _doubt_count(state, event.sku, event.from_location)


def _doubt_count(state: FloorState, sku: Sku | None, location: LocationId) -> None:
    """A tag that was counted there left without being picked."""
    if sku is not None:
        taking_back.doubt_count(state, sku, location)


def _begin_tag_work(state: FloorState, job: TagJob) -> None:
    """What is over is kept for a while, so that whoever asked can look."""
    over = [one for one in state.tag_jobs.values() if one.result is not None]
    if len(over) >= TAG_JOBS_KEPT:
        del state.tag_jobs[min(over, key=lambda one: (one.begun_us, one.job_id)).job_id]
    state.tag_jobs[job.job_id] = job


def _plan(state: FloorState, walk: Walk) -> None:
    state.walks[walk.walk_id] = walk
    for order_id in walk.orders:
        if state.orders[order_id].state is OrderState.RELEASED:  # else another zone has its share
            _step_order(state, order_id, OrderStep.PLAN)
    for stop in walk.stops:
        booking.reserve(state, stop.sku, stop.location, stop.quantity)
        state.totes[stop.tote_id] = Tote(stop.tote_id, stop.order_id)


def _replan(state: FloorState, event: e.WalkReplanned) -> None:
    setting_back.set_stops(state, state.walks[event.walk_id], event.stops)
    state.walks[event.walk_id] = replace(
        state.walks[event.walk_id],
        totes=event.totes,
        length_m=event.length_m,
        why=event.why,
        to_replan=False,
        unbound=(*state.walks[event.walk_id].unbound, *event.to_bind),
    )
    for order_id in event.joined:
        _step_order(state, order_id, OrderStep.PLAN)
        _step_order(state, order_id, OrderStep.START)
        tote_id = next(one.tote_id for one in event.stops if one.order_id == order_id)
        state.totes[tote_id] = Tote(tote_id, order_id)


def _start(state: FloorState, event: e.WalkStarted) -> None:
    walk = state.walks[event.walk_id]
    state.walks[event.walk_id] = replace(
        walk,
        state=after(WALK_STEPS, walk.state, WalkStep.START),
        picker=event.badge,
        cart=event.cart,
    )
    for order_id in walk.orders:
        if state.orders[order_id].state is OrderState.PLANNED:
            _step_order(state, order_id, OrderStep.START)


def _park(state: FloorState, event: e.WorkReturned) -> None:
    """Work that nobody has in hand keeps all that was done."""
    if event.walk_id is not None:
        _leave(state, event.walk_id, event.badge)
    for errand_id in event.errands:
        errand = state.errands[errand_id]
        state.errands[errand_id] = replace(
            errand,
            picker=None,
            fence=errand.fence + 1,
            picker_before=event.badge,
            confirmed_at=None,
        )


def _leave(state: FloorState, walk_id: WalkId, badge: Badge) -> None:
    walk = state.walks[walk_id]
    state.walks[walk_id] = replace(
        walk,
        state=after(WALK_STEPS, walk.state, WalkStep.PARK),
        picker=None,
        cart=None,
        fence=walk.fence + 1,
        picker_before=badge,
    )


def _check(state: FloorState, event: e.PieceChecked) -> None:
    pack = state.packs[event.station]
    checked = list(pack.checked)
    if event.before is not None:
        checked.remove((event.sku, event.before))
    checked.append((event.sku, event.unit))
    state.packs[event.station] = replace(pack, checked=tuple(checked))


def _close(state: FloorState, event: e.ParcelClosed) -> None:
    del state.packs[event.station]
    for tote_id in (event.tote_id, *event.more_totes):
        del state.totes[tote_id]
    taking_out.leave(state, (event.tote_id, *event.more_totes))
    state.parcels[event.parcel.sscc] = event.parcel
    shipping.number(state, event.parcel.sscc, event.serial)
    _step_order(state, event.parcel.order_id, OrderStep.PACK)
