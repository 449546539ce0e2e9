"""Simulated traffic at a gate as the portal sees it: reads in, stays and their truth out."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import cycle, islice

import numpy as np
from numpy.typing import NDArray

from edge.locating.epcs import keys_of
from edge.locating.portal_features import SIDE_AT_END, features_of
from edge.locating.portal_stays import BIN_MS, PortalReads, Stays, StayTracker
from simulators.air import Dwell, Sightings
from simulators.gate import GateAir, Scene
from simulators.gate_builds import Build
from simulators.gate_traffic import Traffic, seeded_scene

TRAFFIC = {
    "usual": Traffic(),
    "crowd": Traffic(moving=20, parked=3, tags_most=16, crowd=0.8),
    "hard": Traffic(moving=16, parked=6, tags_most=10, crowd=0.6),
}
VARIED = "varied"
"""Each of these in turn, at other speeds, and at gates as nobody foresaw them."""
IN, OUT, BACK, PAST, STANDS = range(5)
"""Classes of stays, in the order of the model's columns."""
_NEAR_X_M, _NEAR_Y_M = 1.3, 2.0
_MOVED_M = 0.5
_UNHEARD_S = 15.0
_TOGETHER = 64
"""Dwells that are worked out at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Stays of some scenes with what really happened."""

    features: NDArray[np.float64]
    truth: NDArray[np.int64]

    @classmethod
    def joined(cls, parts: list["Labelled"]) -> "Labelled":
        return cls(
            np.concatenate([one.features for one in parts]),
            np.concatenate([one.truth for one in parts]),
        )


def staged(seed: int, traffic: str) -> tuple[Scene, Build]:
    """A scene of a kind of traffic, and a gate."""
    chance = np.random.default_rng([seed, 3])
    if traffic != VARIED:
        return seeded_scene(TRAFFIC[traffic], seed), Build.seeded(chance)
    build = Build.varied(chance)
    slowest = float(chance.uniform(0.4, 1.2))
    speeds = slowest, slowest + float(chance.uniform(0.2, 0.9))
    busy = tuple(TRAFFIC.values())[seed % len(TRAFFIC)]
    return seeded_scene(replace(busy, speed_m_per_s=speeds), seed), build


def heard(scene: Scene, build: Build, seed: int) -> Iterator[tuple[int, int, Sightings]]:
    """End of each dwell in microseconds, its port, and what was heard."""
    air = GateAir(scene, build, seed)
    count = -(-round(scene.span_s * 1e6) // build.dwell_us)
    ports = list(islice(cycle(build.ports), -(-count // build.antennas) * build.antennas))
    dwells = [
        Dwell(port, number * build.dwell_us, build.dwell_us) for number, port in enumerate(ports)
    ]
    for begin in range(0, len(dwells), _TOGETHER):
        some = dwells[begin : begin + _TOGETHER]
        for dwell, found in zip(some, air.inventories(some), strict=True):
            yield dwell.from_us + dwell.span_us, dwell.antenna, found


def truth_of(scene: Scene, tag: int, began_s: float, ended_s: float) -> int:
    """What a tag did between two moments."""
    way = scene.ways[scene.carrier[tag]]
    times = np.linspace(began_s, ended_s, max(2, int((ended_s - began_s) / 0.1)))
    x = np.interp(times, way.time_s, way.x_m)
    y = np.interp(times, way.time_s, way.y_m)
    if x[0] < 0 < x[-1]:
        return OUT
    if x[-1] < 0 < x[0]:
        return IN
    if np.hypot(x - x[0], y - y[0]).max() < _MOVED_M:
        return STANDS
    near = (np.abs(x) < _NEAR_X_M) & (np.abs(y) < _NEAR_Y_M)
    return BACK if near.any() else PAST


class _Truths:
    """What each stay really was; what happened unheard since the stay before belongs to it."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._tag_of = {one.tobytes().hex(): tag for tag, one in enumerate(scene.epcs)}
        self._ended_s: dict[int, float] = {}

    def of(self, stays: Stays, tracker: StayTracker) -> NDArray[np.int64]:
        found = []
        for row, began_ms, ended_ms in zip(
            stays.rows.tolist(), stays.began_ms.tolist(), stays.ended_ms.tolist(), strict=True
        ):
            tag = self._tag_of[tracker.index.epc_of(row)]
            began_s, ended_s = began_ms / 1e3 - 1000.0, ended_ms / 1e3 - 1000.0
            before_s = self._ended_s.get(tag, began_s)
            if began_s - before_s > _UNHEARD_S:
                before_s = began_s
            found.append(truth_of(self._scene, tag, before_s, ended_s))
            self._ended_s[tag] = ended_s
        return np.array(found)


def labelled(seed: int, traffic: str = "usual") -> Labelled:
    """The stays of one seeded scene at a seeded gate."""
    scene, build = staged(seed, traffic)
    tracker = StayTracker()
    truths = _Truths(scene)
    parts: list[Labelled] = []
    look_ms = 0
    for end_us, port, found in heard(scene, build, seed):
        now_ms = 1_000_000 + end_us // 1000
        if len(found):
            tracker.add(reads_of(port, found), now_ms)
        if now_ms - look_ms >= BIN_MS:
            look_ms = now_ms
            stays = tracker.ended(now_ms)
            if len(stays):
                features = features_of(stays)
                tracker.remember(stays, features[:, SIDE_AT_END])
                parts.append(Labelled(features, truths.of(stays, tracker)))
    return Labelled.joined(parts)


def reads_of(port: int, found: Sightings) -> PortalReads:
    """Sightings as the portal takes them."""
    return PortalReads(
        found.epc,
        keys_of(found.epc, found.epc_bits),
        found.epc_bits,
        np.full(len(found), (port + 1) % 2, np.int64),
        found.rssi_dbm,
        1_000_000 + found.seen_us // 1000,
    )
