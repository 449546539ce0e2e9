"""What a reader's client is told of its specs: events, each of the kind that it may ask for."""

from simulators.gen2 import Slots
from simulators.llrp.antenna_spec import AntennaSpec
from simulators.llrp.mouth import Mouth
from simulators.llrp.parts import Part, part
from simulators.llrp.settings import EventKind, Settings

_COUNT_MOST = 0xFFFF
_BEGAN, _ENDED, _PREEMPTED = 0, 1, 2


class SpecNews:
    """Tells of what begins and ends.

    Args:
        mouth: takes the events.
        settings: know which ones the client wants.
    """

    def __init__(self, mouth: Mouth, settings: Settings) -> None:
        self._mouth = mouth
        self._settings = settings

    def rospec_began(self, rospec_id: int) -> None:
        """A ROSpec is active."""
        self._rospec(_BEGAN, rospec_id, 0)

    def rospec_ended(self, rospec_id: int, preempted_by: int) -> None:
        """A ROSpec is active no more; 0 where no other one pre-empted it."""
        self._rospec(_PREEMPTED if preempted_by else _ENDED, rospec_id, preempted_by)

    def _rospec(self, event: int, rospec_id: int, preempted_by: int) -> None:
        told = part(
            "ROSpecEvent",
            EventType=event,
            ROSpecID=rospec_id,
            PreemptingROSpecID=preempted_by,
        )
        self._mouth.event(EventKind.ROSPEC, told)

    def spec_began(self, rospec_id: int, spec: AntennaSpec) -> None:
        """An RFSurveySpec runs; nobody is told of an AISpec that begins."""
        if spec.survey is not None:
            self._survey(_BEGAN, rospec_id, spec)

    def spec_ended(self, rospec_id: int, spec: AntennaSpec, slots: Slots | None) -> None:
        """An AISpec or RFSurveySpec runs no more.

        Args:
            rospec_id: whose.
            spec: which.
            slots: that an AISpec's rounds came to; None where they are not known.
        """
        if spec.survey is not None:
            self._survey(_ENDED, rospec_id, spec)
            return
        wanted = self._settings.wants(EventKind.AISPEC_DETAILS)
        details = (_singulation(slots),) if wanted and slots is not None else ()
        told = part("AISpecEvent", *details, EventType=0, ROSpecID=rospec_id, SpecIndex=spec.index)
        self._mouth.event(EventKind.AISPEC_DETAILS if wanted else EventKind.AISPEC, told)

    def _survey(self, event: int, rospec_id: int, spec: AntennaSpec) -> None:
        told = part("RFSurveyEvent", EventType=event, ROSpecID=rospec_id, SpecIndex=spec.index)
        self._mouth.event(EventKind.RF_SURVEY, told)

    def looped(self, rospec_id: int, loops: int) -> None:
        """A ROSpec went round once more."""
        told = part("SpecLoopEvent", ROSpecID=rospec_id, LoopCount=loops)
        self._mouth.event(EventKind.SPEC_LOOP, told)

    def hopped(self, channel: int) -> None:
        """The reader transmits on another channel now."""
        told = part("HoppingEvent", HopTableID=1, NextChannelIndex=channel)
        self._mouth.event(EventKind.HOPPING, told)


def _singulation(slots: Slots) -> Part:
    return part(
        "C1G2SingulationDetails",
        NumCollisionSlots=min(slots.collided, _COUNT_MOST),
        NumEmptySlots=min(slots.empty, _COUNT_MOST),
    )
