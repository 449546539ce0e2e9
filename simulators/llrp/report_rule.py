"""When a reader reports and what: ROReportSpec and AccessReportSpec, read out (section 13.2)."""

from dataclasses import dataclass
from enum import IntEnum

from simulators.llrp.antenna_spec import AntennaSpec
from simulators.llrp.parts import Part
from simulators.llrp.reports import Content

_MESSAGE_MOST = 256
"""Reads in one message where the client set no number."""
_COLUMN_OF = {
    "EnableAntennaID": "AntennaID",
    "EnableChannelIndex": "ChannelIndex",
    "EnablePeakRSSI": "PeakRSSI",
    "EnableFirstSeenTimestamp": "FirstSeen",
    "EnableLastSeenTimestamp": "LastSeen",
    "EnableTagSeenCount": "TagSeenCount",
}
_IMPINJ_OF = {
    "ImpinjEnableSerializedTID": "ImpinjSerializedTID",
    "ImpinjEnableRFPhaseAngle": "ImpinjRFPhaseAngle",
    "ImpinjEnablePeakRSSI": "ImpinjPeakRSSI",
    "ImpinjEnableRFDopplerFrequency": "ImpinjRFDopplerFrequency",
}


class ReportTrigger(IntEnum):
    """ROReportTrigger; 3 to 6 came with LLRP 1.1."""

    NONE = 0
    TAGS_OR_END_OF_SPEC = 1
    TAGS_OR_END_OF_ROSPEC = 2
    SECONDS_OR_END_OF_SPEC = 3
    SECONDS_OR_END_OF_ROSPEC = 4
    MILLISECONDS_OR_END_OF_SPEC = 5
    MILLISECONDS_OR_END_OF_ROSPEC = 6


_BY_TAGS = (ReportTrigger.TAGS_OR_END_OF_SPEC, ReportTrigger.TAGS_OR_END_OF_ROSPEC)
_WITH_SPEC = (
    ReportTrigger.TAGS_OR_END_OF_SPEC,
    ReportTrigger.SECONDS_OR_END_OF_SPEC,
    ReportTrigger.MILLISECONDS_OR_END_OF_SPEC,
)
_UNIT_US = {
    ReportTrigger.SECONDS_OR_END_OF_SPEC: 1_000_000,
    ReportTrigger.SECONDS_OR_END_OF_ROSPEC: 1_000_000,
    ReportTrigger.MILLISECONDS_OR_END_OF_SPEC: 1_000,
    ReportTrigger.MILLISECONDS_OR_END_OF_ROSPEC: 1_000,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """An ROReportSpec, read out.

    Attributes:
        trigger: ROReportTrigger.
        reads_a_message: N where tags are counted; 0 where only time or an end reports.
        every_us: N where time is; 0 where it is not.
        selector: TagReportContentSelector.
        impinj: Impinj's parameters to add, by the switches of their own selector.
    """

    trigger: ReportTrigger
    reads_a_message: int
    every_us: int
    selector: Part
    impinj: tuple[str, ...]

    @classmethod
    def of(cls, spec: Part, spec_tags: int = 0) -> "Rule":
        """From an ROReportSpec parameter that was checked.

        Args:
            spec: the parameter.
            spec_tags: how many reads end the AISpec; where only that end reports, they are N.
        """
        trigger = ReportTrigger(spec.number("ROReportTrigger"))
        ends = spec_tags if trigger is ReportTrigger.TAGS_OR_END_OF_SPEC else 0
        number = spec.number("N")
        own = spec.first("ImpinjTagReportContentSelector")
        return cls(
            trigger=trigger,
            reads_a_message=(number or ends) if trigger in _BY_TAGS else 0,
            every_us=number * _UNIT_US.get(trigger, 0),
            selector=next(spec.all("TagReportContentSelector")),
            impinj=tuple(
                _IMPINJ_OF[one.name]
                for one in (own.inside if own is not None else ())
                if one.name in _IMPINJ_OF and 1 in one.fields.values()
            ),
        )

    @property
    def counts(self) -> bool:
        """Whether reports go out by number of reads, one row for each."""
        return bool(self.reads_a_message)

    @property
    def ends_with_spec(self) -> bool:
        """Whether the end of an AISpec or RFSurveySpec reports."""
        return self.trigger in _WITH_SPEC

    @property
    def message_size(self) -> int:
        """Reads in one message at most."""
        return min(self.reads_a_message or _MESSAGE_MOST, _MESSAGE_MOST)

    @property
    def tells_tid(self) -> bool:
        """Whether each read carries the tag's TID (Impinj calls it FastID)."""
        return "ImpinjSerializedTID" in self.impinj

    def content(self, rospec_id: int, spec: AntennaSpec, *, uptime: bool, tail: bytes) -> Content:
        """What each read of an AISpec carries."""
        chosen = self.selector
        constants = (
            ("EnableROSpecID", "ROSpecID", rospec_id),
            ("EnableSpecIndex", "SpecIndex", spec.index),
            ("EnableInventoryParameterSpecID", "InventoryParameterSpecID", spec.inventory_id),
            ("EnableAccessSpecID", "AccessSpecID", 0),
        )
        memory = chosen.first("C1G2EPCMemorySelector")
        return Content(
            constants=tuple((name, value) for on, name, value in constants if chosen.number(on)),
            columns=frozenset(name for on, name in _COLUMN_OF.items() if chosen.number(on)),
            protocol_bits=memory is not None and bool(memory.number("EnablePCBits")),
            checksum=memory is not None and bool(memory.number("EnableCRC")),
            impinj=self.impinj,
            uptime=uptime,
            tail=tail,
        )
