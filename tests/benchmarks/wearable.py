"""Tags worn by people in a room with a bed and a chair (UCI 427): prints a table.

    python -m tests.benchmarks.wearable DATA

DATA holds `uci427/`. Antennas 1, 3 and 4 look at the bed, antenna 2 at the chair; nobody looks at
the way between, so "unknown" is the product's word for who walks. Ten folds over the trials; a
window of 4 s with a read in it is one answer. Three windows in four are "bed": read the balanced
figure, the mean over the three of what is right in each. The same wearer may be in two folds.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from drivers.reads import ReadBatch
from edge.locating.calibration import Calibration
from edge.locating.learning import calibrate
from edge.locating.locator import Locator
from edge.locating.recordings import Truth
from edge.model.ids import DeviceName, Epc, LocationId
from edge.model.places import Antenna, Floor, Location, LocationKind

BED, CHAIR, WALKING = range(3)
STATE_OF_LABEL = np.array([-1, BED, CHAIR, BED, WALKING])
NAMES = [LocationId("bed"), LocationId("chair")]
PLACE_OF_ANTENNA = [BED, CHAIR, BED, BED]
READER, EPC = DeviceName("room"), Epc("30" * 12)
FLOOR = Floor(
    {name: Location(name, LocationKind.ZONE) for name in NAMES},
    tuple(Antenna(READER, port, NAMES[place]) for port, place in enumerate(PLACE_OF_ANTENNA, 1)),
)
START_US = 1_700_000_000_000_000
WINDOW_S, FOLDS, PAUSE_S = 4.0, 10, 600.0


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """What one person's tag was heard of, in order of time."""

    time_s: NDArray[np.float64]
    antenna: NDArray[np.int64]
    rssi_dbm: NDArray[np.float64]
    state: NDArray[np.int64]

    def windows(self) -> NDArray[np.int64]:
        """The window of each read."""
        numbers: NDArray[np.int64] = (self.time_s // WINDOW_S).astype(np.int64)
        return numbers

    def truth(self) -> dict[int, int]:
        """What the person did in each window with a read in it, by most of its reads."""
        windows = self.windows()
        return {
            int(one): int(np.bincount(self.state[windows == one]).argmax())
            for one in np.unique(windows)
        }


def trials(folder: Path) -> list[Trial]:
    """All trials, in the order of their names."""
    found = []
    for path in sorted(folder.glob("d1p*")):
        columns = np.loadtxt(path, delimiter=",")
        antenna, label = columns[:, 4].astype(np.int64), columns[:, 8].astype(np.int64)
        found.append(Trial(columns[:, 0], antenna, columns[:, 5], STATE_OF_LABEL[label]))
    return found


def _batch(one: Trial, some: NDArray[np.bool_], start_us: int) -> ReadBatch:
    seen_us = start_us + (one.time_s[some] * 1e6).astype(np.int64)
    return ReadBatch.of(
        READER,
        int(seen_us[-1]),
        [EPC] * len(seen_us),
        one.antenna[some].tolist(),
        one.rssi_dbm[some].tolist(),
        seen_us=seen_us.tolist(),
    )


def learnt(train: Sequence[Trial]) -> Calibration:
    """What `calibrate` makes of the times at bed and chair."""
    batches, truths, start_us = [], [], START_US
    for one in train:
        begins = np.flatnonzero(np.diff(one.state, prepend=-1))
        for begin, end in zip(begins, [*begins[1:], len(one.state)], strict=True):
            if one.state[begin] == WALKING:
                continue
            some = np.zeros(len(one.state), np.bool_)
            some[begin:end] = True
            batches.append(_batch(one, some, start_us))
            at_us = int(batches[-1].seen_us[0])
            truths.append(Truth(at_us, EPC, NAMES[int(one.state[begin])]))
        start_us += round((one.time_s[-1] + PAUSE_S) * 1e6)
    return calibrate(FLOOR, batches, truths, np.random.default_rng(1))


def product(one: Trial, calibration: Calibration | None) -> dict[int, int]:
    """What the `Locator` says at the end of each window with a read in it."""
    locator, windows, said = Locator(FLOOR, calibration=calibration), one.windows(), {}
    for window in np.unique(windows).tolist():
        for quarter in range(4):
            since_s = window * WINDOW_S + quarter
            some = (one.time_s >= since_s) & (one.time_s < since_s + 1.0)
            if some.any():
                locator.observe(_batch(one, some, START_US))
            locator.turn(START_US + round((since_s + 1.0) * 1e6))
        where = locator.where(EPC)
        place = where.location if where is not None else None
        said[window] = WALKING if place is None else NAMES.index(place)
    return said


def strongest(one: Trial) -> dict[int, int]:
    """The place of the antenna with the highest mean level in each window."""
    windows, said = one.windows(), {}
    for window in np.unique(windows).tolist():
        some = windows == window
        heard = np.unique(one.antenna[some])
        means = [one.rssi_dbm[some & (one.antenna == port)].mean() for port in heard]
        said[window] = PLACE_OF_ANTENNA[int(heard[int(np.argmax(means))]) - 1]
    return said


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="tags worn by people between bed and chair")
    parser.add_argument("data", type=Path)
    known = trials(parser.parse_args().data / "uci427")
    hits: dict[str, list[tuple[int, bool]]] = {}
    for fold in range(FOLDS):
        judged = known[fold::FOLDS]
        calibration = learnt([one for at, one in enumerate(known) if at % FOLDS != fold])
        for one in judged:
            truth = one.truth()
            answers = {
                "always bed": dict.fromkeys(truth, BED),
                "strongest antenna": strongest(one),
                "Locator, not calibrated": product(one, None),
                "Locator, calibrated": product(one, calibration),
            }
            for name, said in answers.items():
                hits.setdefault(name, []).extend(
                    (state, said[window] == state) for window, state in truth.items()
                )
    print(f"{'method':26} right  balanced    bed  chair  walking")  # noqa: T201 - the table
    for name, found in hits.items():
        states, right = (np.array(column) for column in zip(*found, strict=True))
        each = [100 * right[states == one].mean() for one in (BED, CHAIR, WALKING)]
        shares = "  ".join(f"{one:5.1f}" for one in each)
        print(f"{name:26} {100 * right.mean():5.1f}     {np.mean(each):5.1f}  {shares}")  # noqa: T201


if __name__ == "__main__":
    main()
