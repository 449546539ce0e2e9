"""Finding the tag that is meant: who is there, and what an access of one operation comes to.

The EPC of a tag is what work changes and copies, so a tag is known by its TID. Looking reads the
TID of every tag that answers; two tags with one EPC are told apart by it.
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TypeVar

from drivers.tags import (
    SENTENCES,
    Access,
    AccessReport,
    Bank,
    End,
    Mask,
    Outcome,
    ReadMemory,
    Result,
)

Made = TypeVar("Made")
Steps = Generator[Access, AccessReport, Made]
"""A piece of work: yields accesses, is sent their reports, returns what it has made."""

_EPC_AT_BIT = 32  # behind CRC and PC
_TID_WORDS = (6, 4, 2)  # with a serial number of 64 and 32 bits, and without
TID_WITH_SERIAL_HEX = 16
"""A TID of fewer hex digits names the model of a chip, not the very tag."""
_LOOK_MS = 1_000


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag as it answered.

    Attributes:
        epc: lower-case hex.
        tid: lower-case hex, as much of it as the tag has, 96 bits at most.
        antenna: port that heard it; 0 where not told.
    """

    epc: str
    tid: str
    antenna: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tag is meant; with neither, the only one that is there.

    Attributes:
        epc, tid: lower-case hex; empty for any.
        antenna: port; 0 for all.
    """

    epc: str = ""
    tid: str = ""
    antenna: int = 0

    def masks(self) -> tuple[Mask, ...]:
        """What the air protocol selects it by."""
        if self.tid:
            return (Mask(Bank.TID, 0, bytes.fromhex(self.tid)),)
        return (Mask(Bank.EPC, _EPC_AT_BIT, bytes.fromhex(self.epc)),) if self.epc else ()

    def fits(self, epc: str) -> bool:
        """Whether a tag with this EPC may be meant; the air protocol compares beginnings only."""
        return not self.epc or epc == self.epc


@dataclass(frozen=True, slots=True)
class Work:
    """What became of a piece of work.

    Attributes:
        code: `done`; `unknown` where it may have been done; else why not: an `Outcome`, `absent`,
            `ambiguous` or `refused`.
        text: one sentence, for people.
        tag: the tag as it was heard last; None where none was.
        data: what was read.
    """

    code: str
    text: str
    tag: Tag | None = None
    data: bytes = field(default=b"", repr=False)

    @property
    def done(self) -> bool:
        """It is as it was wanted to be, and that was seen."""
        return self.code == Outcome.DONE


def verdict(report: AccessReport, results: tuple[Result, ...]) -> Work:
    """What a report with one operation comes to."""
    if results:
        outcome = results[0].outcome
        return Work(outcome, SENTENCES[outcome], data=results[0].data)
    match report.end:
        case End.ABSENT:
            return Work("absent", "the tag does not answer any more; bring it back")
        case End.REFUSED:
            return Work("refused", report.reason)
        case _:
            return Work("unknown", f"{report.reason}; it may have been done: read the tag")


@dataclass(slots=True)
class Found:
    """What looking has come to.

    Attributes:
        tags: that answered, each with its TID.
        trouble: why there are none, where there are none.
    """

    tags: list[Tag] = field(default_factory=list)
    trouble: Work = field(
        default=Work("absent", "no such tag answers; look at antenna, power and distance")
    )

    def take(self, report: AccessReport, wanted: Wanted) -> bool:
        """Take the TIDs that a report holds; whether a shorter one ought to be asked for."""
        known = {tag.epc for tag in self.tags}
        short = False
        for answer in report.answers:
            result = answer.results[0]
            if not wanted.fits(answer.epc) or answer.epc in known:
                continue
            if result.outcome is Outcome.DONE:
                self._add(Tag(answer.epc, result.data.hex(), answer.antenna))
            else:
                self.trouble = verdict(report, answer.results)
                short |= result.outcome in {Outcome.MEMORY_OVERRUN, Outcome.TAG_ERROR}
        if not report.answers and report.end is not End.ABSENT:
            self.trouble = verdict(report, ())
        return short

    def _add(self, tag: Tag) -> None:
        if all(tag.tid != one.tid or tag.epc != one.epc for one in self.tags):
            self.tags.append(tag)


def look(wanted: Wanted, look_ms: int = _LOOK_MS) -> Steps[Found]:
    """The tags that are there, each with its TID, in the order of the TIDs."""
    found = Found()
    for words in _TID_WORDS:
        operation = ReadMemory(Bank.TID, 0, words)
        report = yield Access(wanted.masks(), (operation,), wanted.antenna, look_ms, every=True)
        if not found.take(report, wanted):
            break
    found.tags.sort(key=lambda tag: tag.tid)
    return found


def only(wanted: Wanted, look_ms: int = _LOOK_MS, *, exact: bool = True) -> Steps[Work]:
    """The one tag that is meant: `done` with it, or why there is not exactly one.

    Args:
        wanted: which tag.
        look_ms: how long to look.
        exact: it is to be changed, so its TID must tell it from every other tag.
    """
    found = yield from look(wanted, look_ms)
    if not found.tags:
        return found.trouble
    if len(found.tags) > 1:
        listed = ", ".join(f"{tag.epc} (TID {tag.tid})" for tag in found.tags[:4])
        text = f"{len(found.tags)} tags answer: {listed}; leave one there, or name it by its TID"
        return Work("ambiguous", text)
    tag = found.tags[0]
    if exact and len(tag.tid) < TID_WITH_SERIAL_HEX:
        text = f"its TID {tag.tid} has no serial number: it cannot be told from its like"
        return Work("refused", text, tag)
    return Work(Outcome.DONE, "found", tag)
