"""The law of work on tags: the journal says so before, what became of it is told once and true."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from typing_extensions import override

from edge.model.events import Fact, TagKilled, TagWorkBegun, TagWorkEnded, TagWritten
from edge.model.ids import RequestId
from edge.model.state import FloorState
from edge.model.tag_work import TagTask
from simulators.day.labeller import PASSWORD
from simulators.day.laws.law import Law, Reading
from simulators.llrp.tag_memory import Guarded, Privilege, TagMemory

_DONE = "done"
_OF_USER = "user memory"
_ENDS_WITHIN_S = 120.0
"""By far more than a look at a tag, three tries and their answers take."""


def _nothing(_: str) -> bytes:
    return b""


@dataclass(slots=True)
class TagWorkIsTrue(Law):
    """Nothing is written into a tag that the journal does not say; what is told holds.

    Attributes:
        memory: what really stands in the user memory of the tag with this EPC.
        written: hex of all words that a reader was told to write.
    """

    memory: Callable[[str], bytes] = _nothing
    written: Sequence[str] = ()
    _wanted: dict[RequestId, str] = field(default_factory=dict)
    _since_s: dict[RequestId, float] = field(default_factory=dict)
    _seen: int = 0

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        match fact.event:
            case TagWorkBegun(job):
                if job.job_id in self._wanted:
                    self.breaks(f"work {job.job_id} on a tag began twice")
                self._wanted[job.job_id] = job.what
                self._since_s[job.job_id] = -1.0
            case TagWorkEnded() as ended:
                if self._since_s.pop(ended.job_id, None) is None:
                    self.breaks(f"work {ended.job_id} on a tag ended without having begun")
                elif ended.result.code == _DONE and ended.result.epc is not None:
                    self._look_at_tag(ended, ended.result.epc)
            case _:
                pass

    def _look_at_tag(self, ended: TagWorkEnded, epc: str) -> None:
        """What is told to be written stands there; what was read stands there."""
        if _OF_USER not in ended.what:
            return
        really = self.memory(epc).hex()
        told = ended.result.data if ended.task is TagTask.READ else _words_of(ended.what)
        if not really.startswith(told):
            self.breaks(f"{ended.what}: {told} is told of {epc}, which holds {really[:8]}")

    @override
    def look(self, reading: Reading) -> None:
        wanted = {_words_of(what) for what in self._wanted.values()}
        for words in self.written[self._seen :]:
            if not any(words in one for one in wanted):  # a part, where the rest stands already
                self.breaks(f"{words} was written into a tag, and the journal does not say so")
        self._seen = len(self.written)
        for job_id, since_s in self._since_s.items():
            if not reading.up or since_s < 0:
                self._since_s[job_id] = reading.at_s
            elif reading.at_s - since_s > _ENDS_WITHIN_S:
                self.breaks(f"what became of work {job_id} on a tag is not told")


def _words_of(what: str) -> str:
    """The words that are to be written, by the sentence of the work.

    `write 00ff into ...`, or `write EPC 3034...`.
    """
    verb, _, rest = what.removeprefix("write EPC").partition(" ")
    return rest.partition(" ")[0] if verb in {"", "write"} else ""


def _no_tag(_: str) -> TagMemory | None:
    return None


@dataclass(slots=True)
class NumbersAreTrue(Law):
    """A number that came into the world stands in its tag and in no other one.

    What is told to be locked is locked, what is told to be killed never answers again, and no
    fact tells a password.

    Attributes:
        tag_of: the tag with a TID as it really is.
    """

    tag_of: Callable[[str], TagMemory | None] = _no_tag
    _tid_of: dict[str, str] = field(default_factory=dict)

    @override
    def fact(self, fact: Fact, mirror: FloorState) -> None:
        event = fact.event
        match event:
            case TagWritten():
                self._look_at_number(event)
            case TagKilled():
                tag = self.tag_of(event.tid)
                if tag is None or not tag.killed:
                    self.breaks(f"{event.epc} is told to be killed and answers")
            case TagWorkEnded(task=TagTask.LOCK) if event.result.code == _DONE:
                tag = self.tag_of(event.result.tid)
                if tag is None or tag.locks[Guarded.EPC] is not Privilege.LOCK:
                    self.breaks(f"{event.result.epc} is told to be locked and is not")
            case _:
                pass
        if event.type.startswith("stock.tag") and PASSWORD in repr(event):
            self.breaks(f"{event.type} tells a password")

    def _look_at_number(self, event: TagWritten) -> None:
        if self._tid_of.setdefault(event.epc, event.tid) != event.tid:
            self.breaks(f"{event.epc} is on two tags")
        tag = self.tag_of(event.tid)
        if tag is None or tag.key()[0].hex() != event.epc:
            self.breaks(f"{event.epc} is told to be written, and its tag bears another number")
