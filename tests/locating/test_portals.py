"""A portal tells how each tag went, and asks where it is not sure."""

from dataclasses import replace

import numpy as np
import pytest

from drivers.driver import DeviceEvent, EventKind
from drivers.reads import ReadBatch
from edge.locating.portal_features import NAMES, features_of, mirrored
from edge.locating.portal_learning import Schooling, learnt
from edge.locating.portal_model import DIRECTIONS, MIRRORED_COLUMNS, PortalModel, probabilities
from edge.locating.portal_parameters import LEARNT
from edge.locating.portal_stays import TAGS_MAX, PortalReads, StayTracker
from edge.locating.portals import PortalSettings, PortalWatch
from edge.model.ids import DeviceName, LocationId
from edge.model.passages import Direction, Passage
from edge.model.places import Antenna, Floor, LightBarrier, Location, LocationKind
from simulators.gate_builds import Build
from simulators.gate_traffic import Traffic, seeded_scene
from tests.benchmarks import portal
from tests.benchmarks.gate_runs import heard, labelled

START_US = 1_700_000_000_000_000
GATE, DOCK, NEXT = DeviceName("gate"), LocationId("dock-1"), LocationId("dock-2")
EPC, OTHER = "3034257bf7194e4000000001", "3034257bf7194e4000000002"
IN_PORT, OUT_PORT = 1, 2


def floor_of(*sides: tuple[LocationId, int, str | None]) -> Floor:
    places = dict.fromkeys(place for place, _, _ in sides)
    return Floor(
        {one: Location(one, LocationKind.PORTAL) for one in places},
        tuple(Antenna(GATE, port, place, portal_side=side) for place, port, side in sides),
    )


FLOOR = floor_of((DOCK, IN_PORT, "in"), (DOCK, OUT_PORT, "out"))


class Gate:
    """Plays levels of tags into a watch, ten looks a second."""

    def __init__(self, floor: Floor = FLOOR, settings: PortalSettings | None = None) -> None:
        self.watch = PortalWatch(floor, settings or PortalSettings())
        self.now_us = START_US
        self.told: list[Passage] = []

    def hear(self, levels: list[tuple[int, float]], epc: str = EPC) -> None:
        """One look: a level on each port that hears the tag."""
        self.now_us += 100_000
        if levels:
            ports, rssi = zip(*levels, strict=True)
            batch = ReadBatch.of(GATE, self.now_us, [epc] * len(ports), list(ports), list(rssi))
            self.watch.observe(batch)
        self.told += self.watch.turn(self.now_us)

    def wait(self, seconds: float = 24.0) -> list[Passage]:
        """Until nothing more can come: what is unsure waits for the tag's next stay."""
        for _ in range(int(seconds * 10)):
            self.hear([])
        return self.told

    def walk(self, places_m: list[float], epc: str = EPC) -> None:
        """A tag at these places along the way through the gate, inside below 0."""
        for place in places_m:
            self.hear([one for one in levels_at(place) if one[1] > -66.0], epc)


def levels_at(place_m: float) -> list[tuple[int, float]]:
    """What the antennas of both sides hear of a tag that far from the gate's line."""
    found = []
    for port, own in ((IN_PORT, -1.0), (OUT_PORT, 1.0)):
        behind_db = 0.0 if place_m * own > -0.2 else 14.0
        distance = np.hypot(place_m - 0.3 * own, 1.5)
        found.append((port, float(-38.0 - 40.0 * np.log10(distance) - behind_db)))
    return found


def steps(begin_m: float, end_m: float, speed: float = 1.0) -> list[float]:
    count = max(2, int(abs(end_m - begin_m) / speed * 10))
    return np.linspace(begin_m, end_m, count).tolist()


def test_a_tag_that_is_carried_out_is_told_out_and_one_carried_in_is_told_in() -> None:
    gate = Gate()

    gate.walk(steps(-4.0, 4.0))
    (out,) = gate.wait()
    gate.told = []
    gate.walk(steps(4.0, -4.0))
    (back_in,) = gate.wait()

    assert (out.direction, out.portal, out.epc) == (Direction.OUT, DOCK, EPC)
    assert out.probability > 0.95
    assert START_US < out.began_us < out.ended_us < START_US + 10_000_000
    assert back_in.direction is Direction.IN


def test_a_tag_that_turns_back_at_the_gate_crosses_nothing() -> None:
    gate = Gate()

    gate.walk([*steps(-4.0, -0.6), *steps(-0.6, -4.0)])
    told = gate.wait()

    assert {one.direction for one in told} <= {Direction.TURNED_BACK, Direction.PASSED_BY}
    assert all(one.crossing < 0.1 for one in told)


