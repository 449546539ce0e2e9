"""Work on single tags that a person wants of a reader: read, write, lock, kill.

Passwords are part of what is wanted and of nothing else: they are in no fact, no table, no log and
no `repr`.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from edge.model.ids import Badge, DeviceName, Epc, RequestId


@dataclass(frozen=True, slots=True)
class ReadWords:
    """Read `count` words of a bank (`epc`, `tid` or `user`) from `word` on."""

    bank: str
    word: int
    count: int
    password: int = field(default=0, repr=False)


@dataclass(frozen=True, slots=True)
class WriteEpc:
    """Give the tag another EPC."""

    to_epc: Epc
    password: int = field(default=0, repr=False)


@dataclass(frozen=True, slots=True)
class WriteWords:
    """Write words, as hex, into user memory from `word` on."""

    word: int
    words_hex: str
    password: int = field(default=0, repr=False)


@dataclass(frozen=True, slots=True)
class LockFields:
    """Change what may be written: `how` is lock, unlock, lock_for_ever or unlock_for_ever.

    Fields are kill_password, access_password, epc, tid and user.
    """

    fields: tuple[str, ...]
    how: str
    password: int = field(default=0, repr=False)


@dataclass(frozen=True, slots=True)
class SetPassword:
    """Give the tag another password: `which` is access or kill."""

    which: str
    new: int = field(repr=False)
    password: int = field(default=0, repr=False)


@dataclass(frozen=True, slots=True)
class Kill:
    """Silence the tag for ever.

    Attributes:
        password: of the tag, for this.
        confirmed_us: when the word was given that confirms it, UTC microseconds; None for none.
    """

    password: int = field(repr=False)
    confirmed_us: int | None


TagOrder = ReadWords | WriteEpc | WriteWords | SetPassword | LockFields | Kill


class TagTask(StrEnum):
    """What kind of work it is."""

    READ = "read"
    WRITE = "write"
    PASSWORD = "password"  # noqa: S105 - a kind of work, no password
    LOCK = "lock"
    KILL = "kill"


@dataclass(frozen=True, slots=True)
class TagResult:
    """What became of work on a tag.

    Attributes:
        code: `done`; `unknown` where it may have been done; else why not.
        text: one sentence, for people.
        tid: of the tag, lower-case hex; empty where none was found.
        epc_before, epc: what the tag bore and what it bears as far as is known.
        data: what was read, hex.
    """

    code: str
    text: str
    tid: str = ""
    epc_before: Epc | None = None
    epc: Epc | None = None
    data: str = ""


@dataclass(frozen=True, slots=True)
class TagJob:
    """One piece of work, from before it reaches the tag.

    Attributes:
        job_id: the id of the request that wanted it.
        epc, tid: the tag that is meant; None and empty for the only one that is there.
        what: what is wanted, in words without any password.
        begun_us: UTC microseconds.
        result: None while it is in hand.
    """

    job_id: RequestId
    by: Badge
    reader: DeviceName
    task: TagTask
    epc: Epc | None
    tid: str
    what: str
    begun_us: int
    result: TagResult | None = None
