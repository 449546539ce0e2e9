"""A gate with antennas on both sides, what passes it, and what they hear of it.

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

Floats = NDArray[np.float64]
_CELL_M = 0.16
"""Half a wavelength: the ways over the racks add up differently that far on."""


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
