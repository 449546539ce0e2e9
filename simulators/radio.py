"""The radio between one antenna and one tag, as pure functions of arrays and of a seed.

Log-distance path loss both ways, a gain for each antenna, fading that differs from channel to
channel and stays as long as nothing moves, noise on top; a read succeeds the surer, the more
power comes back. Phase turns by 4 pi d / wavelength plus an offset of each antenna and channel.
Shared by every air, so that a tag field on a bench and a simulated warehouse sound alike.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

LIGHT_M_PER_S = 299_792_458.0
_TURN = 2.0 * np.pi
_HALF = np.float64(2.0**-53)


@dataclass(frozen=True, slots=True)
class Band:
    """What a region's law gives a reader to transmit on.

    Attributes:
        name: region, for people.
        country_code: as LLRP's RegulatoryCapabilities tells it (ISO 3166 numeric).
        standard: LLRP's CommunicationsStandard.
        hops: whether the reader must hop over all channels (else it may keep one).
        channels_khz: channel n (from 1) is entry n - 1; the order is the reader's hop table.
        hop_us: time on one channel.
        power_dbm_most: highest conducted power.
    """

    name: str
    country_code: int
    standard: int
    hops: bool
    channels_khz: tuple[int, ...]
    hop_us: int
    power_dbm_most: float

    def channel_at(self, times_us: ArrayLike) -> NDArray[np.uint16]:
        """The channel in use at each time, from 1."""
        hops = np.asarray(times_us, np.int64) // self.hop_us
        return (hops % len(self.channels_khz) + 1).astype(np.uint16)

    def wavelength_m(self, channel: ArrayLike) -> NDArray[np.float64]:
        """Wavelength on each channel (from 1)."""
        frequency_khz = np.asarray(self.channels_khz)[np.asarray(channel, np.int64) - 1]
        return LIGHT_M_PER_S / (frequency_khz * 1e3)


FCC = Band(
    name="United States, FCC part 15",
    country_code=840,
    standard=1,
    hops=True,
    channels_khz=tuple(902_750 + 500 * (17 * n % 50) for n in range(50)),
    hop_us=200_000,
    power_dbm_most=30.0,
)
"""50 channels of 500 kHz in a shuffled order: 17 and 50 share no factor."""
ETSI = Band(
    name="Europe, ETSI 302 208",
    country_code=276,
    standard=2,
    hops=False,
    channels_khz=(865_700, 866_300, 866_900, 867_500),
    hop_us=4_000_000,
    power_dbm_most=30.0,
)


@dataclass(frozen=True, slots=True)
class Link:
    """How one tag on one antenna sounds.

    Attributes:
        rssi_dbm_at_1_m: received power of a tag 1 m away with 30 dBm transmitted.
        exponent: path loss exponent of one way; 2 is free space.
        least_m: nearer than this the loss no longer falls (the near field).
        sensitivity_dbm: received power at which half of the tries succeed.
        softness_db: how far from there success goes to 73 % or falls to 27 %.
        fading_db: standard deviation of the fading between channels and places.
        noise_db: standard deviation between one read and the next.
        phase_noise_rad: likewise for the phase.
        doppler_noise_hz: likewise for the Doppler estimate (a recorded Impinj R420: 23 Hz median).
    """

    rssi_dbm_at_1_m: float = -42.0
    exponent: float = 2.0
    least_m: float = 0.2
    sensitivity_dbm: float = -72.0
    softness_db: float = 2.0
    fading_db: float = 2.5
    noise_db: float = 0.7
    phase_noise_rad: float = 0.1
    doppler_noise_hz: float = 20.0


USUAL_LINK = Link()


def rssi_dbm(
    distance_m: ArrayLike,
    link: Link = USUAL_LINK,
    *,
    power_dbm: ArrayLike = 30.0,
    gain_db: ArrayLike = 0.0,
) -> NDArray[np.float64]:
    """Mean received power of tags at these distances.

    Args:
        distance_m: from antenna to tag.
        link: the model's parameters.
        power_dbm: transmit power at the antenna port.
        gain_db: what the way there and back adds or, below 0, takes: antenna pattern, a body in
            the way, a tag on metal.
    """
    distance = np.maximum(np.asarray(distance_m, np.float64), link.least_m)
    loss = 20.0 * link.exponent * np.log10(distance)
    return np.asarray(
        link.rssi_dbm_at_1_m - loss + (np.asarray(power_dbm) - 30.0) + np.asarray(gain_db)
    )


def success(rssi: ArrayLike, link: Link = USUAL_LINK) -> NDArray[np.float64]:
    """The chance, 0 to 1, that one try to read a tag of this received power succeeds."""
    margin = (np.asarray(rssi, np.float64) - link.sensitivity_dbm) / link.softness_db
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(margin, -60.0, 60.0))))


def phase_rad(
    distance_m: ArrayLike, wavelength_m: ArrayLike, offset_rad: ArrayLike = 0.0
) -> NDArray[np.float64]:
    """Phase of the backscatter in [0, 2 pi): there and back is twice the distance."""
    turned = 2.0 * _TURN * np.asarray(distance_m) / np.asarray(wavelength_m)
    return np.asarray((turned + np.asarray(offset_rad)) % _TURN)


def doppler_hz(speed_m_per_s: ArrayLike, wavelength_m: ArrayLike) -> NDArray[np.float64]:
    """Doppler shift; positive speed comes nearer. 1 m/s at 915 MHz is 6 Hz."""
    return np.asarray(2.0 * np.asarray(speed_m_per_s) / np.asarray(wavelength_m))


def _mixed(*keys: ArrayLike) -> NDArray[np.uint64]:
    """One well-mixed 64-bit number for each combination of keys (splitmix64's finaliser)."""
    mixed = np.zeros((), np.uint64)
    with np.errstate(over="ignore"):
        for key in keys:
            mixed = mixed ^ np.asarray(key).astype(np.uint64)
            mixed = mixed + np.uint64(0x9E3779B97F4A7C15)
            mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            mixed = mixed ^ (mixed >> np.uint64(31))
    return np.asarray(mixed)


def settled_uniform(*keys: ArrayLike) -> NDArray[np.float64]:
    """Numbers in (0, 1) that the keys settle for ever: the same keys give the same number.

    Keys are whole numbers or arrays of them that broadcast together, the seed among them.
    """
    return ((_mixed(*keys) >> np.uint64(11)).astype(np.float64) + 0.5) * _HALF


def settled_normal(*keys: ArrayLike) -> NDArray[np.float64]:
    """Standard normal numbers that the keys settle for ever (Box and Muller's transform)."""
    radius = np.sqrt(-2.0 * np.log(settled_uniform(1, *keys)))
    return np.asarray(radius * np.cos(_TURN * settled_uniform(2, *keys)))


def channel_offset_rad(seed: int, antenna: ArrayLike, channel: ArrayLike) -> NDArray[np.float64]:
    """The cable's and front end's own phase, different on each antenna and channel."""
    return _TURN * settled_uniform(3, seed, antenna, channel)


@dataclass(slots=True)
class Metronome:
    """Turns a rate into whole numbers of reads a dwell without losing the fractions.

    Attributes:
        reads_per_s: what the whole reader reaches.
    """

    reads_per_s: float
    _owed: float = field(default=0.0, init=False)

    def reads_in(self, span_us: int) -> int:
        """How many reads fit the next span."""
        self._owed += self.reads_per_s * span_us / 1e6
        whole = int(self._owed)
        self._owed -= whole
        return whole
