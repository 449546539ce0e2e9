"""A gate that is not sure of a pallet's label asks somebody until the pallet is gone."""

from edge.model.ids import Epc, RequestId, Sscc
from edge.model.loading import PalletStepWanted, PalletWanted
from edge.model.passages import Direction
from tests.rules.small_floor import LI, NOW_US, STATION, SmallFloor
from tests.rules.test_dispatching import label_tag
from tests.rules.test_pallets import quiet, stack, step
from tests.rules.test_passing import answers, packed, passes
from tests.rules.test_picking import tag


def test_a_pallet_is_asked_about_by_its_label_s_tag_until_it_has_left() -> None:
    # given a closed pallet whose label has a tag
    floor, parcel = packed()
    pallet = closed_pallet(floor, parcel)
    # when that tag is at the gate, and nobody knows which way it went
    passes(floor, Epc(label_tag(pallet)), Direction.UNKNOWN, likeliest=Direction.OUT)
    # then somebody is asked for the pallet
    assert floor.state.questions[pallet].sscc == pallet
    # and nobody any more once it has left by the tag of its only parcel
    passes(floor, tag(1), Direction.OUT)
    assert floor.state.parcels[parcel].shipped
    assert not floor.state.questions


def test_a_pallet_that_is_broken_up_is_not_asked_about_any_more() -> None:
    floor, parcel = packed()
    pallet = closed_pallet(floor, parcel)
    passes(floor, Epc(label_tag(pallet)), Direction.UNKNOWN, likeliest=Direction.OUT)

    step(floor, pallet, PalletStepWanted.BREAK_UP)

    assert not floor.state.questions
    passes(floor, Epc(label_tag(pallet)), Direction.UNKNOWN, likeliest=Direction.OUT)
    assert not floor.state.questions


def test_who_saw_a_pallet_go_out_sends_it_off_with_its_parcels() -> None:
    floor, parcel = packed()
    pallet = closed_pallet(floor, parcel)
    passes(floor, Epc(label_tag(pallet)), Direction.UNKNOWN, likeliest=Direction.OUT)

    answers(floor, pallet, "out")
    quiet(floor)

    assert not floor.state.questions
    assert floor.state.parcels[parcel].shipped


def closed_pallet(floor: SmallFloor, parcel: Sscc) -> Sscc:
    """A closed pallet at the station, with one parcel on it."""
    wanted = PalletWanted(RequestId(floor.number()), LI, STATION, "", NOW_US)
    pallet = Sscc(str(floor.take(wanted).data["pallet"]))
    stack(floor, pallet, parcel)
    assert step(floor, pallet, PalletStepWanted.CLOSE).code == "pallet_closed"
    return pallet