def test_a_pallet_that_is_parked_by_the_gate_is_told_once_and_never_fires() -> None:
    gate = Gate()

    gate.walk([-2.0] * 1200)

    assert [one.direction for one in gate.told] == [Direction.STANDING]


def test_a_parked_pallet_that_is_taken_out_at_last_is_told_out() -> None:
    gate = Gate()

    gate.walk([-1.8] * 450)
    gate.walk(steps(-1.8, 4.0, 0.8))
    gate.wait()

    assert [one.direction for one in gate.told] == [Direction.STANDING, Direction.OUT]


def test_what_is_parked_within_hearing_after_it_went_out_is_told_out_though_reads_go_on() -> None:
    gate = Gate()

    gate.walk(steps(-4.0, 1.8))
    gate.walk([1.8] * 300)

    assert [one.direction for one in gate.told][:1] == [Direction.OUT]
    assert Direction.IN not in {one.direction for one in gate.told}


def test_two_tags_that_pass_each_other_are_told_apart() -> None:
    gate = Gate()

    for out, back in zip(steps(-4.0, 4.0), steps(4.0, -4.0), strict=True):
        gate.walk([out], EPC)
        gate.walk([back], OTHER)
    told = {one.epc: one.direction for one in gate.wait()}

    assert told == {EPC: Direction.OUT, OTHER: Direction.IN}


def test_a_stray_of_two_reads_is_not_told() -> None:
    gate = Gate()

    gate.hear([(IN_PORT, -64.0)])
    gate.hear([(IN_PORT, -65.0)])

    assert gate.wait() == []


def test_a_reader_that_tells_no_level_still_tells_a_direction_or_asks() -> None:
    gate = Gate()

    for place in steps(-4.0, 4.0):
        gate.hear([(port, np.nan) for port, rssi in levels_at(place) if rssi > -60.0])
    told = gate.wait()

    assert {one.direction for one in told} <= {Direction.OUT, Direction.UNKNOWN}
    assert [one.likeliest for one in told] == [Direction.OUT]


def test_of_two_portals_side_by_side_a_tag_passes_the_louder_one() -> None:
    gate = Gate(floor_of((DOCK, 1, "in"), (DOCK, 2, "out"), (NEXT, 3, "in"), (NEXT, 4, "out")))

    for place in steps(-4.0, 4.0):
        near = [one for one in levels_at(place) if one[1] > -66.0]
        gate.hear([*near, *((port + 2, rssi - 10.0) for port, rssi in near)])
    told = {one.portal: one.direction for one in gate.wait()}

    assert told[DOCK] is Direction.OUT
    assert told.get(NEXT, Direction.PASSED_BY) is Direction.PASSED_BY


@pytest.mark.parametrize("sides", [(None, None), ("in", None), ("in", "in")])
def test_a_portal_without_antennas_on_both_sides_is_not_watched(
    sides: tuple[str | None, str | None],
) -> None:
    floor = floor_of((DOCK, 1, sides[0]), (DOCK, 2, sides[1]))
    gate = Gate(floor)

    gate.walk(steps(-4.0, 4.0))

    assert floor.sided_portals == ()
    assert gate.wait() == []


def barred(beams: list[tuple[int, EventKind, int]]) -> Passage:
    """Reads on both sides at once, as metal around a gate makes them, tell little.

    Args:
        beams: input, level and turn of each event of the light barriers.
    """
    floor = replace(
        FLOOR,
        light_barriers=(
            LightBarrier(GATE, 1, DOCK, "in"),
            LightBarrier(GATE, 2, DOCK, "out", broken_when="low"),
        ),
    )
    gate = Gate(floor)
    for turn in range(40):
        level, tilt = -45.0 - abs(turn - 20) * 0.8, 0.12 * (turn - 20)
        gate.hear([(IN_PORT, level - tilt), (OUT_PORT, level + tilt)])
        for port, kind, when in beams:
            if when == turn:
                gate.watch.told(DeviceEvent(GATE, gate.now_us, kind, port))
    (told,) = gate.wait()
    return told


def test_two_light_barriers_weigh_in_by_the_order_in_which_they_are_broken() -> None:
    high, low = EventKind.INPUT_HIGH, EventKind.INPUT_LOW

    mute = barred([])
    outwards = barred([(1, high, 17), (2, low, 22)])
    inwards = barred([(2, low, 17), (1, high, 22)])

    assert mute.direction is not Direction.IN
    assert outwards.likeliest is Direction.OUT
    assert outwards.crossing > mute.crossing
    assert inwards.crossing < mute.crossing


def test_the_end_of_a_beam_s_break_and_other_inputs_say_nothing() -> None:
    high, low = EventKind.INPUT_HIGH, EventKind.INPUT_LOW

    assert barred([(1, low, 17), (2, high, 22), (3, high, 20), (1, EventKind.EXCEPTION, 20)]) == (
        barred([])
    )


