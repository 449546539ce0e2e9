"""The last digit of a GS1 number."""

import pytest

from edge.gs1.digits import check_digit, check_fault


@pytest.mark.parametrize(
    "key", ["9501101530003", "614141007349", "96385074", "80614141123458", "106141412345678908"]
)
def test_a_printed_number_has_the_check_digit_that_its_digits_ask_for(key: str) -> None:
    assert check_digit(key[:-1]) == int(key[-1])
    assert check_fault(key) == ""


def test_a_slip_of_one_digit_is_told_with_both_digits() -> None:
    assert "is 4, not the 3" in check_fault("9501101530004")


@pytest.mark.parametrize("text", ["", "12a", "١٢٣", "-1", "1 2"])
def test_letters_and_foreign_digits_have_no_check_digit(text: str) -> None:
    with pytest.raises(ValueError, match="made of digits"):
        check_digit(text)
