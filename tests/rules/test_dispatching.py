"""Every carrier gets its own parcels: by its own door, and named on its manifest."""

from dataclasses import replace

from edge.gs1.epc import describe
from edge.model.events import ManifestClosed, ParcelShipped, PassageSettled, WrongDoorSeen
from edge.model.ids import Epc, LocationId, OrderId, Sscc
from edge.model.inputs import ItemLocated
from edge.model.orders import OrderState
from edge.model.passages import Direction
from edge.model.posted import ManifestWanted, ParcelDispatched
from edge.model.presence import Moved
from edge.model.prompts import Answer
from edge.model.work import WrongDoor
from edge.rules.dispatching import manifests
from edge.rules.identifying import ParcelLabel, identify
from tests.rules.deeds import at_station, close, scan, seen_at_station, tag
from tests.rules.small_floor import (
    DOCK,
    FLOOR,
    LI,
    NOW_US,
    SHIRT,
    STATION,
    TERMS,
    SmallFloor,
    stock_up,
)
from tests.rules.test_passing import SIDED, answers, kinds, passes

DUE_US = NOW_US + 3_600_000_000
UPS_DOOR = replace(TERMS, doors={DOCK: ("UPS", "GLS")})


def packed(floor: SmallFloor, orders: int = 1) -> list[Sscc]:
    """One DHL parcel of one tagged shirt for each order, all of one cut-off."""
    stock_up(floor)
    floor.ready()
    for number in range(1, orders + 1):
        floor.order(f"O{number}", (SHIRT, 1))
        known = floor.state.orders[OrderId(f"O{number}")]
        floor.state.orders[known.order_id] = replace(known, carrier="DHL", due_us=DUE_US)
    floor.plan()
    for number in range(1, orders + 1):
        scan(floor, tag(number))
    scan(floor, STATION)
    found = []
    for number in range(1, orders + 1):
        at_station(floor, f"T{number:04d}")
        seen_at_station(floor, tag(number))
        found.append(Sscc(str(close(floor).data["sscc"])))
    return found


def at_dock(floor: SmallFloor, number: int = 1) -> None:
    floor.take(ItemLocated(Moved(tag(number), STATION, DOCK, 0.99, NOW_US), NOW_US))


def declare(floor: SmallFloor, sscc: Sscc) -> Answer:
    return floor.take(ParcelDispatched(floor.number(), LI, sscc, DOCK, NOW_US))


def hand_over(floor: SmallFloor, *, partial: bool = False, carrier: str = "DHL") -> Answer:
    wanted = ManifestWanted(floor.number(), LI, carrier, DUE_US, partial, NOW_US)
    return floor.take(wanted)


def test_a_parcel_at_another_carrier_s_door_is_an_alarm_once_and_is_not_shipped() -> None:
    floor = SmallFloor(FLOOR, UPS_DOOR)
    (sscc,) = packed(floor)

    at_dock(floor)
    at_dock(floor)

    seen = [one for one in floor.facts if isinstance(one, WrongDoorSeen)]
    assert seen == [WrongDoorSeen(sscc, OrderId("O1"), "DHL", DOCK, ("UPS", "GLS"), None)]
    assert floor.state.parcels[sscc].wrong_door == WrongDoor(DOCK, NOW_US)
    assert not floor.state.parcels[sscc].shipped
    assert floor.state.orders[OrderId("O1")].state is OrderState.PACKED


def test_a_parcel_at_its_own_carrier_s_door_leaves() -> None:
    floor = SmallFloor(FLOOR, replace(TERMS, doors={DOCK: ("UPS", "DHL")}))
    (sscc,) = packed(floor)

    at_dock(floor)

    assert floor.state.parcels[sscc].shipped


def label_tag(number: Sscc) -> Epc:
    """The tag in a parcel's label."""
    length = len(TERMS.company_prefix)
    return Epc(str(describe(f"(00){number}", company_prefix_length=length).epc_hex))


def labelled(floor: SmallFloor) -> tuple[Sscc, Epc]:
    """A parcel of a shirt that bears no tag, and the tag of the parcel's own label."""
    stock_up(floor)
    floor.ready()
    floor.order("O1", (SHIRT, 1))
    known = floor.state.orders[OrderId("O1")]
    floor.state.orders[known.order_id] = replace(known, carrier="DHL")
    floor.plan()
    scan(floor, SHIRT)
    scan(floor, STATION)
    at_station(floor, "T0001")
    at_station(floor, SHIRT)
    number = Sscc(str(close(floor).data["sscc"]))
    return number, label_tag(number)


def test_a_parcel_is_heard_by_its_label_s_own_tag_at_its_own_door_and_at_a_wrong_one() -> None:
    for carrier in ("DHL", "UPS"):
        floor = SmallFloor(FLOOR, replace(TERMS, doors={DOCK: (carrier,)}))
        number, label = labelled(floor)

        floor.take(ItemLocated(Moved(label, STATION, DOCK, 0.99, NOW_US), NOW_US))

        assert floor.state.parcels[number].shipped is (carrier == "DHL")
        alarms = [one.sscc for one in floor.facts if isinstance(one, WrongDoorSeen)]
        assert alarms == ([] if carrier == "DHL" else [number])


