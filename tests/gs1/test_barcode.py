"""What scanners deliver, in all the shapes that scanners and keyboards give to it."""

import dataclasses
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.gs1.barcode import Barcode, parse

GTIN = "09501101530003"


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("9501101530003", GTIN),
        ("  9501101530003\r\n", GTIN),
        ("]E09501101530003", GTIN),
        ("96385074", "00000096385074"),
        ("]E496385074", "00000096385074"),
        ("614141007349", "00614141007349"),
        ("80614141123458", "80614141123458"),
    ],
)
def test_an_article_label_gives_the_article(text: str, gtin: str) -> None:
    found = parse(text)

    assert (found.gtin, found.fault) == (gtin, "")


@pytest.mark.parametrize("add_on", ["", "12", "51299"])
def test_the_price_beside_an_article_number_is_not_part_of_it(add_on: str) -> None:
    """With five digits it is as long as a parcel's number, and one in ten would pass for one."""
    found = parse(f"]E39501101530003{add_on}")

    assert (found.gtin, found.sscc, found.fault) == (GTIN, None, "")


@pytest.mark.parametrize("text", ["9501101530004", "96385075", "]E09501101530004"])
def test_a_misread_article_number_is_told_and_not_taken(text: str) -> None:
    found = parse(text)

    assert found.gtin is None
    assert "check digit" in found.fault


@pytest.mark.parametrize(
    "text",
    [
        "]C10109501101530003" + "10AB-1\x1d21S77\x1d17261231",
        "]d20109501101530003" + "10AB-1\x1d1726123121S77",
        "]e0\x1d0109501101530003" + "1726123110AB-1\x1d21S77",
        "]Q3010950110153000310AB-1\x1d21S77\x1d17261231",
        "010950110153000310AB-1\x1d21S77\x1d17261231",
        "010950110153000310AB-1<GS>21S77<GS>17261231",
        "010950110153000310AB-1{GS}21S77{GS}17261231",
        "010950110153000310AB-1^]21S77^]17261231",
        "010950110153000310AB-1␝21S77␝17261231",
        "010950110153000310AB-1↔21S77↔17261231",
        "010950110153000310AB-1[GS]21S77[GS]17261231",
        "010950110153000310AB-1<FNC1>21S77<FNC1>17261231",
        "010950110153000310AB-1{0x1D}21S77{0x1d}17261231",
        "010950110153000310AB-1\\x1D21S77\\x1D17261231",
        "(01)09501101530003(10)AB-1(21)S77(17)261231",
        "https://id.gs1.org/01/09501101530003/10/AB-1/21/S77?17=261231",
    ],
)
def test_a_label_with_batch_serial_and_expiry_is_read_however_the_separator_comes(
    text: str,
) -> None:
    found = parse(text)

    assert dataclasses.replace(found, raw="") == Barcode(
        "", GTIN, "S77", "AB-1", date(2026, 12, 31)
    )


def test_elements_of_fixed_length_need_no_separator() -> None:
    found = parse("01095011015300031726120010AB")

    assert (found.gtin, found.batch, found.expiry) == (GTIN, "AB", date(2026, 12, 31))


def test_day_zero_is_the_last_of_its_month_and_a_thirteenth_month_is_no_day() -> None:
    assert parse("(01)09501101530003(17)280200").expiry == date(2028, 2, 29)
    assert parse("(01)09501101530003(17)260231").expiry is None


@pytest.mark.parametrize(
    "text",
    [
        "106141412345678908",
        "00106141412345678908",
        "]C100106141412345678908",
        "(00)106141412345678908",
        "https://id.gs1.org/00/106141412345678908",
        "urn:epc:id:sscc:0614141.1234567890",
        "3174257bf4499602d2000000",
    ],
)
def test_a_parcel_label_gives_the_parcel(text: str) -> None:
    assert parse(text).sscc == "106141412345678908"


def test_a_tag_read_as_text_gives_article_serial_and_tag() -> None:
    for text in ("3074257BF7194E4000001A85", "urn:epc:tag:sgtin-96:3.0614141.812345.6789"):
        found = parse(text)
        assert (found.gtin, found.serial) == ("80614141123458", "6789")
        assert found.epc_hex == "3074257bf7194e4000001a85"


def test_a_long_row_of_digits_is_a_label_if_its_check_digit_fits_and_else_a_tag() -> None:
    label = "010950110153000321123456"
    tag = "010950110153000421123456"

    assert parse(label).serial == "123456"
    assert parse(label).epc_hex is None
    assert parse(tag).epc_hex == tag


def test_a_bracket_inside_a_batch_number_loses_nothing() -> None:
    assert parse("(01)09501101530003(10)A(B").batch == "A(B"


@pytest.mark.parametrize("text", ["A-01-02", "TOTE-7", "10A", "21X", "", "B:4", "天", "0109-1"])
def test_a_label_of_the_house_stays_plain_text(text: str) -> None:
    assert parse(text) == Barcode(text)


def test_a_broken_gs1_label_is_told() -> None:
    assert "not a GS1 element" in parse("]d201095011015300").fault
    assert "check digit" in parse("(01)09501101530004(10)A").fault
    assert "not a valid EPC" in parse("urn:epc:id:sgtin:1").fault


@pytest.mark.parametrize(
    "text",
    [
        "]d201095011015300030109501101530010",
        "]C10109501101530003" + "10AB-1\x1d" + "0109501101530003" + "10AB-2",
        "(01)09501101530003(01)09501101530010",
    ],
)
def test_two_labels_in_one_line_are_neither_of_them(text: str) -> None:
    """Whichever of the two was taken, the other piece would be picked unseen."""
    found = parse(text)

    assert found.gtin is None
    assert "two codes in one" in found.fault


def test_the_same_element_twice_says_the_same() -> None:
    assert parse("]d20109501101530003" + "21A1\x1d" + "21A1").serial == "A1"


def test_a_text_longer_than_any_label_is_not_looked_into() -> None:
    assert parse("1" * 5000) == Barcode("1" * 5000)


@given(st.one_of(st.text(max_size=80), st.from_regex(r"(\]C1)?(01\d{14}|\(01\))[ -~\x1d]*")))
def test_any_text_is_a_barcode(text: str) -> None:
    found = parse(text)

    assert found.raw in text
    assert found.gtin is None or len(found.gtin) == 14
