"""The floor as columns, and what its antennas hear while nobody has calibrated them.

Without a calibration an antenna is taken to hear its own place loudest, and all antennas to be
equally sensitive. Tags are not: each has a usual level, which is learnt while it rests. An antenna
that hears the tag as loudly as usual claims it, one that hears it more quietly gives it away; an
antenna that has heard nothing lately claims nothing. The share of the tag's reads counts a little
beside. A near-field antenna claims by the level alone: what lies on it is loud, and what is loud
there lies on it, however well the room hears it, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edge.locating.epcs import Rows
from edge.locating.settings import LocatingSettings
from edge.locating.slots import NO_ANTENNA, SLOTS, Floats, Ports
from edge.locating.tags import NO_PLACE, News
from edge.model.ids import DeviceName, LocationId
from edge.model.places import Floor, LocationKind

NEAR_KINDS = frozenset({LocationKind.CART, LocationKind.STATION, LocationKind.PORTAL})
"""Kinds whose antennas look at arm's length; somebody waits for what they hear."""
REFERENCE_DBM = -60.0
"""Level of a tag at its own antenna's place while nothing better is known."""


class FloorColumns:
    """Places and antennas by number.

    Attributes:
        places: ids of all locations, by place number.
        place_number: the reverse.
        readers: names of all readers that have antennas.
        place_of: uint16 by antenna number, with one more entry, `NO_PLACE`, for no antenna.
        reader_of: by antenna number, index into `readers`.
        near: by antenna number, with one more entry, whether it is a near-field antenna.
        near_place: by place number, whether near-field antennas cover it.
        shared: whether some place has more than one antenna.
    """

    def __init__(self, floor: Floor) -> None:
        named = dict.fromkeys(floor.locations)
        named.update(dict.fromkeys(antenna.location for antenna in floor.antennas))
        self.places: Sequence[LocationId] = tuple(named)
        self.place_number = {place: number for number, place in enumerate(self.places)}
        self.antennas = floor.antennas
        self.readers: Sequence[DeviceName] = tuple(
            dict.fromkeys(antenna.reader for antenna in floor.antennas)
        )
        numbers = [self.place_number[antenna.location] for antenna in floor.antennas]
        self.place_of = np.array([*numbers, NO_PLACE], np.uint16)
        self.reader_of = np.array(
            [self.readers.index(antenna.reader) for antenna in floor.antennas], np.int64
        )
        kinds = [floor.kind_of(antenna.location) in NEAR_KINDS for antenna in floor.antennas]
        self.near = np.array([*kinds, False], np.bool_)
        self.near_place = np.zeros(len(self.places), np.bool_)
        self.near_place[self.place_of[:-1][self.near[:-1]]] = True
        self.shared = len(set(numbers)) < len(numbers)
        self._by_port = {reader: self._ports_of(reader) for reader in self.readers}

    def _ports_of(self, reader: DeviceName) -> Ports:
        own = {a.port: n for n, a in enumerate(self.antennas) if a.reader == reader}
        table = np.full(max(own) + 2, NO_ANTENNA, np.uint16)
        for port, number in own.items():
            table[port] = number
        return table

    def antennas_of(self, reader: str, ports: NDArray[np.uint16]) -> Ports:
        """Antenna numbers of a reader's ports; `NO_ANTENNA` for one not on the floor."""
        table = self._by_port.get(DeviceName(reader))
        if table is None:
            return np.full(len(ports), NO_ANTENNA, np.uint16)
        numbers: Ports = table.take(ports, mode="clip")
        return numbers


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What the present evidence of m tags says.

    Attributes:
        log_likelihood: shape (5, m), nats, up to a constant for each tag: one for each slot, then
            "elsewhere".
        level_db: shape (4, m), mean level of each slot above its antenna's offset.
        trust: shape (4, m), 0 to 1, how far these means are backed by late reads.
        usual_db: shape (m,), the usual level that was assumed.
        near: shape (4, m), slots of near-field antennas; None where the floor has none.
    """

    log_likelihood: Floats
    level_db: Floats
    trust: Floats
    usual_db: Floats
    near: NDArray[np.bool_] | None

    def usual_after(self, at: Rows, new_share: Floats) -> Floats:
        """The usual level, drawn towards what the most probable place hears now.

        Near-field antennas have levels of their own and teach nothing about the room's.

        Args:
            at: flat index of each tag's most probable slot.
            new_share: how far each level may be drawn.
        """
        rate = new_share * self.trust.reshape(-1)[at]
        if self.near is not None:
            rate *= ~self.near.reshape(-1)[at]
        rate *= self.level_db.reshape(-1)[at] - self.usual_db
        usual: Floats = self.usual_db + rate
        return usual


class HearingModel(Protocol):
    """How likely a tag is at the place of each of its slots, given what the slots heard."""

    def look(self, news: News, usual_db: Floats, alive: NDArray[np.bool_]) -> Look:
        """What the present evidence of each tag says.

        Args:
            news: tags with their slots; empty slots may have any value.
            usual_db: usual level of each tag at its place, NaN where not known.
            alive: by antenna number, with one more entry: silence of a dead antenna says nothing.
        """
        ...

    def follow(self, news: News, look: Look, new_share: Floats) -> None:
        """Learn from the same tags, now that their slots hold the belief after the look.

        Args:
            news: as in `look`.
            look: what it said.
            new_share: 0 to 1, how much of each tag's evidence is new.
        """
        ...


class OffsetModel:
    """Level above the antenna's own offset against the tag's usual one, and share of reads.

    Args:
        columns: the floor.
        settings: weights.
        offset_dbm: by antenna, the mean level that it hears; None where nothing was learnt.
    """

    def __init__(
        self,
        columns: FloorColumns,
        settings: LocatingSettings,
        offset_dbm: NDArray[np.float64] | None = None,
    ) -> None:
        offsets = np.full(len(columns.antennas), REFERENCE_DBM)
        if offset_dbm is not None:
            offsets = np.where(columns.near[:-1], offsets, offset_dbm)
        near_db = settings.near_dbm - REFERENCE_DBM
        self._offset = np.append(offsets, REFERENCE_DBM).astype(np.float32)
        self._near = columns.near
        self._any_near = bool(columns.near.any())
        self._near_db = np.float32(near_db)
        self._settings = settings
        self._per_db = np.float32(1.0 / settings.softness_db)
        self._elsewhere = np.float32(
            (settings.contrast_db - settings.unknown_db) / settings.softness_db
        )

    def look(self, news: News, usual_db: Floats, alive: NDArray[np.bool_]) -> Look:
        """As `HearingModel` says."""
        settings, slots = self._settings, news.slots
        antenna = slots.antenna
        level = slots.level_sum / slots.weight
        level -= self._offset.take(antenna, mode="clip")
        heard = np.where(news.fresh, level, np.float32(-100.0)).max(axis=0)
        np.maximum(heard, np.float32(-20.0), out=heard)
        usual = np.where(np.isnan(usual_db), heard, usual_db)
        claim = level - (usual - np.float32(settings.contrast_db))
        np.clip(
            claim * self._per_db,
            np.float32(settings.claim_min),
            np.float32(settings.claim_max),
            out=claim,
        )
        near = None
        if self._any_near:
            near = self._near.take(antenna, mode="clip")
            closeness = np.maximum((level - self._near_db) * self._per_db, settings.claim_min)
            np.copyto(claim, np.minimum(closeness, settings.near_claim_max), where=near)
        dead = None if alive.all() else ~alive.take(antenna, mode="clip")
        trust = _trust(slots.weight, dead)
        claim *= trust
        room = slots.weight.sum(axis=0) if near is None else (slots.weight * ~near).sum(axis=0)
        silence = np.clip((room - np.float32(1.0)) * np.float32(0.25), 0.0, 1.0)
        claim += (np.float32(1.0) - trust) * silence * np.float32(settings.silence_claim)
        share = slots.weight + np.float32(1.0)
        share /= share.sum(axis=0)
        if dead is not None:
            share[dead] = 1.0
        np.log(share, out=share)
        share *= np.float32(settings.share_weight)
        likelihood = np.empty((SLOTS + 1, level.shape[1]), np.float32)
        np.add(claim, share, out=likelihood[:SLOTS])
        likelihood[SLOTS] = self._elsewhere
        return Look(likelihood, level, trust, usual, near)

    def follow(self, news: News, look: Look, new_share: Floats) -> None:
        """Nothing: offsets stay as they were calibrated."""


def _trust(weight: Floats, dead: NDArray[np.bool_] | None) -> Floats:
    """How far each slot's mean may be trusted: in full from one read of weight on.

    A dead antenna keeps its last word: what it heard may be so still.
    """
    trust = np.minimum(weight / (weight + np.float32(1.0)) * np.float32(2.0), np.float32(1.0))
    if dead is not None:
        trust[dead] = 1.0
    return trust
