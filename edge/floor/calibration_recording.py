"""The recording of a calibration: reads and truth as the CSV files that `calibrate` takes.

Each line is on its way to the disk when it is written, so that a recording that was broken off can
still be learnt from by hand.
"""

import math
import os
from collections.abc import Iterable
from pathlib import Path

from edge.floor.watching import WatchedRead
from edge.model.ids import Epc, LocationId

READS_HEADER = "time_us,reader,antenna,epc,rssi_dbm,phase_rad,channel,doppler_hz,count"
TRUTH_HEADER = "time_us,epc,location"
READS_MAX = 200_000
"""A day's walk; more would only take room."""


class Recording:
    """Writes the two files of one folder, which is made; used by one thread at a time.

    Args:
        folder: where `reads.csv` and `truth.csv` go.

    Raises:
        OSError: it cannot be made or written.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.reads_path = folder / "reads.csv"
        self.truth_path = folder / "truth.csv"
        self.count = 0
        self._append(self.reads_path, [READS_HEADER])
        self._append(self.truth_path, [TRUTH_HEADER])

    def reads(self, reads: Iterable[WatchedRead]) -> None:
        """Append reads, up to `READS_MAX` in all."""
        lines = [_line(one) for one in reads][: READS_MAX - self.count]
        self.count += len(lines)
        if lines:
            self._append(self.reads_path, lines)

    def truth(self, at_us: int, epc: Epc, location: LocationId) -> None:
        """From now on the tag is there."""
        self._append(self.truth_path, [f"{at_us},{epc},{_quoted(location)}"])

    def sort(self) -> None:
        """Put the reads in order of time: those of several readers come as they please."""
        header, *lines = self.reads_path.read_text(encoding="utf-8").splitlines()
        lines.sort(key=lambda line: int(line.partition(",")[0]))
        fresh = self.reads_path.with_suffix(".new")
        fresh.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        fresh.replace(self.reads_path)

    @staticmethod
    def _append(path: Path, lines: list[str]) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())


def _line(read: WatchedRead) -> str:
    numbers = [_number(read.rssi_dbm), _number(read.phase_rad), str(read.channel)]
    numbers += [_number(read.doppler_hz), str(read.count)]
    return ",".join([str(read.at_us), _quoted(read.reader), str(read.port), read.epc, *numbers])


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.4f}".rstrip("0").rstrip(".")


def _quoted(name: str) -> str:
    """A name as one CSV field."""
    return '"' + name.replace('"', '""') + '"' if set(name) & set(',"') else name
