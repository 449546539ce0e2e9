"""The put wall: each piece goes into the slot of its own order, and into no other."""

from collections import Counter
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from typing_extensions import override

from edge.floor.views import wall_view
from edge.model.ids import DeviceName, LocationId, OrderId, Sku, ToteId
from edge.model.orders import OrderState
from edge.model.places import Antenna, Location, LocationKind
from edge.model.posted import HandEmptied, StationScanned
from edge.model.prompts import Answer, PromptKind
from edge.rules import guiding, packing, walling
from tests.rules.deeds import at_station, heard, tag
from tests.rules.deeds import scan as pick
from tests.rules.small_floor import (
    CART,
    FLOOR,
    LI,
    MUG,
    MUG_GTIN,
    NOW_US,
    PACKER,
    SHIRT,
    SHIRT_GTIN,
    STATION,
    SmallFloor,
    stock_up,
)

WALL = LocationId("wall-1")
SLOTS = tuple(LocationId(f"wall-1-{number}") for number in (1, 2, 3))
WITH_WALL = replace(
    FLOOR,
    locations={
        **FLOOR.locations,
        WALL: Location(WALL, LocationKind.WALL, None, 2.0, 0.0),
        **{one: Location(one, LocationKind.SLOT, WALL) for one in SLOTS},
    },
    antennas=(*FLOOR.antennas, Antenna(DeviceName("reader-2"), 1, SLOTS[0])),
)
GTINS = {SHIRT: SHIRT_GTIN, MUG: MUG_GTIN}


def at_wall(*orders: tuple[tuple[Sku, int], ...], tagged: bool = False) -> SmallFloor:
    """The orders O1, O2, … picked in one walk and dropped at the wall."""
    floor = stock_up(SmallFloor(WITH_WALL))
    for number, lines in enumerate(orders, 1):
        floor.order(f"O{number}", *lines)
    floor.ready(LI, CART if tagged else None)
    floor.plan()
    serial = 0
    while (prompt := guiding.prompt(floor.state, LI)).kind is PromptKind.PICK:
        assert prompt.sku is not None
        serial += 1
        code = tag(serial, GTINS[prompt.sku]) if tagged else GTINS[prompt.sku]
        pick(floor, code)
    pick(floor, WALL)
    return floor


def scan(floor: SmallFloor, code: str, place: LocationId = WALL) -> Answer:
    return at_station(floor, code, place)


def without_unsorted(floor: SmallFloor, code: str) -> Answer:
    request = floor.number()
    return floor.take(
        StationScanned(request, STATION, PACKER, code, NOW_US, without_unsorted=True)
    )


def lay_back(floor: SmallFloor) -> Answer:
    return floor.take(HandEmptied(floor.number(), WALL, PACKER, NOW_US))


def test_a_walk_of_several_orders_is_prompted_to_the_wall_and_one_of_a_single_order_is_not() -> (
    None
):
    floor = stock_up(SmallFloor(WITH_WALL))
    floor.order("O1", (SHIRT, 1))
    floor.ready()
    floor.plan()
    pick(floor, SHIRT_GTIN)
    assert guiding.prompt(floor.state, LI).location == STATION

    both = at_wall(((SHIRT, 1),), ((MUG, 1),))

    assert {one.station for one in both.state.totes.values()} == {WALL}
    assert all(one.state is OrderState.PICKED for one in both.state.orders.values())


def test_a_scanned_piece_lights_the_slot_of_its_order_and_the_slots_label_confirms_it() -> None:
    floor = at_wall(((SHIRT, 2),), ((MUG, 1),))

    lit = scan(floor, SHIRT_GTIN)
    assert (lit.code, lit.data["slot"], lit.data["order_id"]) == ("lit", SLOTS[0], "O1")
    view = wall_view(floor.state, WALL)
    assert view["hand"] == {"slot": SLOTS[0], "sku": SHIRT, "name": "Shirt"}
    put = scan(floor, SLOTS[0])
    mug = scan(floor, MUG_GTIN)

    assert (put.code, mug.data["slot"]) == ("put", SLOTS[1])
    assert scan(floor, SLOTS[1]).code == "slot_complete"
    slots = wall_view(floor.state, WALL)["slots"]
    assert [(one["state"], one["put"], one["expected"]) for one in slots] == [  # type: ignore[attr-defined] # plain values
        ("filling", 1, 2),
        ("complete", 1, 1),
        ("free", 0, 0),
    ]


