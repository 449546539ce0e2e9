"""A scanner that speaks in packets, on a line that loses and spoils them: each scan once."""

import subprocess
import sys
from pathlib import Path

import numpy as np

from drivers.driver import Scan
from drivers.serial.codes import ScanCounters
from drivers.serial.scanner import Scanner, ScannerSettings, ScanProtocol
from tests.drivers.fakes import Ears, HostClock, Told, ups
from tests.waiting import ended

LABELS = [
    "A-01",
    "]C1010952123400001321A7",
    "4006381333931",
    "".join(map(str, range(270))),
    "TOTE-17",
]
PACKETS = 7
"""One of the labels is too long for two of them."""


def texts(heard: list[Told]) -> list[str]:
    return [one.text for one in heard if isinstance(one, Scan)]


def scanned(folder: Path, *faults: str) -> tuple[list[str], ScanCounters, str]:
    """What the driver heard of all labels, what it counted, what the scanner says of it."""
    link = folder / "scanner"
    command = [sys.executable, "-m", "simulators", "scanner", "--link", str(link)]
    asked = [word for fault in faults for word in ("--fault", fault)]
    running = subprocess.Popen(
        [*command, "--protocol", "ssi", *asked],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert running.stdout is not None
    assert "scanner" in running.stdout.readline()
    ears = Ears()
    settings = ScannerSettings("bench", str(link), protocol=ScanProtocol.SSI)
    driver = Scanner(settings, ears, HostClock(), np.random.default_rng(3))
    driver.start()
    ears.wait_up()
    try:
        said, _ = ended(running, "".join(f"{label}\n" for label in LABELS))
        heard = ears.wait("the last label", lambda told: LABELS[-1] in texts(told))
    finally:
        driver.stop()
    assert ups(heard)[0].protocol == "SSI"
    return texts(heard), driver.counters, said


def test_each_label_is_told_once_and_acknowledged(tmp_path: Path) -> None:
    told, counters, said = scanned(tmp_path)

    assert told == LABELS
    assert (counters.retransmitted, counters.wrong_sum) == (0, 0)
    assert said == '{"scanned": 5}\n'


def test_what_comes_again_because_its_answer_was_lost_is_told_once(tmp_path: Path) -> None:
    told, counters, said = scanned(tmp_path, "lost-answer")

    assert told == LABELS
    assert counters.retransmitted == PACKETS
    assert said == '{"scanned": 5}\n'


def test_what_the_line_spoils_is_asked_for_again_and_told_once(tmp_path: Path) -> None:
    told, counters, said = scanned(tmp_path, "spoilt")

    assert told == LABELS
    assert counters.wrong_sum >= PACKETS
    assert said == '{"scanned": 5}\n'
