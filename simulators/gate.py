"""A gate with antennas on both sides, and what passes it: truth and air for portals.

The way leads along x through the gate at x = 0: inside below, outside above. Carriers (a person
with a parcel, a cart, a forklift) take tags along: out, in, up to the gate and back, past it, or
they stand near it all the time, as parked pallets do. A person who carries shades what lies behind
him; a rack of steel around makes the level change from place to place and from channel to channel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from simulators import radio
from simulators.air import Dwell, Sightings
from simulators.gate_builds import Build
from simulators.tag_field import seeded_epcs

Floats = NDArray[np.float64]
_CELL_M = 0.16
"""Half a wavelength: the ways over the racks add up differently that far on."""
_BEAM_M = 0.3
"""From the gate's line to each of its light barriers."""
_SLIPS_PAST = 1 / 30
_FAR_M = 7.0
"""So far from the gate nobody begins or ends to pass."""


class Manner(StrEnum):
    """How something is at the gate."""

    OUT = "out"
    IN = "in"
    BACK = "back"
    PAST = "past"
    STANDS = "stands"


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """Where a carrier is, as corners of a path in time; before and after it does not move.

    Attributes:
        manner: what it does, seen from the gate.
        time_s: of each corner, ascending.
        x_m, y_m: of each corner.
    """

    manner: Manner
    time_s: Floats
    x_m: Floats
    y_m: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """All carriers of a while, with their tags.

    Attributes:
        ways: of each carrier.
        carrier: of each tag.
        offset_m: shape (tags, 3): where each tag sits on its carrier; the last is its height.
        epcs: shape (tags, 12).
        span_s: how long it lasts.
    """

    ways: tuple[Way, ...]
    carrier: NDArray[np.int64]
    offset_m: Floats
    epcs: NDArray[np.uint8]
    span_s: float


