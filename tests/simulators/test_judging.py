"""The verdict on what left: every kind of mistake is planted and found."""

from simulators.judging import judge, wanted_of
from simulators.things import Departure

ORDERS = [
    {"order_id": "o1", "lines": [{"sku": "a", "quantity": 2}, {"sku": "b", "quantity": 1}]},
    {"order_id": "o2", "lines": [{"sku": "a", "quantity": 1}]},
]


def parcel(sscc: str, order_id: str, *skus: str) -> Departure:
    return Departure(sscc, order_id, 1, tuple((f"{sscc}-{n}", s) for n, s in enumerate(skus)))


def verdict(*ledger: Departure) -> dict[str, int]:
    return judge(ledger, wanted_of(ORDERS))


def test_what_was_asked_for_in_one_parcel_or_two_is_right() -> None:
    told = verdict(parcel("1", "o1", "a", "b"), parcel("2", "o1", "a"), parcel("3", "o2", "a"))

    assert told == {
        "parcels": 3,
        "items": 4,
        "orders": 2,
        "wrong_items": 0,
        "wrong_orders": 0,
        "missing_items": 0,
        "unknown_orders": 0,
    }


def test_an_exchanged_piece_is_one_wrong_and_one_missing() -> None:
    told = verdict(parcel("1", "o1", "a", "a", "c"))

    assert (told["wrong_items"], told["missing_items"], told["wrong_orders"]) == (1, 1, 1)


def test_a_piece_too_many_is_wrong_also_across_parcels() -> None:
    told = verdict(parcel("1", "o2", "a"), parcel("2", "o2", "a"))

    assert (told["wrong_items"], told["missing_items"]) == (1, 0)


def test_a_short_parcel_lacks_and_is_not_wrong() -> None:
    told = verdict(parcel("1", "o1", "a"))

    assert (told["wrong_items"], told["missing_items"]) == (0, 2)


def test_a_parcel_for_an_order_that_nobody_sent_is_wrong_in_whole() -> None:
    told = verdict(parcel("1", "o9", "a", "b"))

    assert (told["wrong_items"], told["unknown_orders"]) == (2, 1)


def test_orders_that_have_not_left_are_not_judged() -> None:
    assert verdict()["missing_items"] == 0
