"""One step of a ROSpec: what its antennas do, and what ends that (section 10.2.1)."""

from dataclasses import dataclass
from enum import IntEnum

from simulators.llrp.parts import Part
from simulators.llrp.survey import Survey


class AntennaStop(IntEnum):
    """AISpecStopTriggerType."""

    NONE = 0
    DURATION = 1
    GPI = 2
    TAGS = 3


def edge_of(trigger: Part | None) -> tuple[int, bool] | None:
    """The input and level that a GPITriggerValue waits for."""
    if trigger is None:
        return None
    return trigger.number("GPIPortNum"), bool(trigger.number("GPIEvent"))


@dataclass(frozen=True, slots=True)
class AntennaSpec:
    """One AISpec, or RFSurveySpec, read out of its parameter.

    Attributes:
        index: its place in the ROSpec, from 1.
        inventory_id: InventoryParameterSpecID.
        antennas: ports in turn; all of the reader's where the client wrote 0.
        stop: what ends it.
        stop_us: how long it lasts at most; 0 for ever.
        stop_tags: how many reads end it; 0 never.
        configurations: AntennaConfiguration parameters that override the reader's.
        gpi: input and level that end it; None where none does.
        survey: of an RFSurveySpec, whose sweeps count as reads; None in an AISpec.
    """

    index: int
    inventory_id: int
    antennas: tuple[int, ...]
    stop: AntennaStop
    stop_us: int
    stop_tags: int
    configurations: tuple[Part, ...]
    gpi: tuple[int, bool] | None = None
    survey: Survey | None = None

    @classmethod
    def of_survey(cls, spec: Part, index: int) -> "AntennaSpec":
        """From an RFSurveySpec parameter that was checked."""
        stop = next(spec.all("RFSurveySpecStopTrigger"))
        kind = stop.number("StopTriggerType")
        return cls(
            index=index,
            inventory_id=0,
            antennas=(spec.number("AntennaID") or 1,),
            stop=AntennaStop.DURATION if kind == 1 else AntennaStop.NONE,
            stop_us=1000 * stop.number("DurationPeriod") if kind == 1 else 0,
            stop_tags=stop.number("N") if kind == 2 else 0,  # noqa: PLR2004 - N sweeps
            configurations=(),
            survey=Survey(spec.number("StartFrequency"), spec.number("EndFrequency")),
        )

    @classmethod
    def of(cls, spec: Part, index: int, antennas_most: int) -> "AntennaSpec":
        """From an AISpec parameter that was checked."""
        ids = spec.fields["AntennaIDs"]
        named = ids if isinstance(ids, tuple) else ()
        trigger = next(spec.all("AISpecStopTrigger"))
        inventory = next(spec.all("InventoryParameterSpec"))
        tags = trigger.first("TagObservationTrigger")
        stop = AntennaStop(trigger.number("AISpecStopTriggerType"))
        waits_for = trigger.first("GPITriggerValue") if stop is AntennaStop.GPI else None
        stop_ms = trigger.number("DurationTrigger") if stop is AntennaStop.DURATION else 0
        if waits_for is not None:
            stop_ms = waits_for.number("Timeout")
        return cls(
            index=index,
            inventory_id=inventory.number("InventoryParameterSpecID"),
            antennas=tuple(range(1, antennas_most + 1)) if 0 in named or not named else named,
            stop=stop,
            stop_us=1000
            * (tags.number("Timeout") if tags and stop is AntennaStop.TAGS else stop_ms),
            stop_tags=tags.number("NumberOfTags") if tags and stop is AntennaStop.TAGS else 0,
            configurations=tuple(inventory.all("AntennaConfiguration")),
            gpi=edge_of(waits_for),
        )