def test_another_slots_label_puts_nothing_and_a_second_piece_waits_until_the_first_is_put() -> (
    None
):
    floor = at_wall(((SHIRT, 1),), ((MUG, 1),))
    scan(floor, SHIRT_GTIN)
    before = len(floor.facts)

    wrong, second, again = (scan(floor, code) for code in (SLOTS[1], MUG_GTIN, SHIRT_GTIN))

    assert (wrong.code, wrong.data["slot"]) == ("slot_wrong", SLOTS[0])
    assert (second.accepted, second.code) == (False, "put_first")
    assert (again.accepted, again.code) == (True, "lit")
    assert len(floor.facts) == before


def test_a_piece_that_no_order_here_waits_for_lights_nothing() -> None:
    floor = at_wall(((SHIRT, 1),), ((SHIRT, 1),))
    before = len(floor.facts)

    assert scan(floor, MUG_GTIN).code == "not_wanted"
    assert scan(floor, "nonsense").code == "unknown_code"
    assert scan(floor, SLOTS[0]).code == "nothing_in_hand"
    assert len(floor.facts) == before


def test_tagged_pieces_of_two_orders_are_told_apart_by_serial_number_or_antenna() -> None:
    floor = at_wall(((SHIRT, 1),), ((SHIRT, 1),), tagged=True)

    assert scan(floor, SHIRT_GTIN).code == "tag_wanted"
    owner = floor.state.order_holding(tag(2))
    by_serial = scan(floor, tag(2))
    assert (by_serial.code, by_serial.data["order_id"]) == ("lit", owner)
    assert lay_back(floor).code == "laid_back"
    assert floor.state.slots == {}
    heard(floor, tag(1), WALL)
    by_antenna = scan(floor, SHIRT_GTIN)

    assert by_antenna.data["order_id"] == floor.state.order_holding(tag(1))


def test_the_tag_in_hand_is_confirmed_by_the_antenna_of_its_slot() -> None:
    floor = at_wall(((SHIRT, 1),), ((MUG, 1),), tagged=True)
    serial = next(n for n in (1, 2) if floor.state.order_holding(tag(n)) is not None)
    assert scan(floor, tag(serial)).data["slot"] == SLOTS[0]

    heard(floor, tag(serial), SLOTS[0])

    assert floor.state.slots[SLOTS[0]].lit is None
    assert len(floor.state.slots[SLOTS[0]].put) == 1


def test_a_complete_slot_is_packed_by_its_label_and_free_again() -> None:
    floor = at_wall(((SHIRT, 1),), ((MUG, 1),))
    scan(floor, SHIRT_GTIN)
    assert scan(floor, SLOTS[0], STATION).code == "still_at_wall"
    scan(floor, SLOTS[0])

    opened = scan(floor, SLOTS[0], STATION)

    assert (opened.code, opened.data["order_id"]) == ("opened", "O1")
    assert floor.state.slots == {}
    assert packing.verdict(floor.state, STATION) == "checking"
    assert scan(floor, MUG_GTIN).data["slot"] == SLOTS[0]


def test_what_is_nowhere_at_the_wall_is_missing_at_the_station_once_the_packer_says_so() -> None:
    # given an order of which one piece lies in its slot and the other one nowhere
    floor = at_wall(((SHIRT, 1), (MUG, 1)))
    scan(floor, SHIRT_GTIN)
    assert without_unsorted(floor, SLOTS[0]).code == "still_at_wall"  # one is in hand
    scan(floor, SLOTS[0])
    assert scan(floor, SLOTS[0], STATION).code == "still_at_wall"

    # when the packer has looked for it
    opened = without_unsorted(floor, SLOTS[0])

    # then the check is open, the slot is free, and the piece is missing there
    assert (opened.code, opened.data["order_id"]) == ("opened", "O1")
    assert floor.state.slots == {}
    assert packing.missing_of(floor.state, floor.state.packs[STATION])[MUG] == 1


def test_a_full_wall_says_so() -> None:
    floor = at_wall(*(((SHIRT, 1), (MUG, 1)) for _ in range(4)))
    for _ in SLOTS:
        slot = scan(floor, SHIRT_GTIN).data["slot"]
        scan(floor, str(slot))

    assert scan(floor, SHIRT_GTIN).code == "wall_full"


