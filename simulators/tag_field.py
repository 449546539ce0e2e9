"""Tags that lie still in front of a reader's antennas: the air of a reader that runs alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulators import radio
from simulators.air import Dwell, Sightings
from simulators.gen2 import Rounds, Slots
from simulators.gen2_flags import Flags
from simulators.radio import FCC, USUAL_LINK, Band, Link, Metronome
from simulators.surroundings import Ways, body_db, metal_db, scattered, slow_db

_SGTIN_96 = 0x30
_FILTER_ITEM = 1
_PARTITION_7_DIGITS = 5
_HANGS_AT_M, _LOOKS_DOWN_RAD = 2.2, 0.35
_BORESIGHT_DB = 5.0
"""There and back, what the antenna gathers straight ahead against the link's one at 1 m."""
_FADED_MOST_DB = 12.0
"""Whoever fades deeper below the sensitivity is not understood, so no read tells of it."""
_LOOK_US = 1_000_000
_TABLE_MOST = 100_000
_COMPANY = 614_141
"""GS1's own example company prefix: these tags belong to nobody."""


def sgtin_96(item: int, serial: int) -> bytes:
    """A valid SGTIN-96 of the example company (GS1 tag data standard, section 14.6.1).

    Args:
        item: item reference with indicator digit, 20 bits.
        serial: 38 bits.
    """
    head = _SGTIN_96 << 6 | _FILTER_ITEM << 3 | _PARTITION_7_DIGITS
    whole = ((head << 24 | _COMPANY) << 20 | item) << 38 | serial
    return whole.to_bytes(12, "big")


def seeded_epcs(count: int, seed: int) -> NDArray[np.uint8]:
    """`count` different SGTIN-96, shape (count, 12), the same for the same seed."""
    items = (radio.settled_uniform(11, seed, np.arange(count)) * 1000).astype(np.int64)
    raw = b"".join(sgtin_96(int(item), n + 1) for n, item in enumerate(items))
    return np.frombuffer(raw, np.uint8).reshape(count, 12)


@dataclass(frozen=True, slots=True, eq=False)
class _Loud:
    """How loud each tag is at an antenna for a while, and what follows from that."""

    mean_dbm: NDArray[np.float64]
    chances: NDArray[np.float64]
    weights: NDArray[np.float64]


