"""A gate with antennas on both sides, and what passes it: truth and air for portals.

The way leads along x through the gate at x = 0: inside below, outside above. Carriers (a person
with a parcel, a cart, a forklift) take tags along: out, in, up to the gate and back, past it, or
they stand near it all the time, as parked pallets do. A person who carries shades what lies behind
him; a rack of steel around makes the level change from place to place and from channel to channel.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from simulators import radio
from simulators.air import Dwell, Sightings
from simulators.tag_field import seeded_epcs

Floats = NDArray[np.float64]
_BEAM = 3.0
"""Exponent of the antennas' pattern, there and back: half of the power is left at 36 degrees."""
_BACK_DB = -22.0
"""Behind itself an antenna hears this much of what it hears before itself."""
_CELL_M = 0.16
"""Half a wavelength: the ways over the racks add up differently that far on."""
_READS_PER_S_MOST = 400.0
_READS_PER_S_OF_ONE = 30.0
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

    def at(self, time_s: float) -> tuple[float, float]:
        """Place at a time."""
        return (
            float(np.interp(time_s, self.time_s, self.x_m)),
            float(np.interp(time_s, self.time_s, self.y_m)),
        )


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


@dataclass(frozen=True, slots=True)
class Build:
    """How a gate was put up; no two are alike.

    Attributes:
        half_width_m: from the middle of the way to the posts.
        apart_m: from the gate's line to the antennas of a side.
        turned_rad: how far the antennas look away from the line, towards their side.
        sensitivity_dbm: of the reader with these cables.
        exponent: how fast the level falls with distance.
        per_side: antennas of a side, 1 or 2.
    """

    half_width_m: float = 1.6
    apart_m: float = 0.3
    turned_rad: float = 0.7
    sensitivity_dbm: float = -68.0
    exponent: float = 2.0
    per_side: int = 2

    @classmethod
    def seeded(cls, chance: np.random.Generator) -> "Build":
        """One as a site might have it."""
        return cls(
            half_width_m=chance.uniform(1.2, 2.0),
            apart_m=chance.uniform(0.1, 0.8),
            turned_rad=chance.uniform(0.4, 1.0),
            sensitivity_dbm=chance.uniform(-70.0, -65.0),
            exponent=chance.uniform(1.8, 2.3),
            per_side=int(chance.integers(1, 3)),
        )


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
        self._chance = np.random.default_rng([seed, 7])
        self._link = radio.Link(
            rssi_dbm_at_1_m=-38.0,
            exponent=build.exponent,
            sensitivity_dbm=build.sensitivity_dbm,
        )
        self.ports = range(1, 2 * build.per_side + 1)
        self._sites = {port: _site(build, port) for port in self.ports}
        tags = np.arange(len(scene.epcs))
        hidden = radio.settled_uniform(51, seed, tags) < 0.04  # noqa: PLR2004 - on tins, on liquids
        self._tag_db = 2.0 * radio.settled_normal(52, seed, tags) - 7.0 * hidden

    def inventory(self, dwell: Dwell) -> Sightings:
        """What the antenna hears in the dwell; see `Air`."""
        if dwell.antenna not in self._sites:
            return Sightings.none()
        middle_s = (dwell.from_us + dwell.span_us / 2) / 1e6
        place = self._places(middle_s)
        ahead = self._places(middle_s + 0.05)
        distance, mean = self._levels(dwell, place)
        speed = (distance - self._levels(dwell, ahead)[0]) / 0.05
        chances = radio.success(mean, self._link)
        total = float(chances.sum())
        per_s = min(_READS_PER_S_MOST, total * _READS_PER_S_OF_ONE)
        reads = int(self._chance.poisson(per_s * dwell.span_us / 1e6))
        if not reads or total < 1e-6:  # noqa: PLR2004 - nobody answers
            return Sightings.none()
        row = self._chance.choice(len(chances), size=reads, p=chances / total)
        seen = dwell.from_us + np.sort(self._chance.integers(0, dwell.span_us, reads))
        exact = distance[row] - speed[row] * (seen / 1e6 - middle_s)
        return self._sightings(dwell.antenna, row, seen, (exact, speed[row], mean[row]))

    def _places(self, time_s: float) -> Floats:
        """Shape (tags, 3): where each tag is."""
        scene = self._scene
        xy = np.array([way.at(time_s) for way in scene.ways])
        place = scene.offset_m.copy()
        place[:, :2] += xy[scene.carrier]
        return place

    def _levels(self, dwell: Dwell, place: Floats) -> tuple[Floats, Floats]:
        """Distance in metres and mean level in dBm of every tag at an antenna."""
        at, looks = self._sites[dwell.antenna]
        towards = place - at
        distance = np.sqrt((towards**2).sum(axis=1))
        cosine = np.maximum(towards @ looks / distance, 1e-3)
        beam_db = np.maximum(20.0 * _BEAM * 0.5 * np.log10(cosine), _BACK_DB)
        gain_db = 1.5 * radio.settled_normal(53, self._seed, dwell.antenna)
        mean = radio.rssi_dbm(
            distance,
            self._link,
            power_dbm=dwell.power_dbm,
            gain_db=beam_db + float(gain_db) + self._tag_db,
        )
        tags = np.arange(len(place))
        cells = np.floor(place[:, :2] / _CELL_M).astype(np.int64)
        mean += 2.5 * radio.settled_normal(
            54, self._seed, tags, dwell.antenna, cells[:, 0], cells[:, 1]
        )
        person = radio.settled_uniform(55, self._seed, dwell.antenna, dwell.from_us // 2_000_000)
        return distance, mean - 8.0 * (person < 0.06)  # noqa: PLR2004 - somebody in the beam

    def _sightings(
        self,
        antenna: int,
        row: NDArray[np.int64],
        seen_us: NDArray[np.int64],
        heard: tuple[Floats, Floats, Floats],
    ) -> Sightings:
        distance, speed, mean = heard
        channel = self._band.channel_at(seen_us)
        wavelength = self._band.wavelength_m(channel)
        noise = self._chance.normal(size=(3, len(row)))
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


def _site(build: Build, port: int) -> tuple[Floats, Floats]:
    """Place of an antenna and the direction that it looks in."""
    outwards = 1.0 if port % 2 == 0 else -1.0
    left = 1.0 if port <= 2 else -1.0  # noqa: PLR2004 - the first of each side stands left
    at = np.array([outwards * build.apart_m, left * build.half_width_m, 1.6])
    looks = np.array([outwards * np.sin(build.turned_rad), -left * np.cos(build.turned_rad), -0.2])
    return at, looks / np.sqrt((looks**2).sum())


@dataclass(frozen=True, slots=True)
class Traffic:
    """How much happens at the gate.

    Attributes:
        span_s: of the scene.
        moving: carriers that come by.
        parked: pallets that stand near the gate all the time.
        tags_most: on one carrier.
        crowd: share of carriers that come right behind the one before.
    """

    span_s: float = 120.0
    moving: int = 14
    parked: int = 2
    tags_most: int = 8
    crowd: float = 0.4


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
        ways.append(_moving(manner, start_s, lateral_m, chance))
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


def _moving(manner: Manner, start_s: float, lateral_m: float, chance: np.random.Generator) -> Way:
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
    return _walked(manner, start_s, pause_s, corners, chance.uniform(0.5, 1.8))


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