def test_one_barrier_that_is_never_broken_may_be_dead_and_silences_both() -> None:
    assert barred([(1, EventKind.INPUT_HIGH, 17)]) == barred([])


def test_the_bound_of_followed_tags_holds_and_what_is_left_out_is_counted() -> None:
    tracker = StayTracker()
    n = TAGS_MAX + 500
    keys = np.zeros((n, 3), np.uint32)
    keys[:, 0] = np.arange(n)
    half = n // 2
    bits = np.full(n, 96, np.uint16)
    epc = keys.view(np.uint8).reshape(n, 12)
    for part in (slice(0, half), slice(half, n)):
        m = len(keys[part])
        tracker.add(
            PortalReads(
                epc[part],
                keys[part],
                bits[part],
                np.zeros(m, np.int64),
                np.full(m, -50.0, np.float32),
                np.full(m, 10_000, np.int64),
            ),
            10_000,
        )

    assert len(tracker.index) <= TAGS_MAX
    assert tracker.ignored == n - len(tracker.index)


def test_exchanging_the_sides_exchanges_in_and_out_and_nothing_else() -> None:
    stays = labelled(3).features[:200]

    there = probabilities(LEARNT.scores(stays))
    back = probabilities(LEARNT.scores(mirrored(stays)))

    np.testing.assert_allclose(back, there[:, MIRRORED_COLUMNS], atol=1e-12)


def test_learning_from_stays_finds_the_directions_again() -> None:
    stays = labelled(11)

    model = learnt(
        stays.features, stays.truth, np.random.default_rng(5), Schooling(units=8, rounds=15)
    )

    found = model.scores(stays.features).argmax(axis=1)
    assert isinstance(model, PortalModel)
    assert (found == stays.truth).mean() > 0.95


def test_learning_without_a_direction_is_refused() -> None:
    with pytest.raises(ValueError, match="every direction"):
        learnt(np.zeros((4, len(NAMES))), np.zeros(4, np.int64), np.random.default_rng(1))


def test_no_stay_has_no_features_and_an_untidy_setting_is_refused() -> None:
    assert features_of(StayTracker().ended(5_000)).shape == (0, len(NAMES))
    assert len(DIRECTIONS) == LEARNT.outer.shape[1]
    with pytest.raises(ValueError, match="answer_at"):
        PortalSettings(answer_at=0.4)


@pytest.mark.seeds
@pytest.mark.parametrize("traffic", ["usual", "hard"])
def test_directions_at_a_busy_simulated_dock_are_right(traffic: str) -> None:
    """Strays, turn-backs, crowds and parked pallets; seeds that nothing was learnt on."""
    seeds = range(40, 43)

    score = portal.judged(seeds, traffic, {"ours": portal.watched})["ours"]

    assert score.crossings > 60, f"seeds {seeds}"
    assert score.precision >= 0.98, f"seeds {seeds}: {score}"
    assert score.recall >= 0.98, f"seeds {seeds}: {score}"
    assert score.handed_over <= 0.05, f"seeds {seeds}: {score}"


@pytest.mark.parametrize(
    ("antennas", "apart_m", "tags_per_s", "speed_m_per_s"),
    [(2, 0.4, 30.0, 0.5), (2, 1.8, 8.0, 2.0), (3, 1.2, 15.0, 1.2), (4, 1.6, 6.0, 0.8)],
)
def test_wide_and_narrow_gates_tell_slow_and_quick_walks(
    antennas: int, apart_m: float, tags_per_s: float, speed_m_per_s: float
) -> None:
    """Far antennas leave a gap between them, and whoever runs is read a few times."""
    build = Build(antennas=antennas, apart_m=apart_m, reads_per_s_of_one=tags_per_s)
    speeds = 0.9 * speed_m_per_s, 1.1 * speed_m_per_s
    scene = seeded_scene(Traffic(60.0, 5, 1, 4, 0.0, speeds), seed=3)
    run = portal.Run(scene, list(heard(scene, build, seed=3)))
    score = portal.Score()

    score.judge(scene, portal.watched(run))

    assert score.crossings > 0
    assert score.wrong == 0
    assert score.recall == 1.0


@pytest.mark.seeds
def test_gates_that_nobody_foresaw_are_told_right_or_asked_about() -> None:
    """Two to four antennas, from the posts or above, near and far, loud and faint."""
    seeds = range(660_000, 660_010)

    score = portal.judged(seeds, "varied", {"ours": portal.watched})["ours"]

    assert score.precision >= 0.95, f"seeds {seeds}: {score}"
    assert score.recall >= 0.97, f"seeds {seeds}: {score}"
