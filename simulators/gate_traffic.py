"""What comes by at a gate: scenes of a busy dock, and what light barriers see of them."""

from dataclasses import dataclass

import numpy as np

from simulators.gate import Manner, Scene, Way
from simulators.gate_builds import Build
from simulators.tag_field import seeded_epcs

_BEAM_M = 0.3
"""From the gate's line to each of its light barriers."""
_SLIPS_PAST = 1 / 30
_FAR_M = 7.0
"""So far from the gate nobody begins or ends to pass."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """How much happens at the gate.

    Attributes:
        span_s: of the scene.
        moving: carriers that come by.
        parked: pallets that stand near the gate all the time.
        tags_most: on one carrier.
        crowd: share of carriers that come right behind the one before.
        speed_m_per_s: slowest and fastest that somebody walks.
    """

    span_s: float = 120.0
    moving: int = 14
    parked: int = 2
    tags_most: int = 8
    crowd: float = 0.4
    speed_m_per_s: tuple[float, float] = (0.5, 1.8)


_MANNERS = (Manner.OUT, Manner.IN, Manner.BACK, Manner.PAST)
_SHARES = (0.34, 0.26, 0.2, 0.2)


def seeded_scene(traffic: Traffic, seed: int) -> Scene:
    """A scene with the mix of manners of a busy dock."""
    chance = np.random.default_rng([seed, 5])
    ways: list[Way] = [_parked(chance) for _ in range(traffic.parked)]
    start_s = 2.0
    lateral_m = 0.0
    gap_s = traffic.span_s * 0.8 / max(1, traffic.moving)
    for _ in range(traffic.moving):
        manner = _MANNERS[chance.choice(len(_MANNERS), p=_SHARES)]
        lateral_m = chance.uniform(-0.8, 0.8)
        ways.append(moving(manner, start_s, (lateral_m, traffic.speed_m_per_s), chance))
        close_by = chance.random() < traffic.crowd
        start_s += chance.uniform(0.5, 2.0) if close_by else chance.uniform(0.8, 1.8) * gap_s
    counts = chance.integers(1, traffic.tags_most + 1, len(ways))
    counts[: traffic.parked] *= 2
    carrier = np.repeat(np.arange(len(ways)), counts)
    offset = chance.uniform(-0.4, 0.4, (len(carrier), 3))
    offset[:, 2] += 1.0
    epcs = seeded_epcs(len(carrier), seed)
    return Scene(tuple(ways), carrier, offset, epcs, max(traffic.span_s, start_s + 20.0))


def _parked(chance: np.random.Generator) -> Way:
    x_m = chance.choice([-1.0, 1.0]) * chance.uniform(1.0, 4.0)
    y_m = chance.choice([-1.0, 1.0]) * chance.uniform(1.0, 3.0)
    return Way(Manner.STANDS, np.zeros(1), np.array([x_m]), np.array([y_m]))


def moving(
    manner: Manner,
    start_s: float,
    goes: tuple[float, tuple[float, float]],
    chance: np.random.Generator,
) -> Way:
    """A way of somebody who does so; `goes` is how far aside, and between which speeds.

    In and back from inside begin and end out of hearing, or near the gate one time in four.
    """
    lateral_m, speed_m_per_s = goes
    side = {Manner.OUT: -1.0, Manner.IN: 1.0}.get(manner, float(chance.choice([-1.0, 1.0])))
    begins, ends = chance.uniform(4.0, _FAR_M, 2)
    if chance.random() < 0.25:  # noqa: PLR2004 - it comes from, or stays at, a place near the gate
        begins = chance.uniform(1.8, 3.5)
    if chance.random() < 0.25:  # noqa: PLR2004
        ends = chance.uniform(1.8, 3.5)
    pause_s = chance.exponential(3.0) if chance.random() < 0.3 else 0.0  # noqa: PLR2004 - it waits
    if manner in {Manner.OUT, Manner.IN}:
        halt_m = chance.uniform(-2.0, 2.0)
        corners = [(side * begins, lateral_m), (halt_m, lateral_m), (-side * ends, lateral_m)]
    elif manner is Manner.BACK:
        turn_m = side * chance.uniform(0.0, 1.2)
        corners = [(side * begins, lateral_m), (turn_m, lateral_m), (side * ends, lateral_m)]
        pause_s += chance.exponential(1.0)
    else:
        along = float(chance.choice([-1.0, 1.0]))
        away_m = side * chance.uniform(1.0, 3.0)
        corners = [(away_m, -along * begins), (away_m, 0.0), (away_m, along * ends)]
    return _walked(manner, start_s, pause_s, corners, chance.uniform(*speed_m_per_s))


def _walked(
    manner: Manner,
    start_s: float,
    pause_s: float,
    corners: list[tuple[float, float]],
    speed_m_per_s: float,
) -> Way:
    """A way through three corners, with a pause at the second."""
    x, y = (np.array(values) for values in zip(*corners, strict=True))
    legs = np.hypot(np.diff(x), np.diff(y)) / speed_m_per_s
    times = start_s + np.array([0.0, legs[0], legs[0] + pause_s + 1e-3, legs.sum() + pause_s])
    times[3] += 2e-3
    return Way(manner, times, x[[0, 1, 1, 2]], y[[0, 1, 1, 2]])


def beams_broken(scene: Scene, build: Build, seed: int) -> list[tuple[int, int]]:
    """When each of the gate's two light barriers is broken: microseconds and 0 inside, 1 outside.

    One body in thirty slips past a beam; a fifth as many people as carriers go through with
    nothing in their hands.
    """
    chance = np.random.default_rng([seed, 9])
    empty = [
        moving(_MANNERS[int(chance.integers(2))], start_s, (0.0, (0.5, 1.8)), chance)
        for start_s in chance.uniform(0.0, max(0.0, scene.span_s - 10.0), len(scene.ways) // 5)
    ]
    found = []
    for way in (*scene.ways, *empty):
        times = np.arange(way.time_s[0], way.time_s[-1], 0.02)
        x = np.interp(times, way.time_s, way.x_m)
        within = np.abs(np.interp(times, way.time_s, way.y_m)) < build.half_width_m
        for side, at_m in enumerate((-_BEAM_M, _BEAM_M)):
            crossed = np.flatnonzero((np.diff(np.sign(x - at_m)) != 0) & within[1:])
            kept = crossed[chance.random(len(crossed)) > _SLIPS_PAST]
            found += [(int(times[at] * 1e6), side) for at in kept.tolist()]
    return sorted(found)