class TagField:
    """Tags at seeded places before antennas that hang 3 m from each other in a row.

    The antennas hang 2.2 m high and look slightly down into racks of 2 m; metal, people, things
    that are moved and second ways are those of `surroundings`. With a rate, each read goes to one
    of the tags that the antenna can hear, the more likely the better it is heard; together the
    antennas make `reads_per_s` reads a second as long as they hear any tag. Without one, Gen2
    rounds decide: by the mode, and by how many tags answer.

    Args:
        tags: how many.
        antennas: how many.
        reads_per_s: of the whole reader; None plays Gen2 rounds.
        seed: settles places, fading and noise.
        band: channels to hop on.
    """

    def __init__(
        self,
        tags: int,
        antennas: int,
        reads_per_s: float | None,
        seed: int,
        band: Band = FCC,
    ) -> None:
        self.epcs = seeded_epcs(tags, seed)
        self._band = band
        self._link: Link = USUAL_LINK
        self._seed = seed
        self._chance = np.random.default_rng(seed)
        self._metronome = Metronome(reads_per_s or 0.0)
        place = np.arange(tags)
        flags = Flags(radio.settled_uniform(24, seed, place))
        self._rounds = Rounds(flags, self._chance) if reads_per_s is None else None
        self._distance_m, cosine = _geometry(tags, antennas, seed)
        self._ways = [
            Ways.of(seed, n + 1, self._distance_m[n], cosine[n]) for n in range(antennas)
        ]
        self._metal_db = metal_db(seed, place)
        own = _BORESIGHT_DB + radio.settled_normal(23, seed, np.arange(antennas))
        self._ways_db = np.array([one.mean_db() for one in self._ways])
        self._gain_db = own[:, None] + self._ways_db
        channels = np.arange(len(band.channels_khz))[None, :] + 1
        self._offset_rad = radio.channel_offset_rad(
            seed, np.arange(antennas)[:, None] + 1, channels
        )
        self._loud: dict[tuple[int, float], tuple[int, _Loud]] = {}
        self._heard: dict[int, NDArray[np.complex128]] = {}

    def mean_rssi_dbm(self, antenna: int, power_dbm: float = 30.0) -> NDArray[np.float64]:
        """What the antenna (from 1) would hear of each tag without fading and noise."""
        return radio.rssi_dbm(
            self._distance_m[antenna - 1],
            self._link,
            power_dbm=power_dbm,
            gain_db=self._gain_db[antenna - 1] + self._metal_db,
        )

    def _loud_now(self, antenna: int, power_dbm: float, at_us: int) -> _Loud:
        """How loud the tags are; looked at once a second, for nothing moves faster here."""
        second = at_us // _LOOK_US
        kept = self._loud.get((antenna, power_dbm))
        if kept is not None and kept[0] == second:
            return kept[1]
        place = np.arange(len(self.epcs))
        mean = self.mean_rssi_dbm(antenna, power_dbm) + body_db(self._seed, antenna, at_us)
        mean += slow_db(self._seed, place, antenna, second * _LOOK_US)
        chances = radio.success(mean, self._link)
        found = _Loud(mean, chances, np.cumsum(chances))
        self._loud[antenna, power_dbm] = (second, found)
        return found

    def slots(self) -> Slots | None:
        """What all rounds so far came to; see `Air`."""
        return self._rounds.slots if self._rounds is not None else None

    def inventory(self, dwell: Dwell) -> Sightings:
        """What the antenna hears in the dwell; see `Air`."""
        if not 1 <= dwell.antenna <= len(self._distance_m) or not len(self.epcs):
            return Sightings.none()
        loud = self._loud_now(dwell.antenna, dwell.power_dbm, dwell.from_us)
        if self._rounds is not None:
            span_us = (dwell.from_us, dwell.from_us + dwell.span_us)
            tag, seen = self._rounds.dwell(
                dwell.antenna, dwell.query, loud.chances, span_us, loud.mean_dbm
            )
        else:
            tag, seen = self._at_the_rate(dwell, loud.weights)
        if not len(tag):
            return Sightings.none()
        return self._sightings(dwell.antenna, tag, seen, loud.mean_dbm)

    def _at_the_rate(
        self, dwell: Dwell, weights: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which tags are read in the dwell, and when, at the rate that was asked for."""
        reads = self._metronome.reads_in(dwell.span_us)
        if reads == 0 or weights[-1] < 1e-3:  # noqa: PLR2004 - no tag answers 1 try in 1,000
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        draws = self._chance.random(reads) * weights[-1]
        tag = np.searchsorted(weights, draws, side="right").clip(max=len(weights) - 1)
        seen = dwell.from_us + self._chance.integers(0, max(dwell.span_us, 1), reads)
        return tag, np.sort(seen)

    def _sightings(
        self,
        antenna: int,
        tag: NDArray[np.int64],
        seen_us: NDArray[np.int64],
        mean_dbm: NDArray[np.float64],
    ) -> Sightings:
        channel = self._band.channel_at(seen_us)
        noise = self._chance.normal(size=(4, len(tag)))
        way = self._way(antenna, tag, channel) * scattered(noise[:2])
        faded_db = 20.0 * np.log10(np.abs(way)) - self._ways_db[antenna - 1, tag]
        faintest_dbm = self._link.sensitivity_dbm - _FADED_MOST_DB
        rssi = mean_dbm[tag] + faded_db + self._link.noise_db * noise[2]
        phase = (
            self._offset_rad[antenna - 1, channel - 1]
            - np.angle(way)
            + self._link.phase_noise_rad * noise[0]
        ) % (2.0 * np.pi)
        return Sightings(
            epc=self.epcs[tag],
            epc_bits=np.full(len(tag), 96, np.uint16),
            rssi_dbm=np.maximum(rssi, faintest_dbm).astype(np.float32),
            phase_rad=phase.astype(np.float32),
            channel=channel,
            doppler_hz=(self._link.doppler_noise_hz * noise[3]).astype(np.float32),
            seen_us=seen_us,
            count=np.ones(len(tag), np.uint16),
        )

    def _way(
        self, antenna: int, tag: NDArray[np.int64], channel: NDArray[np.uint16]
    ) -> NDArray[np.complex128]:
        """Both ways to each tag on each channel; from a table where that is small."""
        ways, channels = self._ways[antenna - 1], len(self._band.channels_khz)
        if len(self.epcs) * channels > _TABLE_MOST:
            return ways.heard(tag, self._band.wavelength_m(channel))
        if antenna not in self._heard:
            every = self._band.wavelength_m(np.arange(channels) + 1)
            self._heard[antenna] = ways.heard(np.arange(len(self.epcs))[:, None], every)
        return self._heard[antenna][tag, channel - 1]


def _geometry(
    tags: int, antennas: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Distance in metres and cosine off the axis of each tag (columns) at each antenna (rows)."""
    place = np.arange(tags)
    x_m = radio.settled_uniform(21, seed, place) * 3.0 * antennas
    away_m = 0.5 + 4.0 * radio.settled_uniform(22, seed, place)
    above_m = 2.0 * radio.settled_uniform(25, seed, place) - _HANGS_AT_M
    beside_m = x_m[None, :] - (1.5 + 3.0 * np.arange(antennas))[:, None]
    distance_m = np.sqrt(beside_m**2 + away_m**2 + above_m**2)
    along = away_m * np.cos(_LOOKS_DOWN_RAD) - above_m * np.sin(_LOOKS_DOWN_RAD)
    return distance_m, along[None, :] / distance_m
