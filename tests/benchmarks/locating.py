"""How well zones are told on real recordings, against the field's rules: prints tables.

    python -m tests.benchmarks.locating DATA [--shuffles N]

DATA holds `r420/`. Every method sees the same streams; what learns, learns from other recordings
(or the other half of a recording) than it is judged on. The constants in
`edge/locating/settings.py` were chosen while looking at these streams; the rest was not.
"""

import argparse
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import astuple
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
from tests.benchmarks.zone_streams import (
    DAYS,
    ZONES,
    Recording,
    Stream,
    load,
    score,
    shuffled,
)

START_US = 1_700_000_000_000_000
READER = DeviceName("r420")
TURN_S = 0.1
NAMES = [LocationId(f"q{zone + 1}") for zone in range(ZONES)]
FLOOR = Floor(
    {name: Location(name, LocationKind.ZONE) for name in NAMES},
    tuple(Antenna(READER, zone + 1, name) for zone, name in enumerate(NAMES)),
)
Answers = tuple[NDArray[np.int64], NDArray[np.float64] | None]
"""Zone at the end of each second (-1 unknown) and, where the method tells one, its confidence."""


def levels(stream: Stream, window_s: int) -> NDArray[np.float64]:
    """Mean level of each antenna over the last seconds, at the end of each; NaN for none."""
    cell = stream.time_s.astype(int) * ZONES + stream.antenna
    inside = cell < stream.seconds * ZONES
    size = stream.seconds * ZONES
    total = np.bincount(cell[inside], stream.rssi_dbm[inside], minlength=size)
    count = np.bincount(cell[inside], minlength=size).astype(float)
    sums, counts = total.reshape(-1, ZONES), count.reshape(-1, ZONES)
    for column in (sums, counts):
        running = np.cumsum(column, axis=0)
        running[window_s:] -= running[:-window_s].copy()
        column[:] = running
    return np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)


def strongest(stream: Stream, window_s: int) -> Answers:
    """The zone of the antenna with the highest mean level."""
    mean = levels(stream, window_s)
    told, last = [], -1
    for row in mean:
        last = last if np.isnan(row).all() else int(np.nanargmax(row))
        told.append(last)
    return np.array(told), None


def edgex(stream: Stream, _: Sequence[Recording]) -> Answers:
    """The rule of EdgeX app-rfid-llrp-inventory with its default settings.

    Twenty levels by antenna; a move needs two reads and a mean above the old one plus a bonus
    that starts at 6 dB and shrinks by 0.008 dB for each millisecond that the old antenna is silent
    beyond 500 ms.
    """
    rings = [deque[float](maxlen=20) for _ in range(ZONES)]
    seen_s = [-np.inf] * ZONES
    at, told, read = -1, [], 0
    for second in range(1, stream.seconds + 1):
        while read < len(stream.time_s) and stream.time_s[read] < second:
            antenna, now_s = int(stream.antenna[read]), stream.time_s[read]
            rings[antenna].append(float(stream.rssi_dbm[read]))
            seen_s[antenna] = now_s
            read += 1
            if at < 0:
                at = antenna
            elif antenna != at and len(rings[antenna]) >= 2:
                bonus = min(6.0, 6.0 - 0.008 * ((now_s - seen_s[at]) * 1e3 - 500.0))
                if np.mean(rings[antenna]) > np.mean(rings[at]) + bonus:
                    at = antenna
        told.append(at)
    return np.array(told), None


def offsets_and_hmm(stream: Stream, train: Sequence[Recording]) -> Answers:
    """Mean level above each antenna's learnt offset, through a filter of 1 s steps."""
    offset = np.mean(
        [[one.rssi_dbm[one.antenna == n].mean() for n in range(ZONES)] for one in train], axis=0
    )
    mean = levels(stream, 1)
    likelihood = np.where(np.isnan(mean), -4.0, (mean - offset) / 3.0)
    belief, told, sure = np.full(ZONES, 1 / ZONES), [], []
    for row in likelihood:
        belief = belief * 0.97 + (1 - belief) * 0.03 / (ZONES - 1)
        belief = belief * np.exp(np.clip(row - row.max(), -5.0, 0.0))
        belief /= belief.sum()
        told.append(int(belief.argmax()))
        sure.append(float(belief.max()))
    return np.array(told), np.array(sure)


def learnt(train: Sequence[Recording]) -> Calibration:
    """What `calibrate` makes of recordings."""
    batches, truths, at_us = [], [], START_US
    for one in train:
        truths.append(Truth(at_us, Epc("00" * 12), NAMES[one.zone]))
        seen_us = at_us + (one.time_s * 1e6).astype(np.int64)
        batches.append(_batch(seen_us, np.zeros(len(seen_us), int), one.antenna, one.rssi_dbm))
        at_us += round(one.length_s * 1e6) + 60_000_000
    return calibrate(FLOOR, batches, truths)


