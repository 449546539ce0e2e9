"""A reader's stamps become gateway time without ever being trusted too far."""

import numpy as np
import pytest

from drivers.llrp.framing import FrameSplitter
from drivers.llrp.reader_clock import ClockState, ReaderClock, TimeKind
from drivers.llrp.reports import ReportDecoder
from drivers.reads import ClockQuality
from tests.drivers.llrp.llrp_bytes import Tag, report

NOW_US = 1_700_000_000_000_000
SECOND_US = 1_000_000


def seen(
    clock: ReaderClock, stamps: list[int], arrived_us: int, kind: TimeKind = TimeKind.UTC
) -> list[int]:
    return clock.seen_us(np.array(stamps, np.int64), arrived_us, kind).tolist()


def test_a_reader_whose_clock_is_ahead_is_put_right() -> None:
    clock = ReaderClock()
    ahead = 7 * SECOND_US
    clock.heard(NOW_US + ahead, NOW_US + 1_000, TimeKind.UTC)

    found = seen(clock, [NOW_US + ahead + 40_000, NOW_US + ahead + 90_000], NOW_US + 100_000)

    assert found == [NOW_US + 41_000, NOW_US + 91_000]


def test_reads_held_while_the_link_was_down_keep_their_time() -> None:
    clock = ReaderClock()
    clock.heard(NOW_US, NOW_US + 2_000, TimeKind.UTC)

    held = seen(clock, [NOW_US - 240 * SECOND_US], NOW_US + 50_000)

    assert held == [NOW_US - 240 * SECOND_US + 2_000]


def test_nothing_is_seen_after_it_arrived() -> None:
    clock = ReaderClock()
    clock.heard(NOW_US, NOW_US + 500_000, TimeKind.UTC)  # an event that came late

    found = seen(clock, [NOW_US + 900_000, NOW_US + 1_000_000], NOW_US + SECOND_US)

    assert max(found) <= NOW_US + SECOND_US


@pytest.mark.parametrize("epoch_us", [0, 946_684_800_000_000])
def test_a_clock_that_was_never_set_and_stands_is_not_believed(epoch_us: int) -> None:
    clock = ReaderClock()
    clock.heard(epoch_us + 5 * SECOND_US, NOW_US, TimeKind.UTC)

    assert seen(clock, [epoch_us + 6 * SECOND_US], NOW_US + 3 * SECOND_US) == [
        NOW_US + 3 * SECOND_US
    ]
    assert clock.state() == ClockState(ClockQuality.ARRIVAL, 0, None)


@pytest.mark.parametrize("epoch_us", [0, 946_684_800_000_000])
def test_a_clock_that_was_never_set_but_runs_dates_held_reads_truly(epoch_us: int) -> None:
    clock = ReaderClock()
    clock.heard(epoch_us + 600 * SECOND_US, NOW_US, TimeKind.UTC)

    held = seen(clock, [epoch_us + 480 * SECOND_US], NOW_US + SECOND_US)

    assert held == [NOW_US - 120 * SECOND_US]
    assert clock.state().quality is ClockQuality.UPTIME


@pytest.mark.parametrize("ppm", [-100, -20, 0, 20, 100])
def test_the_drift_of_a_clock_is_estimated(ppm: int) -> None:
    seed = 100 + ppm
    rng = np.random.default_rng(seed)
    clock = ReaderClock()
    for second in range(300):
        stamp = NOW_US + second * (SECOND_US + ppm)
        delay_us = 500 + int(rng.exponential(3_000))
        seen(clock, [stamp], NOW_US + second * SECOND_US + delay_us)

    found = clock.state()

    assert found.quality is ClockQuality.UTC
    assert found.drift_ppm == pytest.approx(ppm, abs=15), f"seed {seed}"


def test_a_clock_set_back_by_minutes_is_followed_within_six_seconds() -> None:
    clock = ReaderClock()
    back_us = 600 * SECOND_US
    for second in range(10):
        seen(clock, [NOW_US + second * SECOND_US], NOW_US + second * SECOND_US)
    late_us = []
    for second in range(10, 20):
        true_us = NOW_US + second * SECOND_US
        late_us.append(true_us - seen(clock, [true_us - back_us], true_us)[0])

    assert late_us[0] == back_us, "it could be reads that were held"
    assert late_us[6:] == [0] * 4


