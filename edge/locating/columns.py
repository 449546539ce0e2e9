"""The floor as columns: places, readers and antennas by their numbers."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from edge.locating.slots import NO_ANTENNA, Ports
from edge.locating.tags import NO_PLACE
from edge.model.ids import DeviceName, LocationId
from edge.model.places import Floor, LocationKind

NEAR_KINDS = frozenset(
    {
        LocationKind.CART,
        LocationKind.STATION,
        LocationKind.WALL,
        LocationKind.SLOT,
        LocationKind.PORTAL,
    }
)
"""Kinds whose antennas look at arm's length; somebody waits for what they hear."""


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
        antenna_at: uint16, shape (readers + 1, ports): antenna numbers; `NO_ANTENNA` for none, and
            so are the last reader and the last port.
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
        ports = 2 + max((antenna.port for antenna in floor.antennas), default=0)
        self.antenna_at = np.full((len(self.readers) + 1, ports), NO_ANTENNA, np.uint16)
        self._row_of = {str(reader): row for row, reader in enumerate(self.readers)}
        for number, antenna in enumerate(floor.antennas):
            self.antenna_at[self._row_of[antenna.reader], antenna.port] = number

    def rows_of(self, readers: Iterable[str]) -> list[int]:
        """The readers' numbers for `antennas_at`; one above all for one not on the floor."""
        stranger = len(self.readers)
        return [self._row_of.get(reader, stranger) for reader in readers]

    def antennas_at(self, readers: NDArray[np.int64], ports: NDArray[np.uint16]) -> Ports:
        """Antenna numbers of ports, each of the reader with that number (`rows_of`)."""
        last = self.antenna_at.shape[1] - 1  # no table names a port so high: it is that for none
        at = readers * self.antenna_at.shape[1] + np.minimum(ports, last)
        numbers: Ports = self.antenna_at.reshape(-1).take(at)
        return numbers

    def antennas_of(self, reader: str, ports: NDArray[np.uint16]) -> Ports:
        """Antenna numbers of a reader's ports; `NO_ANTENNA` for one not on the floor."""
        return self.antennas_at(np.repeat(self.rows_of([reader]), len(ports)), ports)
