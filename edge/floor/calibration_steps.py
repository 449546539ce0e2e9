"""What a person does while calibrating, and what may follow on what, as one table.

idle ──begin──▶ recording ──learn──▶ learning ──▶ learnt ──use──▶ used ──begin──▶ …
                    ▲  tag, here, moving              │    ╲
                    └─────────────more────────────────┴── failed        discard: back to idle
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from edge.model.ids import Epc, LocationId


class Level(StrEnum):
    """How much is learnt."""

    GAIN = "gain"
    SURVEY = "survey"


class Stage(StrEnum):
    """How far a calibration has come."""

    IDLE = "idle"
    RECORDING = "recording"
    LEARNING = "learning"
    LEARNT = "learnt"
    FAILED = "failed"
    USED = "used"


@dataclass(frozen=True, slots=True)
class Begin:
    """A new calibration of this level; what was recorded before stays in its folder."""

    level: Level


@dataclass(frozen=True, slots=True)
class ChooseTag:
    """Record this tag from now on."""

    epc: Epc


@dataclass(frozen=True, slots=True)
class Here:
    """The tag is at this place now."""

    location: LocationId


@dataclass(frozen=True, slots=True)
class Moving:
    """The tag is on its way: what is read now belongs to no place."""


@dataclass(frozen=True, slots=True)
class Learn:
    """Enough is recorded."""


@dataclass(frozen=True, slots=True)
class More:
    """Go on recording, with what there is."""


@dataclass(frozen=True, slots=True)
class Use:
    """Locate with what was learnt."""


@dataclass(frozen=True, slots=True)
class Discard:
    """Leave everything as it was."""


Step = Begin | ChooseTag | Here | Moving | Learn | More | Use | Discard

ALLOWED: Mapping[Stage, frozenset[type[Step]]] = MappingProxyType(
    {
        Stage.IDLE: frozenset({Begin}),
        Stage.RECORDING: frozenset({ChooseTag, Here, Moving, Learn, Discard}),
        Stage.LEARNING: frozenset({Discard}),
        Stage.LEARNT: frozenset({Use, More, Discard}),
        Stage.FAILED: frozenset({More, Discard}),
        Stage.USED: frozenset({Begin}),
    }
)
"""The steps that each stage knows."""
