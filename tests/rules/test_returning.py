"""What comes back: one scan finds its order, quarantine keeps it, a grade leads it on."""

import pytest

from edge.gs1.epc import sgtin96_hex
from edge.model.events import ParcelClosed, PiecePicked, PiecePut
from edge.model.ids import Epc, LineId, OrderId, Sku, Sscc
from edge.model.inputs import ItemLocated, ReturnAnnounced
from edge.model.orders import OrderLine
from edge.model.posted import (
    GradeDecided,
    ParcelDispatched,
    ParcelWanted,
    ReturnScanned,
    StationScanned,
)
from edge.model.presence import Arrived
from edge.model.prompts import Answer, PromptKind
from edge.model.returns import Grade
from edge.rules import guiding, packing
from tests.rules.deeds import scan
from tests.rules.small_floor import (
    BIN_1,
    DOCK,
    LI,
    MUG,
    MUG_GTIN,
    NOW_US,
    QUARANTINE,
    SHIRT,
    SHIRT_GTIN,
    STATION,
    SmallFloor,
    stocked,
)

O1 = OrderId("O1")
TAG = Epc(sgtin96_hex(SHIRT_GTIN, 7, 1))


def pick_and_pack(floor: SmallFloor, *codes: str) -> Sscc:
    for code in codes:
        scan(floor, code)
    scan(floor, STATION)
    floor.take(StationScanned(floor.number(), STATION, LI, "T0001", NOW_US))
    for code in codes:
        floor.take(StationScanned(floor.number(), STATION, LI, code, NOW_US))
    floor.take(ParcelWanted(floor.number(), STATION, LI, False, NOW_US))
    closed = floor.facts[-1]
    assert isinstance(closed, ParcelClosed)
    return closed.parcel.sscc


@pytest.fixture
def floor() -> SmallFloor:
    """Two shirts of O1, one of them with a tag, have left."""
    floor = stocked()
    floor.order("O1", (SHIRT, 2))
    floor.ready()
    floor.plan()
    sscc = pick_and_pack(floor, TAG, SHIRT_GTIN)
    floor.take(ParcelDispatched(floor.number(), LI, sscc, DOCK, NOW_US))
    return floor


def comes_back(
    floor: SmallFloor, code: str, order_id: OrderId | None = None, reason: str = "unwanted"
) -> Answer:
    return floor.take(ReturnScanned(floor.number(), LI, code, order_id, reason, NOW_US))


def grade(floor: SmallFloor, piece_id: object, grade: Grade) -> Answer:
    return floor.take(GradeDecided(floor.number(), LI, str(piece_id), grade, NOW_US))


def announce(floor: SmallFloor, quantity: int = 1) -> None:
    lines = (OrderLine(LineId("1"), SHIRT, quantity),)
    floor.take(ReturnAnnounced("R1", O1, lines, "damaged", NOW_US))


def test_the_scan_of_a_tag_finds_the_order_that_it_was_sent_with(floor: SmallFloor) -> None:
    answer = comes_back(floor, TAG)

    assert (answer.code, answer.data["order_id"]) == ("received", O1)
    assert answer.data["proposed"] == "restock"
    piece = floor.state.returned[str(answer.data["piece_id"])]
    assert (piece.location, piece.unit.epc, piece.grade) == (QUARANTINE, TAG, None)


def test_the_parcel_the_order_and_the_return_s_label_tell_what_can_come_back(
    floor: SmallFloor,
) -> None:
    announce(floor)
    for code in ("R1", "O1", next(iter(floor.state.parcels))):
        answer = comes_back(floor, code)
        assert (answer.code, answer.data["order_id"]) == ("return_found", O1)
        assert answer.data["return_id"] == "R1"


def test_a_barcode_alone_does_not_say_whose_piece_it_was(floor: SmallFloor) -> None:
    assert comes_back(floor, SHIRT_GTIN).code == "which_order"
    assert comes_back(floor, SHIRT_GTIN, O1).code == "received"


def test_the_only_announced_return_of_an_article_is_meant_by_its_barcode(
    floor: SmallFloor,
) -> None:
    announce(floor)

    answer = comes_back(floor, SHIRT_GTIN, reason="")

    piece = floor.state.returned[str(answer.data["piece_id"])]
    assert (piece.return_id, piece.reason, piece.proposed) == ("R1", "damaged", Grade.SCRAP)
    assert floor.state.returns == {}


