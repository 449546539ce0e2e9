"""A reader's AccessSpecs at work on the tags that it has just read (section 11.2)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulators.llrp.access import AccessSpec
from simulators.llrp.reads import Reads
from simulators.llrp.tag_memory import TagMemory
from simulators.llrp.written_air import WrittenAir


@dataclass(frozen=True, slots=True)
class AccessResult:
    """What an AccessSpec did with one tag.

    Attributes:
        accessspec_id: which.
        results: OpSpec results as encoded parameters.
    """

    accessspec_id: int
    results: bytes


class AccessWork:
    """The AccessSpecs of a reader, and what they did that no report has told yet.

    Args:
        air: whose tags they work on.
    """

    def __init__(self, air: WrittenAir) -> None:
        self._air = air
        self._count = 0
        self.specs: dict[int, AccessSpec] = {}
        self.results: dict[int, AccessResult] = {}

    def reset(self) -> None:
        """Lose every spec and every result."""
        self.specs.clear()
        self.results.clear()

    def on(self, heard: Reads, rospec_id: int, *, usually_at_once: bool) -> NDArray[np.bool_]:
        """Let the specs do their work; the results are numbered in `heard.access`.

        Args:
            heard: by the ROSpec, just now.
            rospec_id: which that is.
            usually_at_once: whether specs without an AccessReportSpec report by themselves.

        Returns:
            Which of the reads are to be reported at once, not with the ROSpec's.
        """
        at_once = np.zeros(len(heard), np.bool_)
        if not any(one.covers(rospec_id) for one in self.specs.values()):
            return at_once
        keys = heard.keys()
        tags = {key: self._air.tag(key) for key in set(keys)}
        for row, key in enumerate(keys):
            spec = self._work(tags[key], int(heard.antenna[row]), rospec_id)
            if spec is not None:
                heard.access[row] = self._count
                at_once[row] = spec.reports_at_once(usually=usually_at_once)
        for key in tags:
            self._air.written(key)
        return at_once

    def _work(self, tag: TagMemory, antenna: int, rospec_id: int) -> AccessSpec | None:
        """The first spec that the tag is a target of does its work; which it was."""
        for spec_id, spec in self.specs.items():
            if not spec.covers(rospec_id) or not spec.listens_on(antenna):
                continue
            results = spec.results(tag)
            if not results:
                continue
            self._count += 1
            self.results[self._count] = AccessResult(spec_id, results)
            if spec.is_spent():
                del self.specs[spec_id]
            return spec
        return None
