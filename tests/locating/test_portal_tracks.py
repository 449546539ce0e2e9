"""What a stay that does not tell by itself is by the stays before and after it."""

from dataclasses import replace

import numpy as np

from edge.locating.portal_model import (
    IN_COLUMN,
    OUT_COLUMN,
    PASSED_COLUMN,
    STANDING_COLUMN,
    TURNED_COLUMN,
)
from edge.locating.portal_tracks import HOLD_MS, Judged, Tracks

INSIDE, OUTSIDE = -1.0, 1.0
ANSWER_AT = 0.88
UNSURE = {OUT_COLUMN: 0.5, TURNED_COLUMN: 0.45}
WALKS = {PASSED_COLUMN: 0.9}


def stay(at_s: float, balance: float, likely: dict[int, float], reads: int = 30) -> Judged:
    """Eight seconds; what is not said is evenly unlikely."""
    found = np.full(5, (1.0 - sum(likely.values())) / (5 - len(likely)))
    for column, probability in likely.items():
        found[column] = probability
    began_ms = round(at_s * 1000)
    ended_ms = began_ms + 8000
    return Judged(
        row=7,
        epc="30ab",
        found=found,
        balance=balance,
        balance_last=balance,
        reads=reads,
        rested=1,
        is_over=True,
        began_ms=began_ms,
        ended_ms=ended_ms,
        judged_ms=ended_ms,
    )


def rests(at_s: float, balance: float, reads: int = 30) -> Judged:
    return stay(at_s, balance, {STANDING_COLUMN: 0.97}, reads)


def told_of(tracks: Tracks, *stays: Judged) -> list[Judged]:
    return [told for one in stays for told in tracks.take(one)]


def crossings(told: list[Judged]) -> list[int]:
    """Columns of what is told as a crossing."""
    return [int(one.found.argmax()) for one in told if one.surest_crossing >= ANSWER_AT]


def test_what_was_inside_before_and_is_outside_after_went_out() -> None:
    told = told_of(Tracks(ANSWER_AT), rests(0, INSIDE), stay(9, 0.1, UNSURE), rests(19, OUTSIDE))

    assert crossings(told) == [OUT_COLUMN]
    assert told[-1].began_ms == 9000
    assert told[-1].reads == 60


def test_what_is_where_it_was_has_not_crossed() -> None:
    told = told_of(Tracks(ANSWER_AT), rests(0, INSIDE), stay(9, 0.1, UNSURE), rests(19, INSIDE))

    assert len(told) == 3
    assert all(one.crossing < 0.12 for one in told)


def test_what_is_not_heard_again_is_asked_about_when_it_has_waited() -> None:
    tracks = Tracks(ANSWER_AT)
    held = stay(9, 0.1, UNSURE)

    assert told_of(tracks, held) == []
    assert tracks.waited_out(held.judged_ms + HOLD_MS) == []
    (asked,) = tracks.waited_out(held.judged_ms + HOLD_MS + 1)

    assert 0.4 < asked.found[OUT_COLUMN] < 0.6
    assert tracks.waited_out(held.judged_ms + 2 * HOLD_MS) == []


def test_a_walk_that_was_cut_into_two_unsure_stays_is_told_once() -> None:
    told = told_of(
        Tracks(ANSWER_AT),
        rests(0, INSIDE),
        stay(9, 0.1, UNSURE),
        stay(18, 0.9, UNSURE),
        rests(27, OUTSIDE),
        rests(36, OUTSIDE),
    )

    assert crossings(told) == [OUT_COLUMN]


def test_what_fell_silent_in_the_gate_and_walks_on_outside_went_out() -> None:
    """Neither of two stays heard anything of the other side."""
    told = told_of(
        Tracks(ANSWER_AT),
        rests(0, INSIDE),
        stay(9, INSIDE, WALKS),
        stay(19, OUTSIDE, WALKS),
        rests(28, OUTSIDE),
        rests(37, OUTSIDE),
    )

    assert crossings(told) == [OUT_COLUMN]


def test_what_stops_in_the_gate_waits_and_has_not_crossed_when_it_turns_back() -> None:
    tracks = Tracks(ANSWER_AT)
    sure = replace(stay(0, 0.1, {IN_COLUMN: 0.97}), balance_last=-0.3, is_over=False)
    out_again = stay(9, 0.6, {OUT_COLUMN: 0.9})

    told = told_of(tracks, rests(-9, OUTSIDE), sure, out_again, rests(18, OUTSIDE))

    assert crossings(told) == []


def test_what_rested_inside_and_rests_outside_went_out_though_nothing_told_of_it() -> None:
    tracks = Tracks(ANSWER_AT)

    told = told_of(tracks, *(rests(9.0 * n, INSIDE if n < 4 else OUTSIDE) for n in range(9)))

    assert crossings(told) == [OUT_COLUMN]


def test_one_stray_read_from_the_other_side_crosses_nothing() -> None:
    tracks = Tracks(ANSWER_AT)

    told = told_of(
        tracks,
        *(rests(9.0 * n, INSIDE) for n in range(4)),
        rests(36, OUTSIDE, reads=1),
        *(rests(45 + 9.0 * n, INSIDE) for n in range(4)),
    )

    assert crossings(told) == []
    assert tracks.waited_out(1_000_000) == []


def test_what_rests_between_the_sides_never_crosses_by_itself() -> None:
    tracks = Tracks(ANSWER_AT)

    told = told_of(tracks, *(rests(9.0 * n, 0.3 * (-1) ** (n // 3)) for n in range(40)))

    assert crossings(told) == []
    assert tracks.waited_out(1_000_000) == []


def test_where_the_sides_hear_all_alike_one_side_s_reads_prove_little() -> None:
    """Two hundred stays that both sides hear show a gate whose antennas hear everything."""

    def crossed_after(balance: float) -> bool:
        tracks = Tracks(ANSWER_AT)
        for n in range(200):
            tracks.take(replace(rests(9.0 * n, balance), row=n + 10, epc=f"{n:04x}"))
        told = told_of(
            tracks,
            *(rests(9.0 * n, INSIDE, reads=6) for n in range(200, 204)),
            *(rests(9.0 * n, OUTSIDE, reads=6) for n in range(204, 208)),
        )
        return OUT_COLUMN in crossings(told)

    assert crossed_after(balance=0.99)
    assert not crossed_after(balance=0.5)


def test_after_two_minutes_of_silence_a_tag_counts_as_new() -> None:
    tracks = Tracks(ANSWER_AT)
    for n in range(4):
        tracks.take(rests(9.0 * n, INSIDE))

    assert crossings(told_of(tracks, *(rests(300 + 9.0 * n, OUTSIDE) for n in range(4)))) == []


def test_a_row_that_went_to_another_tag_settles_nothing() -> None:
    tracks = Tracks(ANSWER_AT)
    tracks.take(rests(0, INSIDE))
    tracks.take(stay(9, 0.1, UNSURE))

    told = tracks.take(replace(rests(19, OUTSIDE), epc="30cd"))

    assert crossings(told) == []
