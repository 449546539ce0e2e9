"""What a stay that does not tell by itself is by the stays before and after it."""

from dataclasses import replace

import numpy as np

from edge.locating.portal_model import IN_COLUMN, OUT_COLUMN, STANDING_COLUMN, TURNED_COLUMN
from edge.locating.portal_tracks import HOLD_MS, Judged, Tracks

INSIDE, OUTSIDE = -1.0, 1.0


def stay(at_s: float, balance: float, likely: dict[int, float], rested: int = 1) -> Judged:
    """Eight seconds of thirty reads; what is not said is evenly unlikely."""
    found = np.full(5, (1.0 - sum(likely.values())) / (5 - len(likely)))
    for column, probability in likely.items():
        found[column] = probability
    began_ms = round(at_s * 1000)
    ended_ms = began_ms + 8000
    return Judged(7, "30ab", found, balance, 30, rested, began_ms, ended_ms, ended_ms)


def rests(at_s: float, balance: float) -> Judged:
    return stay(at_s, balance, {STANDING_COLUMN: 0.96})


UNSURE = {OUT_COLUMN: 0.5, TURNED_COLUMN: 0.45}


def test_what_was_inside_before_and_is_outside_after_went_out() -> None:
    tracks = Tracks()
    tracks.stayed(rests(0, INSIDE))
    tracks.hold(stay(9, 0.1, UNSURE))

    settled = tracks.before(rests(19, OUTSIDE))

    assert settled is not None
    assert settled.found[OUT_COLUMN] > 0.9
    assert settled.began_ms == 9000


def test_what_is_where_it_was_has_not_crossed() -> None:
    tracks = Tracks()
    tracks.stayed(rests(0, INSIDE))
    tracks.hold(stay(9, 0.1, UNSURE))

    settled = tracks.before(rests(19, INSIDE))

    assert settled is not None
    assert settled.found[[IN_COLUMN, OUT_COLUMN]].sum() < 0.1


def test_what_is_not_heard_again_stays_as_unsure_as_it_was() -> None:
    tracks = Tracks()
    held = stay(9, 0.1, UNSURE)
    tracks.hold(held)

    assert tracks.waited_out(held.judged_ms + HOLD_MS) == []
    (settled,) = tracks.waited_out(held.judged_ms + HOLD_MS + 1)

    assert 0.4 < settled.found[OUT_COLUMN] < 0.6
    assert tracks.waited_out(held.judged_ms + 2 * HOLD_MS) == []
    assert tracks.before(rests(60, OUTSIDE)) is None


def test_a_crossing_that_was_told_is_not_told_again_by_the_next_stay() -> None:
    """Both of two unsure stays in a row lie between an inside and an outside one."""
    tracks = Tracks()
    tracks.stayed(rests(0, INSIDE))
    tracks.hold(stay(9, 0.1, UNSURE))
    settled = tracks.before(second := stay(18, 0.9, UNSURE))
    assert settled is not None
    tracks.crossed(settled, out=True)
    tracks.hold(second)

    again = tracks.before(rests(27, OUTSIDE))

    assert again is not None
    assert again.found[OUT_COLUMN] < 0.1


def test_what_rested_inside_and_rests_outside_went_out_though_nothing_told_of_it() -> None:
    tracks = Tracks()

    told = [tracks.stayed(rests(9.0 * at, INSIDE if at < 4 else OUTSIDE)) for at in range(9)]

    crossed = [at for at, one in enumerate(told) if one.found.argmax() == OUT_COLUMN]
    assert len(crossed) == 1
    assert 4 <= crossed[0] <= 6
    assert not any(one.found.argmax() == IN_COLUMN for one in told)


def test_what_rests_between_the_sides_never_crosses_by_itself() -> None:
    tracks = Tracks()

    told = [tracks.stayed(rests(9.0 * at, 0.4 * (-1) ** (at // 3))) for at in range(40)]

    assert {int(one.found.argmax()) for one in told} == {STANDING_COLUMN}


def test_after_two_minutes_of_silence_a_tag_counts_as_new() -> None:
    tracks = Tracks()
    for at in range(4):
        tracks.stayed(rests(9.0 * at, INSIDE))

    told = [tracks.stayed(rests(300 + 9.0 * at, OUTSIDE)) for at in range(4)]

    assert {int(one.found.argmax()) for one in told} == {STANDING_COLUMN}


def test_a_row_that_went_to_another_tag_settles_nothing() -> None:
    tracks = Tracks()
    tracks.hold(stay(9, 0.1, UNSURE))

    assert tracks.before(replace(rests(19, OUTSIDE), epc="30cd")) is None
