"""GS1-128: bars that another decoder reads."""

import pytest

from edge.gs1.code128 import widths

KNOWN = "2112324111312122221311232221223121311131232122222122222122222122221232212214112331112"


def test_the_bars_of_an_sscc_are_start_fnc1_ten_pairs_check_and_stop() -> None:
    bars = widths("00340123450000000017")

    assert sum(bars) == 156  # modules
    assert len(bars) == 13 * 6 + 7
    assert all(1 <= width <= 4 for width in bars)


def test_each_character_has_eleven_modules_and_bars_of_an_even_sum() -> None:
    for pair in range(100):
        character = widths(f"{pair:02}")[12:18]
        assert sum(character) == 11
        assert sum(character[::2]) % 2 == 0
    assert len({widths(f"{pair:02}")[12:18] for pair in range(100)}) == 100


def test_the_bars_are_those_that_an_independent_decoder_read_as_gs1() -> None:
    assert "".join(str(width) for width in widths("00340123450000000017")) == KNOWN


@pytest.mark.parametrize("digits", ["1", "12a4", ""])
def test_what_is_no_pair_of_digits_is_refused(digits: str) -> None:
    with pytest.raises(ValueError, match="pairs of digits"):
        widths(digits)
