"""More tags of an article went out than its parcels should hold: somebody at the door is asked."""

from collections.abc import Sequence

import pytest

from edge.model.events import (
    CountWanted,
    DeviceReturned,
    ItemMoved,
    ParcelShipped,
    TooManySettled,
    TooManySuspected,
)
from edge.model.going_out import LATELY_US
from edge.model.ids import DeviceName, Epc, LocationId, OrderId, RequestId, Sscc
from edge.model.inputs import ItemLocated, PassageJudged
from edge.model.passages import Asked, Direction, Passage
from edge.model.posted import CountTold, PassageAnswered
from edge.model.presence import Arrived, Departed, Moved
from edge.model.prompts import Answer
from edge.rules import too_many
from tests.rules.deeds import at_station, close, scan, seen_at_station, tag
from tests.rules.small_floor import (
    BIN_1,
    BIN_3,
    DOCK,
    FLOOR,
    LI,
    MUG_GTIN,
    NOW_US,
    SHIRT,
    STATION,
    SmallFloor,
    stock_up,
)
from tests.rules.test_passing import SIDED

EXTRA = tag(9)


def packed(floor: SmallFloor, quantity: int = 1, *, tagged: bool = True) -> Sscc:
    """A parcel of shirts, of which the tags are known or none is."""
    stock_up(floor)
    return picked_and_packed(floor, "O1", range(1, quantity + 1), tagged=tagged)


def picked_and_packed(
    floor: SmallFloor, order: str, numbers: Sequence[int], *, tagged: bool = True
) -> Sscc:
    floor.ready()
    floor.order(order, (SHIRT, len(numbers)))
    floor.plan()
    for number in numbers:
        scan(floor, tag(number) if tagged else SHIRT)
    scan(floor, STATION)
    (tote,) = floor.state.totes.of_order(OrderId(order))
    at_station(floor, tote.tote_id)
    for number in numbers:
        if tagged:
            seen_at_station(floor, tag(number))
        else:
            at_station(floor, SHIRT)
    return Sscc(str(close(floor).data["sscc"]))


def at_dock(floor: SmallFloor, epc: Epc) -> None:
    floor.take(ItemLocated(Moved(epc, STATION, DOCK, 0.99, NOW_US), NOW_US))


def goes_out(floor: SmallFloor, epc: Epc, direction: Direction) -> None:
    times = (NOW_US, NOW_US + 4_000_000)
    passage = Passage(epc, DOCK, direction, 0.97, direction, 0.5, *times, reads=40)
    floor.take(PassageJudged(passage, NOW_US))


def asked(floor: SmallFloor) -> list[tuple[Epc, Sscc | None, tuple[Sscc, ...]]]:
    questions = [one.question for one in floor.facts if isinstance(one, TooManySuspected)]
    assert all(one.asks is Asked.TOO_MANY for one in questions)
    return [(one.epc, one.sscc, one.others) for one in questions]


def say(floor: SmallFloor, answer: str) -> Answer:
    request_id = floor.number()
    return floor.take(PassageAnswered(request_id, LI, f"too-many-{EXTRA}", answer, NOW_US))


@pytest.mark.parametrize("first", ["parcel", "extra"])
def test_a_second_tag_of_the_article_is_asked_about_once_whichever_is_heard_first(
    first: str,
) -> None:
    floor = SmallFloor()
    sscc = packed(floor)

    for epc in (tag(1), EXTRA) if first == "parcel" else (EXTRA, tag(1)):
        at_dock(floor, epc)
    at_dock(floor, EXTRA)

    assert floor.state.parcels[sscc].shipped
    assert asked(floor) == [(EXTRA, sscc, ())]


def test_what_is_heard_long_after_or_before_a_parcel_is_no_piece_of_it() -> None:
    for after_us, questions in ((LATELY_US, 1), (LATELY_US + 1, 0)):
        for epcs in ((tag(1), EXTRA), (EXTRA, tag(1))):
            floor = SmallFloor()
            sscc = packed(floor)

            for epc, at_us in zip(epcs, (NOW_US, NOW_US + after_us), strict=True):
                floor.apply_at(ItemMoved(epc, SHIRT, STATION, DOCK, 0.99), at_us)
                if epc == tag(1):
                    left = ParcelShipped(sscc, OrderId("O1"), "DHL", DOCK, (epc,), None)
                    floor.apply_at(left, at_us)

            assert len(too_many.noticed(floor.state, NOW_US + after_us)) == questions