def test_a_long_backlog_of_held_reads_is_no_clock_set_back() -> None:
    clock = ReaderClock()
    clock.heard(NOW_US, NOW_US, TimeKind.UTC)
    wrong_us = []
    for second in range(20):  # a minute of reads comes in 20 s
        stamp = NOW_US - 60 * SECOND_US + second * 4 * SECOND_US
        stamp = min(stamp, NOW_US + second * SECOND_US)
        wrong_us.append(seen(clock, [stamp], NOW_US + second * SECOND_US)[0] - stamp)

    assert set(wrong_us) == {0}


def test_a_reader_without_stamps_is_dated_by_arrival() -> None:
    clock = ReaderClock()
    seen(clock, [-1], NOW_US)

    assert clock.state().quality is ClockQuality.ARRIVAL


def test_uptime_is_a_difference_and_needs_no_date() -> None:
    clock = ReaderClock()
    clock.heard(60 * SECOND_US, NOW_US, TimeKind.UPTIME)

    found = seen(clock, [61 * SECOND_US], NOW_US + 2 * SECOND_US, TimeKind.UPTIME)

    assert found == [NOW_US + SECOND_US]


def test_absent_stamps_count_as_seen_on_arrival() -> None:
    assert seen(ReaderClock(), [-1, NOW_US, -1], NOW_US + 10) == [NOW_US + 10] * 3
    assert seen(ReaderClock(), [], NOW_US) == []


def test_a_clock_that_drifts_behind_is_followed_within_a_minute() -> None:
    """The least difference grows by 100 ppm; what is kept of the past is a minute at most."""
    clock = ReaderClock()
    late = []
    for second in range(600):
        true_us = NOW_US + second * SECOND_US
        stamp = true_us - second * 100
        late.append(true_us - seen(clock, [stamp], true_us + 1_000)[0])

    assert max(map(abs, late)) <= 7_000


def test_a_clock_set_back_by_hours_is_relearned_at_once() -> None:
    clock = ReaderClock()
    seen(clock, [NOW_US], NOW_US)

    found = seen(clock, [NOW_US - 7_200 * SECOND_US], NOW_US + SECOND_US)

    assert found == [NOW_US + SECOND_US]


def test_a_clock_set_forward_never_dates_reads_ahead() -> None:
    clock = ReaderClock()
    seen(clock, [NOW_US], NOW_US)

    found = seen(clock, [NOW_US + 5_000 * SECOND_US], NOW_US + SECOND_US)

    assert found == [NOW_US + SECOND_US]


def test_stamps_at_the_end_of_time_do_not_overflow() -> None:
    found = seen(ReaderClock(), [2**63 - 1, 0, -1], NOW_US)

    assert found == [NOW_US] * 3


def test_uptime_and_utc_of_one_batch_are_mapped_each_by_its_own_difference() -> None:
    decoder = ReportDecoder("dock")
    decoder.clock.heard(NOW_US, NOW_US, TimeKind.UTC)
    decoder.clock.heard(SECOND_US, NOW_US, TimeKind.UPTIME)
    utc = Tag(last_utc=NOW_US + 10)
    uptime = Tag(last_utc=None, first_utc=None, first_uptime=5, last_uptime=SECOND_US + 20)

    batch, _ = decoder.decode(FrameSplitter().feed(report(utc, uptime)), NOW_US + 100)

    assert batch.seen_us.tolist() == [NOW_US + 10, NOW_US + 20]
    assert batch.last_seen_us.tolist() == [NOW_US + 10, SECOND_US + 20]
    assert batch.first_seen_us[1] == 5


def test_jumps_are_counted_and_steady_clocks_have_none() -> None:
    clock = ReaderClock()
    for second in range(30):
        seen(clock, [NOW_US + second * SECOND_US], NOW_US + second * SECOND_US + 3_000)
    assert clock.state().jumps == 0

    at_us = NOW_US + 31 * SECOND_US
    seen(clock, [at_us + 90 * SECOND_US], at_us)  # set forward
    assert clock.state().jumps == 1

    seen(clock, [at_us - 7_200 * SECOND_US], at_us + SECOND_US)  # set back
    assert clock.state().jumps == 2


