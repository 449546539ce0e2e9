"""What is printed on totes: a pattern that is compared with any code in less than a scan takes."""

import pytest
from pydantic import ValidationError

from edge.rules.terms import TOTE_LABEL_LENGTH_MAX, Terms
from edge.settings.picking import Picking


@pytest.mark.parametrize(
    "pattern",
    [
        "T[0-9]{4}",
        "箱[0-9]{3}",
        "(AB|CD)?T[0-9]+",
        r"\(T\)+",
        "[)+*|]{4}",
        "TOTE-(?:A|B).*",
        "[]a]+x",
    ],
)
def test_what_sites_print_is_taken(pattern: str) -> None:
    assert Picking(tote_label=pattern).tote_label == pattern


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+b",
        "(?:a|a)*b",
        r"(\d+){3}x",
        ".*.*.*.*x",
        "a?a?a?a?aaaa",
        "(a|a)" * 10,
        "a" * 200,
    ],
)
def test_what_some_code_could_keep_busy_is_refused_with_what_to_write(pattern: str) -> None:
    with pytest.raises(ValidationError, match=r"busy for ever.*try T"):
        Picking(tote_label=pattern)


@pytest.mark.parametrize("pattern", ["a*a*a*b", ".*.*.*x", "(a|a)" * 8 + "a*a*a*b"])
def test_the_busiest_pattern_that_is_taken_comes_to_an_end(pattern: str) -> None:
    terms = Terms(tote_label=Picking(tote_label=pattern).tote_label)

    assert not terms.is_tote_label("a" * TOTE_LABEL_LENGTH_MAX)


def test_a_code_longer_than_any_label_is_none() -> None:
    terms = Terms(tote_label="T.*")

    assert terms.is_tote_label("T" * TOTE_LABEL_LENGTH_MAX)
    assert not terms.is_tote_label("T" * (TOTE_LABEL_LENGTH_MAX + 1))
