"""The law of lists of numbers: each on one tag at most, and the trail tells what is on which."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from typing_extensions import override

from simulators.day.laws.law import Ending, Law, Reading
from simulators.day.list_maker import ListRun
from simulators.llrp.tag_memory import Guarded, Privilege

_WRITTEN, _LOCKED = frozenset({"verified", "locked"}), "locked"


@dataclass(slots=True)
class ListIsOnTags(Law):
    """A number of a list is on one tag at most; what the trail tells of it is so.

    What is on a tag was in the trail before, and a reader that nothing is wrong with gets through
    the list.

    Attributes:
        runs: the lists that are over.
    """

    runs: Sequence[ListRun] = ()
    _seen: int = 0

    @override
    def look(self, reading: Reading) -> None:
        for run in self.runs[self._seen :]:
            self._look_at(run)
        self._seen = len(self.runs)

    @override
    def end(self, ending: Ending) -> None:
        for run in self.runs[self._seen :]:
            self._look_at(run)

    def _look_at(self, run: ListRun) -> None:
        on = {tid: tag.key()[0].hex() for tid, tag in run.tags.items()}
        for epc, times in Counter(on.values()).items():
            if times > 1:
                self.breaks(f"{epc} of a list is on {times} tags")
        intended = {(one["epc"], one["tid"]) for one in run.notes if one["step"] == "intended"}
        for tid, epc in on.items():
            if epc in run.epcs and epc not in run.borne and (epc, tid) not in intended:
                self.breaks(f"{epc} is on {tid}, and the trail does not say so")
        for note in run.notes:
            self._look_at_note(run, note)
        done = {one["epc"] for one in run.notes if one["step"] == _LOCKED}
        left = set(run.epcs) - run.borne - done
        if run.is_calm and left:
            self.breaks(f"{sorted(left)} of a list are on no tag, and nothing is wrong there")

    def _look_at_note(self, run: ListRun, note: dict[str, object]) -> None:
        tag = run.tags.get(str(note.get("tid")))
        if note["step"] in _WRITTEN and (tag is None or tag.key()[0].hex() != note["epc"]):
            self.breaks(
                f"{note['epc']} is told to be on {note['tid']}, which bears another number"
            )
        is_locked = tag is not None and tag.locks[Guarded.EPC] is Privilege.LOCK
        if note["step"] == _LOCKED and not is_locked:
            self.breaks(f"{note['epc']} is told to be locked on {note['tid']} and is not")
