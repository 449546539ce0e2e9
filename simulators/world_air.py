"""What a reader's antennas hear of the simulated warehouse.

Ceiling antennas look straight down and hear their zone, fainter towards its rim, and a little of
what rolls by or lies in the next zone. Antennas of carts and pack tables are made for what lies on
them: that is loud, a rack beside them is at the edge of hearing. One reader can only make so many
reads a second, so the more tags answer, the seldomer each is read. One tag in a hundred is dead.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulators import radio
from simulators.air import Dwell, Sightings
from simulators.hall import AntennaSite
from simulators.things import GONE
from simulators.world import World

CEILING_LINK = radio.Link(rssi_dbm_at_1_m=-32.0, sensitivity_dbm=-76.0, fading_db=2.0)
CART_LINK = radio.Link(rssi_dbm_at_1_m=-72.0, sensitivity_dbm=-76.0, fading_db=1.5, least_m=0.3)
"""A cart's antenna works with little power: -51 dBm for what lies on it."""
TABLE_LINK = radio.Link(rssi_dbm_at_1_m=-67.0, sensitivity_dbm=-76.0, fading_db=1.5, least_m=0.3)
PORTAL_LINK = radio.Link(rssi_dbm_at_1_m=-35.0, sensitivity_dbm=-62.0, fading_db=2.0)
"""A portal is turned down until the shelves beside it are quiet."""
_LINKS = {"cart": CART_LINK, "station": TABLE_LINK, "portal": PORTAL_LINK}
"""By the kind of place that an antenna was put up for."""
_TAG_HEIGHT_M = 1.0
_BESIDE_DB = -14.0
"""What a near-field antenna loses on whatever does not lie on it: its field closes there."""
_SHADE_DB = 2.0
"""Standard deviation of what a piece's neighbours in its place take away or add."""
_READS_PER_S_MOST = 500.0
"""Of one antenna at a time: what real readers reach in a dense mode."""
_READS_PER_S_OF_ONE = 25.0
"""A lone tag is not read more often: rounds have their length."""
_MISS = 0.05
"""Tries that fail whatever the power: collisions, a hand in the way."""
_DEAD_SHARE = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class _Crowd:
    """All tags that are not gone, and the places that they are in; valid while nothing moves."""

    changes: int
    epc: NDArray[np.uint8]
    key: NDArray[np.uint64]
    place: NDArray[np.int64]
    places: tuple[str, ...]
    xy_m: NDArray[np.float64]


