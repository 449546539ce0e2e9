import numpy as np
import pytest

from edge.locating.recordings import RecordingError, Truth, read_reads_csv, read_truth_csv

HEADER = "time_us,reader,antenna,epc,rssi_dbm"
FULL = HEADER + ",phase_rad,channel,doppler_hz,count"
TAG = "303435fc8803d056d15b963f"


def test_lines_of_one_reader_and_moment_become_one_batch() -> None:
    lines = [
        FULL,
        f"1000,north,1,{TAG},-61.5,0.5,23,1.25,3",
        f"2000,north,2,{TAG.upper()},-62,,,,",
        "3000,south,1,e2001122,-70,,,,",
        f"250000,north,1,{TAG},,,,,",
    ]

    north, south, later = read_reads_csv(lines)

    assert (north.reader, south.reader, later.reader) == ("north", "south", "north")
    assert north.seen_us.tolist() == [1000, 2000]
    assert north.antenna.tolist() == [1, 2]
    assert [bytes(epc).hex() for epc in north.epc] == [TAG, TAG]
    assert north.rssi_dbm.tolist() == [-61.5, -62.0]
    assert north.channel.tolist() == [23, 0]
    assert north.count.tolist() == [3, 1]
    assert np.isnan(north.phase_rad).tolist() == [False, True]
    assert south.epc_bits.tolist() == [32]
    assert np.isnan(later.rssi_dbm).all()


def test_readers_that_read_in_turn_give_a_batch_each_for_one_moment() -> None:
    lines = [HEADER, *(f"{1000 * n},{'ab'[n % 2]},1,{TAG},-60" for n in range(6))]

    first, second = read_reads_csv(lines)

    assert (first.reader, first.seen_us.tolist()) == ("a", [0, 2000, 4000])
    assert (second.reader, second.seen_us.tolist()) == ("b", [1000, 3000, 5000])


def test_columns_may_stand_in_any_order_and_a_byte_order_mark_is_no_matter() -> None:
    lines = ["\ufeffepc,antenna,rssi_dbm,time_us,reader", f"{TAG},4,-50,7,north", ""]

    (batch,) = read_reads_csv(lines)

    assert (batch.antenna.tolist(), batch.seen_us.tolist()) == ([4], [7])


def test_an_empty_recording_gives_no_batch() -> None:
    assert list(read_reads_csv([HEADER])) == []


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "line 1: columns missing: time_us, reader"),
        (["time_us,reader,antenna,epc"], "line 1: columns missing: rssi_dbm"),
        ([HEADER + ",colour"], "line 1: header is"),
        ([HEADER, f"1,north,1,{TAG}"], "line 2: 4 values for 5 columns"),
        (
            [HEADER, f"x,north,1,{TAG},-60"],
            "line 2: time_us is 'x'; write a whole number of micro",
        ),
        ([HEADER, f"{10**18},north,1,{TAG},-60"], "of microseconds since 1970"),
        ([HEADER, f"1,north,1,{TAG},-6050"], "line 2: rssi_dbm is -6050; write it in dBm"),
        (["time_us;reader;antenna;epc;rssi_dbm"], "in 'time_us;reader;antenna;epc;rssi_dbm'"),
        ([HEADER, f"-1,north,1,{TAG},-60"], "line 2: time_us is -1; it must lie between"),
        ([HEADER, f"1,north,99999,{TAG},-60"], "line 2: antenna is 99999"),
        ([HEADER, f"1,,1,{TAG},-60"], "line 2: reader is empty"),
        ([HEADER, "1,north,1,30343,-60"], "line 2: epc is '30343'; write whole bytes in hex"),
        ([HEADER, "1,north,1,zz,-60"], "line 2: epc is 'zz'"),
        ([HEADER, "1,north,1," + "ab" * 63 + ",-60"], "124 digits at most"),
        ([HEADER, f"1,north,1,{TAG},loud"], "line 2: rssi_dbm is 'loud'; write a number"),
        ([HEADER, f"1,north,1,{TAG},inf"], "line 2: rssi_dbm is inf"),
        ([HEADER, f"1,north,1,{TAG},61"], "line 2: rssi_dbm is 61; write it in dBm"),
        (
            [HEADER, f"9,north,1,{TAG},-60", f"8,north,1,{TAG},-60"],
            "line 3: its time is before the line above; sort the file by time_us",
        ),
    ],
)
def test_a_bad_line_is_named_with_reason_and_remedy(lines: list[str], said: str) -> None:
    with pytest.raises(RecordingError) as caught:
        list(read_reads_csv(lines, "day.csv"))

    assert str(caught.value).startswith("day.csv, line ")
    assert said in str(caught.value)


def test_truth_is_read_with_or_without_points() -> None:
    told = read_truth_csv(
        ["time_us,epc,location,x_m,y_m", f"5,{TAG},q1,0.5,", f"9,{TAG},q2,,", f"9,{TAG},q2,1,2.5"]
    )

    assert told == [Truth(5, TAG, "q1"), Truth(9, TAG, "q2"), Truth(9, TAG, "q2", (1.0, 2.5))]


def test_truth_without_a_place_is_refused() -> None:
    with pytest.raises(RecordingError, match="line 2: location is empty"):
        read_truth_csv(["time_us,epc,location", f"5,{TAG},"])