def product(streams: Sequence[Stream], calibration: Calibration | None) -> list[Answers]:
    """What the `Locator` tells; all streams at once, each a tag of its own."""
    locator = Locator(FLOOR, calibration=calibration)
    tag = np.repeat(np.arange(len(streams)), [len(one.time_s) for one in streams])
    time_s = np.concatenate([one.time_s for one in streams])
    antenna = np.concatenate([one.antenna for one in streams])
    rssi_dbm = np.concatenate([one.rssi_dbm for one in streams])
    order = np.argsort(time_s, kind="stable")
    seconds = max(one.seconds for one in streams)
    a_second = round(1 / TURN_S)
    ends = np.searchsorted(time_s[order], np.arange(1, seconds * a_second + 1) * TURN_S)
    told = np.full((len(streams), seconds), -1)
    sure = np.zeros((len(streams), seconds))
    begin = 0
    for turn, end in enumerate(ends.tolist(), 1):
        some = order[begin:end]
        begin = end
        seen_us = START_US + (time_s[some] * 1e6).astype(np.int64)
        locator.observe(_batch(seen_us, tag[some], antenna[some], rssi_dbm[some]))
        locator.turn(START_US + round(turn * TURN_S * 1e6))
        if turn % a_second == 0:
            for number in range(len(streams)):
                zone, belief = _now(locator, number)
                told[number, turn // a_second - 1] = zone
                honest = calibration.confidence(belief) if calibration else belief
                sure[number, turn // a_second - 1] = honest
    return [
        (told[number, : one.seconds], sure[number, : one.seconds])
        for number, one in enumerate(streams)
    ]


def _now(locator: Locator, number: int) -> tuple[int, float]:
    found = locator.where(Epc(f"{number:024x}"))
    if found is None or found.announced is None:
        return -1, 0.0
    beliefs = dict(found.alternatives)
    if found.location is not None:
        beliefs[found.location] = found.probability
    return NAMES.index(found.announced), beliefs.get(found.announced, 0.0)


def _batch(
    seen_us: NDArray[np.int64],
    tag: NDArray[np.int64],
    antenna: NDArray[np.int64],
    rssi_dbm: NDArray[np.float64],
) -> ReadBatch:
    return ReadBatch.of(
        READER,
        int(seen_us[-1]) if len(seen_us) else START_US,
        [f"{number:024x}" for number in tag.tolist()],
        (antenna + 1).tolist(),
        rssi_dbm.tolist(),
        seen_us=seen_us.tolist(),
    )


def cases(folder: Path) -> dict[str, list[tuple[list[Recording], list[Recording]]]]:
    """Pairs of what is learnt from and what is judged, by kind."""
    days = [load(folder, day) for day in DAYS]
    both = [one for day in days for one in day]

    def halves(of: list[Recording]) -> list[tuple[list[Recording], list[Recording]]]:
        first, second = [one.half(0) for one in of], [one.half(1) for one in of]
        return [(first, second), (second, first)]

    return {
        "both days, other half": halves(both),
        "same day, other half": [*halves(days[0]), *halves(days[1])],
        "other day and height": [(days[0], days[1]), (days[1], days[0])],
    }


METHODS: dict[str, Callable[[Stream, Sequence[Recording]], Answers]] = {
    "strongest antenna, 1 s": lambda stream, _: strongest(stream, 1),
    "strongest antenna, 3 s": lambda stream, _: strongest(stream, 3),
    "EdgeX inventory, defaults": edgex,
    "learnt offsets + HMM, 1 s": offsets_and_hmm,
}


def measure(pairs: list[tuple[list[Recording], list[Recording]]], shuffles: int) -> None:
    """Print one line for each method: means over pairs and shuffles."""
    rows: dict[str, list[tuple[float, ...]]] = {}
    for train, judged in pairs:
        streams = [shuffled(judged, seed) for seed in range(shuffles)]
        for name, method in METHODS.items():
            answers = [method(one, train) for one in streams]
            _note(rows, name, streams, answers)
        _note(rows, "Locator, not calibrated", streams, product(streams, None))
        _note(rows, "Locator, calibrated", streams, product(streams, learnt(train)))
    for name, scores in rows.items():
        right, steady, median, p90, excess, error = np.mean(scores, axis=0)
        print(  # noqa: T201 - a table is what it is for
            f"{name:28} {100 * right:6.1f} {100 * steady:7.1f} {median:7.1f} {p90:6.1f} "
            f"{excess:7.1f} {error:9.3f} {100 * np.std([one[0] for one in scores]):8.1f}"
        )


def _note(
    rows: dict[str, list[tuple[float, ...]]],
    name: str,
    streams: Sequence[Stream],
    answers: Sequence[Answers],
) -> None:
    for stream, (told, sure) in zip(streams, answers, strict=True):
        rows.setdefault(name, []).append(astuple(score(stream, told, sure)))


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description="zone accuracy on shuffled recordings")
    parser.add_argument("data", type=Path)
    parser.add_argument("--shuffles", type=int, default=8)
    asked = parser.parse_args()
    for kind, pairs in cases(asked.data / "r420").items():
        print(  # noqa: T201 - a table is what it is for
            f"\n{kind}\n{'method':28} {'right':>6} {'steady':>7} {'delay s':>7} {'p90':>6} "
            f"{'excess':>7} {'conf.err':>9} {'spread':>8}",
            flush=True,
        )
        measure(pairs, asked.shuffles)


if __name__ == "__main__":
    main()