def test_what_nobody_announced_needs_a_reason(floor: SmallFloor) -> None:
    answer = comes_back(floor, TAG, reason="")

    assert answer.code == "reason_needed"
    assert "damaged" in str(answer.data["reasons"])
    assert floor.state.returned == {}


def test_no_more_comes_back_than_was_shipped(floor: SmallFloor) -> None:
    assert comes_back(floor, SHIRT_GTIN, O1).accepted
    assert comes_back(floor, SHIRT_GTIN, O1).accepted

    assert comes_back(floor, SHIRT_GTIN, O1).code == "not_shipped"
    assert comes_back(floor, MUG_GTIN, O1).code == "not_shipped"
    assert comes_back(floor, TAG).code == "not_shipped"


def test_what_has_not_left_cannot_come_back() -> None:
    floor = stocked()
    floor.order("O1", (MUG, 1))
    floor.ready()
    floor.plan()
    sscc = pick_and_pack(floor, MUG_GTIN)

    assert comes_back(floor, sscc).code == "not_shipped"
    assert comes_back(floor, MUG_GTIN, O1).code == "not_shipped"


def test_a_good_piece_is_put_away_by_a_free_picker_and_can_be_sold_again(
    floor: SmallFloor,
) -> None:
    before = floor.state.stock[SHIRT, BIN_1].quantity
    piece_id = comes_back(floor, TAG).data["piece_id"]

    grade(floor, piece_id, Grade.RESTOCK)

    prompt = guiding.prompt(floor.state, LI)
    assert (prompt.kind, prompt.location) == (PromptKind.PUT_AWAY, BIN_1)
    assert floor.state.stock[SHIRT, BIN_1].quantity == before
    scan(floor, TAG)
    assert isinstance(floor.facts[-1], PiecePut)
    assert floor.state.stock[SHIRT, BIN_1].quantity == before + 1
    assert guiding.prompt(floor.state, LI).kind is PromptKind.WAIT


def test_a_piece_that_is_sold_again_is_one_too_many_in_a_box_that_it_came_into_unseen(
    floor: SmallFloor,
) -> None:
    """Its first parcel still tells of it, and does not hold it any more."""
    grade(floor, comes_back(floor, TAG).data["piece_id"], Grade.RESTOCK)
    scan(floor, TAG)
    floor.order("O2", (SHIRT, 1))
    floor.plan()
    other = Epc(sgtin96_hex(SHIRT_GTIN, 7, 2))
    for code in (other, STATION):
        scan(floor, code)
    floor.take(StationScanned(floor.number(), STATION, LI, "T0001", NOW_US))

    for epc in (other, TAG):
        floor.take(ItemLocated(Arrived(epc, STATION, 0.99, NOW_US), NOW_US))

    assert packing.verdict(floor.state, STATION) == "extra"
    assert floor.state.packs[STATION].strangers == (TAG,)


def test_a_piece_in_quarantine_cannot_be_picked(floor: SmallFloor) -> None:
    comes_back(floor, TAG)
    floor.order("O2", (SHIRT, 1))
    floor.plan()

    answer = scan(floor, TAG)

    assert answer.code == "done_already"
    assert sum(isinstance(fact, PiecePicked) for fact in floor.facts) == 2


def test_a_piece_may_be_looked_at_again_until_it_is_restocked_or_given_up(
    floor: SmallFloor,
) -> None:
    piece_id = comes_back(floor, TAG).data["piece_id"]

    assert grade(floor, piece_id, Grade.QUARANTINE).code == "graded"
    assert floor.state.returned[str(piece_id)].grade is Grade.QUARANTINE
    assert grade(floor, piece_id, Grade.SCRAP).code == "graded"
    assert floor.state.returned == {}
    assert grade(floor, piece_id, Grade.RESTOCK).code == "piece_unknown"


def test_a_stranger_s_code_is_refused(floor: SmallFloor) -> None:
    assert comes_back(floor, "hello").code == "unknown_code"
    assert comes_back(floor, Sku("NOBODY")).code == "unknown_code"
