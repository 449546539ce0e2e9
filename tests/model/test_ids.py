"""Ids of version 7 sort by time and are well formed."""

from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from edge.model.ids import uuid7

TIMES = st.integers(0, (1 << 48) * 1000 - 1)
CHANCES = st.integers(0, (1 << 74) - 1)


@given(TIMES, CHANCES)
def test_time_version_variant_and_chance_stand_where_the_standard_wants_them(
    now_us: int, chance: int
) -> None:
    made = UUID(uuid7(now_us, chance))

    assert made.int >> 80 == now_us // 1000
    assert (made.version, made.variant) == (7, RFC_4122)
    assert (made.int >> 64 & 0xFFF) << 62 | made.int & ((1 << 62) - 1) == chance


@given(TIMES, CHANCES, CHANCES)
def test_what_is_made_a_millisecond_later_sorts_later(now_us: int, one: int, two: int) -> None:
    later_us = min(now_us + 1000, (1 << 48) * 1000 - 1)

    assert uuid7(now_us, one) < uuid7(later_us, two) or later_us // 1000 == now_us // 1000
