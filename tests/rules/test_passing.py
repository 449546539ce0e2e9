"""Only what surely went out has left; what is not sure is asked about."""

import pytest

from edge.model.events import (
    ParcelShipped,
    PassageSettled,
    PassageUnclear,
    PortalPassed,
)
from edge.model.ids import DeviceName, Epc, OrderId, Sscc
from edge.model.inputs import ItemLocated, PassageJudged
from edge.model.orders import OrderState
from edge.model.passages import Direction, Passage
from edge.model.places import Antenna, Floor
from edge.model.posted import PassageAnswered
from edge.model.presence import Moved
from edge.model.prompts import Answer
from tests.rules.deeds import at_station, close, scan, seen_at_station, tag
from tests.rules.small_floor import DOCK, FLOOR, LI, NOW_US, SHIRT, STATION, SmallFloor, stock_up

GATE = DeviceName("gate")
SIDED = Floor(
    locations=FLOOR.locations,
    antennas=(
        *(one for one in FLOOR.antennas if one.location != DOCK),
        Antenna(GATE, 1, DOCK, portal_side="in"),
        Antenna(GATE, 2, DOCK, portal_side="out"),
    ),
    aisle_x_m=FLOOR.aisle_x_m,
    cross_y_m=FLOOR.cross_y_m,
)


def packed(quantity: int = 1) -> tuple[SmallFloor, Sscc]:
    """A floor whose dock tells directions, with one parcel of shirts on it."""
    floor = stock_up(SmallFloor(SIDED))
    floor.ready()
    floor.order("O1", (SHIRT, quantity))
    floor.plan()
    for number in range(1, quantity + 1):
        scan(floor, tag(number))
    scan(floor, STATION)
    at_station(floor, "T0001")
    for number in range(1, quantity + 1):
        seen_at_station(floor, tag(number))
    answer = close(floor)
    assert answer.code == "closed"
    return floor, Sscc(str(answer.data["sscc"]))


def passes(
    floor: SmallFloor,
    epc: Epc,
    direction: Direction,
    *,
    likeliest: Direction | None = None,
    at_s: int = 0,
) -> Answer:
    began_us = NOW_US + at_s * 1_000_000
    passage = Passage(
        epc=epc,
        portal=DOCK,
        direction=direction,
        probability=0.97 if direction is not Direction.UNKNOWN else 0.6,
        likeliest=likeliest or direction,
        crossing=0.5,
        began_us=began_us,
        ended_us=began_us + 4_000_000,
        reads=40,
    )
    return floor.take(PassageJudged(passage, NOW_US))


def answers(floor: SmallFloor, question: str, answer: str) -> Answer:
    return floor.take(PassageAnswered(floor.number(), LI, question, answer, NOW_US))


def kinds(floor: SmallFloor, before: int) -> list[type]:
    return [type(one) for one in floor.facts[before:]]


def test_a_parcel_that_went_out_is_shipped_once_though_each_of_its_tags_passes() -> None:
    floor, sscc = packed(2)
    before = len(floor.facts)

    passes(floor, tag(1), Direction.OUT)
    passes(floor, tag(2), Direction.OUT)

    assert kinds(floor, before) == [PortalPassed, ParcelShipped, PortalPassed]
    assert floor.state.parcels[sscc].shipped
    assert floor.state.orders[OrderId("O1")].state is OrderState.SHIPPED


@pytest.mark.parametrize(
    "direction",
    [Direction.IN, Direction.TURNED_BACK, Direction.PASSED_BY, Direction.STANDING],
)
def test_a_parcel_that_did_not_go_out_is_not_shipped(direction: Direction) -> None:
    floor, sscc = packed()
    before = len(floor.facts)

    passes(floor, tag(1), direction)

    assert not floor.state.parcels[sscc].shipped
    assert kinds(floor, before) == ([PortalPassed] if direction is Direction.IN else [])


