"""Reads on their way into reports: gathered until the report trigger fires (section 13.2)."""

import numpy as np

from simulators.llrp.access_work import AccessResult
from simulators.llrp.reads import Reads
from simulators.llrp.report_rule import Rule
from simulators.llrp.reports import Content, report_frames, tag_reports

_MERGE_AT = 20_000
"""Reads gathered without a number to report at are merged by tag from here on."""


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
        if self._count > _MERGE_AT and not rule.counts:
            merged = Reads.joined(self._gathered).merged()
            self._gathered, self._count = [merged], len(merged)

    def due(self, rule: Rule) -> Reads | None:
        """The reads that fill whole messages of N; the rest stays."""
        if not rule.counts or self._count < rule.reads_a_message:
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
        return whole if rule.counts else whole.merged()


def _with_results(row: bytes, found: AccessResult, content: Content) -> bytes:
    """The read with what was done with its tag."""
    own = len(row) - content.bytes_behind_results()
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
    return report_frames(rows, rule.message_size, first_id)