@pytest.mark.parametrize(
    ("ahead_us", "quality"),
    [
        (0, ClockQuality.UTC),
        (7_200 * SECOND_US, ClockQuality.UTC),
        (-NOW_US + 5 * SECOND_US, ClockQuality.UPTIME),  # from 1970
        (946_684_800_000_000 - NOW_US, ClockQuality.UPTIME),  # from 2000
    ],
)
def test_reads_carry_gateway_time_the_readers_own_stamp_and_the_quality(
    ahead_us: int, quality: ClockQuality
) -> None:
    decoder = ReportDecoder("dock")
    decoder.clock.heard(NOW_US + ahead_us, NOW_US, TimeKind.UTC)
    first, last = NOW_US + ahead_us + 1_000, NOW_US + ahead_us + 41_000

    batch, _ = decoder.decode(
        FrameSplitter().feed(report(Tag(first_utc=first, last_utc=last))), NOW_US + 50_000
    )

    assert batch.clock is quality
    assert (batch.first_seen_us[0], batch.last_seen_us[0]) == (first, last)
    assert batch.seen_us.tolist() == [NOW_US + 41_000]
    assert batch.began_us().tolist() == [NOW_US + 1_000]


def test_reads_of_a_reader_with_uptime_only_have_both_times() -> None:
    decoder = ReportDecoder("dock")
    decoder.clock.heard(SECOND_US, NOW_US, TimeKind.UPTIME)
    tag = Tag(last_utc=None, first_utc=None, first_uptime=SECOND_US + 5, last_uptime=SECOND_US + 9)

    batch, _ = decoder.decode(FrameSplitter().feed(report(tag)), NOW_US + 100)

    assert batch.clock is ClockQuality.UPTIME
    assert batch.first_seen_us.tolist() == [SECOND_US + 5]
    assert (batch.began_us().tolist(), batch.seen_us.tolist()) == ([NOW_US + 5], [NOW_US + 9])


def test_reads_without_stamps_began_when_they_came() -> None:
    decoder = ReportDecoder("dock")

    batch, _ = decoder.decode(
        FrameSplitter().feed(report(Tag(first_utc=None, last_utc=None))), NOW_US
    )

    assert batch.clock is ClockQuality.ARRIVAL
    assert batch.began_us().tolist() == batch.seen_us.tolist() == [NOW_US]


@pytest.mark.parametrize("by_us", [30 * SECOND_US, -30 * SECOND_US, 3_600 * SECOND_US])
@pytest.mark.parametrize("kind", [TimeKind.UTC, TimeKind.UPTIME])
def test_the_first_reads_after_the_gateway_s_own_clock_was_set_are_dated_by_it(
    by_us: int, kind: TimeKind
) -> None:
    # given a reader that is known, and has been silent for two minutes
    clock = ReaderClock()
    clock.gateway_clock(0, NOW_US)
    clock.heard(5 * SECOND_US, NOW_US + 1_000, kind)
    # when the gateway's clock is set meanwhile
    later_us = 120 * SECOND_US
    arrived_us = NOW_US + later_us + by_us
    clock.gateway_clock(later_us, arrived_us)
    # then what comes is dated by the new time, from the first read on
    stamps = [5 * SECOND_US + later_us - 400_000, 5 * SECOND_US + later_us - 100_000]
    assert seen(clock, stamps, arrived_us, kind) == [arrived_us - 399_000, arrived_us - 99_000]
    # and so are the next ones
    again = seen(clock, [stamps[1] + 6 * SECOND_US], arrived_us + 6 * SECOND_US, kind)
    assert again == [arrived_us - 99_000 + 6 * SECOND_US]


def test_a_gateway_s_clock_that_is_slewed_is_not_taken_for_one_that_was_set() -> None:
    # given a gateway whose clock is slewed by two seconds in twenty minutes, and a reader beside
    clock = ReaderClock()
    for second in range(1_200):
        now_us = second * SECOND_US
        arrived_us = NOW_US + now_us + 2 * now_us // 1_200
        clock.gateway_clock(now_us, arrived_us)
        (found,) = seen(clock, [now_us], arrived_us)
        # then its reads are never dated by more than what a minute's slewing makes
        assert abs(found - arrived_us) <= 110_000
