"""A piece counts once, whether the radio or the scanner tells of it, in any order."""

from hypothesis import given
from hypothesis import strategies as st

from edge.model.ids import Epc
from edge.model.work import Unit
from edge.rules.pairing import NOTHING_NEW, Sign, code_scanned, tag_seen

TAG, OTHER = Epc("30aa"), Epc("30bb")


def test_a_tag_after_the_barcode_of_the_same_piece_is_its_second_sign() -> None:
    scanned = Unit(None, scanned=True)

    sign = tag_seen([scanned], TAG)

    assert sign == Sign(scanned, Unit(TAG, scanned=True))


def test_a_barcode_after_the_tag_of_the_same_piece_is_its_second_sign_where_radio_sees() -> None:
    seen = Unit(TAG, scanned=False)

    with_radio = code_scanned([seen], None, radio=True)
    without = code_scanned([seen], None, radio=False)

    assert with_radio == Sign(seen, Unit(TAG, scanned=True))
    assert without == Sign(None, Unit(None, scanned=True))


def test_the_same_tag_or_the_same_serial_again_says_nothing_new() -> None:
    known = [Unit(TAG, scanned=True)]

    assert tag_seen(known, TAG) == NOTHING_NEW
    assert code_scanned(known, TAG, radio=True) == NOTHING_NEW


@given(st.permutations(["tag a", "tag b", "scan", "scan"]))
def test_two_pieces_with_two_tags_and_two_barcodes_are_two_in_any_order(signs: list[str]) -> None:
    units: list[Unit] = []
    for sign in signs:
        if sign == "scan":
            told = code_scanned(units, None, radio=True)
        else:
            told = tag_seen(units, TAG if sign == "tag a" else OTHER)
        if told.before is not None:
            units.remove(told.before)
        if told.unit is not None:
            units.append(told.unit)

    assert sorted(units, key=str) == [Unit(TAG, scanned=True), Unit(OTHER, scanned=True)]
