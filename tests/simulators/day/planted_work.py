"""Bugs to be planted in the rules, in the state, and in what people see (`planted`)."""
# ruff: noqa: ANN401 - what is replaced is handed through as it is

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

import edge.rules.decide as decide_module
import edge.store.store as store_module
from edge.floor.loop import FloorLoop
from edge.floor.showing import Showing
from edge.locating.locator import Locator
from edge.locating.quiet import QuietWatch
from edge.model import applying, booking
from edge.model.events import PiecePicked
from edge.model.ids import Sku
from edge.model.orders import OrderState
from edge.model.presence import Departed, Stale
from edge.model.state import FloorState
from edge.model.work import Unit
from edge.rules import closing, hearing, packing, quiet
from edge.rules.decision import accept
from edge.rules.terms import Terms
from edge.sync.wire import messages
from simulators.day.timetable import Entry, Kind
from tests.simulators.day.planted import bug, kills

# -- the rules and the state -------------------------------------------------------------------


@bug("StockAddsUp")
def a_pick_takes_nothing_out_of_the_stock(patch: pytest.MonkeyPatch) -> None:
    take = booking.take

    def kept(state: FloorState, sku: Any, location: Any, quantity: int) -> None:
        take(state, sku, location, quantity)
        known = state.stock[sku, location]
        state.stock[sku, location] = replace(known, quantity=known.quantity + quantity)

    patch.setattr(booking, "take", kept)


@bug("PromisedLiesThere")
def a_plan_reserves_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(booking, "reserve", lambda *_: None)


@bug("ParcelIsItsOrder", orders=3)
def a_parcel_is_closed_without_a_check(patch: pytest.MonkeyPatch) -> None:
    parcel = closing._parcel

    def unchecked(state: FloorState, terms: Any, pack: Any, serial: int) -> Any:
        whole = parcel(state, terms, pack, serial)
        return replace(whole, contents=state.totes[pack.tote_id].picked)

    missing = packing.missing_of

    def enough(state: FloorState, pack: Any) -> Any:
        return Counter() if pack.checked else missing(state, pack)

    patch.setattr(closing, "_parcel", unchecked)
    patch.setattr(packing, "missing_of", enough)


@bug("ParcelIsItsOrder")
def a_stranger_is_packed_too(patch: pytest.MonkeyPatch) -> None:
    parcel = closing._parcel

    def more(state: FloorState, terms: Any, pack: Any, serial: int) -> Any:
        whole = parcel(state, terms, pack, serial)
        other = next(sku for sku in state.articles if sku not in dict(whole.contents))
        return replace(whole, contents=(*whole.contents, (Sku(other), Unit(None, True))))

    patch.setattr(closing, "_parcel", more)


@bug("ClosedWhenQuiet")
def nobody_listens_before_a_parcel_is_closed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(quiet, "is_listening", lambda *_: False)
    patch.setattr(QuietWatch, "turn", lambda *_: [])