def test_a_portal_with_sides_ships_a_parcel_by_its_label_s_tag_only_when_that_goes_out() -> None:
    floor = SmallFloor(SIDED)
    number, label = labelled(floor)

    passes(floor, label, Direction.TURNED_BACK)
    assert not floor.state.parcels[number].shipped
    passes(floor, label, Direction.OUT)

    assert floor.state.parcels[number].shipped


def test_the_tag_of_a_parcel_s_label_names_the_parcel_where_it_is_scanned() -> None:
    floor = SmallFloor()
    number, label = labelled(floor)

    assert identify(floor.state, label) == ParcelLabel(number)


def test_a_portal_that_no_door_is_named_for_lets_every_carrier_s_parcel_out() -> None:
    floor = SmallFloor(FLOOR, replace(TERMS, doors={LocationId("dock-2"): ("UPS",)}))
    (sscc,) = packed(floor)

    at_dock(floor)

    assert floor.state.parcels[sscc].shipped


def test_a_parcel_whose_carrier_nobody_told_leaves_by_any_door() -> None:
    floor = SmallFloor(FLOOR, UPS_DOOR)
    (sscc,) = packed(floor)
    floor.state.parcels[sscc] = replace(floor.state.parcels[sscc], carrier="")

    at_dock(floor)

    assert floor.state.parcels[sscc].shipped


def test_who_declares_a_parcel_gone_by_a_wrong_door_is_refused_and_it_is_told() -> None:
    floor = SmallFloor(FLOOR, UPS_DOOR)
    (sscc,) = packed(floor)

    answer = declare(floor, sscc)

    assert (answer.accepted, answer.code) == (False, "wrong_door")
    assert isinstance(floor.facts[-1], WrongDoorSeen)
    assert floor.facts[-1].by == LI
    assert not floor.state.parcels[sscc].shipped


def test_a_parcel_that_then_leaves_as_it_should_was_at_no_wrong_door_any_more() -> None:
    floor = SmallFloor(FLOOR, UPS_DOOR)
    (sscc,) = packed(floor)
    at_dock(floor)

    floor.terms = TERMS
    assert declare(floor, sscc).code == "shipped"

    assert floor.state.parcels[sscc].wrong_door is None
    assert floor.state.parcels[sscc].shipped


def test_what_surely_went_out_by_a_wrong_door_is_an_alarm_and_its_question_is_over() -> None:
    floor = SmallFloor(SIDED, UPS_DOOR)
    (sscc,) = packed(floor)
    passes(floor, tag(1), Direction.UNKNOWN, likeliest=Direction.OUT)
    before = len(floor.facts)

    passes(floor, tag(1), Direction.OUT)

    assert kinds(floor, before)[1:] == [WrongDoorSeen, PassageSettled]
    assert not floor.state.questions
    assert not floor.state.parcels[sscc].shipped


def test_a_person_s_word_that_it_went_out_ships_nothing_by_a_wrong_door() -> None:
    floor = SmallFloor(SIDED, UPS_DOOR)
    (sscc,) = packed(floor)
    passes(floor, tag(1), Direction.UNKNOWN, likeliest=Direction.OUT)
    before = len(floor.facts)

    answers(floor, sscc, "out")

    assert kinds(floor, before)[1:] == [WrongDoorSeen, PassageSettled]
    assert not any(isinstance(one, ParcelShipped) for one in floor.facts)


def test_a_manifest_tells_what_is_loaded_and_what_is_missing() -> None:
    floor = SmallFloor(FLOOR)
    first, second = packed(floor, 2)

    at_dock(floor, 1)

    (one,) = manifests(floor.state)
    assert (one.carrier, one.due_us) == ("DHL", DUE_US)
    assert [parcel.sscc for parcel in one.loaded] == [first]
    assert [parcel.sscc for parcel in one.missing] == [second]


def test_a_manifest_with_parcels_missing_is_closed_on_a_person_s_word_only() -> None:
    floor = SmallFloor(FLOOR)
    first, second = packed(floor, 2)
    at_dock(floor, 1)

    refused = hand_over(floor)
    closed = hand_over(floor, partial=True)

    assert (refused.code, refused.data["missing"]) == ("parcels_missing", [second])
    assert closed.code == "manifest_closed"
    assert floor.facts[-1] == ManifestClosed("DHL", DUE_US, (first,), (second,), LI, unweighed=1)


def test_what_comes_after_the_closing_is_on_the_next_manifest_and_nothing_is_on_two() -> None:
    floor = SmallFloor(FLOOR)
    _, second = packed(floor, 2)
    at_dock(floor, 1)
    hand_over(floor, partial=True)

    nothing = hand_over(floor, partial=True)
    at_dock(floor, 2)
    hand_over(floor)

    assert nothing.code == "nothing_loaded"
    assert floor.facts[-1] == ManifestClosed("DHL", DUE_US, (second,), (), LI, unweighed=1)
    assert not list(manifests(floor.state))


def test_a_manifest_of_a_carrier_that_loads_nothing_is_refused() -> None:
    floor = SmallFloor(FLOOR)
    packed(floor)
    at_dock(floor)

    assert hand_over(floor, carrier="UPS").code == "nothing_loaded"
