"""Recorded reads become places on the command line, better with a calibration than without."""

import csv
import gzip
import json
import os
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from edge.cli.app import assemble

START_US = 1_700_000_000_000_000
TAG = "30340000000000000000000a"
PLACES = ("a", "b", "c")
DEAF_DB = (0.0, -9.0, 3.0)
DATA = Path(
    os.environ.get(
        "WAREHOUSE_EDGE_DATA", str(Path(__file__).resolve().parents[3] / "shared" / "data")
    )
)


def run(*words: object) -> Result:
    return CliRunner().invoke(assemble(), [str(word) for word in words])


def lines_of(told: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in told.stdout.splitlines()]


def write_csv(path: Path, rows: list[tuple[object, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture
def floor(tmp_path: Path) -> Path:
    path = tmp_path / "floor.toml"
    text = "".join(f'[[location]]\nid = "{place}"\nkind = "zone"\n' for place in PLACES)
    text += "".join(
        f'[[antenna]]\nreader = "north"\nport = {port}\nlocation = "{place}"\n'
        for port, place in enumerate(PLACES, 1)
    )
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def reads(tmp_path: Path) -> Path:
    """A tag for 80 s in each place, 20 reads a second; one antenna is 9 dB deaf."""
    chance = np.random.default_rng(11)
    rows: list[tuple[object, ...]] = [("time_us", "reader", "antenna", "epc", "rssi_dbm")]
    for turn in range(4800):
        heard = int(chance.integers(3))
        level = (-58.0 if heard == turn // 1600 else -65.0) + DEAF_DB[heard]
        level += chance.normal(0, 3)
        rows.append((START_US + turn * 50_000, "north", heard + 1, TAG, f"{level:.1f}"))
    return write_csv(tmp_path / "reads.csv", rows)


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    rows: list[tuple[object, ...]] = [("time_us", "epc", "location")]
    rows += [(START_US + at * 80_000_000, TAG, place) for at, place in enumerate(PLACES)]
    return write_csv(tmp_path / "truth.csv", rows)


def test_each_change_of_place_is_a_line(floor: Path, reads: Path) -> None:
    told = run("locate", "--floor", floor, "--reads", reads)

    answers = lines_of(told)
    assert told.exit_code == 0
    assert set(answers[0]) == {"time_us", "epc", "location", "confidence", "alternatives"}
    assert answers[0]["epc"] == TAG
    assert answers[0]["location"] == "a"


def test_every_second_answers_for_every_known_tag(floor: Path, reads: Path) -> None:
    answers = lines_of(run("locate", "--floor", floor, "--reads", reads, "--every", 1))

    assert sum((int(str(one["time_us"])) - START_US) % 1_000_000 == 0 for one in answers) >= 239


def test_a_calibration_makes_the_places_truer(
    floor: Path, reads: Path, truth: Path, tmp_path: Path
) -> None:
    made = tmp_path / "floor.cal"

    told = run("calibrate", "--floor", floor, "--reads", reads, "--truth", truth, "--out", made)
    with_it = run("locate", "--floor", floor, "--reads", reads, "--calibration", made)

    (summary,) = lines_of(told)
    quality = summary["quality"]
    assert isinstance(quality, dict)
    assert quality["accuracy"] > max(0.8, quality["accuracy_uncalibrated"])
    assert summary["antennas"] == 3
    places = [one["location"] for one in lines_of(with_it)]
    assert list(dict.fromkeys(places)) == list(PLACES)
    assert "warning" not in with_it.stderr
    # and an antenna that hears nothing any more is named
    kept = [one for one in reads.read_text().splitlines() if ",north,3," not in one]
    reads.write_text("\n".join(kept) + "\n")
    without = run("locate", "--floor", floor, "--reads", reads, "--calibration", made)
    assert "warning: antenna 3 of north at c: antenna_silent since 2023" in without.stderr


def test_a_calibration_of_another_floor_is_refused(
    floor: Path, reads: Path, truth: Path, tmp_path: Path
) -> None:
    made = tmp_path / "floor.cal"
    run("calibrate", "--floor", floor, "--reads", reads, "--truth", truth, "--out", made)
    text = floor.read_text(encoding="utf-8").replace("port = 3", "port = 4")
    floor.write_text(text, encoding="utf-8")

    told = run("locate", "--floor", floor, "--reads", reads, "--calibration", made)

    assert told.exit_code == 2
    assert "another floor" in told.stderr
    assert len(told.stderr.splitlines()) == 1


def test_an_antenna_that_heard_nothing_is_named_and_the_others_are_calibrated(
    floor: Path, reads: Path, truth: Path, tmp_path: Path
) -> None:
    text = floor.read_text(encoding="utf-8")
    for port, place in enumerate(PLACES, 1):
        at = f"x_m = {4.0 * port}\ny_m = 0.0\n"
        named = f'id = "{place}"\nkind = "zone"\n'
        text = text.replace(named, named + at + "width_m = 4.0\ndepth_m = 4.0\n")
        text = text.replace(f'location = "{place}"\n', f'location = "{place}"\n{at}')
    floor.write_text(text, encoding="utf-8")
    kept = [one for one in reads.read_text().splitlines() if ",north,3," not in one]
    reads.write_text("\n".join(kept) + "\n")
    made = tmp_path / "floor.cal"

    told = run("calibrate", "--floor", floor, "--reads", reads, "--truth", truth, "--out", made)

    assert (told.exit_code, told.stderr) == (0, "")
    (summary,) = lines_of(told)
    assert "north/3" in str(summary["warnings"])
    assert run("locate", "--floor", floor, "--reads", reads, "--calibration", made).exit_code == 0


def test_where_a_calibration_cannot_be_written_it_is_said_before_the_learning(
    floor: Path, reads: Path, truth: Path, tmp_path: Path
) -> None:
    given = ("calibrate", "--floor", floor, "--reads", reads, "--truth", truth, "--out")

    in_a_folder, nowhere = run(*given, tmp_path), run(*given, tmp_path / "no" / "floor.cal")

    assert (in_a_folder.exit_code, nowhere.exit_code) == (2, 2)
    assert in_a_folder.stderr == f"{tmp_path}: is a folder; name a file in it\n"
    assert "no: there is no such folder; make it" in nowhere.stderr


def test_a_bad_line_is_named(floor: Path, tmp_path: Path) -> None:
    reads = write_csv(
        tmp_path / "reads.csv",
        [("time_us", "reader", "antenna", "epc", "rssi_dbm"), (1, "north", "one", TAG, -50)],
    )

    told = run("locate", "--floor", floor, "--reads", reads)

    assert told.exit_code == 2
    assert "reads.csv, line 2: antenna is 'one'" in told.stderr


def test_reads_of_antennas_that_the_floor_does_not_have_are_told(
    floor: Path, tmp_path: Path
) -> None:
    head = ("time_us", "reader", "antenna", "epc", "rssi_dbm")
    strange = [("nroth", 1), ("north", 9), ("north", 9), ("north", 1)]
    rows = [(number, *one, TAG, -50) for number, one in enumerate(strange)]
    reads = write_csv(tmp_path / "reads.csv", [head, *rows])

    told = run("locate", "--floor", floor, "--reads", reads)

    assert told.exit_code == 0
    assert told.stderr.splitlines()[0] == (
        f"{reads}: 3 reads tell nothing, the floor file has no [[antenna]] with this "
        "reader/port: north/9 (2), nroth/1 (1)"
    )


def test_where_no_place_can_be_told_it_is_said_what_was_there(floor: Path, tmp_path: Path) -> None:
    head = ("time_us", "reader", "antenna", "epc", "rssi_dbm")
    in_seconds = [(START_US // 1_000_000 + number, "north", 1, TAG, "") for number in range(60)]
    reads = write_csv(tmp_path / "reads.csv", [head, *in_seconds])

    told = run("locate", "--floor", floor, "--reads", reads)

    assert (told.exit_code, told.stdout) == (0, "")
    assert told.stderr.splitlines()[0] == (
        f"{reads}: no place can be told of 60 reads, 60 of them by antennas of the floor, 0 with "
        "a level, within 0.000 s by their time_us (microseconds); a tag needs some reads with "
        "levels within seconds"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--every", "inf"), "--every"),
        (("--antenna", 1), "belong to --order; add it"),
        (("--mhz", "866.3"), "belong to --order; add it"),
    ],
)
def test_options_that_could_not_do_anything_are_refused(
    floor: Path, reads: Path, words: tuple[object, ...], said: str
) -> None:
    told = run("locate", "--floor", floor, "--reads", reads, *words)

    assert told.exit_code == 2
    assert said in told.output + str(told.exception)


def test_what_is_wrong_with_a_file_is_said_in_one_line(floor: Path, tmp_path: Path) -> None:
    reads = tmp_path / "reads.csv.gz"
    reads.write_bytes(gzip.compress(b"time_us,reader,antenna,epc,rssi_dbm\n"))

    told = run("locate", "--floor", floor, "--reads", reads)

    assert told.exit_code == 2
    assert told.stderr == f"{reads}: is compressed; unpack it first: gunzip {reads}\n"


def test_fifty_years_without_reads_are_not_filled_with_answers(
    floor: Path, tmp_path: Path
) -> None:
    head = ("time_us", "reader", "antenna", "epc", "rssi_dbm")
    rows = [(at_us, "north", 1, TAG, -50) for at_us in (0, START_US)]
    reads = write_csv(tmp_path / "reads.csv", [head, *rows])

    filled = run("locate", "--floor", floor, "--reads", reads, "--every", "1")
    changes = run("locate", "--floor", floor, "--reads", reads)

    assert filled.exit_code == 2
    assert filled.stderr.splitlines()[-1].startswith("no reads for 19,676 days before time_us")
    assert changes.exit_code == 0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("time_us,reader".encode("utf-16"), "is not UTF-8 text (byte 0); save it as UTF-8"),
        (
            b"time_us,reader,antenna,epc,rssi_dbm\n1,north,1,3034,5e40\n",
            ", line 2: rssi_dbm is 5e40; leave it empty where it is not known",
        ),
    ],
    ids=["another encoding", "a level beyond all measure"],
)
def test_a_recording_that_cannot_be_is_refused_in_one_line(
    floor: Path, tmp_path: Path, content: bytes, told: str
) -> None:
    reads = tmp_path / "reads.csv"
    reads.write_bytes(content)

    answer = run("locate", "--floor", floor, "--reads", reads)

    assert answer.exit_code == 2
    assert told in answer.stderr.splitlines()[-1]


def test_the_order_of_a_shelf_is_told_from_a_sweep_without_a_floor(tmp_path: Path) -> None:
    """Three tags 40 cm apart, passed at 0.3 m/s; phase turns by 4 pi a wavelength of distance."""
    rows: list[tuple[object, ...]] = [
        ("time_us", "reader", "antenna", "epc", "rssi_dbm", "phase_rad", "channel")
    ]
    for read in range(300):
        time_s, tag = read / 50, read % 3
        apart_m = np.hypot(time_s * 0.3 - (0.5 + 0.4 * tag), 0.4)
        phase = 4.0 * np.pi * apart_m / (299.792458 / 866.3) % (2.0 * np.pi)
        level = -50.0 - 40.0 * np.log10(apart_m)
        time_us = START_US + round(time_s * 1e6)
        rows.append((time_us, "cart", 1, f"30{tag:02d}", f"{level:.0f}", f"{phase:.3f}", 4))
    reads = write_csv(tmp_path / "sweep.csv", rows)

    told = run("locate", "--order", "--reads", reads, "--mhz", 866.3, "--speed", 0.3)

    assert told.exit_code == 0, told.output
    answers = lines_of(told)
    assert [(one["epc"], one["rank"]) for one in answers] == [
        ("3000", 1),
        ("3001", 2),
        ("3002", 3),
    ]
    shares = [float(str(one["position_share"])) for one in answers]
    assert shares == pytest.approx([0.5 / 1.8, 0.9 / 1.8, 1.3 / 1.8], abs=0.02)
    assert all(float(str(one["confidence"])) > 0.99 for one in answers)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--order", "--mhz", "fast"), "--mhz is 'fast'"),
        (("--order", "--mhz", "2400"), "UHF readers work at 840 to 960 MHz"),
        ((), "--floor is needed"),
    ],
)
def test_a_sweep_is_asked_for_with_what_it_needs(
    reads: Path, words: tuple[str, ...], told: str
) -> None:
    answer = run("locate", "--reads", reads, *words)

    assert answer.exit_code == 2
    assert told in answer.stderr


@pytest.mark.skipif(
    not (DATA / "r420").exists(),
    reason="development data is absent: set WAREHOUSE_EDGE_DATA to its folder",
)
def test_a_real_recording_calibrates_and_is_located(tmp_path: Path) -> None:
    """One minute in each quarter of a room, four antennas in its corners, one after the other."""
    rows: list[tuple[object, ...]] = []
    truths: list[tuple[object, ...]] = [("time_us", "epc", "location")]
    header: tuple[object, ...] = ()
    begin_us = START_US
    for quarter in range(1, 5):
        with (DATA / "r420" / f"quad{quarter}_train.csv").open(encoding="utf-8") as file:
            header, *found = map(tuple, csv.reader(file))
        first_us = int(str(found[0][0]))
        minute = [
            (begin_us + int(str(row[0])) - first_us, *row[1:])
            for row in found
            if int(str(row[0])) - first_us < 60_000_000
        ]
        truths += [(begin_us, epc, f"q{quarter}") for epc in sorted({str(r[3]) for r in minute})]
        rows += minute
        begin_us += 61_000_000
    reads = write_csv(tmp_path / "reads.csv", [header, *rows])
    truth = write_csv(tmp_path / "truth.csv", truths)
    floor, made = DATA / "r420" / "floor.toml", tmp_path / "room.cal"

    told = run("calibrate", "--floor", floor, "--reads", reads, "--truth", truth, "--out", made)
    located = run(
        *("locate", "--floor", floor, "--reads", reads),
        *("--calibration", made, "--every", 1),
    )

    quality = lines_of(told)[0]["quality"]
    assert isinstance(quality, dict)
    assert quality["accuracy"] > quality["majority"] + 0.2
    assert {str(one["location"]) for one in lines_of(located)} >= {"q1", "q2", "q3", "q4"}
