"""How well a portal tells directions on simulated traffic, against usual rules: prints a table.

    python -m tests.benchmarks.portal [--scenes N] [--seed S] [--traffic usual|crowd|hard]
    python -m tests.benchmarks.portal --learn edge/locating/portal_parameters.py

Every rule sees the same reads. The scorer was learnt on seeds 1000 to 1159; judge it on
others. *right* and *wrong* count tags told in or out, *asked* those that a person is
asked about.
"""

import argparse
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from drivers.reads import ReadBatch
from edge.locating.portal_learning import Schooling, learnt
from edge.locating.portal_model import PortalModel
from edge.locating.portals import PortalWatch
from edge.model.ids import DeviceName, LocationId
from edge.model.passages import Direction
from edge.model.places import Antenna, Floor, Location, LocationKind
from simulators.air import Sightings
from simulators.gate import Build, Manner, Scene, Traffic, seeded_scene
from tests.benchmarks.gate_runs import STANDS, Labelled, heard, labelled

LESSONS = (("usual", range(1000, 1100)), ("crowd", range(1100, 1130)), ("hard", range(1130, 1160)))
START_US = 1_700_000_000_000_000
READER, DOCK = DeviceName("gate"), LocationId("dock-1")
FLOOR = Floor(
    {DOCK: Location(DOCK, LocationKind.PORTAL)},
    tuple(
        Antenna(READER, port, DOCK, portal_side="in" if port % 2 else "out")
        for port in (1, 2, 3, 4)
    ),
)
TRAFFIC = {
    "usual": Traffic(),
    "crowd": Traffic(moving=20, parked=3, tags_most=16, crowd=0.8),
    "hard": Traffic(moving=16, parked=6, tags_most=10, crowd=0.6),
}
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
    """One scene as the reader hears it."""

    scene: Scene
    dwells: list[tuple[int, int, Sightings]]
    tag_of: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.tag_of = {one.tobytes().hex(): tag for tag, one in enumerate(self.scene.epcs)}

    @classmethod
    def seeded(cls, seed: int, traffic: Traffic) -> "Run":
        scene = seeded_scene(traffic, seed)
        build = Build.seeded(np.random.default_rng([seed, 3]))
        return cls(scene, list(heard(scene, build, seed)))

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
    for end_us, port, found in run.dwells:
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
    seeds: range, traffic: Traffic, rules: dict[str, Callable[[Run], Told]] = RULES
) -> dict[str, Score]:
    """The score of each rule over some scenes."""
    scores = {name: Score() for name in rules}
    for seed in seeds:
        run = Run.seeded(seed, traffic)
        for name, rule in rules.items():
            scores[name].judge(run.scene, rule(run))
    return scores


def schooled(stays: Labelled) -> PortalModel:
    """The scorer learnt from stays; every fourth resting one is enough."""
    kept = (stays.truth != STANDS) | (np.arange(len(stays.truth)) % 4 == 0)
    schooling = Schooling(units=16, rounds=60, decay=3e-4)
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
    parser.add_argument("--traffic", choices=TRAFFIC, default="usual")
    parser.add_argument("--learn", type=Path, metavar="FILE")
    asked = parser.parse_args()
    if asked.learn is not None:
        stays = Labelled.joined(
            [labelled(seed, TRAFFIC[name]) for name, seeds in LESSONS for seed in seeds]
        )
        asked.learn.write_text(written(schooled(stays)), encoding="utf-8")
        return
    seeds = range(asked.seed, asked.seed + asked.scenes)
    scores = judged(seeds, TRAFFIC[asked.traffic])
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
