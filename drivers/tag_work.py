"""What people want done with a tag, step by step: read, write and verify, lock, kill.

Each piece of work is a generator: it yields an `Access`, is sent the report and returns a `Work`.
So it knows no reader, no thread and no time, and whoever drives it may wait as it likes.

Work is done on the tag with this very TID. A write is believed only when the tag has been read
back: what is there already is not written, a write that failed or whose outcome is unknown is
followed by a look, and only what the look does not find is written again. Locks cannot be read
back (the air protocol has no such command); locking twice does no harm.
"""

from collections.abc import Callable
from dataclasses import replace

from drivers.tag_look import Made, Steps, Tag, Wanted, Work, look, verdict
from drivers.tags import (
    Access,
    AccessReport,
    Bank,
    KillTag,
    LockField,
    LockHow,
    LockMemory,
    Operation,
    Outcome,
    ReadMemory,
    Reported,
    WriteMemory,
)

_PC_WORD = 1
_TID_WORDS = (6, 4, 2)  # with a serial number of 64 and 32 bits, and without
TID_WITH_SERIAL_HEX = 16
"""A TID of fewer hex digits names the model of a chip, not the very tag."""
_EPC_WORDS_MAX = 31  # what the five bits of the PC can say
_ISO_TOGGLE = 0x0100  # the tag holds no GS1 EPC but an ISO number
_LENGTH_BITS, _KEPT_BITS, _INDICATORS = 0xF800, 0x07FF, 0x0600
_PASSWORD_WORDS = {LockField.KILL_PASSWORD: 0, LockField.ACCESS_PASSWORD: 2}
_ATTEMPTS = 3
_FINAL = {
    Outcome.MEMORY_LOCKED,
    Outcome.MEMORY_OVERRUN,
    Outcome.WRONG_PASSWORD,
    Outcome.ZERO_KILL_PASSWORD,
}
"""Outcomes that another try would not change."""


def carry_out(
    steps: Steps[Made],
    submit: Callable[[Access, Reported], None],
    done: Callable[[Made], None],
) -> None:
    """Drive a piece of work by a reader that answers later; returns at once.

    Args:
        steps: the work.
        submit: has an access done and tells the report.
        done: told the outcome, from the thread of the last report.
    """

    def go_on(report: AccessReport) -> None:
        try:
            access = steps.send(report)
        except StopIteration as end:
            done(end.value)
        else:
            submit(access, go_on)

    try:
        first = next(steps)
    except StopIteration as end:
        done(end.value)
    else:
        submit(first, go_on)


def _do(tag: Tag, operation: Operation) -> Steps[Work]:
    report = yield Access(Wanted(tid=tag.tid).masks(), (operation,))
    results = report.answers[0].results if report.answers else ()
    return replace(verdict(report, results), tag=tag)


def _tried(tag: Tag, operation: Operation) -> Steps[Work]:
    """An operation that does no harm when it is done twice."""
    work = yield from _do(tag, operation)
    for _ in range(_ATTEMPTS - 1):
        if work.done or work.code in _FINAL or work.code == "absent":
            break
        work = yield from _do(tag, operation)
    return work


# -- work


def read(tag: Tag, bank: Bank, word: int, count: int, *, password: int = 0) -> Steps[Work]:
    """Words of a tag's memory, in `data`."""
    return (yield from _tried(tag, ReadMemory(bank, word, count, password)))


def write(
    tag: Tag,
    bank: Bank,
    word: int,
    data: bytes,
    *,
    passwords: tuple[int, ...] = (0,),
    blocks: bool = False,
) -> Steps[Work]:
    """Have words stand in a tag's memory, whatever stands there now.

    Args:
        tag: with its TID.
        bank: in which memory.
        word: place of the first word.
        data: whole words.
        passwords: the access password, and behind it the one that holds once these words stand.
        blocks: by block writes, which some tags take faster and some not at all.
    """
    count = len(data) // 2
    order = WriteMemory(bank, word, data, passwords[0], blocks)
    wrote = Work("absent", "")
    for attempt in range(_ATTEMPTS + 1):
        holds = yield from _read_by_any(tag, bank, word, count, passwords)
        if holds.done and holds.data == data:
            return Work(Outcome.DONE, "written and read back", tag)
        if not holds.done:
            return _unseen(holds, wrote)
        if attempt == _ATTEMPTS or wrote.code in _FINAL:
            break
        wrote = yield from _do(tag, order)
    if wrote.done:
        text = "the reader says that it was written, but the tag holds something else"
        return Work(Outcome.READER_ERROR, text, tag)
    return wrote