class WorldAir:
    """The air around one reader's antennas in the world.

    Args:
        world: the truth.
        reader: the reader's name in the hall's plan.
        seed: settles fading, shading and noise.
        band: channels to hop on.
    """

    def __init__(
        self, world: World, reader: str, seed: int, band: radio.Band = radio.ETSI
    ) -> None:
        self._world = world
        self._sites = {site.port: site for site in world.hall.antennas if site.reader == reader}
        self._seed = seed
        self._band = band
        self._chance = np.random.default_rng([seed, *reader.encode()])
        self._crowd = _crowd(world)

    @property
    def antennas(self) -> int:
        """How many antennas the reader has."""
        return len(self._sites)

    def inventory(self, dwell: Dwell) -> Sightings:
        """What the antenna hears in the dwell; see `Air`."""
        site = self._sites.get(dwell.antenna)
        if self._crowd.changes != self._world.changes:
            self._crowd = _crowd(self._world)
        if site is None or not len(self._crowd.key):
            return Sightings.none()
        distance, mean = self._levels(site, dwell.power_dbm)
        link = self._link(site)
        alive = radio.settled_uniform(41, self._seed, self._crowd.key) >= _DEAD_SHARE
        weights = radio.success(mean, link) * (1.0 - _MISS) * alive
        total = float(weights.sum())
        per_s = min(_READS_PER_S_MOST, total * _READS_PER_S_OF_ONE)
        reads = int(self._chance.poisson(per_s * dwell.span_us / 1e6))
        if reads == 0:
            return Sightings.none()
        row = self._chance.choice(len(weights), size=reads, p=weights / total)
        seen = dwell.from_us + np.sort(self._chance.integers(0, max(dwell.span_us, 1), reads))
        return self._sightings(site, link, row, seen, (distance, mean))

    def slots(self) -> None:
        """Rounds are not played here; see `Air`."""
        return

    def _link(self, site: AntennaSite) -> radio.Link:
        return _LINKS.get(self._world.hall.places[site.location].kind, CEILING_LINK)

    def _levels(
        self, site: AntennaSite, power_dbm: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Distance in metres and mean power in dBm of every tag at this antenna."""
        crowd = self._crowd
        centre = self._world.position(site.location) if site.near_field else None
        x_m, y_m = centre or (site.x_m, site.y_m)
        flat = np.hypot(crowd.xy_m[:, 0] - x_m, crowd.xy_m[:, 1] - y_m)
        if site.near_field:
            on_it = np.array([name == site.location for name in crowd.places])
            distance = np.where(on_it, 0.3, np.maximum(flat, 0.6))
            gain = np.where(on_it, 0.0, _BESIDE_DB)
        else:
            distance = np.hypot(flat, site.z_m - _TAG_HEIGHT_M)
            gain = 30.0 * np.log10((site.z_m - _TAG_HEIGHT_M) / distance)
        link = self._link(site)
        of_place = radio.rssi_dbm(distance, link, power_dbm=power_dbm, gain_db=gain)
        shade = _SHADE_DB * radio.settled_normal(42, self._seed, crowd.key, crowd.place, site.port)
        return distance[crowd.place], of_place[crowd.place] + shade

    def _sightings(
        self,
        site: AntennaSite,
        link: radio.Link,
        row: NDArray[np.int64],
        seen_us: NDArray[np.int64],
        levels: tuple[NDArray[np.float64], NDArray[np.float64]],
    ) -> Sightings:
        crowd, (distance, mean) = self._crowd, levels
        channel = self._band.channel_at(seen_us)
        fading = link.fading_db * radio.settled_normal(
            43, self._seed, crowd.key[row], crowd.place[row], site.port, channel
        )
        noise = self._chance.normal(size=(3, len(row)))
        phase = radio.phase_rad(
            distance[row],
            self._band.wavelength_m(channel),
            radio.channel_offset_rad(self._seed, site.port, channel)
            + radio.settled_uniform(44, self._seed, crowd.key[row], crowd.place[row]) * 2 * np.pi
            + link.phase_noise_rad * noise[0],
        )
        return Sightings(
            epc=crowd.epc[row],
            epc_bits=np.full(len(row), 96, np.uint16),
            rssi_dbm=(mean[row] + fading + link.noise_db * noise[1]).astype(np.float32),
            phase_rad=phase.astype(np.float32),
            channel=channel,
            doppler_hz=(link.doppler_noise_hz * noise[2]).astype(np.float32),
            seen_us=seen_us,
            count=np.ones(len(row), np.uint16),
        )


def _crowd(world: World) -> _Crowd:
    """Columns of all pieces that are still here."""
    here = [(p.epc, world.root(p.holder)) for p in world.pieces.values() if p.holder != GONE]
    places = tuple(dict.fromkeys(root for _, root in here))
    index = {name: i for i, name in enumerate(places)}
    raw = b"".join(bytes.fromhex(epc) for epc, _ in here)
    epc = np.frombuffer(raw, np.uint8).reshape(len(here), 12)
    return _Crowd(
        changes=world.changes,
        epc=epc,
        key=_keys(epc),
        place=np.array([index[root] for _, root in here], np.int64),
        places=places,
        xy_m=np.array([world.position(name) or (0.0, 0.0) for name in places]).reshape(-1, 2),
    )


def _keys(epc: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """A number for each tag: item reference and serial, the last eight bytes of an SGTIN-96."""
    return np.ascontiguousarray(epc[:, 4:]).view(">u8").reshape(-1).astype(np.uint64)