def test_presence_at_a_portal_that_tells_directions_ships_nothing() -> None:
    floor, sscc = packed()

    floor.take(ItemLocated(Moved(tag(1), STATION, DOCK, 0.99, NOW_US), NOW_US))

    assert not floor.state.parcels[sscc].shipped


def test_what_is_unclear_is_asked_once_for_a_parcel_and_ships_nothing() -> None:
    floor, sscc = packed(2)
    before = len(floor.facts)

    passes(floor, tag(1), Direction.UNKNOWN, likeliest=Direction.OUT)
    passes(floor, tag(2), Direction.UNKNOWN, likeliest=Direction.TURNED_BACK)

    assert kinds(floor, before) == [PassageUnclear]
    question = floor.state.questions[sscc]
    assert (question.portal, question.likeliest) == (DOCK, Direction.OUT)
    assert not floor.state.parcels[sscc].shipped


def test_the_person_who_saw_it_go_out_ships_it_and_the_question_is_over() -> None:
    floor, sscc = packed()
    passes(floor, tag(1), Direction.UNKNOWN, likeliest=Direction.OUT)

    assert answers(floor, sscc, "out").code == "settled"

    assert floor.state.parcels[sscc].shipped
    assert not floor.state.questions
    assert answers(floor, sscc, "out").code == "done_already"


def test_the_person_who_saw_it_stay_ends_the_question_and_it_may_go_later() -> None:
    floor, sscc = packed()
    passes(floor, tag(1), Direction.UNKNOWN, likeliest=Direction.OUT)

    answers(floor, sscc, "neither")
    stayed = floor.state.parcels[sscc].shipped
    passes(floor, tag(1), Direction.OUT, at_s=600)

    assert not stayed
    assert floor.state.parcels[sscc].shipped


def test_an_answer_that_is_none_changes_nothing() -> None:
    floor, sscc = packed()
    passes(floor, tag(1), Direction.UNKNOWN, likeliest=Direction.OUT)

    assert answers(floor, sscc, "sideways").code == "invalid"
    assert sscc in floor.state.questions


def test_another_tag_of_the_parcel_that_is_sure_answers_for_it() -> None:
    out, sscc = packed(2)
    passes(out, tag(1), Direction.UNKNOWN, likeliest=Direction.OUT)
    passes(out, tag(2), Direction.OUT)

    back, same = packed(2)
    passes(back, tag(1), Direction.UNKNOWN, likeliest=Direction.OUT)
    passes(back, tag(2), Direction.TURNED_BACK, at_s=1)

    assert out.state.parcels[sscc].shipped
    assert not out.state.questions
    assert not back.state.parcels[same].shipped
    assert not back.state.questions
    assert isinstance(back.facts[-1], PassageSettled)


def test_a_turning_back_at_another_time_answers_nothing() -> None:
    floor, sscc = packed(2)
    passes(floor, tag(1), Direction.UNKNOWN, likeliest=Direction.OUT)

    passes(floor, tag(2), Direction.TURNED_BACK, at_s=60)

    assert sscc in floor.state.questions


def test_a_stranger_s_tag_is_nobody_s_question() -> None:
    floor, _ = packed()
    before = len(floor.facts)

    passes(floor, Epc("e2801160600002040000abcd"), Direction.UNKNOWN, likeliest=Direction.OUT)

    assert kinds(floor, before) == []


def test_a_piece_that_lies_in_no_parcel_is_asked_about_by_its_tag() -> None:
    floor, _ = packed()

    passes(floor, tag(9), Direction.UNKNOWN, likeliest=Direction.OUT)

    assert floor.state.questions[tag(9)].sscc is None


def test_a_shipped_parcel_is_not_asked_about_unless_it_seems_to_come_back() -> None:
    floor, sscc = packed()
    passes(floor, tag(1), Direction.OUT)

    passes(floor, tag(1), Direction.UNKNOWN, likeliest=Direction.STANDING)
    quiet = dict(floor.state.questions)
    passes(floor, tag(1), Direction.UNKNOWN, likeliest=Direction.IN)

    assert not quiet
    assert sscc in floor.state.questions
