"""An order is cancelled after it was packed: its parcel is opened again and does not leave."""

import pytest

from edge.floor.views import pack_view
from edge.model.events import ParcelUnpacked, ParcelUnstacked, ReturnReceived, WrongDoorSeen
from edge.model.ids import OrderId, RequestId, Sscc
from edge.model.loading import PalletStepWanted
from edge.model.orders import OrderState
from edge.model.posted import ReturnScanned
from edge.model.prompts import Answer, PromptKind
from edge.rules import guiding
from edge.rules.dispatching import manifests
from tests.rules.deeds import at_station, scan, tag
from tests.rules.small_floor import (
    BIN_1,
    DOCK,
    LI,
    NOW_US,
    QUARANTINE,
    SHIRT,
    STATION,
    SmallFloor,
)
from tests.rules.test_dispatching import at_dock, declare, packed
from tests.rules.test_pallets import floor_with, new_pallet, stack, step

O1 = OrderId("O1")


def cancel(floor: SmallFloor) -> Answer:
    return floor.order("O1", (SHIRT, 1), rev=2, wanted="cancelled")


def recalled() -> tuple[SmallFloor, Sscc]:
    """The parcel of O1, closed, whose order the central system has then cancelled."""
    floor = SmallFloor()
    (parcel,) = packed(floor)
    cancel(floor)
    return floor, parcel


def put_back(floor: SmallFloor) -> Answer:
    return scan(floor, tag(1))


def test_a_packed_order_is_cancelled_and_its_parcel_is_recalled() -> None:
    floor = SmallFloor()
    (parcel,) = packed(floor)

    answer = cancel(floor)

    assert (answer.code, answer.data["parcels"]) == ("cancelled", [parcel])
    assert floor.state.orders[O1].state is OrderState.CANCELLED
    assert pack_view(floor.state, STATION)["recalled"] == [{"sscc": parcel, "order_id": "O1"}]
    assert list(manifests(floor.state)) == []


def test_its_label_at_a_pack_station_opens_it_and_its_pieces_go_back_into_stock() -> None:
    floor, parcel = recalled()
    before = sum(one.quantity for one in floor.state.stock.of(SHIRT))

    opened = at_station(floor, parcel)
    prompt = guiding.prompt(floor.state, LI)
    put = put_back(floor)

    assert (opened.code, opened.data["pieces"]) == ("unpacked", 1)
    assert parcel not in floor.state.parcels
    assert pack_view(floor.state, STATION)["recalled"] == []
    assert (prompt.kind, prompt.location) == (PromptKind.PUT_BACK, BIN_1)
    assert (prompt.notice, prompt.notice_location) == ("lies_at", STATION)
    assert put.code == "all_put"
    assert sum(one.quantity for one in floor.state.stock.of(SHIRT)) == before + 1
    assert floor.state.parcels.holding(tag(1)) is None


def test_it_does_not_leave_by_a_portal_or_by_a_person_s_word() -> None:
    floor, parcel = recalled()

    at_dock(floor)
    refused = declare(floor, parcel)

    assert [type(one) for one in floor.facts[-1:]] == [WrongDoorSeen]
    assert (refused.accepted, refused.code) == (False, "parcel_recalled")
    assert not floor.state.parcels[parcel].shipped
    assert at_station(floor, parcel).code == "unpacked"


def test_no_parcel_of_another_order_is_opened_by_its_label() -> None:
    floor = SmallFloor()
    (parcel,) = packed(floor)
    before = len(floor.facts)

    assert at_station(floor, parcel).code == "unknown_code"
    assert len(floor.facts) == before


def test_what_has_left_is_refused_and_comes_back_as_a_return() -> None:
    floor = SmallFloor()
    (parcel,) = packed(floor)
    declare(floor, parcel)

    answer = cancel(floor)
    back = floor.take(ReturnScanned(RequestId("r"), LI, tag(1), O1, "undelivered", NOW_US))

    assert (answer.accepted, answer.code) == (False, "too_late")
    assert "comes back as a return" in answer.text
    assert floor.state.orders[O1].state is OrderState.SHIPPED
    assert back.code == "received"
    unpacked, received = floor.facts[-2:]
    assert isinstance(unpacked, ParcelUnpacked)
    assert isinstance(received, ReturnReceived)
    assert (unpacked.sscc, unpacked.where, unpacked.reason) == (parcel, QUARANTINE, "returned")
    assert [one.unit.epc for one in unpacked.pieces] == [tag(1)]
    assert parcel in floor.state.parcels


def test_it_comes_off_an_open_pallet_and_keeps_a_closed_one_until_that_is_broken_up() -> None:
    floor, (first, second) = floor_with(2)
    pallet = new_pallet(floor)
    stack(floor, pallet, first)
    stack(floor, pallet, second)
    step(floor, pallet, PalletStepWanted.CLOSE)
    cancel(floor)

    held = at_station(floor, first)
    gone = declare(floor, pallet)
    step(floor, pallet, PalletStepWanted.BREAK_UP)
    other = new_pallet(floor)
    again = stack(floor, other, first)
    opened = at_station(floor, first)

    assert (held.code, held.data["pallet"]) == ("on_pallet", pallet)
    assert (gone.accepted, gone.code) == (False, "parcel_recalled")
    assert (again.accepted, again.code) == (False, "parcel_recalled")
    assert opened.code == "unpacked"
    assert not floor.state.parcels[second].recalled


def test_it_is_taken_off_the_open_pallet_that_it_lies_on() -> None:
    floor, (first, second) = floor_with(2)
    pallet = new_pallet(floor)
    stack(floor, pallet, first)
    stack(floor, pallet, second)
    cancel(floor)

    refused = step(floor, pallet, PalletStepWanted.CLOSE)
    at_station(floor, first)
    closed = step(floor, pallet, PalletStepWanted.CLOSE)

    assert (refused.accepted, refused.code) == (False, "parcel_recalled")
    assert [one.reason for one in floor.facts if isinstance(one, ParcelUnstacked)] == ["recalled"]
    assert closed.code == "pallet_closed"
    assert floor.state.pallets[pallet].parcels == (second,)


@pytest.mark.parametrize("seen", [tag(1), tag(2)])
def test_a_pallet_that_a_portal_has_seen_leaving_keeps_its_orders(seen: str) -> None:
    floor, parcels = floor_with(3)
    pallet = new_pallet(floor)
    for parcel in parcels:
        stack(floor, pallet, parcel)
    step(floor, pallet, PalletStepWanted.CLOSE)
    at_dock(floor, 1 if seen == tag(1) else 2)

    answer = cancel(floor)

    assert (answer.accepted, answer.code) == (False, "too_late")
    assert floor.state.orders[O1].state is OrderState.PACKED
    assert DOCK in floor.state.floor.locations
