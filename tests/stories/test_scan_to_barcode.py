"""From the label through a scanner's port to the numbers in it: the separator survives the way."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import IO

import numpy as np
import pytest

from drivers.driver import Scan
from drivers.serial.scanner import Scanner, ScannerSettings
from edge.gs1.barcode import Barcode, parse
from edge.rules import guiding
from tests.drivers.fakes import Ears, HostClock
from tests.rules.deeds import scan
from tests.rules.small_floor import LI, SHIRT, SHIRT_GTIN
from tests.rules.test_picking import at_work
from tests.waiting import ended

LABEL = Barcode("", "09501101530003", "S77", "AB-1", date(2026, 12, 31))
DISGUISES = [
    "]C1010950110153000310AB-1\x1d21S77\x1d17261231",
    "]d2010950110153000310AB-1\x1d21S77\x1d17261231\x1d",
    "]Q3\x1d010950110153000310AB-1\x1d21S77\x1d17261231",
    "\x1d010950110153000310AB-1\x1d21S77\x1d17261231",
    "010950110153000310AB-1^]21S77^]17261231",
    "010950110153000310AB-1<GS>21S77<GS>17261231",
    "010950110153000310AB-1{GS}21S77{GS}17261231",
    "010950110153000310AB-1\u241d21S77\u241d17261231",
    "010950110153000310AB-1\u219421S77\u219417261231",
]


@pytest.fixture
def labels(tmp_path: Path) -> Iterator[IO[str]]:
    """A simulated scanner; each line written here is a label in front of it."""
    running = subprocess.Popen(
        [sys.executable, "-m", "simulators", "scanner", "--link", str(tmp_path / "scanner")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert running.stdin is not None
    assert running.stdout is not None
    assert "scanner" in running.stdout.readline()
    yield running.stdin
    ended(running)


@pytest.fixture
def ears(tmp_path: Path, labels: IO[str]) -> Iterator[Ears]:
    """Whoever hears the scanner's driver."""
    assert labels.writable()
    listening = Ears()
    settings = ScannerSettings("bench", str(tmp_path / "scanner"))
    driver = Scanner(settings, listening, HostClock(), np.random.default_rng(3))
    driver.start()
    listening.wait_up()
    yield listening
    driver.stop()


def read(labels: IO[str], ears: Ears, texts: list[str], count: int) -> list[Barcode]:
    """What so many scans mean, once they have come."""
    return [parse(text) for text in heard(labels, ears, texts, count)]


def heard(labels: IO[str], ears: Ears, texts: list[str], count: int) -> list[str]:
    """The texts of so many scans, once they have come."""
    labels.write("".join(f"{text}\n" for text in ["A-01", *texts]))  # as after each start
    labels.flush()
    told = ears.wait(
        f"{count} scans", lambda told: sum(isinstance(one, Scan) for one in told) > count
    )
    return [one.text for one in told if isinstance(one, Scan)][1:]


def test_the_separator_reaches_the_numbers_in_every_disguise(labels: IO[str], ears: Ears) -> None:
    found = read(labels, ears, DISGUISES, len(DISGUISES))

    assert [Barcode("", *_numbers(one)) for one in found] == [LABEL] * len(DISGUISES)


def test_a_label_that_is_scanned_again_and_again_fills_no_order(
    labels: IO[str], ears: Ears
) -> None:
    """Three shirts are wanted; the picker reads one of them three times, another one once."""
    floor = at_work((SHIRT, 3))
    label = f"]d201{SHIRT_GTIN}21A7"
    other = f"01{SHIRT_GTIN}21B8<GS>10L1"

    texts = heard(labels, ears, [label, other, label, f"(01){SHIRT_GTIN}(21)A7"], 4)
    answers = [scan(floor, text).code for text in texts]

    assert answers == ["picked", "picked", "done_already", "done_already"]
    assert guiding.prompt(floor.state, LI).picked == 2


def _numbers(one: Barcode) -> tuple[str | None, str | None, str | None, date | None]:
    return one.gtin, one.serial, one.batch, one.expiry


def test_doubled_and_joined_labels_never_pass_for_one_piece(labels: IO[str], ears: Ears) -> None:
    """Caught at the port where the line shows it, else by the numbers that contradict."""
    gtin, other = "0109501101530003", "0109501101530010"
    bad = [gtin + gtin, f"]d2{gtin}]d2{other}", f"]d2{gtin}{other}", gtin[2:] + other[2:]]

    labels.write("".join(f"{text}\n" for text in ["A-01", *bad, f"]d2{other}"]))
    labels.flush()
    told = ears.wait(
        "the good label",
        lambda told: any(isinstance(one, Scan) and parse(one.text).gtin for one in told),
    )
    found = [parse(one.text) for one in told if isinstance(one, Scan)][1:]

    assert [one.gtin for one in found[:-1]] == [None] * (len(found) - 1)
    assert found[-1].gtin == other[2:]
    assert any("two codes in one" in one.fault for one in found)
