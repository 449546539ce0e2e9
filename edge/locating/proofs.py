"""What a person's scan proves of where a tag is: a labelled sample that no radio can give.

A piece that is picked lay at its place until now, so what antennas usually hear of it teaches how
they hear; one that is put away lies there now, so it is believed there.
"""

from dataclasses import dataclass

import numpy as np

from edge.locating.columns import FloorColumns
from edge.locating.slots import Slots
from edge.locating.surveyed import SurveyedModel
from edge.locating.tags import TagTable
from edge.locating.walking import Walking
from edge.model.ids import Epc, LocationId
from edge.model.places import Floor

_PROVED = 0.97
"""Belief in a place where a scan has proved an item: a label may be scanned at another's place."""
_READS_TELLING = 60
"""Reads before what is usual of a tag teaches anything about antennas."""


@dataclass(frozen=True, slots=True)
class Proof:
    """An item and its place.

    Attributes:
        epc: its tag.
        location: where it was scanned.
        lies_there_now: else it lay there until now, and somebody has it in hand.
    """

    epc: Epc
    location: LocationId
    lies_there_now: bool


class Proofs:
    """Takes proofs in.

    Args:
        floor: places and what they are part of; columns: the same by number.
        table: all tags.
        walking: told of tags that got somewhere.
    """

    def __init__(
        self, floor: Floor, columns: FloorColumns, table: TagTable, walking: Walking
    ) -> None:
        self._floor = floor
        self._columns = columns
        self._table = table
        self._walking = walking
        self._heard = frozenset(antenna.location for antenna in floor.antennas)

    def take(self, proof: Proof, row: int, surveyed: SurveyedModel | None) -> None:
        """Learn from one.

        Args:
            proof: of a tag that is followed.
            row: the tag's.
            surveyed: the model that learns, where the floor has one.
        """
        place = self._heard_place(proof.location)
        if place is None:
            return
        slots = self._table.slots_of(np.array([row]))
        if surveyed is not None and self._table.reads[row] >= _READS_TELLING:
            surveyed.prove(slots, place)
        if proof.lies_there_now:
            self._believe(row, slots, self._columns.place_number[place])

    def _believe(self, row: int, slots: Slots, place: int) -> None:
        """Set the belief of a tag to a place, if an antenna of that place hears it."""
        there = self._columns.place_of.take(slots.antenna[:, 0], mode="clip") == place
        if not there.any():
            return
        first = int(there.argmax())
        slots.belief[:, 0] *= 1.0 - _PROVED
        slots.belief[first, 0] = _PROVED
        if np.isfinite(slots.usual[first, 0]):
            self._table.level_db[row] = slots.usual[first, 0]
        self._table.put(np.array([row]), slots)
        self._walking.release(row)

    def _heard_place(self, location: LocationId) -> LocationId | None:
        """The place, or the nearest around it, that antennas cover; None if none does."""
        at: LocationId | None = location
        for _ in range(len(self._floor.locations)):
            if at is None or at in self._heard:
                return at
            around = self._floor.locations.get(at)
            at = around.parent if around is not None else None
        return None
