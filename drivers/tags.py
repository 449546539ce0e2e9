"""Work on single tags: what can be asked of a reader besides its reads, and what it answers.

An `Access` names tags by bits of their memory and what is to be done with them, in order. A reader
does it to the first tag that fits, or to every one that it meets in the time given, while it goes
on reading; the answer is an `AccessReport`. What happened on the air is not always known: a link
may be lost between the order and its answer. Then the report says `UNKNOWN`, and only reading the
tag tells more.

Memory is counted in words of 16 bits, as the air protocol does (ISO/IEC 18000-63, 6.3.2.1).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Protocol


class Bank(IntEnum):
    """A tag's four memories."""

    RESERVED = 0
    """Kill password in words 0 and 1, access password in words 2 and 3."""
    EPC = 1
    """CRC in word 0, protocol control (PC) in word 1, the EPC from word 2."""
    TID = 2
    """Who made the chip, which model it is and, where it has one, its serial number."""
    USER = 3


class LockHow(IntEnum):
    """What a lock does, by LLRP's number for it (LLRP 1.0.1, 15.2.1.5.3.2)."""

    LOCK = 0
    """Written with the access password only."""
    LOCK_FOR_EVER = 1
    """Never written again."""
    UNLOCK_FOR_EVER = 2
    """Never locked again."""
    UNLOCK = 3


class LockField(IntEnum):
    """What can be locked, by LLRP's number for it."""

    KILL_PASSWORD = 0
    ACCESS_PASSWORD = 1
    EPC = 2
    TID = 3
    USER = 4


class Outcome(StrEnum):
    """How one operation on one tag ended."""

    DONE = "done"
    MEMORY_OVERRUN = "memory_overrun"
    MEMORY_LOCKED = "memory_locked"
    LOW_POWER = "low_power"
    NO_RESPONSE = "no_response"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - an outcome, no password
    ZERO_KILL_PASSWORD = "zero_kill_password"  # noqa: S105 - an outcome, no password
    TAG_ERROR = "tag_error"
    READER_ERROR = "reader_error"
    SKIPPED = "skipped"


SENTENCES = {
    Outcome.DONE: "done",
    Outcome.MEMORY_OVERRUN: "the tag has no memory there; ask for fewer words or a shorter EPC",
    Outcome.MEMORY_LOCKED: "the tag's memory is locked; give its access password",
    Outcome.LOW_POWER: "the tag has too little power to write; bring it closer to the antenna",
    Outcome.NO_RESPONSE: (
        "the tag fell silent in the middle of it: it left the field, or the password is wrong"
    ),
    Outcome.WRONG_PASSWORD: "the password is not the tag's",
    Outcome.ZERO_KILL_PASSWORD: "the tag has no kill password, so it cannot be killed; set one",
    Outcome.TAG_ERROR: "the tag refused without a reason; its memory may be locked or missing",
    Outcome.READER_ERROR: "the reader could not do it and gives no reason",
    Outcome.SKIPPED: "not tried, because what came before it failed",
}
"""Each outcome in one sentence with its remedy, for people."""


@dataclass(frozen=True, slots=True)
class Mask:
    """Bits that a tag must have in its memory.

    Attributes:
        bank: in which memory.
        first_bit: place of the first bit.
        data: the bits, whole bytes.
    """

    bank: Bank
    first_bit: int
    data: bytes


@dataclass(frozen=True, slots=True)
class ReadMemory:
    """Read `count` words from `word` on; 1 or more."""

    bank: Bank
    word: int
    count: int
    password: int = field(default=0, repr=False)


@dataclass(frozen=True, slots=True)
class WriteMemory:
    """Write `data`, whole words, from `word` on; in blocks where the tag is known to take them."""

    bank: Bank
    word: int
    data: bytes = field(repr=False)
    password: int = field(default=0, repr=False)
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class LockMemory:
    """Change what may be written."""

    changes: tuple[tuple[LockHow, LockField], ...]
    password: int = field(default=0, repr=False)


@dataclass(frozen=True, slots=True)
class KillTag:
    """Silence it for ever."""

    password: int = field(repr=False)


Operation = ReadMemory | WriteMemory | LockMemory | KillTag


@dataclass(frozen=True, slots=True)
class Access:
    """What is to be done, and with which tags.

    Attributes:
        target: masks that the tag must all fit; none fits every tag. At most two.
        operations: in order; one that fails may leave out those behind it.
        antenna: port; 0 for all.
        wait_ms: how long to look for the tag.
        every: do it to every tag met in that time, not just to the first one.
    """

    target: tuple[Mask, ...]
    operations: tuple[Operation, ...]
    antenna: int = 0
    wait_ms: int = 2_000
    every: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one operation.

    Attributes:
        outcome: how it ended.
        data: what was read; empty for the others.
        words_written: by a write, as far as the reader tells.
    """

    outcome: Outcome
    data: bytes = b""
    words_written: int = 0


@dataclass(frozen=True, slots=True)
class TagAnswer:
    """What one tag did.

    Attributes:
        epc: lower-case hex, as it answered before the operations.
        antenna: port; 0 where not told.
        results: one for each operation.
    """

    epc: str
    antenna: int
    results: tuple[Result, ...]


class End(StrEnum):
    """How an access ended."""

    ANSWERED = "answered"
    """A tag was there; its results tell the rest."""
    ABSENT = "absent"
    """No such tag was met."""
    REFUSED = "refused"
    """The reader did not take it, or could not be asked: nothing was done."""
    UNKNOWN = "unknown"
    """It may have been done or not; reading the tag tells."""


@dataclass(frozen=True, slots=True)
class AccessReport:
    """What became of an access.

    Attributes:
        end: how it ended.
        answers: of the tags, in order; none unless it was answered.
        reason: why nothing was done or why it is not known; for people.
    """

    end: End
    answers: tuple[TagAnswer, ...] = ()
    reason: str = ""


Reported = Callable[[AccessReport], None]
"""Called once, from the driver's thread; returns at once and never raises."""


class TagReader(Protocol):
    """A driver that works on tags."""

    def access(self, device: str, access: Access, reported: Reported) -> None:
        """Have something done; returns at once, from any thread."""
        ...
