"""Parcels are stacked, labelled and sent as one; what does not go with its pallet is told."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from edge.gs1.epc import sscc
from edge.model.events import (
    PalletClosed,
    PalletDeparted,
    PalletLookedAt,
    PalletSeen,
    ParcelShipped,
    ParcelStacked,
    ParcelUnstacked,
    WrongDoorSeen,
)
from edge.model.ids import LocationId, OrderId, Sscc
from edge.model.inputs import ItemLocated, PalletDue
from edge.model.loading import (
    PalletDecided,
    PalletScanned,
    PalletStepWanted,
    PalletWanted,
    ParcelTakenOff,
)
from edge.model.orders import OrderState
from edge.model.pallets import Pallet, PalletState
from edge.model.places import Floor, Location, LocationKind
from edge.model.posted import ParcelDispatched
from edge.model.presence import Arrived, Moved
from edge.model.prompts import Answer
from edge.rules import leaving, numbering
from edge.rules.leaving import PALLET_QUIET_US
from tests.rules.deeds import tag
from tests.rules.small_floor import DOCK, FLOOR, LI, NOW_US, STATION, TERMS, SmallFloor
from tests.rules.test_dispatching import at_dock, hand_over, label_tag, packed

RAMP = LocationId("ramp-1")
WITH_RAMP = Floor(
    locations={**FLOOR.locations, RAMP: Location(RAMP, LocationKind.STAGING)},
    antennas=FLOOR.antennas,
    aisle_x_m=FLOOR.aisle_x_m,
    cross_y_m=FLOOR.cross_y_m,
)


def floor_with(parcels: int) -> tuple[SmallFloor, list[Sscc]]:
    floor = SmallFloor(WITH_RAMP)
    return floor, packed(floor, parcels)


def begin(floor: SmallFloor, code: str = "", place: LocationId = RAMP) -> Answer:
    return floor.take(PalletWanted(floor.number(), LI, place, code, NOW_US))


def new_pallet(floor: SmallFloor) -> Sscc:
    return Sscc(str(begin(floor).data["pallet"]))


def stack(floor: SmallFloor, pallet: Sscc | None, code: str) -> Answer:
    return floor.take(PalletScanned(floor.number(), LI, pallet, code, NOW_US))


def step(floor: SmallFloor, pallet: Sscc, wanted: PalletStepWanted) -> Answer:
    return floor.take(PalletDecided(floor.number(), LI, pallet, wanted, NOW_US))


def closed(floor: SmallFloor, parcels: Sequence[Sscc]) -> Sscc:
    pallet = new_pallet(floor)
    for one in parcels:
        assert stack(floor, pallet, one).code == "stacked"
    assert step(floor, pallet, PalletStepWanted.CLOSE).code == "pallet_closed"
    return pallet


def quiet(floor: SmallFloor) -> list[str]:
    """The portal hears nothing more for a while."""
    waiting = leaving.waiting(floor.state, NOW_US + PALLET_QUIET_US)
    return [floor.take(one).code for one in waiting]


def the(floor: SmallFloor, pallet: Sscc) -> Pallet:
    return floor.state.pallets[pallet]


def shipped(floor: SmallFloor) -> list[Sscc]:
    return [one.sscc for one in floor.facts if isinstance(one, ParcelShipped)]


def test_parcels_are_scanned_onto_a_pallet_which_gets_a_number_of_its_own() -> None:
    floor, (first, second) = floor_with(2)
    pallet = new_pallet(floor)

    codes = [stack(floor, pallet, one).code for one in (first, f"00{second}", first)]
    answer = step(floor, pallet, PalletStepWanted.CLOSE)

    assert codes == ["stacked", "stacked", "done_already"]
    assert pallet not in {first, second}
    assert answer.data == {"sscc": pallet, "place": RAMP, "carrier": "DHL", "parcels": 2}
    assert floor.facts[-1] == PalletClosed(pallet, "DHL", (first, second), LI)
    assert the(floor, pallet).state is PalletState.CLOSED


def test_a_pallet_and_the_parcels_after_it_never_share_a_number() -> None:
    floor, _ = floor_with(1)
    before = numbering.last_given(floor.state, TERMS)

    pallet = new_pallet(floor)
    number = numbering.next_number(floor.state, TERMS)

    assert the(floor, pallet).sscc == numbering.sscc_of(TERMS, before + 1)
    assert number == before + 2


def test_a_pallet_that_bears_a_label_already_keeps_its_number() -> None:
    floor, (parcel,) = floor_with(1)
    label = sscc("4012345", 0, 77)

    refused = begin(floor, parcel)
    unknown = stack(floor, None, label)
    opened = begin(floor, f"00{label}")
    again = begin(floor, label)

    assert (refused.code, unknown.code) == ("number_used", "parcel_unknown")
    assert (opened.code, opened.data["pallet"]) == ("pallet_opened", label)
    assert again.code == "number_used"


@pytest.mark.parametrize(
    ("code", "expected"),
    [("nonsense", "unknown_code"), (str(sscc("4012345", 0, 5)), "parcel_unknown")],
)
def test_what_is_no_parcel_is_refused_and_nothing_is_stacked(code: str, expected: str) -> None:
    floor, _ = floor_with(1)
    pallet = new_pallet(floor)

    assert stack(floor, pallet, code).code == expected
    assert the(floor, pallet).parcels == ()


def test_a_parcel_needs_a_pallet_and_a_pallet_s_label_chooses_it() -> None:
    floor, (parcel,) = floor_with(1)
    pallet = new_pallet(floor)

    assert stack(floor, None, parcel).code == "pallet_first"
    assert stack(floor, None, pallet).data == {"pallet": pallet}
    assert begin(floor, place=DOCK).code == "invalid"


def test_another_carrier_s_parcel_is_foreign_on_a_pallet_and_refused() -> None:
    floor, (first, second) = floor_with(2)
    floor.state.parcels[second] = replace(floor.state.parcels[second], carrier="UPS")
    pallet = new_pallet(floor)
    stack(floor, pallet, first)

    answer = stack(floor, pallet, second)

    assert (answer.accepted, answer.code) == (False, "pallet_other_carrier")
    assert the(floor, pallet).parcels == (first,)


def test_a_parcel_lies_on_one_pallet_only_until_it_is_taken_off() -> None:
    floor, (parcel,) = floor_with(1)
    first, second = new_pallet(floor), new_pallet(floor)
    stack(floor, first, parcel)

    refused = stack(floor, second, parcel)
    floor.take(ParcelTakenOff(floor.number(), LI, first, parcel, NOW_US))
    taken = stack(floor, second, parcel)

    assert (refused.code, refused.data["pallet"]) == ("on_other_pallet", first)
    assert taken.code == "stacked"
    assert floor.state.pallets.bearing(parcel) == the(floor, second)
    assert the(floor, first).carrier == ""


def test_a_closed_pallet_is_changed_by_breaking_it_up_only() -> None:
    floor, (first, second) = floor_with(2)
    pallet = closed(floor, [first])

    refused = stack(floor, pallet, second)
    off = floor.take(ParcelTakenOff(floor.number(), LI, pallet, first, NOW_US))
    step(floor, pallet, PalletStepWanted.BREAK_UP)

    assert (refused.code, off.code) == ("pallet_closed", "pallet_closed")
    assert floor.state.pallets.bearing(first) is None
    assert begin(floor, pallet).code == "number_used"
    assert floor.state.pallets.present() == []


def test_nothing_is_closed_that_nothing_lies_on() -> None:
    floor, _ = floor_with(1)
    pallet = new_pallet(floor)

    assert step(floor, pallet, PalletStepWanted.CLOSE).code == "pallet_empty"
    assert step(floor, pallet, PalletStepWanted.LABEL).code == "pallet_open"
    assert step(floor, Sscc("0" * 18), PalletStepWanted.CLOSE).code == "pallet_unknown"


def arrives(floor: SmallFloor, number: int) -> None:
    floor.take(ItemLocated(Arrived(tag(number), RAMP, 0.99, NOW_US), NOW_US))


def test_a_tagged_parcel_at_the_ramp_goes_onto_the_only_pallet_that_is_stacked_there() -> None:
    floor, (first, second) = floor_with(2)
    pallet = new_pallet(floor)

    arrives(floor, 1)
    other = new_pallet(floor)
    arrives(floor, 2)

    assert floor.facts.count(ParcelStacked(pallet, first, OrderId("O1"), "DHL", None)) == 1
    assert floor.state.pallets.bearing(second) is None, "of two pallets the scan has to tell"
    assert the(floor, other).parcels == ()


def test_a_pallet_of_which_every_tag_is_seen_leaves_at_once_with_all_its_parcels() -> None:
    floor, parcels = floor_with(2)
    pallet = closed(floor, parcels)

    at_dock(floor, 1)
    waits = shipped(floor)
    at_dock(floor, 2)

    assert waits == []
    assert PalletDeparted(pallet, "DHL", DOCK, tuple(parcels), (), None) in floor.facts
    assert shipped(floor) == parcels
    assert floor.state.orders[OrderId("O2")].state is OrderState.SHIPPED
    assert floor.state.pallets.present() == []


def test_half_of_a_pallet_is_the_pallet_and_what_was_missing_on_it_is_told() -> None:
    floor, parcels = floor_with(4)
    pallet = closed(floor, parcels)
    at_dock(floor, 1)
    at_dock(floor, 2)

    too_early = leaving.waiting(floor.state, NOW_US + PALLET_QUIET_US - 1)
    codes = quiet(floor)

    assert (too_early, codes) == ([], ["pallet_left"])
    assert shipped(floor) == parcels
    assert the(floor, pallet).unheard == tuple(parcels[2:])
    assert the(floor, pallet).is_doubtful


def test_what_was_missing_and_is_heard_after_all_ends_the_doubt_by_itself() -> None:
    floor, parcels = floor_with(2)
    pallet = closed(floor, parcels)
    at_dock(floor, 1)
    quiet(floor)
    assert the(floor, pallet).unheard == (parcels[1],)

    at_dock(floor, 2)

    assert floor.facts[-2:] == [
        PalletSeen(pallet, parcels[1], DOCK),
        PalletLookedAt(pallet, None),
    ]
    assert not the(floor, pallet).is_doubtful
    assert shipped(floor) == parcels


def test_a_parcel_that_went_without_its_pallet_is_taken_off_it_and_told() -> None:
    floor, parcels = floor_with(4)
    pallet, other = closed(floor, parcels[:3]), closed(floor, parcels[3:])
    at_dock(floor, 1)
    at_dock(floor, 4)

    codes = quiet(floor)

    assert shipped(floor) == [parcels[3], parcels[0]]
    assert codes == ["left_alone"]
    assert the(floor, other).state is PalletState.LEFT
    assert the(floor, pallet).state is PalletState.CLOSED
    assert the(floor, pallet).parcels == tuple(parcels[1:3])
    assert the(floor, pallet).left_alone == (parcels[0],)
    assert step(floor, pallet, PalletStepWanted.LOOKED_AT).code == "looked_at"
    assert not the(floor, pallet).is_doubtful


def test_a_parcel_leaves_an_open_pallet_by_itself() -> None:
    floor, (parcel,) = floor_with(1)
    pallet = new_pallet(floor)
    stack(floor, pallet, parcel)

    at_dock(floor)

    off = ParcelUnstacked(pallet, parcel, OrderId("O1"), "left_alone", None)
    assert off in floor.facts
    assert shipped(floor) == [parcel]


def test_the_pallet_s_own_tag_is_enough() -> None:
    floor, parcels = floor_with(3)
    label = sscc("0614141", 1, 234567890)
    begin(floor, label)
    for one in parcels:
        stack(floor, label, one)
    step(floor, label, PalletStepWanted.CLOSE)
    own_tag = "3174257bf4499602d2000000"

    floor.take(ItemLocated(Moved(own_tag, STATION, DOCK, 0.99, NOW_US), NOW_US))  # type: ignore[arg-type] # an EPC is a text
    codes = quiet(floor)

    assert label == "106141412345678908"
    assert codes == ["pallet_left"]
    assert shipped(floor) == parcels


def test_a_person_declares_the_whole_pallet_gone_and_no_parcel_of_it_alone() -> None:
    floor, parcels = floor_with(2)
    pallet = closed(floor, parcels)

    alone = floor.take(ParcelDispatched(floor.number(), LI, parcels[0], DOCK, NOW_US))
    whole = floor.take(ParcelDispatched(floor.number(), LI, pallet, DOCK, NOW_US))

    assert (alone.code, alone.data["pallet"]) == ("on_pallet", pallet)
    assert whole.code == "shipped"
    assert shipped(floor) == parcels
    assert not the(floor, pallet).is_doubtful


def test_a_pallet_at_a_wrong_door_is_one_alarm_and_stays() -> None:
    floor = SmallFloor(WITH_RAMP, replace(TERMS, doors={DOCK: ("UPS",)}))
    parcels = packed(floor, 2)
    pallet = closed(floor, parcels)

    at_dock(floor, 1)
    at_dock(floor, 2)
    refused = floor.take(ParcelDispatched(floor.number(), LI, pallet, DOCK, NOW_US))

    assert sum(isinstance(one, WrongDoorSeen) for one in floor.facts) == 1
    assert refused.code == "wrong_door"
    assert shipped(floor) == []
    assert quiet(floor) == []


def test_a_manifest_names_the_pallets_on_which_its_parcels_left() -> None:
    floor, parcels = floor_with(3)
    pallet = closed(floor, parcels[:2])
    for number in (1, 2, 3):
        at_dock(floor, number)

    hand_over(floor)

    closing = floor.facts[-1]
    assert getattr(closing, "ssccs", ()) == tuple(parcels)
    assert getattr(closing, "pallets", ()) == (pallet,)


def test_a_pallet_that_nothing_was_seen_of_is_not_judged() -> None:
    floor, parcels = floor_with(1)
    pallet = closed(floor, parcels)

    assert floor.take(PalletDue(pallet, NOW_US)).code == "noted"
    assert shipped(floor) == []


def test_where_labels_bear_tags_one_of_three_heard_went_alone_and_all_three_are_the_pallet() -> (
    None
):
    for heard, gone in ((1, "left_alone"), (3, "pallet_left")):
        floor, parcels = floor_with(3)
        for one in parcels:  # their pieces bear no tags
            packed_here = floor.state.parcels[one]
            contents = tuple((sku, replace(unit, epc=None)) for sku, unit in packed_here.contents)
            floor.state.parcels[one] = replace(packed_here, contents=contents)
        pallet = closed(floor, parcels)

        for one in parcels[:heard]:
            floor.take(ItemLocated(Moved(label_tag(one), STATION, DOCK, 0.99, NOW_US), NOW_US))
        quiet(floor)

        whole = [one for one in floor.facts if isinstance(one, PalletDeparted)]
        assert [bool(whole), shipped(floor)] == [gone == "pallet_left", parcels[:heard]]
        assert (the(floor, pallet).state is PalletState.LEFT) is bool(whole)
