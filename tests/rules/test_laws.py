"""Whatever people, radio and central system do, in any order: these laws hold."""

from collections import Counter

from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant
from typing_extensions import override

from edge.floor.floor_picture import FloorPicture
from edge.floor.orders_picture import OrdersPicture
from edge.floor.views import pack_view, prompt_view
from edge.model.applying import apply
from edge.model.ids import (
    Epc,
    LocationId,
    OrderId,
    Sku,
    ToteId,
)
from edge.model.orders import OrderState
from edge.model.prompts import PromptKind
from edge.model.state import FloorState
from edge.model.work import WalkState
from edge.rules import guiding, packing, substituting
from tests.rules.laws_desks import Desks
from tests.rules.laws_floor import GTINS, STATION_2, TWO_OF_EACH
from tests.rules.small_floor import (
    NOW_US,
    STATION,
)


@settings(
    max_examples=60,
    stateful_step_count=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
class Laws(Desks):
    """What holds after each step, whatever it was."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: dict[str, tuple[str, int]] = {}
        self.filled: dict[LocationId, tuple[OrderId, set[ToteId]]] = {}
        self.picture = FloorPicture()
        self.orders_picture = OrdersPicture()

    @invariant()
    def what_is_promised_lies_there(self) -> None:
        promised: Counter[tuple[Sku, LocationId]] = Counter()
        for walk in self.state.walks.values():
            for stop in walk.stops:
                assert stop.open_quantity >= 0
                promised[stop.sku, stop.location] += stop.open_quantity
        for errand in self.state.errands.values():
            assert errand.pieces or (errand.refill and errand.refill.fetch)
            if errand.refill:
                promised[errand.refill.sku, errand.refill.source] += errand.refill.fetch
        for key, stock in self.state.stock.items():
            assert stock.quantity >= stock.reserved >= 0
            assert stock.reserved == promised[key]

    @invariant()
    def no_piece_is_made_or_lost(self) -> None:
        found = self.floor.in_stock()
        for tote in self.state.totes.values():
            found.update(sku for sku, _ in tote.picked)
        for errand in self.state.errands.values():
            found.update(one.sku for one in errand.pieces)
        for parcel in self.state.parcels.values():
            found.update(sku for sku, _ in parcel.contents)
            found.subtract(parcel.contents[index][0] for index in parcel.returned)
        found.update(piece.sku for piece in self.state.returned.values())
        assert all(found[sku] == self.floor.came[sku] for sku in GTINS)

    @invariant()
    def a_tag_is_in_one_tote_errand_quarantine_or_parcel(self) -> None:
        held: Counter[Epc] = Counter()
        for errand in self.state.errands.values():
            held.update(one.unit.epc for one in errand.pieces if one.unit.epc)
        held.update(one.unit.epc for one in self.state.returned.values() if one.unit.epc)
        for tote in self.state.totes.values():
            held.update(unit.epc for _, unit in tote.picked if unit.epc)
        for parcel in self.state.parcels.values():
            if not parcel.shipped:
                held.update(parcel.epcs)
        assert max(held.values(), default=0) <= 1
        checked: Counter[Epc] = Counter()
        for pack in self.state.packs.values():
            checked.update(unit.epc for _, unit in pack.checked if unit.epc)
        assert max(checked.values(), default=0) <= 1

    @invariant()
    def nothing_comes_back_twice_or_before_it_left(self) -> None:
        for parcel in self.state.parcels.values():
            assert len(set(parcel.returned)) == len(parcel.returned)
            assert set(parcel.returned) <= set(range(len(parcel.contents)))
            assert parcel.shipped or not parcel.returned

    @invariant()
    def an_order_stands_where_its_work_stands(self) -> None:
        expected: dict[OrderId, OrderState] = {}
        for walk in self.state.walks.values():
            for order_id in walk.orders:
                begun = walk.state is not WalkState.WAITING or order_id in self.floor.begun
                expected[order_id] = OrderState.PICKING if begun else OrderState.PLANNED
        for tote in self.state.totes.values():
            expected.setdefault(tote.order_id, OrderState.PICKED)
        for parcel in self.state.parcels.values():
            stands = OrderState.CANCELLED if parcel.recalled else OrderState.PACKED
            expected[parcel.order_id] = OrderState.SHIPPED if parcel.shipped else stands
        at_rest = {OrderState.HELD, OrderState.RELEASED, OrderState.CANCELLED}
        for order in self.state.orders.values():
            if order.order_id in expected:
                assert order.state is expected[order.order_id]
            else:
                assert order.state in at_rest
            assert bool(order.doubts) <= (order.state in at_rest)

    @invariant()
    def a_tote_on_the_floor_is_wanted_or_holds_something(self) -> None:
        carried = {
            stop.tote_id
            for walk in self.state.walks.values()
            for stop in walk.stops
            if stop.quantity
        }
        for tote in self.state.totes.values():
            assert tote.tote_id in carried or tote.picked
        for walk in self.state.walks.values():
            assert len(set(walk.slots)) == len(walk.slots)

    @invariant()
    def totes_hold_what_their_walk_says(self) -> None:
        for walk in self.state.walks.values():
            picked: Counter[tuple[object, ...]] = Counter()
            for stop in walk.stops:
                picked.update((stop.tote_id, stop.sku, unit) for unit in stop.units)
            totes = {stop.tote_id for stop in walk.stops if stop.quantity}
            held = Counter(
                (tote_id, sku, unit)
                for tote_id in totes
                for sku, unit in self.state.totes[tote_id].picked
            )
            assert picked == held

    @invariant()
    def nothing_is_picked_beyond_what_the_order_wants(self) -> None:
        for order in self.state.orders.values():
            if order.state in {OrderState.PICKING, OrderState.PICKED, OrderState.PACKED}:
                wanted = sum(line.quantity for line in order.lines)
                held = sum(len(one.picked) for one in self.state.totes.of_order(order.order_id))
                promised = sum(
                    stop.open_quantity
                    for walk in self.state.walks.values()
                    for stop in walk.stops
                    if stop.order_id == order.order_id
                )
                assert held + promised <= wanted

    @invariant()
    def nobody_shares_a_walk_or_a_cart(self) -> None:
        walking = [one for one in self.state.walks.values() if one.picker]
        assert len({one.picker for one in walking}) == len(walking)
        carts = [one.cart for one in walking if one.cart]
        assert len(set(carts)) == len(carts)

    @invariant()
    def a_prompt_is_shown_in_one_hand_only(self) -> None:
        """What an old handheld kept names a prompt that is over, also when the work came back."""
        for badge in self.state.pickers:
            walk, errand = self.state.walk_of(badge), self.state.errand_of(badge)
            name = errand.errand_id if errand else walk.walk_id if walk else None
            if name is not None:
                hand = (badge, self.floor.hands[name])
                prompt = guiding.prompt(self.state, badge)
                assert self.shown.setdefault(prompt.prompt_id, hand) == hand

    @invariant()
    def a_slot_holds_pieces_of_one_order_and_an_order_has_one_slot(self) -> None:
        slots = [one for one in self.state.slots.values() if not one.errands]
        assert len({one.order_id for one in slots}) == len(slots)
        assert sum(one.lit is not None for one in slots) <= 1
        for one in slots:
            in_slot = Counter([*one.put, *([one.lit] if one.lit else [])])
            assert in_slot <= self.floor.at_wall(one.order_id)
            assert one.order_id == self.state.totes[one.tote_id].order_id

    @invariant()
    def a_slot_is_given_to_nobody_while_pieces_lie_in_it_that_are_to_be_put_back(self) -> None:
        errands = self.state.errands.values()
        for slot, (order_id, totes) in list(self.filled.items()):
            to_put_back = any(one.tote_id in totes for one in errands)
            if to_put_back and self.state.orders[order_id].state is OrderState.CANCELLED:
                assert self.state.slots[slot].order_id == order_id
                assert self.state.slots[slot].lit is None
            else:
                del self.filled[slot]
        for one in self.state.slots.values():
            assert not one.errands or any(name in self.state.errands for name in one.errands)
            if one.put and not one.errands:
                mine = self.state.totes.of_order(one.order_id)
                totes = {tote.tote_id for tote in mine if tote.station == one.wall}
                self.filled[one.slot] = one.order_id, totes

    @invariant()
    def a_station_checks_a_tote_that_is_there(self) -> None:
        open_totes = [one.order_id for one in self.state.packs.values()]
        assert len(set(open_totes)) == len(open_totes)
        for pack in self.state.packs.values():
            assert all(one >= 0 for one in packing.missing_of(self.state, pack).values())

    @invariant()
    def what_is_to_be_taken_out_lies_in_a_tote_that_stands_there(self) -> None:
        """And no picker is sent for it before somebody has taken it out."""
        for errand in self.state.errands.values():
            if errand.to_take_out:
                assert errand.tote_id is not None
                assert errand.tote_id in self.state.totes
                assert self.state.totes[errand.tote_id].station == errand.place
                assert errand.picker is None
            assert not Counter(errand.to_take_out) - Counter(errand.pieces)

    @invariant()
    def nothing_lies_at_a_wall_or_a_station_that_its_order_does_not_want(self) -> None:
        for order in self.state.orders.values():
            held = Counter(
                sku
                for tote in self.state.totes.of_order(order.order_id)
                if tote.station is not None
                for sku, _ in tote.picked
            )
            assert not held - substituting.wanted_as_picked(order, held)

    @invariant()
    def everything_can_be_shown(self) -> None:
        for badge in self.state.pickers:
            shown = prompt_view(guiding.prompt(self.state, badge))
            if shown["kind"] == PromptKind.PICK:
                assert shown["quantity"]
        for station in (STATION, STATION_2):
            pack_view(self.state, station)
        # what is taken from the last picture is as if it were drawn anew
        prompts = {one: guiding.prompt(self.state, one) for one in self.state.pickers}
        drawn = self.picture.drawn(self.state, {}, prompts)
        assert drawn == FloorPicture().drawn(self.state, {}, prompts)
        assert self.orders_picture.drawn(self.state) == OrdersPicture().drawn(self.state)

    @override
    def teardown(self) -> None:
        self.every_prompt_leads_on()
        self.the_facts_say_the_same()

    def every_prompt_leads_on(self) -> None:
        for badge in self.state.pickers:
            self.picker_finishes(badge)

    def the_facts_say_the_same(self) -> None:
        again = FloorState(TWO_OF_EACH)
        for event in self.floor.facts:
            apply(again, event, NOW_US)
        for name in ("articles", "stock", "orders", "walks", "pickers", "totes", "packs"):
            assert getattr(again, name) == getattr(self.state, name)
        for name in ("parcels", "errands", "returns", "returned", "counts", "tasks", "numbers"):
            assert getattr(again, name) == getattr(self.state, name)
        for name in ("outages", "near", "seen", "slots", "forwards"):
            assert getattr(again, name) == getattr(self.state, name)
        assert again.items == self.floor.stored_items | self.state.items


TestLaws = Laws.TestCase