def test_another_article_goes_with_no_parcel_and_is_not_asked_about() -> None:
    floor = SmallFloor()
    packed(floor)

    at_dock(floor, tag(1))
    at_dock(floor, tag(9, MUG_GTIN))

    assert asked(floor) == []


def test_a_piece_whose_tag_nobody_knew_is_no_piece_too_many() -> None:
    floor = SmallFloor()
    sscc = packed(floor, tagged=False)

    at_dock(floor, EXTRA)
    floor.take_fact(ParcelShipped(sscc, OrderId("O1"), "DHL", DOCK, (), LI))

    assert asked(floor) == []
    # and a second tag is, for the parcel holds one piece
    at_dock(floor, tag(8))
    assert asked(floor) == [(tag(8), sscc, ())]


def test_a_piece_of_a_parcel_that_left_before_is_not_too_many_in_the_next() -> None:
    # given a parcel whose piece was told by barcode; its tag is heard as it leaves
    floor, later_us = SmallFloor(), NOW_US + LATELY_US - 2_000_000
    stock_up(floor)
    before = picked_and_packed(floor, "O1", [1], tagged=False)
    sscc = picked_and_packed(floor, "O2", [2])
    floor.apply_at(ParcelShipped(before, OrderId("O1"), "DHL", DOCK, (), None), NOW_US)
    floor.apply_at(ItemMoved(EXTRA, SHIRT, STATION, DOCK, 0.99), NOW_US + 1_000_000)
    # when another one leaves within seconds of that tag, and the first has left too long ago
    floor.apply_at(ItemMoved(tag(2), SHIRT, STATION, DOCK, 0.99), later_us)
    floor.apply_at(ParcelShipped(sscc, OrderId("O2"), "DHL", DOCK, (tag(2),), None), later_us)
    # then nobody is asked, for the first holds that piece
    assert too_many.noticed(floor.state, NOW_US + LATELY_US + 500_000) == []


def test_a_tag_that_was_taken_for_another_one_makes_no_question() -> None:
    """The parcel's own tag is not heard: its piece may bear the other one."""
    floor = SmallFloor()
    sscc = packed(floor)

    floor.take_fact(ParcelShipped(sscc, OrderId("O1"), "DHL", DOCK, (tag(1),), LI))
    at_dock(floor, EXTRA)

    assert asked(floor) == []


@pytest.mark.parametrize("is_heard", [True, False])
def test_a_tag_may_be_that_of_a_parcel_that_stands_here_unless_its_own_is_heard(
    *, is_heard: bool
) -> None:
    """Tags of two orders were taken for each other, and both parcels are at the door."""
    floor = SmallFloor()
    sscc = packed(floor)
    picked_and_packed(floor, "O2", [2])
    if not is_heard:
        floor.take(ItemLocated(Departed(tag(2), STATION, NOW_US, NOW_US), NOW_US))

    at_dock(floor, tag(1))
    at_dock(floor, EXTRA)

    assert asked(floor) == ([(EXTRA, sscc, ())] if is_heard else [])


def test_goods_that_are_driven_through_are_not_asked_about() -> None:
    floor = SmallFloor()
    packed(floor)

    for number in (7, 8, 9):
        at_dock(floor, tag(number))
    at_dock(floor, tag(1))

    assert asked(floor) == []


def test_goods_at_a_gate_are_many_though_one_is_told_to_go_out_before_the_others() -> None:
    # given a parcel that goes out at a gate, and goods of no parcel that are driven behind it
    floor = SmallFloor(SIDED)
    packed(floor)
    for number in (7, 8, 9):
        at_dock(floor, tag(number))
    goes_out(floor, tag(1), Direction.OUT)

    # when the gate tells of the goods, one after the other
    for number in (7, 8, 9):
        goes_out(floor, tag(number), Direction.OUT)

    # then nobody is asked
    assert asked(floor) == []


