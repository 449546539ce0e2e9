"""Commissioning: which EPC goes onto which tag, whatever happens in between.

A job has a list of EPCs and a trail of notes. The note `INTENDED` is on disk before the first bit
goes to a tag, and from then on that EPC belongs to that tag, known by its TID, which never
changes. Only what was seen frees it again:

| an EPC is | becomes     | by the note | which means                                           |
|-----------|-------------|-------------|-------------------------------------------------------|
| FREE      | BOUND       | INTENDED    | it is about to be written onto this tag, no other     |
| FREE      | TAKEN       | MET         | a tag that this job knows nothing of bears it already |
| BOUND     | WRITTEN     | VERIFIED    | the tag was read back and bears it                    |
| BOUND     | FREE        | SPARED      | the tag was read back and bears its old EPC           |
| WRITTEN   | LOCKED      | LOCKED      | the tag took the lock as well                         |

What is not in the table does not follow and is an error in the trail. `TRIED` notes what came of
an attempt and changes nothing: it may be wrong, the tag is what counts. A tag that was spared is
not tried again in this job; whoever holds it puts it aside.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from edge.model.ids import Epc

FAILURES_MAX = 3


class Note(StrEnum):
    """What the trail says of one EPC."""

    INTENDED = "intended"
    TRIED = "tried"
    VERIFIED = "verified"
    SPARED = "spared"
    MET = "met"
    LOCKED = "locked"


class Standing(StrEnum):
    """How far one EPC is."""

    FREE = "free"
    BOUND = "bound"
    WRITTEN = "written"
    LOCKED = "locked"
    TAKEN = "taken"


STEPS: Mapping[tuple[Standing, Note], Standing] = {
    (Standing.FREE, Note.INTENDED): Standing.BOUND,
    (Standing.FREE, Note.MET): Standing.TAKEN,
    (Standing.BOUND, Note.TRIED): Standing.BOUND,
    (Standing.BOUND, Note.VERIFIED): Standing.WRITTEN,
    (Standing.BOUND, Note.SPARED): Standing.FREE,
    (Standing.WRITTEN, Note.TRIED): Standing.WRITTEN,
    (Standing.WRITTEN, Note.LOCKED): Standing.LOCKED,
}


class CommissioningError(ValueError):
    """A note that cannot follow: the trail is not this list's, or somebody has changed it."""


@dataclass(frozen=True, slots=True)
class BlankTag:
    """A tag in the field: what it bears and who it is."""

    epc: Epc
    tid: str


@dataclass(frozen=True, slots=True)
class Write:
    """Give this tag this EPC; `bound` where that was begun before and may be done already."""

    epc: Epc
    tag: BlankTag
    bound: bool


@dataclass(frozen=True, slots=True)
class Lock:
    """The tag bears its EPC; the lock is still to come."""

    epc: Epc
    tag: BlankTag


@dataclass(frozen=True, slots=True)
class Met:
    """A tag of unknown origin bears an EPC of the list: no other tag may get it."""

    epc: Epc
    tag: BlankTag


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several tags could be meant."""

    tags: tuple[BlankTag, ...]


@dataclass(frozen=True, slots=True)
class NoTag:
    """No tag is there for what is left to do."""


@dataclass(frozen=True, slots=True)
class Finished:
    """Nothing is left to do."""


Step = Write | Lock | Met | Ambiguous | NoTag | Finished


class Job:
    """A list of EPCs and how far each is.

    Args:
        epcs: in the order in which they are to be used; each once.
        locks: tags are to be locked as well.
        any_tag: several tags may be there, each is taken in its turn; else there must be just one.
        tid: only this tag is meant; empty for any.
    """

    def __init__(
        self, epcs: Sequence[Epc], *, locks: bool = False, any_tag: bool = False, tid: str = ""
    ) -> None:
        self._locks = locks
        self._any_tag = any_tag
        self._tid = tid
        self.standing: dict[Epc, Standing] = dict.fromkeys(epcs, Standing.FREE)
        self.tag_of: dict[Epc, str] = {}
        self._epc_of: dict[str, Epc] = {}
        self._spared: set[str] = set()
        self._failures: Counter[str] = Counter()

    def failed(self, tid: str) -> None:
        """Work on this tag came to nothing; after three times it is left alone in this run."""
        self._failures[tid] += 1

    def note(self, note: Note, epc: Epc, tid: str) -> None:
        """Take a note of the trail, from this run or an earlier one.

        Raises:
            CommissioningError: it cannot follow what was noted before.
        """
        before = self.standing.get(epc)
        after = STEPS.get((before, note)) if before is not None else None
        if after is None:
            raise CommissioningError(f"{note} cannot follow for {epc}, which is {before}")
        other = self.tag_of.get(epc, tid), self._epc_of.get(tid, epc)
        if other != (tid, epc):
            raise CommissioningError(f"{epc} and tag {tid} are not each other's: {other}")
        self.standing[epc] = after
        if after is Standing.FREE:
            self._spared.add(tid)
            self.tag_of.pop(epc, None)
            self._epc_of.pop(tid, None)
        else:
            self.tag_of[epc] = tid
            self._epc_of[tid] = epc

    def next(self, tags: Iterable[BlankTag]) -> Step:
        """What to do now that these tags are there."""
        here = {
            tag.tid: tag
            for tag in tags
            if self._tid in {"", tag.tid} and self._failures[tag.tid] < FAILURES_MAX
        }
        if not any(map(self._is_open, self.standing)):
            return Finished()
        for tag in here.values():
            known = self._epc_of.get(tag.tid)
            if known is None and self.standing.get(tag.epc) is Standing.FREE:
                return Met(tag.epc, tag)
        for epc, tid in self.tag_of.items():
            if tid in here and self.standing[epc] is Standing.BOUND:
                return Write(epc, here[tid], bound=True)
            if tid in here and self._is_open(epc):
                return Lock(epc, here[tid])
        return self._new(here)

    def in_standing(self, *standings: Standing) -> list[Epc]:
        """The EPCs that are so far, in the list's order."""
        return [epc for epc, standing in self.standing.items() if standing in standings]

    def _new(self, here: Mapping[str, BlankTag]) -> Step:
        free = next(iter(self.in_standing(Standing.FREE)), None)
        blank = [
            tag
            for tid, tag in sorted(here.items())
            if tid not in self._epc_of and tid not in self._spared and not self._is_listed(tag)
        ]
        if free is None or not blank:
            return NoTag()
        if len(blank) > 1 and not self._any_tag:
            return Ambiguous(tuple(blank))
        return Write(free, blank[0], bound=False)

    def _is_listed(self, tag: BlankTag) -> bool:
        """A tag that bears an EPC of the list is not blank, whoever has written it."""
        return tag.epc in self.standing

    def _is_open(self, epc: Epc) -> bool:
        standing = self.standing[epc]
        done = standing is Standing.WRITTEN and not self._locks
        return not (done or standing in {Standing.LOCKED, Standing.TAKEN})
