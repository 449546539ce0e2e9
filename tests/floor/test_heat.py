"""How long an item was where, from the facts of its moves."""

from edge.floor.heat import dwell_us
from edge.model.events import Event, Fact, ItemArrived, ItemDeparted, ItemMoved, ItemWithdrawn
from edge.model.ids import Epc, LocationId, Sku

EPC, SKU = Epc("3034" + "0" * 20), Sku("MUG")
A, B, C = LocationId("A"), LocationId("B"), LocationId("C")


def facts(*happened: tuple[int, Event]) -> list[Fact]:
    return [
        Fact(seq, f"id-{seq}", "epoch", at_us, at_us, event)
        for seq, (at_us, event) in enumerate(happened, 1)
    ]


ARRIVED = ItemArrived(EPC, SKU, A, 0.9)
TO_B = ItemMoved(EPC, SKU, A, B, 0.9)
GONE = ItemDeparted(EPC, SKU, B, 0)


def test_a_stay_lasts_until_the_next_move() -> None:
    told = dwell_us(facts((10, ARRIVED), (40, TO_B), (45, GONE)), 0, 100)

    assert told == {A: 30, B: 5}


def test_a_stay_counts_within_the_span_only_and_the_last_one_up_to_now() -> None:
    told = dwell_us(facts((10, ARRIVED), (40, TO_B)), 20, 100)

    assert told == {A: 20, B: 60}


def test_the_place_before_the_oldest_known_move_is_named_by_that_move() -> None:
    assert dwell_us(facts((40, TO_B)), 20, 100) == {A: 20, B: 60}
    assert dwell_us(facts((40, GONE)), 20, 100) == {B: 20}


def test_who_returns_is_counted_twice_and_absence_not_at_all() -> None:
    again = ItemArrived(EPC, SKU, B, 0.9)

    assert dwell_us(facts((10, ARRIVED), (20, GONE), (50, again)), 0, 60) == {A: 10, B: 10}


def test_who_never_left_was_there_all_the_while() -> None:
    not_gone = ItemWithdrawn(EPC, SKU, "id-2", A, None, 0.9, 10, "seen_again")
    not_moved = ItemWithdrawn(EPC, SKU, "id-2", A, B, 0.9, 10, "seen_again")
    gone = ItemDeparted(EPC, SKU, A, 0)

    assert dwell_us(facts((10, ARRIVED), (20, gone), (50, not_gone)), 0, 60) == {A: 50}
    assert dwell_us(facts((10, ARRIVED), (20, TO_B), (50, not_moved)), 0, 60) == {A: 50}


def test_an_item_without_facts_was_nowhere() -> None:
    assert dwell_us([], 0, 100) == {}
    assert dwell_us(facts((200, ARRIVED)), 0, 100) == {}
