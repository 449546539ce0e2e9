"""Tags that lie still in front of a reader's antennas: the air of a reader that runs alone."""

import numpy as np
from numpy.typing import NDArray

from simulators import radio
from simulators.air import Dwell, Sightings
from simulators.gen2 import Flags, Rounds, Slots
from simulators.radio import FCC, USUAL_LINK, Band, Link, Metronome

_SGTIN_96 = 0x30
_FILTER_ITEM = 1
_PARTITION_7_DIGITS = 5
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


class TagField:
    """Tags at seeded places before antennas that hang 3 m from each other in a row.

    With a rate, each read goes to one of the tags that the antenna can hear, the more likely the
    better it is heard; together the antennas make `reads_per_s` reads a second as long as they
    hear any tag. Without one, Gen2 rounds decide: by the mode, and by how many tags answer.

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
        x_m = radio.settled_uniform(21, seed, place) * 3.0 * antennas
        away_m = 0.5 + 4.0 * radio.settled_uniform(22, seed, place)
        hangs_at_m = 1.5 + 3.0 * np.arange(antennas)
        self._distance_m = np.hypot(x_m[None, :] - hangs_at_m[:, None], away_m[None, :])
        self._gain_db = radio.settled_normal(23, seed, np.arange(antennas))[:, None]

    def mean_rssi_dbm(self, antenna: int, power_dbm: float = 30.0) -> NDArray[np.float64]:
        """What the antenna (from 1) would hear of each tag without fading and noise."""
        return radio.rssi_dbm(
            self._distance_m[antenna - 1],
            self._link,
            power_dbm=power_dbm,
            gain_db=self._gain_db[antenna - 1],
        )

    def slots(self) -> Slots | None:
        """What all rounds so far came to; see `Air`."""
        return self._rounds.slots if self._rounds is not None else None

    def inventory(self, dwell: Dwell) -> Sightings:
        """What the antenna hears in the dwell; see `Air`."""
        if not 1 <= dwell.antenna <= len(self._distance_m) or not len(self.epcs):
            return Sightings.none()
        mean = self.mean_rssi_dbm(dwell.antenna, dwell.power_dbm)
        chances = radio.success(mean, self._link)
        if self._rounds is not None:
            span_us = (dwell.from_us, dwell.from_us + dwell.span_us)
            tag, seen = self._rounds.dwell(dwell.antenna, dwell.query, chances, span_us, mean)
        else:
            tag, seen = self._at_the_rate(dwell, chances)
        return self._sightings(dwell.antenna, tag, seen, mean) if len(tag) else Sightings.none()

    def _at_the_rate(
        self, dwell: Dwell, chances: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which tags are read in the dwell, and when, at the rate that was asked for."""
        reads = self._metronome.reads_in(dwell.span_us)
        weights = np.cumsum(chances)
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
        fading = self._link.fading_db * radio.settled_normal(self._seed, tag, antenna, channel)
        noise = self._chance.normal(size=(3, len(tag)))
        phase = radio.phase_rad(
            self._distance_m[antenna - 1][tag],
            self._band.wavelength_m(channel),
            radio.channel_offset_rad(self._seed, antenna, channel)
            + self._link.phase_noise_rad * noise[1],
        )
        rssi = mean_dbm[tag] + fading + self._link.noise_db * noise[0]
        return Sightings(
            epc=self.epcs[tag],
            epc_bits=np.full(len(tag), 96, np.uint16),
            rssi_dbm=rssi.astype(np.float32),
            phase_rad=phase.astype(np.float32),
            channel=channel,
            doppler_hz=(self._link.doppler_noise_hz * noise[2]).astype(np.float32),
            seen_us=seen_us,
            count=np.ones(len(tag), np.uint16),
        )
