"""What was learnt about a floor's antennas, as a value that can be kept in a file."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from edge.locating.columns import FloorColumns
from edge.locating.model import HearingModel, OffsetModel
from edge.locating.points import Points
from edge.locating.settings import LocatingSettings
from edge.locating.survey import Survey
from edge.locating.surveyed import SurveyedModel
from edge.model.fault_sentences import fault
from edge.model.places import Floor

FORMAT = 3
"""Raised when an older product would misunderstand a file. 3 brought the survey's hidden layer."""
FORMATS_READ = frozenset({2, FORMAT})
TUNABLE = frozenset(
    {
        "stay_per_s",
        "move_at",
        "arrive_at",
        "sureness",
        "clip",
        "level_rate",
        "memory_rate",
        "change_db",
        "settling_s",
        "settling_share",
    }
)
"""Settings that a calibration may bring."""


class CalibrationError(ValueError):
    """A calibration that cannot be made or used; the operator has to calibrate (again)."""


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
class Quality:
    """How good a calibration proved on recordings that it was not learnt from.

    Attributes:
        seconds: seconds judged; one answer a second.
        accuracy: share of right answers; unknown counts as wrong.
        accuracy_uncalibrated: the same seconds without any calibration.
        strongest_antenna: the same seconds, place of the loudest antenna of the last second.
        majority: share of the commonest place: what a guess would reach.
        accuracy_by_block: of each held-out block of time.
        confusion: true place → answered place ("" for unknown) → seconds.
        calibration_error: mean distance of confidence from hit rate, ten bins.
    """

    seconds: int
    accuracy: float
    accuracy_uncalibrated: float
    strongest_antenna: float
    majority: float
    accuracy_by_block: tuple[float, ...]
    confusion: Mapping[str, Mapping[str, int]]
    calibration_error: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was learnt on one floor.

    Attributes:
        floor_hash: see `floor_hash`.
        offset_dbm: by "reader/port": the mean level that the antenna hears over all places.
        spread_db: by "reader/port": standard deviation of the level within a place.
        tuned: settings that suited the recordings better than the defaults.
        survey: what a walk taught; None where that was not better than the offsets alone.
        points: what was measured at points of the floor plan; None without such.
        quality: cross-validated; None where it was made by hand.
        warnings: what the operator should look at.
    """

    floor_hash: str
    offset_dbm: Mapping[str, float]
    spread_db: Mapping[str, float] = field(default_factory=dict)
    tuned: Mapping[str, float] = field(default_factory=dict)
    survey: Survey | None = None
    points: Points | None = None
    quality: Quality | None = None
    warnings: tuple[str, ...] = ()

    @property
    def level(self) -> str:
        """How much of the floor was learnt: "surveyed" or "gain-calibrated"."""
        return "gain-calibrated" if self.survey is None else "surveyed"

    def check(self, floor: Floor) -> None:
        """Raises `CalibrationError` where this is not the floor that it was made on."""
        if self.floor_hash != floor_hash(floor):
            raise CalibrationError(fault("other_floor"))

    def settings(self, base: LocatingSettings) -> LocatingSettings:
        """`base` with what was tuned."""
        tuned: dict[str, Any] = dict(self.tuned)
        return replace(base, **tuned)

    def offsets_of(self, floor: Floor) -> NDArray[np.float64]:
        """Offsets in the order of the floor's antennas; their mean for one that was not learnt."""
        usual = float(np.mean(list(self.offset_dbm.values())))
        names = [f"{one.reader}/{one.port}" for one in floor.antennas]
        return np.array([self.offset_dbm.get(name, usual) for name in names])

    def to_dict(self) -> dict[str, object]:
        """As a plain value for JSON."""
        quality = self.quality
        return {
            "format": FORMAT,
            "floor_hash": self.floor_hash,
            "offset_dbm": dict(self.offset_dbm),
            "spread_db": dict(self.spread_db),
            "tuned": dict(self.tuned),
            "survey": None if self.survey is None else self.survey.to_dict(),
            "points": None if self.points is None else self.points.to_dict(),
            "warnings": list(self.warnings),
            "quality": None
            if quality is None
            else {
                "seconds": quality.seconds,
                "accuracy": quality.accuracy,
                "accuracy_uncalibrated": quality.accuracy_uncalibrated,
                "strongest_antenna": quality.strongest_antenna,
                "majority": quality.majority,
                "accuracy_by_block": list(quality.accuracy_by_block),
                "confusion": {true: dict(told) for true, told in quality.confusion.items()},
                "calibration_error": quality.calibration_error,
            },
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Self:
        """The reverse of `to_dict`.

        Raises:
            CalibrationError: this is no calibration, or one of another format.
        """
        if value.get("format") not in FORMATS_READ:
            raise CalibrationError(fault("no_calibration"))
        try:
            quality = value["quality"]
            made = cls(
                floor_hash=str(value["floor_hash"]),
                offset_dbm=_numbers(value["offset_dbm"]),
                spread_db=_numbers(value["spread_db"]),
                tuned=_tuned(value),
                survey=None if value["survey"] is None else Survey.from_dict(value["survey"]),
                points=None if value["points"] is None else Points.from_dict(value["points"]),
                quality=None
                if quality is None
                else Quality(
                    **{**quality, "accuracy_by_block": tuple(quality["accuracy_by_block"])}
                ),
                warnings=tuple(map(str, value["warnings"])),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CalibrationError(fault("calibration_damaged", error=error)) from error
        if set(made.tuned) - TUNABLE:
            raise CalibrationError(fault("calibration_tunes"))
        return made


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
    calibration.check(floor)
    offsets = calibration.offsets_of(floor)
    if calibration.survey is None:
        return OffsetModel(columns, settings, offsets)
    return SurveyedModel(columns, settings, offsets, calibration.survey)


def _tuned(value: Mapping[str, Any]) -> dict[str, float]:
    """What was tuned; older files have the sureness beside it."""
    tuned = _numbers(value["tuned"])
    if "sureness" in value:
        tuned.setdefault("sureness", max(0.1, float(value["sureness"])))
    return tuned


def _numbers(value: Mapping[str, Any]) -> dict[str, float]:
    numbers = {str(name): float(number) for name, number in value.items()}
    if not all(math.isfinite(number) for number in numbers.values()):
        raise ValueError("a number is not finite")
    return numbers