@bug("ClosedWhenQuiet", seed=2, orders=6)
def a_tag_beside_passes_for_a_missing_piece(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(packing, "_is_too_early", lambda *_: False)


@bug("MissingIsCounted", orders=3)
def nobody_looks_for_what_is_missing_in_a_parcel(patch: pytest.MonkeyPatch) -> None:
    noticed, checked = packing.noticed, packing._own_checked

    def unscanned(state: FloorState, pack: Any, piece: Any) -> Any:
        return checked(state, pack, piece) if not pack.checked else accept("noted", "")

    patch.setattr(decide_module.packing, "noticed", lambda state: noticed(state)[:0])
    patch.setattr(packing, "_own_checked", unscanned)
    patch.setattr(closing, "_to_count", lambda *_: [])


@bug("NoPieceTwice")
def one_scan_picks_two_pieces(patch: pytest.MonkeyPatch) -> None:
    verifying = decide_module.verifying
    scanned = verifying.scanned

    def twice(state: FloorState, terms: Terms, input_: Any) -> Any:
        decision = scanned(state, terms, input_)
        picks = [one for one in decision.events if isinstance(one, PiecePicked)]
        return replace(decision, events=(*decision.events, *picks))

    patch.setattr(hearing, "has_antenna", lambda *_: False)  # so that everything is scanned
    patch.setattr(verifying, "scanned", twice)


@bug("AlertsAreTrue")
def a_rule_raises(patch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise KeyError("planted")

    patch.setattr(packing, "scanned", broken)


@bug("EventsInOrder")
def a_parcel_leaves_twice(patch: pytest.MonkeyPatch) -> None:
    dispatching, step = decide_module.dispatching, applying._step_order

    def again(state: FloorState, terms: Any, input_: Any) -> Any:
        parcel = state.parcels[input_.sscc]
        left = dispatching.declared_gone(state, terms, parcel, input_.portal, input_.badge)
        return accept("shipped", "it has left, whether or not it had before", *left)

    def any_step(state: FloorState, order_id: Any, wanted: Any) -> None:
        if state.orders[order_id].state is not OrderState.SHIPPED:
            step(state, order_id, wanted)

    patch.setattr(applying, "_step_order", any_step)
    patch.setattr(dispatching, "declared", again)


@bug("OnePlaceForATag")
def a_closed_tote_keeps_its_pieces(patch: pytest.MonkeyPatch) -> None:
    close = applying._close

    def kept(state: FloorState, event: Any) -> None:
        tote = state.totes[event.tote_id]
        close(state, event)
        state.totes[event.tote_id] = tote

    patch.setattr(applying, "_close", kept)


@bug("FactsSayTheSame", *kills(50.0))
def a_picked_piece_is_forgotten_at_a_restart(patch: pytest.MonkeyPatch) -> None:
    load = store_module.load_state

    def without(connection: Any, state: FloorState, *others: Any) -> None:
        load(connection, state, *others)
        for walk_id, walk in state.walks.items():
            stops = tuple(replace(stop, units=()) for stop in walk.stops)
            state.walks.load(walk_id, replace(walk, stops=stops))
        for order_id in list(state.orders)[:1]:
            order = state.orders[order_id]
            state.orders.load(order_id, replace(order, priority=order.priority + 1))

    patch.setattr(store_module, "load_state", without)


# -- what people see, and what gets done -------------------------------------------------------


@bug("PromptsLeadOn")
def the_screen_keeps_its_first_prompt(patch: pytest.MonkeyPatch) -> None:
    near = Showing.near

    def once(self: Showing, state: FloorState) -> None:
        show = self._board.show
        prompts = [
            f"prompt/{badge}" for badge in state.pickers if self._board.look(f"prompt/{badge}")
        ]

        def some(topic: str, value: Any) -> None:
            if topic not in prompts:
                show(topic, value)

        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(self._board, "show", some)
            near(self, state)

    patch.setattr(Showing, "near", once)


@bug("GoodMailIsTaken")
def no_time_is_understood(patch: pytest.MonkeyPatch) -> None:
    def refusing(_: object) -> object:
        raise ValueError("write a time")

    patch.setattr(messages, "us_of", refusing)


@bug("EverythingGetsDone")
def the_planner_is_asked_but_once(patch: pytest.MonkeyPatch) -> None:
    ask = FloorLoop._ask_planner
    asked: list[int] = []

    def once(self: FloorLoop) -> None:
        if self._state.walks or asked:
            asked.append(1)
            return
        ask(self)

    patch.setattr(FloorLoop, "_ask_planner", once)


@bug("DeadReaderMovesNothing", Entry(0, 60.0, Kind.READER_UNPLUGGED, 120.0, "reader-1"))
def what_a_dead_reader_covered_departs(patch: pytest.MonkeyPatch) -> None:
    turn = Locator.turn

    def gone(self: Locator, now_us: int) -> list[Any]:
        return [
            Departed(one.epc, one.location, now_us, one.since_us)
            if isinstance(one, Stale)
            else one
            for one in turn(self, now_us)
        ]

    patch.setattr(Locator, "turn", gone)