def _read_by_any(
    tag: Tag, bank: Bank, word: int, count: int, passwords: tuple[int, ...]
) -> Steps[Work]:
    work = Work("absent", "")
    for password in passwords:
        work = yield from read(tag, bank, word, count, password=password)
        if work.done:
            break
    return work


def _unseen(look_back: Work, wrote: Work) -> Work:
    """What it means that the tag cannot be read: nothing before a write, all after it."""
    if not wrote.text or wrote.code in _FINAL:
        return wrote if wrote.text else look_back
    text = f"written, but not read back ({look_back.text}); read the tag before you use it"
    return Work("unknown", text, look_back.tag)


def write_epc(tag: Tag, epc: str, password: int = 0, *, blocks: bool = False) -> Steps[Work]:
    """Give a tag another EPC; the work's `tag` bears what was seen last, None if nothing was.

    The length in the tag's protocol control (PC) is made to fit. What else stands there stays, but
    a tag that was told to hold an ISO number is told to hold an EPC (TDS 1.13, section 9).

    Args:
        tag: with its TID.
        epc: hex of whole words, 31 at most.
        password: its access password.
        blocks: by block writes.

    Raises:
        ValueError: the EPC is not of whole words, or too long.
    """
    number = bytes.fromhex(epc)
    if len(number) % 2 or not 0 < len(number) // 2 <= _EPC_WORDS_MAX:
        raise ValueError(f"{epc}: an EPC to be written has 4 to 124 hex digits, a multiple of 4")
    work = yield from _write_number(tag, number, password, blocks=blocks)
    if work.done:
        return replace(work, tag=replace(tag, epc=epc))
    found = yield from look(Wanted(tid=tag.tid))  # it may be written in part, or after all
    seen = found.tags[0] if len(found.tags) == 1 else None
    if seen is not None and seen.epc == epc:
        return Work(Outcome.DONE, "written: the tag answers with it", seen)
    return replace(work, tag=seen)


def _write_number(tag: Tag, number: bytes, password: int, *, blocks: bool) -> Steps[Work]:
    """Write an EPC, and the PC before it where its length changes."""
    words = len(number) // 2
    now = yield from read(tag, Bank.EPC, _PC_WORD, 1 + words, password=password)
    if now.code in {Outcome.TAG_ERROR, Outcome.MEMORY_OVERRUN}:
        text = f"the tag's EPC memory has no room for {words} words; nothing was written"
        return Work(Outcome.MEMORY_OVERRUN, text, tag)
    if not now.done:
        return now
    control = int.from_bytes(now.data[:2], "big")
    kept = control & (_INDICATORS if control & _ISO_TOGGLE else _KEPT_BITS)
    wanted = words << 11 | kept
    # Where it may, the PC stays: fewer words, and some tags do not let it be written.
    place, data = (_PC_WORD + 1, number)
    if wanted != control:
        place, data = _PC_WORD, wanted.to_bytes(2, "big") + number
    passwords = (password,)
    return (yield from write(tag, Bank.EPC, place, data, passwords=passwords, blocks=blocks))


def set_password(tag: Tag, field_: LockField, new: int, password: int = 0) -> Steps[Work]:
    """Give a tag another kill or access password.

    Raises:
        ValueError: the field is no password.
    """
    if field_ not in _PASSWORD_WORDS:
        raise ValueError(f"{field_.name} is no password")
    word = _PASSWORD_WORDS[field_]
    after = (new,) if field_ is LockField.ACCESS_PASSWORD else ()
    data = new.to_bytes(4, "big")
    return (yield from write(tag, Bank.RESERVED, word, data, passwords=(password, *after)))


def lock(
    tag: Tag, changes: tuple[tuple[LockHow, LockField], ...], password: int = 0
) -> Steps[Work]:
    """Change what may be written."""
    return (yield from _tried(tag, LockMemory(changes, password)))


def kill(tag: Tag, password: int) -> Steps[Work]:
    """Silence a tag for ever; it is believed when the tag does not answer any more."""
    work = yield from _do(tag, KillTag(password))
    if work.code in _FINAL or work.code in {"refused", "absent"}:
        return work
    found = yield from look(Wanted(tid=tag.tid))
    tags = found.tags
    if tags and work.done:
        return Work(Outcome.TAG_ERROR, "the reader says it is killed, but it answers", tag)
    if tags:
        return work if work.code != "unknown" else Work(Outcome.NO_RESPONSE, "it answers", tag)
    if work.done:
        return Work(Outcome.DONE, "killed; it does not answer any more", tag)
    text = f"{work.text}; it does not answer now: it may be killed, or it has left the field"
    return Work("unknown", text, tag)
