"""Reads on their way into reports: gathered until the report trigger fires (section 13.2)."""

from dataclasses import dataclass

import numpy as np

from simulators.llrp.antenna_spec import AntennaSpec
from simulators.llrp.parts import Part
from simulators.llrp.reports import Content, Reads, report_frames, tag_reports
from simulators.llrp.rospec import ReportTrigger, RoSpec

_MESSAGE_MOST = 256
"""Reads in one message where the client set no number."""
_MERGE_AT = 20_000
"""Reads gathered without a number to report at are merged by tag from here on."""
_COLUMN_OF = {
    "EnableAntennaID": "AntennaID",
    "EnableChannelIndex": "ChannelIndex",
    "EnablePeakRSSI": "PeakRSSI",
    "EnableFirstSeenTimestamp": "FirstSeen",
    "EnableLastSeenTimestamp": "LastSeen",
    "EnableTagSeenCount": "TagSeenCount",
}
_IMPINJ_OF = {
    "ImpinjEnableRFPhaseAngle": "ImpinjRFPhaseAngle",
    "ImpinjEnablePeakRSSI": "ImpinjPeakRSSI",
    "ImpinjEnableRFDopplerFrequency": "ImpinjRFDopplerFrequency",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """An ROReportSpec, read out: when to report and what.

    Attributes:
        trigger: ROReportTrigger.
        reads_a_message: N; 0 where only an end reports.
        selector: TagReportContentSelector.
        impinj: Impinj's parameters to add, by the switches of their own selector.
    """

    trigger: ReportTrigger
    reads_a_message: int
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
        ends = spec_tags if trigger is ReportTrigger.TAGS_OR_END_OF_AISPEC else 0
        own = spec.first("ImpinjTagReportContentSelector")
        switches = own.inside if own is not None else ()
        return cls(
            trigger=trigger,
            reads_a_message=spec.number("N") or ends,
            selector=next(spec.all("TagReportContentSelector")),
            impinj=tuple(
                _IMPINJ_OF[one.name]
                for one in switches
                if one.name in _IMPINJ_OF and 1 in one.fields.values()
            ),
        )

    def content(self, rospec: RoSpec, spec: AntennaSpec, *, uptime: bool, tail: bytes) -> Content:
        """What each read of an AISpec carries."""
        chosen = self.selector
        constants = (
            ("EnableROSpecID", "ROSpecID", rospec.id),
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


class Gathering:
    """Reads of the ROSpec that runs, until they are reported."""

    def __init__(self) -> None:
        self._gathered: list[Reads] = []
        self._count = 0

    def add(self, reads: Reads, rule: Rule) -> None:
        """More reads."""
        if not len(reads):
            return
        self._gathered.append(reads)
        self._count += len(reads)
        if self._count > _MERGE_AT and not counts(rule):
            merged = Reads.joined(self._gathered).merged()
            self._gathered, self._count = [merged], len(merged)

    def due(self, rule: Rule) -> Reads | None:
        """The reads that fill whole messages of N; the rest stays."""
        if not counts(rule) or self._count < rule.reads_a_message:
            return None
        whole = Reads.joined(self._gathered)
        split = len(whole) - len(whole) % rule.reads_a_message
        rest = whole.take(slice(split, None))
        self._gathered, self._count = ([rest] if len(rest) else []), len(rest)
        return whole.take(slice(split))

    def all(self, rule: Rule) -> Reads | None:
        """Everything gathered, merged by tag where no number N asks for single reads."""
        if not self._count:
            return None
        whole = Reads.joined(self._gathered)
        self._gathered, self._count = [], 0
        return whole if counts(rule) else whole.merged()


def counts(rule: Rule) -> bool:
    """Whether reports go out by number; otherwise only an end or a request lets them go."""
    return bool(rule.reads_a_message) and rule.trigger is not ReportTrigger.NONE


def message_size(rule: Rule) -> int:
    """Reads in one message."""
    return min(rule.reads_a_message or _MESSAGE_MOST, _MESSAGE_MOST)


@dataclass(frozen=True, slots=True)
class AccessResult:
    """What an AccessSpec did with one tag.

    Attributes:
        accessspec_id: which.
        results: OpSpec results as encoded parameters.
    """

    accessspec_id: int
    results: bytes


def _with_results(row: bytes, found: AccessResult, content: Content) -> bytes:
    """The read with what was done with its tag."""
    own = len(row) - len(content.tail) - 14 * len(content.impinj)
    head = row[:own]
    if ("AccessSpecID", 0) in content.constants:
        head = head[:-4] + found.accessspec_id.to_bytes(4, "big")
    whole = head + found.results + row[own:]
    return whole[:2] + len(whole).to_bytes(2, "big") + whole[4:]


def frames_of(
    reads: Reads,
    rule: Rule,
    content: Content,
    first_id: int,
    results: dict[int, AccessResult],
) -> list[bytes]:
    """Reports of the reads.

    Args:
        reads: in order.
        rule: how many go into a message.
        content: what each carries.
        first_id: message id of the first report.
        results: of AccessSpecs, by the numbers in `reads.access`; those that are told are taken.
    """
    rows = tag_reports(reads, content)
    for at in np.flatnonzero(reads.access):
        rows[at] = _with_results(rows[at], results.pop(int(reads.access[at])), content)
    return report_frames(rows, message_size(rule), first_id)
