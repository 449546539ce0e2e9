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

_READS_PER_S = {"zone": 2.0, "cart": 8.0, "station": 8.0, "portal": 8.0, "shelf": 8.0}
_LEVEL_DBM = {"zone": -58.0, "cart": -51.0, "station": -46.0, "portal": -50.0, "shelf": -46.0}
_STRAY_DBM = -73.0
_NOISE_DB = 1.5
_SHADE_DB = 3.0
_SILENCE = Sightings.none()


Rows = NDArray[np.int64]
"""Numbers of tags, in the order in which they came into the world."""
_NOWHERE = np.zeros(0, np.int64)


@dataclass(slots=True)
class Ether:
    """What all antennas of a day share.

    Attributes:
        missed_share: tags that are not heard where they lie.
        stray_per_s: reads a second, at each near-field antenna, of something beside it.
        lined: holders out of which no tag is heard.
        raw, key: of each tag its EPC's bytes, and a number for what its place settles.
    """

    world: World
    seed: int
    chance: np.random.Generator
    missed_share: float = 0.02
    stray_per_s: float = 0.02
    lined: set[str] = field(default_factory=set)
    raw: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 12), np.uint8))
    key: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    _changes: int = -1
    _by_place: dict[str, Rows] = field(default_factory=dict)
    _together: dict[tuple[str, ...], Rows] = field(default_factory=dict)

    def lying_in(self, *places: str) -> Rows:
        """All tags that are in these places, on carts or in somebody's hands there."""
        if self._changes != self.world.changes:
            self._changes = self.world.changes
            self._look()
        found = self._together.get(places)
        if found is None:
            each = [self._by_place.get(place, _NOWHERE) for place in places]
            found = self._together[places] = np.concatenate(each)
        return found

    def _look(self) -> None:
        """Who lies where; nothing ever leaves the world, so a tag's number stays."""
        pieces = self.world.pieces
        if len(pieces) > len(self.raw):
            fresh = bytes.fromhex("".join(list(pieces)[len(self.raw) :]))
            self.raw = np.concatenate([self.raw, np.frombuffer(fresh, np.uint8).reshape(-1, 12)])
            key = np.ascontiguousarray(self.raw[:, 4:]).view(">u8").reshape(-1)
            self.key = key.astype(np.uint64)
        by_holder: dict[str, list[int]] = defaultdict(list)
        for row, piece in enumerate(pieces.values()):
            by_holder[piece.holder].append(row)
        found: dict[str, list[int]] = defaultdict(list)
        for holder, rows in by_holder.items():
            if holder != GONE and holder not in self.lined:
                found[self.world.root(holder)] += rows
        self._by_place = {place: np.array(sorted(rows)) for place, rows in found.items()}
        self._together.clear()


@dataclass(slots=True)
class _Settled:
    """What an antenna's place settles for each tag, worked out once.

    Attributes:
        missed: whether the tag is not heard here.
        shade_db: how much louder it is than others, on the average.
    """

    missed: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    shade_db: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    def grow(self, ether: Ether, site: AntennaSite) -> None:
        """Take in the tags that are new."""
        fresh = ether.key[len(self.missed) :]
        if not len(fresh):
            return
        number = hash_of(site)
        missed = radio.settled_uniform(51, ether.seed, fresh, number) < ether.missed_share
        shade_db = _SHADE_DB * radio.settled_normal(52, ether.seed, fresh, number)
        self.missed = np.concatenate([self.missed, missed])
        self.shade_db = np.concatenate([self.shade_db, shade_db])


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
        self._settled = {port: _Settled() for port in self._sites}
        self._band = band

    @property
    def antennas(self) -> int:
        """How many antennas the reader has, with sockets that nothing is plugged into."""
        return max(self._sites)

    def inventory(self, dwell: Dwell) -> Sightings:
        """What the antenna hears in the dwell."""
        site = self._sites.get(dwell.antenna)
        if site is None:
            return _SILENCE
        lying = self._ether.lying_in(*(self._bins[site.port] or (site.location,)))
        strays = self._strays(site, dwell)
        tags = np.concatenate([lying, strays]) if len(strays) else lying
        return self._heard(site, tags, len(lying), dwell) if len(tags) else _SILENCE

    def slots(self) -> None:
        """Rounds are not played here."""

    def _strays(self, site: AntennaSite, dwell: Dwell) -> Rows:
        """Now and then something beside a near-field antenna is heard, faintly."""
        ether = self._ether
        if not site.near_field or ether.chance.random() >= ether.stray_per_s * dwell.span_us / 1e6:
            return _NOWHERE
        rack, out = (ether.lying_in(f"{site.location}/{spot}") for spot in ("rack", "out"))
        beside = rack if len(rack) else out
        if not len(beside):
            return _NOWHERE
        at = int(ether.chance.integers(len(beside)))
        return beside[at : at + 1]

    def _heard(self, site: AntennaSite, tags: Rows, lying: int, dwell: Dwell) -> Sightings:
        ether = self._ether
        settled = self._settled[site.port]
        settled.grow(ether, site)
        kind = self._kinds[site.location]
        counts = ether.chance.poisson(_READS_PER_S[kind] * dwell.span_us / 1e6, len(tags))
        counts[settled.missed[tags]] = 0
        counts[lying:] = 1
        rows = np.flatnonzero(counts)
        if not len(rows):
            return _SILENCE
        heard = tags[rows]
        level = np.where(rows < lying, _LEVEL_DBM[kind], _STRAY_DBM) + settled.shade_db[heard]
        return self._columns(ether.raw[heard], level, counts[rows], dwell)

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
