"""The floor as columns, and what its antennas hear while nobody has calibrated them.

Without a calibration an antenna is taken to hear its own place loudest, and all antennas to be
equally sensitive. How likely a tag is at an antenna's place then grows with the level that the
antenna hears, against what the others hear, and with its share of the tag's reads: an antenna
that falls silent while others go on hearing loses its claim step by step.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edge.locating.settings import LocatingSettings
from edge.locating.tags import NO_ANTENNA, NO_PLACE, Floats, News, Ports
from edge.model.ids import DeviceName, LocationId
from edge.model.places import Floor, LocationKind

NEAR_KINDS = frozenset({LocationKind.CART, LocationKind.STATION, LocationKind.PORTAL})
"""Kinds whose antennas look at arm's length; somebody waits for what they hear."""
REFERENCE_DBM = -60.0
"""Level of a tag at its own antenna's place while nothing better is known."""
SHARE_LEAST = 0.02
"""A share of reads below this counts as this: about four windows of silence."""


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


class HearingModel(Protocol):
    """How likely a tag is at the place of each of its slots, given what the slots heard."""

    def log_likelihood(self, news: News, alive: NDArray[np.bool_]) -> Floats:
        """Shape (5, m), nats, up to a constant for each tag: one for each slot, then "elsewhere".

        Args:
            news: tags with their slots; empty slots may have any value.
            alive: by antenna number, with one more entry: silence of a dead antenna says nothing.
        """
        ...


class OffsetModel:
    """Level above the antenna's own offset, and share of reads.

    Args:
        columns: the floor.
        settings: weights.
        offset_dbm: by antenna, the mean level that it hears from everywhere; None where not known.
    """

    def __init__(
        self,
        columns: FloorColumns,
        settings: LocatingSettings,
        offset_dbm: NDArray[np.float64] | None = None,
    ) -> None:
        plain = np.full(len(columns.antennas), REFERENCE_DBM)
        offsets = plain if offset_dbm is None else offset_dbm
        bonus = np.where(columns.near[:-1], settings.near_bonus_db, 0.0)
        self._offset = np.append(offsets - bonus, REFERENCE_DBM).astype(np.float32)
        self._per_db = np.float32(1.0 / settings.softness_db)
        self._share_weight = np.float32(settings.share_weight)
        self._elsewhere = np.float32((settings.unknown_dbm - REFERENCE_DBM) / settings.softness_db)

    def log_likelihood(self, news: News, alive: NDArray[np.bool_]) -> Floats:
        """Shape (5, m), as `HearingModel` says."""
        slots = news.slots
        antenna = np.minimum(slots.antenna, len(self._offset) - 1)
        weight = np.maximum(slots.weight, np.float32(1e-30))
        level = slots.level_sum / weight
        level -= self._offset.take(antenna)
        level *= self._per_db
        share = weight / weight.sum(axis=0)
        np.maximum(share, np.float32(SHARE_LEAST), out=share)
        if not alive.all():
            share[~alive.take(antenna)] = 1.0
        np.log(share, out=share)
        share *= self._share_weight
        result = np.empty((level.shape[0] + 1, level.shape[1]), np.float32)
        np.add(level, share, out=result[:-1])
        result[-1] = self._elsewhere
        return result
