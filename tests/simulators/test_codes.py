"""GS1 numbers against GS1's printed examples and against a second encoder."""

import pytest
from epcpy import hex_to_tag_encodable
from hypothesis import given
from hypothesis import strategies as st

from simulators.codes import check_digit, gtin_13, sgtin_96, sscc_96


def test_the_check_digit_of_gs1s_own_example() -> None:
    assert check_digit("629104150021") == "3"  # GS1's page on check digits: 6291041500213


def test_the_tag_of_the_tag_data_standards_own_example() -> None:
    tag = sgtin_96("80614141123458", 7, 6789)

    assert hex_to_tag_encodable(tag).epc_uri == "urn:epc:id:sgtin:0614141.812345.6789"


@given(
    company_digits=st.integers(6, 12),
    digits=st.text("0123456789", min_size=13, max_size=13),
    serial=st.integers(0, 2**38 - 1),
)
def test_another_decoder_finds_the_same_number_and_serial(
    company_digits: int, digits: str, serial: int
) -> None:
    gtin = digits + check_digit(digits)

    uri = hex_to_tag_encodable(sgtin_96(gtin, company_digits, serial)).epc_uri

    company, item = gtin[1 : 1 + company_digits], gtin[0] + gtin[1 + company_digits : 13]
    assert uri == f"urn:epc:id:sgtin:{company}.{item}.{serial}"


@pytest.mark.parametrize(
    ("gtin", "serial"), [("80614141123459", 1), ("0614141123452", 1), ("80614141123458", 2**38)]
)
def test_numbers_that_cannot_be_are_refused(gtin: str, serial: int) -> None:
    with pytest.raises(ValueError, match=r"is not a GTIN-14|needs more"):
        sgtin_96(gtin, 7, serial)


def test_an_item_reference_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        gtin_13("9521234", 123456)


@given(company_digits=st.integers(6, 12), digits=st.text("0123456789", min_size=17, max_size=17))
def test_another_decoder_finds_the_number_of_a_label(company_digits: int, digits: str) -> None:
    sscc = digits + check_digit(digits)

    uri = hex_to_tag_encodable(sscc_96(sscc, company_digits)).epc_uri

    company, serial = sscc[1 : 1 + company_digits], sscc[0] + sscc[1 + company_digits : 17]
    assert uri == f"urn:epc:id:sscc:{company}.{serial}"


def test_what_is_no_number_of_a_label_is_refused() -> None:
    with pytest.raises(ValueError, match="is not an SSCC"):
        sscc_96("106141412345678909", 7)
