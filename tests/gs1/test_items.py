"""One item has one label and one tag, but many ways to write the tag's number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.gs1.epc import describe, gtin_of, sgtin96_hex, sgtin_of
from edge.gs1.items import epc_of, epcs_of, names_of, stretches_of
from edge.model.ids import Epc, Gtin

GTIN = Gtin("09521234000013")
OWN_NUMBER = Gtin("02012345000001")  # a shop's own: GS1's list has no company for it
SERIALS = st.one_of(
    st.integers(0, 10**12 - 1).map(str),
    st.text(
        "ABCXYZabcxyz0123456789!\"%&'()*+,-./:;<=>?_",
        min_size=1,
        max_size=20,
    ),
)


@pytest.mark.parametrize(
    "serial", ["0", "5", "274877906943", "274877906944", "007", "AB7", 'a/b%"']
)
def test_the_likeliest_tag_of_a_label_is_the_one_that_gs1s_tools_would_write(serial: str) -> None:
    referee = describe(f"(01){GTIN}(21){serial}", company_prefix_length=7)

    assert epc_of(GTIN, serial) == referee.epc_hex


@given(SERIALS)
def test_every_tag_of_a_label_bears_its_article_and_its_serial(serial: str) -> None:
    written = epcs_of(GTIN, serial)

    assert {sgtin_of(epc) for epc in written} == {(GTIN, serial)}
    assert epc_of(GTIN, serial) in written
    assert len(set(written)) == len(written)


@given(SERIALS)
def test_every_tag_of_an_article_lies_in_one_of_its_stretches_and_no_other_articles(
    serial: str,
) -> None:
    ours, theirs = stretches_of(GTIN), stretches_of(OWN_NUMBER)

    for epc in epcs_of(GTIN, serial):
        assert sum(first <= epc < behind for first, behind in ours) == 1
        assert not any(first <= epc < behind for first, behind in theirs)


def test_a_number_that_no_company_prefix_begins_has_a_tag_all_the_same() -> None:
    assert sgtin_of(epc_of(OWN_NUMBER, "17")) == (OWN_NUMBER, "17")


def test_a_tag_with_another_filter_value_goes_by_its_labels_number_too() -> None:
    pallet = Epc(sgtin96_hex(GTIN, 7, 17, filter_value=6))

    assert names_of(pallet) == (pallet, epc_of(GTIN, "17"))
    assert names_of(epc_of(GTIN, "17")) == (epc_of(GTIN, "17"),)
    assert names_of(Epc("e2801160")) == (Epc("e2801160"),)


@pytest.mark.parametrize("serial", ["", "A B", "x" * 21, "天"])
def test_what_is_no_serial_number_is_refused(serial: str) -> None:
    with pytest.raises(ValueError, match="is no serial number"):
        epc_of(GTIN, serial)


@given(st.binary(min_size=25, max_size=25))
def test_any_bits_of_a_long_tag_have_a_name(bits: bytes) -> None:
    tag = Epc(f"36{bits.hex()}")

    assert tag in names_of(tag)


@given(st.binary(min_size=11, max_size=11))
def test_the_article_and_the_label_of_a_tag_are_those_of_its_number(bits: bytes) -> None:
    tag = Epc(f"30{bits.hex()}")
    item = sgtin_of(tag)

    assert gtin_of(tag) == (item[0] if item is not None else None)
    assert names_of(tag) == (
        (tag,) if item is None else tuple(dict.fromkeys((tag, epc_of(*item))))
    )


def test_what_is_no_hex_is_the_name_of_nothing_else() -> None:
    good = epc_of(GTIN, "17")
    for text in (Epc("30" + 22 * "z"), Epc(good[:-1] + "z")):
        assert gtin_of(text) is None
        assert names_of(text) == (text,)