def test_what_lies_in_another_order_s_tote_or_is_brought_back_is_not_asked_about() -> None:
    floor = SmallFloor()
    packed(floor)
    floor.order("O2", (SHIRT, 1))
    floor.plan()
    scan(floor, EXTRA)

    at_dock(floor, tag(1))
    at_dock(floor, EXTRA)

    assert asked(floor) == []


def test_where_a_portal_tells_directions_only_what_went_out_counts() -> None:
    for direction, questions in ((Direction.OUT, 1), (Direction.STANDING, 0), (Direction.IN, 0)):
        floor = SmallFloor(SIDED)
        packed(floor)

        goes_out(floor, EXTRA, direction)
        at_dock(floor, EXTRA)
        goes_out(floor, tag(1), Direction.OUT)

        assert len(asked(floor)) == questions


@pytest.mark.parametrize(("answer", "counts"), [("taken_out", 0), ("gone", 2), ("none", 0)])
def test_a_person_s_answer_ends_it_and_what_has_gone_is_looked_for_in_the_books(
    answer: str, counts: int
) -> None:
    floor = SmallFloor()
    packed(floor)
    at_dock(floor, tag(1))
    at_dock(floor, EXTRA)

    assert say(floor, "out").code == "invalid"
    assert say(floor, answer).code == "settled"
    assert say(floor, answer).code == "done_already"

    assert TooManySettled(f"too-many-{EXTRA}", answer, LI) in floor.facts
    wanted = [one for one in floor.facts if isinstance(one, CountWanted)]
    places = [CountWanted(place, SHIRT, "gone_too_many") for place in (BIN_1, BIN_3)]
    assert wanted == places[:counts]
    assert dict(floor.state.questions) == {}


def test_it_ends_when_the_tag_is_heard_in_the_house_or_the_article_is_counted() -> None:
    def heard(floor: SmallFloor) -> None:
        floor.take(ItemLocated(Arrived(EXTRA, LocationId("zone-a"), 0.99, NOW_US), NOW_US))

    def counted(floor: SmallFloor) -> None:
        floor.take(CountTold(RequestId("c"), LI, BIN_1, SHIRT, 3, NOW_US))

    for ends, how in ((heard, "elsewhere"), (counted, "counted")):
        floor = SmallFloor(FLOOR)
        packed(floor)
        at_dock(floor, tag(1))
        at_dock(floor, EXTRA)
        assert floor.state.questions

        ends(floor)

        assert TooManySettled(f"too-many-{EXTRA}", how, None) in floor.facts
        assert not floor.state.questions


def test_what_a_person_says_of_a_passage_says_not_when_it_was() -> None:
    # given a tag of which a gate was not sure, and about which somebody is asked
    floor = SmallFloor(SIDED)
    packed(floor)
    goes_out(floor, EXTRA, Direction.UNKNOWN)
    # when a parcel of its article goes out, and somebody answers that the tag did, some time ago
    goes_out(floor, tag(1), Direction.OUT)
    floor.take(PassageAnswered(floor.number(), LI, EXTRA, "out", NOW_US))
    # then it is not said to be a piece of that parcel
    assert asked(floor) == []


@pytest.mark.parametrize(("after_us", "questions"), [(LATELY_US, 0), (LATELY_US + 1, 1)])
def test_what_a_reader_had_held_while_it_was_away_is_no_piece_of_what_leaves_now(
    after_us: int, questions: int
) -> None:
    # given a parcel, and a reader that comes back
    floor = SmallFloor()
    sscc = packed(floor)
    floor.apply_at(DeviceReturned(DeviceName("dock-reader"), (DOCK,)), NOW_US)
    # when it tells of the parcel's tag and of another one of the article
    at_us = NOW_US + after_us
    for epc in (tag(1), EXTRA):
        floor.apply_at(ItemMoved(epc, SHIRT, STATION, DOCK, 0.99), at_us)
    floor.apply_at(ParcelShipped(sscc, OrderId("O1"), "DHL", DOCK, (tag(1),), None), at_us)
    # then nobody knows when that other one went out
    assert len(too_many.noticed(floor.state, at_us)) == questions