class GateAir:
    """What the antennas of the gate hear of a scene.

    Odd ports look inwards, even ports outwards.

    Args:
        scene: the truth.
        build: how the gate was put up.
        seed: settles fading, shading, gains and noise.
        band: channels to hop on.
    """

    def __init__(
        self, scene: Scene, build: Build, seed: int, band: radio.Band = radio.FCC
    ) -> None:
        self._scene = scene
        self._seed = seed
        self._band = band
        self._build = build
        self._chance = np.random.default_rng([seed, 7])
        self._link = radio.Link(
            rssi_dbm_at_1_m=-38.0,
            exponent=build.exponent,
            sensitivity_dbm=build.sensitivity_dbm,
        )
        self._sites = {port: build.site(port) for port in build.ports}
        tags = np.arange(len(scene.epcs))
        hidden = radio.settled_uniform(51, seed, tags) < 0.04  # noqa: PLR2004 - on tins, on liquids
        self._tag_db = 2.0 * radio.settled_normal(52, seed, tags) - 7.0 * hidden

    def inventories(self, dwells: Sequence[Dwell]) -> list[Sightings]:
        """What the antenna of each dwell hears, one after the other; see `Air`."""
        antenna = np.array([one.antenna for one in dwells])
        from_us = np.array([one.from_us for one in dwells])
        middle_s = np.array([one.from_us + one.span_us / 2 for one in dwells]) / 1e6
        place = self._places(middle_s)
        towards, distance = self._towards(antenna, place)
        ahead = self._towards(antenna, self._places(middle_s + 0.05))[1]
        mean = self._levels(antenna, from_us, place, (towards, distance))
        mean += np.array([one.power_dbm - 30.0 for one in dwells])[:, None]
        chances = radio.success(mean, self._link)
        drawn = [self._drawn(one, p) for one, p in zip(dwells, chances, strict=True)]
        count = [len(seen_us) for _, seen_us, _ in drawn]
        dwell = np.repeat(np.arange(len(dwells)), count)
        row, seen_us = (np.concatenate([one[part] for one in drawn]) for part in (0, 1))
        speed = (distance - ahead)[dwell, row] / 0.05
        exact = distance[dwell, row] - speed * (seen_us / 1e6 - middle_s[dwell])
        found = self._sightings(
            antenna[dwell],
            row,
            seen_us,
            (exact, speed, mean[dwell, row]),
            np.concatenate([noise for _, _, noise in drawn], axis=1),
        )
        ends = np.cumsum(count).tolist()
        return [found.take(np.arange(end - n, end)) for n, end in zip(count, ends, strict=True)]

    def _drawn(
        self, dwell: Dwell, chances: Floats
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
        """Which tags answer in a dwell, when, and the noise of level, phase and Doppler."""
        total = float(chances.sum())
        per_s = min(self._build.reads_per_s_most, total * self._build.reads_per_s_of_one)
        reads = int(self._chance.poisson(per_s * dwell.span_us / 1e6))
        if not reads or total < 1e-6:  # noqa: PLR2004 - nobody answers
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((3, 0))
        row = self._chance.choice(len(chances), size=reads, p=chances / total)
        seen_us = dwell.from_us + np.sort(self._chance.integers(0, dwell.span_us, reads))
        return row, seen_us, self._chance.normal(size=(3, reads))

    def _places(self, time_s: Floats) -> Floats:
        """Shape (times, tags, 3): where each tag is."""
        scene = self._scene
        xy = np.array(
            [
                (np.interp(time_s, way.time_s, way.x_m), np.interp(time_s, way.time_s, way.y_m))
                for way in scene.ways
            ]
        )
        place = np.repeat(scene.offset_m[None], len(time_s), axis=0)
        place[:, :, :2] += xy[scene.carrier].transpose(2, 0, 1)
        return place

    def _levels(
        self,
        antenna: NDArray[np.int64],
        from_us: NDArray[np.int64],
        place: Floats,
        way: tuple[Floats, Floats],
    ) -> Floats:
        """Mean level in dBm of every tag in each dwell at full power, shape (dwells, tags)."""
        towards, distance = way
        looks = np.array([self._sites[port][1] for port in antenna.tolist()])
        cosine = np.maximum((towards * looks[:, None]).sum(axis=2) / distance, 1e-3)
        beam_db = np.maximum(10.0 * self._build.beam * np.log10(cosine), self._build.back_db)
        gain_db = 1.5 * radio.settled_normal(53, self._seed, antenna)
        mean = radio.rssi_dbm(
            distance, self._link, gain_db=beam_db + gain_db[:, None] + self._tag_db
        )
        tags = np.arange(place.shape[1])
        cells = np.floor(place[:, :, :2] / _CELL_M).astype(np.int64)
        mean += self._build.shadowing_db * radio.settled_normal(
            54, self._seed, tags, antenna[:, None], cells[:, :, 0], cells[:, :, 1]
        )
        person = radio.settled_uniform(55, self._seed, antenna, from_us // 2_000_000)
        shade_db = 8.0 * (person < 0.06)  # noqa: PLR2004 - somebody in the beam
        return np.asarray(mean - shade_db[:, None])

    def _towards(self, antenna: NDArray[np.int64], place: Floats) -> tuple[Floats, Floats]:
        """From each dwell's antenna to each place, shape (dwells, tags, 3), and how far."""
        at = np.array([self._sites[port][0] for port in antenna.tolist()])
        towards = place - at[:, None]
        return towards, np.sqrt((towards**2).sum(axis=2))

    def _sightings(
        self,
        antenna: NDArray[np.int64],
        row: NDArray[np.int64],
        seen_us: NDArray[np.int64],
        heard: tuple[Floats, Floats, Floats],
        noise: Floats,
    ) -> Sightings:
        distance, speed, mean = heard
        channel = self._band.channel_at(seen_us)
        wavelength = self._band.wavelength_m(channel)
        fading = 1.5 * radio.settled_normal(56, self._seed, row, antenna, channel)
        offset = radio.channel_offset_rad(self._seed, antenna, channel)
        phase = radio.phase_rad(
            distance, wavelength, offset + self._link.phase_noise_rad * noise[0]
        )
        doppler = radio.doppler_hz(speed, wavelength) + self._link.doppler_noise_hz * noise[2]
        return Sightings(
            epc=self._scene.epcs[row],
            epc_bits=np.full(len(row), 96, np.uint16),
            rssi_dbm=(mean + fading + self._link.noise_db * noise[1]).astype(np.float32),
            phase_rad=phase.astype(np.float32),
            channel=channel,
            doppler_hz=doppler.astype(np.float32),
            seen_us=seen_us,
            count=np.ones(len(row), np.uint16),
        )


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
        ways.append(_moving(manner, start_s, (lateral_m, traffic.speed_m_per_s), chance))
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


def _moving(
    manner: Manner,
    start_s: float,
    goes: tuple[float, tuple[float, float]],
    chance: np.random.Generator,
) -> Way:
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
        _moving(_MANNERS[int(chance.integers(2))], start_s, (0.0, (0.5, 1.8)), chance)
        for start_s in chance.uniform(0.0, scene.span_s - 10.0, len(scene.ways) // 5)
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
