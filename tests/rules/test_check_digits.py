"""Check digits of a place, where its label cannot be scanned: right, wrong, never by heart."""

from dataclasses import replace

import pytest

from edge.model.events import PlaceConfirmed, PlaceMistaken
from edge.model.ids import LocationId, OrderId, RequestId, Sku, ToteId, WalkId
from edge.model.places import Location
from edge.model.posted import WorkHandedOver
from edge.model.prompts import PromptKind
from edge.model.work import Stop, Walk
from edge.rules import guiding, places
from edge.settings.picking import Picking
from tests.rules.deeds import report, scan
from tests.rules.small_floor import (
    ANNA,
    BIN_1,
    BIN_2,
    FLOOR,
    LI,
    NOW_US,
    SHIRT,
    SHIRT_GTIN,
    SmallFloor,
    stock_up,
)

PRINTED = ("47", "93", "128")


def at_bin(mode: str = "required", place: LocationId = BIN_1) -> SmallFloor:
    """Two shirts are to be picked; the place bears three columns of digits."""
    bearing: Location = replace(FLOOR.locations[place], check_digits=PRINTED)
    floor = replace(FLOOR, locations={**FLOOR.locations, place: bearing})
    small = stock_up(SmallFloor(Picking(check_digits=mode).checked(floor)))
    small.order("O1", (SHIRT, 2))
    small.ready(LI)
    small.plan()
    return small


def asked(floor: SmallFloor) -> str:
    return PRINTED["ABC".index(guiding.prompt(floor.state, LI).check)]


def test_no_piece_counts_before_the_digits_that_are_asked_are_told() -> None:
    floor = at_bin()

    early = scan(floor, SHIRT_GTIN)
    right = scan(floor, asked(floor))
    piece = scan(floor, SHIRT_GTIN)

    assert [one.code for one in (early, right, piece)] == ["place_first", "place_right", "picked"]
    prompt = guiding.prompt(floor.state, LI)
    assert (prompt.check, prompt.check_wanted, prompt.picked) == ("", False, 1)
    assert any(isinstance(fact, PlaceConfirmed) for fact in floor.facts)


def test_the_label_of_the_place_will_do_as_well() -> None:
    floor = at_bin()

    assert scan(floor, BIN_2).code == "place_wrong"
    assert scan(floor, BIN_1).code == "place_right"
    assert scan(floor, SHIRT_GTIN).code == "picked"


@pytest.mark.parametrize("digits", ["11", "000", "other column"])
def test_other_digits_are_refused_and_counted_and_the_second_time_a_supervisor_is_told(
    digits: str,
) -> None:
    floor = at_bin()
    if digits == "other column":
        digits = next(one for one in PRINTED if one != asked(floor))

    first, second = scan(floor, digits), scan(floor, digits)

    assert [(one.accepted, one.code) for one in (first, second)] == [(False, "digits_wrong")] * 2
    assert [fact.tries for fact in floor.facts if isinstance(fact, PlaceMistaken)] == [1, 2]
    (task,) = floor.state.tasks.values()
    assert (task.kind, task.code, task.location) == ("tell", "place_wrong", BIN_1)
    assert scan(floor, SHIRT_GTIN).code == "place_first"


def test_where_they_are_only_offered_a_piece_counts_without_them() -> None:
    floor = at_bin("offered")

    assert guiding.prompt(floor.state, LI).check
    assert scan(floor, "11").code == "digits_wrong"
    assert scan(floor, SHIRT_GTIN).code == "picked"


def test_a_place_without_digits_and_a_site_without_them_ask_for_none() -> None:
    for floor in (at_bin("off"), at_bin("required", BIN_2)):
        prompt = guiding.prompt(floor.state, LI)
        assert (prompt.location, prompt.check, prompt.check_wanted) == (BIN_1, "", False)
        assert scan(floor, "47").code == "unknown_code"


def test_the_column_changes_from_walk_to_walk_and_stop_to_stop() -> None:
    floor = at_bin()
    stop = Stop(BIN_1, Sku(SHIRT), 1, OrderId("O1"), "1", ToteId("T0001"))  # type: ignore[arg-type]

    columns = {
        places.column(
            floor.state,
            places.of_stop(Walk(WalkId(f"walk-{walk}"), (stop, stop), 1.0, ""), index),
        )
        for walk in range(20)
        for index in (0, 1)
    }

    assert columns == {0, 1, 2}


def test_a_stop_that_was_put_off_is_confirmed_anew() -> None:
    floor = at_bin()
    floor.order("O1", (SHIRT, 1), (Sku("MUG"), 1), rev=2)
    first = guiding.prompt(floor.state, LI)
    while guiding.prompt(floor.state, LI).location != BIN_1:
        report(floor, "later")
    scan(floor, asked(floor))

    report(floor, "later")
    while guiding.prompt(floor.state, LI).location != BIN_1:
        assert scan(floor, "09521234000020").accepted

    assert first.kind is PromptKind.PICK
    assert guiding.prompt(floor.state, LI).check_wanted


def to_put_back(mode: str = "required") -> SmallFloor:
    """Two shirts lie in a tote whose order was cancelled, and are to be put back."""
    floor = at_bin(mode)
    if mode == "required":
        scan(floor, asked(floor))
    scan(floor, SHIRT_GTIN)
    scan(floor, SHIRT_GTIN)
    floor.order("O1", (SHIRT, 2), rev=2, wanted="cancelled")
    return floor


def test_what_is_put_back_counts_once_the_digits_of_its_place_are_told_as_at_a_pick() -> None:
    floor = to_put_back()
    prompt = guiding.prompt(floor.state, LI)

    early = scan(floor, SHIRT_GTIN)
    wrong = [scan(floor, "11").code for _ in range(2)]
    right = scan(floor, asked(floor))
    put = [scan(floor, SHIRT_GTIN).code for _ in range(2)]

    assert (prompt.kind, prompt.check_wanted) == (PromptKind.PUT_BACK, True)
    assert (early.accepted, early.code) == (False, "place_first")
    assert wrong == ["digits_wrong"] * 2
    assert [task.code for task in floor.state.tasks.values()] == ["place_wrong"]
    assert right.code == "place_right"
    assert put == ["put", "all_put"]  # asked once for all that go there


def test_who_takes_over_what_is_put_back_confirms_the_place_anew() -> None:
    floor = to_put_back()
    scan(floor, BIN_1)
    confirmed = guiding.prompt(floor.state, LI).check_wanted

    floor.ready(ANNA)
    floor.take(WorkHandedOver(RequestId("over"), LI, LI, ANNA, NOW_US))

    assert not confirmed
    assert guiding.prompt(floor.state, ANNA).check_wanted


def test_where_they_are_only_offered_what_is_put_back_counts_without_them() -> None:
    floor = to_put_back("offered")

    assert guiding.prompt(floor.state, LI).check
    assert scan(floor, SHIRT_GTIN).code == "put"
