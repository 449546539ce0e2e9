"""How a floor is located on: a model, a filter and the settings of both, chosen together.

A calibrated floor has one way, the one that proved best on it. One that nobody has calibrated has
two, for tags that lie still and for tags that are carried about, and follows its tags.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.locating import kernel
from edge.locating.calibration import Calibration, model_of
from edge.locating.columns import FloorColumns
from edge.locating.compiled_look import CompiledLook
from edge.locating.coverage import Coverage
from edge.locating.filter import PlaceFilter
from edge.locating.honesty import seldom_read
from edge.locating.looking import Looking
from edge.locating.model import REFERENCE_DBM, HearingModel, OffsetModel
from edge.locating.restlessness import Restlessness, Unrest
from edge.locating.settings import WALKED, LocatingSettings
from edge.locating.slots import NO_ANTENNA, Floats, Ports, Slots
from edge.locating.surveyed import SurveyedModel
from edge.locating.surveying import layout_survey
from edge.model.places import Floor

_LISTENING_LEAST = np.float32(0.25)
"""Fewer listening antennas of a tag than this share make nobody any less sure."""


class Ways:
    """Chooses.

    Args:
        floor: places and antennas; columns: the same by number.
        settings: with what the calibration tuned.
        calibration: None where nobody has calibrated.

    Attributes:
        model, filter, settings: of the present way.
        looking: looks at tags in the present way; compiled where that can be.
        surveyed: the model of a surveyed floor, which learns from proofs; None on any other.

    Raises:
        CalibrationError: the calibration was made for another floor.
    """

    def __init__(
        self,
        floor: Floor,
        columns: FloorColumns,
        settings: LocatingSettings,
        calibration: Calibration | None,
    ) -> None:
        model = model_of(floor, columns, settings, calibration)
        self._restful = _way(columns, settings, model)
        self._walked = self._restful
        self._restlessness = None
        if calibration is None and floor.antennas:
            tuned: dict[str, Any] = dict(WALKED)
            walked = replace(settings, **tuned)
            offsets = np.full(len(floor.antennas), REFERENCE_DBM)
            survey = layout_survey(floor, settings.window_s)
            self._walked = _way(columns, walked, SurveyedModel(columns, walked, offsets, survey))
            self._restlessness = Restlessness()
        self.surveyed = model if isinstance(model, SurveyedModel) else None
        self._take(self._restful)

    def choose(self, unrest: Unrest) -> None:
        """Take the way that suits the tags, of which some were just read."""
        if self._restlessness is not None and self._restlessness.look(unrest):
            self._take(self._walked if self._restlessness.carried else self._restful)

    def admit(self, slots: Slots, coverage: Coverage) -> None:
        """Make surveyed places that nobody hears at present candidates of tags that were read."""
        if self.surveyed is not None:
            self.surveyed.admit(slots, coverage.listening)

    def sureness(self, antenna: Ports, gap_s: Floats, coverage: Coverage) -> Floats:
        """By tag, the power that makes beliefs honest.

        It is less where antennas near the tag are deaf, and for a carried tag that is read seldom.

        Args:
            antenna: shape (4, m), of each slot.
            gap_s: shape (m,), mean gap between its reads.
            coverage: who listens.
        """
        sureness = np.full(antenna.shape[1], self.settings.sureness, np.float32)
        if self.settings.settling_s > 0.0:
            sureness *= seldom_read(gap_s)
        if self.surveyed is None or coverage.listening[:-1].all():
            return sureness
        own = antenna != NO_ANTENNA
        heard = own & coverage.listening.take(antenna, mode="clip")
        share = heard.sum(axis=0, dtype=np.float32) / np.maximum(own.sum(axis=0), 1)
        sureness *= np.maximum(share, _LISTENING_LEAST)
        return sureness

    @property
    def even_sureness(self) -> float | None:
        """`sureness` where it is the same for all tags; None where it is not."""
        differs = self.surveyed is not None or self.settings.settling_s > 0.0
        return None if differs else self.settings.sureness

    def listening(self, coverage: Coverage) -> NDArray[np.bool_]:
        """Antennas whose silence counts; without a survey those of readers that are not down."""
        return coverage.alive if self.surveyed is None else coverage.listening

    def _take(self, way: Looking) -> None:
        self.model, self.filter, self.settings = way.model, way.filter, way.settings
        self.looking: Looking | CompiledLook = way
        if kernel.KERNEL is not None and isinstance(way.model, OffsetModel):
            self.looking = CompiledLook(kernel.KERNEL, way, way.model)


def _way(columns: FloorColumns, settings: LocatingSettings, model: HearingModel) -> Looking:
    return Looking(columns, model, PlaceFilter(settings, shared=columns.shared), settings)