def test_the_slot_of_a_cancelled_order_is_taken_until_its_pieces_are_put_back() -> None:
    floor = at_wall(((SHIRT, 1), (MUG, 1)), ((MUG, 1),), ((MUG, 1),))
    scan(floor, SHIRT_GTIN)
    scan(floor, SLOTS[0])
    scan(floor, MUG_GTIN)  # in hand, for the same order
    before = wall_view(floor.state, WALL)["hand"]

    floor.order("O1", (SHIRT, 1), (MUG, 1), rev=2, wanted="cancelled")

    slot = wall_view(floor.state, WALL)["slots"][0]  # type: ignore[index] # plain values
    prompt = guiding.prompt(floor.state, LI)
    assert before is not None
    assert wall_view(floor.state, WALL)["hand"] is None
    assert (slot["state"], slot["order_id"], slot["put"]) == ("emptying", "O1", 1)
    assert slot["fetched_by"] is None or slot["fetched_by"] == LI
    assert scan(floor, SLOTS[0], STATION).code == "order_cancelled"
    assert scan(floor, MUG_GTIN).data["slot"] == SLOTS[1]
    floor.ready()
    while (prompt := guiding.prompt(floor.state, LI)).kind is PromptKind.PUT_BACK:
        assert prompt.notice_location == SLOTS[0]
        assert SLOTS[0] in floor.state.slots
        assert prompt.sku is not None
        pick(floor, GTINS[prompt.sku])
    assert SLOTS[0] not in floor.state.slots
    assert wall_view(floor.state, WALL)["slots"][0]["state"] == "free"  # type: ignore[index] # plain values


class WallLaws(RuleBasedStateMachine):
    """Scans in any order at a wall and a pack station: these laws hold."""

    @override
    def __init__(self) -> None:
        super().__init__()
        self.floor = SmallFloor(WITH_WALL)

    @initialize(tagged=st.booleans())
    def orders_were_dropped(self, tagged: bool) -> None:  # noqa: FBT001 - drawn
        self.floor = at_wall(
            ((SHIRT, 2), (MUG, 1)),
            ((SHIRT, 1),),
            ((MUG, 1), (SHIRT, 1)),
            ((MUG, 1),),
            tagged=tagged,
        )
        self.picked = {one.tote_id: one for one in self.floor.state.totes.values()}

    @rule(
        code=st.sampled_from([SHIRT_GTIN, MUG_GTIN, *SLOTS, WALL, STATION, "T0001", "T0002", "?"]),
        place=st.sampled_from([WALL, WALL, WALL, STATION]),
    )
    def anything_is_scanned(self, code: str, place: LocationId) -> None:
        scan(self.floor, code, place)

    @rule(serial=st.integers(1, 8), gtin=st.sampled_from([SHIRT_GTIN, MUG_GTIN]))
    def a_serial_number_is_scanned(self, serial: int, gtin: str) -> None:
        scan(self.floor, tag(serial, gtin))

    @rule()
    def the_lit_slot_is_confirmed(self) -> None:
        lit = walling.in_hand(self.floor.state, WALL)
        if lit is not None:
            scan(self.floor, lit.slot)

    @rule()
    def the_hand_is_emptied(self) -> None:
        lay_back(self.floor)

    @rule(
        serial=st.integers(1, 8),
        gtin=st.sampled_from([SHIRT_GTIN, MUG_GTIN]),
        place=st.sampled_from([WALL, *SLOTS, STATION]),
    )
    def a_tag_is_heard(self, serial: int, gtin: str, place: LocationId) -> None:
        heard(self.floor, tag(serial, gtin), place)

    @invariant()
    def nothing_lies_in_two_slots_and_no_foreign_piece_in_any(self) -> None:
        for slot in self.floor.state.slots.values():
            tote = self.picked[slot.tote_id]
            there = Counter([*slot.put, *([slot.lit] if slot.lit else [])])
            assert there <= Counter(tote.picked)
            assert slot.order_id == tote.order_id
        tags = Counter(
            unit.epc
            for slot in self.floor.state.slots.values()
            for _, unit in slot.put
            if unit.epc
        )
        assert max(tags.values(), default=0) <= 1

    @invariant()
    def an_order_has_one_slot_and_one_slot_is_lit(self) -> None:
        slots = self.floor.state.slots.values()
        totes = Counter[ToteId](one.tote_id for one in slots)
        assert max(totes.values(), default=0) <= 1
        assert sum(one.lit is not None for one in slots) <= 1

    @invariant()
    def what_is_being_packed_has_left_the_wall(self) -> None:
        state = self.floor.state
        packed = {one.tote_id for one in state.packs.values()}
        assert packed.isdisjoint(one.tote_id for one in state.slots.values())
        assert all(OrderId(one.order_id) in state.orders for one in state.slots.values())
        wall_view(state, WALL)


TestWallLaws = WallLaws.TestCase
TestWallLaws.settings = settings(max_examples=40, stateful_step_count=40)
