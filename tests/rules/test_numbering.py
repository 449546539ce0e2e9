"""Parcel numbers: none is ever given twice, whatever becomes of clock, disk and backups."""

import random
from dataclasses import replace

import pytest

from edge.model.ids import OrderId, Sku, Sscc
from edge.model.places import Floor
from edge.model.shipping import number
from edge.model.state import FloorState
from edge.model.work import Parcel, Unit
from edge.rules import numbering
from edge.rules.terms import Terms
from tests.rules.deeds import at_station, close
from tests.rules.small_floor import SHIRT_GTIN, TERMS
from tests.rules.test_packing import picked

PREFIXES = ("952123", "9521234", "95212345", "952123456", "9521234567", "95212345678")
DAY_S = 86_400


def gateway(began_s: int | None, known: dict[str, int] | None = None) -> FloorState:
    """A gateway whose epoch began so many seconds into 2026, and what its backup knows."""
    state = FloorState(Floor({}))
    state.numbered_from_s = began_s
    state.numbers.update(known or {})
    return state


def give(state: FloorState, terms: Terms) -> Sscc:
    """Close one parcel."""
    serial = numbering.next_number(state, terms)
    assert serial is not None
    sscc = numbering.sscc_of(terms, serial)
    number(state, sscc, serial)
    contents = ((Sku("SHIRT"), Unit(None, scanned=True)),)
    state.parcels[sscc] = Parcel(sscc, OrderId("O1"), "DHL", contents, complete=True)
    return sscc


def test_a_parcel_s_number_goes_on_from_the_last_one_even_where_that_is_forgotten() -> None:
    floor = picked(1)
    at_station(floor, "T0001")
    at_station(floor, SHIRT_GTIN)

    first = close(floor).data["sscc"]
    floor.state.parcels.clear()

    assert str(first)[8:17] == "000000001"
    assert numbering.next_number(floor.state, TERMS) == 2


@pytest.mark.parametrize("prefix", PREFIXES)
def test_no_number_is_given_twice_by_gateways_that_are_lost_and_restored_for_ten_years(
    prefix: str,
) -> None:
    """Restored from backups of any age, or from nothing; parcels no faster than the unit says."""
    seed = 20261128
    chance = random.Random(f"{prefix} {seed}")  # noqa: S311 - a played fate
    terms = replace(TERMS, company_prefix=prefix)
    unit_s = numbering.unit_s(terms)
    now_s, given, backup = 40 * DAY_S, set[Sscc](), dict[str, int]()
    while now_s < 10 * 365 * DAY_S:
        state = gateway(now_s, chance.choice([backup, {}]))
        lost_s = now_s + chance.randrange(2, 200) * DAY_S
        for _ in range(chance.randrange(200)):
            now_s += max(unit_s, chance.randrange(DAY_S))
            sscc = give(state, terms)
            assert sscc not in given, f"seed {seed}: {sscc} twice, at {now_s} s"
            assert numbering.trouble(state, terms, now_s) is None
            given.add(sscc)
            backup = dict(state.numbers) if chance.random() < 0.05 else backup
        now_s = max(now_s + 1, lost_s) + unit_s
    assert len(given) > 1000


def test_where_the_clock_was_wrong_no_parcel_gets_a_number_until_a_person_says_which() -> None:
    floor = picked(1)
    floor.state.numbered_from_s = None
    at_station(floor, "T0001")
    at_station(floor, SHIRT_GTIN)

    refused = close(floor)
    floor.terms = replace(TERMS, serials_above=70_000)
    closed = close(floor)

    assert (refused.accepted, refused.code) == (False, "numbers_unsure")
    assert "sscc_serials_above" in refused.text
    assert closed.code == "closed"
    assert str(closed.data["sscc"])[8:17] == "000070001"


def test_the_last_number_is_the_end_and_another_extension_begins_afresh() -> None:
    terms = replace(TERMS, company_prefix="952123456789", serials_above=9_997)
    state = gateway(0)

    serials = [give(state, terms)[13:17] for _ in range(2)]
    end = numbering.trouble(state, terms, DAY_S)
    refused = numbering.refused(state, terms).answer
    other = replace(terms, sscc_extension=4, serials_above=0)

    assert serials == ["9998", "9999"]
    assert numbering.next_number(state, terms) is None
    assert (end, refused.code) == ("used_up", "numbers_used_up")
    assert "sscc_extension" in refused.text
    assert give(state, other) == numbering.sscc_of(other, 1)


def test_numbers_that_overtake_the_clock_are_told_before_a_backup_could_repeat_them() -> None:
    terms = replace(TERMS, company_prefix="9521234567")
    state = gateway(DAY_S)
    give(state, terms)

    assert numbering.unit_s(terms) == 1_000
    assert numbering.trouble(state, terms, DAY_S + 1_000) is None
    assert numbering.trouble(state, terms, DAY_S) == "ahead"
    assert "sscc_serials_above" in numbering.why(state, terms, "ahead")


def test_what_was_numbered_before_extensions_were_told_apart_is_not_given_again() -> None:
    assert numbering.next_number(gateway(0, {"parcels": 812}), TERMS) == 813


def test_a_label_that_a_parcel_bears_already_is_left_out() -> None:
    state = gateway(0)
    printed = give(gateway(0), TERMS)
    contents = ((Sku("SHIRT"), Unit(None, scanned=True)),)
    state.parcels[printed] = Parcel(printed, OrderId("O1"), "DHL", contents, complete=True)

    assert numbering.next_number(state, TERMS) == 2
