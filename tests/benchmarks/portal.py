"""How well a portal tells directions on simulated traffic, against usual rules: prints a table.

    python -m tests.benchmarks.portal [--scenes N] [--seed S] [--traffic usual|crowd|hard|varied]
        [--barriers]
    python -m tests.benchmarks.portal --learn edge/locating/portal_parameters.py

Every rule sees the same reads. The scorer was learnt on the seeds of `LESSONS`; judge it
on others. *right* and *wrong* count tags told in or out, *asked* those that a person is
asked about.
"""

import argparse
import textwrap
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from drivers.driver import DeviceEvent, EventKind
from drivers.reads import ReadBatch
from edge.locating.portal_learning import Schooling, learnt
from edge.locating.portal_model import PortalModel
from edge.locating.portals import PortalWatch
from edge.model.ids import DeviceName, LocationId
from edge.model.passages import Direction
from edge.model.places import Antenna, Floor, LightBarrier, Location, LocationKind
from simulators.air import Sightings
from simulators.gate import Manner, Scene
from simulators.gate_traffic import beams_broken
from tests.benchmarks.gate_runs import (
    STANDS,
    TRAFFIC,
    VARIED,
    Labelled,
    heard,
    labelled,
    staged,
)

LESSONS = (
    ("usual", range(1000, 1020)),
    ("crowd", range(1100, 1140)),
    ("hard", range(1130, 1145)),
    (VARIED, range(1_000_000, 1_000_040)),
    (VARIED, range(1_000_060, 1_000_080)),
)
START_US = 1_700_000_000_000_000
READER, DOCK = DeviceName("gate"), LocationId("dock-1")
FLOOR = Floor(
    {DOCK: Location(DOCK, LocationKind.PORTAL)},
    tuple(
        Antenna(READER, port, DOCK, portal_side="in" if port % 2 else "out")
        for port in (1, 2, 3, 4)
    ),
    light_barriers=(
        LightBarrier(READER, 1, DOCK, "in"),
        LightBarrier(READER, 2, DOCK, "out"),
    ),
)
_GAP_S = 2.0
_EARLY_S, _LATE_S = 8.0, 40.0
Told = list[tuple[int, float, str]]
"""Tag, second at which it was told, and `in`, `out` or `unknown`."""
Reads = list[tuple[float, int, float]]
"""Second, side and level of one tag's reads."""


