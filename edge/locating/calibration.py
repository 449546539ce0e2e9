"""What was learnt about a floor's antennas, as a value that can be kept in a file."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from edge.locating.model import FloorColumns, HearingModel, OffsetModel
from edge.locating.settings import LocatingSettings
from edge.model.places import Floor


class CalibrationError(ValueError):
    """A calibration that cannot be used here; the operator has to calibrate (again)."""


def floor_hash(floor: Floor) -> str:
    """A fingerprint of places and antennas: a calibration holds only for its own floor."""
    places = [[str(place.id), str(place.kind)] for place in floor.locations.values()]
    antennas = [
        [str(one.reader), one.port, str(one.location), one.x_m, one.y_m, one.z_m]
        for one in floor.antennas
    ]
    text = json.dumps([sorted(places), sorted(antennas, key=str)], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Calibration:
    """Offsets of the antennas of one floor.

    Attributes:
        floor_hash: see `floor_hash`.
        offset_dbm: by "reader/port": the mean level that the antenna hears over all places.
    """

    floor_hash: str
    offset_dbm: Mapping[str, float]


def model_of(
    floor: Floor,
    columns: FloorColumns,
    settings: LocatingSettings,
    calibration: Calibration | None,
) -> HearingModel:
    """The model to locate with.

    Raises:
        CalibrationError: the calibration was made for another floor.
    """
    if calibration is None:
        return OffsetModel(columns, settings)
    if calibration.floor_hash != floor_hash(floor):
        raise CalibrationError(
            "this calibration was made for another floor: places or antennas have changed; "
            "run `calibrate` again with the present floor file"
        )
    known = list(calibration.offset_dbm.values())
    offsets = np.array(
        [
            calibration.offset_dbm.get(f"{one.reader}/{one.port}", float(np.mean(known)))
            for one in floor.antennas
        ]
    )
    return OffsetModel(columns, settings, offsets)
