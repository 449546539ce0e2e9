"""What a reader's antennas hear on a simulated day: cheap, seeded, and no better than life.

As `simulators.world_air`, but worked out per antenna from what lies in its place, so that a day of
hours is heard in a second. A ceiling antenna hears its zone and, faintly, a little of the next; a
near-field antenna hears what lies on it. Of every hundred tags so many are missed as long as they
stay where they are: turned away, shaded, or dead.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simulators import radio
from simulators.air import Dwell, Sightings
from simulators.hall import AntennaSite
from simulators.things import GONE
from simulators.world import World

_READS_PER_S = {"zone": 2.0, "cart": 8.0, "station": 8.0, "portal": 8.0}
_LEVEL_DBM = {"zone": -58.0, "cart": -51.0, "station": -46.0, "portal": -50.0}
_STRAY_DBM = -73.0
_NOISE_DB = 1.5
_SHADE_DB = 3.0


@dataclass(slots=True)
class Ether:
    """What all antennas of a day share.

    Attributes:
        missed_share: tags that are not heard where they lie.
        stray_per_s: reads a second, at each near-field antenna, of something beside it.
    """

    world: World
    seed: int
    chance: np.random.Generator
    missed_share: float = 0.02
    stray_per_s: float = 0.02
    _changes: int = -1
    _by_place: dict[str, list[str]] = field(default_factory=dict)

    def lying_in(self, place: str) -> list[str]:
        """EPCs of all pieces that are in a place, on a cart or in somebody's hands there."""
        if self._changes != self.world.changes:
            self._changes = self.world.changes
            found: dict[str, list[str]] = defaultdict(list)
            for piece in self.world.pieces.values():
                if piece.holder != GONE:
                    found[self.world.root(piece.holder)].append(piece.epc)
            self._by_place = found
        return self._by_place.get(place, [])


class DayAir:
    """The air around one reader's antennas.

    Args:
        ether: shared by all readers.
        reader: its name in the hall's plan.
        band: channels to hop on.
    """

    def __init__(self, ether: Ether, reader: str, band: radio.Band) -> None:
        self._ether = ether
        hall = ether.world.hall
        self._kinds = {place.id: place.kind for place in hall.places.values()}
        self._sites = {site.port: site for site in hall.antennas if site.reader == reader}
        self._bins = {
            site.port: tuple(p.id for p in hall.places.values() if p.parent == site.location)
            for site in self._sites.values()
        }
        self._band = band

    @property
    def antennas(self) -> int:
        """How many antennas the reader has."""
        return len(self._sites)

    def inventory(self, dwell: Dwell) -> Sightings:
        """What the antenna hears in the dwell."""
        site = self._sites.get(dwell.antenna)
        if site is None:
            return Sightings.none()
        lying = self._lying(site)
        strays = self._strays(site, dwell)
        if not lying and not strays:
            return Sightings.none()
        return self._heard(site, [*lying, *strays], len(lying), dwell)

    def slots(self) -> None:
        """Rounds are not played here."""

    def _lying(self, site: AntennaSite) -> list[str]:
        places = self._bins[site.port] or (site.location,)
        return [epc for place in places for epc in self._ether.lying_in(place)]

    def _strays(self, site: AntennaSite, dwell: Dwell) -> list[str]:
        """Now and then something beside a near-field antenna is heard, faintly."""
        ether = self._ether
        if not site.near_field or ether.chance.random() >= ether.stray_per_s * dwell.span_us / 1e6:
            return []
        beside = ether.lying_in(f"{site.location}/rack") or ether.lying_in(f"{site.location}/out")
        return [beside[int(ether.chance.integers(len(beside)))]] if beside else []

    def _heard(self, site: AntennaSite, epcs: list[str], lying: int, dwell: Dwell) -> Sightings:
        chance, seed = self._ether.chance, self._ether.seed
        raw = np.frombuffer(bytes.fromhex("".join(epcs)), np.uint8).reshape(len(epcs), 12)
        key = np.ascontiguousarray(raw[:, 4:]).view(">u8").reshape(-1).astype(np.uint64)
        kind = self._kinds[site.location]
        counts = chance.poisson(_READS_PER_S[kind] * dwell.span_us / 1e6, len(epcs))
        missed = radio.settled_uniform(51, seed, key, hash_of(site)) < self._ether.missed_share
        counts[missed] = 0
        counts[lying:] = 1
        rows = np.flatnonzero(counts)
        if not len(rows):
            return Sightings.none()
        key, raw, counts = key[rows], raw[rows], counts[rows]
        level = np.where(rows < lying, _LEVEL_DBM[kind], _STRAY_DBM)
        level = level + _SHADE_DB * radio.settled_normal(52, seed, key, hash_of(site))
        return self._columns(raw, level, counts, dwell)

    def _columns(
        self,
        raw: NDArray[np.uint8],
        level: NDArray[np.float64],
        counts: NDArray[np.int64],
        dwell: Dwell,
    ) -> Sightings:
        chance, n = self._ether.chance, len(raw)
        seen = dwell.from_us + np.sort(chance.integers(0, max(dwell.span_us, 1), n))
        return Sightings(
            epc=raw,
            epc_bits=np.full(n, 96, np.uint16),
            rssi_dbm=(level + _NOISE_DB * chance.normal(size=n)).astype(np.float32),
            phase_rad=(chance.random(n) * 2 * np.pi).astype(np.float32),
            channel=self._band.channel_at(seen),
            doppler_hz=np.zeros(n, np.float32),
            seen_us=seen,
            count=counts.astype(np.uint16),
        )


def hash_of(site: AntennaSite) -> int:
    """A number for an antenna, the same in every process."""
    return int.from_bytes(f"{site.reader}/{site.port}".encode()[-8:])