@dataclass(slots=True)
class Score:
    """What a rule came to.

    Attributes:
        crossings: tags that really went through.
        passages: tags that really did anything, each carrier's standing counted once.
    """

    crossings: int = 0
    passages: int = 0
    right: int = 0
    wrong: int = 0
    asked: int = 0
    asked_crossings: int = 0

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Over the crossings that the rule answered."""
        return self.right / max(1, self.crossings - self.asked_crossings)

    @property
    def handed_over(self) -> float:
        return self.asked / max(1, self.passages)

    def judge(self, scene: Scene, told: Told) -> None:
        """Add the answers about one scene."""
        for tag, carrier in enumerate(scene.carrier.tolist()):
            way = scene.ways[carrier]
            self.passages += 1
            mine = [(at, what) for one, at, what in told if one == tag]
            self.asked += sum(what == "unknown" for _, what in mine)
            answers = [(at, what) for at, what in mine if what != "unknown"]
            if way.manner not in {Manner.IN, Manner.OUT}:
                self.wrong += len(answers)
                continue
            self.crossings += 1
            at_s = float(way.time_s[0]), float(way.time_s[-1])
            fits = [
                what == way.manner.value and at_s[0] - _EARLY_S <= at <= at_s[1] + _LATE_S
                for at, what in answers
            ]
            is_right = any(fits)
            self.right += is_right
            self.wrong += len(answers) - is_right
            self.asked_crossings += not answers and any(what == "unknown" for _, what in mine)


def batch_of(end_us: int, port: int, found: Sightings) -> ReadBatch:
    """What was heard in a dwell, as the driver hands it up."""
    n = len(found)
    return ReadBatch(
        reader=READER,
        arrived_us=START_US + end_us,
        epc=found.epc,
        epc_bits=found.epc_bits,
        antenna=np.full(n, port, np.uint16),
        rssi_dbm=found.rssi_dbm,
        phase_rad=found.phase_rad,
        channel=found.channel,
        doppler_hz=found.doppler_hz,
        seen_us=START_US + found.seen_us,
        first_seen_us=np.full(n, -1, np.int64),
        last_seen_us=np.full(n, -1, np.int64),
        count=found.count,
    )


@dataclass(slots=True, eq=False)
class Run:
    """One scene as the reader hears it.

    Attributes:
        beams: when light barriers were broken, in microseconds, and on which side; none without.
    """

    scene: Scene
    dwells: list[tuple[int, int, Sightings]]
    beams: list[tuple[int, int]] = field(default_factory=list)
    tag_of: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.tag_of = {one.tobytes().hex(): tag for tag, one in enumerate(self.scene.epcs)}

    @classmethod
    def seeded(cls, seed: int, traffic: str, *, barriers: bool = False) -> "Run":
        scene, build = staged(seed, traffic)
        beams = beams_broken(scene, build, seed) if barriers else []
        return cls(scene, list(heard(scene, build, seed)), beams)

    def reads(self) -> dict[int, Reads]:
        """By tag, in order of time."""
        found: dict[int, Reads] = {}
        for _, port, seen in self.dwells:
            for epc, rssi, at_us in zip(seen.epc, seen.rssi_dbm, seen.seen_us, strict=True):
                tag = self.tag_of[epc.tobytes().hex()]
                found.setdefault(tag, []).append((at_us / 1e6, (port + 1) % 2, float(rssi)))
        return found


def watched(run: Run) -> Told:
    """What the portal tells."""
    watch = PortalWatch(FLOOR)
    told: Told = []
    beams = deque(run.beams)
    for end_us, port, found in run.dwells:
        while beams and beams[0][0] <= end_us:
            at_us, side = beams.popleft()
            watch.told(DeviceEvent(READER, START_US + at_us, EventKind.INPUT_HIGH, side + 1))
        if len(found):
            watch.observe(batch_of(end_us, port, found))
        for passage in watch.turn(START_US + end_us):
            if passage.direction in {Direction.IN, Direction.OUT, Direction.UNKNOWN}:
                at_s = (passage.ended_us - START_US) / 1e6
                told.append((run.tag_of[passage.epc], at_s, passage.direction.value))
    return told


def _cut(reads: Reads) -> list[Reads]:
    cuts: list[Reads] = []
    for read in reads:
        if not cuts or read[0] - cuts[-1][-1][0] > _GAP_S:
            cuts.append([])
        cuts[-1].append(read)
    return cuts


def _by_sides(run: Run, side_of: Callable[[Reads], tuple[int, int]]) -> Told:
    told: Told = []
    for tag, reads in run.reads().items():
        for stay in _cut(reads):
            first, last = side_of(stay)
            if first != last:
                told.append((tag, stay[-1][0], "out" if last else "in"))
    return told


def first_and_last(run: Run) -> Told:
    """The side of the first read against that of the last; two seconds of silence end a stay."""
    return _by_sides(run, lambda stay: (stay[0][1], stay[-1][1]))


def strongest(run: Run) -> Told:
    """The side that hears the tag louder in the first second against that in the last."""

    def louder(reads: Reads) -> int:
        means = [
            np.mean([level for _, side, level in reads if side == wanted] or [-99.0])
            for wanted in (0, 1)
        ]
        return int(means[1] > means[0])

    def sides(stay: Reads) -> tuple[int, int]:
        begin = [one for one in stay if one[0] <= stay[0][0] + 1.0]
        end = [one for one in stay if one[0] >= stay[-1][0] - 1.0]
        return louder(begin), louder(end)

    return _by_sides(run, sides)


RULES: dict[str, Callable[[Run], Told]] = {
    "first and last antenna": first_and_last,
    "strongest antenna, begin and end": strongest,
    "this portal": watched,
}


def judged(
    seeds: range,
    traffic: str,
    rules: dict[str, Callable[[Run], Told]] = RULES,
    *,
    barriers: bool = False,
) -> dict[str, Score]:
    """The score of each rule over some scenes."""
    scores = {name: Score() for name in rules}
    for seed in seeds:
        run = Run.seeded(seed, traffic, barriers=barriers)
        for name, rule in rules.items():
            scores[name].judge(run.scene, rule(run))
    return scores


def schooled(stays: Labelled) -> PortalModel:
    """The scorer learnt from stays; every third resting one is enough."""
    kept = (stays.truth != STANDS) | (np.arange(len(stays.truth)) % 3 == 0)
    schooling = Schooling(units=32, rounds=40, decay=3e-4)
    return learnt(stays.features[kept], stays.truth[kept], np.random.default_rng(1), schooling)


def written(model: PortalModel) -> str:
    """The scorer as the module that holds it."""
    names = (
        "middle", "spread", "hidden", "hidden_bias", "outer", "outer_bias", "log_shares",
    )  # fmt: skip
    parts = "".join(f"    {name}={_literal(getattr(model, name))},\n" for name in names)
    return (
        '"""The scorer\'s parameters, written by `python -m tests.benchmarks.portal --learn`.\n\n'
        "Learnt on simulated traffic at seeded gates; docs/portals.md says how.\n"
        '"""\n\n'
        "import numpy as np\n\nfrom edge.locating.portal_model import PortalModel\n\n"
        f"# fmt: off\nLEARNT = PortalModel(\n{parts})\n"
    )


def _literal(values: NDArray[np.float64]) -> str:
    numbers = ", ".join(f"{one:.4g}" for one in values.reshape(-1))
    text = textwrap.fill(numbers, 90, initial_indent=8 * " ", subsequent_indent=8 * " ")
    shape = f".reshape{values.shape}" if values.ndim > 1 else ""
    return f"np.array([\n{text},\n    ]){shape}"


def main() -> None:
    """Print the table, or learn."""
    parser = argparse.ArgumentParser(description="directions at a simulated portal")
    parser.add_argument("--scenes", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--traffic", choices=[*TRAFFIC, VARIED], default="usual")
    parser.add_argument("--barriers", action="store_true", help="with two light barriers")
    parser.add_argument("--learn", type=Path, metavar="FILE")
    asked = parser.parse_args()
    if asked.learn is not None:
        stays = Labelled.joined(
            [labelled(seed, name) for name, seeds in LESSONS for seed in seeds]
        )
        asked.learn.write_text(written(schooled(stays)), encoding="utf-8")
        return
    seeds = range(asked.seed, asked.seed + asked.scenes)
    scores = judged(seeds, asked.traffic, barriers=asked.barriers)
    some = next(iter(scores.values()))
    print(  # noqa: T201
        f"{asked.traffic} traffic, {asked.scenes} scenes from seed {asked.seed}: "
        f"{some.passages} tags, of which {some.crossings} went through"
    )
    for name, one in scores.items():
        print(  # noqa: T201
            f"{name:34} right {one.right:5} wrong {one.wrong:5} asked {one.asked:4}"
            f"  precision {one.precision:7.2%}  recall over answered {one.recall:7.2%}"
            f"  handed over {one.handed_over:6.2%}"
        )


if __name__ == "__main__":
    main()
