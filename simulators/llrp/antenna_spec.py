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


class Observation(IntEnum):
    """TriggerType of a TagObservationTrigger; 3 and 4 came with LLRP 1.1."""

    N_READS = 0
    NO_MORE_READS = 1
    ATTEMPTS = 2
    N_TAGS = 3
    NO_MORE_TAGS = 4


_COUNTED = frozenset({Observation.N_READS, Observation.N_TAGS})


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
        stop_tags: how many observations end it; 0 never.
        configurations: AntennaConfiguration parameters that override the reader's.
        gpi: input and level that end it; None where none does.
        survey: of an RFSurveySpec, whose sweeps count as reads; None in an AISpec.
        observation: what it looks for in the tags; None where tags do not end it.
        quiet_us: how long nothing new ends it.
        attempts: how many turns of all antennas end it; 0 never.
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
    observation: Observation | None = None
    quiet_us: int = 0
    attempts: int = 0

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
        stop = AntennaStop(trigger.number("AISpecStopTriggerType"))
        tags = trigger.first("TagObservationTrigger") if stop is AntennaStop.TAGS else None
        observation = Observation(tags.number("TriggerType")) if tags else None
        waits_for = trigger.first("GPITriggerValue") if stop is AntennaStop.GPI else None
        stop_ms = trigger.number("DurationTrigger") if stop is AntennaStop.DURATION else 0
        if waits_for is not None:
            stop_ms = waits_for.number("Timeout")
        tries = observation is Observation.ATTEMPTS
        return cls(
            index=index,
            inventory_id=inventory.number("InventoryParameterSpecID"),
            antennas=tuple(range(1, antennas_most + 1)) if 0 in named or not named else named,
            stop=stop,
            stop_us=1000 * (tags.number("Timeout") if tags else stop_ms),
            stop_tags=tags.number("NumberOfTags") if tags and observation in _COUNTED else 0,
            configurations=tuple(inventory.all("AntennaConfiguration")),
            gpi=edge_of(waits_for),
            observation=observation,
            quiet_us=1000 * tags.number("T") if tags else 0,
            attempts=tags.number("NumberOfAttempts") if tags and tries else 0,
        )
